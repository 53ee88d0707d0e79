"""Scores of several classes from one formula each, calibrated together to probabilities."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, logit

from skinterp.expression import IsotonicLink
from skinterp.matching import monotone_knots

N_KNOTS, RIDGE = 128, 1e-3
# Points of two classes from which they are told apart; standard deviations that lines reach.
FEWEST_TOLD, FAR = 20, 1e4
# A class that the network answers in a smaller share of rows may go unanswered without a warning.
NOTICEABLE = 0.02


class ClassScores(NamedTuple):
    """Functions from the values of formulas to the scores of classes.

    Parameters
    ----------
    links : tuple of IsotonicLink
        Per formula the monotone function to the log-odds of what it decides.
    undefined : ndarray of shape (n_formulas,)
        Log-odds where a formula is undefined.
    shares : ndarray of shape (n_formulas, n_classes)
        What each of them adds to the score of each class.
    factors, shifts : ndarray of shape (n_classes,)
        The score is the factor times the sum, plus the shift.
    """

    links: tuple
    undefined: np.ndarray
    shares: np.ndarray
    factors: np.ndarray
    shifts: np.ndarray

    def of(self, values):
        """Return the scores of the classes.

        Parameters
        ----------
        values : ndarray of shape (n, n_formulas)
            Values of the formulas.

        Returns
        -------
        ndarray of shape (n, n_classes)
            The scores; the largest wins, and their softmax are the probabilities.
        """
        log_odds = [link.log_odds(column) for link, column in zip(self.links, values.T)]
        log_odds = np.where(np.isnan(values), self.undefined, np.stack(log_odds, axis=1))
        return log_odds @ self.shares * self.factors + self.shifts


def score_shares(sides, n_classes):
    """Return what the log-odds of decisions add to the scores of classes.

    The mean of the log-odds of a class against each other one, ``sum_j (f_i - f_j) / n``, is its
    logit less the mean of all.

    Parameters
    ----------
    sides : sequence of (int, int or None)
        For each decision the class, and the one it is told from; None is all others.
    n_classes : int
        How many classes there are.

    Returns
    -------
    ndarray of shape (n_decisions, n_classes)
        The shares.
    """
    shares = np.zeros((len(sides), n_classes))
    for row, (yes, no) in zip(shares, sides, strict=True):
        row[yes] = 1.0 if no is None else 1.0 / n_classes
        if no is not None:
            row[no] = -1.0 / n_classes
    return shares


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


def class_scores(values, probabilities, sides=None):
    """Fit the scores of classes from formulas that each decide about one or two of them.

    Parameters
    ----------
    values : ndarray of shape (n, n_formulas)
        Values of the formulas, NaN where undefined.
    probabilities : ndarray of shape (n, n_classes)
        The network's probabilities there.
    sides : sequence of (int, int or None) or None, default=None
        For each formula the class, and the one it is told from; None is each class from all
        others.

    Returns
    -------
    ClassScores
        The scores: log-odds of the mean probability at a value, calibrated together.
    """
    n, n_classes = probabilities.shape
    sides = [(k, None) for k in range(n_classes)] if sides is None else sides
    least = 0.5 / n
    links, undefined = [], []
    for column, (yes, no) in zip(values.T, sides, strict=True):
        p, told = probabilities[:, yes], np.ones(n, dtype=bool)
        if no is not None:
            both = p + probabilities[:, no]
            told = both >= 0.5 if (both >= 0.5).sum() >= FEWEST_TOLD else told
            p = p / np.maximum(both, np.finfo(float).tiny)
        known = np.isfinite(column) & told
        x, y = monotone_knots(column[known], p[known], n_knots=N_KNOTS)
        links.append(IsotonicLink(tuple(x), tuple(logit(np.clip(y, least, 1.0 - least)))))
        undefined.append(logit(np.clip(p[told].mean(), least, 1.0 - least)))
    return calibrated(links, np.array(undefined), values, probabilities, sides)


def linear_class_scores(values, logits, probabilities):
    """Fit the scores of classes as linear functions of their formulas.

    Parameters
    ----------
    values : ndarray of shape (n, n_classes)
        Finite values of the formulas.
    logits : ndarray of shape (n, n_classes)
        Logits that the formulas stand for, up to a scale and a constant.
    probabilities : ndarray of shape (n, n_classes)
        The network's probabilities there.

    Returns
    -------
    ClassScores
        The scores.
    """
    links = []
    for column, target in zip(values.T, logits.T, strict=True):
        middle, spread = column.mean(), column.std()
        slope = np.mean((column - middle) * target) / max(spread, np.finfo(float).tiny) ** 2
        ends = np.array([-FAR, FAR]) * max(spread, np.finfo(float).tiny)
        links.append(IsotonicLink(tuple(middle + ends), tuple(target.mean() + slope * ends)))
    sides = [(k, None) for k in range(values.shape[1])]
    return calibrated(links, logits.mean(axis=0), values, probabilities, sides)


def calibrated(links, undefined, values, probabilities, sides):
    """Calibrate the scores of classes together.

    Parameters
    ----------
    links : sequence of IsotonicLink
        Per formula the function to log-odds.
    undefined : ndarray of shape (n_formulas,)
        Log-odds where a formula is undefined.
    values : ndarray of shape (n, n_formulas)
        Values of the formulas.
    probabilities : ndarray of shape (n, n_classes)
        The network's probabilities there.
    sides : sequence of (int, int or None)
        What each formula tells apart.

    Returns
    -------
    ClassScores
        The scores.
    """
    n_classes = probabilities.shape[1]
    shares = score_shares(sides, n_classes)
    alone = ClassScores(tuple(links), undefined, shares, np.ones(n_classes), np.zeros(n_classes))
    factors, shifts = joint_calibration(alone.of(values), probabilities)
    return alone._replace(factors=factors, shifts=shifts)


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
