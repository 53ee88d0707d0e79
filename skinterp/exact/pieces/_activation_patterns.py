"""Activation patterns: which hidden units are on, and which rows share a pattern."""

import numpy as np


def _keys(patterns):
    """Return the patterns as bytes, one more bit each so that none is empty."""
    return np.packbits(np.pad(patterns, ((0, 0), (0, 1)), constant_values=True), axis=1)


def unique_patterns(patterns):
    """Return the different patterns, the index of each row's, and how many rows each has.

    Parameters
    ----------
    patterns : ndarray of bool of shape (n_samples, n_units)
        One pattern per row.

    Returns
    -------
    patterns : ndarray of bool of shape (n_patterns, n_units)
        Different ones, the most frequent first.
    index : ndarray of int of shape (n_samples,)
        Pattern of each row.
    counts : ndarray of int of shape (n_patterns,)
        Rows with each.
    """
    _, first, index, counts = np.unique(
        _keys(patterns), axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return patterns[first[order]], rank[index.ravel()], counts[order]


def find_patterns(known, patterns):
    """Return the index of each pattern among known ones, -1 for those that are not.

    Parameters
    ----------
    known : ndarray of bool of shape (n_known, n_units)
        Different patterns.
    patterns : ndarray of bool of shape (n_samples, n_units)
        Patterns to look up.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Indices.
    """
    index = {key.tobytes(): k for k, key in enumerate(_keys(known))}
    return np.array([index.get(key.tobytes(), -1) for key in _keys(patterns)], dtype=int)
