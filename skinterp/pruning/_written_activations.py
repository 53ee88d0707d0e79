"""Activation functions as formulas, of operators that can be printed and exported."""

import numpy as np

from skinterp.expression import absolute, apply, exp, log, sqrt, tanh

_LARGEST_EXPONENT = 700.0
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_WAVE = 2.0 * np.sqrt(2.0 / np.pi)


def _positive(z):
    return apply("max", 0.0, z)


def _softplus(z, high):
    if high > _LARGEST_EXPONENT:
        return _positive(z) + log(1.0 + exp(-absolute(z)))
    return log(1.0 + exp(z))


def _exponential(scale, alpha, rate=1.0):
    """Return how an ELU is written: a line above 0, an exponential function below."""

    def write(z, low, high):
        if high <= 0.0:
            return scale * alpha * (exp(z / rate) - 1.0)
        return scale * (_positive(z) + alpha * (exp(-(_positive(-z) / rate)) - 1.0))

    return write


_WRITTEN = {
    "relu": lambda z, low, high: _positive(z),
    "tanh": lambda z, low, high: tanh(z),
    "logistic": lambda z, low, high: 1.0 / (1.0 + exp(-z)),
    "softplus": lambda z, low, high: _softplus(z, high),
    "selu": _exponential(_SELU_SCALE, _SELU_ALPHA),
    "silu": lambda z, low, high: z / (1.0 + exp(-z)),
    "exp": lambda z, low, high: exp(z),
    "gelu_tanh": lambda z, low, high: z / (1.0 + exp(-(_WAVE * (z + 0.044715 * z**3)))),
    "softsign": lambda z, low, high: z / (1.0 + absolute(z)),
    "hardswish": lambda z, low, high: z * (_positive(z + 3.0) - _positive(z - 3.0)) / 6.0,
    "mish": lambda z, low, high: z * tanh(_softplus(z, high)),
    "log_sigmoid": lambda z, low, high: -_softplus(-z, -low),
    "squareplus": lambda z, low, high: (z + sqrt(z**2 + 4.0)) / 2.0,
}


def write_activation(activation, z, low=-np.inf, high=np.inf):
    """Write an activation of an expression.

    Parameters
    ----------
    activation : Activation or str
        The function.
    z : Expression
        What it is taken of.
    low, high : float
        Between which numbers the expression is.

    Returns
    -------
    Expression
        The formula.

    Raises
    ------
    ValueError
        If formulas have no operator for it.
    """
    name, slope = (activation, None) if isinstance(activation, str) else activation
    if name in ("elu", "celu"):
        alpha = 1.0 if slope is None else slope
        return _exponential(1.0, alpha, alpha if name == "celu" else 1.0)(z, low, high)
    if name not in _WRITTEN:
        raise ValueError(
            f"The activation must be one that formulas have: {', '.join(_WRITTEN)}, elu, celu or "
            f"piecewise linear. Got {name} instead; to_sympy() writes it."
        )
    return _WRITTEN[name](z, low, high)
