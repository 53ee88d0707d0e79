"""The registry of operators: all that an elementary function is, in one record."""

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from skinterp.utils import Registry

PLAIN_NAME = r"[^\W\d]\w*"
INNER_CONSTANTS = ("factor", "phase", "shift")


def nonzero(values):
    """Replace zeros by nan, so that what divides by them is undefined, not infinite."""
    if isinstance(values, float):
        return values or np.nan
    return values if values.all() else np.where(values == 0, np.nan, values)


def _everywhere(*values):
    return True


def _is_free_name(name):
    return (
        isinstance(name, str)
        and name.isascii()
        and name.isidentifier()
        and not keyword.iskeyword(name)
        and name != "pi"
        and not re.fullmatch(r"x\d+", name)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Operator:
    """One elementary function of real numbers: its values, its search and its writing.

    Parameters
    ----------
    name : str
        Key of the operator in `OPERATORS`, and its name where formulas are written and parsed.
    function : callable
        ``function(*arguments)`` gives the values; outside the domain they are nan.
    pullbacks : tuple of callable
        One per argument, of which there are one or two: ``pullback(cotangent, arguments, value)``
        gives the cotangent times the partial derivative by that argument.
    price : float
        Default price of one use in `Expression.cost`.
    notation : dict of str to (str or callable), or callable
        How each language writes it, by name of its exporter: the name of a function of that
        language, or ``write(printer, *phrases) -> Phrase``. A callable in place of the dictionary
        writes it in every language, with the grammar of the printer; the text is then no call.
        Text needs no entry, and LaTeX has a default.
    sympy : str, callable or None, default=None
        Name of the function in sympy, which is read back too, or ``build(*arguments)``.
    domain : callable, default=None
        ``domain(*values) -> bool``: whether the search may apply the operator to terms that have
        these values, arrays over all rows; by default everywhere. Nothing is protected: a term
        outside the domain is not made.
    constant_last : bool, default=False
        Whether the last argument must be a `Constant`. gplearn does not breed such an operator.
    inner_constants : tuple of {"factor", "phase", "shift"}, default=()
        What tuning may insert into the last argument: a factor, a phase beside it, or a shift
        in units of the argument's spread.
    degree : int, default=1
        Degree of a whole power; the search lists powers before other functions.
    may_strip : bool, default=False
        Whether the search may take it off the outside of a classifier's formula, where it is
        monotone on the rows and so changes no decision.
    tidy : callable or None, default=None
        ``tidy(*arguments) -> Expression or None``: a shorter form with the same values and the
        same domain; None keeps the operation.

    Raises
    ------
    ValueError
        If the name is no free identifier, or there is not one pullback for one or two arguments.

    Examples
    --------
    >>> from skinterp.expression import OPERATORS
    >>> OPERATORS["tanh"].arity, OPERATORS["pow"].constant_last
    (1, True)
    """

    name: str
    function: Callable
    pullbacks: tuple[Callable, ...]
    price: float
    notation: Mapping | Callable = field(default_factory=dict)
    sympy: str | Callable | None = None
    domain: Callable = _everywhere
    constant_last: bool = False
    inner_constants: tuple[str, ...] = ()
    degree: int = 1
    may_strip: bool = False
    tidy: Callable | None = None

    def __post_init__(self):
        if not _is_free_name(self.name):
            raise ValueError(
                "The name of an operator must be an ASCII identifier, no keyword, and none of pi, "
                f"x0, x1, ... Got {self.name!r} instead."
            )
        inner = set(self.inner_constants) <= set(INNER_CONSTANTS)
        for field_name, is_right, allowed in (
            ("pullbacks", len(self.pullbacks) in (1, 2), "one or two callables, one per argument"),
            ("price", 0 < self.price < np.inf, "a positive number"),
            ("inner_constants", inner, f"out of {INNER_CONSTANTS}"),
        ):
            if not is_right:
                raise ValueError(
                    f"{field_name} of {self.name!r} must be {allowed}. "
                    f"Got {getattr(self, field_name)!r} instead."
                )

    @property
    def arity(self):
        """Number of arguments."""
        return len(self.pullbacks)

    @property
    def is_call(self):
        """Whether formulas as text write the operator as a call of its name."""
        return not callable(self.notation)


OPERATORS = Registry("operator", Operator, packages=["skinterp.expression.operators"])


def register_operator(operator, *, replace=False):
    """Add an operator, so that formulas may use it.

    It then evaluates and differentiates, is printed, parsed, exported and simplified, and may be
    searched for (``operators=["add", "mul", ..., name]`` of the symbolic surrogates).

    Formulas are pickled by the names of their operators. Register at import time, in a module
    that every process imports which unpickles them or fits surrogates (the workers of
    ``cross_validate(..., n_jobs=2)``, say). The workers of the search itself are sent the
    operators they need.

    Parameters
    ----------
    operator : Operator
        The operator.
    replace : bool, default=False
        Whether it may stand in for an operator of the same name.

    Returns
    -------
    Operator
        The operator.

    Raises
    ------
    TypeError
        If it is no `Operator`.
    ValueError
        If its name is taken.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.expression import OPERATORS, Operator, parse, register_operator
    >>> def slope(cotangent, arguments, value):
    ...     return cotangent / (1 + arguments[0] ** 2)
    >>> notation = {"latex": r"\\arctan", "python": "np.arctan", "c": "atan", "sql": "atan"}
    >>> arctan = Operator("arctan", np.arctan, (slope,), 3.0, notation, sympy="atan")
    >>> _ = register_operator(arctan)
    >>> parse("2*arctan(x0)").value_and_gradient([[0.0]])
    (array([0.]), array([[2.]]))
    >>> print(parse("2*arctan(x0)")._repr_latex_())
    $2 \\, \\arctan\\left(x_{0}\\right)$
    >>> OPERATORS.unregister("arctan")
    """
    return OPERATORS.register(operator, replace=replace)


def _register_absent(*operators):
    for operator in operators:
        if operator.name not in OPERATORS:
            register_operator(operator)


class Carrier:
    """Operators on their way to another process, which registers those that it does not have.

    They must be unpickled before any formula is.

    Parameters
    ----------
    names : iterable of str
        Names of the operators.
    """

    def __init__(self, names):
        self.operators = [OPERATORS[name] for name in names]

    def __reduce__(self):
        return _register_absent, tuple(self.operators)


def find_operator(name):
    """Look up an operator by name, naming the allowed ones when there is none."""
    try:
        return OPERATORS[name]
    except KeyError:
        known = sorted(OPERATORS)
        raise ValueError(f"operator must be one of {known}. Got {name!r} instead.") from None


def call_names():
    """Return the names that stand before parentheses in formulas as text."""
    return tuple(name for name, operator in OPERATORS.items() if operator.is_call)


def pricing(prices=None):
    """Return a function from an operator's name to its price: given, or else its own."""
    prices = prices or {}
    unknown = sorted(set(prices) - set(OPERATORS))
    if unknown:
        raise ValueError(
            f"prices must be keyed by operators among {sorted(OPERATORS)}. Got {unknown} instead."
        )
    return lambda name: prices[name] if name in prices else OPERATORS[name].price
