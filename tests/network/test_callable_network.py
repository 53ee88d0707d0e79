"""Networks of which only a function is known."""

import numpy as np
import pytest
from network_pool import fitted, mlp_for, points, random_network, task_data
from sklearn.linear_model import LogisticRegression

from skinterp.network import as_network


def smooth(X):
    return np.sin(X[:, 0]) * X[:, 1] + X[:, 2] ** 2


def smooth_gradient(X):
    return np.column_stack([np.cos(X[:, 0]) * X[:, 1], np.sin(X[:, 0]), 2 * X[:, 2]])


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_differences_are_exact_in_every_unit(scale):
    network = as_network(lambda X: smooth(X / scale))
    X = points(50, 3)
    found = network.output().gradient(X * scale) * scale
    np.testing.assert_allclose(found, smooth_gradient(X), atol=1e-8)


def test_differences_of_a_function_in_float32():
    network = as_network(lambda X: smooth(X).astype(np.float32))
    X = points(50, 3)
    np.testing.assert_allclose(network.output().gradient(X), smooth_gradient(X), atol=2e-3)
    assert network.raw_values(X).dtype == np.float64


@pytest.mark.parametrize("X", [[[0.0, 0.0, 0.0]], [[2.0, -1.0, 3.0]]])
def test_differences_at_a_single_row(X):
    network = as_network(smooth)
    expected = smooth_gradient(np.array(X))
    np.testing.assert_allclose(network.output().gradient(X), expected, atol=1e-8)


@pytest.mark.parametrize("n_rows", [2, 3, 7, 50])
@pytest.mark.parametrize("value", [0.1, 0.3, -1e6 - 0.1])
def test_differences_along_a_column_that_hardly_varies(value, n_rows):
    # the standard deviation of equal numbers may be a rounding error instead of 0
    network, X = as_network(lambda X: X[:, 0] * X[:, 1]), points(n_rows, 2)
    X[:, 0] = value
    np.testing.assert_allclose(network.output().gradient(X), X[:, ::-1], rtol=1e-4, atol=1e-6)
    X[0, 0] = np.nextafter(value, np.inf)
    np.testing.assert_allclose(network.output().gradient(X), X[:, ::-1], rtol=1e-4, atol=1e-4)


def test_a_gradient_function_is_used():
    network, X = as_network(smooth, gradient=smooth_gradient), points(50, 3)
    np.testing.assert_array_equal(network.output().gradient(X), smooth_gradient(X))
    np.testing.assert_array_equal(network.jacobian(X)[:, 0], smooth_gradient(X))
    np.testing.assert_array_equal(network.pullback(X, [[2.0]]), 2.0 * smooth_gradient(X))


@pytest.mark.parametrize("with_gradient", [True, False])
def test_a_callable_around_a_network_is_that_network(with_gradient):
    dense, X = random_network((4, 6, 3), last="softmax"), points(20, 4)
    network = as_network(
        dense.raw_values,
        gradient=dense.jacobian if with_gradient else None,
        classes=dense.classes,
        n_features_in=4,
    )
    assert (network.task, network.n_outputs) == ("multiclass", 3)
    np.testing.assert_array_equal(network.predict_proba(X), dense.predict_proba(X))
    np.testing.assert_allclose(network.jacobian(X), dense.jacobian(X), atol=1e-8)
    for k in range(3):
        expected = dense.margin(k).gradient(X)
        np.testing.assert_allclose(network.margin(k).gradient(X), expected, atol=1e-8)
        expected = dense.output(k).gradient(X)
        np.testing.assert_allclose(network.output(k).gradient(X), expected, atol=1e-8)
    expected = dense.difference(0, 2).value(X)
    np.testing.assert_allclose(network.difference(0, 2).value(X), expected)


def test_a_decision_function_becomes_a_binary_network():
    X, y = task_data("binary")
    model = LogisticRegression(max_iter=1000).fit(X, y)
    network = as_network(model.decision_function, classes=model.classes_)
    assert network.task == "binary"
    np.testing.assert_array_equal(network.predict(X), model.predict(X))
    np.testing.assert_allclose(network.predict_proba(X), model.predict_proba(X), atol=1e-12)
    gradient = network.margin().gradient(X)
    np.testing.assert_allclose(gradient, np.tile(model.coef_, (80, 1)), rtol=1e-6, atol=1e-8)


def test_several_outputs():
    network = as_network(lambda X: X[:, :2] ** 2, n_outputs=2)
    assert network.predict([[1.0, 2.0, 3.0]]).tolist() == [[1.0, 4.0]]
    expected = [[[2.0, 0.0, 0.0], [0.0, 4.0, 0.0]]]
    np.testing.assert_allclose(network.jacobian([[1.0, 2.0, 3.0]]), expected, atol=1e-8)


def test_many_rows_are_asked_in_blocks():
    sizes = []

    def function(X):
        sizes.append(len(X))
        return X[:, 0]

    X = points(10_000, 2)
    np.testing.assert_array_equal(as_network(function).predict(X), X[:, 0])
    assert max(sizes) < 5000
    assert sum(sizes) == 10_000


def test_a_function_that_writes_into_its_argument_does_no_harm():
    def function(X):
        X -= 1.0
        return X[:, 0]

    X = np.zeros((5, 2))
    as_network(function).predict(X)
    as_network(function, gradient=lambda X: np.multiply(X, 2.0, out=X)).output().gradient(X + 0)
    assert not X.any()


def test_names_and_widths_are_checked_when_known():
    network = as_network(smooth, feature_names=["a", "b", "c"])
    assert (network.n_features_in, network.feature_names) == (3, ("a", "b", "c"))
    with pytest.raises(ValueError, match="X has 2 features, but the network expects 3"):
        network.predict(points(4, 2))
    assert as_network(smooth).n_features_in is None
    assert as_network(smooth).output().n_features_in is None


def test_repr_tells_the_function():
    assert repr(as_network(smooth)) == "CallableNetwork(smooth, regression)"
    assert repr(as_network(np.poly1d([1, 2]))) == "CallableNetwork(poly1d, regression)"


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (lambda X: 1.0, {}, r"must return an array of shape \(6, 1\).*Got shape \(\)"),
        (lambda X: X, {}, r"shape \(6, 1\) for 6 rows \(n_outputs=1\). Got shape \(6, 3\)"),
        (lambda X: X[:-1, 0], {}, r"Got shape \(5,\) instead"),
        (lambda X: X[:, :2], {"classes": [0, 1]}, r"\(logits of 2 classes\). Got shape \(6, 2\)"),
        (lambda X: X[:, 0], {"classes": [0, 1, 2]}, r"shape \(6, 3\).*Got shape \(6,\)"),
    ],
)
def test_wrong_shapes_of_values_are_refused(function, options, message):
    with pytest.raises(ValueError, match=message):
        as_network(function, **options).raw_values(points(6, 3))


def test_labels_are_no_values():
    X, y = task_data("binary")
    model = LogisticRegression(max_iter=1000).fit(X, y)
    with pytest.raises(ValueError, match=r"return numbers.*rather than predict.*Got dtype <U5"):
        as_network(model.predict).predict(X)


@pytest.mark.parametrize("shape", [(6,), (6, 2), (3, 6), (6, 2, 3)])
def test_wrong_shapes_of_gradients_are_refused(shape):
    network = as_network(smooth, gradient=lambda X: np.ones(shape))
    with pytest.raises(ValueError, match=r"shape \(6, 1, 3\).*Got shape"):
        network.output().gradient(points(6, 3))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"gradient": 3}, TypeError, "gradient must be a callable.*Got 3 instead"),
        ({"n_outputs": 0}, ValueError, "n_outputs must be a positive integer. Got 0"),
        ({"n_features_in": 2.5}, ValueError, "n_features_in must be a positive integer. Got 2.5"),
        ({"classes": ["a"]}, ValueError, "two or more different labels"),
        ({"classes": ["a", "a"]}, ValueError, "two or more different labels"),
        ({"classes": [0, 1], "n_outputs": 2}, ValueError, "n_outputs must be 1 for 2 classes"),
        ({"n_features_in": 2, "feature_names": "abc"}, ValueError, "must be 2 names.*Got 3"),
    ],
)
def test_options_that_contradict_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        as_network(smooth, **options)


def test_a_callable_has_no_hidden_units():
    network = as_network(fitted(mlp_for("regression"), *task_data("regression")).predict)
    with pytest.raises(TypeError, match="CallableNetwork has no layers"):
        network.unit(0, 0)
