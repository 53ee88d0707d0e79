"""What every strategy promises: units do not matter, nor do constants, dtypes and containers."""

import numpy as np
import pandas as pd
import pytest
from sampling_pool import assert_same_field, dense_view, normal_rows

from skinterp.network import as_network
from skinterp.sampling import band_field, boundary_field, data_field, project_on_boundary

STRATEGIES = [boundary_field, band_field, data_field]


@pytest.fixture(params=STRATEGIES, ids=lambda strategy: strategy.__name__)
def strategy(request):
    return request.param


def centred(view, at):
    """Return the view minus its value at a point, so that it has a boundary there."""
    level = view.value(at)[0]
    (*hidden, (weights, bias, activation)) = view.network.layers
    layers = [*hidden, (weights, bias - level, activation)]
    coefs, intercepts, activations = zip(*layers)
    return as_network((coefs, intercepts, activations)).output()


@pytest.mark.parametrize(
    "units", [[1e-9, 1e9, 1.0], [1e9, 1e9, 1e9], [1e-9] * 3, [1e-15, 1.0, 1e-15]]
)
def test_units_of_the_inputs_do_not_matter(strategy, units):
    X, units = normal_rows(150, 3), np.array(units)
    origin = np.zeros((1, 3))
    plain = centred(dense_view((3, 6, 1)), origin)
    other = centred(dense_view((3, 6, 1), divide_by=units), origin)
    expected = strategy(plain, X, n_points=80, random_state=0)
    field = strategy(other, X * units, n_points=80, random_state=0)
    np.testing.assert_allclose(field.points, expected.points * units, rtol=1e-5, atol=0)
    np.testing.assert_allclose(field.directions, expected.directions, atol=1e-6)
    np.testing.assert_allclose(field.lengths, expected.lengths, rtol=1e-6)
    np.testing.assert_allclose(field.weights, expected.weights, rtol=1e-6)
    np.testing.assert_allclose(field.scale, expected.scale * units, rtol=1e-12)
    assert field.dropped == expected.dropped


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.1, -1e9])
def test_constant_columns_do_not_matter(strategy, value):
    """A network's slope along an input that never varied is what its initial weights left."""
    X = normal_rows(150, 2)
    units = [1.0, 1.0, abs(value) or 1.0]
    view = centred(dense_view((3, 6, 1), divide_by=units), np.array([[0.0, 0.0, value]]))
    wide = np.column_stack([X, np.full(150, value)])
    (first, second, third), (bias, *_) = view.network.layers[0].weights, view.network.layers[0][1:]
    rest = view.network.layers[1:]
    narrow = as_network(
        (
            [np.array([first, second]), *(layer.weights for layer in rest)],
            [bias + value * third, *(layer.bias for layer in rest)],
            ["tanh", "identity"],
        )
    ).output()
    expected = strategy(narrow, X, n_points=80, smoothing=0, random_state=0)
    field = strategy(view, wide, n_points=80, smoothing=0, random_state=0)
    np.testing.assert_allclose(field.points[:, :2], expected.points, atol=1e-6)
    assert (field.points[:, 2] == value).all()
    np.testing.assert_allclose(field.directions[:, :2], expected.directions, atol=1e-6)
    assert (field.directions[:, 2] == 0).all()
    np.testing.assert_allclose(field.weights, expected.weights, atol=1e-6)


def test_smoothing_never_leaves_the_value_of_a_constant_column(strategy):
    asked = []

    def function(X):
        asked.append(X)
        return X[:, 0] / X[:, 1]

    view = as_network(function, gradient=lambda X: asked.append(X) or X * 0 + [1.0, 0.0]).output()
    X = np.column_stack([normal_rows(80, 1), np.full(80, 1e-9)])
    strategy(view, X, random_state=0)
    assert (np.concatenate(asked)[:, 1] == 1e-9).all()


def test_containers_and_dtypes_do_not_matter(strategy):
    X = np.random.RandomState(0).randint(-9, 10, size=(120, 3))
    X[0] = 0
    view = centred(dense_view((3, 6, 1), divide_by=5.0), np.array([[0.5, 0.5, 0.5]]))
    expected = strategy(view, X.astype(float), n_points=60, random_state=0)
    for same in (X, X.tolist(), X.astype(np.float32), pd.DataFrame(X, columns=list("abc"))):
        assert_same_field(strategy(view, same, n_points=60, random_state=0), expected)
    assert expected.points.dtype == float


def test_the_rows_are_not_changed(strategy):
    X = normal_rows(100, 3)
    before = X.copy()
    strategy(centred(dense_view((3, 6, 1)), np.zeros((1, 3))), X, random_state=0)
    np.testing.assert_array_equal(X, before)


def test_two_rows_are_enough(strategy):
    view = as_network(lambda X: X[:, 0] + 2 * X[:, 1], n_features_in=2).output()
    field = strategy(view, [[-1.0, -2.0], [2.0, 1.0]], random_state=0)
    assert 1 <= len(field) <= 2
    direction = np.array([1.0, 2.0]) * field.scale
    direction /= np.linalg.norm(direction)
    np.testing.assert_allclose(field.directions, np.tile(direction, (len(field), 1)), rtol=1e-6)


def test_weights_sum_to_one_and_points_are_within_the_limit(strategy):
    X = normal_rows(200, 3)
    view = centred(dense_view((3, 6, 1), "relu"), np.zeros((1, 3)))
    for n_points in (1, 2, 77):
        field = strategy(view, X, n_points=n_points, random_state=0)
        assert len(field) <= n_points
        assert field.weights.sum() == pytest.approx(1.0)
        assert (field.weights > 0).all()


# refusals


@pytest.mark.parametrize("n_points", [0, -5, 10.0, True, None])
def test_refuses_a_wrong_number_of_points(strategy, n_points):
    view, X = dense_view((3, 6, 1)), normal_rows(20, 3)
    with pytest.raises(ValueError, match=r"n_points must be a positive integer\. Got .* instead"):
        strategy(view, X, n_points=n_points)
    with pytest.raises(ValueError, match="n_points must be a positive integer"):
        project_on_boundary(view, X, n_points=n_points)


def test_refuses_rows_of_the_wrong_width(strategy):
    with pytest.raises(ValueError, match="X has 2 features, but the network expects 3"):
        strategy(dense_view((3, 6, 1)), normal_rows(20, 2))


def test_refuses_missing_values(strategy):
    X = normal_rows(20, 3)
    X[3, 1] = np.nan
    with pytest.raises(ValueError, match=r"X must be finite, but contains NaN in column\(s\) '1'"):
        strategy(dense_view((3, 6, 1)), X)


@pytest.mark.parametrize("n", [1, 30])
def test_refuses_constant_columns_only(strategy, n):
    with pytest.raises(ValueError, match="X must have at least one column that varies"):
        strategy(dense_view((3, 6, 1)), np.ones((n, 3)))
