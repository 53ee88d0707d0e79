"""Tuning of the constants inside functions, the outer coefficients following in closed form."""

import numpy as np
from scipy.optimize import minimize

from skinterp.expression import OPERATORS, Constant, Operation, Variable
from skinterp.utils import round_to_digits

EVALUATIONS_PER_CONSTANT = 40
# Shifts start at this share of their argument's spread, constants move by half themselves.
SHIFT, FIRST_STEP = 0.1, 0.5
# Within this ratio to 1, the deviation of an argument leaves its factor at 1.
ORDINARY = 5.0
MAX_CONSTANTS = 4


def _is_scaled(argument):
    return isinstance(argument, Operation) and any(isinstance(a, Constant) for a in argument.args)


def neutral_factor(deviation):
    """Return 1 for an argument of ordinary size, else what brings its deviation to 1."""
    return 1.0 if 1 / ORDINARY <= deviation <= ORDINARY else round_to_digits(1 / deviation, 2)


def _scaled_leaves(argument, factor):
    """Return the argument with a factor before every input in it."""
    if isinstance(argument, Variable):
        return Operation("mul", (Constant(factor), argument))
    args = tuple(_scaled_leaves(arg, factor) for arg in argument.args)
    return Operation(argument.operator_name, args) if args else argument


def variants(expression, spread):
    """Return forms of a term with constants inserted near their neutral value.

    A factor (one for all, or one per input), a phase or a shift, as the operators'
    `inner_constants` say.

    Parameters
    ----------
    expression : Expression
        A term.
    spread : callable
        ``spread(expression) -> float``: standard deviation, the unit of shifts.

    Returns
    -------
    list of Expression
        The term itself if it has constants already, then its variants.
    """
    forms = [expression] if len(expression.constants) else []
    return [*forms, *_with_constants(expression, spread)]


def _with_constants(node, spread):
    """Yield the forms of an expression with a constant inserted at it or below it."""
    if isinstance(node, Operation):
        yield from _insertions(node, spread)
    for k, argument in enumerate(node.args):
        for new in _with_constants(argument, spread):
            yield Operation(node.operator_name, (*node.args[:k], new, *node.args[k + 1 :]))


def _insertions(node, spread):
    name, argument, others = node.operator_name, node.args[-1], node.args[:-1]
    allowed = OPERATORS[name].inner_constants
    if not allowed or _is_scaled(argument) or (others and isinstance(argument, Constant)):
        return
    if "factor" in allowed:
        factor = neutral_factor(spread(argument))
        scaled = Operation("mul", (Constant(factor), argument))
        yield Operation(name, (*others, scaled))
        if "phase" in allowed:
            yield Operation(name, (*others, Operation("add", (scaled, Constant(SHIFT)))))
        if len(argument.variables) > 1:
            yield Operation(name, (*others, _scaled_leaves(argument, factor)))
    if "shift" in allowed:
        shifted = Operation("add", (argument, Constant(SHIFT * spread(argument))))
        yield Operation(name, (*others, shifted))


def tune(parts, solve):
    """Tune all constants inside terms to the smallest loss, by Nelder-Mead.

    Parameters
    ----------
    parts : sequence of Expression
        Terms with constants inside.
    solve : callable
        ``solve(parts) -> (loss, coefficients)``, or None where a term is undefined.

    Returns
    -------
    tuple of Expression
        The tuned terms.
    """
    counts = [len(part.constants) for part in parts]
    start = np.array([c for part in parts for c in part.constants])

    def with_constants(constants):
        pieces = np.split(np.asarray(constants), np.cumsum(counts)[:-1])
        return tuple(p.with_constants(c) if len(c) else p for p, c in zip(parts, pieces))

    def objective(constants):
        if not np.isfinite(constants).all():
            return 1e3
        solved = solve(with_constants(constants))
        return 1e3 if solved is None else float(np.log(max(solved[0], 1e-9)))

    simplex = np.vstack([start, start + np.diag(FIRST_STEP * start)])
    result = minimize(
        objective,
        start,
        method="Nelder-Mead",
        options={
            "initial_simplex": simplex,
            "maxfev": EVALUATIONS_PER_CONSTANT * len(start),
            "xatol": 1e-4,
            "fatol": 1e-3,
        },
    )
    return with_constants(result.x)
