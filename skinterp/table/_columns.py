"""Columns of the user's table: numbers, bins and categories, with their missing values."""

from dataclasses import dataclass

import numpy as np

from skinterp.table._cells import cells_of, numbers_of, plain
from skinterp.utils import counted

_SHOWN = 8


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers.

    Parameters
    ----------
    name : str
        Name of the column.
    index : int
        Its place in the table.
    fill : float or None, default=None
        What the model puts in place of missing numbers; None refuses them.
    gap : object, default=None
        How a missing number is written, where not as NaN or None.
    is_date : bool, default=False
        Whether cells are dates, which are read as days since 1970-01-01.
    """

    name: str
    index: int
    fill: float | None = None
    gap: object = None
    is_date: bool = False

    @property
    def feature_name(self):
        """How the number is called: by the column, with the unit of a date."""
        return f"{self.name} in days since 1970" if self.is_date else self.name

    def read(self, X):
        """Return the numbers and where they are missing.

        Parameters
        ----------
        X : data frame or ndarray of shape (n_samples, n_columns)
            The table.

        Returns
        -------
        values : ndarray of shape (n_samples,)
            The numbers, missing ones filled.
        missing : ndarray of bool of shape (n_samples,)
            Where they were missing.

        Raises
        ------
        ValueError
            If a cell is no finite number, or is missing where the model takes no missing ones.
        """
        cells = cells_of(X, self.index)
        written = np.zeros(len(cells), dtype=bool)
        if self.gap is not None:
            written = np.array([cell == self.gap for cell in cells])
            cells = np.where(written, 0.0, cells)
        values = numbers_of(cells, self.name, self.is_date)
        missing = np.isnan(values) if self.gap is None else written
        self._refuse(np.isinf(values), "contains infinity", "Leave these rows out.")
        if self.fill is None:
            way_out = "Fill them in, or put a SimpleImputer into its pipeline."
            self._refuse(missing | np.isnan(values), "has missing values", way_out)
        way_out = f"Missing numbers are written {self.gap!r} here."
        self._refuse(np.isnan(values) & ~missing, "has missing values", way_out)
        return np.where(missing, 0.0 if self.fill is None else self.fill, values), missing

    def cells(self, values):
        """Return cells that hold numbers: the numbers, or the dates they stand for.

        Parameters
        ----------
        values : ndarray of shape (n_samples,)
            The numbers.

        Returns
        -------
        ndarray of shape (n_samples,)
            The cells.
        """
        if not self.is_date:
            return values
        return np.datetime64("1970-01-01", "s") + (values * 86400).astype("timedelta64[s]")

    def _refuse(self, bad, what, way_out):
        if bad.any():
            raise ValueError(
                f"The column {self.name!r} {what} in {counted(bad.sum(), 'row')}, which the model "
                f"does not take. {way_out}"
            )


@dataclass(frozen=True)
class BinnedColumn:
    """A column of numbers of which the model knows only the interval they lie in.

    Parameters
    ----------
    name : str
        Name of the column.
    index : int
        Its place in the table.
    edges : tuple of float
        Ends of the intervals, ascending, without the infinite ones.
    number : NumberColumn
        How the numbers are read.
    is_right : bool, default=False
        Whether an interval holds its upper end, instead of its lower one.
    """

    name: str
    index: int
    edges: tuple
    number: NumberColumn
    is_right: bool = False

    takes_unknown = False  # every number lies in an interval, missing ones are filled before
    missing_as = None

    @property
    def levels(self):
        """The intervals, written as (-inf, 20), [20, 35), [35, inf)."""
        ends = ["-inf", *_edge_texts(self.edges), "inf"]
        left, right = ("(", "]") if self.is_right else ("[", ")")
        lefts = ["(", *[left] * len(self.edges)]
        rights = [*[right] * len(self.edges), ")"]
        return tuple(
            f"{opening}{low}, {high}{closing}"
            for opening, low, high, closing in zip(lefts, ends[:-1], ends[1:], rights)
        )

    def level_name(self, k):
        """Write that the number lies in an interval.

        Parameters
        ----------
        k : int
            Index of the level.

        Returns
        -------
        str
            The name of its indicator.
        """
        return f"[{self.name} in {self.levels[k]}]"

    def read(self, X):
        """Return the index of each cell's interval.

        Parameters
        ----------
        X : data frame or ndarray of shape (n_samples, n_columns)
            The table.

        Returns
        -------
        ndarray of int of shape (n_samples,)
            The indices.
        """
        values, _ = self.number.read(X)
        return np.searchsorted(self.edges, values, side="left" if self.is_right else "right")

    def inside(self, k):
        """Return a number inside an interval.

        Parameters
        ----------
        k : int
            Index of the interval.

        Returns
        -------
        float
            The number.
        """
        if not self.edges:
            return 0.0
        if 0 < k < len(self.edges):
            return 0.5 * (self.edges[k - 1] + self.edges[k])
        end = self.edges[min(k, len(self.edges) - 1)]
        return end + (1.0 if k else -1.0) * max(1.0, abs(end))


def _edge_texts(edges):
    """Write edges with as many digits as tell them apart, in relation to their distances."""
    gap = np.diff(edges).min() if len(edges) > 1 else max((abs(e) for e in edges), default=1.0)
    for digits in range(4, 17):
        texts = [f"{edge:.{digits}g}" for edge in edges]
        if all(abs(float(t) - e) <= 1e-3 * gap for t, e in zip(texts, edges)):
            return texts
    return list(map(repr, edges))


@dataclass(frozen=True)
class CategoryColumn:
    """A column of categories.

    Parameters
    ----------
    name : str
        Name of the column.
    index : int
        Its place in the table.
    levels : tuple
        The categories that the model knows; None is a missing value.
    missing_as : object, default=None
        Level that the model puts in place of missing cells.
    takes_unknown : bool, default=False
        Whether the model takes other levels, which then have no indicator.
    gap : object, default=None
        How a missing cell is written, where not as NaN or None.
    is_none : bool, default=False
        Whether the model was fitted on missing cells that hold None, which encoders and imputers
        of NaN take for a category of its own.
    """

    name: str
    index: int
    levels: tuple
    missing_as: object = None
    takes_unknown: bool = False
    gap: object = None
    is_none: bool = False

    def level_name(self, k):
        """Write that the cell holds a level.

        Parameters
        ----------
        k : int
            Index of the level.

        Returns
        -------
        str
            The name of its indicator.
        """
        level = self.levels[k]
        return f"[{self.name} is missing]" if level is None else f"[{self.name} = {level}]"

    def read(self, X):
        """Return the index of each cell's level, -1 for an unknown one.

        Parameters
        ----------
        X : data frame or ndarray of shape (n_samples, n_columns)
            The table.

        Returns
        -------
        ndarray of int of shape (n_samples,)
            The indices.

        Raises
        ------
        ValueError
            If a cell holds no level, and the model takes no others.
        """
        known = {level: k for k, level in enumerate(self.levels)}
        raw = cells_of(X, self.index)
        cells = [plain(cell) for cell in raw]
        codes = [known.get(self.missing_as if cell == self.gap else cell, -1) for cell in cells]
        if self.is_none:
            codes = [known.get(None, k) if cell is None else k for cell, k in zip(raw, codes)]
        if not self.takes_unknown and -1 in codes:
            cell = cells[codes.index(-1)]
            shown = ", ".join(map(repr, self.levels[:_SHOWN]))
            more = f" and {len(self.levels) - _SHOWN} more" if len(self.levels) > _SHOWN else ""
            found = "a missing value" if cell is None else repr(cell)
            raise ValueError(
                f"The column {self.name!r} must hold one of {shown}{more}, which the model was "
                f"fitted on. Got {found} instead."
            )
        return np.array(codes, dtype=np.intp)
