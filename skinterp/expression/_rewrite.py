"""Rewriting of expressions that changes no value: constants folded and plain rules applied."""

import math

import numpy as np

from skinterp.expression._fold import fold
from skinterp.expression._nodes import Constant, Expression, Operation, Variable
from skinterp.expression._operators import OPERATORS
from skinterp.utils import round_to_digits


class _Rebuilder:
    """A visitor that rebuilds a tree from changed constants and operations."""

    variable = Variable

    def __init__(self, constant=Constant, operation=Operation):
        self.constant, self.operation = constant, operation


def _fold_operation(name, arguments):
    operation = Operation(name, arguments)
    if not all(isinstance(argument, Constant) for argument in operation.args):
        return operation
    with np.errstate(all="ignore"):
        value = OPERATORS[name].function(*(a.value for a in operation.args))
    return Constant(value) if math.isfinite(value) else operation


def _tidy_operation(name, arguments):
    expression = _fold_operation(name, arguments)
    rule = OPERATORS[expression.operator_name].tidy if expression.args else None
    rewritten = rule(*expression.args) if rule else None
    return expression if rewritten is None else rewritten


def fold_constants(expression):
    """Compute every part that has no variable, if its value is finite.

    Parameters
    ----------
    expression : Expression
        The formula.

    Returns
    -------
    Expression
        The formula with fewer constants and the same values.

    Examples
    --------
    >>> from skinterp.expression import Constant, Variable, fold_constants
    >>> print(fold_constants(Variable(0) * (Constant(1) + 2)))
    x0*3
    """
    return fold(expression, _Rebuilder(operation=_fold_operation))


def round_constants(expression, digits):
    """Round every constant to a number of significant digits.

    Parameters
    ----------
    expression : Expression
        The formula.
    digits : int
        Significant digits, from 1.

    Returns
    -------
    Expression
        The rounded formula.

    Examples
    --------
    >>> from skinterp.expression import Variable, round_constants
    >>> print(round_constants(3.14159 * Variable(0), digits=2))
    3.1*x0
    """
    if digits < 1:
        raise ValueError(f"digits must be an integer from 1. Got {digits!r} instead.")

    def rounded(value):
        return Constant(round_to_digits(value, digits))

    return fold(expression, _Rebuilder(constant=rounded))


def tidy(expression: Expression):
    """Apply rules that are true wherever a formula is defined and never change where that is.

    Parameters
    ----------
    expression : Expression
        The formula.

    Returns
    -------
    Expression
        The formula with constants folded, neutral elements and double signs removed, and
        ``x*x``, ``x*x**2``, ``exp(x)*exp(y)``, ``log(exp(x))`` and ``sqrt(x**2)`` shortened.

    Examples
    --------
    >>> from skinterp.expression import Variable, tidy
    >>> print(tidy(Variable(0) * Variable(0) + 0))
    x0**2
    """
    while True:
        tidied = fold(expression, _Rebuilder(operation=_tidy_operation))
        if tidied == expression:
            return expression
        expression = tidied
