"""Immutable expression trees over the columns of X."""

import json
import math
from abc import ABC, abstractmethod
from functools import partialmethod
from numbers import Integral, Real

from skinterp.expression._evaluate import evaluate, value_and_gradient
from skinterp.expression._exporters import EXPORTERS
from skinterp.expression._fold import postorder
from skinterp.expression._operators import find_operator, pricing

_set_field = object.__setattr__


def _overload(name):
    """Return the methods for an operator and for its reflection."""
    return (
        lambda self, other: _operate(name, self, other),
        lambda self, other: _operate(name, other, self),
    )


def _typed(tokens):
    """Tokens that tell variable 1 from constant 1.0."""
    return [(type(token), token) for token in tokens]


class Expression(ABC):
    """A real formula of the input columns; immutable, hashable and picklable.

    Expressions are built from `Variable`, `Constant`, Python's operators ``+ - * / **`` and
    functions such as `exp`. They are real mathematics without protected operators: where a
    formula is undefined (a division by zero, the logarithm of a negative number) its value is
    nan, and where it exceeds the range of floats it is infinite.

    Attributes
    ----------
    token : float, int or str
        The value of a constant, the index of a variable or the name of an operator.
    args : tuple of Expression
        The arguments of an operation; empty for a leaf.
    varies : bool
        Whether there is a variable in it.
    complexity : int
        Number of nodes, with multiplicity. A signed constant is one node, and so is each
        operation: ``x0*x1`` has three nodes, ``x0**2`` two, ``x0**2.5`` three.

    Examples
    --------
    >>> from skinterp.expression import Variable, exp
    >>> g = Variable(0) * exp(-Variable(1)) - 3
    >>> print(g)
    x0*exp(-x1) - 3
    >>> g.evaluate([[1.0, 0.0], [2.0, 0.0]])
    array([-2., -1.])
    """

    __slots__ = ("_hash", "args", "complexity", "token", "varies")
    __array_ufunc__ = None
    is_variable = False

    @abstractmethod
    def __init__(self):
        """Check the token and the arguments, and set them."""

    def _set(self, token, args=()):
        complexity, varies = 1, self.is_variable
        for argument in args:
            complexity += argument.complexity
            varies = varies or argument.varies
        _set_field(self, "token", token)
        _set_field(self, "args", args)
        _set_field(self, "complexity", complexity)
        _set_field(self, "varies", varies)
        _set_field(self, "_hash", hash((type(self).__name__, token, args)))

    def __setattr__(self, name, value):
        raise AttributeError(f"{type(self).__name__} is immutable: {name} cannot change.")

    __delattr__ = partialmethod(__setattr__, value=None)

    def __eq__(self, other):
        if self is other:
            return True
        if type(self) is not type(other) or self._hash != other._hash or self.token != other.token:
            return False
        return not self.args or _typed(self.postfix) == _typed(other.postfix)

    def __hash__(self):
        return self._hash

    def __reduce__(self):
        return from_postfix, (self.postfix,)

    def __getstate__(self):
        """Return the tokens as a text, which is short in formats that write every object."""
        return {"postfix": json.dumps(self.postfix)}

    def __setstate__(self, state):
        built = from_postfix(json.loads(state["postfix"]))
        self._set(built.token, built.args)

    @property
    def postfix(self):
        """The tree in postfix order: variables as int, constants as float, operators as str."""
        tokens, stack = [], [self]
        while stack:
            node = stack.pop()
            tokens.append(node.token)
            stack.extend(node.args)
        return tuple(reversed(tokens))

    @property
    def variables(self):
        """Sorted indices of the columns that the formula uses."""
        return tuple(sorted(node.index for node in postorder(self) if node.is_variable))

    @property
    def constants(self):
        """The values of all constants from left to right, with multiplicity."""
        return tuple(token for token in self.postfix if isinstance(token, float))

    def with_constants(self, values):
        """Replace the constants, in the order of `constants`.

        Parameters
        ----------
        values : sequence of float
            As many numbers as there are constants.

        Returns
        -------
        Expression
            The same tree with other constants.
        """
        needed = len(self.constants)
        if len(values) != needed:
            raise ValueError(f"values must hold {needed} numbers. Got {len(values)} instead.")
        replacements = iter(values)
        return from_postfix(
            float(next(replacements)) if isinstance(token, float) else token
            for token in self.postfix
        )

    def evaluate(self, X):
        """Compute the values on the rows of X.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Column i is the value of ``Variable(i)``.

        Returns
        -------
        ndarray of shape (n_samples,)
            The values, nan where the formula is undefined.
        """
        return evaluate(self, X)

    def value_and_gradient(self, X):
        """Compute values and exact input gradients on the rows of X.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Column i is the value of ``Variable(i)``.

        Returns
        -------
        value : ndarray of shape (n_samples,)
            The values, nan where the formula is undefined.
        gradient : ndarray of shape (n_samples, n_features)
            The partial derivatives, nan where the value is nan.
        """
        return value_and_gradient(self, X)

    def cost(self, prices=None):
        """Add up the prices of all operators, and 1 for every leaf.

        Parameters
        ----------
        prices : dict of str to float, default=None
            Prices that differ from the operators' own ``price``.

        Returns
        -------
        float
            The cost; with all prices at 1 it equals `complexity`.
        """
        price = pricing(prices)
        return float(sum(price(t) if isinstance(t, str) else 1.0 for t in self.postfix))

    def format(self, names=None, digits=4):
        """Write the formula as readable text that `parse` understands.

        Parameters
        ----------
        names : sequence of str, default=None
            Column names, by default x0, x1 and so on. A name that is no plain identifier is
            put in backticks.
        digits : int or None, default=4
            Significant digits of the constants shown; None shows them in full.

        Returns
        -------
        str
            The text.
        """
        return self.export("text", names, digits=digits)

    def export(self, language, names=None, **options):
        """Write the formula in a language.

        Parameters
        ----------
        language : str
            Name of an exporter, a key of `EXPORTERS`.
        names : sequence of str, default=None
            Column names, by default x0, x1 and so on.
        **options : dict
            Options of the exporter.

        Returns
        -------
        object
            What the exporter writes, text in most languages.

        Raises
        ------
        ValueError
            If there is no such exporter, or it cannot write an operator.
        """
        return EXPORTERS.find(language, "language").write(self, names, **options)

    def __str__(self):
        return self.format()

    def __repr__(self):
        content = (self.token, self.args) if self.args else (self.token,)
        return f"{type(self).__name__}({', '.join(map(repr, content))})"

    def _repr_latex_(self):
        return f"${self.export('latex')}$"

    __add__, __radd__ = _overload("add")
    __sub__, __rsub__ = _overload("sub")
    __mul__, __rmul__ = _overload("mul")
    __truediv__, __rtruediv__ = _overload("div")
    __pow__, __rpow__ = _overload("pow")

    def __pos__(self):
        return self

    def __neg__(self):
        return Operation("neg", (self,))


class Constant(Expression):
    """A finite real number.

    Parameters
    ----------
    value : float
        The number.
    """

    __slots__ = ()

    def __init__(self, value):
        if not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"value must be a finite number. Got {value!r} instead.")
        self._set(float(value) + 0.0)

    @property
    def value(self):
        """The number."""
        return self.token

    def __neg__(self):
        return Constant(-self.value)


class Variable(Expression):
    """A column of X.

    Parameters
    ----------
    index : int
        Index of the column, from 0.

    Examples
    --------
    >>> Variable(0) * Variable(1)
    Operation('mul', (Variable(0), Variable(1)))
    """

    __slots__ = ()
    is_variable = True

    def __init__(self, index):
        if not isinstance(index, Integral) or index < 0:
            raise ValueError(f"index must be an integer from 0. Got {index!r} instead.")
        self._set(int(index))

    @property
    def index(self):
        """Index of the column."""
        return self.token


class Operation(Expression):
    """An operator applied to its arguments, without any rearrangement.

    Parameters
    ----------
    operator_name : str
        A key of `OPERATORS`.
    args : tuple of Expression
        As many as the operator's arity. The exponent of "pow" is a `Constant`; write
        ``x ** y``, which is ``exp(y*log(x))``, for a variable one.

    Examples
    --------
    >>> print(Operation("sqrt", (Variable(2),)))
    sqrt(x2)
    """

    __slots__ = ()

    def __init__(self, operator_name, args):
        args = tuple(args)
        operator = find_operator(operator_name)
        arity = operator.arity
        if len(args) != arity or not all(isinstance(argument, Expression) for argument in args):
            raise ValueError(
                f"args of {operator_name!r} must be {arity} Expression. Got {args!r} instead."
            )
        if operator.constant_last and not isinstance(args[-1], Constant):
            last = "exponent" if operator_name == "pow" else "last argument"
            raise ValueError(
                f"the {last} of {operator_name!r} must be a Constant. Got {args[-1]!r} instead."
            )
        self._set(operator_name, args)

    @property
    def operator_name(self):
        """The key of the operator."""
        return self.token


def from_postfix(tokens):
    """Build an expression from `Expression.postfix`.

    Parameters
    ----------
    tokens : iterable of int, float and str
        Variables, constants and operators, arguments before their operator.

    Returns
    -------
    Expression
        The tree.

    Examples
    --------
    >>> print(from_postfix([0, 1, "mul", 2.5, "add"]))
    x0*x1 + 2.5
    """
    stack = []
    for token in tokens:
        if isinstance(token, str):
            arity = find_operator(token).arity
            if len(stack) < arity:
                raise ValueError(f"tokens must give {token!r} {arity} arguments before it.")
            stack[-arity:] = [Operation(token, stack[-arity:])]
        else:
            stack.append(Variable(token) if isinstance(token, Integral) else Constant(token))
    if len(stack) != 1:
        raise ValueError(f"tokens must make one expression. Got {len(stack)} instead.")
    return stack[0]


def as_expression(value):
    """Return an expression as it is and wrap a number in `Constant`."""
    if isinstance(value, Expression):
        return value
    if not isinstance(value, Real):
        raise TypeError(f"an operand must be an Expression or a number. Got {value!r} instead.")
    return Constant(value)


def _operate(name, left, right):
    try:
        left, right = as_expression(left), as_expression(right)
    except TypeError:
        return NotImplemented
    return _raise_to_power(left, right) if name == "pow" else Operation(name, (left, right))


def _raise_to_power(base, exponent):
    """Choose the form of a power: square, cube, pow or, for a variable exponent, exp and log."""
    if exponent.varies:
        return Operation("exp", (exponent * Operation("log", (base,)),))
    exponent = Constant(exponent.evaluate([[]])[0])
    named = {2.0: "square", 3.0: "cube"}.get(exponent.value)
    return Operation(named, (base,)) if named else Operation("pow", (base, exponent))
