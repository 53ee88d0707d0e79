"""Jacobians of dense networks: against central differences, and within bounded memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_pool import ACTIVATIONS, central_differences, points, random_network

from skinterp.network import DenseNetwork, as_network
from skinterp.network import _dense as dense_module


@pytest.mark.parametrize("sizes", [(4, 2), (4, 7, 1), (4, 7, 5, 3), (2, 6, 6, 6, 2)], ids=str)
@pytest.mark.parametrize("last", ["identity", "exp", "tanh"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_jacobian_equals_central_differences(activation, sizes, last):
    network = random_network(sizes, activation, last)
    X = points(20, sizes[0])
    expected = central_differences(network.raw_values, X)
    np.testing.assert_allclose(network.jacobian(X), expected, rtol=1e-6, atol=1e-8)


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    activation=st.sampled_from(ACTIVATIONS),
    seed=st.integers(0, 1000),
)
def test_pullback_is_the_cotangent_times_the_jacobian(sizes, activation, seed):
    network = random_network(sizes, activation, seed=seed)
    X, cotangent = points(7, sizes[0], seed), points(7, sizes[-1], seed + 1)
    expected = np.einsum("nk,nkd->nd", cotangent, network.jacobian(X))
    np.testing.assert_allclose(network.pullback(X, cotangent), expected, atol=1e-12)


def test_a_cotangent_is_broadcast_over_rows():
    network, X = random_network((3, 5, 2)), points(6, 3)
    expected = network.pullback(X, np.tile([1.0, -2.0], (6, 1)))
    np.testing.assert_array_equal(network.pullback(X, [1.0, -2.0]), expected)


def test_a_cotangent_of_another_shape_is_refused():
    network = random_network((3, 5, 2))
    with pytest.raises(ValueError, match=r"cotangent must broadcast.*\(6, 2\).*Got shape \(6,\)"):
        network.pullback(points(6, 3), np.ones(6))


def test_results_do_not_depend_on_the_blocks(monkeypatch):
    network, X = random_network((5, 9, 9, 3), "relu"), points(1000, 5)
    whole = network.raw_values(X), network.jacobian(X), network.difference(0, 2).gradient(X)
    monkeypatch.setattr(dense_module, "_BLOCK_FLOATS", 1)
    blocks = network.raw_values(X), network.jacobian(X), network.difference(0, 2).gradient(X)
    for a, b in zip(whole, blocks):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_a_linear_network_has_its_weights_as_jacobian():
    weights = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    network = as_network(([weights], [np.zeros(2)], ["identity"]))
    np.testing.assert_array_equal(network.jacobian([[9.0, 9.0, 9.0]])[0], weights.T)


def peak_beyond_the_result(function, X):
    """Return the bytes a call needs at most, its argument and its result left out."""
    tracemalloc.start()
    try:
        result = function(X)
        return tracemalloc.get_traced_memory()[1] - result.nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", ["value", "gradient"])
def test_memory_is_bounded_whatever_the_number_of_rows(method):
    function = getattr(random_network((50, 150, 150, 1), "tanh").output(), method)
    few, many = (peak_beyond_the_result(function, points(n, 50)) for n in (5_000, 40_000))
    assert many < few + 2**20  # the values of 40,000 rows take 0.3 MB, those of a layer 48 MB
    assert many < 20 * 2**20


def test_hidden_activations_are_those_of_the_formula():
    network, X = random_network((3, 6, 5, 1), "tanh"), points(10, 3)
    first, second = network.layers[:2]
    before = X @ first.weights + first.bias
    np.testing.assert_allclose(network.hidden_activations(X, 0, before_activation=True), before)
    np.testing.assert_allclose(network.hidden_activations(X, 0), np.tanh(before))
    expected = np.tanh(np.tanh(before) @ second.weights + second.bias)
    np.testing.assert_allclose(network.hidden_activations(X, -1), expected)
    np.testing.assert_array_equal(
        network.hidden_activations(X, 1), network.hidden_activations(X, -1)
    )


@pytest.mark.parametrize("layer", [2, -3])
def test_a_hidden_layer_out_of_range_is_refused(layer):
    network = random_network((3, 6, 5, 1))
    with pytest.raises(ValueError, match=f"must be between -2 and 1. Got {layer} instead"):
        network.hidden_activations(points(4, 3), layer)


def test_a_network_without_hidden_layer_says_so():
    with pytest.raises(ValueError, match="no hidden layer"):
        random_network((3, 1)).unit(0, 0)


def test_repr_tells_sizes_activations_and_task():
    network = random_network((15, 60, 60, 1), "relu", "logistic")
    assert repr(network) == "DenseNetwork(15-60-60-1, relu, binary)"
    layers = [
        *random_network((4, 3, 2), ("leaky_relu", 0.3), "tanh").layers,
        *random_network((2, 1)).layers,
    ]
    assert repr(DenseNetwork(layers)) == "DenseNetwork(4-3-2-1, leaky_relu(0.3), tanh, regression)"
