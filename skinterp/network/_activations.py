"""Activation functions: elementwise value and derivative, safe from overflow.

Derivatives are calculated from z, not from the value: a saturated unit keeps its small slope.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import erf, expit, ndtr

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_GELU_TAIL = 40.0  # beyond it the normal density is zero in float64
_GELU_RATE, _GELU_CUBE = 2.0 * np.sqrt(2.0 / np.pi), 0.044715  # of the tanh form, as a logistic


def _logistic_derivative(z):
    small = np.exp(-np.abs(z))
    return small / (1.0 + small) ** 2


def _tanh_derivative(z):
    return 4.0 * _logistic_derivative(2.0 * np.clip(z, -1e3, 1e3))


def _exp(z):
    with np.errstate(over="ignore"):
        return np.exp(z)


def _softplus(z):
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def _leaky(z, slope):
    return np.where(z > 0.0, z, slope * z)


def _elu(z, alpha=1.0):
    return np.where(z > 0.0, z, alpha * np.expm1(np.minimum(z, 0.0)))


def _elu_derivative(z, alpha=1.0):
    return np.where(z > 0.0, 1.0, alpha * np.exp(np.minimum(z, 0.0)))


def _celu(z, alpha=1.0):
    return np.where(z > 0.0, z, alpha * np.expm1(np.minimum(z, 0.0) / alpha))


def _celu_derivative(z, alpha=1.0):
    return np.exp(np.minimum(z, 0.0) / alpha)


def _silu_derivative(z):
    return expit(z) + z * _logistic_derivative(z)


def _gelu_derivative(z):
    t = np.clip(z, -_GELU_TAIL, _GELU_TAIL)
    return ndtr(t) + t * np.exp(-0.5 * t * t) / np.sqrt(2.0 * np.pi)


def _gelu_tanh(z):
    t = np.clip(z, -_GELU_TAIL, _GELU_TAIL)
    return z * expit(_GELU_RATE * (t + _GELU_CUBE * t**3))


def _gelu_tanh_derivative(z):
    t = np.clip(z, -_GELU_TAIL, _GELU_TAIL)
    inner = _GELU_RATE * (t + _GELU_CUBE * t**3)
    rise = _GELU_RATE * (1.0 + 3.0 * _GELU_CUBE * t * t)
    return expit(inner) + t * rise * _logistic_derivative(inner)


def _erf_derivative(z):
    t = np.clip(z, -_GELU_TAIL, _GELU_TAIL)
    return 2.0 / np.sqrt(np.pi) * np.exp(-t * t)


def _squareplus(z):
    size = np.hypot(z, 2.0)
    return np.where(z > 0.0, (size + z) / 2.0, 2.0 / (size + np.abs(z)))


def _hardsigmoid(z):
    return np.clip(z / 6.0 + 0.5, 0.0, 1.0)


def _hardswish_derivative(z):
    return np.where(z < -3.0, 0.0, np.where(z > 3.0, 1.0, np.clip(z, -3.0, 3.0) / 3.0 + 0.5))


def _mish_derivative(z):
    inner = _softplus(z)
    return np.tanh(inner) + z * _tanh_derivative(inner) * expit(z)


def _within(low, high, slope=1.0):
    """Return the derivative of a function that is a line between two points, flat beyond."""
    return lambda z: np.where((z > low) & (z < high), slope, 0.0)


class _Function(NamedTuple):
    """One activation function, of z and, where it takes one, a parameter.

    `bends` is where the slope of a piecewise-linear function jumps, None for other functions;
    `rises` says whether the function never falls (for leaky ReLU and ELU if the parameter is not
    negative); `parameter` is the name of its parameter, which may be left out but for a slope.
    """

    value: Callable
    derivative: Callable
    bends: tuple | None = None
    rises: bool = True
    parameter: str = ""


_FUNCTIONS = {
    "identity": _Function(lambda z: z, np.ones_like, ()),
    "logistic": _Function(expit, _logistic_derivative),
    "tanh": _Function(np.tanh, _tanh_derivative),
    "relu": _Function(lambda z: np.maximum(z, 0.0), lambda z: np.where(z > 0.0, 1.0, 0.0), (0.0,)),
    "softplus": _Function(_softplus, expit),
    "elu": _Function(_elu, _elu_derivative, parameter="alpha"),
    "selu": _Function(
        lambda z: _SELU_SCALE * _elu(z, _SELU_ALPHA),
        lambda z: _SELU_SCALE * _elu_derivative(z, _SELU_ALPHA),
    ),
    "silu": _Function(lambda z: z * expit(z), _silu_derivative, rises=False),
    "gelu": _Function(lambda z: z * ndtr(z), _gelu_derivative, rises=False),
    "exp": _Function(_exp, _exp),
    "celu": _Function(_celu, _celu_derivative, parameter="alpha"),
    "gelu_tanh": _Function(_gelu_tanh, _gelu_tanh_derivative, rises=False),
    "softsign": _Function(
        lambda z: z / (1.0 + np.abs(z)), lambda z: (1.0 / (1.0 + np.abs(z))) ** 2
    ),
    "hardtanh": _Function(lambda z: np.clip(z, -1.0, 1.0), _within(-1.0, 1.0), (-1.0, 1.0)),
    "relu6": _Function(lambda z: np.clip(z, 0.0, 6.0), _within(0.0, 6.0), (0.0, 6.0)),
    "hardsigmoid": _Function(_hardsigmoid, _within(-3.0, 3.0, 1.0 / 6.0), (-3.0, 3.0)),
    "hardswish": _Function(lambda z: z * _hardsigmoid(z), _hardswish_derivative, rises=False),
    "mish": _Function(lambda z: z * np.tanh(_softplus(z)), _mish_derivative, rises=False),
    "log_sigmoid": _Function(lambda z: -_softplus(-z), lambda z: expit(-z)),
    "erf": _Function(erf, _erf_derivative),
    "squareplus": _Function(_squareplus, lambda z: _squareplus(z) / np.hypot(z, 2.0)),
    "leaky_relu": _Function(
        _leaky, lambda z, slope: np.where(z > 0.0, 1.0, slope), (0.0,), parameter="slope"
    ),
}
_ALIASES = {"sigmoid": "logistic", "linear": "identity", "swish": "silu", "prelu": "leaky_relu"}
ACTIVATIONS = tuple(_FUNCTIONS)


class Activation(NamedTuple):
    """An elementwise activation function; make one with :func:`as_activation`.

    Parameters
    ----------
    name : str
        Its name.
    slope : float or None, default=None
        The slope of a leaky ReLU, or the alpha of an ELU or a CELU if it is not 1.
    """

    name: str
    slope: float | None = None

    def value(self, z):
        """Return the activation of `z`.

        Parameters
        ----------
        z : ndarray
            What goes in.

        Returns
        -------
        ndarray of the shape of z
            The activation.
        """
        return _FUNCTIONS[self.name].value(z, *self._parameters)

    def derivative(self, z, value=None):
        """Return the derivative at `z`; ReLU has 0 at 0.

        Parameters
        ----------
        z : ndarray
            What goes in.
        value : ndarray or None, default=None
            The activation there; not needed.

        Returns
        -------
        ndarray of the shape of z
            The derivative.
        """
        return _FUNCTIONS[self.name].derivative(z, *self._parameters)

    @property
    def _parameters(self):
        return () if self.slope is None else (self.slope,)

    @property
    def bends(self):
        """Where the slope of a piecewise-linear activation jumps; None for other activations."""
        return _FUNCTIONS[self.name].bends

    @property
    def rises(self):
        """Whether the activation never falls."""
        return _FUNCTIONS[self.name].rises and (self.slope or 0.0) >= 0.0

    def __str__(self):
        return self.name if self.slope is None else f"{self.name}({self.slope:g})"


IDENTITY = Activation("identity")


def _single(slopes):
    """Return the one value of the slopes of all units."""
    values = np.unique(np.asarray(slopes, dtype=np.float64))
    if len(values) != 1 or not np.isfinite(values[0]):
        raise ValueError(
            "prelu and leaky_relu must have one finite slope for all units of a layer. Got slopes "
            f"from {values.min():g} to {values.max():g} instead; pass the network as a callable."
        )
    return float(values[0])


def as_activation(spec):
    """Read the name of an activation, with its parameter if it has one.

    Parameters
    ----------
    spec : str or tuple (str, float)
        Such as "tanh", ("leaky_relu", 0.3) or ("elu", 0.5).

    Returns
    -------
    Activation
        The activation.

    Raises
    ------
    ValueError
        If the name is not known, or a parameter is missing, not finite, or too much.

    Examples
    --------
    >>> from skinterp.network import as_activation
    >>> float(as_activation("sigmoid").derivative(0.0))
    0.25
    """
    name, slope = (spec, None) if isinstance(spec, str) else spec
    name = _ALIASES.get(name, name)
    if name not in ACTIVATIONS:
        raise ValueError(
            f"An activation must be one of {', '.join(ACTIVATIONS)}. Got {name!r} instead."
        )
    parameter = _FUNCTIONS[name].parameter
    if (parameter == "slope") > (slope is not None) or (slope is not None and not parameter):
        raise ValueError(
            'leaky_relu, and only it, comes with a slope, as in ("leaky_relu", 0.3); elu and celu '
            f"may come with their alpha. Got {spec!r} instead."
        )
    if parameter == "alpha":
        return Activation(name, _checked_alpha(name, slope))
    return Activation(name, None if slope is None else _single(slope))


def _checked_alpha(name, alpha):
    """Return the alpha of an ELU or a CELU, None for 1."""
    if alpha is None or float(alpha) == 1.0:
        return None
    if not 0.0 < float(alpha) < np.inf:
        raise ValueError(f"The alpha of {name} must be a positive number. Got {alpha!r} instead.")
    return float(alpha)
