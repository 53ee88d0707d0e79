"""Formulas as immutable value objects.

An ``Expression`` is a tree of ``Constant``, ``Variable`` and ``Operation`` nodes over real
mathematics (undefined is nan, nothing is protected). It computes values and input gradients, knows
its size and price, and is written in the user's column names.
"""

from skinterp.expression._functions import absolute, cos, exp, log, sin, sqrt, tan, tanh
from skinterp.expression._nodes import (
    Constant,
    Expression,
    Operation,
    Variable,
    as_expression,
    from_postfix,
)
from skinterp.expression._operators import OPERATORS, Operator

__all__ = [
    "OPERATORS",
    "Constant",
    "Expression",
    "Operation",
    "Operator",
    "Variable",
    "absolute",
    "as_expression",
    "cos",
    "exp",
    "from_postfix",
    "log",
    "sin",
    "sqrt",
    "tan",
    "tanh",
]
