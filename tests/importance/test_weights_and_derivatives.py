"""Importances by weights and slopes: reference values, differences, completeness, refusals."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from importance_pool import (
    SLOPES,
    THREE_FIVE_ONE,
    THREE_FIVE_TWO,
    TWO_TWO_ONE,
    TWO_TWO_TWO_ONE,
    normal_rows,
    random_network,
)
from scipy.integrate import trapezoid
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier

from skinterp import as_network
from skinterp.importance import (
    connection_weights,
    garson,
    gradient_times_input,
    integrated_gradients,
    partial_derivatives,
    variable_embedding,
)

ACTIVATIONS = [
    "relu", ("leaky_relu", 0.2), "tanh", "logistic", "elu", "silu", "identity", "hardtanh",
    "relu6", "mish",
]  # fmt: skip
networks = st.builds(
    random_network,
    st.lists(st.integers(1, 5), min_size=2, max_size=4),
    st.sampled_from(ACTIVATIONS),
    seed=st.integers(0, 10**6),
)


def values(found):
    return found.values[:, 0]


def test_reference_values_of_garson():
    np.testing.assert_allclose(values(garson(TWO_TWO_ONE)), [0.7229437229, 0.2770562771])
    found = values(garson(TWO_TWO_ONE, form="1991"))
    np.testing.assert_allclose(found, [0.683677, 0.316323], atol=5e-7)
    expected = [0.3143642371, 0.4429762883, 0.2426594746]
    np.testing.assert_allclose(values(garson(THREE_FIVE_ONE)), expected, atol=5e-10)


def test_reference_values_of_connection_weights():
    np.testing.assert_allclose(values(connection_weights(TWO_TWO_ONE)), [-0.9287, -0.2128])
    np.testing.assert_allclose(values(connection_weights(TWO_TWO_TWO_ONE)), [3.5, 1.0])
    expected = [-7.278504254, -10.245767881, 5.61382584]
    np.testing.assert_allclose(values(connection_weights(THREE_FIVE_ONE)), expected, rtol=1e-8)
    expected = [[-0.40673606, -0.52450643, 0.28255368], [-0.8619211, -0.21645053, 0.05638617]]
    found = connection_weights(THREE_FIVE_TWO).values.T
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_derivatives_get_the_signs_right_that_connection_weights_get_wrong():
    X = normal_rows()
    slopes = partial_derivatives(THREE_FIVE_TWO, X).values.T
    weights = connection_weights(THREE_FIVE_TWO).values.T
    assert (np.sign(slopes) == np.sign(SLOPES)).all()
    np.testing.assert_array_equal(
        np.sign(weights) != np.sign(SLOPES), [[False] * 3, [False, True, True]]
    )
    np.testing.assert_allclose(slopes, SLOPES, atol=0.02)


@settings(max_examples=40, deadline=None)
@given(networks)
def test_mean_derivatives_are_those_of_differences(network):
    X = normal_rows(50, network.n_features_in, seed=1)
    found = partial_derivatives(network, X)
    h = 1e-6
    slopes = []
    for j in range(X.shape[1]):
        step = h * np.eye(X.shape[1])[j]
        slopes.append((network.raw_values(X + step) - network.raw_values(X - step)) / (2 * h))
    slopes = np.stack(slopes, axis=1)  # rows, inputs, outputs
    scale = 1 + np.abs(slopes).max()
    assert np.abs(found.values - slopes.mean(axis=0)).max() < 1e-6 * scale
    assert np.abs(found.statistics["rms"] - np.sqrt((slopes**2).mean(axis=0))).max() < 1e-6 * scale
    assert np.abs(found.statistics["std"] - slopes.std(axis=0)).max() < 1e-4 * scale
    total = found.statistics["share"].sum(axis=0)
    assert ((np.abs(total - 1) < 1e-9) | (total == 0)).all()


@settings(max_examples=60, deadline=None)
@given(networks, st.integers(0, 100))
def test_integrated_gradients_add_up(network, seed):
    start, end = 3 * normal_rows(2, network.n_features_in, seed)
    found = integrated_gradients(network, end, start)
    f = network.raw_values(np.stack([start, end]))
    difference = f[1] - f[0]
    size = 1 + np.abs(f).max()
    assert np.abs(found.values.sum(axis=0) - difference).max() < 1e-6 * size


@pytest.mark.parametrize("hidden", ACTIVATIONS, ids=str)
def test_integrated_gradients_are_those_of_a_fine_sum(hidden):
    network = random_network([4, 6, 5, 2], hidden, seed=3)
    start, end = normal_rows(2, 4, 5)
    t = np.linspace(0, 1, 20_001)
    path = start + t[:, np.newaxis] * (end - start)
    middle = 0.5 * (path[1:] + path[:-1])
    h = 1e-6
    slopes = np.stack(
        [
            (network.raw_values(middle + h * e) - network.raw_values(middle - h * e)) / (2 * h)
            for e in np.eye(4)
        ],
        axis=1,
    )
    expected = trapezoid(slopes, dx=1 / len(slopes), axis=0) * (end - start)[:, np.newaxis]
    found = integrated_gradients(network, end, start).values
    np.testing.assert_allclose(found, expected, atol=3e-3)


def test_gradient_times_input_is_exact_for_linear_networks():
    network = random_network([3, 2], "identity", seed=1)
    x, baseline = normal_rows(2, 3, 4)
    f = network.raw_values(np.stack([baseline, x]))
    for method in (gradient_times_input, integrated_gradients):
        np.testing.assert_allclose(method(network, x, baseline).values.sum(axis=0), f[1] - f[0])
    np.testing.assert_allclose(
        gradient_times_input(network, x).values, network.jacobian(x[np.newaxis])[0].T * x[:, None]
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 3), st.integers(0, 999), st.booleans())
def test_garson_shares_sum_to_one(d, n_hidden, n_outputs, seed, with_rows):
    network = random_network([d, n_hidden, n_outputs], seed=seed)
    X = normal_rows(30, d) if with_rows else None
    for form in ("goh", "1991"):
        found = garson(network, X, form=form)
        np.testing.assert_allclose(found.values.sum(axis=0), 1.0)
        assert (found.values >= 0).all()


def test_units_of_the_inputs_do_not_matter_with_rows():
    network, X = random_network([3, 5, 1], seed=2), normal_rows(100)
    factor = np.array([1.0, 1000.0, 0.01])
    first, last = network.layers
    other = as_network(
        (
            [first.weights / factor[:, None], last.weights],
            [first.bias, last.bias],
            ["tanh"] + ["identity"],
        )
    )
    for method in (garson, connection_weights, partial_derivatives):
        np.testing.assert_allclose(method(network, X).shares(), method(other, X * factor).shares())


def test_equal_inputs_share_and_unread_units_count_for_garson_only():
    first = np.array([[1.0, -2.0, 0.5], [1.0, -2.0, 0.5], [3.0, 0.3, 0.0]])
    last = np.array([[1.0], [1.5], [0.0]])  # nothing reads the last unit
    network = as_network(([first, last], [np.zeros(3), [0.0]], ["tanh", "identity"]))
    without = as_network(([first[:, :2], last[:2]], [np.zeros(2), [0.0]], ["tanh", "identity"]))
    X = normal_rows(500)
    X[:, 1] = X[:, 0]
    for method in (
        lambda n: garson(n),
        lambda n: garson(n, form="1991"),
        connection_weights,
        lambda n: partial_derivatives(n, X),
    ):
        found = values(method(network))
        assert found[0] == pytest.approx(found[1])
    for method in (
        lambda n: garson(n, form="1991"),
        connection_weights,
        lambda n: partial_derivatives(n, X),
    ):
        np.testing.assert_allclose(method(network).values, method(without).values)
    assert not np.allclose(garson(network).values, garson(without).values)


def test_results_keep_names_and_rank():
    X, y = load_iris(return_X_y=True, as_frame=True)
    model = MLPClassifier((5,), solver="lbfgs", max_iter=300, random_state=0).fit(X, y)
    found = partial_derivatives(model, X)
    assert found.feature_names == tuple(X.columns) and found.output_names == ("0", "1", "2")
    assert found.values.shape == (4, 3)
    assert sorted(found.ranking()) == sorted(X.columns)
    np.testing.assert_allclose(found.shares().sum(), 1.0)
    assert found.ranks("1").sum() == 10
    frame = found.to_frame()
    assert len(frame) == 12 and {"feature", "value", "share", "rank"} <= set(frame.columns)
    assert X.columns[0] in str(found)
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.values, found.values)
    display = found.plot()
    assert [t.get_text() for t in display.ax_.get_yticklabels()] == found.ranking()
    single = integrated_gradients(model, X.iloc[:1], X.mean().to_frame().T)
    assert single.feature_names == tuple(X.columns)
    for wrong in ("3", 3, -1):
        with pytest.raises(ValueError, match="output must be"):
            found.shares(wrong)


def test_views_of_classes_are_networks():
    X, y = load_iris(return_X_y=True)
    model = MLPClassifier((5,), solver="lbfgs", max_iter=300, random_state=0).fit(X, y)
    view = as_network(model).difference(0, 2)
    both = connection_weights(model).values
    np.testing.assert_allclose(values(connection_weights(view)), both[:, 0] - both[:, 2])
    margin = as_network(model).margin(1)
    np.testing.assert_allclose(
        values(partial_derivatives(margin, X)), margin.gradient(X).mean(axis=0)
    )
    with pytest.raises(ValueError, match=r"needs a network with layers.*Use partial_derivatives"):
        connection_weights(margin)


def test_variables_with_the_same_weights_fall_together():
    first = np.array([[1.0, 2.0], [-3.0, 0.1], [1.0, 2.0], [-3.0, 0.2]])
    network = as_network(([first, np.ones((2, 1))], [[0, 0], [0]], ["tanh", "identity"]))
    found = variable_embedding(network)
    assert found.clusters(2) == [["x0", "x2"], ["x1", "x3"]]
    np.testing.assert_allclose(found.coordinates[0], found.coordinates[2], atol=1e-12)
    centred = first - first.mean(axis=0)
    np.testing.assert_allclose(
        found.coordinates @ found.coordinates.T, centred @ centred.T, atol=1e-9
    )
    assert found.to_frame().columns.tolist() == ["first", "second", "length"]
    with pytest.raises(ValueError, match="n_clusters must be an integer from 1 to 4"):
        found.clusters(5)


callable_network = as_network(lambda X: X[:, 0], n_features_in=2)
deep = random_network([2, 3, 3, 1])


@pytest.mark.parametrize(
    "call, wording",
    [
        (lambda: garson(deep), "one hidden layer. Got a network with 2 instead: use connection_w"),
        (lambda: garson(random_network([2, 1])), "Got a network with 0 instead"),
        (lambda: garson(callable_network), "Use partial_derivatives or perturbation"),
        (lambda: garson(random_network([2, 3, 1]), form="2000"), "form must be one of"),
        (lambda: connection_weights(callable_network), "needs a network with layers"),
        (lambda: connection_weights(deep, np.ones((5, 2))), "an input that varies"),
        (lambda: partial_derivatives(deep, np.ones((5, 2))), "an input that varies"),
        (lambda: partial_derivatives(deep, np.ones((5, 3))), "3"),
        (lambda: integrated_gradients(deep, np.ones((2, 2))), "x must be one row. Got 2 rows"),
        (lambda: integrated_gradients(deep, [1.0, 2.0, 3.0]), "3"),
        (lambda: integrated_gradients(deep, [1, 2], [[1, 2], [2, 3]]), "baseline must be one row"),
        (lambda: variable_embedding(random_network([1, 3, 1])), "at least two inputs"),
    ],
)
def test_methods_refuse_networks_they_do_not_fit(call, wording):
    with pytest.raises(ValueError, match=wording):
        call()


def test_unfitted_networks_are_refused():
    with pytest.raises(NotFittedError):
        connection_weights(MLPClassifier())
