"""The larger of two values, of which hinges ``max(0, x - c)`` are made."""

import numpy as np

from skinterp.expression._operators import Operator, register_operator
from skinterp.expression._printer import ATOM, Phrase


def _pull_left(cotangent, arguments, value):
    return cotangent * (arguments[0] >= arguments[1])


def _pull_right(cotangent, arguments, value):
    return cotangent * (arguments[1] > arguments[0])


def _in_sql(printer, a, b):
    pieces = ("CASE WHEN ", a, " < ", b, " THEN ", b, " WHEN ", a, " >= ", b, " THEN ", a, " END")
    return Phrase.of(*pieces, binding=ATOM)


def _in_latex(printer, left, right):
    return Phrase.of("\\max\\left(", left, ", ", right, "\\right)", binding=ATOM)


register_operator(
    Operator(
        "max",
        np.maximum,
        (_pull_left, _pull_right),
        2.0,
        {"python": "np.maximum", "c": "larger", "sql": _in_sql, "latex": _in_latex},
        "Max",
    )
)
