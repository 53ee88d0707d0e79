"""Levels of categories that a row may change to, one column as one player."""

from typing import NamedTuple

import numpy as np

from skinterp.table import level_cell

_MOST = 100_000  # combinations of levels


class LevelChoice(NamedTuple):
    """A column of categories, and what its features may be.

    Parameters
    ----------
    column : CategoryColumn or BinnedColumn
        The column.
    group : ndarray of int of shape (n_indicators,)
        Indices of its features.
    codes : ndarray of shape (n_codes, n_indicators)
        The features of each level that they tell apart; those of the row come first.
    cells : tuple of length n_codes
        A cell that has them; that of the row first.
    """

    column: object
    group: np.ndarray
    codes: np.ndarray
    cells: tuple

    def changes(self, x, point):
        """Return whether a point has another level than a row."""
        return bool((x[self.group] != point[self.group]).any())

    def cell(self, point):
        """Return the cell of a point."""
        return self.cells[int((self.codes == point[self.group]).all(axis=1).argmax())]


def level_choices(network, x, names=None):
    """Return the columns of categories that may change, with their levels.

    Levels that are missing values, and levels that the network does not tell apart, are left out.

    Parameters
    ----------
    network : Network
        The network.
    x : ndarray of shape (d,)
        The row.
    names : collection of str or None, default=None
        Columns that may change; None is all.

    Returns
    -------
    tuple of LevelChoice
        The choices; none without a table of categories.
    """
    table, found = network.user_table, []
    for group in () if table is None else table.groups:
        column = table.features[group[0]].column
        is_chosen = names is None or column.name in names
        if not is_chosen or any(table.features[j].level is None for j in group):
            continue
        of = np.array([table.features[j].level for j in group])
        codes = {tuple(x[group].tolist()): None}
        for k, level in enumerate(column.levels):
            code = tuple((of == k).astype(float).tolist())
            if codes.get(code) is None and (level is not None or code in codes):
                codes[code] = level_cell(column, k)
        found.append(LevelChoice(column, group, np.array([*codes]), tuple(codes.values())))
    return tuple(found)


def level_combinations(x, choices):
    """Return a row with all combinations of levels, those with fewest changes first.

    Parameters
    ----------
    x : ndarray of shape (d,)
        The row.
    choices : sequence of LevelChoice
        The columns that may change.

    Returns
    -------
    rows : ndarray of shape (n_combinations, d)
        The rows; x is the first.
    n_changes : ndarray of int of shape (n_combinations,)
        In how many columns each differs.

    Raises
    ------
    ValueError
        If there are too many.
    """
    if not choices:
        return x[np.newaxis].copy(), np.zeros(1, dtype=int)
    sizes = [len(choice.codes) for choice in choices]
    if np.prod(sizes, dtype=float) > _MOST:
        raise ValueError(
            f"The categories that may change must have {_MOST:,} combinations of levels at most. "
            f"Got {np.prod(sizes, dtype=float):.3g} instead: choose fewer by features."
        )
    combinations = np.indices(sizes).reshape(len(sizes), -1).T.astype(int)
    n_changes = (combinations > 0).sum(axis=1)
    order = np.argsort(n_changes, kind="stable")
    rows = np.tile(x, (len(order), 1))
    for k, choice in enumerate(choices):
        rows[:, choice.group] = choice.codes[combinations[order, k]]
    return rows, n_changes[order]
