"""Units, offsets and places of columns change no result of a function, but as they must.

Exceptions, with their reasons: `garson` and `connection_weights` read the weights as they are, so
that they depend on the units of the inputs, as their docstrings say; the images of units and
`maximise_activation` start at random points of a box.
"""

import numpy as np
import pytest

from skinterp import as_network
from skinterp.exact import (
    LinearRegions,
    breakpoints,
    count_regions,
    extreme_output,
    nearest_counterfactual,
    reach_class,
    robustness_radius,
    verify_monotonicity,
)
from skinterp.hidden import HiddenLayerTransformer, top_units, unit_report
from skinterp.importance import (
    expected_gradients,
    gradient_times_input,
    importance_shares,
    integrated_gradients,
    lek_profile,
    perturbation,
    shapley_values,
)

N = 3
PLACES = [  # unit of each column, offset in units
    ([1e-12] * N, 0.0),
    ([1e12] * N, 0.0),
    ([1e-9, 1.0, 1e6], 0.0),
    ([1.0] * N, 1e4),
    ([1e3, 1e-3, 7.0], -1e5),
    ([2.54] * N, 32.0),
]
RNG = np.random.default_rng(7)
W, V = RNG.normal(size=(N, 5)), RNG.normal(size=(5, 3))
BIAS = RNG.normal(size=5)
Z = np.random.default_rng(1).normal(size=(80, N))
Y = Z[:, 0] - Z[:, 1] * Z[:, 2]


class Placed:
    """One network with its rows and its box, in units and at offsets of its columns."""

    def __init__(self, unit=1.0, offset=0.0, order=(0, 1, 2)):
        self.unit, self.offset = np.broadcast_to(unit, N)[list(order)], offset
        self.order = list(order)
        whole = np.broadcast_to(unit, N)
        first = (W / whole[:, np.newaxis])[self.order]
        shift = BIAS - np.broadcast_to(offset, N) @ W
        outputs = ([first, V], [shift, np.array([0.3, -0.2, 0.0])], ["relu", "identity"])
        value = ([first, V[:, :1]], [shift, np.array([0.3])], ["relu", "identity"])
        self.classes = as_network(outputs, classes=["off", "on", "open"])
        self.value = as_network(value)
        self.X, self.box = self.at(Z), tuple(self.at([[-1.5] * N, [1.5] * N]))

    def at(self, rows):
        """Return standardised rows in the user's units."""
        return (np.asarray(rows, dtype=float)[:, self.order] + self.offset) * self.unit

    def back(self, rows):
        """Return rows in the user's units as standardised ones, columns in their first order."""
        rows = np.asarray(rows) / self.unit - self.offset
        return rows[..., np.argsort(self.order)]

    def columns(self, array):
        """Return what is given by column, columns in their first order."""
        return np.asarray(array)[..., np.argsort(self.order)]


PLAIN = Placed()


@pytest.fixture(params=PLACES, ids=str)
def moved(request):
    unit, offset = request.param
    return Placed(np.array(unit), offset)


@pytest.fixture(params=[*PLACES, "order"], ids=str)
def placed(request):
    if request.param == "order":
        return Placed([1.0, 3.0, 1e-3], 2.0, order=(2, 0, 1))
    unit, offset = request.param
    return Placed(np.array(unit), offset)


def same(one, other, room=1e-6):
    one, other = np.asarray(one), np.asarray(other)
    np.testing.assert_allclose(other, one, rtol=room, atol=room * np.abs(one).max())


def test_attributions_of_rows(placed):
    for attribute in (shapley_values, expected_gradients):
        plain, found = (
            attribute(p.classes, p.X[:5], p.X[20:60], random_state=0) for p in (PLAIN, placed)
        )
        values = np.moveaxis(placed.columns(np.moveaxis(found.values, 1, -1)), -1, 1)
        same(plain.values, values, 1e-5)
        same(plain.base_values, found.base_values, 1e-5)


@pytest.mark.parametrize("attribute", [integrated_gradients, gradient_times_input])
def test_attributions_against_a_baseline(placed, attribute):
    plain, found = (attribute(p.value, p.X[3], p.X.mean(axis=0)).values for p in (PLAIN, placed))
    same(plain[:, 0], placed.columns(found[:, 0]), 1e-5)


@pytest.mark.parametrize("method", ["derivatives", "perturbation", "Shapley values"])
def test_shares_of_importance(moved, method):
    plain, found = (
        importance_shares(method, p.value, p.X, Y, random_state=0) for p in (PLAIN, moved)
    )
    same(plain, found, 1e-5)
    assert found.sum() == pytest.approx(1.0)


def test_perturbation_and_profiles(moved):
    plain, found = (perturbation(p.value, p.X, Y, random_state=0) for p in (PLAIN, moved))
    same(plain.values, found.values, 1e-5)
    plain, found = (lek_profile(p.value, p.X) for p in (PLAIN, moved))
    same(plain.values, found.values, 1e-5)
    same(plain.grids.T, moved.back(found.grids.T), 1e-5)


def test_extremes_and_reach(placed):
    for direction in ("max", "min"):
        plain, found = (
            extreme_output(p.value, p.box, direction=direction) for p in (PLAIN, placed)
        )
        same(plain.value, found.value)
        same(plain.bound, found.bound, 1e-4)
        at = placed.value.raw_values(found.point[np.newaxis]).ravel()[0]
        assert at == pytest.approx(float(found.value), rel=1e-5, abs=1e-5)
        assert np.all(np.abs(placed.back(found.point)) <= 1.5 + 1e-6)
    for target in ("on", "off", "open"):
        plain, found = (reach_class(p.classes, p.box, target) for p in (PLAIN, placed))
        assert plain.is_reached == found.is_reached
        same(plain.margin, found.margin, 1e-5)


def test_monotonicity(placed):
    for j in range(N):
        plain = verify_monotonicity(PLAIN.value, PLAIN.box, j)
        there = placed.order.index(j)
        found = verify_monotonicity(placed.value, placed.box, there)
        assert plain.holds == found.holds


@pytest.mark.parametrize("norm", ["l1", "linf"])
def test_counterfactuals_in_standard_deviations(placed, norm):
    spread = Z.std(axis=0)
    for row in (0, 4):
        plain, found = (
            nearest_counterfactual(
                p.classes, p.X[row], box=p.box, norm=norm, scale=spread[p.order] * p.unit
            )
            for p in (PLAIN, placed)
        )
        assert plain.answer == found.answer
        assert plain.distance == pytest.approx(found.distance, rel=1e-4, abs=1e-6)
        assert placed.classes.predict(found.point[np.newaxis])[0] == found.answer


def test_robustness_in_standard_deviations(placed):
    spread = Z.std(axis=0)
    plain, found = (
        robustness_radius(p.classes, p.X[1], box=p.box, scale=spread[p.order] * p.unit)
        for p in (PLAIN, placed)
    )
    assert plain.distance == pytest.approx(found.distance, rel=1e-4, abs=1e-6)


def test_regions(placed):
    plain, found = (count_regions(p.value, p.box) for p in (PLAIN, placed))
    assert plain.n_regions == found.n_regions
    plain, found = (LinearRegions(p.value).fit(p.X) for p in (PLAIN, placed))
    assert plain.n_regions_ == found.n_regions_
    new = np.random.default_rng(5).normal(size=(50, N))
    ids = (plain.transform(PLAIN.at(new)).ravel(), found.transform(placed.at(new)).ravel())
    pairs = set(zip(*(each.tolist() for each in ids), strict=True))
    assert len(pairs) == len(set(ids[0])) == len(set(ids[1]))


def test_lines(moved):
    plain, found = (breakpoints(p.value, p.X, feature=0) for p in (PLAIN, moved))
    same(plain.slopes, found.slopes * moved.unit[0], 1e-5)
    inner = slice(1, -1)  # a line has no ends
    same(plain.ends[inner], found.ends[inner] / moved.unit[0] - moved.offset, 1e-5)


def test_hidden_units(moved):
    plain, found = (HiddenLayerTransformer(p.value).fit_transform(p.X) for p in (PLAIN, moved))
    same(plain, found)
    plain, found = (top_units(p.classes, p.X, "on") for p in (PLAIN, moved))
    assert plain.units.tolist() == found.units.tolist()
    plain, found = (unit_report(p.value, p.X, 1) for p in (PLAIN, moved))
    assert plain.activity.top_rows.tolist() == found.activity.top_rows.tolist()
    assert plain.linear.r2 == pytest.approx(found.linear.r2, rel=1e-5)
    same(plain.linear.slopes, found.linear.slopes * moved.unit, 1e-5)
