"""Sums of given terms by regression on labels, and how many labels they get wrong."""

import numpy as np
from scipy.special import expit

from skinterp.search._front import PRICE

RIDGE, ERROR_FLOOR = 1e-9, 3e-3
# A logistic regression starts with log-odds of this spread, and takes so many steps.
STEEP, N_STEPS = 5.0, 6


def least_errors(values, yes):
    """Return the smallest share of labels on the wrong side of a threshold, for each column.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Values of m formulas.
    yes : ndarray of bool of shape (n,)
        Labels.

    Returns
    -------
    ndarray of shape (m,)
        The shares.
    """
    sorted_yes = yes[np.argsort(values, axis=0)].astype(float)
    n = len(yes)
    below = np.vstack([np.zeros(values.shape[1]), np.cumsum(sorted_yes, axis=0)])  # yes below
    wrong = below + (n - np.arange(n + 1))[:, None] - (sorted_yes.sum(axis=0) - below)
    return np.minimum(wrong.min(axis=0), (n - wrong).min(axis=0)) / n


def regressed(values, yes, subsets):
    """Return coefficients of linear regressions of labels on sets of terms.

    Near the boundary they point along the most likely combination, in closed form.

    Parameters
    ----------
    values : ndarray of shape (n, K)
        Values of K terms.
    yes : ndarray of bool of shape (n,)
        Labels.
    subsets : array-like of int of shape (k, m)
        The terms of each regression.

    Returns
    -------
    ndarray of shape (k, m)
        The coefficients.
    """
    subsets = np.asarray(subsets)
    centred = values - values.mean(axis=0)
    lengths = np.sqrt((centred**2).sum(axis=0))
    lengths = np.where(lengths > 0, lengths, 1.0)
    centred = centred / lengths
    gram, along = centred.T @ centred, centred.T @ (yes - yes.mean())
    grams = gram[subsets[:, :, None], subsets[:, None, :]] + RIDGE * np.eye(subsets.shape[1])
    return np.linalg.solve(grams, along[subsets, None])[:, :, 0] / lengths[subsets]


def label_ranks(values, yes, subsets, coefficients, costs):
    """Return ranks of sums of terms by the labels they get wrong and their costs.

    Parameters
    ----------
    values : ndarray of shape (n, K)
        Values of K terms.
    yes : ndarray of bool of shape (n,)
        Labels.
    subsets : array-like of int of shape (k, m)
        The terms of k sums.
    coefficients : ndarray of shape (k, m)
        Coefficients of the sums.
    costs : array-like of shape (k,)
        Their costs.

    Returns
    -------
    ndarray of shape (k,)
        The ranks, the smaller the better.
    """
    sums = sum(values[:, terms] * c for terms, c in zip(np.transpose(subsets), coefficients.T))
    errors = least_errors(sums, yes)
    return np.log(errors + ERROR_FLOOR) + PRICE * np.asarray(costs)


def logistic_steps(values, yes, coefficients):
    """Improve coefficients of a sum of terms by steps of a logistic regression.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Values of the terms.
    yes : ndarray of bool of shape (n,)
        Labels.
    coefficients : ndarray of shape (m,)
        Where to start.

    Returns
    -------
    ndarray of shape (m,)
        The coefficients, up to a factor.
    """
    spreads = values.std(axis=0)
    spreads = np.where(spreads > 0, spreads, 1.0)
    columns = np.column_stack([(values - values.mean(axis=0)) / spreads, np.ones(len(values))])
    along = columns[:, :-1] @ (coefficients * spreads)
    size = STEEP / max(float(along.std()), 1e-300)
    beta = np.append(coefficients * spreads * size, -size * np.quantile(along, 1.0 - yes.mean()))
    for _ in range(N_STEPS):
        p = expit(columns @ beta)
        weights = p * (1.0 - p) + 1e-3
        hessian = (columns * weights[:, None]).T @ columns + RIDGE * len(yes) * np.eye(len(beta))
        beta = beta + np.linalg.solve(hessian, columns.T @ (yes - p))
    found = beta[:-1] / spreads
    return found if np.isfinite(found).all() and found.any() else coefficients
