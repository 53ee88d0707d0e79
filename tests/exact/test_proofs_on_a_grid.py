"""Proven answers in two inputs, beside a fine grid: what is seen there is never better."""

import itertools

import numpy as np
import pytest

from skinterp import as_network
from skinterp.exact import (
    LinearRegions,
    count_regions,
    extreme_output,
    nearest_counterfactual,
    reach_class,
    robustness_radius,
    verify_monotonicity,
)

UNITS = [np.ones(2), np.array([1e-6, 1e6]), np.array([3.7, 0.02])]
LABELS = ["ash", "birch", "cedar"]
N = 301
NORMS = {
    "l1": lambda D: np.abs(D).sum(axis=1),
    "l2": lambda D: np.sqrt((D**2).sum(axis=1)),
    "linf": lambda D: np.abs(D).max(axis=1),
}


def box_of(unit):
    return -unit, 2.0 * unit


def grid(unit):
    """Return a fine grid of the box, both edges included."""
    low, high = box_of(unit)
    axes = [np.linspace(a, b, N) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)


def network(seed, unit, n_outputs=3, hidden=(6, 5)):
    """Return a network of random weights on inputs in these units."""
    rng = np.random.default_rng(seed)
    sizes = [2, *hidden, n_outputs]
    weights = [rng.normal(size=pair) for pair in itertools.pairwise(sizes)]
    weights[0] = weights[0] / unit[:, np.newaxis]
    biases = [0.5 * rng.normal(size=n) for n in sizes[1:]]
    kinds = ["relu"] * len(hidden) + ["identity"]
    labels = {} if n_outputs == 1 else {"classes": LABELS[:n_outputs]}
    return as_network((weights, biases, kinds), **labels)


@pytest.fixture(params=UNITS, ids=str)
def unit(request):
    return request.param


def steps_of(unit):
    """Return the distances between neighbours of the grid."""
    low, high = box_of(unit)
    return (high - low) / (N - 1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("direction", ["max", "min"])
def test_extremes(seed, unit, direction):
    net, points = network(seed, unit, 1), grid(unit)
    found = extreme_output(net, box_of(unit), direction=direction)
    seen, sign = net.raw_values(points).ravel(), 1.0 if direction == "max" else -1.0
    best = sign * (sign * seen).max()
    slope = np.abs(net.jacobian(points)[:, 0] * steps_of(unit)).sum(axis=1).max()
    room = 1e-6 * np.ptp(seen)
    assert sign * (found.value - best) >= -room  # nothing on the grid is better
    assert sign * (found.value - best) <= slope + room  # and it is no better than its cell
    assert sign * (found.bound - found.value) >= -room
    at = net.raw_values(found.point[np.newaxis])[0, 0]
    assert at == pytest.approx(found.value, abs=room)


@pytest.mark.parametrize("seed", range(4))
def test_classes_that_are_reached(seed, unit):
    net, points = network(seed, unit), grid(unit)
    seen = set(net.predict(points))
    for label in LABELS:
        found = reach_class(net, box_of(unit), label)
        if label in seen:
            assert found.is_reached
        if found.is_reached:
            assert net.predict(found.point[np.newaxis])[0] == label
        else:
            scores = net.raw_values(points)
            k = LABELS.index(label)
            others = np.delete(scores, k, axis=1).max(axis=1)
            assert (scores[:, k] - others).max() <= found.bound + 1e-6


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("norm", NORMS)
def test_counterfactuals(seed, norm, unit):
    net, points = network(seed, unit), grid(unit)
    answers = net.predict(points)
    rows = np.random.default_rng(seed).choice(len(points), 2, replace=False)
    for x in points[rows]:
        own = net.predict(x[np.newaxis])[0]
        for target in LABELS:
            if target == own:
                continue
            found = nearest_counterfactual(net, x, target, box=box_of(unit), norm=norm, scale=unit)
            there = points[answers == target]
            if not len(there):
                continue  # perhaps between the points of the grid
            seen = NORMS[norm]((there - x) / unit).min()
            cell = NORMS[norm]((steps_of(unit) / unit)[np.newaxis])[0]
            assert found.distance <= seen + 1e-6
            assert found.bound >= seen - 2 * cell or found.distance <= seen + 1e-6
            assert net.predict(found.point[np.newaxis])[0] == target
            moved = NORMS[norm](((found.point - x) / unit)[np.newaxis])[0]
            assert moved == pytest.approx(found.distance, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("held", [0, 1])
def test_immutable_inputs_stay_and_what_they_forbid_is_said(seed, held, unit):
    net, low, high = network(seed, unit), *box_of(unit)
    x = low + np.array([0.3, 0.6]) * (high - low)
    own, free = net.predict(x[np.newaxis])[0], 1 - held
    line = np.tile(x, (2001, 1))
    line[:, free] = np.linspace(low[free], high[free], len(line))
    others = line[net.predict(line) != own]
    found = nearest_counterfactual(net, x, box=(low, high), features=[free], scale=unit)
    if not len(others):
        assert not np.isfinite(found.distance) or found.distance > 0
        return
    seen = np.abs(others[:, free] - x[free]).min() / unit[free]
    assert found.point[held] == x[held]
    assert found.distance <= seen + 1e-6
    assert found.distance >= seen - 1.01 * (high - low)[free] / unit[free] / 2000


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("norm", ["l1", "linf"])
def test_no_other_class_within_the_radius(seed, norm, unit):
    net, points = network(seed, unit), grid(unit)
    low, high = box_of(unit)
    x = (low + high) / 2
    found = robustness_radius(net, x, box=(low, high), norm=norm, scale=unit)
    near = NORMS[norm]((points - x) / unit) < found.bound - 1e-9
    assert set(net.predict(points[near])) <= {net.predict(x[np.newaxis])[0]}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("feature", [0, 1])
def test_monotone_where_no_slope_says_otherwise(seed, feature, unit):
    net, points = network(seed, unit, 1, hidden=(4,)), grid(unit)
    slopes = net.jacobian(points)[:, 0, feature] * unit[feature]
    for direction, sign in (("increasing", 1.0), ("decreasing", -1.0)):
        found = verify_monotonicity(net, box_of(unit), feature, direction=direction)
        worst = (sign * slopes).min()
        if found.holds:
            assert worst >= -1e-9
        else:
            assert sign * found.slope < 0  # at a point that shows it
            there = net.jacobian(found.point[np.newaxis])[0, 0, feature]
            assert there == pytest.approx(found.slope, rel=1e-6)
            assert sign * found.bound * unit[feature] <= worst + 1e-9
        if worst < -1e-9:
            assert not found.holds


@pytest.mark.parametrize("seed", range(3))
def test_regions_are_the_patterns_of_the_grid(seed, unit):
    net, points = network(seed, unit, 1, hidden=(5,)), grid(unit)
    active = net.hidden_activations(points, 0) > 0
    patterns, share = np.unique(active, axis=0, return_counts=True)
    large = share.sum() * 1e-3  # smaller ones may lie between the points
    count = count_regions(net, box_of(unit))
    assert count.is_exact and count.n_regions >= (share > large).sum()
    regions = LinearRegions(net, box=box_of(unit)).fit(points[::7])
    ids = regions.transform(points[::7]).ravel()
    seen = np.unique(active[::7], axis=0)
    assert len(np.unique(ids)) == len(seen) <= len(patterns)
