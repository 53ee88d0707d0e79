"""Scores of several classes from one formula each, calibrated together to probabilities."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, logit

from skinterp.expression import IsotonicLink
from skinterp.matching import monotone_knots

N_KNOTS, RIDGE = 128, 1e-3
# A class that the network answers in a smaller share of rows may go unanswered without a warning.
NOTICEABLE = 0.02


class ClassScores(NamedTuple):
    """Functions from the values of formulas to the scores of classes.

    Parameters
    ----------
    links : tuple of IsotonicLink
        Per class the monotone function from its formula to its score.
    undefined : ndarray of shape (n_classes,)
        Scores where a formula is undefined.
    """

    links: tuple
    undefined: np.ndarray

    def of(self, values):
        """Return the scores of the classes.

        Parameters
        ----------
        values : ndarray of shape (n, n_classes)
            Values of the formulas.

        Returns
        -------
        ndarray of shape (n, n_classes)
            The scores; the largest wins, and their softmax are the probabilities.
        """
        scores = [link.log_odds(column) for link, column in zip(self.links, values.T, strict=True)]
        return np.where(np.isnan(values), self.undefined, np.stack(scores, axis=1))


def joint_calibration(log_odds, probabilities):
    """Fit a factor and a shift for each class, so that the softmax is as the probabilities are.

    Minimises the mean cross entropy of ``softmax(a_k + b_k f_k)``, ``b_k >= 0``, plus a small
    ridge on ``b_k - 1`` and ``a_k``: a convex problem.

    Parameters
    ----------
    log_odds : ndarray of shape (n, n_classes)
        f, the log-odds of each class by itself.
    probabilities : ndarray of shape (n, n_classes)
        Those to follow.

    Returns
    -------
    factors, shifts : ndarray of shape (n_classes,)
        b and a.
    """
    n, k = log_odds.shape

    def objective(parameters):
        factors, shifts = parameters[:k], parameters[k:]
        log_p = log_softmax(log_odds * factors + shifts, axis=1)
        penalty = RIDGE / 2 * (np.sum((factors - 1.0) ** 2) + np.sum(shifts**2))
        excess = np.exp(log_p) - probabilities
        slopes = (excess * log_odds).mean(axis=0) + RIDGE * (factors - 1.0)
        value = -(probabilities * log_p).sum() / n + penalty
        return value, np.concatenate([slopes, excess.mean(axis=0) + RIDGE * shifts])

    start = np.concatenate([np.ones(k), np.zeros(k)])
    bounds = [(0.0, None)] * k + [(None, None)] * k
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:k], found[k:]


def class_scores(values, probabilities):
    """Fit the scores of classes, each a monotone function of its formula.

    Parameters
    ----------
    values : ndarray of shape (n, n_classes)
        Values of the formulas, NaN where undefined.
    probabilities : ndarray of shape (n, n_classes)
        The network's probabilities there.

    Returns
    -------
    ClassScores
        The scores: log-odds of the mean probability at a value, calibrated together.
    """
    least = 0.5 / len(values)
    shares = logit(np.clip(probabilities.mean(axis=0), least, 1.0 - least))
    knots = []
    for column, p in zip(values.T, probabilities.T, strict=True):
        known = np.isfinite(column)
        x, y = monotone_knots(column[known], p[known], n_knots=N_KNOTS)
        knots.append((x, logit(np.clip(y, least, 1.0 - least))))
    alone = ClassScores(tuple(IsotonicLink(tuple(x), tuple(y)) for x, y in knots), shares)
    factors, shifts = joint_calibration(alone.of(values), probabilities)
    links = [
        IsotonicLink(tuple(x), tuple(b * y + a))
        for (x, y), b, a in zip(knots, factors, shifts, strict=True)
    ]
    return ClassScores(tuple(links), shares * factors + shifts)


def unanswered(classes, answers, predictions):
    """Return classes that a network answers and a surrogate does not, with their shares.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The classes.
    answers, predictions : ndarray of shape (n_samples,)
        Answers of the network and of the surrogate on the same rows.

    Returns
    -------
    list of (label, float)
        The classes and the shares of rows that the network answers with them.
    """
    shares = [(label, float(np.mean(answers == label))) for label in classes.tolist()]
    return [(label, s) for label, s in shares if s > 0.0 and not (predictions == label).any()]
