"""Slices tile the plane, their functions are the network's, their boundaries are its zeros."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import SQUARE, networks, preactivations, random_network, uniform
from sklearn.datasets import make_moons
from sklearn.neural_network import MLPClassifier

from skinterp.exact import breakpoints, slice_regions

small = settings(max_examples=40, deadline=None)


def contains(polygon, points):
    """Return which points lie in a convex counter-clockwise polygon, by cross products."""
    edges = np.roll(polygon, -1, axis=0) - polygon
    to = points[:, np.newaxis] - polygon
    return (edges[:, 0] * to[..., 1] - edges[:, 1] * to[..., 0] >= -1e-12).all(axis=1)


@small
@given(networks(min_inputs=2, outputs=(1, 2)), st.booleans())
def test_polygons_tile_the_plane_and_agree_at_centroids(network, oblique):
    d = network.n_features_in
    rng = np.random.RandomState(0)
    origin = rng.uniform(-1, 1, d)
    directions = rng.standard_normal((2, d)) if oblique else None
    regions = slice_regions(network, origin=origin, directions=directions, box=([-2, -1], [2, 3]))
    assert abs(regions.areas.sum() - 16.0) <= 16e-9
    centers = regions.centroids
    X = regions.inputs(centers)
    raw = network.raw_values(X)
    values = np.einsum("rkj,rj->rk", regions.coef, centers) + regions.intercept
    assert np.abs(values - raw).max() <= 1e-9 * (1 + np.abs(raw).max())
    thick = regions.areas > 1e-6
    patterns = preactivations(network, X) > 0
    assert (patterns == regions.patterns)[thick].all()
    assert len({row.tobytes() for row in regions.patterns}) == len(regions)


@small
@given(networks(min_inputs=2, max_inputs=3, outputs=(1,)))
def test_every_point_lies_in_the_polygon_of_its_pattern(network):
    origin = np.zeros(network.n_features_in)
    regions = slice_regions(network, origin=origin, box=(-2, 2))
    points = uniform(300, 2)
    located = regions.locate(points)
    assert (located >= 0).all()
    for k in np.unique(located):
        assert contains(regions.polygons[k], points[located == k]).all()


@small
@given(networks(min_inputs=2, max_inputs=3, outputs=(1,)), st.sampled_from([0.0, 0.3]))
def test_a_level_set_has_its_value_and_separates_lower_from_higher_ones(network, level):
    regions = slice_regions(
        network, origin=np.zeros(network.n_features_in), box=(-2, 2), level=level
    )
    size = 1 + np.abs(regions.intercept).max()
    for line in regions.boundary:
        middle = 0.5 * (line[1:] + line[:-1])
        for points in (line, middle):
            values = network.raw_values(regions.inputs(points))[:, 0]
            assert np.abs(values - level).max() <= 1e-7 * size
    X = regions.inputs(uniform(2000, 2))
    above = network.raw_values(X)[:, 0] > level + 1e-9
    assert regions.boundary or above.all() or not above.any()


def test_a_boundary_along_the_borders_of_regions_is_found():
    # x0 + x1 > 0 through two units without biases: zero exactly where they switch
    network = (
        [[[1.0, -1.0], [1.0, -1.0]], [[1.0], [-1.0]]],
        [[0.0, 0.0], [0.0]],
        ["relu", "logistic"],
    )
    regions = slice_regions(network, box=(-1, 1))
    (line,) = regions.boundary
    np.testing.assert_allclose(np.sort(line, axis=0), [[-1, -1], [1, 1]], atol=1e-12)
    np.testing.assert_allclose(line.sum(axis=1), 0.0, atol=1e-12)
    # a plateau at zero is not positive: its edge is the boundary
    network = ([[[1.0], [1.0]], [[1.0]]], [[0.0], [0.0]], ["relu", "logistic"])
    assert len(slice_regions(network, box=(-1, 1)).boundary) == 1
    # a valley that touches zero decides nothing
    valley = (
        [[[1.0, -1.0], [1.0, -1.0]], [[1.0], [1.0]]],
        [[0.0, 0.0], [0.0]],
        ["relu", "logistic"],
    )
    assert slice_regions(valley, box=(-1, 1)).boundary == []


def test_the_boundary_of_three_classes_is_where_the_largest_logits_meet():
    network = random_network([2, 6, 5, 3], 1, task=["a", "b", "c"])
    regions = slice_regions(network, box=(-3, 3))
    assert regions.boundary
    for line in regions.boundary:
        raw = np.sort(network.raw_values(regions.inputs(line)), axis=1)
        assert np.abs(raw[:, -1] - raw[:, -2]).max() < 1e-9
    grid = uniform(20_000, 2, reach=3.0)
    step = 1e-3 * np.array([1.0, 0.7])
    here, there = network.predict(grid), network.predict(grid + step)
    corners = np.concatenate(regions.boundary)
    starts = np.concatenate([line[:-1] for line in regions.boundary])
    ends = np.concatenate([line[1:] for line in regions.boundary])
    for point in (grid + 0.5 * step)[here != there]:
        along = np.clip(
            ((point - starts) * (ends - starts)).sum(1) / ((ends - starts) ** 2).sum(1), 0, 1
        )
        nearest = starts + along[:, np.newaxis] * (ends - starts)
        assert np.linalg.norm(nearest - point, axis=1).min() < 2e-3
    assert np.isfinite(corners).all()


def test_a_closed_boundary_is_one_closed_line():
    # |x0| + |x1| < 1
    first = [[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]
    network = ([first, [[-1.0]] * 4], [[0.0] * 4, [1.0]], ["relu", "logistic"])
    regions = slice_regions(network, box=(-2, 2))
    (line,) = regions.boundary
    np.testing.assert_allclose(line[0], line[-1], atol=1e-12)
    np.testing.assert_allclose(np.abs(line).sum(axis=1), 1.0)
    assert len(line) == 5 and len(regions) == 4


def test_a_plane_through_data_has_their_range_medians_and_names():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(uniform(50, 4), columns=["a", "b", "c", "d"])
    regions = slice_regions(random_network([4, 6, 1], 0), X, features=("d", "b"))
    assert regions.names == ("d", "b")
    t = np.array([[0.5, -0.5]])
    expected = X.median().to_numpy().copy()
    expected[[3, 1]] = t
    np.testing.assert_allclose(regions.inputs(t)[0], expected)
    corners = np.concatenate(regions.polygons)
    np.testing.assert_allclose(corners.min(axis=0), X[["d", "b"]].min())
    np.testing.assert_allclose(corners.max(axis=0), X[["d", "b"]].max())
    frame = regions.to_frame()
    assert len(frame) == len(regions)


def test_a_fitted_classifier_of_scikit_learn_is_cut_and_drawn():
    X, y = make_moons(300, noise=0.1, random_state=0)
    model = MLPClassifier((10, 10), max_iter=3000, random_state=0).fit(X, y)
    regions = slice_regions(model, X)
    display = regions.plot(X, y)
    assert display.ax_.get_xlabel() == "x0"
    inside = regions.inputs(X)
    np.testing.assert_allclose(inside, X)


@small
@given(networks(max_inputs=3, outputs=(1, 2)))
def test_pieces_of_a_line_are_the_network(network):
    d = network.n_features_in
    rng = np.random.RandomState(1)
    origin, direction = rng.uniform(-1, 1, d), rng.standard_normal(d)
    line = breakpoints(network, origin=origin, direction=direction, box=(-3, 3))
    assert (np.diff(line.ends) > 0).all()
    np.testing.assert_allclose(line.ends[[0, -1]], [-3, 3])
    t = rng.uniform(-3, 3, 500)
    piece = np.searchsorted(line.breakpoints, t)
    values = line.slopes[piece] * t[:, np.newaxis] + line.offsets[piece]
    raw = network.raw_values(origin + t[:, np.newaxis] * direction)
    assert np.abs(values - raw).max() <= 1e-9 * (1 + np.abs(raw).max())


def test_a_line_runs_along_a_feature_of_a_frame():
    line = breakpoints(random_network([3, 5, 1], 0), uniform(40, 3), feature=2)
    assert len(line.to_frame()) == len(line)


REFUSED = {
    "one input": (SQUARE, {"box": (-1, 1)}, "A plane needs two inputs"),
    "smooth": (
        ([[[1.0], [1.0]], [[1.0]]], [[0.0], [0.0]], ["tanh", "identity"]),
        {"box": (-1, 1)},
        "tanh in layer 0 instead, which is smooth: use SymbolicSurrogateRegressor",
    ),
    "empty box": ("three", {"origin": [0, 0, 0], "box": (1, 1)}, "must be below the upper ones"),
    "unbounded box": ("three", {"origin": [0, 0, 0], "box": (0, np.inf)}, "box must be finite"),
    "no box": ("three", {"origin": [0, 0, 0]}, "box must be a pair"),
    "same features": ("three", {"features": (1, 1), "box": (0, 1)}, "must be different inputs"),
    "far feature": ("three", {"features": (1, 3), "box": (0, 1)}, "indices between 0 and 2"),
    "three features": ("three", {"features": (0, 1, 2), "box": (0, 1)}, "must be two inputs"),
    "unknown name": ("three", {"features": ("x0", "z"), "box": (0, 1)}, "must be among"),
    "no origin": ("three", {"box": (0, 1)}, "X or origin must be given"),
    "short origin": ("three", {"origin": [0, 0], "box": (0, 1)}, r"origin must have shape \(3,\)"),
    "directions": (
        "three",
        {"origin": [0, 0, 0], "directions": [[1, 0, 0]], "box": (0, 1)},
        r"directions must have shape \(2, 3\)",
    ),
    "parallel": (
        "three",
        {"origin": [0, 0, 0], "directions": [[1, 0, 0], [2, 0, 0]], "box": (0, 1)},
        "linearly independent",
    ),
    "many": ("three", {"origin": [0, 0, 0], "box": (-3, 3), "max_regions": 2}, "reached 3 with"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_planes_are_refused(case):
    network, options, wording = REFUSED[case]
    network = random_network([3, 6, 1], 0) if network == "three" else network
    with pytest.raises(ValueError, match=wording):
        slice_regions(network, **options)
