"""The data frames that a user's function takes, made of the rows that networks work on."""

from dataclasses import dataclass

import numpy as np

from skinterp.table import (
    CategoryColumn,
    Feature,
    NumberColumn,
    UserTable,
    as_table,
    cells_of,
    numbers_of,
    plain,
)
from skinterp.utils import import_optional


def _feature_of_cells(cells, name, index):
    """Return the features of a column of a data frame."""
    kind = getattr(cells.dtype, "kind", "O")
    if kind in "iufM":
        is_date = kind == "M"
        values = numbers_of(cells, name, is_date)
        missing = np.isnan(values)
        fill = float(np.median(values[~missing])) if missing.any() and not missing.all() else None
        column = NumberColumn(name, index, 0.0 if missing.all() else fill, is_date=is_date)
        return [Feature(column), *[Feature(column, is_flag=True)] * bool(missing.any())]
    found = [plain(cell) for cell in cells]
    levels = sorted({cell for cell in found if cell is not None}, key=lambda c: (str(type(c)), c))
    is_none = any(cell is None for cell in cells)
    levels += [None] * (None in found)
    column = CategoryColumn(name, index, tuple(levels), is_none=is_none)
    return [Feature(column, level=k) for k in range(len(levels))]


def holds_numbers(X):
    """Tell whether a data frame holds numbers and yes/no only, and could be an array.

    Parameters
    ----------
    X : data frame of shape (n_samples, n_columns)
        The table.

    Returns
    -------
    bool
        Whether it does, without gaps.
    """
    kinds = {getattr(kind, "kind", "O") for kind in as_table(X).dtypes}
    return kinds <= set("biuf") and not bool(as_table(X).isna().any(axis=None))


@dataclass(frozen=True)
class Frames:
    """Makes data frames like the user's of a network's rows.

    Parameters
    ----------
    labels : tuple
        Labels of the columns.
    user_table : UserTable or None, default=None
        The user's table, where it holds more than numbers.
    kind : type or None, default=None
        The data frames' class, made of a dict of columns.
    """

    labels: tuple
    user_table: UserTable | None = None
    kind: type | None = None

    @classmethod
    def of(cls, X):
        """Read the columns of a data frame.

        Parameters
        ----------
        X : data frame of shape (n_samples, n_columns)
            The user's rows.

        Returns
        -------
        Frames
            What makes frames like it.
        """
        table = as_table(X)
        labels = tuple(X.columns)
        if holds_numbers(table) and not any(kind.kind == "b" for kind in table.dtypes):
            return cls(labels, None, type(X))
        names = tuple(map(str, labels))
        features = [
            feature
            for j, name in enumerate(names)
            for feature in _feature_of_cells(cells_of(table, j), name, j)
        ]
        return cls(labels, UserTable(names, len(names), tuple(features)), type(X))

    def rows(self, features):
        """Return data frames of features.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Features, as networks work on them.

        Returns
        -------
        data frame of shape (n_samples, n_columns)
            The rows.
        """
        if self.user_table is None:
            return self.kind({name: features[:, j].copy() for j, name in enumerate(self.labels)})
        pandas = import_optional("pandas", "plot", "Asking a function about tables")
        rows = self.user_table.rows(features, like=pandas)
        rows.columns = list(self.labels)
        return rows if isinstance(rows, self.kind) else self._like(rows)

    def _like(self, rows):
        return self.kind({name: rows[name].tolist() for name in rows.columns})

    def exchanged(self, features, k):
        """Return features with an indicator on, and with the first of its column instead.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Features.
        k : int
            The indicator, or the flag of a missing number.

        Returns
        -------
        on, off : ndarray of shape (n_samples, n_features)
            The rows that differ in the one cell.
        """
        group = next(group for group in self.user_table.groups if k in group)
        on, off = features.copy(), features.copy()
        chosen = self.user_table.features[k]
        if chosen.is_flag:
            on[:, k], off[:, k] = 1.0, 0.0
            return on, off
        on[:, group] = off[:, group] = 0.0
        on[:, k] = off[:, group[0]] = 1.0
        return on, off
