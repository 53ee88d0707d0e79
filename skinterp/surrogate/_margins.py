"""What sums of terms are fitted to: a network's values, or its logits near its decisions.

Of a classifier the logits are matched most where it decides: with the distance g of the first
class to the second and its median s over the points, a point counts ``1 / cosh(g / 2 s)^2``, and
logits are taken in units of s / 2. Both are the same for a network that is surer of all.
"""

from typing import NamedTuple

import numpy as np

from skinterp.base import finite
from skinterp.surrogate._asked import with_queries
from skinterp.surrogate._knots import weighted_quantiles

MOST_NUMBERS = 20_000_000  # of derivatives, at most


class Margins(NamedTuple):
    """What a network answers at points.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        Rows of the data, then queries.
    weight : ndarray of shape (n_points,)
        Weights of the points, that add up to 1.
    near : ndarray of shape (n_points,)
        The same, times what a point counts that is so far from a decision.
    values : ndarray of shape (n_points, n_outputs)
        Values of a regression; logits of a classifier, of several classes about their mean.
    scale : float
        Half of the median distance of the first class to the second; 1 for regressions.
    """

    points: np.ndarray
    weight: np.ndarray
    near: np.ndarray
    values: np.ndarray
    scale: float


def sampled_rows(X, weight, most, rng):
    """Return at most so many rows, drawn by weight, and their weights.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows.
    weight : ndarray of shape (n_samples,)
        Weights, above 0.
    most : int
        How many rows to keep.
    rng : RandomState instance
        Draws them.

    Returns
    -------
    X : ndarray of shape (n_kept, n_features)
        The rows.
    weight : ndarray of shape (n_kept,)
        The weights.
    """
    if len(X) <= most:
        return X, weight
    kept = np.sort(rng.choice(len(X), size=most, p=weight / weight.sum()))
    return X[kept], np.ones(most)


def constant_logits(margins, network):
    """Return logits that answer with the commonest class of a network's answers.

    Parameters
    ----------
    margins : Margins
        What the network answers.
    network : Network
        The network.

    Returns
    -------
    ndarray of shape (n_outputs,)
        Logarithms of the shares of the classes, about their mean; of two classes their difference.
    """
    answers = network.answers(margins.values)
    shares = np.array([margins.weight @ (answers == label) for label in network.classes])
    logs = np.log(np.maximum(shares, 1e-9))
    return np.array([logs[1] - logs[0]]) if len(logs) == 2 else logs - logs.mean()


def agreement(values, margins, network):
    """Return the share of points at which logits answer as the network does."""
    return float(margins.weight @ (network.answers(values) == network.answers(margins.values)))


def ask_margins(network, X, weight, n_queries, rng):
    """Ask a network at rows and queries.

    Parameters
    ----------
    network : Network
        The network.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    weight : ndarray of shape (n_samples,)
        Weights.
    n_queries : int
        Number of queries beside them.
    rng : RandomState instance
        Draws them.

    Returns
    -------
    Margins
        What it answers.
    """
    points, weight = with_queries(X, weight, n_queries, rng, network.user_table)
    values, weight = finite(network.raw_values(points)), weight / weight.sum()
    if network.task == "regression":
        return Margins(points, weight, weight, values, 1.0)
    if values.shape[1] == 1:
        gap = np.abs(values[:, 0])
    else:
        values = values - values.mean(axis=1, keepdims=True)
        ordered = np.sort(values, axis=1)
        gap = ordered[:, -1] - ordered[:, -2]
    middle = weighted_quantiles(gap, weight, [0.5])[0]
    scale = middle / 2.0 or gap.max() / 2.0 or 1.0
    near = weight / np.cosh(np.minimum(gap / (4.0 * scale), 300.0)) ** 2
    return Margins(points, weight, near / near.sum(), values, float(scale))
