"""Projection on the decision boundary, and the gradient field there."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sampling_pool import (
    assert_same_field,
    dense_view,
    ellipse_view,
    linear_view,
    normal_rows,
    trained_ellipse,
)
from scipy.optimize import brentq
from scipy.spatial.distance import pdist

from skinterp.network import as_network
from skinterp.sampling import boundary_field, data_field, feature_scale, project_on_boundary


@pytest.fixture(scope="module", params=["tanh", "relu"])
def trained(request):
    return trained_ellipse(request.param)


def test_a_linear_view_is_projected_at_right_angles_in_standard_units():
    weights, X = np.array([1.0, -2.0, 0.02]), normal_rows(300, 3) * [1.0, 0.5, 50.0]
    view = linear_view(weights, 0.3)
    points, _ = project_on_boundary(view, X, random_state=0)
    normal = feature_scale(X) * weights
    step = -(view.value(X) / (normal @ normal))[:, None] * normal * feature_scale(X)
    exact = X + step
    inside = ((exact >= X.min(axis=0)) & (exact <= X.max(axis=0))).all(axis=1)
    assert inside.sum() > 250
    distance = np.abs((exact[inside, None] - points) / feature_scale(X)).max(axis=2)
    assert distance.min(axis=1).max() < 1e-2


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n_points=st.integers(1, 150),
    activation=st.sampled_from(["tanh", "relu"]),
)
def test_points_lie_on_the_boundary_inside_the_data_and_are_accounted_for(
    seed, n_points, activation
):
    units, centre = np.array([1.0, 1e-3, 1e3]), np.array([0.0, 5.0, 0.0])
    X = normal_rows(100, 3, seed) * units + centre
    raw = dense_view((3, 8, 1), activation, seed, divide_by=units)
    view = as_network(
        lambda X: raw.value(X - centre) - raw.value(np.zeros((1, 3))),
        gradient=lambda X: raw.gradient(X - centre),
    ).output()
    values = view.value(X)
    assume(0 < (values > 0).sum() < 100)
    points, dropped = project_on_boundary(view, X, n_points=n_points, random_state=seed)
    n_starts = len(points) + dropped["not projected"] + dropped["duplicates"]
    assert n_starts == min(n_points, 100)
    if len(points):
        typical = np.median(np.abs(values[values != 0]))
        assert np.abs(view.value(points)).max() <= 1.1e-3 * typical
        assert (points >= X.min(axis=0)).all()
        assert (points <= X.max(axis=0)).all()
    if len(points) > 1:
        assert pdist(points / feature_scale(X)).min() > 0


def test_nearly_every_row_arrives_on_a_trained_network(trained):
    view, X = trained
    points, dropped = project_on_boundary(view, X, random_state=0)
    assert len(points) > 0.95 * len(X)
    assert dropped["not projected"] < 0.02 * len(X)


@pytest.mark.parametrize("n_points", [40, 41])
def test_starts_are_taken_from_both_sides_alike(n_points):
    """A view of x0 alone leaves x1 as it was, which tells the rows apart."""
    X = normal_rows(400, 2)
    view = linear_view([1.0, 0.0], -0.8)
    points, _ = project_on_boundary(view, X, n_points=n_points, random_state=0)
    from_positive = np.isin(points[:, 1], X[view.value(X) > 0, 1]).sum()
    assert len(points) == n_points
    assert from_positive in (n_points // 2, n_points - n_points // 2)


def test_a_rare_class_gives_all_its_rows():
    X = normal_rows(400, 2)
    view = linear_view([1.0, 0.0], -2.0)
    rare = X[view.value(X) > 0, 1]
    points, _ = project_on_boundary(view, X, n_points=100, random_state=0)
    assert 0 < len(rare) < 20
    assert np.isin(rare, points[:, 1]).all()


def test_rows_on_a_plateau_are_replaced_by_crossings_of_segments():
    """Flat away from the boundary, Newton steps lead nowhere and bisection is needed."""
    view = as_network(
        lambda X: np.clip(20 * X[:, 0], -1, 1),
        gradient=lambda X: np.column_stack([20.0 * (np.abs(X[:, 0]) < 0.05), 0 * X[:, 0]]),
        n_features_in=2,
    ).output()
    X = normal_rows(200, 2)
    X = X[np.abs(X[:, 0]) > 0.05]
    points, dropped = project_on_boundary(view, X, random_state=0)
    assert dropped["not projected"] == 0 and dropped["duplicates"] <= 3  # of the same two rows
    np.testing.assert_allclose(points[:, 0], 0.0, atol=1e-4)
    assert len(points) + dropped["duplicates"] == len(X)
    assert points[:, 1].std() > 0.3


def test_two_rows_meet_where_the_view_is_zero():
    view = as_network(lambda X: np.tanh(8 * X[:, 0]) + X[:, 0] ** 3 - 0.4, n_features_in=1)
    points, dropped = project_on_boundary(view.output(), [[-3.0], [2.0]], random_state=0)
    root = brentq(lambda x: np.tanh(8 * x) + x**3 - 0.4, -3, 2)
    np.testing.assert_allclose(points, np.full_like(points, root), atol=2e-3)
    assert len(points) + dropped["duplicates"] == 2


def test_duplicated_rows_are_asked_once():
    X = normal_rows(30, 2)
    view = linear_view([1.0, 0.7], 0.1)
    once, _ = project_on_boundary(view, X, random_state=0)
    points, dropped = project_on_boundary(view, np.repeat(X, 3, axis=0), random_state=0)
    assert dropped["duplicates"] >= 60
    np.testing.assert_allclose(
        points[np.lexsort(points.T)], once[np.lexsort(once.T)], rtol=0, atol=1e-12
    )


def test_whole_numbers_are_projected_as_real_ones():
    X = np.random.RandomState(0).randint(-5, 6, size=(200, 2))
    view = linear_view([1.0, 0.37], 0.21)
    points, dropped = project_on_boundary(view, X, random_state=0)
    assert dropped["not projected"] == 0
    np.testing.assert_allclose(view.value(points), 0.0, atol=1e-2)
    as_floats, _ = project_on_boundary(view, X.astype(float), random_state=0)
    np.testing.assert_array_equal(points, as_floats)


def test_a_relu_unit_is_projected_on_its_kink():
    """Most of its values are exactly zero: their median says nothing about its size."""
    view = as_network(([[[1.0], [0.0]], np.eye(1)], [[-1.0], [0.0]], ["relu", "identity"]))
    X = normal_rows(300, 2)
    field = boundary_field(view.unit(0, 0), X, random_state=0)
    active = np.isin(field.points[:, 1], X[X[:, 0] > 1, 1])
    assert active.sum() == (X[:, 0] > 1).sum()
    np.testing.assert_allclose(field.points[active, 0], 1.0, atol=2e-3)
    assert field.dropped["without a gradient"] > 200


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_other_class_has_the_same_boundary(activation, seed):
    X, view = normal_rows(80, 3, seed), dense_view((3, 6, 1), activation, seed)
    centre = np.median(view.value(X))

    def plateau(X):  # at half of the rows, which arrive by segments
        return np.minimum(view.value(X) - centre, 0.01)

    for function in (lambda X: view.value(X) - centre, plateau):
        views = [as_network(lambda X, s=s, f=function: s * f(X)).output() for s in (1, -1)]
        one, other = (boundary_field(v, X, n_points=50, random_state=seed) for v in views)
        np.testing.assert_array_equal(one.points, other.points)
        np.testing.assert_allclose(one.directions, -other.directions, atol=1e-9)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_where_the_view_is_undefined_are_left_out(bad):
    X = np.random.RandomState(0).uniform(-1, 1, size=(200, 2))
    view = as_network(
        lambda X: np.where(X[:, 1] > 0.5, bad, X[:, 0]),
        gradient=lambda X: np.where(X[:, 1:] > 0.5, bad, [1.0, 0.0]),
    ).output()
    points, _ = project_on_boundary(view, X, random_state=0)
    assert len(points) == (X[:, 1] <= 0.5).sum()
    np.testing.assert_allclose(points[:, 0], 0.0, atol=1e-3)


def test_a_gradient_undefined_on_the_way_is_replaced_by_bisection():
    X = np.random.RandomState(0).uniform(-1, 1, size=(200, 2))
    view = as_network(
        lambda X: X[:, 0], gradient=lambda X: np.where(X[:, :1] > 0.3, np.nan, [1.0, 0.0])
    ).output()
    points, dropped = project_on_boundary(view, X, random_state=0)
    assert dropped["not projected"] == 0
    np.testing.assert_allclose(points[:, 0], 0.0, atol=1e-3)


# the field


def test_the_field_of_an_ellipse_has_its_normals():
    X = np.random.RandomState(0).uniform(-1.5, 1.5, size=(300, 2))
    field = boundary_field(ellipse_view(), X, random_state=0)
    normals = field.points * [2.0, 4.0] * feature_scale(X)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    np.testing.assert_allclose(field.directions, normals, atol=1e-12)
    assert field.on_boundary.all()
    assert field.weights.sum() == pytest.approx(1.0)
    np.testing.assert_array_equal(field.scale, feature_scale(X))


def test_on_the_boundary_a_network_follows_its_concept_best(trained):
    view, X = trained
    cosine = {}
    for strategy in (boundary_field, data_field):
        field = strategy(view, X, random_state=0)
        normals = field.points * [2.0, 4.0] * feature_scale(X)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        cosine[strategy] = (field.directions * normals).sum(axis=1).mean()
    assert cosine[boundary_field] > 0.99
    assert cosine[boundary_field] > cosine[data_field]


def test_the_field_is_that_of_the_projected_points(trained):
    view, X = trained
    field = boundary_field(view, X, n_points=80, random_state=3)
    points, dropped = project_on_boundary(view, X, n_points=80, random_state=3)
    np.testing.assert_array_equal(field.points, points)
    assert {key: field.dropped[key] for key in dropped} == dropped


def test_same_random_state_same_field(trained):
    view, X = trained
    fields = [boundary_field(view, X, n_points=50, random_state=seed) for seed in (0, 0, 1)]
    assert_same_field(*fields[:2])
    assert not np.array_equal(fields[0].points, fields[2].points)


def test_smoothing_is_passed_on(trained):
    view, X = trained
    raw = boundary_field(view, X, n_points=50, smoothing=0, random_state=0)
    gradient = view.gradient(raw.points) * raw.scale
    np.testing.assert_allclose(raw.directions * raw.lengths[:, None], gradient)


# refusals


@pytest.mark.parametrize(("bias", "side"), [(100.0, "positive"), (-100.0, "negative or zero")])
def test_refuses_rows_of_one_side(bias, side):
    view = linear_view([1.0, 1.0], bias)
    with pytest.raises(ValueError, match=f"No decision boundary .* output is {side} at all 20"):
        boundary_field(view, normal_rows(20, 2))


def test_refuses_a_view_undefined_at_every_row():
    view = as_network(lambda X: np.full(len(X), np.nan)).output()
    with pytest.raises(ValueError, match="output is NaN or infinite at all 20 rows"):
        project_on_boundary(view, normal_rows(20, 2))


def test_refuses_a_view_that_jumps():
    view = as_network(
        lambda X: np.sign(X[:, 0]), gradient=lambda X: np.ones_like(X), n_features_in=2
    ).output()
    with pytest.raises(ValueError, match=r"None of 20 rows could be projected .* jump there"):
        boundary_field(view, normal_rows(20, 2), n_points=500)


def test_a_saturated_network_is_asked_on_its_boundary_or_refused():
    """Its slopes are zero in floating point, but for a thousandth around the boundary."""
    view = as_network(([[[1e5], [0.0]]], [[0.0]], ["tanh"])).output()
    X = normal_rows(50, 2)
    field = boundary_field(view, X, smoothing=0, random_state=0)
    np.testing.assert_array_equal(field.directions, np.tile([1.0, 0.0], (len(field), 1)))
    np.testing.assert_allclose(field.points[:, 0], 0.0, atol=1e-7)
    with pytest.raises(ValueError, match=r"gradient of output vanishes .* or it is saturated"):
        boundary_field(view, X, random_state=0)
