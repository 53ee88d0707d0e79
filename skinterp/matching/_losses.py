"""Losses between a gradient field and the gradient of a formula."""

import numpy as np

# Squared lengths within which no rounding is lost.
TINY, HUGE = 1e-200, 1e200


def cosines(directions, gradients):
    """Return the cosine between unit directions and gradients, row by row.

    Parameters
    ----------
    directions : ndarray of shape (n, d)
        Unit vectors.
    gradients : ndarray of shape (n, d)
        Vectors of any length; zero or undefined ones have cosine 0.

    Returns
    -------
    ndarray of shape (n,)
        Cosines in [-1, 1].
    """
    with np.errstate(all="ignore"):
        squared = np.einsum("ij,ij->i", gradients, gradients)
        extreme = ~((squared > TINY) & (squared < HUGE))
        if extreme.any():
            # squares of very long or very short gradients overflow
            gradients = gradients.copy()
            gradients[extreme] /= np.abs(gradients[extreme]).max(axis=1, keepdims=True)
            squared = np.einsum("ij,ij->i", gradients, gradients)
        cosine = np.einsum("ij,ij->i", directions, gradients) / np.sqrt(squared)
    return np.clip(np.where(np.isfinite(cosine), cosine, 0.0), -1.0, 1.0)


def direction_loss(directions, gradients, weights=None):
    """Return one minus the absolute mean cosine between two gradient fields.

    ``1 - |sum_i w_i cos(u_i, grad g_i)|``: the sign of g is free, but it must be the same at
    every point (arXiv 2401.04978 compares unit gradients in the same spirit).

    Parameters
    ----------
    directions : ndarray of shape (n, d)
        Unit gradients of the network.
    gradients : ndarray of shape (n, d)
        Gradients of the formula, of any length.
    weights : ndarray of shape (n,) or None, default=None
        Trust in each point.

    Returns
    -------
    float
        0 for parallel fields, 1 for unrelated ones.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.matching import direction_loss
    >>> directions = np.array([[1.0, 0.0], [0.6, 0.8]])
    >>> direction_loss(directions, -5 * directions)
    0.0
    >>> round(direction_loss(directions, np.array([[1.0, 0.0], [1.0, 0.0]])), 3)
    0.2
    """
    mean = np.average(cosines(directions, gradients), weights=weights)
    return float(max(0.0, 1.0 - abs(mean)))


def sampson_distance(values, gradients, level):
    """Return the first-order distance of points from the level set ``g = level`` of a formula.

    ``|g(x) - level| / |grad g(x)|`` (Sampson 1982, Taubin 1991), in the units of the gradient.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values of the formula.
    gradients : ndarray of shape (n, d)
        Its gradients.
    level : float
        The level.

    Returns
    -------
    ndarray of shape (n,)
        Distances, 0 on the level, infinite where the gradient vanishes off it.
    """
    with np.errstate(all="ignore"):
        distances = np.abs(values - level) / np.linalg.norm(gradients, axis=1)
    return np.where(values == level, 0.0, distances)
