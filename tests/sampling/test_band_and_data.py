"""Gradient fields in a band around the boundary and on rows of the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling_pool import assert_same_field, dense_view, linear_view, normal_rows

from skinterp.network import as_network
from skinterp.sampling import band_field, data_field, feature_scale

WEIGHTS = np.array([1.0, -0.5, 0.01])


def linear_problem(n=500):
    """Return a linear view, rows, and their exact distances in standard deviations."""
    X = normal_rows(n, 3) * [1.0, 2.0, 100.0]
    view = linear_view(WEIGHTS, 0.2)
    return view, X, np.abs(X @ WEIGHTS + 0.2) / np.linalg.norm(WEIGHTS * X.std(axis=0))


@settings(max_examples=25, deadline=None)
@given(width=st.floats(0.15, 6.0))
def test_the_band_holds_the_rows_within_its_width(width):
    view, X, distance = linear_problem()
    field = band_field(view, X, width=width, random_state=0)
    inside = distance <= width
    np.testing.assert_array_equal(field.points, X[inside])
    expected = np.maximum(1 - (distance[inside] / width) ** 2, 1e-3)
    np.testing.assert_allclose(field.weights, expected / expected.sum(), rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(width=st.floats(1e-12, 0.02), n=st.integers(2, 120))
def test_a_narrow_band_widens_to_the_fifty_nearest_rows(width, n):
    view, X, distance = linear_problem(n)
    field = band_field(view, X, width=width, random_state=0)
    nearest = np.sort(np.argsort(distance)[:50])
    np.testing.assert_array_equal(field.points, X[nearest])
    assert (field.weights > 0).all()
    assert field.weights.sum() == pytest.approx(1.0)
    order = np.argsort(distance[nearest])
    assert (np.diff(field.weights[order]) <= 1e-15).all()


def test_an_infinite_band_is_the_data():
    view, X, _ = linear_problem()
    X[0] = 0.0
    view = as_network(
        lambda X: X @ WEIGHTS + 0.2, gradient=lambda X: np.where(X == 0, 0.0, WEIGHTS)
    ).output()
    field = band_field(view, X, width=np.inf, random_state=0)
    np.testing.assert_array_equal(field.points, X[1:])
    np.testing.assert_allclose(field.weights, 1 / 499)


def test_the_band_is_thinned_at_random_to_n_points():
    view, X, distance = linear_problem()
    fields = [band_field(view, X, width=1.0, n_points=60, random_state=s) for s in (0, 0, 1)]
    assert_same_field(*fields[:2])
    assert not np.array_equal(fields[0].points, fields[2].points)
    inside = {tuple(x) for x in X[distance <= 1.0]}
    assert {tuple(x) for x in fields[0].points} <= inside
    assert len({tuple(x) for x in fields[0].points}) == 60


def test_rows_without_a_slope_are_infinitely_far():
    """A ReLU's flat part at a value of zero is no boundary."""
    view = as_network(([[[1.0], [0.0]], np.eye(1)], [[0.0], [0.0]], ["relu", "identity"])).output()
    X = normal_rows(400, 2)
    field = band_field(view, X, width=0.5, smoothing=0, random_state=0)
    inside = (X[:, 0] > 0) & (X[:, 0] <= 0.5 * X[:, 0].std())
    np.testing.assert_array_equal(field.points, X[inside])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_where_the_view_is_undefined_are_not_in_the_band(bad):
    X = normal_rows(300, 2)
    view = as_network(
        lambda X: np.where(X[:, 1] > 0, bad, X[:, 0]),
        gradient=lambda X: np.where(X[:, 1:] > 0, bad, [1.0, 0.0]),
    ).output()
    field = band_field(view, X, width=9.0, smoothing=0, random_state=0)
    np.testing.assert_array_equal(field.points, X[X[:, 1] <= 0])
    assert np.isfinite(field.weights).all()


@pytest.mark.parametrize("width", [0, -0.3, np.nan])
def test_refuses_a_width_that_is_not_positive(width):
    view, X, _ = linear_problem(60)
    with pytest.raises(ValueError, match=r"width must be a positive number\. Got .* instead"):
        band_field(view, X, width=width)


@pytest.mark.parametrize("strategy", [band_field, data_field])
def test_refuses_a_view_that_does_not_depend_on_its_inputs(strategy):
    with pytest.raises(ValueError, match="gradient of output vanishes at all 30 points"):
        strategy(linear_view([0.0, 0.0], 1.0), normal_rows(30, 2))


# data


@pytest.mark.parametrize("n_points", [100, 1000])
def test_all_rows_in_their_order_when_they_are_few(n_points):
    X = normal_rows(100, 3)
    field = data_field(dense_view((3, 5, 1)), X, n_points=n_points, random_state=0)
    np.testing.assert_array_equal(field.points, X)
    np.testing.assert_allclose(field.weights, 0.01)
    assert not field.on_boundary.any()


def test_a_random_subset_of_rows_when_they_are_many():
    X, view = normal_rows(100, 3), dense_view((3, 5, 1))
    fields = [data_field(view, X, n_points=30, random_state=s) for s in (0, 0, 1)]
    assert_same_field(*fields[:2])
    assert not np.array_equal(fields[0].points, fields[2].points)
    rows = [np.flatnonzero((point == X).all(axis=1)).item() for point in fields[0].points]
    assert rows == sorted(set(rows))
    assert len(rows) == 30
    np.testing.assert_array_equal(fields[0].scale, feature_scale(X))


def test_smoothing_steps_follow_the_random_state():
    X, view = normal_rows(50, 3), dense_view((3, 12, 1), "relu")
    rough, other = (data_field(view, X, random_state=s).directions for s in (0, 1))
    assert not np.array_equal(rough, other)
    raw = data_field(view, X, smoothing=0, random_state=0)
    gradient = view.gradient(X)
    np.testing.assert_allclose(raw.directions * raw.lengths[:, None], gradient * feature_scale(X))
