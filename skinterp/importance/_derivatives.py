"""Importances that look at the slopes of a network."""

from dataclasses import replace

import numpy as np

from skinterp.importance._checks import scale_of
from skinterp.importance._importances import AtRow, column_shares, importances_of, zero_sum
from skinterp.importance._levels import (
    check_baseline,
    check_levels,
    contributions,
    step_contributions,
    stepping,
)
from skinterp.importance._methods import ImportanceMethod, register_importance
from skinterp.importance._paths import mean_gradient
from skinterp.importance._texts import shown_cell, shown_rows
from skinterp.network import as_network, as_rows, checked_row, input_names, network_for
from skinterp.utils import noting_incomplete

_BLOCK_FLOATS = 2**22

_FAR_ABOVE = 1000.0  # times the output at the row: contributions so large are of a far baseline
_FAR = (
    "contributions are far larger than the output at the row: zeros seem to be far from your "
    "data; pass a baseline among them, such as baseline=X.mean(axis=0)"
)


def partial_derivatives(network, X):
    """Average the exact derivatives of a network by its inputs over rows.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or callable
        The network; of a classifier the log-odds (of more than two classes the logits) are
        looked at. Pass ``as_network(model).margin(k)`` for one class against all others.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.

    Returns
    -------
    Importances
        Mean derivatives, per unit of the input. `statistics` holds their standard deviation
        ("std"), root mean square ("rms"), the mean times the standard deviation of the input
        ("per_deviation", which is drawn), and "share": the root mean square (of logits less their
        mean over the classes) times the standard deviation of the input, as a part of the sum
        over inputs, by which inputs are ranked.

    Raises
    ------
    ValueError
        If X does not fit the network, or no input varies.

    Notes
    -----
    Derivatives say what a small change of one input alone would do, and nothing about values that
    rows never take. A mean near 0 may hide effects of both signs: compare with the root mean
    square. Of inputs that move together each is credited as the network happens to use it. Where
    a classifier is sure its log-odds still have slopes, though its answer does not change.

    References
    ----------
    Y. Dimopoulos, P. Bourret and S. Lek, "Use of some sensitivity criteria for choosing networks
    with good generalization ability", Neural Processing Letters 2, 1995.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import partial_derivatives
    >>> weights = [[[1.0, -1.0], [0.0, 0.0]], [[1.0], [1.0]]]
    >>> network = (weights, [[0, 0], [0]], ["relu", "identity"])
    >>> found = partial_derivatives(network, np.array([[-1.0, 0.0], [1.0, 5.0]]))
    >>> found.values.ravel(), found.statistics["rms"].ravel()
    (array([0., 0.]), array([1., 0.]))
    """
    network = network_for(network, X)
    rows, names = network.check(X), input_names(network, X)
    scale = scale_of(rows, " to weigh derivatives by")
    mean, std, rms, strength = _moments(network, rows)
    strength = strength * scale[:, np.newaxis]
    statistics = {
        "std": std,
        "rms": rms,
        "per_deviation": mean * scale[:, np.newaxis],
        "share": column_shares(strength),
    }
    return importances_of(network, mean, names, "Mean derivative", strength, statistics)


def _moments(network, rows):
    """Return mean, deviation and root mean square of the slopes, and the latter of zero-sum ones.

    Each of shape (n_features, n_outputs). Sums are of differences to the slopes at the first row,
    so that slopes that are the same everywhere have no deviation.
    """
    first = network.jacobian(rows[:1])[0]
    sums, step = np.zeros((4, *first.shape)), max(1, _BLOCK_FLOATS // first.size)
    for start in range(0, len(rows), step):
        slopes = network.jacobian(rows[start : start + step])
        parts = slopes - first, (slopes - first) ** 2, slopes**2, zero_sum(network, slopes, 1) ** 2
        sums += [part.sum(axis=0) for part in parts]
    shift, square, size, zero_sum_size = sums / len(rows)
    deviation = np.sqrt(np.maximum(square - shift**2, 0.0))
    return (first + shift).T, deviation.T, np.sqrt(size).T, np.sqrt(zero_sum_size).T


def _ends(network, x, baseline):
    """Return the baseline and the row as arrays, and the names of the inputs."""
    x = as_rows(x)
    check_baseline(network, baseline)
    start = np.zeros(x.shape[1]) if baseline is None else baseline
    start, end = checked_row(network, start, "baseline"), checked_row(network, x)
    check_levels(network, start, "baseline")
    check_levels(network, end, "x")
    return start, end, input_names(network, x)


def gradient_times_input(network, x, baseline=None):
    """Multiply the slopes at a row by the row's distance from a baseline.

    ``(x_i - b_i) df/dx_i (x)``.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or callable
        The network; of a classifier the log-odds (of more than two classes the logits).
    x : array-like of shape (n_features,) or (1, n_features), Series, or data frame of one row
        The row.
    baseline : array-like of shape (n_features,), Series, frame of one row or None, default=None
        What to compare with, in input units; None is zero. The mean of your data is often a
        better choice. Of a table with categories it must be a row, which has their levels.

    Returns
    -------
    Importances
        Signed contributions.

    Raises
    ------
    ValueError
        If x or the baseline is not one row that fits the network.

    Notes
    -----
    Contributions do not add up to the difference of the outputs, unless the network is linear
    between baseline and row; where it saturates they vanish. `integrated_gradients` do add up.

    Of a table with categories a level has no slope: a column that has another level than the
    baseline, or is missing in one of both, contributes what its cell changes, put in last.

    References
    ----------
    A. Shrikumar, P. Greenside, A. Shcherbina and A. Kundaje, "Not just a black box", arXiv
    1605.01713.

    Examples
    --------
    >>> from skinterp.importance import gradient_times_input
    >>> network = ([[[2.0], [-1.0]]], [[1.0]], ["identity"])
    >>> gradient_times_input(network, [3.0, 4.0]).values.ravel()
    array([ 6., -4.])
    """
    network = as_network(network)
    start, end, names = _ends(network, x, baseline)
    values = (network.jacobian(end[np.newaxis])[0] * (end - start)).T
    for step in stepping(network, start, end):
        before = end.copy()
        before[step[0]] = start[step[0]]
        values[step[0]] = 0.0
        values += step_contributions(network, before, end, [step])
    return importances_of(network, values, names, "Gradient x input")


def integrated_gradients(network, x, baseline=None):
    """Share out the difference of the outputs at a row and at a baseline among the inputs.

    ``(x_i - b_i) * integral_0^1 df/dx_i (b + t (x - b)) dt``; the sum over inputs is
    ``f(x) - f(b)``.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or callable
        The network; of a classifier the log-odds (of more than two classes the logits).
    x : array-like of shape (n_features,) or (1, n_features), Series, or data frame of one row
        The row.
    baseline : array-like of shape (n_features,), Series, frame of one row or None, default=None
        What to compare with, in input units; None is zero. The mean of your data is often a
        better choice. Of a table with categories it must be a row, which has their levels.

    Returns
    -------
    Importances
        Signed contributions, in units of the output; printed with the row, their total, and the
        outputs at baseline and row.

    Raises
    ------
    ValueError
        If x or the baseline is not one row that fits the network.

    Notes
    -----
    The integral is exact for piecewise-linear networks, whose slopes are constant between the
    kinks on the line, and adaptive for others: to 1e-10 of the largest slope, or 1e-6 for
    callables. The result depends on the baseline as much as on the row, and the line between them
    may lead where there are no data.

    Of a table with categories only numbers are moved on the line. Columns that have another level
    than the baseline, or are missing in one of both, move in one step, once before all numbers and
    once after them; of several steps the mean over their orders is taken (Shapley values; of more
    than five over a hundred orders). Contributions still add up.

    References
    ----------
    M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", arXiv
    1703.01365.

    Examples
    --------
    >>> from skinterp.importance import integrated_gradients
    >>> network = ([[[1.0], [1.0]], [[1.0]]], [[-1.0], [0.0]], ["relu", "identity"])
    >>> integrated_gradients(network, [2.0, 1.0]).values.ravel().round(6)
    array([1.333333, 0.666667])
    """
    network = as_network(network)
    start, end, names = _ends(network, x, baseline)
    notes = []
    with noting_incomplete(notes):
        values = contributions(network, start, end, mean_gradient)
    found = importances_of(network, values, names, "Integrated gradients")
    base, there = network.raw_values(np.stack([start, end]))
    begun = _cells(network, start if baseline is None else baseline, start)
    row = AtRow(_cells(network, x, end), base, there, begun)
    if baseline is None and np.abs(found.values).max() > _FAR_ABOVE * np.abs(there).max():
        notes.append(_FAR)
    return replace(found, notes=tuple(notes), row=row)


def _cells(network, x, features):
    """Return the cells of the columns at a row, as they are shown."""
    return tuple(map(shown_cell, shown_rows(network, as_rows(x), features[np.newaxis])[0]))


def _on_rows(network, X, y, random_state):
    return partial_derivatives(network, X)


register_importance(ImportanceMethod("derivatives", _on_rows, 40))
