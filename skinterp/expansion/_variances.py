"""How the variance of a network is shared among the terms and orders of an expansion."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True, eq=False)
class NetworkVariance:
    """The variance of a network under a measure, as far as it is known.

    Parameters
    ----------
    total : float or None, default=None
        Of all orders, summed over the outputs.
    by_order : ndarray of shape (n_variables,) or None, default=None
        Of all orders there are, where all inputs were enumerated.
    by_term : dict of tuple to float or None, default=None
        Of terms in the zero-sum gauge, where the terms of an expansion do not give them.
    """

    total: float | None = None
    by_order: np.ndarray | None = None
    by_term: dict | None = None


class Variances(NamedTuple):
    """Variances of terms and orders, and the variance that they are parts of."""

    by_term: dict
    by_order: np.ndarray
    whole: float | None
    are_of_network: bool


def variances_of(expansion):
    """Return the variances of the terms of an expansion.

    Parameters
    ----------
    expansion : Expansion
        The expansion, in any gauge.

    Returns
    -------
    Variances
        By tuples of variables and by order; the whole is the variance of the network, or of the
        truncated sum where the terms are not the network's own.
    """
    known = expansion.network_variance
    by_term, by_order = known.by_term, known.by_order
    if by_term is None:
        same = in_zero_sum(expansion)
        by_term = variances(same.terms, same.weights, same.errors)
    if by_order is None:
        by_order = sum_by_order(by_term, expansion.order)
    are_of_network = expansion.is_projection or known.by_order is not None
    whole = known.total if are_of_network else float(by_order.sum())
    return Variances(by_term, by_order, whole, are_of_network)


def in_zero_sum(expansion):
    """Return an expansion in the zero-sum gauge, in which variances add up.

    Parameters
    ----------
    expansion : Expansion
        The expansion, in any gauge.

    Returns
    -------
    Expansion
        Itself, or the same sum rewritten.
    """
    return expansion if expansion.gauge == "zero_sum" else expansion.convert("zero_sum")


def sum_by_order(by_term, order):
    """Return the variances of the orders 1, 2, ... from those of the terms.

    Parameters
    ----------
    by_term : dict of tuple to float
        Variances of the terms.
    order : int
        Highest order.

    Returns
    -------
    ndarray of shape (order,)
        Their sums.
    """
    result = np.zeros(order)
    for S, value in by_term.items():
        result[len(S) - 1] += value
    return result


def shares_of_variables(by_term, n_variables):
    """Return the share of each variable in the variance of the terms.

    Parameters
    ----------
    by_term : dict of tuple to float
        Variances of the terms; those of several variables are divided equally among them.
    n_variables : int
        How many variables there are.

    Returns
    -------
    ndarray of shape (n_variables,)
        Not negative; they add up to the variance of all terms.
    """
    result = np.zeros(n_variables)
    for S, value in by_term.items():
        result[list(S)] += value / len(S)
    return result


def weighted_variance(values, weight=None):
    """Return the variance of each column.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_outputs)
        Values.
    weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the rows.

    Returns
    -------
    ndarray of shape (n_outputs,)
        The variances.
    """
    mean = np.average(values, axis=0, weights=weight)
    return np.average((values - mean) ** 2, axis=0, weights=weight)


def variances_by_output(terms, weights, errors=None):
    """Return the variance of every term of a zero-sum gauge, output by output.

    Parameters
    ----------
    terms : dict of tuple to ndarray
        Terms in the gauge of `weights`.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    errors : dict of tuple to ndarray or None, default=None
        Standard errors of the terms, whose squares are subtracted: noise is no variance.

    Returns
    -------
    dict of tuple to ndarray of shape (n_outputs,)
        Variances of all terms but the constant; negative where they are less than noise.
    """
    result = {}
    for S, tensor in terms.items():
        if S:
            square = tensor**2 if errors is None else tensor**2 - errors[S] ** 2
            for i in reversed(S):
                square = square @ weights[i]
            result[S] = square
    return result


def variances(terms, weights, errors=None):
    """Return the variance of every term of a zero-sum gauge, summed over the outputs.

    Parameters
    ----------
    terms, weights, errors : object
        As in `variances_by_output`.

    Returns
    -------
    dict of tuple to float
        Variances of all terms but the constant; 0 where they are less than noise.
    """
    found = variances_by_output(terms, weights, errors)
    return {S: max(float(square.sum()), 0.0) for S, square in found.items()}
