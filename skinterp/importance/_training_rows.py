"""The rows of a training: all but some, or drawn with replacement."""

from numbers import Real

import numpy as np

from skinterp.utils._splits import held_out_split

_MOST_DRAWS = 1000


def drawn_rows(y, classifies, rng):
    """Return rows drawn with replacement, of a classifier until every class is among them.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Target.
    classifies : bool
        Whether it is classes.
    rng : RandomState
        What draws.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        The rows.

    Raises
    ------
    ValueError
        If a class is too rare.
    """
    for _ in range(_MOST_DRAWS):
        rows = rng.randint(len(y), size=len(y))
        if not classifies or len(np.unique(y[rows])) == len(np.unique(y)):
            return rows
    raise ValueError(
        "y must have classes that are frequent enough for bootstrap samples to hold them all. "
        f"Got a class of {np.unique(y, return_counts=True)[1].min()} in {len(y)} rows instead."
    )


def seen_rows(y, test_size, classifies, rng):
    """Return the rows to train on: all but a share of them, of each class where it can be.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Target.
    test_size : float or None
        The share; None is none.
    classifies : bool
        Whether y is classes.
    rng : RandomState
        What draws.

    Returns
    -------
    ndarray of int
        The rows, in their order.

    Raises
    ------
    ValueError
        If the share is none, or no row of a class is left.
    """
    if test_size is None:
        return np.arange(len(y))
    is_share = isinstance(test_size, Real) and not isinstance(test_size, bool)
    if not is_share or not 0.0 < test_size < 1.0:
        raise ValueError(
            f"test_size must be a number between 0 and 1, or None. Got {test_size!r} instead."
        )
    parts = held_out_split(len(y), test_size, y if classifies else None, rng)
    seen = np.sort(parts[0])
    if classifies and len(np.unique(y[seen])) < len(np.unique(y)):
        raise ValueError(
            f"Every class must be among the rows of the training. Got none of one of them with "
            f"test_size={test_size} instead; test_size=None trains on all rows."
        )
    return seen
