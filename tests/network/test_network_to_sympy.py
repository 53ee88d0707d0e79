"""Formulas of small networks are the networks."""

import numpy as np
import pytest
import sympy
from random_networks import random_network, uniform

from skinterp import as_network
from skinterp.network import network_to_sympy

ACTIVATIONS = [
    "relu", ("leaky_relu", 0.2), "identity", "tanh", "logistic", "softplus", "elu", "selu",
    "silu", "gelu", ("elu", 0.5), "celu", ("celu", 0.5), "gelu_tanh", "softsign", "hardtanh",
    "relu6", "hardsigmoid", "hardswish", "mish", "log_sigmoid", "erf", "squareplus",
]  # fmt: skip


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_formulas_compute_the_same(activation):
    network = random_network([3, 3, 2, 2], 0, activation)
    X = uniform(50, 3)
    symbols = sympy.symbols("x0 x1 x2", real=True)
    for output in range(2):
        formula = network_to_sympy(network, output)
        function = sympy.lambdify(symbols, formula, modules=["scipy", "numpy"])
        np.testing.assert_allclose(function(*X.T), network.raw_values(X)[:, output], 1e-9, 1e-13)


def test_names_and_digits():
    network = random_network([2, 2, 1], 0)
    formula = network_to_sympy(network, names=["mass", "radius"], digits=2)
    assert {str(symbol) for symbol in formula.free_symbols} == {"mass", "radius"}
    assert "Max" in str(formula)
    assert all(len(str(n).strip("-0.").replace(".", "")) <= 3 for n in formula.atoms(sympy.Float))


def test_what_is_too_long_or_has_no_layers_is_refused():
    with pytest.raises(ValueError, match="max_terms"):
        network_to_sympy(random_network([10, 60, 1], 0))
    with pytest.raises(ValueError, match="A formula needs a network with layers"):
        network_to_sympy(as_network(lambda X: X[:, 0], n_features_in=2))
    with pytest.raises(ValueError, match="output"):
        network_to_sympy(random_network([2, 2, 1], 0), output=1)


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c"]])
def test_formulas_need_one_name_per_input(names):
    with pytest.raises(ValueError, match="names"):
        network_to_sympy(random_network([2, 1, 1], 0), names=names)
