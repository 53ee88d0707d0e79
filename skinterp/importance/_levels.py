"""Contributions on the user's table: a path for the numbers, a step for everything else.

Between two levels of a category, or between a number and a gap, there are no rows. Columns that
change so are moved in one step; of several the contributions are Shapley values, the mean over all
orders of moving them. Numbers are moved on a straight line, with all steps before and with all of
them after, and the mean is taken; contributions still add up to the difference of the outputs.
"""

from itertools import permutations

import numpy as np

_MOST_ORDERED, _N_ORDERS = 5, 100  # columns of which all orders are taken, else so many


def check_baseline(network, baseline):
    """Refuse a baseline that is no row of the user's table.

    Parameters
    ----------
    network : Network
        The network.
    baseline : object
        What the user passed.

    Raises
    ------
    ValueError
        If the network has a user's table, and there is no baseline.
    """
    if network.user_table is not None and baseline is None:
        raise ValueError(
            "baseline must be a row of the table, whose levels categories are compared with, such "
            "as another row of X. Got None instead."
        )


def check_levels(network, row, name):
    """Refuse a row of features with half a level, or several levels, of a column.

    Parameters
    ----------
    network : Network
        The network.
    row : ndarray of shape (n_features,)
        Features.
    name : str
        What the row is called, for the error.

    Raises
    ------
    ValueError
        If it is none that a row of the table has.
    """
    table = network.user_table
    if table is None:
        return
    for group in table.groups:
        levels = row[group[~table.is_number[group]]]
        if not np.isin(levels, (0.0, 1.0)).all() or levels.sum() > 1.0:
            raise ValueError(
                f"{name} must have one level of {table.features[group[0]].column.name!r}, or "
                f"none. Got indicators {levels.tolist()} instead; pass a row of the table."
            )


def stepping(network, start, end):
    """Return the groups of features that change in a step, and a feature of each to show it at.

    Parameters
    ----------
    network : Network
        The network.
    start, end : ndarray of shape (n_features,)
        The rows.

    Returns
    -------
    list of (ndarray of int, int)
        Features of a column, and which of them is the level, or the flag, of the end.
    """
    found, table = [], network.user_table
    for group in () if table is None else table.groups:
        indicators = group[~table.is_number[group]]
        changed = indicators[start[indicators] != end[indicators]]
        if len(changed):
            shown = changed[np.argmax(end[changed])]
            found.append((group, int(shown)))
    return found


def _orders(n):
    if n <= _MOST_ORDERED:
        return [list(order) for order in permutations(range(n))]
    rng = np.random.RandomState(0)
    drawn = [rng.permutation(n).tolist() for _ in range(_N_ORDERS // 2)]
    return [order for one in drawn for order in (one, one[::-1])]


def step_contributions(network, start, end, steps):
    """Return what steps contribute, the mean over orders of taking them, of rows else the same.

    Parameters
    ----------
    network : Network
        The network.
    start, end : ndarray of shape (n_features,)
        The rows before and after all steps.
    steps : list of (ndarray of int, int)
        What `stepping` returned.

    Returns
    -------
    ndarray of shape (n_features, n_outputs)
        The contributions, at the features they are shown at; 0 elsewhere.
    """
    orders = _orders(len(steps))
    rows = np.tile(start, (len(orders), len(steps) + 1, 1))
    for taken, order in zip(rows, orders, strict=True):
        for k, step in enumerate(order):
            taken[k + 1 :, steps[step][0]] = end[steps[step][0]]
    values = network.raw_values(rows.reshape(-1, len(start))).reshape(*rows.shape[:2], -1)
    found = np.zeros((len(start), values.shape[-1]))
    for rises, order in zip(np.diff(values, axis=1), orders, strict=True):
        for rise, step in zip(rises, order, strict=True):
            found[steps[step][1]] += rise / len(orders)
    return found


def contributions(network, start, end, mean_gradient):
    """Return what columns contribute to the difference of the outputs at two rows.

    Parameters
    ----------
    network : Network
        The network.
    start, end : ndarray of shape (n_features,)
        The rows.
    mean_gradient : callable
        ``mean_gradient(network, start, end) -> (n_outputs, n_features)``, on the line.

    Returns
    -------
    ndarray of shape (n_features, n_outputs)
        The contributions, which add up to the difference.
    """
    steps = stepping(network, start, end)
    if not steps:
        return (mean_gradient(network, start, end) * (end - start)).T
    stepped = np.concatenate([group for group, _ in steps])
    late, early = end.copy(), start.copy()  # all numbers moved, no step taken; and the reverse
    late[stepped], early[stepped] = start[stepped], end[stepped]
    return 0.5 * (
        (mean_gradient(network, start, late) * (late - start)).T
        + (mean_gradient(network, early, end) * (end - early)).T
        + step_contributions(network, start, early, steps)
        + step_contributions(network, late, end, steps)
    )
