"""Columns of a data frame as they are seen, for models that do not say what they make of them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skinterp.utils import import_optional


@dataclass(frozen=True)
class SeenNumbers:
    """A column of numbers, which may be missing."""

    name: str
    index: int
    gap: object = None
    is_date: bool = False

    def read(self, X):
        """Return the numbers, and where they are missing."""
        values = X.iloc[:, self.index].to_numpy(dtype=float, na_value=np.nan)
        return values, np.isnan(values)


@dataclass(frozen=True)
class SeenLevels:
    """A column of anything else, with its different cells; None is a missing one."""

    name: str
    index: int
    levels: tuple

    def read(self, X):
        """Return the indices of the levels of all rows."""
        places = {level: k for k, level in enumerate(self.levels)}
        column = X.iloc[:, self.index]
        cells = zip(column.tolist(), column.isna(), strict=True)
        return np.array([places[None if gap else cell] for cell, gap in cells])


class SeenFeature(NamedTuple):
    """What the plane through a table asks of a feature: its column."""

    column: object


class SeenTable(NamedTuple):
    """The columns of a data frame.

    Parameters
    ----------
    names : tuple of str
        Their names.
    features : tuple of SeenFeature
        Each as a feature of its own.
    """

    names: tuple
    features: tuple

    @property
    def n_columns(self):
        """Number of columns."""
        return len(self.names)


def seen_table(X):
    """Return the columns of a data frame: numbers, and levels of all others.

    Parameters
    ----------
    X : data frame of shape (n_samples, n_columns)
        The frame.

    Returns
    -------
    SeenTable
        Its columns.
    """
    types = import_optional("pandas.api.types", extra="plot", purpose="Reading a data frame")
    columns = []
    for j, name in enumerate(X.columns):
        column = X.iloc[:, j]
        if types.is_numeric_dtype(column) and not types.is_bool_dtype(column):
            columns.append(SeenNumbers(str(name), j))
            continue
        levels = sorted(set(column.dropna().tolist()), key=lambda x: (str(type(x)), str(x)))
        levels += [None] * bool(column.isna().any())
        columns.append(SeenLevels(str(name), j, tuple(levels)))
    return SeenTable(tuple(c.name for c in columns), tuple(map(SeenFeature, columns)))
