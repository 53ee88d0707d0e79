"""Targets, and estimators that are trained again: on other seeds, rows, inputs and sizes."""

import numpy as np
from sklearn.utils.multiclass import type_of_target

from skinterp.base._estimator import takes_tables
from skinterp.network import default_network
from skinterp.utils import check_X, feature_names_of


def checked_target(y, n_rows):
    """Return a target as an array, a single column as a flat one.

    Parameters
    ----------
    y : array-like of shape (n_samples,), (n_samples, 1) or (n_samples, n_outputs)
        The target.
    n_rows : int
        How many rows it must have.

    Returns
    -------
    ndarray of shape (n_samples,) or (n_samples, n_outputs)
        The target.

    Raises
    ------
    ValueError
        If it has another number of rows, or values that are missing.
    """
    y = np.asarray(y)
    if y.ndim not in (1, 2) or len(y) != n_rows:
        got = f"shape {y.shape}" if y.ndim != 1 else f"{len(y)}"
        raise ValueError(f"y must have one entry per row of X, {n_rows}. Got {got} instead.")
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    missing = (None, np.inf, -np.inf)
    n_missing = sum(value in missing or value != value for value in y.ravel().tolist())
    if n_missing:
        raise ValueError(f"y must not have missing values. Got {n_missing} of them instead.")
    return y


def checked_training(estimator, X, y):
    """Return an estimator, and rows and a target to train it on, again and again.

    Parameters
    ----------
    estimator : estimator or None
        The estimator; None is the default network.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    y : array-like of shape (n_samples,)
        The target.

    Returns
    -------
    estimator : estimator
        The estimator.
    X : ndarray or data frame of shape (n_samples, n_features)
        Rows; a table with texts or gaps as it is, for estimators that encode or impute.
    y : ndarray of shape (n_samples,)
        The target.
    names : tuple of str
        Names of the inputs.

    Raises
    ------
    ValueError
        If the estimator is none of scikit-learn's, rows are no table of finite numbers and it has
        no steps that take others, or the target does not fit or has one value.
    """
    X = X if hasattr(X, "shape") else np.array(X)
    if estimator is None:
        task = "binary" if type_of_target(y) == "binary" else "multiclass"
        is_regression = type_of_target(y).startswith("continuous")
        estimator = default_network("regression" if is_regression else task, X=X)
    if not all(hasattr(estimator, name) for name in ("get_params", "fit", "predict")):
        raise ValueError(
            "estimator must be a scikit-learn estimator that can be trained again. "
            f"Got {estimator!r} instead."
        )
    array = X if takes_tables(estimator) else check_X(X)
    y = checked_target(y, len(array))
    labels = np.unique(y).tolist()
    if len(labels) < 2:
        raise ValueError(f"y must have at least two values. Got {labels} only instead.")
    names = feature_names_of(X) or tuple(f"x{j}" for j in range(array.shape[1]))
    return estimator, X if hasattr(X, "iloc") else array, y, names
