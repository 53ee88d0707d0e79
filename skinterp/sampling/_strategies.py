"""Gradient fields on the rows of the data and in a band around the decision boundary."""

import numpy as np
from sklearn.utils import check_random_state

from skinterp.sampling._field import checked_rows, feature_scale, gradient_field

MIN_BAND = 50


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
    X : array-like or data frame of shape (n, d)
        Rows of data.
    n_points : int, default=1000
        How many rows to ask at, at the most (a random subset).
    random_state : int, RandomState instance or None, default=None
        Seeds the choice of rows and the smoothing steps.
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

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.network import as_network
    >>> from skinterp.sampling import data_field
    >>> view = as_network(lambda X: X[:, 0] * X[:, 1]).output()
    >>> field = data_field(view, [[1.0, 2.0], [3.0, 4.0]], smoothing=0)
    >>> field.values
    array([ 2., 12.])
    >>> field.directions.round(3)
    array([[0.894, 0.447],
           [0.8  , 0.6  ]])
    """
    rng, X = check_random_state(random_state), checked_rows(view, X, n_points)
    points = _thin(X, n_points, rng)
    return gradient_field(view, points, feature_scale(X), random_state=rng, **smooth)


def band_field(view, X, *, width=0.3, n_points=1000, random_state=None, **smooth):
    """Return the gradient field on the rows nearest to the decision boundary.

    The distance is the first-order one, ``|f| / |grad f|`` in standard deviations. A row at
    distance r counts with weight ``1 - (r / width)**2``: the farther from the boundary, the less
    a classifier's gradient follows its concept. Where fewer than 50 rows are within `width`, the
    band is as wide as the 50 nearest need.

    Parameters
    ----------
    view : ScalarView
        The view, zero on the boundary.
    X : array-like or data frame of shape (n, d)
        Rows of data.
    width : float, default=0.3
        Half-width of the band, in standard deviations of the inputs.
    n_points : int, default=1000
        How many rows to ask at, at the most.
    random_state : int, RandomState instance or None, default=None
        Seeds the choice of rows and the smoothing steps.
    **smooth : dict
        Parameters of :func:`smooth_gradient`.

    Returns
    -------
    GradientField
        The field in the band.

    Raises
    ------
    ValueError
        If `width` is not positive or the gradient vanishes at every row.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.network import as_network
    >>> from skinterp.sampling import band_field
    >>> view = as_network(lambda X: X[:, 0] + X[:, 1]).output()
    >>> X = np.random.RandomState(0).normal(size=(1000, 2))
    >>> field = band_field(view, X, width=0.5, random_state=0)
    >>> len(field), bool(np.abs(field.values).max() < 0.75)
    (360, True)
    """
    if not width > 0:
        raise ValueError(f"width must be a positive number. Got {width!r} instead.")
    rng, X = check_random_state(random_state), checked_rows(view, X, n_points)
    scale = feature_scale(X)
    with np.errstate(all="ignore"):
        distance = np.abs(view.value(X)) / np.linalg.norm(view.gradient(X) * scale, axis=1)
    distance = np.where(np.isnan(distance), np.inf, distance)
    nearest = np.sort(distance)[min(MIN_BAND, len(X)) - 1]
    if not np.isfinite(nearest):
        nearest = np.max(distance[np.isfinite(distance)], initial=0.0)
    edge = max(width, nearest)
    inside = np.flatnonzero(np.isfinite(distance) & (distance <= edge))
    if not len(inside):
        inside, distance = np.arange(len(X)), np.zeros(len(X))
    inside = _thin(inside, n_points, rng)
    weights = np.maximum(1.0 - (distance[inside] / edge) ** 2, 1e-3)
    return gradient_field(view, X[inside], scale, weights=weights, random_state=rng, **smooth)
