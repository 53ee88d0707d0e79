"""A column of the table and what was made of it."""

from dataclasses import dataclass, replace
from functools import cached_property
from shlex import quote

import numpy as np

from skinterp.command._files import pandas_of

_SHOWN = 4
_SHORTEST, _ALPHABET, _LEAST_SEQUENCES = 5, 21, 20  # of sequences: amino acids, and one more


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


def sequence_advice(column):
    """Say how a column is read by its positions, if its texts look like sequences.

    They do where there are many, all of one length, of few letters, such as DNA or proteins.

    Parameters
    ----------
    column : Column
        The column.

    Returns
    -------
    str
        The advice; empty if they do not.
    """
    if column.kind != "categories" or column.texts is None:
        return ""
    texts = column.texts.levels
    lengths = set(map(len, texts))
    if len(texts) < _LEAST_SEQUENCES or len(lengths) > 1 or min(lengths) < _SHORTEST:
        return ""
    letters = set("".join(texts))
    are_words = all(letter.isalpha() or letter in "-*." for letter in letters)
    if not are_words or len(letters) > _ALPHABET or not any(map(str.isalpha, letters)):
        return ""
    return (
        f"its texts are sequences of {lengths.pop()} letters out of {len(letters)}; to take each "
        f"position as a column, pass --sequence {quote(column.name)}"
    )
