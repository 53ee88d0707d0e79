"""Columns on their way from the user's table to a network: as they are, or sums of features."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skinterp.table import NumberColumn


class Raw(NamedTuple):
    """A column of the user's table as it is, with what stands in for its missing cells."""

    index: int  # type: ignore[assignment]
    name: str
    fill: object = None
    gap: object = None
    is_date: bool = False
    is_none: bool = False  # whether missing cells must be written as None


class Unencoded(NamedTuple):
    """Categories that an encoder turns into NaN: which sources say the levels, and which of them.

    Parameters
    ----------
    column : CategoryColumn
        The column.
    known : tuple of int
        Sources of the levels that have a code.
    missing : tuple of int
        Sources of those that have none.
    takes_unknown : bool
        Whether other categories become NaN, too.
    """

    column: object
    known: tuple
    missing: tuple
    takes_unknown: bool


class Sum(NamedTuple):
    """A weighted sum of sources, a column of a matrix, plus a constant.

    Sources are features of the user's table and outputs of smooth steps. `gaps` are the columns of
    the table of which a missing cell is passed on, or categories without a code.
    """

    matrix: sparse.csc_array
    offset: np.ndarray
    place: int
    gaps: frozenset = frozenset()


class Call(NamedTuple):
    """One step with what it took and put out, to go back from outputs to inputs.

    `scaler` is the name of the record and the step where each column is only scaled.
    """

    undo: object
    inputs: list
    outputs: list
    scaler: tuple | None = None


def sums(matrix, offset, gaps=()):
    """Return the columns of a matrix as sums; gaps are those of all, or a list of each."""
    matrix = sparse.csc_array(matrix)
    each = gaps if isinstance(gaps, list) else [frozenset(gaps)] * matrix.shape[1]
    return [Sum(matrix, offset, j, gaps) for j, gaps in enumerate(each)]


def gaps_of(column):
    """Return the columns of the table of which a missing cell is passed on."""
    if isinstance(column, Sum):
        return column.gaps
    return frozenset([column.index]) if column.fill is None else frozenset()


def block_of(column):
    """Return what columns of one matrix share; of raw ones 0."""
    return 0 if isinstance(column, Raw) else id(column.matrix)


def key_of(column):
    """Return what tells one column of a reading from another."""
    return column if isinstance(column, Raw) else (id(column.matrix), column.place)


class Cells(NamedTuple):
    """The user's columns in front of a step that reads cells, and what may be made of them.

    Parameters
    ----------
    reading : Reading
        Where features are kept.
    columns : list of Raw or Sum
        The columns: index, name, and what stands in for missing cells; sums only where the record
        takes them.
    name : str
        Name of the step.
    """

    reading: object
    columns: list
    name: str

    def filled(self, k, value, gap=None):
        """Return a column with missing cells replaced."""
        return self.reading.filled(self.columns[k], value, gap)

    def flag(self, k, gap=None):
        """Return an output that is 1 where a cell is missing, else 0."""
        column = self.columns[k]
        if gap is not None:
            column = column._replace(gap=gap)
        return self.reading.flag(column)

    def date(self, k):
        """Return a column of dates as days since 1970-01-01."""
        return self.columns[k]._replace(is_date=True)

    def number(self, k):
        """Return how the numbers of a column are read, as a `NumberColumn`."""
        index, name, fill, gap, is_date, _ = self.columns[k]
        return NumberColumn(name, index, fill, gap, is_date)

    def mapped(self, k, function):
        """Return a flag or an indicator, or a sum of some, after a function of one number.

        None for a column that takes more values than these.
        """
        found = self.reading.alternatives(self.columns[k])
        if found is None:
            return None
        base, values = function(found[0]), found[1].items()
        return self.sum({source: function(value) - base for source, value in values}, base)

    def indicators(self, column):
        """Return the sources of a column's levels, to be weighted."""
        return [self.reading.source("level", column, k) for k in range(len(column.levels))]

    def sum(self, weights, constant=0.0, gaps=()):
        """Return an output: a sum of sources, given as index and weight, plus a constant."""
        return self.reading.sum(weights, constant)._replace(gaps=frozenset(gaps))

    def plus(self, columns, weights):
        """Return the weighted sum of outputs."""
        taken = self.reading.gather(columns)
        weights = np.array(weights, dtype=np.float64)
        matrix = sparse.csc_array((taken.matrix @ weights)[:, np.newaxis])
        return sums(matrix, np.array([taken.offset @ weights]))[0]
