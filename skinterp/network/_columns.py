"""Columns on their way from the user's table to a network: as they are, or sums of features."""

from typing import NamedTuple

import numpy as np
from scipy import sparse


class Raw(NamedTuple):
    """A column of the user's table as it is, with what stands in for its missing cells."""

    index: int
    name: str
    fill: object = None
    gap: object = None
    is_date: bool = False


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
    """One step with what it took and put out, to find likely rows backwards."""

    undo: object
    inputs: list
    outputs: list


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
