"""Rewriting of expressions that changes no value: constants folded and plain rules applied."""

import math

import numpy as np

from skinterp.expression._fold import fold
from skinterp.expression._nodes import Constant, Expression, Operation, Variable
from skinterp.expression._operators import OPERATORS
from skinterp.utils import round_to_digits


class _Rebuilding:
    """A visitor that rebuilds a tree; subclasses change what it is rebuilt from."""

    def variable(self, index):
        return Variable(index)

    def constant(self, value):
        return Constant(value)

    def operation(self, name, arguments):
        return Operation(name, arguments)


class _ConstantFolding(_Rebuilding):
    def operation(self, name, arguments):
        return _fold_operation(Operation(name, arguments))


class _Rounding(_Rebuilding):
    def __init__(self, digits):
        self.digits = digits

    def constant(self, value):
        return Constant(round_to_digits(value, self.digits))


class _Tidying(_Rebuilding):
    def operation(self, name, arguments):
        return _tidy_operation(_fold_operation(Operation(name, arguments)))


def _fold_operation(operation):
    if not all(isinstance(argument, Constant) for argument in operation.args):
        return operation
    with np.errstate(all="ignore"):
        value = OPERATORS[operation.operator_name].function(*(a.value for a in operation.args))
    return Constant(value) if math.isfinite(value) else operation


def _tidy_operation(expression):
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
    return fold(expression, _ConstantFolding())


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
    return fold(expression, _Rounding(digits))


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
        tidied = fold(expression, _Tidying())
        if tidied == expression:
            return expression
        expression = tidied
