"""Columns of tables: which one is meant, and whether they hold texts."""

from numbers import Integral

import numpy as np


def column_index(feature, names, name="features"):
    """Return the column of a feature given by name or by index.

    Parameters
    ----------
    feature : str or int
        The feature.
    names : sequence of str
        Names of all features.
    name : str, default="features"
        What the parameter is called, for the error.

    Returns
    -------
    int
        Its column.

    Raises
    ------
    ValueError
        If there is no such feature.

    Examples
    --------
    >>> from skinterp.utils import column_index
    >>> column_index("mass", ["age", "mass"])
    1
    """
    names = list(names)
    if feature in names:
        return names.index(feature)
    is_index = isinstance(feature, Integral) and not isinstance(feature, bool)
    if not is_index or not 0 <= feature < len(names):
        more = "" if isinstance(feature, str) else f", or indices between 0 and {len(names) - 1}"
        raise ValueError(f"{name} must be among {names}{more}. Got {feature!r} instead.")
    return int(feature)


def is_mixed(X):
    """Return whether a data frame holds anything but numbers, or missing ones.

    Parameters
    ----------
    X : array-like or data frame of shape (n_samples, n_features)
        The table; arrays hold numbers or are none of ours.

    Returns
    -------
    bool
        Whether it does.

    Examples
    --------
    >>> from skinterp.utils import is_mixed
    >>> is_mixed([[1.0, 2.0]])
    False
    """
    return hasattr(X, "iloc") and (has_texts(X) or bool(X.isna().any(axis=None)))


def has_texts(X):
    """Return whether a table holds anything but numbers.

    Parameters
    ----------
    X : array-like or data frame of shape (n_samples, n_features)
        The table.

    Returns
    -------
    bool
        Whether it does.

    Examples
    --------
    >>> from skinterp.utils import has_texts
    >>> has_texts([["red", 1.0]]), has_texts([[2, 1.0]])
    (True, False)
    """
    kinds = X.dtypes if hasattr(X, "columns") else [np.asarray(X).dtype]
    return any(getattr(kind, "kind", "O") not in "biuf" for kind in kinds)
