"""The field itself: directions, smoothing, weights, what is dropped, how fields are joined."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling_pool import dense_view, ellipse_view, linear_view, normal_rows
from scipy.optimize import approx_fprime
from scipy.stats import norm

from skinterp.network import as_network
from skinterp.sampling import (
    GradientField,
    concatenate_fields,
    data_field,
    feature_scale,
    gradient_field,
    smooth_gradient,
)

ONES = np.ones(2)


# the scale of the inputs


def test_scale_is_the_standard_deviation():
    X = normal_rows(50, 3) * [1.0, 1e-9, 1e9] + [0.0, 1.0, -1e9]
    np.testing.assert_allclose(feature_scale(X), X.std(axis=0), rtol=1e-7)


@pytest.mark.parametrize("unit", [1e-200, 1e-15, 1e-9, 1e9, 1e200])
def test_scale_follows_the_units_of_a_column(unit):
    X = normal_rows(50, 2)
    np.testing.assert_allclose(feature_scale(X * unit), X.std(axis=0) * unit, rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, -7.0, 1e-9, 1e9])
def test_a_constant_column_has_no_scale(value):
    """Although ``np.std`` of ten times 0.1 is not exactly zero."""
    X = np.column_stack([np.arange(10.0), np.full(10, value)])
    assert feature_scale(X)[1] == 0.0


# smoothing


@pytest.mark.parametrize("off", [{"smoothing": 0}, {"n_steps": 0}])
def test_without_smoothing_it_is_the_gradient_itself(off):
    view, X = dense_view((3, 8, 1), "relu"), normal_rows(20, 3)
    scale = np.array([1.0, 2.0, 0.5])
    np.testing.assert_array_equal(smooth_gradient(view, X, scale, **off), view.gradient(X) * scale)


@given(smoothing=st.floats(0.01, 2.0), seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_antithetic_steps_are_exact_for_quadratic_functions(smoothing, seed):
    view, X, scale = ellipse_view(), normal_rows(10, 2), np.array([0.5, 3.0])
    smoothed = smooth_gradient(view, X, scale, smoothing=smoothing, random_state=seed)
    np.testing.assert_allclose(smoothed, X * [2.0, 4.0] * scale, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_smoothing_is_a_gaussian_average_in_units_of_the_scale(scale):
    """The mean slope of ``max(x, 0)`` under normal steps is the normal distribution function."""
    view = as_network(([np.eye(1), np.eye(1)], [[0.0], [0.0]], ["relu", "identity"])).output()
    X = np.linspace(-2, 2, 9)[:, None] * scale
    smoothed = smooth_gradient(
        view, X, np.array([scale]), smoothing=0.8, n_steps=4000, random_state=0
    )
    expected = norm.cdf(X / (0.8 * scale)) * scale
    np.testing.assert_allclose(smoothed, expected, atol=0.02 * scale)


def test_smoothing_brings_a_relu_network_nearer_to_its_concept():
    X = normal_rows(200, 2)
    knots = np.linspace(-3, 3, 9)
    # kinks that interpolate x0**2 between the knots; x1 is the difference of two more units
    bends = np.diff(knots[:-1] + knots[1:], prepend=0.0)
    first = np.vstack([np.r_[np.ones(8), 0.0, 0.0], np.r_[np.zeros(8), 1.0, -1.0]])
    last = np.r_[bends, 1.0, -1.0][:, None]
    biases = [np.r_[-knots[:-1], 0.0, 0.0], [0.0]]
    view = as_network(([first, last], biases, ["relu", "identity"])).output()
    truth = np.column_stack([2 * X[:, 0], np.ones(len(X))])
    truth /= np.linalg.norm(truth, axis=1, keepdims=True)
    error = {}
    for smoothing in (0.0, 0.4):
        field = gradient_field(view, X, ONES, smoothing=smoothing, n_steps=40, random_state=0)
        error[smoothing] = 1 - (field.directions * truth).sum(axis=1).mean()
    assert error[0.4] < 0.3 * error[0.0]


# directions, lengths, values, weights


@pytest.mark.parametrize("activation", ["tanh", "logistic", "softplus"])
def test_direction_times_length_is_the_numerical_gradient_in_standard_units(activation):
    view, X = dense_view((3, 6, 4, 1), activation), normal_rows(8, 3)
    scale = np.array([1.0, 0.1, 10.0])
    field = gradient_field(view, X, scale, smoothing=0)
    numerical = [
        approx_fprime(x, lambda p: view.value(p[None])[0], epsilon=1e-6) * scale for x in X
    ]
    np.testing.assert_allclose(
        field.directions * field.lengths[:, None], numerical, rtol=1e-3, atol=1e-5
    )
    np.testing.assert_array_equal(field.values, view.value(X))
    np.testing.assert_array_equal(field.points, X)


@pytest.mark.parametrize("smoothing", [0, 0.1])
def test_directions_are_unit_vectors_and_weights_sum_to_one(smoothing):
    field = gradient_field(
        dense_view((4, 9, 1), "relu"),
        normal_rows(60, 4),
        np.ones(4),
        weights=np.linspace(1, 7, 60),
        smoothing=smoothing,
        random_state=0,
    )
    np.testing.assert_allclose(np.linalg.norm(field.directions, axis=1), 1.0)
    assert field.weights.sum() == pytest.approx(1.0)
    assert field.weights[-1] / field.weights[0] == pytest.approx(7.0)


def test_equal_weights_unless_given():
    field = gradient_field(linear_view([1, 2]), normal_rows(5, 2), ONES)
    np.testing.assert_allclose(field.weights, 0.2)
    assert not field.on_boundary.any()


def test_points_without_a_gradient_are_dropped_and_counted():
    view = as_network(([[[1.0], [0.0]], np.eye(1)], [[0.0], [0.0]], ["relu", "identity"])).output()
    X = np.column_stack([np.arange(-3.0, 4.0), np.ones(7)])
    weights = np.arange(1.0, 8.0)
    field = gradient_field(view, X, ONES, weights=weights, dropped={"duplicates": 2}, smoothing=0)
    np.testing.assert_array_equal(field.points[:, 0], [1.0, 2.0, 3.0])
    np.testing.assert_allclose(field.weights, np.array([5, 6, 7]) / 18)
    assert field.dropped["without a gradient"] == 4
    assert field.dropped["duplicates"] == 2


def test_points_with_a_negligible_gradient_have_no_direction():
    view = as_network(lambda X: X[:, 0], gradient=lambda X: X, n_features_in=2).output()
    X = np.array([[1.0, 0.0], [2.0, 1.0], [1e-12, 1e-12]])
    field = gradient_field(view, X, ONES, smoothing=0)
    assert len(field) == 2
    assert field.dropped["without a gradient"] == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_points_where_the_view_is_undefined_are_dropped_and_counted(bad):
    X = normal_rows(12, 2)
    X[:5, 0] = -10.0

    def gradient(X):
        return np.where(X < -9, bad, 1.0)

    slope = as_network(lambda X: X.sum(axis=1), gradient=gradient).output()
    value = as_network(
        lambda X: np.where(X[:, 0] < -9, bad, X[:, 0]), gradient=lambda X: np.ones_like(X)
    ).output()
    for view in (slope, value):
        field = gradient_field(view, X, ONES, smoothing=0)
        np.testing.assert_array_equal(field.points, X[5:])
        assert np.isfinite(field.directions).all()
        assert np.isfinite(field.values).all()
        assert field.weights.sum() == pytest.approx(1.0)
        assert field.dropped["undefined"] == 5


def test_steps_too_long_to_square_are_dropped_without_a_warning():
    view = as_network(
        lambda X: X[:, 0], gradient=lambda X: np.where(X > 0, 1.0, 1e200), n_features_in=1
    ).output()
    field = gradient_field(view, np.array([[-1.0], [1.0], [2.0]]), np.ones(1), smoothing=0)
    np.testing.assert_array_equal(field.points[:, 0], [1.0, 2.0])


@pytest.mark.parametrize(
    "view",
    [
        as_network(([np.zeros((2, 1))], [[3.0]], ["identity"])).output(),
        as_network(([np.full((2, 1), 1e3)], [[1e6]], ["tanh"])).output(),
        as_network(lambda X: np.ones(len(X)), n_features_in=2).output(),
    ],
    ids=["constant", "saturated", "constant callable"],
)
def test_refuses_a_view_without_any_gradient(view):
    X = normal_rows(9, 2)
    with pytest.raises(ValueError, match="gradient of output vanishes at all 9 points asked"):
        gradient_field(view, X, ONES)
    with pytest.raises(ValueError, match="another smoothing"):
        data_field(view, X)


def test_refuses_a_view_that_is_nowhere_defined():
    view = as_network(lambda X: np.full(len(X), np.nan), n_features_in=2).output()
    with pytest.raises(
        ValueError, match="output or its gradient is NaN or infinite at all 4 points asked"
    ):
        gradient_field(view, normal_rows(4, 2), ONES)


# joining


def two_fields():
    view = dense_view((2, 5, 1))
    one = gradient_field(
        view, normal_rows(4, 2), ONES, on_boundary=True, dropped={"duplicates": 1}
    )
    two = gradient_field(
        view, normal_rows(6, 2, seed=1), ONES, weights=np.arange(1.0, 7), dropped={"duplicates": 2}
    )
    return one, two


def test_joined_fields_keep_their_points_and_their_shares():
    one, two = two_fields()
    joined = concatenate_fields([one, two], [3, 1])
    assert len(joined) == 10
    np.testing.assert_allclose(joined.weights[:4], one.weights * 0.75)
    np.testing.assert_allclose(joined.weights[4:], two.weights * 0.25)
    np.testing.assert_array_equal(joined.on_boundary, [True] * 4 + [False] * 6)
    for name in ("points", "directions", "values", "lengths"):
        np.testing.assert_array_equal(
            getattr(joined, name), np.concatenate([getattr(one, name), getattr(two, name)])
        )
    assert joined.dropped["duplicates"] == 3


def test_only_the_ratio_of_shares_counts():
    fields = two_fields()
    np.testing.assert_allclose(
        concatenate_fields(fields, [1.0, 0.3]).weights, concatenate_fields(fields, [10, 3]).weights
    )


@pytest.mark.parametrize("shares", [[1.0], [1.0, 1.0, 1.0], [1.0, -0.5], [0.0, 0.0]])
def test_refuses_shares_that_do_not_fit(shares):
    with pytest.raises(ValueError, match="shares must be 2 positive numbers, one per field"):
        concatenate_fields(two_fields(), shares)


def test_refuses_fields_in_different_units():
    view = dense_view((2, 5, 1))
    fields = [gradient_field(view, normal_rows(4, 2), scale) for scale in (ONES, 2 * ONES)]
    with pytest.raises(ValueError, match="same scale"):
        concatenate_fields(fields, [1, 1])


# the object


def test_a_field_cannot_be_changed_and_is_equal_only_to_itself():
    one, two = two_fields()
    with pytest.raises(FrozenInstanceError):
        one.points = two.points
    assert one == one
    assert one != two
    assert len({one, two}) == 2


def test_printing_says_how_many_points_and_what_was_dropped():
    one, two = two_fields()
    assert repr(concatenate_fields([one, two], [1, 1])) == (
        "GradientField(10 points, 4 on the boundary; dropped: 3 duplicates)"
    )
    fields = {f.name for f in GradientField.__dataclass_fields__.values()}
    empty = dict.fromkeys(fields, np.ones(3, dtype=bool)) | {"dropped": {"duplicates": 0}}
    assert repr(GradientField(**empty)) == "GradientField(3 points, 3 on the boundary)"
