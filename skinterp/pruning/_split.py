"""Rows to tune weights on, and rows to measure fidelity on."""

from typing import NamedTuple

import numpy as np

from skinterp.sampling import draw_queries

_HELD_OUT = 0.25  # share of the rows that no weight is tuned on
_LEAST_HELD_OUT = 10
_N_TUNED, _N_QUERIES = 3000, 2000  # rows and queries to tune on, queries to measure on


class PruningRows(NamedTuple):
    """Rows of a pruning.

    Parameters
    ----------
    tuned : ndarray of shape (n_tuned, n_features)
        Rows and points drawn like them, to tune weights on.
    held : ndarray of shape (n_held, n_features)
        Rows to measure on.
    target : ndarray of shape (n_held,) or (n_held, n_outputs) or None
        Their target, if there is one.
    queries : ndarray of shape (n_queries, n_features)
        Points drawn like the rows, to measure on.
    """

    tuned: np.ndarray
    held: np.ndarray
    target: np.ndarray | None
    queries: np.ndarray


def split_rows(X, y, rng):
    """Split rows into rows to tune on and rows to measure on, and draw points like them.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows; if they are few, all serve for both.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs) or None
        Target.
    rng : RandomState
        Draws.

    Returns
    -------
    PruningRows
        The rows.
    """
    order = rng.permutation(len(X))
    n_held = max(_LEAST_HELD_OUT, int(_HELD_OUT * len(X)))
    few = len(X) < 2 * _LEAST_HELD_OUT
    held, tuned = (order, order) if few else (order[:n_held], order[n_held:])
    tuned = X[tuned[:_N_TUNED]]
    drawn = draw_queries(tuned, _N_TUNED - len(tuned), random_state=rng)
    return PruningRows(
        np.concatenate([tuned, drawn]),
        X[held],
        None if y is None else np.asarray(y)[held],
        draw_queries(X, _N_QUERIES, random_state=rng),
    )
