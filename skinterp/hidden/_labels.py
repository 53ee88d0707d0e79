"""Classes of rows: the user's, or the network's answers."""

import numpy as np

_MANY = 20  # different numbers that are hardly the classes of a regression


def _is_missing(y, values):
    if hasattr(y, "isna"):
        return bool(np.any(y.isna()))
    return any(value is None or value != value for value in values.tolist())


def _are_values(network, labels):
    """Return whether labels are numbers to be predicted instead of classes."""
    if labels.dtype.kind == "f" and (labels != np.round(labels)).any():
        return True
    many = len(np.unique(labels)) > _MANY
    return many and labels.dtype.kind in "iuf" and network.task == "regression"


def colour_order(network, labels):
    """Return the classes in the order of their colours: the network's, if the labels are these.

    Parameters
    ----------
    network : Network
        The network.
    labels : ndarray of shape (n_samples,) or None
        Classes of rows.

    Returns
    -------
    list or None
        All classes; None leaves the order to what is drawn.
    """
    if labels is None or network.classes is None:
        return None
    known = list(np.asarray(network.classes).tolist())
    return known if set(labels.tolist()) <= set(known) else None


def row_labels(network, rows, y):
    """Return the class of each row.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n_samples, n_features)
        Rows.
    y : array-like of shape (n_samples,) or None
        Classes; None is the network's answers.

    Returns
    -------
    ndarray of shape (n_samples,) or None
        The classes; None without y for a network that has none, or several per row.

    Raises
    ------
    ValueError
        If y is not one class per row.
    """
    if y is None:
        return network.predict(rows) if network.task in ("binary", "multiclass") else None
    labels = np.asarray(y)
    if labels.shape == (len(rows), 1):
        labels = labels[:, 0]
    if labels.ndim == 2:
        raise ValueError(
            f"y must have one class per row. Got shape {labels.shape} instead: of several labels "
            "pass one column, y[:, k]."
        )
    if labels.shape != (len(rows),):
        got = len(labels) if labels.ndim == 1 else f"shape {labels.shape}"
        raise ValueError(f"y must have one entry per row of X, {len(rows)}. Got {got} instead.")
    if _is_missing(y, labels):
        raise ValueError("y must have a class for every row. Got missing values instead.")
    labels = np.asarray(labels.tolist())
    if _are_values(network, labels):
        raise ValueError(
            "y must be classes. Got numbers to be predicted instead: leave y out, or pass bins."
        )
    return labels
