"""Constants with intervals where only the network is described."""

import numpy as np
import pytest

from skinterp.expression import Equation, parse, read_units
from skinterp.network import as_network
from skinterp.sampling import boundary_field, data_field
from skinterp.search._constants import Constants
from skinterp.search._network_constants import cells_of, network_constants

NAMES = ("a", "b", "c")


def rows(n=800, seed=0):
    return np.random.default_rng(seed).uniform(0.5, 2.5, size=(n, 3))


def boundary(function, X, n_points=300):
    view = as_network(function, n_features_in=3).output()
    return boundary_field(view, X, n_points=n_points, smoothing=0, random_state=0)


def wobbly(X, size=0.15, seed=1):
    weights = np.random.default_rng(seed).normal(size=(3, 8))
    return size * np.sin(3 * X @ weights).sum(axis=1) / np.sqrt(8)


@pytest.mark.parametrize(
    ("text", "threshold", "true"),
    [
        ("a - 0.7*b", 0.3, {"b": -0.7, "threshold": 0.3}),
        ("a*exp(-0.4*b)", 0.6, {"in a*exp(-0.4*b)": -0.4, "threshold": 0.6}),
        ("a**2/(b + 1.5)", 0.8, {"in a**2/(b + 1.5)": 1.5, "threshold": 0.8}),
    ],
)
@pytest.mark.parametrize("size", [0.0, 0.01])
def test_intervals_hold_the_constants_of_the_network(text, threshold, true, size):
    X, law = rows(), parse(text, NAMES)
    field = boundary(lambda X: law.evaluate(X) - threshold + wobbly(X, size), X)
    found = network_constants(Equation(law, NAMES, threshold), field)
    estimates = dict(zip(found.places, zip(found.estimates, found.low, found.high)))
    for place, value in true.items():
        name = next(p for p in found.places if p.startswith(place.split("*")[0]) or p == place)
        estimate, low, high = estimates[place if place in estimates else name]
        assert low <= estimate <= high or size == 0.0
        slack = 1e-3 if size == 0.0 else high - low
        assert low - slack <= value <= high + slack
    assert found.source == "network" and found.are_told


def test_more_noise_makes_wider_intervals_and_fewer_digits():
    X, law = rows(), parse("a - 0.7*b", NAMES)
    widths, texts = [], []
    for size in (0.02, 0.3):
        field = boundary(lambda X, size=size: law.evaluate(X) - 0.3 + wobbly(X, size), X)
        found = network_constants(Equation(law, NAMES, 0.3), field)
        widths.append(found.high[0] - found.low[0])
        texts.append(found.texts()[0][2])
    assert widths[1] > 3 * widths[0]
    assert len(texts[1]) <= len(texts[0])


def test_a_regression_has_an_intercept_and_constants_inside():
    X, law = rows(), parse("3*a/(b + 2.5) + 0.3*c - 1", NAMES)
    view = as_network(law.evaluate, n_features_in=3).output()
    field = data_field(view, X, n_points=300, smoothing=0, random_state=0)
    units = read_units({"a": "mg", "b": "kg"}, NAMES)
    found = network_constants(Equation(law, NAMES, units=units), field, match_values=True)
    assert found.places[-1] == "intercept"
    assert sorted(np.round(found.estimates, 2)) == [-1.0, 0.3, 2.5, 3.0]
    assert dict(zip(found.places, found.units))["in a/(b + 2.5)"] == "kg"
    assert "move together" in " ".join(found.notes)
    assert list(found.to_frame().columns) == ["printed", "estimate", "low", "high", "unit"]


def test_neighbours_are_drawn_together():
    points = np.random.default_rng(0).uniform(size=(320, 2))
    cells = cells_of(points, 32)
    assert np.bincount(cells).min() == 10 and cells.max() == 31
    spread = np.mean([points[cells == k].std(axis=0).mean() for k in range(32)])
    assert spread < 0.4 * points.std()
    assert cells_of(points[:3]).max() == 0


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e9])
def test_ends_of_intervals_that_fix_nothing_are_not_printed(unit):
    values, ends = unit * np.array([4.9, 3600.0, 0.0]), unit * np.array([3.9e15, 30.0, 0.02])
    found = Constants(("a", "b", "threshold"), values, values, values - ends, values + ends)
    (_, value, low, high), *others = found.texts()
    assert float(value) == pytest.approx(values[0]) and (low, high) == ("not fixed",) * 2
    for k, (_, _, low, high) in enumerate(others, start=1):
        assert float(low) == pytest.approx(found.low[k], rel=0.01)
        assert float(high) == pytest.approx(found.high[k], rel=0.01)
