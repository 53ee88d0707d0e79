"""Measures, and how much of a network a truncated expansion explains under them."""

from dataclasses import replace

import numpy as np

from skinterp.expansion._gauge import checked_measure, grid
from skinterp.expansion._methods import n_inputs
from skinterp.expansion._sampling import draw

_N_TEST = 20_000  # rows on which truncations are measured, unless all inputs are asked
_MOST_INPUTS = 200_000


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


def truncation_r2(expansion, codes, values, weight=None):
    """Return the R^2 of an expansion, truncated at each order, to the network's values.

    Parameters
    ----------
    expansion : Expansion
        The expansion.
    codes : ndarray of int of shape (n_samples, n_variables)
        Rows.
    values : ndarray of shape (n_samples, n_outputs)
        The network's values there.
    weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the rows.

    Returns
    -------
    ndarray of shape (order,)
        For the orders 1, 2, ...; all outputs together. 1 where the network is constant and met.
    """
    mean = np.average(values, axis=0, weights=weight)
    spread = np.average((values - mean) ** 2, axis=0, weights=weight).sum()
    floor = 1e-24 * np.abs(values).max() ** 2 * values.shape[1]
    result = np.empty(expansion.order)
    for order in range(1, expansion.order + 1):
        rest = (values - expansion.values(codes, order)) ** 2
        rest = np.average(rest, axis=0, weights=weight).sum()
        result[order - 1] = float(rest <= floor) if spread <= floor else 1.0 - rest / spread
    return result


def _test_rows(weights, seed):
    """Return rows of codes under a measure, all of them if they are not too many."""
    sizes = [len(w) for w in weights]
    if n_inputs(sizes) <= _MOST_INPUTS:
        rows = grid(sizes)
        return rows, np.prod([w[rows[:, i]] for i, w in enumerate(weights)], axis=0)
    return draw(weights, _N_TEST, np.random.default_rng([seed, 1])), None


def _total_variance(expansion, rest):
    """Return the variance of the network: of all orders, or of the terms and what they leave."""
    if expansion.spectrum is not None:
        return float(expansion.spectrum.sum())
    noise = 0.0
    if expansion.errors is not None:
        squares = {S: e**2 for S, e in expansion.errors.items()}
        for S, square in squares.items():
            for i in reversed(S):
                square = square @ expansion.weights[i]
            noise += float(square.sum())
    return float(expansion.variance_by_order.sum()) + max(rest - noise, 0.0)


def judge(expansion, function, codes, seed):
    """Measure the variance of a network and what an expansion explains of it.

    Parameters
    ----------
    expansion : Expansion
        The expansion.
    function : CodedFunction
        The network.
    codes : ndarray of int of shape (n_samples, n_variables)
        Rows of data.
    seed : int
        Draws the rows under the measure, where there are too many inputs to ask all.

    Returns
    -------
    expansion : Expansion
        The same, with the network's total variance.
    r2 : dict of str to ndarray of shape (order,)
        R^2 on the "data" and under the "measure".
    """
    rows, weight = _test_rows(expansion.weights, seed)
    values = function(rows)
    r2 = {
        "data": truncation_r2(expansion, codes, function(codes)),
        "measure": truncation_r2(expansion, rows, values, weight),
    }
    if expansion.gauge == "zero_sum" or expansion.spectrum is not None:
        rest = np.average((values - expansion.values(rows)) ** 2, axis=0, weights=weight).sum()
        total = _total_variance(expansion, float(rest))
    else:
        mean = np.average(values, axis=0, weights=weight)
        total = float(np.average((values - mean) ** 2, axis=0, weights=weight).sum())
    return replace(expansion, total_variance=total), r2


def one_row(x):
    """Return one row as a table.

    Parameters
    ----------
    x : array-like of shape (n_columns,), or a data frame, series or array of one row
        The row.

    Returns
    -------
    data frame or ndarray of shape (1, n_columns)
        The table.

    Raises
    ------
    ValueError
        If there is not one row.
    """
    if hasattr(x, "to_frame") and not hasattr(x, "columns"):
        x = x.to_frame().T
    if not hasattr(x, "columns"):
        x = np.asarray(x, dtype=None if hasattr(x, "dtype") else object)
        x = x.reshape(1, -1) if x.ndim == 1 else x
    if np.ndim(x) != 2 or len(x) != 1:
        got = f"{len(x)} rows" if np.ndim(x) == 2 else repr(x)
        raise ValueError(f"explain must be given one row. Got {got} instead.")
    return x
