"""Gauges: the same function as other sums of terms, one product measure per gauge.

A set of terms is a dict from tuples of variables ``(i, j, ...)``, ascending, to arrays
``(n_outputs, q_i, q_j, ...)``; the constant has the key ``()``. In the gauge of a product measure
every term averages to zero over each of its variables: probabilities give the zero-sum gauge, a
measure on one category the gauge of that reference.
"""

from itertools import combinations
from math import comb, prod

import numpy as np

from skinterp.expansion._categories import listed

GAUGES = ("zero_sum", "reference", "wild_type", "zero_vector")


def subsets(n_variables, order):
    """Return all tuples of at most `order` variables, the smaller ones first.

    Parameters
    ----------
    n_variables : int
        How many variables there are.
    order : int
        Largest number in a tuple.

    Returns
    -------
    list of tuple of int
        The tuples, ascending.
    """
    return [S for m in range(order + 1) for S in combinations(range(n_variables), m)]


def n_subsets(n_variables, order):
    """Return how many tuples :func:`subsets` gives.

    Parameters
    ----------
    n_variables : int
        How many variables there are.
    order : int
        Largest number in a tuple.

    Returns
    -------
    int
        The number.
    """
    return sum(comb(n_variables, m) for m in range(order + 1))


def n_coefficients(sizes, order):
    """Return how many numbers the terms up to an order have, for one output.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of categories.
    order : int
        Highest order.

    Returns
    -------
    int
        The coefficient sum of ``prod(1 + q_i t)`` up to ``t ** order``.
    """
    counts = [1] + [0] * order
    for q in sizes:
        for m in range(order, 0, -1):
            counts[m] += q * counts[m - 1]
    return sum(counts)


def checked_measure(measure, sizes):
    """Return given probabilities of the categories of each variable.

    Parameters
    ----------
    measure : "uniform" or sequence of array-like
        One vector of probabilities per variable.
    sizes : sequence of int
        Numbers of categories.

    Returns
    -------
    tuple of ndarray
        Probabilities, with sum 1.

    Raises
    ------
    ValueError
        If they are none.
    """
    if isinstance(measure, str) and measure == "uniform":
        return tuple(np.full(q, 1.0 / q) for q in sizes)
    try:
        weights = tuple(np.asarray(w, dtype=np.float64) for w in measure)
        fits = [w.shape for w in weights] == [(q,) for q in sizes]
    except (TypeError, ValueError):
        fits = False
    if not fits or not all((w >= 0.0).all() and abs(w.sum() - 1.0) <= 1e-8 for w in weights):
        raise ValueError(
            'measure must be "uniform", "marginals" or one vector of probabilities per variable, '
            f"of lengths {listed(sizes)}. Got {measure!r} instead."
        )
    return tuple(w / w.sum() for w in weights)


def measure_of(measure, codes, sizes):
    """Return the probabilities of the categories of each variable.

    Parameters
    ----------
    measure : {"uniform", "marginals"} or sequence of array-like
        What to take.
    codes : ndarray of int of shape (n_samples, n_variables)
        Rows, for their marginals.
    sizes : sequence of int
        Numbers of categories.

    Returns
    -------
    tuple of ndarray
        Probabilities, with sum 1.

    Raises
    ------
    ValueError
        If given probabilities are none.
    """
    if isinstance(measure, str) and measure == "marginals":
        return tuple(
            np.bincount(codes[:, i], minlength=q) / len(codes) for i, q in enumerate(sizes)
        )
    return checked_measure(measure, sizes)


def gauge_weights(gauge, weights, wild_type):
    """Return the product measure of a gauge: probabilities, or 1 on a reference.

    Parameters
    ----------
    gauge : {"zero_sum", "reference", "wild_type"}
        The gauge.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    wild_type : sequence of int
        Codes of the wild type.

    Returns
    -------
    list of ndarray
        One measure per variable.
    """
    if gauge == "zero_sum":
        return list(weights)
    anchors = np.zeros(len(weights), dtype=int) if gauge == "reference" else wild_type
    return [np.eye(len(w))[a] for w, a in zip(weights, anchors, strict=True)]


def average(tensor, axis, weights):
    """Average a tensor over one axis.

    Parameters
    ----------
    tensor : ndarray
        Any shape.
    axis : int
        The axis.
    weights : ndarray of shape (tensor.shape[axis],)
        Probabilities.

    Returns
    -------
    ndarray
        The averages, without the axis.
    """
    return np.moveaxis(tensor, axis, -1) @ weights


def centre(tensor, weights, first_axis=1):
    """Subtract the average over each axis of a tensor, one after another.

    Parameters
    ----------
    tensor : ndarray of shape (..., q_1, q_2, ...)
        Values on a grid of categories.
    weights : sequence of ndarray
        Probabilities for the last axes.
    first_axis : int, default=1
        The axis of the first of them.

    Returns
    -------
    ndarray
        The projection that averages to zero over each axis.
    """
    for axis, w in enumerate(weights, start=first_axis):
        tensor = tensor - np.expand_dims(average(tensor, axis, w), axis)
    return tensor


def change_gauge(terms, weights):
    """Rewrite a sum of terms in the gauge of another product measure; the sum stays the same.

    Parameters
    ----------
    terms : dict of tuple to ndarray
        Terms in any gauge.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.

    Returns
    -------
    dict of tuple to ndarray
        The terms in the new gauge. Every subset of a key is a key.
    """
    result = dict(terms)
    for i, w in enumerate(weights):
        for S in sorted(result, key=len):
            if i not in S:
                continue
            axis = 1 + S.index(i)
            mean = average(result[S], axis, w)
            rest = S[: axis - 1] + S[axis:]
            result[S] = result[S] - np.expand_dims(mean, axis)
            result[rest] = result[rest] + mean if rest in result else mean
    return {S: result[S] for S in sorted(result, key=lambda S: (len(S), S))}


def evaluate(terms, codes, order=None):
    """Sum the terms at rows of categories.

    Parameters
    ----------
    terms : dict of tuple to ndarray
        The terms.
    codes : ndarray of int of shape (n_samples, n_variables)
        Indices of categories.
    order : int or None, default=None
        Highest order to sum; None is all.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        The sums.
    """
    total = np.zeros((len(terms[()]), len(codes)))
    for S, tensor in terms.items():
        if order is None or len(S) <= order:
            cells = np.ravel_multi_index(codes[:, S].T, tensor.shape[1:]) if S else [0]
            total += tensor.reshape(len(tensor), -1)[:, cells]
    return total.T


def contributions(terms, codes):
    """Return the value of every term at one row of categories.

    Parameters
    ----------
    terms : dict of tuple to ndarray
        The terms.
    codes : ndarray of int of shape (n_variables,)
        Indices of categories.

    Returns
    -------
    dict of tuple to ndarray of shape (n_outputs,)
        The values.
    """
    return {S: tensor[(slice(None), *codes[list(S)])] for S, tensor in terms.items()}


def grid(sizes):
    """Return all combinations of categories, the last variable running fastest.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of categories.

    Returns
    -------
    ndarray of int of shape (prod(sizes), len(sizes))
        The combinations.
    """
    return np.indices(tuple(sizes)).reshape(len(sizes), prod(sizes)).T
