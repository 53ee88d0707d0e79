"""A shuffled column beside the inputs: what importance an input has that says nothing."""

import numpy as np

from skinterp.utils import is_mixed

PROBE = "shuffled column"
BEATS = 0.95  # of the trainings in which an input must matter more than the shuffled column


def probe_columns(X):
    """Return the columns of a table that can be shuffled: of a mixed one those of numbers only.

    Parameters
    ----------
    X : ndarray or data frame of shape (n_samples, n_features)
        The table.

    Returns
    -------
    list of int
        Indices of the columns.
    """
    if not is_mixed(X):
        return list(range(X.shape[1]))
    columns = [X.iloc[:, k] for k in range(X.shape[1])]
    return [k for k, c in enumerate(columns) if c.dtype.kind in "iuf" and c.notna().all()]


def with_probe(X, seed):
    """Return a table with one more column, which is one of the others shuffled.

    Parameters
    ----------
    X : ndarray or data frame of shape (n_samples, n_features)
        Rows, of which some column is one of `probe_columns`.
    seed : int
        Which column, and how it is shuffled.

    Returns
    -------
    ndarray or data frame of shape (n_samples, n_features + 1)
        The table; its last column has the values of another one, and knows of no row.
    """
    rng = np.random.default_rng(seed)
    columns = probe_columns(X)
    k, order = columns[rng.integers(len(columns))], rng.permutation(len(X))
    if not hasattr(X, "iloc"):
        return np.column_stack([X, np.asarray(X)[order, k]])
    return X.assign(**{PROBE: X.iloc[order, k].to_numpy()})


def sees_probe(network, rows):
    """Return whether a network takes the last column: steps that name theirs leave it out."""
    if network.user_table is not None:
        return True
    moved = rows.copy()
    moved[:, -1] = rows[::-1, -1] + 1.0 + np.ptp(rows[:, -1])
    return not np.array_equal(network.raw_values(rows), network.raw_values(moved))
