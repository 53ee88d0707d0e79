"""Two columns of a user's table as a plane, all others held: what to ask, and what to write."""

from typing import NamedTuple

import numpy as np

from skinterp.display._near_boundary import visible_range
from skinterp.utils import column_index

_BAND = 0.499  # half the width of a level
_SPREAD = 0.6  # of a band, over which rows of one level are spread


class TablePlane(NamedTuple):
    """A grid on a plane through a user's table.

    Parameters
    ----------
    x, y : ndarray
        Coordinates of the grid; of categories two of each level's band.
    asked : data frame or ndarray
        The raw rows of the grid, the first coordinate running first.
    names : tuple of str
        What the coordinates are.
    points : ndarray of shape (n_samples, 2)
        Coordinates of the data.
    ticks : tuple of two, each a tuple of str or None
        Names of the levels along a coordinate.
    note : str
        Where the other columns are held.
    """

    x: object
    y: object
    asked: object
    names: tuple
    points: object
    ticks: tuple
    note: str


def _is_category(column):
    return hasattr(column, "levels")


def _axis(column, X, resolution, groups):
    """Return coordinates, cells, names of levels or None, and coordinates of the data."""
    if not _is_category(column):
        values, missing = column.read(X)
        if missing.all():
            raise ValueError(
                f"A boundary needs numbers to be drawn over. {column.name!r} has none."
            )
        values = np.where(missing, np.nan, values)
        grid = np.linspace(*visible_range(values, groups), resolution)
        return grid, grid, None, values
    indices, n_levels = column.read(X), len(column.levels)
    grid = np.add.outer(np.arange(n_levels), [-_BAND, _BAND]).ravel()
    cells = np.empty(2 * n_levels, dtype=object)
    cells[:] = [x for x in column.levels for _ in range(2)]
    texts = tuple("missing" if x is None else str(x) for x in column.levels)
    golden = np.arange(len(indices)) * 0.618 % 1.0 - 0.5
    return grid, cells, texts, np.where(indices < 0, np.nan, indices + _SPREAD * golden)


def _typical(column, X):
    if not _is_category(column):
        values, missing = column.read(X)
        return float(np.median(values[~missing])) if not missing.all() else np.nan
    indices = column.read(X)
    return column.levels[np.bincount(indices[indices >= 0], minlength=1).argmax()]


def _cells_of(row, n_columns):
    """Return the cells of one row, refusing several or another number of columns."""
    cells = np.asarray(row, dtype=object).ravel()
    if len(cells) != n_columns:
        raise ValueError(f"at must be one row of {n_columns} columns. Got {row!r} instead.")
    return cells


def table_plane(table, X, features, values, at, resolution, groups=None):
    """Return a grid over two columns of a table, all others held.

    Parameters
    ----------
    table : UserTable
        What the columns are.
    X : data frame or ndarray of objects of shape (n_samples, n_columns)
        Raw rows.
    features : tuple of two int or str
        The columns that vary.
    values : dict or None
        Cells at which to hold other columns, by name or index.
    at : array-like of shape (n_columns,), Series, data frame of one row or None
        The row at which other columns are held; None is medians and the most frequent levels.
    resolution : int
        Number of points along a number.
    groups : ndarray of shape (n_samples,) or None, default=None
        Answers of the rows, each of which the grid shall show.

    Returns
    -------
    TablePlane
        The grid.
    """
    X = X if hasattr(X, "shape") else np.array(X, dtype=object)
    names = table.names or tuple(f"x{j}" for j in range(table.n_columns))
    by_index = {feature.column.index: feature.column for feature in table.features}
    if isinstance(features, str) or len(features) != 2:
        raise ValueError(
            "features must be two columns of a table with categories or missing values. "
            f"Got {features!r} instead."
        )
    places = [column_index(feature, names) for feature in features]
    unused = [names[j] for j in places if j not in by_index]
    if unused or places[0] == places[1]:
        used = [names[j] for j in sorted(by_index)]
        raise ValueError(f"features must be two of {used}. Got {features!r} instead.")
    if all(_is_category(by_index[j]) for j in places):
        raise ValueError(
            "A boundary is drawn over two numbers, or a number and a category. "
            f"Got two categories, {features!r}, instead."
        )
    given = None if at is None else _cells_of(at, table.n_columns)
    held = {j: _typical(by_index[j], X) if at is None else given[j] for j in by_index}
    held |= {column_index(name, names): cell for name, cell in (values or {}).items()}
    axes = [_axis(by_index[j], X, resolution, groups) for j in places]
    (x, across, x_ticks, x_data), (y, along, y_ticks, y_data) = axes
    cells = held | {
        places[0]: np.tile(across, len(along)), places[1]: np.repeat(along, len(across))
    }  # fmt: skip
    others = [f"{names[j]} = {_short(held[j])}" for j in sorted(held) if j not in places]
    return TablePlane(
        x, y, _rows(X, cells, len(across) * len(along)), (names[places[0]], names[places[1]]),
        np.column_stack([x_data, y_data]), (x_ticks, y_ticks),
        f"held: {', '.join(others)}" if others else "",
    )  # fmt: skip


def _short(cell):
    if cell is None or type(cell).__name__ in ("NAType", "NaTType") or cell != cell:
        return "missing"
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell)


def _rows(X, cells, n_rows):
    """Return rows like the first one of X, with other cells in some columns."""
    first = np.zeros(n_rows, dtype=int)
    if not hasattr(X, "iloc"):
        rows = np.asarray(X, dtype=object)[first]
        for j, cell in cells.items():
            rows[:, j] = cell
        return rows
    rows = X.iloc[first].reset_index(drop=True)
    for j, cell in cells.items():
        rows[X.columns[j]] = cell
    return rows
