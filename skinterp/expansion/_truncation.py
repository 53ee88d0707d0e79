"""The part of a network that an expansion explains, truncated at each order."""

from math import prod

import numpy as np

from skinterp.expansion._deadline import ask_until
from skinterp.expansion._gauge import evaluate, grid
from skinterp.expansion._sampling import draw
from skinterp.expansion._variances import sum_by_order, variances, weighted_variance

_N_TEST = 20_000  # rows on which truncations are measured, unless all inputs are asked
_MOST_INPUTS = 200_000


def truncation_r2(terms, codes, values, weight=None):
    """Return the R^2 of an expansion, truncated at each order, to the network's values.

    Parameters
    ----------
    terms : dict of tuple to ndarray
        The terms of the expansion.
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
    spread = weighted_variance(values, weight).sum()
    floor = 1e-24 * np.abs(values).max() ** 2 * values.shape[1]
    highest = max(map(len, terms))
    result = np.empty(highest)
    for order in range(1, highest + 1):
        rest = (values - evaluate(terms, codes, order)) ** 2
        rest = np.average(rest, axis=0, weights=weight).sum()
        result[order - 1] = float(rest <= floor) if spread <= floor else 1.0 - rest / spread
    return result


def _tested(request):
    """Return rows under the measure, the network's values there, and weights of the rows.

    All rows if they are not too many, and there is time to ask about all; else some drawn, as
    many as there is time for.
    """
    weights, sizes = request.weights, [len(w) for w in request.weights]
    until = request.deadline.for_checking()
    if prod(sizes) <= _MOST_INPUTS:
        rows = grid(sizes)
        values = ask_until(lambda k, end: request.function(rows[k:end]), len(rows), until)
        if len(values) == len(rows):
            shares = np.prod([w[rows[:, i]] for i, w in enumerate(weights)], axis=0)
            return rows, values, shares
    rows = draw(weights, _N_TEST, np.random.default_rng([request.seed, 1]))
    values = ask_until(lambda k, end: request.function(rows[k:end]), len(rows), until)
    return rows[: len(values)], values, None


def _total_variance(request, found, rest):
    """Return the variance of the network: of all orders, or of the terms and what they leave."""
    if found.spectrum is not None:
        return float(found.spectrum.sum())
    noise = 0.0
    if found.errors is not None:
        of_constant = float((found.errors[()] ** 2).sum())
        noise = sum(variances(found.errors, request.weights).values(), start=of_constant)
    by_term = variances(found.terms, request.weights, found.errors)
    return float(sum_by_order(by_term, request.order).sum()) + max(rest - noise, 0.0)


def evaluate_truncation(request, found, codes):
    """Measure the variance of a network, and the part of it that terms explain.

    Parameters
    ----------
    request : Request
        The network, the measure, and the seed that draws rows under it, where there are too many
        inputs to ask all.
    found : Found
        The terms.
    codes : ndarray of int of shape (n_samples, n_variables)
        Rows of data.

    Returns
    -------
    total : float
        The network's total variance under the measure.
    r2 : dict of str to ndarray of shape (order,)
        R^2 on the "data" and under the "measure"; nan under it where the error is unknown.
    """
    rows, values, weight = _tested(request)
    r2 = {
        "data": truncation_r2(found.terms, codes, request.function(codes)),
        "measure": truncation_r2(found.terms, rows, values, weight),
    }
    if np.isnan(found.error):
        r2["measure"][:] = np.nan
    if request.gauge == "zero_sum" or found.spectrum is not None:
        rest = (values - evaluate(found.terms, rows)) ** 2
        rest = float(np.average(rest, axis=0, weights=weight).sum())
        return _total_variance(request, found, rest), r2
    return float(weighted_variance(values, weight).sum()), r2
