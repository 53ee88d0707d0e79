"""Slices and lines against hulls, segments across the boundary and hand-made networks."""

from itertools import pairwise

import numpy as np
import pytest
from exact_oracles import area_of, enumerated_depths, region_constraints, with_box
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import networks, preactivations, random_network, uniform
from scipy.spatial import ConvexHull

from skinterp.exact import ExactTreeRegressor, LinearRegions, breakpoints, slice_regions
from skinterp.network import as_network

few = settings(max_examples=20, deadline=None)


def crossed(starts, ends, lines):
    """Return which segments touch one of some polylines, by orientations."""

    def side(p, q, r):
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
            r[..., 0] - p[..., 0]
        )

    hit = np.zeros(len(starts), dtype=bool)
    s, e = starts[:, np.newaxis], ends[:, np.newaxis]
    for line in lines:
        a, b = line[np.newaxis, :-1], line[np.newaxis, 1:]
        across = side(s, e, a) * side(s, e, b) <= 1e-9
        hit |= (across & (side(a, b, s) * side(a, b, e) <= 1e-9)).any(axis=1)
    return hit


@settings(max_examples=12, deadline=None)
@given(networks(min_inputs=2, max_inputs=2, max_layers=2, max_units=3))
def test_areas_are_those_of_half_space_hulls(network):
    regions = slice_regions(network, box=(-2, 2))
    areas = {p.tobytes(): a for p, a in zip(regions.patterns, regions.areas, strict=True)}
    for key, depth in enumerated_depths(network, -2.0, 2.0).items():
        if depth > 1e-5:
            pattern = np.frombuffer(key, dtype=bool)
            sides = with_box(*region_constraints(network, pattern), 2, -2.0, 2.0)
            assert areas.pop(key) == pytest.approx(area_of(*sides), rel=1e-7)
    assert sum(areas.values()) < 1e-3


@few
@given(networks(min_inputs=2, max_inputs=3), st.integers(1, 3))
def test_polygons_are_convex_with_each_corner_once(network, power):
    reach = 10.0**power
    regions = slice_regions(network, origin=np.zeros(network.n_features_in), box=(-reach, reach))
    assert abs(regions.areas.sum() - 4 * reach**2) <= 4e-9 * reach**2
    for polygon, area in zip(regions.polygons, regions.areas, strict=True):
        assert area >= 0
        if area > 1e-6 * reach**2:
            hull = ConvexHull(polygon)
            assert hull.volume == pytest.approx(area, rel=1e-9)
            turn = np.roll(polygon, -1, axis=0) - polygon
            cross = turn[:, 0] * np.roll(turn[:, 1], -1) - turn[:, 1] * np.roll(turn[:, 0], -1)
            assert (cross >= -1e-9 * reach**2).all()


@few
@given(networks(min_inputs=2, max_inputs=3, outputs=(1, 3)), st.integers(0, 10**6), st.booleans())
def test_points_of_two_classes_have_the_boundary_between_them(drawn, seed, short):
    classes = ["no", "yes"] if drawn.n_outputs == 1 else ["a", "b", "c"]
    rng = np.random.RandomState(seed)
    layers = [layer.weights for layer in drawn.layers]
    names = [
        (a.name, a.slope) if a.name == "leaky_relu" else a.name for _, _, a in drawn.layers[:-1]
    ]
    # biases, so that no plateau ties
    biases = [0.5 * rng.standard_normal(len(layer.bias)) for layer in drawn.layers]
    last = "logistic" if drawn.n_outputs == 1 else "softmax"
    network = as_network((layers, biases, [*names, last]), classes=classes)
    origin = np.zeros(network.n_features_in)
    regions = slice_regions(network, origin=origin, box=(-2, 2))
    starts = uniform(300, 2, 1.98, seed)
    ends = starts + (0.02 if short else 1.0) * rng.standard_normal(starts.shape)
    ends = np.clip(ends, -1.98, 1.98)
    differ = network.predict(regions.inputs(starts)) != network.predict(regions.inputs(ends))
    assert crossed(starts[differ], ends[differ], regions.boundary).all()
    if regions.boundary and drawn.n_outputs == 1:
        corners = np.concatenate(regions.boundary)
        raw = network.raw_values(regions.inputs(corners))
        assert np.abs(raw).max() <= 1e-8 * (1 + np.abs(regions.intercept).max())


def test_the_classes_drawn_are_those_of_the_network():
    for seed, task in [(0, ["a", "b"]), (1, ["a", "b", "c"]), (2, ["a", "b", "c", "d"])]:
        n_outputs = 1 if len(task) == 2 else len(task)
        network = random_network([2, 6, 5, n_outputs], seed, task=task)
        regions = slice_regions(network, box=(-2, 2))
        display = regions.plot()
        areas = [ConvexHull(polygon).volume for polygon in display.polygons]
        assert sum(areas) == pytest.approx(16.0, rel=1e-9)
        centers = np.array([np.mean(polygon, axis=0) for polygon in display.polygons])
        labels = network.predict(regions.inputs(centers))
        assert [network.classes[k] for k in display.values] == labels.tolist()


def test_a_level_set_of_a_regression_is_where_the_network_has_that_value():
    network = random_network([3, 8, 5, 1], 1)
    origin = np.array([0.0, 0.0, 0.3])
    at_rest = float(network.raw_values(origin[np.newaxis])[0, 0])
    regions = slice_regions(network, origin=origin, box=(-2, 2), level=at_rest)
    assert regions.boundary
    corners = np.concatenate(regions.boundary)
    values = network.predict(regions.inputs(corners))
    np.testing.assert_allclose(values, at_rest, atol=1e-9)
    above = network.predict(regions.inputs(uniform(400, 2))) > at_rest
    starts, ends = uniform(400, 2), uniform(400, 2, seed=1)
    differ = above != (network.predict(regions.inputs(ends)) > at_rest)
    assert crossed(starts[differ], ends[differ], regions.boundary).all() and differ.any()


def test_a_plane_is_a_network_of_two_inputs():
    network = random_network([5, 7, 4, 2], 3)
    rng = np.random.RandomState(0)
    origin, directions = rng.standard_normal(5), rng.standard_normal((2, 5))
    first, *others = network.layers
    coefs = [directions @ first.weights, *(layer.weights for layer in others)]
    biases = [origin @ first.weights + first.bias, *(layer.bias for layer in others)]
    flat = as_network((coefs, biases, ["relu", "relu", "identity"]))
    by_plane = slice_regions(network, origin=origin, directions=directions, box=(-3, 3))
    alone = slice_regions(flat, box=(-3, 3))
    assert by_plane.names == ("direction 0", "direction 1") and alone.names == ("x0", "x1")
    np.testing.assert_array_equal(by_plane.patterns, alone.patterns)
    np.testing.assert_allclose(by_plane.areas, alone.areas, rtol=1e-9)
    np.testing.assert_allclose(by_plane.coef, alone.coef, atol=1e-12)
    tree = ExactTreeRegressor(flat, mode="whole", box=(-3, 3)).fit(uniform(20, 2))
    assert tree.n_leaves_ == len(alone)


def test_data_on_an_oblique_plane_have_their_coordinates_and_bound_it():
    network = random_network([4, 6, 1], 0)
    rng = np.random.RandomState(0)
    directions, t = rng.standard_normal((2, 4)), uniform(60, 2)
    X = t @ directions
    regions = slice_regions(network, X, directions=directions, origin=np.zeros(4))
    corners = np.concatenate(regions.polygons)
    np.testing.assert_allclose(corners.min(axis=0), t.min(axis=0), atol=1e-9)
    np.testing.assert_allclose(corners.max(axis=0), t.max(axis=0), atol=1e-9)
    np.testing.assert_allclose(regions.inputs(t), X, atol=1e-12)


def test_regions_of_the_slice_are_regions_of_the_data():
    network, X = random_network([2, 12, 8, 1], 0), uniform(300, 2)
    slices = slice_regions(network, X)
    regions = LinearRegions(network).fit(X)
    located = slices.locate(X)
    index = regions.transform(X)[:, 0]
    np.testing.assert_array_equal(slices.patterns[located], regions.patterns_[index])
    np.testing.assert_allclose(slices.coef[located], regions.coef_[index], atol=1e-12)
    assert len(slices) >= regions.n_regions_
    frame = slices.to_frame()
    np.testing.assert_allclose(frame["area"], slices.areas)
    np.testing.assert_array_equal(frame["n_active"], slices.patterns.sum(axis=1))
    values = network.raw_values(slices.inputs(slices.centroids))[:, 0]
    np.testing.assert_allclose(frame["raw value 0"], values, atol=1e-9)


def test_max_regions_is_the_largest_number_allowed():
    network = random_network([2, 8, 1], 0)
    n_regions = len(slice_regions(network, box=(-2, 2), max_regions=None))
    assert len(slice_regions(network, box=(-2, 2), max_regions=n_regions)) == n_regions
    with pytest.raises(ValueError, match=f"Got {n_regions - 1} instead, and reached {n_regions} "):
        slice_regions(network, box=(-2, 2), max_regions=n_regions - 1)


@few
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=8, unique=True), st.booleans())
def test_breakpoints_of_a_sum_of_bends_are_the_bends(knots, leaky):
    n = len(knots)
    hidden = ("leaky_relu", 0.5) if leaky else "relu"
    signs = np.where(np.arange(n) % 2, -1.0, 1.0)
    network = ([signs[np.newaxis], np.ones((n, 1))], [-signs * knots, [0.0]], [hidden, "identity"])
    line = breakpoints(network, box=(-21.5, 21.5))
    np.testing.assert_allclose(line.breakpoints, np.sort(knots), atol=1e-9)
    assert len(line) == n + 1
    # every bend adds the slope of one unit, or of half of it
    steps = np.diff(line.slopes[:, 0])
    np.testing.assert_allclose(np.abs(steps), 0.5 if leaky else 1.0, atol=1e-12)


@few
@given(networks(max_inputs=3, max_layers=2))
def test_lines_bend_where_patterns_change_and_nowhere_else(network):
    d = network.n_features_in
    rng = np.random.RandomState(2)
    origin, direction = rng.uniform(-1, 1, d), rng.standard_normal(d)
    line = breakpoints(network, origin=origin, direction=direction, box=(-3, 3))
    t = np.sort(rng.uniform(-3, 3, 4000))
    patterns = preactivations(network, origin + t[:, np.newaxis] * direction) > 0
    changes = (patterns[1:] != patterns[:-1]).any(axis=1)
    for low, high in zip(t[:-1][changes], t[1:][changes], strict=True):
        assert ((line.breakpoints >= low - 1e-9) & (line.breakpoints <= high + 1e-9)).any()
    for low, high in pairwise(line.ends):
        inside = patterns[(t > low + 1e-9) & (t < high - 1e-9)]
        assert len(np.unique(inside, axis=0)) <= 1
    # continuous where pieces meet
    here = line.slopes[:-1] * line.breakpoints[:, np.newaxis] + line.offsets[:-1]
    there = line.slopes[1:] * line.breakpoints[:, np.newaxis] + line.offsets[1:]
    size = 1 + np.abs(line.offsets).max() + np.abs(line.slopes).max()
    assert np.abs(here - there).max(initial=0.0) <= 1e-9 * size


def test_a_line_is_the_edge_of_a_plane():
    network, X = random_network([3, 7, 5, 1], 4), uniform(80, 3)
    line = breakpoints(network, X, feature=1)
    middle = np.median(X, axis=0)
    t = np.linspace(X[:, 1].min(), X[:, 1].max(), 77)[1:-1]
    points = np.repeat(middle[np.newaxis], len(t), axis=0)
    points[:, 1] = t
    piece = np.searchsorted(line.breakpoints, t)
    values = line.slopes[piece, 0] * t + line.offsets[piece, 0]
    np.testing.assert_allclose(values, network.raw_values(points)[:, 0], atol=1e-9)


def test_lines_take_names_and_give_frames_of_several_outputs():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(uniform(50, 3), columns=["a", "b", "c"])
    network = random_network([3, 5, 2], 0)
    line = breakpoints(network, X, feature="c")
    frame = line.to_frame()
    np.testing.assert_allclose(frame["from"][1:], frame["to"][:-1])
    np.testing.assert_array_equal(frame["slope 1"], line.slopes[:, 1])
    assert {"slope 0", "offset 0", "offset 1"} < set(frame.columns)
    np.testing.assert_allclose(line.ends[[0, -1]], [X["c"].min(), X["c"].max()])
    single = breakpoints(random_network([3, 5, 1], 0), X, feature="a").to_frame()
    assert {"slope", "offset"} < set(single.columns)


@pytest.mark.parametrize(
    "options, wording",
    [
        ({"feature": "z", "box": (0, 1)}, r"must be among \['x0', 'x1'\]. Got 'z'"),
        ({"feature": 2, "box": (0, 1)}, "indices between 0 and 1. Got 2"),
        ({"box": (1, 0)}, "must be below the upper ones"),
        ({"box": (0, np.inf)}, "box must be finite"),
        ({"box": None}, "box must be a pair"),
        ({"direction": [0, 0], "box": (0, 1)}, "linearly independent"),
        ({"direction": [1, 0, 0], "box": (0, 1)}, r"directions must have shape \(1, 2\)"),
    ],
)
def test_bad_lines_are_refused(options, wording):
    with pytest.raises(ValueError, match=wording):
        breakpoints(random_network([2, 4, 1], 0), origin=[0.0, 0.0], **options)
    with pytest.raises(ValueError, match="X or origin must be given"):
        breakpoints(random_network([2, 4, 1], 0), box=(0, 1))
    with pytest.raises(ValueError, match="X or origin must be given to place"):
        breakpoints(random_network([2, 4, 1], 0), direction=[1, 0], box=(0, 1))
