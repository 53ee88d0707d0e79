"""Formulas from combinations: sums of terms, simpler equivalents, rounded constants."""

import numpy as np

from skinterp.expression import OPERATORS, Constant, Operation, Variable, simplify
from skinterp.expression._sums import drop_neutral, weighted_sum
from skinterp.utils import round_to_digits

MAX_DIGITS = 4
LOSS_GIVEN_UP, FIDELITY_GIVEN_UP = 0.05, 1e-3
SIMPLIFY_SECONDS = 1.0
# Sums, signs and coefficients are part of any formula, whatever operators are allowed.
SUMS = ("add", "sub", "mul", "neg")


def round_greedily(values, accept):
    """Round numbers one after the other to the fewest digits that `accept` allows.

    Parameters
    ----------
    values : sequence of float
        The numbers.
    accept : callable
        ``accept(values) -> bool``.

    Returns
    -------
    values : list of float
        The rounded numbers; those that cannot be rounded keep full precision.
    n_digits : int
        Digits that remain in all, the measure of how simple they are.
    """
    values, n_digits = [float(v) for v in values], 0
    for k, original in enumerate(values):
        for digits in range(1, MAX_DIGITS + 1):
            trial = [*values[:k], round_to_digits(original, digits), *values[k + 1 :]]
            if accept(trial):
                values = trial
                break
        n_digits += 0 if abs(values[k]) == 1 else digits
    return values, n_digits


def strip_monotone(expression, same_directions):
    """Remove outer monotone functions, which change neither level sets nor directions.

    Parameters
    ----------
    expression : Expression
        The formula.
    same_directions : callable
        ``same_directions(inner) -> bool``: whether the inner formula is no worse.

    Returns
    -------
    Expression
        The innermost equivalent formula.
    """
    while expression.args and OPERATORS[expression.operator_name].may_strip:
        inner = expression.args[0]
        if not same_directions(inner):
            break
        expression = inner
    return expression


def _round_inner(problem, parts, coefficients, limit):
    """Round the constants inside terms while the loss of the fixed sum stays below `limit`."""
    for k, part in enumerate(parts):
        if not part.constants:
            continue

        def accept(values, k=k, part=part, others=parts):
            trial = (*others[:k], part.with_constants(values), *others[k + 1 :])
            return problem.loss(weighted_sum(trial, coefficients)) <= limit

        rounded, _ = round_greedily(part.constants, accept)
        parts = (*parts[:k], part.with_constants(rounded), *parts[k + 1 :])
    return tuple(drop_neutral(part) for part in parts)


def _round_outer(objective, coefficients, limit, *, free_scale):
    """Return the coefficients, scaled if free, rounded to the fewest digits below `limit`."""
    trials = []
    for unit in np.abs(coefficients) if free_scale else [1.0]:
        rounded, n_digits = round_greedily(
            coefficients / unit, lambda values: objective.loss(np.array(values)) <= limit
        )
        trials.append((n_digits, tuple(rounded)))
    return np.array(min(trials, key=lambda trial: trial[0])[1])


def _assemble(problem, parts, coefficients):
    """Return the formula of a sum: stripped and rising with the network, or centred on it."""
    if problem.match_values:
        total = weighted_sum(parts, coefficients)
        offset = problem.offset(total)
        step = 1e-3 * np.std(problem.field.values)
        rounded, _ = round_greedily([offset], lambda b: abs(b[0] - offset) <= step)
        shift = 0.0 if abs(offset) <= step else rounded[0]
        return drop_neutral(Operation("add", (total, Constant(shift))))
    total = weighted_sum(parts, coefficients * problem.sign(weighted_sum(parts, coefficients)))
    before = problem.loss(total)
    stripped = strip_monotone(total, lambda inner: problem.loss(inner) <= before + 1e-6)
    if problem.sign(stripped) < 0:
        stripped = Operation("neg", (stripped,))
    return drop_neutral(stripped)


def _squared_distance(part):
    """Return the input and the centre of a squared distance, None for other terms."""
    if part.token != "square":
        return None
    inner = part.args[0]
    if isinstance(inner, Variable):
        return inner, 0.0
    if inner.token in ("add", "sub") and isinstance(inner.args[0], Variable):
        shift = inner.args[1]
        if isinstance(shift, Constant):
            return inner.args[0], shift.value if inner.token == "sub" else -shift.value
    return None


def completed_squares(parts, coefficients, X):
    """Write ``a*x**2 + b*x`` as ``a*(x - c)**2`` where the vertex lies among the rows.

    Parameters
    ----------
    parts : tuple of Expression
        Terms of a sum.
    coefficients : ndarray of shape (m,)
        Their coefficients.
    X : ndarray of shape (n, p)
        Rows.

    Returns
    -------
    parts : tuple of Expression
        The terms.
    coefficients : ndarray
        Their coefficients; the sum differs from the given one by a constant only.
    """
    found = dict(zip(parts, coefficients))
    for part in parts:
        square = _squared_distance(part)
        if square is None or square[0] not in found:
            continue
        x, centre = square
        vertex = centre - found[x] / (2.0 * found[part])
        column = x.evaluate(X)
        if column.min() < vertex < column.max():
            shifted = Operation("sub", (x, Constant(float(vertex))))
            found = {
                Operation("square", (shifted,)) if p == part else p: c
                for p, c in found.items()
                if p != x
            }
    return tuple(found), np.array(list(found.values()))


def finish(problem, parts, coefficients):
    """Turn a combination into a candidate: rounded, simplified, never less faithful.

    Constants keep the digits that the loss supports (5 % of it may go); if the answers suffer
    by more than 0.001, full precision is kept.

    Parameters
    ----------
    problem : Problem
        Computes the losses of formulas.
    parts : tuple of Expression
        The terms.
    coefficients : ndarray of shape (m,)
        Their coefficients.

    Returns
    -------
    Candidate or None
        The candidate; None where the formula is undefined on the rows.
    """
    exact = unrounded(problem, parts, coefficients)
    if exact is None:
        return None
    scale = 1.0 if problem.match_values else np.abs(coefficients).max()
    limit = exact.loss * (1 + LOSS_GIVEN_UP) + 1e-5
    simple = _round_inner(problem, parts, coefficients / scale, limit)
    objective = problem.objective_of(simple)
    if objective is None:
        return exact
    rounded = _round_outer(
        objective, coefficients / scale, limit, free_scale=not problem.match_values
    )
    candidate = problem.candidate(_assemble(problem, simple, rounded))
    if candidate is None or candidate.fidelity < exact.fidelity - FIDELITY_GIVEN_UP:
        return exact
    return candidate


def unrounded(problem, parts, coefficients):
    """Turn a combination into a candidate with its constants as they are.

    Parameters
    ----------
    problem : Problem
        Computes the losses of formulas.
    parts : tuple of Expression
        The terms.
    coefficients : ndarray of shape (m,)
        Their coefficients.

    Returns
    -------
    Candidate or None
        The candidate; None where the formula is undefined on the rows.
    """
    scale = 1.0 if problem.match_values else np.abs(coefficients).max()
    return problem.candidate(_assemble(problem, parts, coefficients / scale))


def simplified(expression, X, allowed):
    """Return a simpler form of a formula, unless it needs operators that are not allowed.

    Parameters
    ----------
    expression : Expression
        The formula.
    X : ndarray of shape (m, p)
        Rows on which both must agree.
    allowed : collection of str
        Names of operators.

    Returns
    -------
    Expression
        The simpler form, or the formula itself.
    """
    simple = simplify(expression, X, time_limit=SIMPLIFY_SECONDS)
    allowed = {*allowed, *SUMS, *operators_of(expression)}
    return simple if operators_of(simple) <= allowed else expression


def operators_of(expression):
    """Return the names of the operators in a formula.

    Parameters
    ----------
    expression : Expression
        The formula.

    Returns
    -------
    set of str
        The names.
    """
    return {token for token in expression.postfix if isinstance(token, str)}
