"""Places at which columns are divided: quantiles of weighted rows."""

import numpy as np


def weighted_quantiles(values, weight, shares):
    """Return the least values that shares of the weight lie at or below.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Numbers.
    weight : ndarray of shape (n_values,)
        Their weights.
    shares : array-like of shape (n_shares,)
        Numbers between 0 and 1.

    Returns
    -------
    ndarray of shape (n_shares,)
        The values.
    """
    order = np.argsort(values, kind="stable")
    known = np.cumsum(weight[order]) / weight.sum()
    places = np.searchsorted(known, np.asarray(shares) * (1.0 - 1e-9))
    return values[order][np.minimum(places, len(order) - 1)]


def knots_of(Z, weight, n_knots):
    """Return knots of each column: quantiles within its range; none where it takes two values.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_features)
        Rows of the data.
    weight : ndarray of shape (n_samples,)
        Their weights.
    n_knots : int
        How many at the most.

    Returns
    -------
    list of ndarray
        The knots, ascending.
    """
    shares, knots = np.linspace(0.0, 1.0, n_knots + 2)[1:-1], []
    for column in Z.T:
        values = np.unique(column)
        if len(values) > n_knots + 2:
            inner = weighted_quantiles(column, weight, shares)
            values = np.unique([values[0], *inner, values[-1]])
        knots.append(values[1:-1])
    return knots
