"""Gradient fields on the rows of the data and in a band around the decision boundary."""

import numpy as np
from sklearn.utils import check_random_state

from skinterp.sampling._field import feature_scale, gradient_field


def _thin(X, n_points, rng):
    """Return at most `n_points` rows of `X`, in their order."""
    if len(X) <= n_points:
        return X
    return X[np.sort(rng.choice(len(X), size=n_points, replace=False))]


def data_field(view, X, *, n_points=1000, random_state=None, **smooth):
    """Return the gradient field of a view on rows of the data.

    Parameters
    ----------
    view : ScalarView
        What to differentiate.
    X : ndarray of shape (n, d)
        Rows of data.
    n_points : int, default=1000
        How many rows to ask at, at the most (a random subset).
    random_state : int, RandomState instance or None, default=None
        Chooses the rows and the smoothing steps.
    **smooth : dict
        Parameters of :func:`smooth_gradient`.

    Returns
    -------
    GradientField
        The field on the rows.

    Raises
    ------
    ValueError
        If the gradient vanishes at every row.
    """
    rng = check_random_state(random_state)
    points = _thin(X, n_points, rng)
    return gradient_field(view, points, feature_scale(X), random_state=rng, **smooth)


def band_field(view, X, *, width=0.25, n_points=1000, random_state=None, **smooth):
    """Return the gradient field on the rows nearest the decision boundary by ``|f|``.

    Points count with weight ``1 - (|f| / h)**2``, h being the largest ``|f|`` of the band: the
    farther from the boundary, the less a classifier's gradient follows its concept.

    Parameters
    ----------
    view : ScalarView
        The view, zero on the boundary.
    X : ndarray of shape (n, d)
        Rows of data.
    width : float, default=0.25
        Share of the rows that make the band, in (0, 1].
    n_points : int, default=1000
        How many rows to ask at, at the most.
    random_state : int, RandomState instance or None, default=None
        Chooses the rows and the smoothing steps.
    **smooth : dict
        Parameters of :func:`smooth_gradient`.

    Returns
    -------
    GradientField
        The field in the band.

    Raises
    ------
    ValueError
        If `width` is outside (0, 1] or the gradient vanishes at every row.
    """
    if not 0 < width <= 1:
        raise ValueError(f"width must be a share of the rows in (0, 1]. Got {width!r} instead.")
    rng = check_random_state(random_state)
    distance = np.abs(view.value(X))
    edge = np.quantile(distance, width)
    points = _thin(X[distance <= edge], n_points, rng)
    ratio = np.abs(view.value(points)) / (edge if edge > 0 else 1.0)
    weights = np.maximum(1.0 - ratio**2, 1e-3)
    return gradient_field(
        view, points, feature_scale(X), weights=weights, random_state=rng, **smooth
    )
