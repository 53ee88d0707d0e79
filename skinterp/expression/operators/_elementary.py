"""Whole powers and the elementary functions."""

import numpy as np

from skinterp.expression._fold import is_operation
from skinterp.expression._nodes import Operation
from skinterp.expression._operators import Operator, nonzero, register_operator
from skinterp.expression._printer import ATOM, POWER, Phrase

# Arguments of exp beyond this grow too steep to mean anything.
MAX_EXPONENT = 30.0
_WAVE = ("factor", "phase")
_LOGARITHMS = {"python": "np.log", "c": "log", "sql": "ln"}


def _positive(values):
    return values.min() > 0


_OF_POSITIVE = {"domain": _positive, "inner_constants": ("shift",), "may_strip": True}


def _nonzero_call(function):
    def write(printer, argument):
        return printer.call(function, printer.nonzero(argument))

    return write


def _around(language, before, after, binding):
    def write(printer, argument):
        return Phrase.of(before, argument, after, binding=binding)

    return {language: write}


def _tidy_even(name):
    def tidy(argument):
        return Operation(name, argument.args) if is_operation(argument, "neg", "abs") else None

    return tidy


def _tidy_log(argument):
    return argument.args[0] if is_operation(argument, "exp") else None


def _tidy_sqrt(argument):
    return Operation("abs", argument.args) if is_operation(argument, "square") else None


def _register_power(name, exponent, function, slope, **more):
    def write(printer, base):
        return printer.power(base, Phrase(str(exponent), ATOM))

    def build(base):
        return base**exponent

    more = {"degree": exponent, "may_strip": True, **more}
    register_operator(Operator(name, function, (slope,), 1.0, write, build, **more))


def _register_function(name, function, slope, price, notation=None, sympy=None, **more):
    """Register a function that most languages call by its own name."""
    usual = {"latex": f"\\{name}", "python": f"np.{name}", "c": name, "sql": name}
    notation = usual | (notation or {})
    register_operator(Operator(name, function, (slope,), price, notation, sympy or name, **more))


_register_power(
    "square",
    2,
    np.square,
    lambda c, a, v: 2.0 * c * a[0],
    inner_constants=("shift",),
    tidy=_tidy_even("square"),
)
_register_power("cube", 3, lambda a: a * a * a, lambda c, a, v: 3.0 * c * a[0] * a[0])
_register_function(
    "sqrt",
    np.sqrt,
    lambda c, a, v: 0.5 * c / v,
    2.0,
    _around("latex", "\\sqrt{", "}", POWER)
    | _around("mathml", "<msqrt><mrow>", "</mrow></msqrt>", ATOM),
    **_OF_POSITIVE,
    tidy=_tidy_sqrt,
)
_register_function(
    "log",
    lambda a: np.log(nonzero(a)),
    lambda c, a, v: c / a[0],
    2.0,
    {language: _nonzero_call(f) for language, f in _LOGARITHMS.items()},
    **_OF_POSITIVE,
    tidy=_tidy_log,
)
_register_function(
    "exp",
    np.exp,
    lambda c, a, v: c * v,
    2.0,
    _around("latex", "e^{", "}", POWER)
    | _around("mathml", "<msup><mi>e</mi><mrow>", "</mrow></msup>", POWER),
    domain=lambda values: np.abs(values).max() <= MAX_EXPONENT,
    inner_constants=("factor",),
    may_strip=True,
)
_register_function("sin", np.sin, lambda c, a, v: c * np.cos(a[0]), 3.0, inner_constants=_WAVE)
_register_function("cos", np.cos, lambda c, a, v: -c * np.sin(a[0]), 3.0, inner_constants=_WAVE)
_register_function("tan", np.tan, lambda c, a, v: c * (1.0 + v * v), 3.0)
_register_function("tanh", np.tanh, lambda c, a, v: c * (1.0 - v * v), 3.0, inner_constants=_WAVE)
_register_function(
    "abs",
    np.abs,
    lambda c, a, v: c * np.sign(a[0]),
    1.0,
    _around("latex", "\\left|", "\\right|", ATOM)
    | _around("mathml", "<mrow><mo>|</mo>", "<mo>|</mo></mrow>", ATOM)
    | {"c": "fabs"},
    "Abs",
    tidy=_tidy_even("abs"),
)
