"""Immutable expression trees over the columns of X."""

import math
from abc import ABC, abstractmethod
from numbers import Integral, Real

from skinterp.expression._evaluate import evaluate, value_and_gradient
from skinterp.expression._fold import fold, postorder
from skinterp.expression._format import format_expression
from skinterp.expression._latex import to_latex
from skinterp.expression._operators import complete_prices, find_operator


class Expression(ABC):
    """A real formula of the input columns; immutable, hashable and picklable.

    Expressions are built from `Variable`, `Constant`, Python's operators ``+ - * / **`` and
    functions such as `exp`. They are real mathematics without protected operators: where a
    formula is undefined (a division by zero, the logarithm of a negative number) its value is
    nan, and where it exceeds the range of floats it is infinite.

    Attributes
    ----------
    args : tuple of Expression
        The arguments of an operation; empty for a leaf.
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

    __slots__ = ("_hash", "args", "complexity")
    __array_ufunc__ = None
    is_variable = False

    def _set(self, **fields):
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name, value):
        raise AttributeError(f"{type(self).__name__} is immutable: {name} cannot be set.")

    def __delattr__(self, name):
        raise AttributeError(f"{type(self).__name__} is immutable: {name} cannot be deleted.")

    @abstractmethod
    def accept(self, visitor, arguments):
        """Call the visitor's method for this kind of node.

        Parameters
        ----------
        visitor : object
            Offers ``variable(index)``, ``constant(value)``, ``operation(name, arguments)``.
        arguments : list
            What the visitor returned for the arguments of this node.

        Returns
        -------
        object
            What the visitor returns for this node.
        """

    def __hash__(self):
        return self._hash

    def __reduce__(self):
        return from_postfix, (self.postfix,)

    @property
    def postfix(self):
        """The tree in postfix order: variables as int, constants as float, operators as str."""
        tokens, stack = [], [self]
        while stack:
            node = stack.pop()
            tokens.append(node._token)
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
        constants = self.constants
        if len(values) != len(constants):
            raise ValueError(
                f"values must hold one number per constant, {len(constants)} in all. "
                f"Got {len(values)} instead."
            )
        replacements = iter(values)
        return from_postfix(
            float(next(replacements)) if isinstance(token, float) else token
            for token in self.postfix
        )

    def substitute(self, replacements):
        """Put other expressions in the place of variables.

        Parameters
        ----------
        replacements : dict of int to Expression or number
            New content by the index of a variable; variables without an entry stay.

        Returns
        -------
        Expression
            The composed formula.

        Examples
        --------
        >>> from skinterp.expression import Variable
        >>> print((Variable(0) ** 2).substitute({0: (Variable(3) - 1) / 5}))
        ((x3 - 1)/5)**2
        """
        return fold(self, _Substitution(replacements))

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
        prices = complete_prices(prices)
        return float(
            sum(prices[token] if isinstance(token, str) else 1.0 for token in self.postfix)
        )

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
        return format_expression(self, names, digits)

    def __str__(self):
        return self.format()

    def _repr_latex_(self):
        return f"${to_latex(self)}$"

    def __add__(self, other):
        return _operate("add", self, other)

    def __radd__(self, other):
        return _operate("add", other, self)

    def __sub__(self, other):
        return _operate("sub", self, other)

    def __rsub__(self, other):
        return _operate("sub", other, self)

    def __mul__(self, other):
        return _operate("mul", self, other)

    def __rmul__(self, other):
        return _operate("mul", other, self)

    def __truediv__(self, other):
        return _operate("div", self, other)

    def __rtruediv__(self, other):
        return _operate("div", other, self)

    def __pow__(self, exponent):
        return _raise_to_power(self, exponent)

    def __rpow__(self, base):
        return _raise_to_power(base, self)

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

    Examples
    --------
    >>> Constant(2.5)
    Constant(2.5)
    """

    __slots__ = ("value",)

    def __init__(self, value):
        if not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"value must be a finite number. Got {value!r} instead.")
        value = float(value) + 0.0
        self._set(value=value, args=(), complexity=1, _hash=hash(("constant", value)))

    @property
    def _token(self):
        return self.value

    def accept(self, visitor, arguments):
        """Call ``visitor.constant``."""
        return visitor.constant(self.value)

    def __eq__(self, other):
        return isinstance(other, Constant) and self.value == other.value

    __hash__ = Expression.__hash__

    def __neg__(self):
        return Constant(-self.value)

    def __repr__(self):
        return f"Constant({self.value!r})"


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

    __slots__ = ("index",)
    is_variable = True

    def __init__(self, index):
        if not isinstance(index, Integral) or index < 0:
            raise ValueError(f"index must be an integer from 0. Got {index!r} instead.")
        index = int(index)
        self._set(index=index, args=(), complexity=1, _hash=hash(("variable", index)))

    @property
    def _token(self):
        return self.index

    def accept(self, visitor, arguments):
        """Call ``visitor.variable``."""
        return visitor.variable(self.index)

    def __eq__(self, other):
        return isinstance(other, Variable) and self.index == other.index

    __hash__ = Expression.__hash__

    def __repr__(self):
        return f"Variable({self.index})"


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

    __slots__ = ("operator_name",)

    def __init__(self, operator_name, args):
        args = tuple(args)
        arity = find_operator(operator_name).arity
        if len(args) != arity or not all(isinstance(argument, Expression) for argument in args):
            raise ValueError(
                f"args of {operator_name!r} must be {arity} Expression. Got {args!r} instead."
            )
        if operator_name == "pow" and not isinstance(args[1], Constant):
            raise ValueError(f"the exponent of 'pow' must be a Constant. Got {args[1]!r} instead.")
        self._set(
            operator_name=operator_name,
            args=args,
            complexity=1 + sum(argument.complexity for argument in args),
            _hash=hash((operator_name, args)),
        )

    @property
    def _token(self):
        return self.operator_name

    def accept(self, visitor, arguments):
        """Call ``visitor.operation``."""
        return visitor.operation(self.operator_name, arguments)

    def __eq__(self, other):
        return self is other or (
            isinstance(other, Operation)
            and self._hash == other._hash
            and self.operator_name == other.operator_name
            and self.args == other.args
        )

    __hash__ = Expression.__hash__

    def __repr__(self):
        return f"Operation({self.operator_name!r}, {self.args!r})"


class _Substitution:
    """A visitor that rebuilds a tree with other content for its variables."""

    def __init__(self, replacements):
        self.replacements = {index: as_expression(new) for index, new in replacements.items()}

    def variable(self, index):
        return self.replacements.get(index) or Variable(index)

    def constant(self, value):
        return Constant(value)

    def operation(self, name, arguments):
        return Operation(name, arguments)


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


def _is_operand(value):
    return isinstance(value, (Expression, Real))


def as_expression(value):
    """Return an expression as it is and wrap a number in `Constant`."""
    if not _is_operand(value):
        raise TypeError(f"an operand must be an Expression or a number. Got {value!r} instead.")
    return value if isinstance(value, Expression) else Constant(value)


def _operate(name, left, right):
    if not (_is_operand(left) and _is_operand(right)):
        return NotImplemented
    return Operation(name, (as_expression(left), as_expression(right)))


def _raise_to_power(base, exponent):
    """Choose the form of a power: square, cube, pow or, for a variable exponent, exp and log."""
    if not (_is_operand(base) and _is_operand(exponent)):
        return NotImplemented
    base, exponent = as_expression(base), as_expression(exponent)
    if exponent.variables:
        return Operation("exp", (exponent * Operation("log", (base,)),))
    exponent = Constant(exponent.evaluate([[]])[0])
    named = {2.0: "square", 3.0: "cube"}.get(exponent.value)
    return Operation(named, (base,)) if named else Operation("pow", (base, exponent))
