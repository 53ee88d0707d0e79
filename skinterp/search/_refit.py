"""Constants of a formula refitted to labels, rounded to the digits that the labels support."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from skinterp.expression import Expression
from skinterp.matching import fit_labels
from skinterp.matching._likelihood import Sides
from skinterp.search._sums import Parametrised, Writing, as_sum, gathered
from skinterp.utils import number_text, round_to_digits

ROUNDS, MAX_ITERATIONS = 2, 80
DIGIT_PRICE, NODE_PRICE, MOST_DIGITS = 1.0, 0.4, 5
# Rounding may cost this much more deviance than the digits it saves, by the quadratic estimate.
SLACK = 4.0
RELATIVE_STEP, SMALL_SHARE = 1e-4, 1e-2


class Refit(NamedTuple):
    """A formula whose constants were fitted to labels.

    Parameters
    ----------
    expression : Expression
        The formula, constants rounded.
    threshold : float
        The threshold; yes lies above it.
    deviance : float
        -2 log L of the rounded formula.
    n_digits : int
        Significant digits of all its constants and the threshold.
    writing : Writing
        What its parameters stand for.
    parameters : ndarray of shape (k,)
        The most likely parameters, not rounded.
    covariance : ndarray of shape (k, k)
        Their covariance, from the curvature of the likelihood.
    rounded : ndarray of shape (k,)
        The parameters as they stand in the formula.
    """

    expression: Expression
    threshold: float
    deviance: float
    n_digits: int
    writing: Writing
    parameters: np.ndarray
    covariance: np.ndarray
    rounded: np.ndarray


class _Likelihood:
    """The negative log-likelihood of labels as a function of a writing's parameters."""

    def __init__(self, writing, X, yes, fit, values):
        self.writing, self.fit = writing, fit
        self.sides = Sides.of(values, yes, fit.threshold, fit.width, True)
        near = self.sides.near
        self.terms = [Parametrised(part, X[near]) for part in writing.parts]
        spread = float(np.std(values)) or 1.0
        spreads = [float(np.std(part.evaluate(X[near]))) or 1.0 for part in writing.parts]
        self.least = np.delete(SMALL_SHARE * spread / np.array([*spreads, 1.0]), writing.unit)

    def start(self, parameters):
        """Return the parameters with the width and the flips of the first fit."""
        logit = self.sides.logit(self.fit.flips)
        return np.array([*parameters, np.log(self.fit.width), logit])

    def sizes(self, u):
        """Return the units in which parameters move: their size, but no less than matters."""
        least = np.concatenate([np.zeros(self.writing.n_inner), self.least])
        size = np.maximum(np.abs(u[:-2]), least)
        return np.array([*np.where(size > 0.0, size, 1.0), 1.0, 1.0])

    def __call__(self, u):
        """Return the loss and its gradient."""
        outer, width, side = self.writing.outer_of(u[:-2]), np.exp(u[-2]), self.sides.side
        inner, g, slopes, columns = self.writing.constants_of(u), -outer[-1], [], []
        for term, c in zip(self.terms, outer):
            values, by_constants = term.values(inner[: term.n])
            inner, g = inner[term.n :], g + c * values
            slopes.append(c * by_constants)
            columns.append(values)
        columns.append(np.full(len(side), -1.0))
        unit = self.writing.unit
        free = np.stack(columns[:unit] + columns[unit + 1 :], axis=1)
        inner_slopes = np.concatenate(slopes, axis=1)[:, self.writing.free]
        by_parameters = np.concatenate([inner_slopes, free], axis=1)
        if not (np.isfinite(g).all() and np.isfinite(by_parameters).all()):
            return 1e10, np.zeros(len(u))
        z = side * g / width
        total, by_z, by_logit = self.sides.log_likelihood(z, u[-1])
        pull = by_z * side / width
        slope = np.array([*(pull @ by_parameters), -(by_z * z).sum(), by_logit])
        return -total, -slope


def _minimised(likelihood, start):
    """Minimise a likelihood from a start, each parameter in units of its size."""
    sizes = likelihood.sizes(start)

    def scaled(u):
        value, slope = likelihood(u * sizes)
        return value, slope * sizes

    bounds = [(None, None)] * (len(start) - 2)
    bounds += [(start[-2] - 8.0, start[-2] + 8.0), (-12.0, 8.0)]
    options = {"maxiter": MAX_ITERATIONS}
    with np.errstate(all="ignore"):
        found = minimize(
            scaled, start / sizes, jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
    return found.x * sizes


def _covariance(likelihood, u):
    """Return the covariance of all parameters but flips, from the curvature of the likelihood."""
    n = len(u) - 1
    steps = RELATIVE_STEP * likelihood.sizes(u)[:n]
    rows = []
    for k in range(n):
        step = np.zeros(len(u))
        step[k] = steps[k]
        above, below = likelihood(u + step)[1], likelihood(u - step)[1]
        rows.append((above - below)[:n] / (2 * steps[k]))
    curvature = np.array(rows)
    curvature = (curvature + curvature.T) / 2.0 * np.outer(steps, steps)
    if not np.isfinite(curvature).all():
        return np.zeros((n - 1, n - 1))
    values, vectors = np.linalg.eigh(curvature)
    values = np.maximum(values, 1e-12 * max(values.max(), 1e-300))
    covariance = (vectors / values) @ vectors.T * np.outer(steps, steps)
    return covariance[:-1, :-1]


def count_digits(value):
    """Return the significant digits of a number as written; none for 0, 1 and -1.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    int
        How many.
    """
    if abs(value) in (0.0, 1.0):
        return 0
    mantissa = number_text(abs(value), 12).partition("e")[0]
    return len(mantissa.replace(".", "").strip("0"))


def _simple_numbers(value):
    """Return a number in fewer and fewer digits, near integers and halves."""
    numbers = {round_to_digits(value, digits) for digits in range(1, MOST_DIGITS + 1)}
    if 0.4 < abs(value) < 1e4:
        numbers |= {float(round(value)), round(2.0 * value) / 2.0}
    return [0.0, *sorted(number for number in numbers if number != 0.0)]


def round_by_curvature(parameters, covariance, width=1):
    """Round parameters one by one, the others following, by a quadratic estimate of the loss.

    Parameters
    ----------
    parameters : ndarray of shape (k,)
        The most likely parameters.
    covariance : ndarray of shape (k, k)
        Their covariance.
    width : int, default=1
        Orders of rounding that are followed at once.

    Returns
    -------
    list of ndarray of shape (k,)
        Parameters of few digits, the best first.
    """
    mean, spread = np.array(parameters, dtype=float), np.array(covariance, dtype=float)
    beam = [(0.0, mean, spread, tuple(range(len(mean))))]
    for _ in range(len(mean)):
        trials = []
        for cost, mean, spread, left in beam:
            for k in left:
                variance = max(spread[k, k], 1e-24 * max(mean[k] ** 2, 1e-300))
                for number in _simple_numbers(mean[k]):
                    price = 0.5 * (number - mean[k]) ** 2 / variance
                    total = cost + price + DIGIT_PRICE * count_digits(number)
                    trials.append((total, k, number, mean, spread, left, variance))
        trials.sort(key=lambda trial: trial[:3])
        beam, seen = [], set()
        for cost, k, number, mean, spread, left, variance in trials:
            column = spread[:, k]
            mean = mean + column * (number - mean[k]) / variance
            mean[k] = number
            rest = tuple(j for j in left if j != k)
            known = (rest, tuple(mean[j] for j in range(len(mean)) if j not in rest))
            if known in seen:
                continue
            seen.add(known)
            beam.append((cost, mean, spread - np.outer(column, column) / variance, rest))
            if len(beam) == width:
                break
    return [mean for _, mean, _, _ in beam]


def oriented(expression, threshold, greater):
    """Return a writing of a formula in which yes lies above the threshold.

    Parameters
    ----------
    expression : Expression
        The formula.
    threshold : float
        The threshold.
    greater : bool
        Whether yes lies above it.

    Returns
    -------
    Writing or None
        The writing; None for a formula without inputs.
    """
    parts, coefficients, constant = as_sum(gathered(expression))
    if not parts:
        return None
    sign = 1.0 if greater else -1.0
    unit = min(range(len(parts)), key=lambda k: (abs(abs(coefficients[k]) - 1.0) > 1e-9, k))
    return Writing(parts, sign * np.array(coefficients), sign * (threshold - constant), unit)


def refit(expression, X, yes, fit, *, width=1):
    """Fit the constants of a formula to labels, and round them.

    Parameters
    ----------
    expression : Expression
        The formula, finite on all rows.
    X : ndarray of shape (n, p)
        Rows.
    yes : ndarray of bool of shape (n,)
        Labels.
    fit : LabelFit
        The fit of the labels with the formula's constants as they are.
    width : int, default=1
        Orders of rounding that are tried.

    Returns
    -------
    Refit or None
        The refitted formula; None where it is undefined.
    """
    writing = oriented(expression, fit.threshold, fit.greater)
    if writing is None:
        return None
    parameters = writing.start
    for _ in range(ROUNDS):
        formula, threshold = writing.formula(parameters)
        values = formula.evaluate(X)
        if not np.isfinite(values).all():
            return None
        here = fit_labels(values, yes)._replace(threshold=threshold, greater=True)
        likelihood = _Likelihood(writing, X, yes, here, values)
        u = _minimised(likelihood, likelihood.start(parameters))
        parameters = u[:-2]
        if not np.isfinite(parameters).all():
            return None
    covariance = _covariance(likelihood, u)
    return min(
        _rounded(writing, parameters, covariance, X, yes, width, 2.0 * likelihood(u)[0]),
        key=length,
        default=None,
    )


def _rounded(writing, parameters, covariance, X, yes, width, least):
    """Yield roundings of the parameters, each with another coefficient as the unit."""
    for unit in range(len(writing.parts) + 1):
        other = _with_unit(writing, parameters, unit)
        if other is None:
            continue
        here, cov = other.start, _transformed(writing, parameters, covariance, other)
        found = _judged(other, round_by_curvature(here, cov, width), here, cov, X, yes, least)
        if found is not None:
            yield found


def _with_unit(writing, parameters, unit):
    outer = writing.outer_of(parameters)
    if outer[unit] == 0.0:
        return None
    other = Writing(writing.parts_of(parameters), outer[:-1], outer[-1], unit)
    return other if np.array_equal(other.free, writing.free) else None


def _transformed(writing, parameters, covariance, other):
    """Return the covariance in the parameters of a writing with another unit."""
    n = writing.n_inner
    outer = writing.outer_of(parameters)
    size = abs(outer[other.unit])
    # derivative of outer / |outer[unit]| by the free outer parameters of the first writing
    by_outer = np.eye(len(outer)) / size
    by_outer[:, other.unit] -= np.sign(outer[other.unit]) * outer / size**2
    by_outer = np.delete(np.delete(by_outer, other.unit, axis=0), writing.unit, axis=1)
    jacobian = np.zeros((n + by_outer.shape[0], covariance.shape[0]))
    jacobian[:n, :n] = np.eye(n)
    jacobian[n:, n:] = by_outer
    return jacobian @ covariance @ jacobian.T


def length(found):
    """Return the length of the description of labels, digits and nodes."""
    nodes = NODE_PRICE * found.expression.complexity
    return found.deviance / 2 + DIGIT_PRICE * found.n_digits + nodes


def _judged(writing, rounded, exact, covariance, X, yes, least):
    """Return rounded parameters with their deviance, exact ones where rounding costs too much."""
    best = None
    exact_digits = np.array([round_to_digits(number, MOST_DIGITS) for number in exact])
    for parameters in (*rounded, exact_digits):
        if not np.isfinite(parameters).all():
            continue
        expression, threshold = writing.formula(parameters)
        values = expression.evaluate(X)
        is_constant = np.ptp(values) == 0.0 or 0.0 in expression.constants
        if is_constant or not np.isfinite(values).all():
            continue
        deviance = fit_labels(values, yes, threshold=threshold).deviance
        is_exact = parameters is exact_digits
        n_digits = MOST_DIGITS * len(exact) if is_exact else sum(map(count_digits, parameters))
        found = Refit(
            expression, threshold, deviance, n_digits, writing, exact, covariance, parameters
        )
        gain = 2 * SLACK * len(exact) if is_exact else 0.0
        if best is None or length(found) < length(best) - gain:
            best = found
        if parameters is rounded[-1] and best.deviance <= least + 2 * SLACK * len(exact):
            break
    return best
