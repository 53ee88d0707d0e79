"""Functions of which the expansion is known, by every method that applies."""

import numpy as np
import pytest
from expansion_pool import all_codes, groups_of, one_hot, rows_of

from skinterp.expansion import CategoricalExpansion
from skinterp.network import as_network

BITS = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])


def shares(fitted):
    return {names: share for names, share in fitted.sobol_indices_.items() if share > 1e-12}


def test_xor_is_one_coupling():
    fitted = CategoricalExpansion(lambda X: np.where(X[:, 0] != X[:, 1], 1.0, -1.0), order=3)
    fitted.fit(BITS)
    assert shares(fitted) == {("x0", "x1"): pytest.approx(1.0)}
    assert np.allclose(fitted.couplings_["x0", "x1"], [[-1, 1], [1, -1]])
    assert fitted.constant_ == pytest.approx(0.0)
    assert fitted.complexity_ == 4
    assert np.allclose(fitted.variance_by_order_, [0, 1, 0])
    assert np.allclose(fitted.truncation_r2_["measure"], [0, 1, 1])


def test_three_parity_is_of_order_three_only():
    fitted = CategoricalExpansion(lambda X: 1.0 - 2.0 * (X.sum(axis=1) % 2), order=3).fit(BITS)
    assert shares(fitted) == {("x0", "x1", "x2"): pytest.approx(1.0)}
    assert np.allclose(CategoricalExpansion(fitted.network, order=2).fit(BITS).predict(BITS), 0)


def additive(activation="identity", sizes=(3, 2, 4)):
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(sum(sizes), 2))
    return as_network(([weights, np.array([[1.0], [-2.0]])], [np.ones(2), np.zeros(1)],
                       [activation, "identity"])), sizes  # fmt: skip


@pytest.mark.parametrize("method", ["enumerate", "convolution", "sampling"])
def test_additive_network_is_of_order_one(method):
    network, sizes = additive()
    fitted = CategoricalExpansion(network, groups=groups_of(sizes), method=method)
    fitted.fit(rows_of(sizes))
    assert max(np.abs(term).max() for term in fitted.couplings_.values()) < 1e-9
    assert fitted.truncation_r2_["measure"][0] > 1 - 1e-9


@pytest.mark.parametrize("method", ["enumerate", "convolution", "gaussian", "sampling"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_irrelevant_variable_is_zero_everywhere(method, activation):
    network, sizes = additive(activation)
    coefs = [layer.weights.copy() for layer in network.layers]
    coefs[0][3:5] = 0.25  # the same for both categories of the second variable
    biases = [layer.bias for layer in network.layers]
    network = as_network((coefs, biases, [activation, "identity"]))
    fitted = CategoricalExpansion(network, groups=groups_of(sizes), method=method, order=3)
    fitted.fit(rows_of(sizes))
    size = np.sqrt(fitted.total_variance_)
    for S, term in fitted.expansion_.terms.items():
        if 1 in S:
            assert np.abs(term).max() < 1e-9 * size, S


def test_constant_network_has_no_terms():
    fitted = CategoricalExpansion(lambda X: np.full(len(X), 3.0)).fit(BITS)
    assert fitted.constant_ == pytest.approx(3.0) and not shares(fitted)
    assert (fitted.truncation_r2_["data"] == 1.0).all()


def test_truncation_is_the_best_fit_in_least_squares():
    sizes = (3, 2, 3)
    X = one_hot(all_codes(sizes), sizes)
    fitted = CategoricalExpansion(lookup, groups=groups_of(sizes), order=1).fit(X)
    fit = X @ np.linalg.lstsq(X, lookup(X), rcond=None)[0]
    assert np.allclose(fitted.predict(X), fit)


def lookup(X):
    """Return fixed numbers, one per one-hot row over categories (3, 2, 3)."""
    index = X[:, :3].argmax(axis=1) * 6 + X[:, 3:5].argmax(axis=1) * 3 + X[:, 5:].argmax(axis=1)
    return np.random.default_rng(2).normal(size=18)[index]
