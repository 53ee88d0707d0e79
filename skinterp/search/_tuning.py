"""Tuning of the constants inside functions, the outer coefficients following in closed form."""

import numpy as np

from skinterp.expression import OPERATORS, Constant, Operation, Variable
from skinterp.search._dictionary import stack
from skinterp.utils import round_to_digits

# Shifts start at this share of their argument's spread.
SHIFT = 0.1
# Where constants start beside where they are; how far one step may take them, and how many.
FIRST_FACTORS, MOST_MOVED, N_STEPS, N_HALVINGS = (1.0, 0.5, 2.0), 2.0, 10, 4
RELATIVE_STEP, SETTLED, LEAST_LOSS = 1e-4, 1e-3, 1e-9
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


def tune(parts, problem):
    """Tune all constants inside terms to the smallest loss, by linearisation.

    ``t(p + d) = t(p) + d * dt/dp``: the derivatives are further terms of the sum, and the ratio of
    their coefficients to that of their term is the step. A step that does not help is halved.

    Parameters
    ----------
    parts : sequence of Expression
        Terms with constants inside.
    problem : Problem
        Solves sums of terms.

    Returns
    -------
    tuple of Expression
        The tuned terms.
    """
    tried = [_scaled(parts, factor) for factor in FIRST_FACTORS]
    started = [(_loss(problem, trial), k) for k, trial in enumerate(tried)]
    loss, k = min(started)
    parts = tried[k]
    for _ in range(N_STEPS):
        step = _step(parts, problem) if np.isfinite(loss) else None
        if step is None:
            break
        before = loss
        for _ in range(N_HALVINGS):
            trial = _moved(parts, step)
            there = _loss(problem, trial)
            if there < loss:
                parts, loss = trial, there
                break
            step = step / 4.0
        if loss >= before * (1 - SETTLED):
            break
    return parts


def _loss(problem, parts):
    solved = problem.solve(parts)
    return np.inf if solved is None else max(solved[0], LEAST_LOSS)


def _constants(parts):
    return np.array([c for part in parts for c in part.constants])


def _with(parts, constants):
    """Return terms with other constants."""
    pieces = np.split(constants, np.cumsum([len(part.constants) for part in parts])[:-1])
    return tuple(p.with_constants(c) if len(c) else p for p, c in zip(parts, pieces))


def _scaled(parts, factor):
    return _with(parts, factor * _constants(parts))


def _moved(parts, step):
    return _with(parts, _constants(parts) + step)


def _step(parts, problem):
    """Return the step of all constants that linearised terms ask for; None where undefined."""
    constants, evaluate = _constants(parts), problem.evaluator.term
    owners = [k for k, part in enumerate(parts) for _ in part.constants]
    sizes = RELATIVE_STEP * np.where(constants == 0.0, 1.0, np.abs(constants))
    sides = []
    for k, step in zip(owners, np.diag(sizes)):
        sides += [evaluate(_moved(parts, sign * step)[k]) for sign in (1, -1)]
    if any(side is None for side in sides):
        return None
    values, gradients = stack([*(evaluate(part) for part in parts), *sides], problem.space.n)
    m = len(parts)

    def with_slopes(columns):
        slopes = (columns[..., m::2] - columns[..., m + 1 :: 2]) / (2 * sizes)
        return np.concatenate([columns[..., :m], slopes], axis=-1)

    objective = problem.objective(with_slopes(values), with_slopes(gradients))
    coefficients = objective.solve(range(m + len(constants)))[1]
    with np.errstate(all="ignore"):
        step = coefficients[m:] / coefficients[owners]
    most = MOST_MOVED * sizes / RELATIVE_STEP
    return np.clip(np.nan_to_num(step), -most, most)
