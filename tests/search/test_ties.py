"""Where two formulas differ, and the row that tells them apart."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinterp.expression import parse
from skinterp.search import Candidate, Front
from skinterp.search._ties import Ties, asked_points, best_interval, difference, region_of

NAMES = ("a", "b", "c")


def rows(n=1500, seed=0):
    return np.random.default_rng(seed).uniform(0, 1, size=(n, 3))


def candidate(text, threshold=None, **options):
    return Candidate(parse(text), 0.1, 1.0, 0.9, threshold=threshold, **options)


def test_forms_of_one_boundary_are_said_to_be_so():
    X = rows() + 0.5
    found = difference(candidate("x0*x1 - x2", 0.0), candidate("x0*x1/x2", 1.0), X, NAMES)
    assert found.same_boundary
    assert "the same boundary" in str(found)
    assert found.experiment is None


def test_the_region_of_difference_is_found_and_the_experiment_lies_in_it():
    X = rows()
    first, second = candidate("x0", 0.5), candidate("x0", 0.7)
    found = difference(first, second, X, NAMES, classes=("well", "ill"))
    ((j, low, high),) = found.region
    assert j == 0 and abs(low - 0.5) < 0.02 and abs(high - 0.7) < 0.02
    assert found.covered > 0.95 and found.others < 0.05
    assert found.share == pytest.approx(0.2, abs=0.03)
    assert abs(found.experiment[0] - 0.6) < 0.03
    assert found.answers == ("ill", "well")
    assert re.search(r"mostly where 0.\d+ < a < 0.7", str(found))
    assert ": ill by the first, well by the second" in str(found)
    assert found.to_frame().shape == (1, 8)
    assert len(found.plot().ax_.collections) >= 3


def test_two_inputs_bound_a_corner():
    X = rows(3000)
    differs = (X[:, 0] > 0.8) & (X[:, 2] < 0.3)
    region = dict((j, (low, high)) for j, low, high in region_of(X, differs, (0, 1, 2)))
    assert set(region) == {0, 2}
    assert region[0][0] == pytest.approx(0.8, abs=0.02) and region[0][1] == np.inf
    assert region[2][1] == pytest.approx(0.3, abs=0.02) and region[2][0] == -np.inf


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=30))
def test_the_best_interval_is_the_best_of_all(pairs):
    x, differs = np.array([p[0] for p in pairs], float), np.array([p[1] for p in pairs])
    if differs.all() or not differs.any():
        return
    low, high, gain = best_interval(x, differs)
    inside = (x > low) & (x < high)
    assert inside[differs].mean() - inside[~differs].mean() == pytest.approx(gain)
    for a in range(7):
        for b in range(a, 7):
            other = (x >= a) & (x <= b)
            assert other[differs].mean() - other[~differs].mean() <= gain + 1e-9


def test_points_stay_in_the_ranges_of_the_data_and_levels_together():
    X = np.column_stack([rows(500)[:, :2], np.repeat([[1.0, 0.0], [0.0, 1.0]], 250, axis=0)])
    points = asked_points(X, 0)
    assert (points.min(axis=0) >= X.min(axis=0)).all() and (
        points.max(axis=0) <= X.max(axis=0)
    ).all()
    np.testing.assert_array_equal(points[:, 2:].sum(axis=1), 1.0)


def test_values_are_compared_where_they_differ_most():
    X = rows()
    found = difference(candidate("x0"), candidate("x0 + 3*x1**8"), X, NAMES)
    assert not found.is_classified and "of the spread" in str(found)
    assert found.region[0][0] == 1 and found.experiment[1] > 0.95


def test_a_front_compares_any_two_of_its_formulas():
    X = rows()
    front = Front(
        (candidate("x0", selected=True), candidate("x0 + 0.2*x1", tied=True)), NAMES, 0.0, 1.0
    )
    front = front.decided(lambda expression: (0.5, True), X, ("no", "yes"))
    assert isinstance(front.ties_, Ties) and len(front.ties_) == 1
    assert str(front.ties_[0]) in str(front)
    assert front.compare(0, 1, X).share == front.ties_[0].share
    assert list(front.ties_.to_frame()["other"]) == ["a + 0.2*b > 0.5"]
    with pytest.raises(ValueError, match="X has 2 features, but the front expects 3"):
        front.compare(0, 1, X[:, :2])


def test_formulas_that_differ_between_the_rows_only_say_so():
    X = rows(400)
    X[:, 1] = X[:, 0]
    found = difference(candidate("x0 + x1", 1.0), candidate("2*x0", 1.0), X, NAMES)
    assert found.share == 0.0 and found.differs.any()
    assert ": differ off the rows only; mostly where " in str(found)
