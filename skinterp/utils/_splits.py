"""Rows to train on and rows to measure on."""

import numpy as np
from sklearn.model_selection import train_test_split


def held_out_split(n_rows, test_size, labels=None, random_state=None):
    """Return rows to train on, and a share of them that is held out, of each class if possible.

    Parameters
    ----------
    n_rows : int
        How many rows there are.
    test_size : float
        The share.
    labels : ndarray of shape (n_rows,) or None, default=None
        Classes of the rows; None is none.
    random_state : int, RandomState instance or None, default=None
        Seeds the choice.

    Returns
    -------
    seen, held : ndarray of int
        The rows.

    Examples
    --------
    >>> from skinterp.utils._splits import held_out_split
    >>> seen, held = held_out_split(8, 0.25, random_state=0)
    >>> len(seen), len(held)
    (6, 2)
    """
    rows, options = np.arange(n_rows), {"test_size": test_size, "random_state": random_state}
    if labels is not None and np.unique(labels, return_counts=True)[1].min() > 1:
        try:
            return train_test_split(rows, stratify=labels, **options)
        except ValueError:  # more classes than rows in a part
            pass
    return train_test_split(rows, **options)
