"""Cells of the user's tables: out of frames and arrays of any kind, as numbers or objects."""

import numpy as np
from sklearn.utils import check_array

from skinterp.utils import feature_names_of, import_optional, other_kind

_EPOCH = np.datetime64("1970-01-01", "ns")
_DAY = np.timedelta64(1, "D")
_SEQUENCES = (list, tuple, dict, set, np.ndarray)


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


def as_table(X):
    """Return rows as a pandas data frame or a 2d array, in the user's own types.

    Parameters
    ----------
    X : array-like or data frame of shape (n_samples, n_columns)
        Rows: a data frame of pandas, polars or the like, an array, a masked array, or lists.

    Returns
    -------
    data frame or ndarray of shape (n_samples, n_columns)
        The rows; lists of texts become arrays of objects, masked cells are missing.

    Raises
    ------
    ValueError
        If X is no table, or has no rows.

    Examples
    --------
    >>> from skinterp.table import as_table
    >>> as_table([["red", 1.0]])
    array([['red', 1.0]], dtype=object)
    """
    if isinstance(X, dict) and not hasattr(X, "shape"):  # which sparse ones have
        raise ValueError(
            "X must be a table of shape (n_samples, n_columns). Got a dict instead: make a data "
            "frame of it, pandas.DataFrame(X), with a list or array per column."
        )
    if hasattr(X, "columns") and not hasattr(X, "iloc"):
        X = _as_pandas(X)
    if not hasattr(X, "iloc"):
        X = _as_array(X)
    if X.ndim != 2:
        raise ValueError(
            f"X must be a table of two dimensions. Got a {type(X).__name__} of {X.ndim} instead: "
            "X.to_frame() is a table of one column, X.to_frame().T one of one row."
        )
    feature_names_of(X)  # refuses repeated names
    if not len(X):
        raise ValueError(
            f"Found array with 0 sample(s) (shape={X.shape}) while a minimum of 1 is required."
        )
    return X


def _as_pandas(X):
    """Return a data frame of another library, such as polars, as one of pandas."""
    pandas = import_optional("pandas", "plot", f"Reading a {type(X).__module__} table")
    if not hasattr(X, "get_column") and hasattr(X, "to_pandas"):
        return X.to_pandas()
    take = X.get_column if hasattr(X, "get_column") else X.__getitem__
    return pandas.DataFrame({name: _array_of(take(name)) for name in map(str, X.columns)})


def _array_of(column):
    return column.to_numpy() if hasattr(column, "to_numpy") else list(column)


def _as_array(X):
    if isinstance(X, np.ma.MaskedArray):
        kind = np.float64 if X.dtype.kind in "iuf" else object
        return X.astype(kind).filled(np.nan)
    if not hasattr(X, "dtype") and not hasattr(X, "__array__"):
        rows = [row for row in X if isinstance(row, list | tuple)]
        holds_text = any(isinstance(cell, str) or cell is None for row in rows for cell in row)
        X = np.array(X, dtype=object) if holds_text else X
    return check_array(X, dtype=None, ensure_all_finite=False, input_name="X")


def frame_of(cells, names, pandas):
    """Return cells as a data frame of columns of the kinds that they hold.

    Parameters
    ----------
    cells : ndarray of object of shape (n_samples, n_columns)
        The cells.
    names : sequence of str
        Names of the columns.
    pandas : module
        The library.

    Returns
    -------
    DataFrame of shape (n_samples, n_columns)
        The table; None stays None, which encoders tell from NaN.
    """
    table = pandas.DataFrame(cells, columns=names, dtype=object)
    full = [n for n, column in zip(names, cells.T) if not any(cell is None for cell in column)]
    return table.astype(dict(table[full].infer_objects().dtypes))


def cells_of(X, index):
    """Return one column of a table as an array.

    Parameters
    ----------
    X : data frame or ndarray of shape (n_samples, n_columns)
        The table, as `as_table` returns it.
    index : int
        The column.

    Returns
    -------
    ndarray of shape (n_samples,)
        Its cells.
    """
    return np.asarray(X.iloc[:, index]) if hasattr(X, "iloc") else X[:, index]


def numbers_of(cells, name, is_date=False):
    """Return cells as floats, missing ones as NaN.

    Parameters
    ----------
    cells : ndarray of shape (n_samples,)
        Numbers, truth values, texts of numbers; dates where they are meant.
    name : str
        Name of the column, for errors.
    is_date : bool, default=False
        Whether the cells are dates, returned as days since 1970-01-01.

    Returns
    -------
    ndarray of float of shape (n_samples,)
        The numbers.

    Raises
    ------
    ValueError
        If the cells are no numbers, or dates or durations where none are meant.
    """
    if cells.dtype == object:
        wrong = next((cell for cell in cells if isinstance(cell, _SEQUENCES)), None)
        if wrong is not None:
            raise ValueError(f"The column {name!r} must hold numbers. Got {wrong!r} instead.")
        cells = np.array([np.nan if plain(cell) is None else cell for cell in cells])
    kind = _kind_of(cells)
    if is_date:
        return _days(cells, name)
    message = other_kind(kind, name)
    if message:
        raise ValueError(message)
    try:
        if kind == "c":
            raise TypeError("complex numbers are none of these")
        return cells.astype(np.float64)
    except (TypeError, ValueError) as error:
        wrong = next(cell for cell in cells.tolist() if not _is_number(cell))
        raise ValueError(
            f"The column {name!r} must hold numbers. Got {wrong!r} instead."
        ) from error


def _is_number(cell):
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True


def _kind_of(cells):
    """Return the kind of an array, of objects that of the dates or durations they are."""
    if cells.dtype.kind != "O":
        return cells.dtype.kind
    kinds = {type(cell).__name__ for cell in cells if plain(cell) is not None}
    if kinds & {"Timestamp", "datetime", "date", "datetime64"}:
        return "M"
    return "m" if kinds & {"Timedelta", "timedelta", "timedelta64"} else "O"


def _days(cells, name):
    """Return dates as days since 1970-01-01."""
    if cells.dtype.kind in "iuf":
        return cells.astype(np.float64)
    try:
        stamps = [np.datetime64("NaT") if plain(c) is None else _stamp(c) for c in cells]
        dates = np.array(stamps, dtype="datetime64[ns]")
    except (TypeError, ValueError) as error:
        raise ValueError(f"The column {name!r} must hold dates ({error}).") from error
    days = (dates - _EPOCH) / _DAY
    return np.where(np.isnat(dates), np.nan, days)


def _stamp(cell):
    """Return a date without its time zone, in coordinated universal time."""
    if getattr(cell, "tzinfo", None) is not None:
        cell = (cell - cell.utcoffset()).replace(tzinfo=None)
    return np.datetime64(cell)
