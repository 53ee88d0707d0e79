"""Expansion by sampling: rows drawn from the measure, and every category tried in each of them."""

import time
import warnings
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.parallel import Parallel, delayed

from skinterp.expansion._direct import expand_around
from skinterp.expansion._gauge import n_coefficients

_ROWS, _TASKS, _MOST_TASKS = 32, 8, 32
_COEFFICIENTS = 4e6  # that one task may estimate, all its rows together


class Estimate(NamedTuple):
    """Means over rows: their number, and for every term the mean and the sum of squares."""

    n_rows: int
    means: dict
    squares: dict

    def errors(self):
        """Return the standard errors of the means."""
        scale = 1.0 / max(1, self.n_rows * (self.n_rows - 1))
        return {S: np.sqrt(square * scale) for S, square in self.squares.items()}

    def merged(self, other):
        """Return the estimate from the rows of both (Chan's update)."""
        n = self.n_rows + other.n_rows
        means, squares = {}, {}
        for S, mean in self.means.items():
            change = other.means[S] - mean
            means[S] = mean + change * (other.n_rows / n)
            squares[S] = self.squares[S] + other.squares[S]
            squares[S] += change**2 * (self.n_rows * other.n_rows / n)
        return Estimate(n, means, squares)


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


def _estimate(function, weights, order, n_rows, seed):
    """Return the estimate from one batch of rows.

    A row's own fields, which are 0 on average, are subtracted from its value before the constant
    is estimated: what is additive then adds nothing to its error.
    """
    rows = draw(weights, n_rows, np.random.default_rng(seed))
    means, squares, constants = {(): None}, {(): None}, 0.0
    for S, tensors in expand_around(function, rows, weights, order):
        if not S:
            constants = tensors.copy()
            continue
        if len(S) == 1:
            constants -= tensors[np.arange(n_rows), :, rows[:, S[0]]]
        means[S] = tensors.mean(axis=0)
        squares[S] = ((tensors - means[S]) ** 2).sum(axis=0)
    means[()] = constants.mean(axis=0)
    squares[()] = ((constants - means[()]) ** 2).sum(axis=0)
    return Estimate(n_rows, means, squares)


def _rounding(errors, means):
    """Return errors that are at least what rounding makes of the values."""
    floor = 1e-14 * max(np.abs(mean).max(initial=0.0) for mean in means.values())
    return {S: np.maximum(error, floor) for S, error in errors.items()}


def sample_terms(function, weights, order, precision, max_seconds, seed, n_jobs=None):
    """Estimate the zero-sum expansion until its standard errors are small enough.

    Parameters
    ----------
    function : CodedFunction
        The function.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    order : int
        Highest order.
    precision : float
        Largest standard error wanted, of any coefficient.
    max_seconds : float or None
        When to stop at the latest, after the round that is running; None is never.
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
    n_rows : int
        Number of rows drawn.

    Warns
    -----
    ConvergenceWarning
        If the time is over before the precision is reached.
    """
    size = n_coefficients([len(w) for w in weights], order) * function.n_outputs
    n_rows = int(np.clip(_COEFFICIENTS // size, 2, _ROWS))
    start, total, n_done, n_tasks = time.perf_counter(), None, 0, _TASKS
    while True:
        estimates = Parallel(n_jobs=n_jobs)(
            delayed(_estimate)(function, weights, order, n_rows, [seed, n_done + k])
            for k in range(n_tasks)
        )
        for estimate in estimates:
            total = estimate if total is None else total.merged(estimate)
        n_done += n_tasks
        errors = total.errors()
        worst = max(error.max() for error in errors.values())
        if worst <= precision:
            break
        if max_seconds is not None and time.perf_counter() - start >= max_seconds:
            warnings.warn(
                f"The expansion stopped after max_seconds={max_seconds:g} with a standard error "
                f"of {worst:.3g}, and {precision:.3g} was wanted. Allow more time, or less "
                "precision.",
                ConvergenceWarning,
                stacklevel=4,
            )
            break
        wanted = n_done * ((worst / precision) ** 2 - 1.0)
        n_tasks = int(np.clip(np.ceil(wanted), 1, min(_MOST_TASKS, 2 * n_done)))
    return total.means, _rounding(errors, total.means), total.n_rows
