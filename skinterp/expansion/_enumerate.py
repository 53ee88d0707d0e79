"""Expansion by enumeration of all inputs: exact, for up to about a million of them."""

from math import prod

import numpy as np

from skinterp.expansion._deadline import Deadline, OutOfTime, ask_until
from skinterp.expansion._gauge import average, grid

_ALWAYS = Deadline()


def tabulate(function, sizes, deadline=_ALWAYS):
    """Return the values of a function at all inputs.

    Parameters
    ----------
    function : callable
        Takes codes (n, n_variables), returns values (n, n_outputs).
    sizes : sequence of int
        Numbers of categories.
    deadline : Deadline, default=Deadline()
        When to stop.

    Returns
    -------
    ndarray of shape (n_outputs, q_1, ..., q_N)
        The values.

    Raises
    ------
    OutOfTime
        If the time is over before all inputs were asked; it says which share of them was.
    """

    def ask(first, end):
        return function(np.stack(np.unravel_index(np.arange(first, end), sizes), axis=1))

    n = prod(sizes)
    values = ask_until(ask, n, deadline)
    if len(values) < n:
        raise OutOfTime(len(values) / n)
    return values.T.reshape(-1, *sizes)


def expand_table(table, weights, order, deadline=_ALWAYS):
    """Expand a table of all values, in the gauge of a product measure.

    Each variable in turn splits every tensor into its average and the rest; what would exceed the
    order is left out.

    Parameters
    ----------
    table : ndarray of shape (n_outputs, q_1, ..., q_N)
        The values at all inputs.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    order : int
        Highest order.
    deadline : Deadline, default=Deadline()
        When to stop.

    Returns
    -------
    dict of tuple to ndarray
        The terms.

    Raises
    ------
    OutOfTime
        If the time is over.
    """
    parts = {(): table}
    for i, w in enumerate(weights):
        deadline.check()
        split = {}
        for S, tensor in parts.items():
            axis = 1 + len(S)
            mean = average(tensor, axis, w)
            split[S] = mean
            if len(S) < order:
                split[(*S, i)] = tensor - np.expand_dims(mean, axis)
        parts = split
    return {S: parts[S] for S in sorted(parts, key=lambda S: (len(S), S))}


def _orthonormal(weights):
    """Return functions of one variable, orthonormal under its measure, the first one constant."""
    root = np.sqrt(weights)
    basis = np.linalg.qr(np.column_stack([root, np.eye(len(root))]))[0]
    return basis * root[:, np.newaxis]


def spectrum(table, weights, deadline=_ALWAYS):
    """Return the variance of each order, of all orders there are.

    Parameters
    ----------
    table : ndarray of shape (n_outputs, q_1, ..., q_N)
        The values at all inputs.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    deadline : Deadline, default=Deadline()
        When to stop.

    Returns
    -------
    ndarray of shape (N,)
        Variances of the orders 1, ..., N, summed over the outputs.

    Raises
    ------
    OutOfTime
        If the time is over.
    """
    shape = table.shape[1:]
    for w in weights:
        deadline.check()
        table = np.tensordot(table, _orthonormal(w), axes=(1, 0))
    orders = (grid(shape) > 0).sum(axis=1)
    squares = (table**2).sum(axis=0).ravel()
    return np.bincount(orders, squares, minlength=len(shape) + 1)[1:]
