"""The texts of a column, each different one once, and which of them mean a missing value."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skinterp.command._files import pandas_of
from skinterp.command._numerals import numerals

# Never a value of its own, whatever the column; and what may be a level among other texts.
MISSING = frozenset({"", "nan", "null", "n/a", "#n/a", "<na>", "nat", "?"})
MAYBE_MISSING = frozenset({"na", "none", "-", "--", "."})
_LONGEST = max(map(len, MISSING | MAYBE_MISSING))


@dataclass(frozen=True)
class Settings:
    """How columns are read, as the call says.

    Parameters
    ----------
    missing : frozenset of str, default=frozenset()
        Texts that mean a missing value in every column.
    default_missing : bool, default=True
        Whether the usual ones do, too.
    decimal : str or None, default=None
        The decimal mark; None finds it out.
    date_format : str or None, default=None
        How dates are written; None finds it out.
    separator : str or None, default=None
        What stands between the cells of the file.
    marks : frozenset of str, default=frozenset()
        The decimal marks that some columns of the table certainly have.
    """

    missing: frozenset = frozenset()
    default_missing: bool = True
    decimal: str | None = None
    date_format: str | None = None
    separator: str | None = None
    marks: frozenset = frozenset()

    def is_missing(self, text, among_texts=False):
        """Tell whether a text means a missing value.

        Parameters
        ----------
        text : str
            The text.
        among_texts : bool, default=False
            Whether it stands among texts, where some words may be values.

        Returns
        -------
        bool
            Whether it does.
        """
        if text == "" or text in self.missing:
            return True
        if not self.default_missing or len(text) > _LONGEST:
            return False
        word = text.casefold()
        return word in MISSING or (word in MAYBE_MISSING and not among_texts)


class Texts:
    """The texts of a column, each different one once.

    Parameters
    ----------
    name : str
        Name of the column.
    cells : pandas.Series
        The cells; what is no text is written as one.
    settings : Settings
        How columns are read.
    """

    def __init__(self, name, cells, settings):
        codes, found = pandas_of().factorize(cells.map(_as_text, na_action="ignore"))
        found = np.array([*map(str, found), ""], dtype=object)  # the last for missing cells
        self.name, self.settings = name, settings
        self.texts = [text.strip() for text in found]
        self.codes = np.where(codes < 0, len(found) - 1, codes)
        self.counts = np.bincount(self.codes, minlength=len(found))

    @cached_property
    def present(self):
        """The different texts that mean no missing value."""
        is_missing = self.settings.is_missing
        return [text for text in dict.fromkeys(self.texts) if not is_missing(text)]

    @property
    def levels(self):
        """The same, with words such as NA and None, which may be values among texts."""
        is_missing = self.settings.is_missing
        return [text for text in dict.fromkeys(self.texts) if not is_missing(text, True)]

    @cached_property
    def numerals(self):
        """How the texts may be read as numbers."""
        return numerals(self.present)

    def values(self, meanings, dtype=object):
        """Return the cells with a meaning for each text.

        Parameters
        ----------
        meanings : dict of str to object
            What texts mean; all others are missing.
        dtype : type, default=object
            Type of the values.

        Returns
        -------
        ndarray of shape (n_rows,)
            The values; NaN where missing.
        """
        table = np.empty(len(self.texts), dtype=dtype)
        table[:] = [meanings.get(text, np.nan) for text in self.texts]
        return table[self.codes]

    def count(self, texts):
        """Return in how many rows one of some texts stands.

        Parameters
        ----------
        texts : collection of str
            The texts.

        Returns
        -------
        int
            The number.
        """
        return int(sum(n for text, n in zip(self.texts, self.counts) if text in texts))


def _as_text(cell):
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))  # of a column with whole numbers and gaps, or texts
    return str(cell)
