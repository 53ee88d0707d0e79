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
    found = []
    for column, group, of in _categories(network):
        if names is not None and column.name not in names:
            continue
        codes = {tuple(x[group].tolist()): None}
        for k, level in enumerate(column.levels):
            code = _code(of, k)
            if codes.get(code) is None and (level is not None or code in codes):
                codes[code] = level_cell(column, k)
        found.append(LevelChoice(column, group, np.array([*codes]), tuple(codes.values())))
    return tuple(found)


def _categories(network):
    """Yield columns of categories, the indices of their features, and the levels of these."""
    table = network.user_table
    for group in () if table is None else table.groups:
        features = [table.features[j] for j in group]
        if all(feature.level is not None for feature in features):
            yield features[0].column, group, np.array([feature.level for feature in features])


def _code(of, k):
    """Return the features of a level, which are of the levels `of`."""
    return tuple((of == k).astype(float).tolist())


def refuse_impossible_levels(network, box):
    """Refuse a box that holds the indicators of a column as no row has them.

    Parameters
    ----------
    network : Network
        The network.
    box : Box
        The box.

    Raises
    ------
    ValueError
        If all indicators of a column are held, at no level of it; at 0 all are where the model
        takes unknown levels.
    """
    for column, group, of in _categories(network):
        low, high = box.lower[group], box.upper[group]
        codes = {_code(of, k) for k in range(len(column.levels))}
        codes |= {(0.0,) * len(group)} if column.takes_unknown else set()
        if (low < high).any() or tuple(low.tolist()) in codes:
            continue
        names = [network.user_table.features[j].name for j in group]
        raise ValueError(
            f"box must hold the indicators of {column.name!r} at one of its levels, an indicator "
            f"of 1 and others of 0. Got {low.tolist()} for {names} instead."
        )


def open_choices(network, box):
    """Return the columns of categories that vary in a box, with the levels it has room for.

    Parameters
    ----------
    network : Network
        The network.
    box : Box
        The box: bounds of 0 and 1 let an indicator vary.

    Returns
    -------
    tuple of LevelChoice
        The choices.

    Raises
    ------
    ValueError
        If a column varies, but there is room for none of its levels.
    """
    found = []
    for column, group, of in _categories(network):
        low, high = box.lower[group], box.upper[group]
        if (low == high).all():
            continue
        codes: dict = {}
        for k in range(len(column.levels)):
            code = _code(of, k)
            if ((low <= code) & (code <= high)).all():
                codes.setdefault(code, level_cell(column, k))
        if not codes:
            raise ValueError(
                f"box must have room for a level of {column.name!r}, an indicator of 1 and others "
                f"of 0. Got bounds {low.tolist()} and {high.tolist()} of its indicators instead."
            )
        found.append(LevelChoice(column, group, np.array([*codes]), tuple(codes.values())))
    return tuple(found)


def level_combinations(x, choices, advice="choose fewer by features"):
    """Return a row with all combinations of levels, those with fewest changes first.

    Parameters
    ----------
    x : ndarray of shape (d,)
        The row.
    choices : sequence of LevelChoice
        The columns that may change.
    advice : str, default="choose fewer by features"
        What to do where there are too many.

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
            f"Got {np.prod(sizes, dtype=float):.3g} instead: {advice}."
        )
    combinations = np.indices(sizes).reshape(len(sizes), -1).T.astype(int)
    n_changes = (combinations > 0).sum(axis=1)
    order = np.argsort(n_changes, kind="stable")
    rows = np.tile(x, (len(order), 1))
    for k, choice in enumerate(choices):
        rows[:, choice.group] = choice.codes[combinations[order, k]]
    return rows, n_changes[order]
