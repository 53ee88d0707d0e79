"""The operators a formula may use: value, pullback and price of each."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np


@dataclass(frozen=True, slots=True)
class Operator:
    """One elementary function of real numbers.

    Parameters
    ----------
    name : str
        Key of the operator in `OPERATORS`.
    function : callable
        ``function(*arguments)`` gives the values; outside the domain they are nan.
    pullbacks : tuple of callable
        One per argument: ``pullback(cotangent, arguments, value)`` gives the cotangent times
        the partial derivative by that argument.
    price : float
        Default price of one use in `Expression.cost`.
    """

    name: str
    function: Callable
    pullbacks: tuple[Callable, ...]
    price: float

    @property
    def arity(self):
        """Number of arguments."""
        return len(self.pullbacks)


def nonzero(values):
    """Replace zeros by nan, so that what divides by them is undefined, not infinite."""
    if isinstance(values, float):
        return values or np.nan
    return values if values.all() else np.where(values == 0, np.nan, values)


def _power(base, exponent):
    return np.power(nonzero(base) if exponent < 0 else base, exponent)


def _pull_power_to_base(cotangent, arguments, value):
    base, exponent = arguments
    return cotangent * exponent * np.power(base, exponent - 1.0)


def _pull_power_to_exponent(cotangent, arguments, value):
    return cotangent * value * np.log(arguments[0])


_ARITHMETIC = (
    Operator("add", np.add, (lambda c, a, v: c, lambda c, a, v: c), 1.0),
    Operator("sub", np.subtract, (lambda c, a, v: c, lambda c, a, v: -c), 1.0),
    Operator("mul", np.multiply, (lambda c, a, v: c * a[1], lambda c, a, v: c * a[0]), 1.0),
    Operator(
        "div",
        lambda a, b: np.divide(a, nonzero(b)),
        (lambda c, a, v: c / a[1], lambda c, a, v: -c * v / a[1]),
        1.0,
    ),
    Operator("pow", _power, (_pull_power_to_base, _pull_power_to_exponent), 1.0),
    Operator("neg", np.negative, (lambda c, a, v: -c,), 1.0),
    Operator("square", np.square, (lambda c, a, v: 2.0 * c * a[0],), 1.0),
    Operator("cube", lambda a: a * a * a, (lambda c, a, v: 3.0 * c * a[0] * a[0],), 1.0),
)

_FUNCTIONS = (
    Operator("abs", np.abs, (lambda c, a, v: c * np.sign(a[0]),), 1.0),
    Operator("sqrt", np.sqrt, (lambda c, a, v: 0.5 * c / v,), 2.0),
    Operator("exp", np.exp, (lambda c, a, v: c * v,), 2.0),
    Operator("log", lambda a: np.log(nonzero(a)), (lambda c, a, v: c / a[0],), 2.0),
    Operator("sin", np.sin, (lambda c, a, v: c * np.cos(a[0]),), 3.0),
    Operator("cos", np.cos, (lambda c, a, v: -c * np.sin(a[0]),), 3.0),
    Operator("tan", np.tan, (lambda c, a, v: c * (1.0 + v * v),), 3.0),
    Operator("tanh", np.tanh, (lambda c, a, v: c * (1.0 - v * v),), 3.0),
)

OPERATORS = MappingProxyType({operator.name: operator for operator in _ARITHMETIC + _FUNCTIONS})
FUNCTION_NAMES = tuple(operator.name for operator in _FUNCTIONS)


def find_operator(name):
    """Look up an operator by name, naming the allowed ones when there is none."""
    if name not in OPERATORS:
        raise ValueError(f"operator must be one of {sorted(OPERATORS)}. Got {name!r} instead.")
    return OPERATORS[name]


def complete_prices(prices=None):
    """Fill the default prices in for the operators that `prices` leaves out."""
    unknown = sorted(set(prices or ()) - set(OPERATORS))
    if unknown:
        raise ValueError(
            f"prices must be keyed by operators among {sorted(OPERATORS)}. Got {unknown} instead."
        )
    return {name: operator.price for name, operator in OPERATORS.items()} | dict(prices or {})
