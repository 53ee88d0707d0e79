"""Constants of a formula refitted to labels, rounded to the digits that the labels support."""

from typing import NamedTuple

import numpy as np

from skinterp.expression import Expression
from skinterp.expression._sums import as_sum, gathered
from skinterp.matching import fit_labels
from skinterp.matching._likelihood import Sides, fisher_scoring
from skinterp.search._sums import Parametrised, Writing
from skinterp.utils import count_digits, round_to_digits

ROUNDS = 2
DIGIT_PRICE, NODE_PRICE, MOST_DIGITS = 1.0, 0.4, 5
# Rounding may cost this much more deviance than the digits it saves, by the quadratic estimate.
SLACK = 4.0


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

    def __init__(self, writing, X, yes, threshold, width, values):
        self.writing, self.width = writing, width
        self.sides = Sides.of(values, yes, threshold, width, True)
        near = self.sides.near
        self.terms = [Parametrised(part, X[near]) for part in writing.parts]

    def start(self, parameters, flips):
        """Return parameters to start from: a writing's, the width and the flips."""
        return np.array([*parameters, np.log(self.width), self.sides.logit(flips)])

    def __call__(self, u):
        """Return the loss, its gradient and its Fisher information."""
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
        by_parameters = np.concatenate([inner_slopes, free, -g[:, None]], axis=1)
        if not (np.isfinite(g).all() and np.isfinite(by_parameters).all()):
            return np.inf, np.zeros(len(u)), np.eye(len(u))
        pull = side / width
        return self.sides.log_likelihood(pull * g, u[-1]).through(by_parameters * pull[:, None])


def _minimised(likelihood, start):
    """Minimise a likelihood from a start; return parameters, loss and information."""
    reach = np.full(len(start), np.inf)
    reach[-2:] = 8.0, np.inf
    lower, upper = start - reach, start + reach
    lower[-1], upper[-1] = -12.0, 8.0
    with np.errstate(all="ignore"):
        return fisher_scoring(likelihood, start, lower, upper)


def _covariance(information):
    """Return the covariance of a writing's parameters from the information of all but flips."""
    n = len(information) - 1
    kept = information[:n, :n]
    sizes = np.sqrt(np.diag(kept))
    if not np.isfinite(sizes).all():
        return np.zeros((n - 1, n - 1))
    sizes = np.where(sizes > 0, sizes, 1.0)
    values, vectors = np.linalg.eigh(kept / np.outer(sizes, sizes))
    values = np.maximum(values, 1e-12 * max(values.max(), 1e-300))
    covariance = (vectors / values) @ vectors.T / np.outer(sizes, sizes)
    return covariance[:-1, :-1]


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
    noise, flips = fit.width / writing.size, fit.flips
    parameters = writing.start
    for _ in range(ROUNDS):
        formula, threshold = writing.formula(parameters)
        values = formula.evaluate(X)
        if not np.isfinite(values).all():
            return None
        likelihood = _Likelihood(writing, X, yes, threshold, noise, values)
        u, loss, information = _minimised(likelihood, likelihood.start(parameters, flips))
        parameters, noise, flips = u[:-2], float(np.exp(u[-2])), likelihood.sides.flips(u[-1])
        if not np.isfinite(parameters).all():
            return None
    here = fit._replace(deviance=2.0 * loss, width=noise, flips=float(flips))
    covariance = _covariance(information)
    rounded = _rounded(writing, parameters, covariance, X, yes, width, here)
    return min(rounded, key=length, default=None)


def _rounded(writing, parameters, covariance, X, yes, width, fit):
    """Yield roundings of the parameters, each with another coefficient as the unit."""
    for unit in range(len(writing.parts) + 1):
        other = _with_unit(writing, parameters, unit)
        if other is None:
            continue
        here, cov = other.start, _transformed(writing, parameters, covariance, other)
        scaled = fit._replace(width=fit.width / other.size)
        found = _judged(other, round_by_curvature(here, cov, width), here, cov, X, yes, scaled)
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


def _judged(writing, rounded, exact, covariance, X, yes, fit):
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
        start = {"width": fit.width, "flips": fit.flips}
        deviance = fit_labels(values, yes, threshold=threshold, **start).deviance
        is_exact = parameters is exact_digits
        n_digits = MOST_DIGITS * len(exact) if is_exact else sum(map(count_digits, parameters))
        found = Refit(
            expression, threshold, deviance, n_digits, writing, exact, covariance, parameters
        )
        gain = 2 * SLACK * len(exact) if is_exact else 0.0
        if best is None or length(found) < length(best) - gain:
            best = found
        if parameters is rounded[-1] and best.deviance <= fit.deviance + 2 * SLACK * len(exact):
            break
    return best
