"""Activation functions against formulas written independently."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_pool import ACTIVATIONS, central_differences
from scipy.special import erf

from skinterp.network._activations import Activation, as_activation

ORACLES = {
    "identity": lambda z: z,
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: np.sinh(z) / np.cosh(z),
    "relu": lambda z: np.clip(z, 0, None),
    "leaky_relu": lambda z: np.clip(z, 0, None) + 0.3 * np.clip(z, None, 0),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "selu": lambda z: np.where(z > 0, 1.05070098 * z, 1.05070098 * 1.67326324 * (np.exp(z) - 1)),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "exp": np.exp,
    "gelu_tanh": lambda z: z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    "softsign": lambda z: z / (1 + abs(z)),
    "hardtanh": lambda z: np.where(z < -1, -1, np.where(z > 1, 1, z)),
    "relu6": lambda z: np.minimum(np.clip(z, 0, None), 6),
    "hardsigmoid": lambda z: np.minimum(np.clip(z + 3, 0, None), 6) / 6,
    "hardswish": lambda z: z * np.minimum(np.clip(z + 3, 0, None), 6) / 6,
    "mish": lambda z: z * np.tanh(np.log(1 + np.exp(z))),
    "erf": erf,
    "squareplus": lambda z: (z + np.sqrt(z**2 + 4)) / 2,
    "log_sigmoid": lambda z: -np.log(1 + np.exp(-z)),
}


def oracle(activation, z):
    if activation.name in ("elu", "celu"):
        alpha = activation.slope or 1.0
        rate = alpha if activation.name == "celu" else 1.0
        return np.where(z > 0, z, alpha * (np.exp(z / rate) - 1))
    return ORACLES[activation.name](z)


everything = pytest.mark.parametrize(
    "activation", [as_activation(spec) for spec in [*ACTIVATIONS, "exp"]], ids=str
)


@everything
def test_value_is_the_formula(activation):
    z = np.linspace(-8, 8, 101)
    np.testing.assert_allclose(activation.value(z), oracle(activation, z), atol=1e-7)


@everything
def test_derivative_is_that_of_the_value(activation):
    z = np.linspace(-8, 8, 100)[:, None]  # even: 0, where ReLU has a kink, is left out
    slope = activation.derivative(z, activation.value(z))
    differences = central_differences(activation.value, z)[..., 0]
    np.testing.assert_allclose(slope, differences, rtol=1e-6, atol=1e-8)


@given(z=st.floats(-1e300, 1e300))
def test_no_activation_overflows_or_warns(z):
    z = np.array([z])
    for spec in ACTIVATIONS:
        activation = as_activation(spec)
        value = activation.value(z)
        assert np.isfinite(value).all()
        assert np.isfinite(activation.derivative(z, value)).all()


def test_exp_overflows_to_infinity_without_a_warning():
    assert Activation("exp").value(np.array([1000.0])) == np.inf


def test_relu_has_derivative_zero_at_zero():
    zero = np.zeros(1)
    assert Activation("relu").derivative(zero, zero) == 0.0


def test_slopes_are_kept_and_written():
    assert as_activation(("leaky_relu", 0.3)) == Activation("leaky_relu", 0.3)
    assert str(as_activation(("leaky_relu", 0.3))) == "leaky_relu(0.3)"


@pytest.mark.parametrize(
    ("alias", "name"), [("sigmoid", "logistic"), ("linear", "identity"), ("swish", "silu")]
)
def test_other_libraries_names_are_understood(alias, name):
    assert as_activation(alias) == Activation(name)


@pytest.mark.parametrize("name", ["logistic", "tanh"])
@pytest.mark.parametrize("z", [-300.0, -40.0, 40.0, 300.0])
def test_saturated_units_keep_their_slope(name, z):
    slope = Activation(name).derivative(np.array([z]))[0]
    rate, factor = {"logistic": (1.0, 1.0), "tanh": (2.0, 4.0)}[name]
    np.testing.assert_allclose(slope, factor * np.exp(-rate * abs(z)), rtol=1e-12)


def test_alphas_are_kept_unless_they_are_one():
    assert as_activation(("elu", 0.5)) == Activation("elu", 0.5)
    assert as_activation(("celu", 1.0)) == as_activation("celu") == Activation("celu")


@pytest.mark.parametrize("alpha", [0.0, -1.0, np.inf, np.nan])
def test_an_alpha_is_positive(alpha):
    with pytest.raises(ValueError, match="The alpha of celu must be a positive number"):
        as_activation(("celu", alpha))


def test_prelu_is_leaky_relu_if_all_units_have_one_slope():
    assert as_activation(("prelu", [0.2, 0.2])) == Activation("leaky_relu", 0.2)
    with pytest.raises(ValueError, match=r"one finite slope.*from 0\.1 to 0\.2 instead"):
        as_activation(("prelu", [0.1, 0.2]))


@everything
def test_what_never_falls_is_known(activation):
    z = np.linspace(-8, 8, 1001)
    assert activation.rises == (np.diff(activation.value(z)) >= 0).all()


@everything
def test_between_bends_piecewise_linear_activations_are_straight(activation):
    if activation.bends is None:
        return
    ends = np.array([-9.0, *activation.bends, 9.0])
    middles = activation.value((ends[1:] + ends[:-1]) / 2)
    np.testing.assert_allclose(middles, np.convolve(activation.value(ends), [0.5, 0.5], "valid"))


@pytest.mark.parametrize("spec", ["leaky_relu", ("relu", 0.1), ("tanh", 1.0)])
def test_only_leaky_relu_has_a_slope(spec):
    with pytest.raises(ValueError, match=r"leaky_relu, and only it, comes with a slope.*Got"):
        as_activation(spec)


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match=r"must be one of identity, logistic.*Got 'sine' instead"):
        as_activation("sine")
