"""How much of a boundary lies among the rows."""

import numpy as np
import pytest

from skinterp import SymbolicSurrogateClassifier, as_network
from skinterp.sampling import boundary_field, support


def gap_rows(gap, n=1500, n_noise=1, seed=0):
    X = np.random.default_rng(seed).uniform(-1, 1, size=(n, 2 + n_noise))
    return X[np.abs(X[:, 0] + X[:, 1]) > gap]


VIEW = as_network(lambda X: X[:, 0] + X[:, 1]).output()


def mean_support(X, view=VIEW):
    field = boundary_field(view, X, n_points=200, random_state=0)
    return float(field.weights @ support(field, X, random_state=0))


def test_a_boundary_among_the_rows_is_supported_and_one_in_a_gap_is_not():
    none, some, wide = (mean_support(gap_rows(gap)) for gap in (0.0, 0.3, 1.0))
    assert none > 0.9
    assert none > some > wide
    assert wide < 0.05


def test_inputs_that_decide_nothing_hide_no_gap():
    assert mean_support(gap_rows(0.8, n_noise=12)) < 0.1


@pytest.mark.parametrize("scale", [1e-12, 1e-3, 1e9])
def test_units_and_offsets_change_nothing(scale):
    X = gap_rows(0.3)
    moved = as_network(lambda Z: (Z[:, 0] / scale - 7) + (Z[:, 1] / scale - 7)).output()
    assert mean_support((X + 7) * scale, moved) == pytest.approx(mean_support(X), rel=0.05)


def test_copies_of_rows_and_single_rows_are_no_error():
    X = np.repeat([[-1.0, 0.0], [1.0, 0.1]], 3, axis=0)
    assert 0.0 <= mean_support(X) <= 1.0


def test_a_boundary_off_the_data_is_said():
    def fitted(gap):
        X = gap_rows(gap, n=800)
        surrogate = SymbolicSurrogateClassifier(
            as_network(lambda Z: 4 * (Z[:, 0] + Z[:, 1]), n_features_in=3, classes=[0, 1]),
            random_state=0,
        )
        return surrogate.fit(X).front_

    near, far = fitted(0.0), fitted(1.0)
    assert near.support > 0.9
    assert not any("extrapolates" in note for note in near.notes)
    assert far.support < 0.1
    assert any("extrapolates" in note for note in far.notes)
