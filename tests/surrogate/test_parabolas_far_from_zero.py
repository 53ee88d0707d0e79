"""Columns such as air pressure: curves are written about the place where they turn."""

import numpy as np
import pytest

from skinterp import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor, as_network
from skinterp.expression._fold import postorder
from skinterp.expression._sums import as_sum

PLACES = [(0.0, 1.0), (50.0, 2.0), (1013.0, 2.0), (1013.0, 10.0), (-40.0, 0.5)]


def rows_at(centre, spread):
    Z = np.random.default_rng(0).normal(size=(300, 2))
    return np.column_stack([centre + spread * Z[:, 0], Z[:, 1]])


def law(X, centre, spread):
    return ((X[:, 0] - centre) / spread) ** 2 + 0.5 * X[:, 1]


def waves(expression):
    return [n for n in postorder(expression) if n.args and n.operator_name in ("sin", "cos")]


@pytest.mark.parametrize(("centre", "spread"), PLACES)
def test_values_are_a_square_of_the_distance(centre, spread):
    X = rows_at(centre, spread)
    network = as_network(lambda X: law(X, centre, spread), n_features_in=2)
    found = SymbolicSurrogateRegressor(network, random_state=0).fit(X)
    expression = found.equation_.expression
    parts, coefficients, _ = as_sum(expression)
    assert len(parts) == 2 and not waves(expression)
    by_size = dict(zip(map(len, (p.variables for p in parts)), coefficients, strict=False))
    assert set(by_size) == {1}
    (square,) = [part for part in parts if part.token == "square"]
    if centre:
        assert abs(abs(square.constants[0]) - abs(centre)) <= 0.02 * spread
    expected = law(X, centre, spread)
    assert np.abs(found.predict(X) - expected).max() <= 0.02 * np.ptp(expected)


@pytest.mark.parametrize(("centre", "spread"), PLACES)
def test_boundaries_hold_the_same_square(centre, spread):
    X = rows_at(centre, spread)
    network = as_network(
        lambda X: 3.0 * (law(X, centre, spread) - 0.7), n_features_in=2, classes=["in", "out"]
    )
    found = SymbolicSurrogateClassifier(network, n_points=200, random_state=0).fit(X)
    parts, _, _ = as_sum(found.equation_.expression)
    assert len(parts) == 2 and not waves(found.equation_.expression)
    assert {part.token for part in parts if part.args} == {"square"}
    assert np.mean(found.predict(X) == network.predict(X)) >= 0.99


@pytest.mark.parametrize("slope", [6.0, -8.0])
def test_a_curve_that_does_not_turn_among_the_rows_keeps_its_line(slope):
    X = np.random.default_rng(0).uniform(-1, 1, size=(300, 2))

    def bent(X):
        return X[:, 0] ** 2 + slope * X[:, 0] + 2.0 * X[:, 1]

    found = SymbolicSurrogateRegressor(as_network(bent, n_features_in=2), random_state=0).fit(X)
    parts, coefficients, _ = as_sum(found.equation_.expression)
    terms = {str(part): c for part, c in zip(parts, coefficients, strict=True)}
    assert terms["x0"] == pytest.approx(slope, rel=0.02)
    assert terms["x1"] == pytest.approx(2.0, rel=0.02)
    assert terms["x0**2"] == pytest.approx(1.0, rel=0.05)
    assert np.abs(found.predict(X) - bent(X)).max() <= 0.05
    assert not waves(found.equation_.expression)
    assert len(terms) == 3
