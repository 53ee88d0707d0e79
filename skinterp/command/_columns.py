"""A column of the table and what was made of it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from skinterp.command._files import pandas_of

_SHOWN = 4


@dataclass(frozen=True, eq=False)
class Column:
    """A column and what was made of it.

    Parameters
    ----------
    name : str
        Its name.
    kind : {"numbers", "yes/no", "dates", "categories"}
        What it holds.
    values : ndarray of shape (n_rows,)
        Floats, or texts as objects; NaN where missing.
    read_as : str
        What was made of it, for people.
    remarks : tuple of str, default=()
        What else to know.
    left_out : str, default=""
        Why it is not used.
    texts : Texts or None, default=None
        Its texts, where it was read from any.
    days : ndarray of shape (n_rows,) or None, default=None
        Of dates the days since 1970-01-01, as networks take them.
    since : tuple of (float, float) or None, default=None
        Of dates read as numbers the days since 1970-01-01 of their zero, and the days of a unit.
    """

    name: str
    kind: str
    values: np.ndarray
    read_as: str
    remarks: tuple = ()
    left_out: str = ""
    texts: object = None
    days: np.ndarray | None = None
    since: tuple | None = None

    @cached_property
    def gaps(self):
        """Where values are missing."""
        return pandas_of().isna(self.values)

    @cached_property
    def levels(self):
        """The different values, sorted, and the number of rows of each."""
        values, counts = np.unique(self.values[~self.gaps], return_counts=True)
        return values.tolist(), counts

    def take(self, rows):
        """Return some rows of the column.

        Parameters
        ----------
        rows : ndarray
            Their indices, or where they are.

        Returns
        -------
        Column
            The column.
        """
        days = None if self.days is None else self.days[rows]
        return replace(self, values=self.values[rows], days=days)

    def said(self, remark):
        """Return the column with one more remark.

        Parameters
        ----------
        remark : str
            What to know.

        Returns
        -------
        Column
            The column.
        """
        return replace(self, remarks=(*self.remarks, remark))


def listed(items, shown=_SHOWN):
    """Write some items, saying how many more there are.

    Parameters
    ----------
    items : sequence
        The items.
    shown : int, default=4
        How many to write.

    Returns
    -------
    str
        The text.
    """
    items = [str(item) for item in items]
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return ", ".join(items[:shown]) + more


def category_text(levels):
    """Say which levels a column has.

    Parameters
    ----------
    levels : sequence of str
        The levels.

    Returns
    -------
    str
        The text.
    """
    levels = sorted(levels)
    return f"{len(levels)} level{'s' * (len(levels) != 1)}: {listed(levels)}"
