"""Shares: importances that add up to 1."""

import numpy as np


def as_shares(values):
    """Return the positive parts of numbers, divided by their sum.

    Parameters
    ----------
    values : array-like of shape (n_features,)
        The numbers.

    Returns
    -------
    ndarray of shape (n_features,)
        Shares that add up to 1; all 0 if no number is positive.

    Examples
    --------
    >>> from skinterp.utils import as_shares
    >>> as_shares([1.0, 3.0, -2.0])
    array([0.25, 0.75, 0.  ])
    """
    values = np.maximum(np.asarray(values, dtype=float), 0.0)
    return values / values.sum() if values.sum() > 0 else values
