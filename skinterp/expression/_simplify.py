"""Simplification that never changes a value: sympy proposes, numbers decide."""

from contextlib import suppress
from functools import partial

import numpy as np

from skinterp.expression._fold import has_constant_operation, postorder
from skinterp.expression._operators import OPERATORS
from skinterp.expression._rewrite import tidy
from skinterp.expression._time_limit import call_within
from skinterp.expression.exporters._sympy import from_sympy, to_sympy

MAX_NODES = 120
MAX_NODES_OF_SIMPLIFY = 40
MAX_DEGREE = 60
N_POINTS = 1000
TOLERANCE = 1e-9
_REFUSALS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def probe_rows(expression):
    """Draw points of several scales and signs for a formula without data."""
    width = max(expression.variables, default=0) + 1
    rng = np.random.default_rng(0)
    scales = np.repeat([0.1, 1.0, 1.0, 10.0], N_POINTS // 4)[:, None]
    X = scales * rng.normal(size=(len(scales), width))
    X[::2] = np.abs(X[::2])
    return X


def _degree(expression):
    """Bound the degree to which sympy could expand a formula."""
    degrees = {}
    for node in postorder(expression):
        inner = [degrees[argument] for argument in node.args]
        if node.token in ("mul", "div"):
            degrees[node] = sum(inner)
        elif node.token == "pow":
            degrees[node] = inner[0] * abs(node.args[1].value)
        else:
            degree = OPERATORS[node.token].degree if node.args else 1
            degrees[node] = degree * max(inner, default=1)
    return degrees[expression]


def _within_reach(expression):
    """Tell whether sympy can be expected to end soon, and numbers to stay finite."""
    return (
        expression.complexity <= MAX_NODES
        and not has_constant_operation(expression)
        and all(OPERATORS[node.token].sympy for node in postorder(expression) if node.args)
        and _degree(expression) <= MAX_DEGREE
    )


def same_values(ours, theirs):
    """Tell whether values agree to 1e-9 of their size, or of its median where that is larger."""
    finite = np.isfinite(ours)
    if not finite.any() or not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return False
    ours, theirs = ours[finite], theirs[finite]
    scale = np.maximum(np.abs(ours), np.median(np.abs(ours)))
    with np.errstate(over="ignore"):
        return bool(np.all(np.abs(ours - theirs) <= TOLERANCE * scale))


def _propose(sympy, expression, proposals):
    """Append sympy's forms of an expression to a list, the quick ones first."""
    names = [f"x{index}" for index in range(max(expression.variables, default=-1) + 1)]
    merge_logs = partial(sympy.logcombine, force=True)
    steps = [sympy.sympify, sympy.expand, sympy.factor, sympy.together, sympy.cancel, merge_logs]
    if expression.complexity <= MAX_NODES_OF_SIMPLIFY:
        steps.append(sympy.simplify)
    start = to_sympy(expression, names)
    for step in steps:
        with suppress(*_REFUSALS, sympy.polys.polyerrors.BasePolynomialError):
            proposals.append(tidy(from_sympy(step(start), names)))


def simplify(expression, X=None, time_limit=2.0, prices=None):
    """Find a cheaper form of a formula with the same values.

    Plain rules come first; then sympy expands, factors, cancels, merges logarithms and
    simplifies. A form is taken
    only if it agrees with the formula on every row: to 1e-9 of the value, or of the median size
    of the values where that is larger, and in where it is defined. Formulas of more than 120
    nodes or of a degree above 60 are left to the plain rules, and those of more than 40 nodes
    spared sympy's ``simplify``, so that the time limit is rarely reached and the result is the
    same in every run.

    Parameters
    ----------
    expression : Expression
        The formula.
    X : array-like of shape (n_samples, n_features), default=None
        Rows to verify on, which make up the domain. By default 1,000 random points, positive and
        negative.
    time_limit : float, default=2.0
        Seconds for sympy, not counting its import. What it found until then is used; 0 leaves
        sympy out.
    prices : dict of str to float, default=None
        Prices of operators for `Expression.cost`, which decides what is simpler.

    Returns
    -------
    Expression
        The cheapest form found, possibly the formula itself.

    Examples
    --------
    >>> from skinterp.expression import parse, simplify
    >>> print(simplify(parse("x0*x1 + x0*x2 + 0*x3")))
    x0*(x1 + x2)
    """
    if not time_limit >= 0:
        raise ValueError(f"time_limit must be a number from 0. Got {time_limit!r} instead.")
    X = probe_rows(expression) if X is None else np.asarray(X, dtype=float)
    tidied = tidy(expression)
    proposals = [tidied]
    if time_limit and _within_reach(tidied):
        import sympy

        call_within(time_limit, _propose, sympy, tidied, proposals)
    values, cost = expression.evaluate(X), expression.cost(prices)
    for proposal in sorted(proposals, key=lambda form: form.cost(prices)):
        if proposal.cost(prices) >= cost:
            break
        if same_values(values, proposal.evaluate(X)):
            return proposal
    return expression
