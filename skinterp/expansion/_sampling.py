"""Expansion by sampling: rows drawn, and every category tried in each of them.

Rows are drawn such that rare categories are met, and weighted such that averages are those under
the measure: a rare category that was never met would leave no trace in the standard errors.
"""

import time
import warnings
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.parallel import Parallel, delayed

from skinterp.expansion._anchored import expand_around
from skinterp.expansion._gauge import n_coefficients

_ROWS, _TASKS, _MOST_TASKS = 32, 8, 32
_RARE, _MET = 0.5, 10  # share of rows with a category drawn anew; how often to meet each one
_COEFFICIENTS = 4e6  # that one task may estimate, all its rows together


class Estimate(NamedTuple):
    """Weighted means over rows, and what their errors are made of.

    Of the rows the number, the sum of their weights w and of w**2; for every term T the mean m,
    the sum of ``w**2 (T - m)`` and of ``w**2 (T - m)**2``.
    """

    n_rows: int
    weight: float
    square_weight: float
    means: dict
    drifts: dict
    squares: dict

    def errors(self):
        """Return the standard errors of the means."""
        scale = np.sqrt(self.n_rows / max(1, self.n_rows - 1)) / self.weight
        return {S: scale * np.sqrt(np.maximum(s, 0.0)) for S, s in self.squares.items()}

    def merged(self, other):
        """Return the estimate from the rows of both."""
        weight = self.weight + other.weight
        means, drifts, squares = {}, {}, {}
        for S, mean in self.means.items():
            means[S] = mean + (other.means[S] - mean) * (other.weight / weight)
            drifts[S] = squares[S] = 0.0
            for part in (self, other):
                change = part.means[S] - means[S]
                drifts[S] = drifts[S] + part.drifts[S] + change * part.square_weight
                squares[S] = squares[S] + part.squares[S]
                squares[S] += change * (2.0 * part.drifts[S] + change * part.square_weight)
        square_weight = self.square_weight + other.square_weight
        return Estimate(self.n_rows + other.n_rows, weight, square_weight, means, drifts, squares)


def draw(weights, n_rows, rng):
    """Draw rows of codes from a product measure.

    Parameters
    ----------
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    n_rows : int
        Number of rows.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    ndarray of int of shape (n_rows, n_variables)
        The codes.
    """
    return np.stack([rng.choice(len(w), size=n_rows, p=w) for w in weights], axis=1)


def _uneven(weights):
    """Return the variables some categories of which are rarer than others."""
    return [i for i, w in enumerate(weights) if np.ptp(w[w > 0]) > 1e-12]


def draw_rare(weights, n_rows, rng):
    """Draw rows in which rare categories are less rare.

    Half of the rows are from the product measure p; in the other half one variable is drawn anew,
    all its categories with the same chance, so that no row counts more than twice.

    Parameters
    ----------
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    n_rows : int
        Number of rows.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    rows : ndarray of int of shape (n_rows, n_variables)
        The codes.
    ratios : ndarray of shape (n_rows,)
        What each row counts under p.
    """
    rows, uneven = draw(weights, n_rows, rng), _uneven(weights)
    if not uneven:
        return rows, np.ones(n_rows)
    chosen = rng.integers(len(uneven), size=n_rows)
    is_anew = rng.random(n_rows) < _RARE
    excess = np.zeros(n_rows)
    for place, i in enumerate(uneven):
        support = np.flatnonzero(weights[i])
        anew = is_anew & (chosen == place)
        rows[anew, i] = rng.choice(support, size=int(anew.sum()))
        excess += 1.0 / (len(support) * weights[i][rows[:, i]])
    return rows, 1.0 / (1.0 - _RARE + _RARE * excess / len(uneven))


def _fewest_rows(weights):
    """Return how many rows there must be for every category to be met some times."""
    uneven, rarest = _uneven(weights), 1.0
    for i, w in enumerate(weights):
        share = _RARE / len(uneven) if i in uneven else 0.0
        rarest = min(rarest, (1.0 - share) * w[w > 0].min() + share / (w > 0).sum())
    return int(np.ceil(_MET / rarest))


def _estimate(function, weights, order, n_rows, seed):
    """Return the estimate from one batch of rows.

    A row's own fields, which are 0 on average, are subtracted from its value before the constant
    is estimated: what is additive then adds nothing to its error.
    """
    rows, ratios = draw_rare(weights, n_rows, np.random.default_rng(seed))
    shares, squares = ratios / ratios.sum(), ratios**2
    found = {(): None}
    for S, tensors in expand_around(function, rows, weights, order):
        if not S:
            constants = tensors.copy()
            continue
        if len(S) == 1:
            constants -= tensors[np.arange(n_rows), :, rows[:, S[0]]]
        found[S] = _moments(tensors, shares, squares)
    found[()] = _moments(constants, shares, squares)
    moments = [{S: part[k] for S, part in found.items()} for k in range(3)]
    return Estimate(n_rows, ratios.sum(), squares.sum(), *moments)


def _moments(tensors, shares, squares):
    """Return the weighted mean over rows, the drift from it and the squares around it."""
    mean = np.tensordot(shares, tensors, axes=1)
    rest = tensors - mean
    return mean, np.tensordot(squares, rest, axes=1), np.tensordot(squares, rest**2, axes=1)


def _rounding(errors, means):
    """Return errors that are at least what rounding makes of the values."""
    floor = 1e-14 * max(np.abs(mean).max(initial=0.0) for mean in means.values())
    return {S: np.maximum(error, floor) for S, error in errors.items()}


def sample_terms(function, weights, order, precision, deadline, seed, n_jobs=None):
    """Estimate the zero-sum expansion until its standard errors are small enough.

    Parameters
    ----------
    function : CodedFunction
        The function.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    order : int
        Highest order.
    precision : ndarray of shape (n_outputs,)
        Largest standard error wanted, of any coefficient of each output.
    deadline : Deadline
        When to stop at the latest, after the task that is running.
    seed : int
        Seeds the rows.
    n_jobs : int or None, default=None
        Number of jobs; the result does not depend on it.

    Returns
    -------
    terms : dict of tuple to ndarray
        The estimates; each averages to zero over each of its variables exactly.
    errors : dict of tuple to ndarray
        Their standard errors.

    Warns
    -----
    ConvergenceWarning
        If the time is over before the precision is reached.
    """
    size = n_coefficients([len(w) for w in weights], order) * function.n_outputs
    n_rows = int(np.clip(_COEFFICIENTS // size, 2, _ROWS))
    start, total, n_done, n_tasks = time.monotonic(), None, 0, _TASKS
    fewest = _fewest_rows(weights)
    while True:
        tasks = [
            delayed(_estimate)(function, weights, order, n_rows, [seed, k])
            for k in range(n_done, n_done + n_tasks)
        ]
        estimates = Parallel(n_jobs=n_jobs, return_as="generator")(tasks)
        for estimate in estimates:
            total = estimate if total is None else total.merged(estimate)
            n_done += 1
            if deadline.is_over:
                estimates.close()
        worst = max(float((e.T / precision).max()) for e in total.errors().values())
        if worst <= 1.0 and total.n_rows >= fewest:
            break
        if deadline.is_over:
            warnings.warn(
                f"The expansion stopped after max_seconds={deadline.seconds:g} and {total.n_rows} "
                f"rows with a standard error {worst:.3g} times the one that was wanted ({fewest} "
                "rows are needed to meet all categories). Allow more time, or less precision.",
                ConvergenceWarning,
                stacklevel=4,
            )
            break
        wanted = max(n_done * (min(worst, 1e3) ** 2 - 1.0), fewest / n_rows - n_done)
        per_task = (time.monotonic() - start) / n_done
        most = min(_MOST_TASKS, 2 * n_done, deadline.left / per_task)
        n_tasks = max(1, int(np.clip(np.ceil(wanted), 1, most)))
    return total.means, _rounding(total.errors(), total.means)
