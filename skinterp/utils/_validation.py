"""Checks of the user's data: numbers, finite, of the right width and with the right names."""

from collections import Counter
from numbers import Integral
from operator import index

import numpy as np
from sklearn.utils import check_array

from skinterp.utils._sklearn import get_feature_names


def _listed(names, limit=5):
    """Write at most `limit` names as a list, saying how many more there are."""
    names = [name if isinstance(name, str) else str(name) for name in names]
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(repr(name) for name in names[:limit]) + more


def feature_names_of(X):
    """Return the column names of a data frame.

    Parameters
    ----------
    X : array-like or data frame
        The data.

    Returns
    -------
    tuple of str or None
        The names; None for an array, or when no column name is a string.

    Raises
    ------
    TypeError
        If some column names are strings and others are not (as in scikit-learn).
    ValueError
        If a name occurs more than once.

    Examples
    --------
    >>> from skinterp.utils import feature_names_of
    >>> feature_names_of([[1.0, 2.0]]) is None
    True
    """
    repeated = [name for name, n in Counter(getattr(X, "columns", ())).items() if n > 1]
    if repeated:
        raise ValueError(
            f"X has duplicate column names: {_listed(repeated)}. Give every column its own name."
        )
    names = get_feature_names(X)
    return None if names is None else tuple(str(name) for name in names)


def _check_names(names, expected, owner):
    """Refuse column names that differ from the expected ones in set or order."""
    if names == expected:
        return
    unexpected = [name for name in names if name not in set(expected)]
    missing = [name for name in expected if name not in set(names)]
    if unexpected or missing:
        parts = [f"missing from X: {_listed(missing)}"] * bool(missing)
        parts += [f"unexpected in X: {_listed(unexpected)}"] * bool(unexpected)
        raise ValueError(
            f"The columns of X differ from those {owner} was fitted on; {'; '.join(parts)}."
        )
    at, name = next((i, n) for i, (n, e) in enumerate(zip(names, expected)) if n != e)
    raise ValueError(
        f"The columns of X are in another order than those {owner} was fitted on; "
        f"column {at} should be {expected[at]!r}. Got {name!r} instead."
    )


_OTHER_KINDS = {
    "M": ("dates", "pass days, such as skinterp.network.dates_as_days(X[[{0!r}]])"),
    "m": ("durations", "pass numbers in a unit of your choice, X[{0!r}].dt.total_seconds()"),
}


def other_kind(kind, name):
    """Say that a column holds dates or durations, which are no numbers, and the way out.

    Parameters
    ----------
    kind : str
        Kind of the dtype of the column.
    name : object
        Name of the column.

    Returns
    -------
    str or None
        The message; None for other kinds.

    Examples
    --------
    >>> from skinterp.utils import other_kind
    >>> other_kind("f", "dose") is None
    True
    """
    if kind not in _OTHER_KINDS:
        return None
    what, way_out = _OTHER_KINDS[kind]
    return (
        f"The column {name!r} must hold numbers. Got {what} instead: {way_out.format(name)}, or "
        "leave it out."
    )


def check_kinds(X):
    """Refuse what is no table, and masked cells, dates and durations, which became numbers.

    Parameters
    ----------
    X : array-like or data frame of shape (n_samples, n_features)
        The table.

    Raises
    ------
    ValueError
        If there are any; names the column.

    Examples
    --------
    >>> from skinterp.utils import check_kinds
    >>> check_kinds([[1.0, 2.0]])
    """
    if hasattr(X, "to_frame") and np.ndim(X) == 1:
        raise ValueError(
            f"X must be a table of rows and columns. Got a Series of {len(X)} values instead; "
            "X.to_frame().T is a table of one row."
        )
    if np.ma.is_masked(X):
        raise ValueError(
            "X must have no masked cells, which have no value. Fill them in, or leave their rows "
            "out; a network with a SimpleImputer takes numpy.ma.filled(X, numpy.nan)."
        )
    names = getattr(X, "columns", [0])
    kinds = getattr(X, "dtypes", [getattr(X, "dtype", None)])
    for name, kind in zip(names, kinds):
        message = other_kind(getattr(kind, "kind", "O"), name)
        if message:
            raise ValueError(message)


def _to_float(X, names):
    """Convert to a float64 array; an array of that dtype is returned as it is."""
    try:
        return check_array(X, dtype=np.float64, ensure_all_finite=False, input_name="X")
    except (TypeError, ValueError) as error:
        if not any(word in str(error) for word in ("could not convert", "dtype", "float()")):
            raise
        where = ""
        if names is not None:
            kinds = [getattr(X[name], "dtype", None) for name in names]
            text = [n for n, kind in zip(names, kinds) if getattr(kind, "kind", "O") not in "biuf"]
            where = f" in the columns {_listed(text)}"
        kind = TypeError if names is None and isinstance(error, TypeError) else ValueError
        raise kind(
            f"X must hold numbers only, but has other values{where} ({error}). "
            "Encode them as numbers first."
        ) from error


def _check_finite(X, names):
    """Refuse NaN and infinite values, naming their columns."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(X.sum()):
            return
    bad = np.flatnonzero(~np.isfinite(X).all(axis=0))
    if bad.size:
        kind = "NaN" if np.isnan(X[:, bad]).any() else "infinite values"
        columns = _listed(bad if names is None else [names[j] for j in bad])
        raise ValueError(
            f"X must be finite, but contains {kind} in column(s) {columns}. "
            "Remove or impute these rows first."
        )


def check_columns(X, n_features=None, feature_names=None, owner="the network"):
    """Check the number, the names and the order of the columns of a table.

    Parameters
    ----------
    X : data frame or ndarray of shape (n_samples, n_features)
        The table, of any types.
    n_features : int or None, default=None
        The number of columns to expect.
    feature_names : tuple of str or None, default=None
        The column names to expect, compared when `X` has names too.
    owner : str, default="the network"
        Who expects them, for the messages.

    Returns
    -------
    tuple of str or None
        The names of the columns of X; None if it has none.

    Raises
    ------
    ValueError
        If columns are missing, unexpected or in another order.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.utils import check_columns
    >>> check_columns(np.zeros((2, 3)), n_features=3) is None
    True
    """
    names = feature_names_of(X)
    if names is not None and feature_names is not None:
        _check_names(names, tuple(feature_names), owner)
    shape = getattr(X, "shape", ())
    if n_features is not None and len(shape) == 2 and shape[1] != n_features:
        raise ValueError(f"X has {shape[1]} features, but {owner} expects {n_features}.")
    return names


def _is_floats(X):
    """Return whether X is a table of floats already, as most are that functions pass around."""
    return type(X) is np.ndarray and X.dtype == np.float64 and X.ndim == 2 and X.size > 0


def check_X(X, n_features=None, feature_names=None, owner="the network"):
    """Check data and convert it to a finite float64 array.

    Parameters
    ----------
    X : array-like or data frame of shape (n_samples, n_features)
        The data. A float64 array is returned as it is, without a copy.
    n_features : int or None, default=None
        The number of columns to expect.
    feature_names : tuple of str or None, default=None
        The column names to expect, compared when `X` has names too.
    owner : str, default="the network"
        Who expects them, for the messages.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        The data as float64.

    Raises
    ------
    ValueError
        If `X` is not a table of finite numbers with these columns.

    Examples
    --------
    >>> from skinterp.utils import check_X
    >>> check_X([[1, 2], [3, 4]], n_features=2)
    array([[1., 2.],
           [3., 4.]])
    """
    names = None
    if not _is_floats(X):
        names = check_columns(X, None, feature_names, owner)
        check_kinds(X)
        X = _to_float(X, names)
    check_columns(X, n_features, None, owner)
    _check_finite(X, names)
    return X


def finite_array(value, shape, name, what=""):
    """Return finite numbers of a shape as an array.

    Parameters
    ----------
    value : array-like
        The numbers.
    shape : tuple of int
        The shape to expect.
    name : str
        What they are called, for the error.
    what : str, default=""
        What the shape means, for the error.

    Returns
    -------
    ndarray of shape `shape`
        A copy as float64.

    Raises
    ------
    ValueError
        If they have another shape, or are not finite.
    """
    if np.shape(value) != shape:
        raise ValueError(
            f"{name} must have shape {shape}{what}. Got shape {np.shape(value)} instead."
        )
    array = np.array(value, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite. Got {array.tolist()} instead.")
    return array


def refuse_another_order(values, names, name):
    """Refuse a Series of one value per input that has them in another order.

    Parameters
    ----------
    values : object
        What a user passed; only a Series says which value is whose.
    names : sequence of str
        Names of the inputs.
    name : str
        What the values are called, for the error.

    Raises
    ------
    ValueError
        If the same names come in another order.
    """
    labels = list(values.index) if hasattr(values, "iloc") and np.ndim(values) == 1 else []
    if labels != list(names) and set(labels) == set(names):
        j = next(j for j, (label, own) in enumerate(zip(labels, names)) if label != own)
        raise ValueError(
            f"{name} must be in the order of the inputs, with {names[j]!r} at {j}. "
            f"Got {labels[j]!r} instead."
        )


def checked_count(value, name, lowest, highest=None):
    """Return an integer, refusing one that is out of range.

    Parameters
    ----------
    value : object
        What came.
    name : str
        What it is called, for the error.
    lowest, highest : int
        The range; no highest by default.

    Returns
    -------
    int
        The integer.

    Raises
    ------
    ValueError
        If it is no integer, or out of range.

    Examples
    --------
    >>> from skinterp.utils import checked_count
    >>> checked_count(3, "n_repeats", 1)
    3
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or value < lowest or (highest is not None and value > highest):
        allowed = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
        raise ValueError(f"{name} must be an integer {allowed}. Got {value!r} instead.")
    return int(value)


def checked_index(value, size, name, lowest=0):
    """Return an index, refusing one that is out of range.

    Parameters
    ----------
    value : object
        What came.
    size : int
        Number of things to choose from.
    name : str
        What it is called, for the error.
    lowest : int, default=0
        The lowest allowed; ``-size`` allows to count from the end.

    Returns
    -------
    int
        The index, from 0 to ``size - 1``.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> from skinterp.utils import checked_index
    >>> checked_index(-1, 3, "layer", lowest=-3)
    2
    """
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer index. Got {value!r} instead.") from None
    if not lowest <= value < size:
        raise ValueError(f"{name} must be between {lowest} and {size - 1}. Got {value} instead.")
    return value % size
