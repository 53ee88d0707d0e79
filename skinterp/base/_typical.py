"""A row in the middle of the data, which the user's table could have."""

import numpy as np


def groups_of(network, n_features):
    """Return the indices of the inputs that belong together, also of callables.

    Parameters
    ----------
    network : Network
        The network.
    n_features : int
        Number of its inputs, which a callable may not know.

    Returns
    -------
    tuple of ndarray of int
        Each input by itself, or those of a column of the user's table.
    """
    if network.user_table is None:
        return tuple(np.arange(n_features)[:, np.newaxis])
    return network.groups


def typical_row(network, rows):
    """Return medians of numbers, and of categories the most frequent level.

    Parameters
    ----------
    network : Network
        The network, whose table says which inputs are numbers.
    rows : ndarray of shape (n_samples, n_features)
        Rows, as ``network.check`` returns them.

    Returns
    -------
    ndarray of shape (n_features,)
        The row; a number that is more often missing than not is filled as the model fills it.
    """
    row = np.median(rows, axis=0)
    moves = np.broadcast_to(network.moves, row.shape)
    for group in groups_of(network, len(row)):
        held, numbers = group[moves[group] == 0.0], group[moves[group] != 0.0]
        if len(held):
            patterns, counts = np.unique(rows[:, held], axis=0, return_counts=True)
            row[held] = patterns[counts.argmax()]
            same = (rows[:, held] == row[held]).all(axis=1)
            row[numbers] = np.median(rows[same][:, numbers], axis=0)
    return row


def flags_of(network, column):
    """Return the inputs that say that the number of an input is missing.

    Parameters
    ----------
    network : Network
        The network.
    column : int
        An input that is a number.

    Returns
    -------
    ndarray of int
        Their indices; empty where there are none.
    """
    if network.user_table is None:
        return np.array([], dtype=int)
    group = next(group for group in network.groups if column in group)
    return group[network.moves[group] == 0.0]


def is_held(network, rows):
    """Return which inputs cannot move at rows: levels, flags, and numbers that are missing.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n_samples, n_features)
        Rows, as ``network.check`` returns them.

    Returns
    -------
    ndarray of bool of shape (n_samples, n_features)
        Whether they are held.
    """
    return np.broadcast_to(network.moves_at(rows) == 0.0, rows.shape)


def check_numbers(network, inputs, purpose):
    """Refuse inputs that are levels of categories, or flags of gaps.

    Parameters
    ----------
    network : Network
        The network.
    inputs : sequence of int
        Indices of inputs.
    purpose : str
        What needs numbers, for the error.

    Raises
    ------
    ValueError
        If one is no number.
    """
    if network.user_table is None:
        return
    other = [network.feature_names[j] for j in inputs if network.moves[j] == 0.0]
    if other:
        raise ValueError(
            f"{purpose} must be numbers: between two levels there are no rows. "
            f"Got {', '.join(other)} instead; hold it at a level."
        )
