"""Activation functions: elementwise value and derivative, safe from overflow."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtr

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_GELU_TAIL = 40.0  # beyond it the normal density is zero in float64


def _exp(z):
    with np.errstate(over="ignore"):
        return np.exp(z)


def _softplus(z):
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def _elu(z):
    return np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0)))


def _elu_derivative(z, value):
    return np.exp(np.minimum(z, 0.0))


def _selu(z):
    return _SELU_SCALE * np.where(z > 0.0, z, _SELU_ALPHA * np.expm1(np.minimum(z, 0.0)))


def _selu_derivative(z, value):
    return _SELU_SCALE * np.where(z > 0.0, 1.0, _SELU_ALPHA * np.exp(np.minimum(z, 0.0)))


def _silu_derivative(z, value):
    sigmoid = expit(z)
    return sigmoid + value * (1.0 - sigmoid)


def _gelu_derivative(z, value):
    t = np.clip(z, -_GELU_TAIL, _GELU_TAIL)
    return ndtr(t) + t * np.exp(-0.5 * t * t) / np.sqrt(2.0 * np.pi)


# name: (value of z, derivative from z and the value)
_FUNCTIONS = {
    "identity": (lambda z: z, lambda z, value: np.ones_like(z)),
    "logistic": (expit, lambda z, value: value * (1.0 - value)),
    "tanh": (np.tanh, lambda z, value: 1.0 - value * value),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z, value: np.sign(value)),
    "softplus": (_softplus, lambda z, value: expit(z)),
    "elu": (_elu, _elu_derivative),
    "selu": (_selu, _selu_derivative),
    "silu": (lambda z: z * expit(z), _silu_derivative),
    "gelu": (lambda z: z * ndtr(z), _gelu_derivative),
    "exp": (_exp, lambda z, value: value),
}
_ALIASES = {"sigmoid": "logistic", "linear": "identity", "swish": "silu"}
ACTIVATIONS = (*_FUNCTIONS, "leaky_relu")


class Activation(NamedTuple):
    """An elementwise activation function, for example ``Activation("leaky_relu", 0.3)``."""

    name: str
    slope: float | None = None

    def value(self, z):
        """Return the activation of `z`."""
        if self.name == "leaky_relu":
            return np.where(z > 0.0, z, self.slope * z)
        return _FUNCTIONS[self.name][0](z)

    def derivative(self, z, value):
        """Return the derivative at `z`, where the activation is `value`; relu has 0 at 0."""
        if self.name == "leaky_relu":
            return np.where(z > 0.0, 1.0, self.slope)
        return _FUNCTIONS[self.name][1](z, value)

    def __str__(self):
        return self.name if self.slope is None else f"{self.name}({self.slope:g})"


IDENTITY = Activation("identity")


def as_activation(spec):
    """Read ``"tanh"`` or ``("leaky_relu", 0.3)`` as an `Activation`."""
    name, slope = (spec, None) if isinstance(spec, str) else spec
    name = _ALIASES.get(name, name)
    if name not in ACTIVATIONS:
        raise ValueError(
            f"An activation must be one of {', '.join(ACTIVATIONS)}. Got {name!r} instead."
        )
    if (name == "leaky_relu") != (slope is not None):
        raise ValueError(
            'leaky_relu, and only it, comes with a slope, as in ("leaky_relu", 0.3). '
            f"Got {spec!r} instead."
        )
    return Activation(name, None if slope is None else float(slope))
