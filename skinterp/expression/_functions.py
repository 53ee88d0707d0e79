"""Functions that build expressions."""

from functools import reduce
from operator import add

import numpy as np

from skinterp.expression._nodes import Constant, Operation, Variable, as_expression


def apply(name, *arguments):
    """Build an operation by the name of its operator.

    Parameters
    ----------
    name : str
        A key of `OPERATORS`.
    *arguments : Expression or number
        Its arguments.

    Returns
    -------
    Expression
        The operation.

    Raises
    ------
    ValueError
        If there is no such operator, or it takes another number of arguments.

    Examples
    --------
    >>> from skinterp.expression import Variable, apply
    >>> print(apply("tanh", 2 * Variable(0)))
    tanh(2*x0)
    """
    return Operation(name, tuple(as_expression(argument) for argument in arguments))


def exp(argument):
    """Build the exponential function of an expression.

    Parameters
    ----------
    argument : Expression or number
        The argument.

    Returns
    -------
    Expression
        The operation.
    """
    return apply("exp", argument)


def log(argument):
    """Build the natural logarithm, undefined unless its argument is positive.

    Parameters
    ----------
    argument : Expression or number
        The argument.

    Returns
    -------
    Expression
        The operation.
    """
    return apply("log", argument)


def sqrt(argument):
    """Build the square root, undefined for negative arguments.

    Parameters
    ----------
    argument : Expression or number
        The argument.

    Returns
    -------
    Expression
        The operation.
    """
    return apply("sqrt", argument)


def sin(argument):
    """Build the sine of an angle in radians.

    Parameters
    ----------
    argument : Expression or number
        The argument.

    Returns
    -------
    Expression
        The operation.
    """
    return apply("sin", argument)


def cos(argument):
    """Build the cosine of an angle in radians.

    Parameters
    ----------
    argument : Expression or number
        The argument.

    Returns
    -------
    Expression
        The operation.
    """
    return apply("cos", argument)


def tan(argument):
    """Build the tangent of an angle in radians.

    Parameters
    ----------
    argument : Expression or number
        The argument.

    Returns
    -------
    Expression
        The operation.
    """
    return apply("tan", argument)


def tanh(argument):
    """Build the hyperbolic tangent.

    Parameters
    ----------
    argument : Expression or number
        The argument.

    Returns
    -------
    Expression
        The operation.
    """
    return apply("tanh", argument)


def absolute(argument):
    """Build the absolute value.

    Parameters
    ----------
    argument : Expression or number
        The argument.

    Returns
    -------
    Expression
        The operation.
    """
    return apply("abs", argument)


def _distance(index, centre):
    """Return a variable, or its distance from a number that is not 0."""
    if centre == 0:
        return Variable(index)
    return Variable(index) - float(centre) if centre > 0 else Variable(index) + float(-centre)


def affine(coefficients, intercept=0.0, centres=None):
    """Build an affine function of the inputs.

    Parameters
    ----------
    coefficients : ndarray of shape (n_features,)
        The coefficients; those at 0 are left out.
    intercept : float, default=0.0
        The constant, left out at 0.
    centres : ndarray of shape (n_features,) or None, default=None
        What is subtracted from the inputs first, so that the constant is the value there.

    Returns
    -------
    Expression
        The expression.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.expression import affine
    >>> print(affine(np.array([2.0, -3.0]), 1.0, centres=np.array([0.0, 1700000000.0])))
    2*x0 - 3*(x1 - 1700000000) + 1
    """
    terms = [
        float(coefficients[j]) * _distance(int(j), 0.0 if centres is None else centres[j])
        for j in np.flatnonzero(coefficients)
    ]
    if intercept or not terms:
        terms.append(Constant(float(intercept)))
    return reduce(add, terms)
