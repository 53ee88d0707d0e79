"""Columns of the user's table: numbers and categories, with their missing values."""

from dataclasses import dataclass

import numpy as np

_SHOWN = 8


def plain(value):
    """Return a cell as a Python object, every missing value as None.

    Parameters
    ----------
    value : object
        The cell.

    Returns
    -------
    object
        The same value; None for NaN, NaT, NA and None.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.table import plain
    >>> plain(np.int64(3)), plain(np.nan)
    (3, None)
    """
    value = value.item() if isinstance(value, np.generic) else value
    is_missing = value is None or type(value).__name__ in ("NAType", "NaTType") or value != value
    return None if is_missing else value


def _cells(X, index):
    return np.asarray(X.iloc[:, index]) if hasattr(X, "iloc") else X[:, index]


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
    """

    name: str
    index: int
    fill: float | None = None

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
        cells = _cells(X, self.index)
        if cells.dtype == object:
            cells = np.array([np.nan if plain(cell) is None else cell for cell in cells])
        try:
            values = cells.astype(np.float64)
        except ValueError as error:
            raise ValueError(f"The column {self.name!r} must hold numbers ({error}).") from error
        missing = np.isnan(values)
        if np.isinf(values).any():
            raise ValueError(f"The column {self.name!r} contains infinity; it must be finite.")
        if missing.any() and self.fill is None:
            raise ValueError(
                f"The column {self.name!r} has missing values in {int(missing.sum())} rows, which "
                "the model does not take. Fill them in, or put a SimpleImputer into its pipeline."
            )
        return np.where(missing, self.fill if missing.any() else 0.0, values), missing


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
    """

    name: str
    index: int
    levels: tuple
    missing_as: object = None
    takes_unknown: bool = False

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
        cells = [plain(cell) for cell in _cells(X, self.index)]
        codes = [known.get(self.missing_as if cell is None else cell, -1) for cell in cells]
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
