"""Queries: new points that fill the distribution of the data, to ask a network about."""

import numpy as np
from sklearn.utils import check_random_state

# A column with at most this many distinct values takes only values that were observed.
MAX_DISCRETE = 20


def kernel_width(n_rows, n_columns):
    """Return Silverman's width of a Gaussian kernel, in standard deviations of the data.

    Parameters
    ----------
    n_rows : float
        The (effective) number of rows.
    n_columns : int
        The number of columns.

    Returns
    -------
    float
        The width.
    """
    return (4.0 / ((n_columns + 2.0) * n_rows)) ** (1.0 / (n_columns + 4.0))


def _correlated_noise(Z, share, n_points, rng):
    """Return normal noise with the covariance of centred rows."""
    variances, axes = np.linalg.eigh((Z * share[:, np.newaxis]).T @ Z)
    # The symmetric root: unlike axes, it does not change sign with the last digit of the data.
    root = (axes * np.sqrt(np.maximum(variances, 0.0))) @ axes.T
    return rng.standard_normal((n_points, len(root))) @ root


def _as_observed(points, rows, X):
    """Return blurred points as the columns of X are: in range, integer, discrete, binary."""
    points = np.clip(points, X.min(axis=0), X.max(axis=0))
    for j, column in enumerate(X.T):
        values = np.unique(column)
        if len(values) <= 2:
            points[:, j] = rows[:, j]
        elif len(values) <= MAX_DISCRETE:
            middles = (values[1:] + values[:-1]) / 2.0
            points[:, j] = values[np.searchsorted(middles, points[:, j])]
        elif np.array_equal(values, np.round(values)):
            points[:, j] = np.round(points[:, j])
    return points


def draw_queries(X, n_queries, *, sample_weight=None, random_state=None):
    """Draw points that fill the distribution of the data, to ask a network about.

    A smoothed bootstrap: rows drawn with replacement, blurred by a Gaussian kernel of Silverman's
    width with the covariance of the data, and pulled to the mean so that means, variances and
    correlations stay those of the data. Values stay in range; integer columns stay integer,
    columns of up to 20 values take these only, and those of two are not blurred, so that one-hot
    columns stay consistent.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows of data.
    n_queries : int
        Number of points.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the rows, which queries are drawn in proportion to.
    random_state : int, RandomState instance or None, default=None
        Seeds the queries.

    Returns
    -------
    ndarray of shape (n_queries, n_features)
        The points.

    References
    ----------
    M. W. Craven and J. W. Shavlik, "Extracting tree-structured representations of trained
    networks", NIPS 1996 (TREPAN), draw queries from such a model of the data; B. W. Silverman,
    "Density estimation for statistics and data analysis", 1986, section 6.4.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.sampling import draw_queries
    >>> X = np.column_stack([np.arange(100), np.arange(100) % 2, np.linspace(0, 1, 100)])
    >>> points = draw_queries(X, 1000, random_state=0)
    >>> points.shape, np.unique(points[:, 1])
    ((1000, 3), array([0., 1.]))
    """
    rng = check_random_state(random_state)
    weight = np.ones(len(X)) if sample_weight is None else sample_weight
    share = weight / weight.sum()
    mean = share @ X
    deviations = X - mean
    spread = np.sqrt(share @ deviations**2)
    spread[spread == 0.0] = 1.0
    Z = deviations / spread
    drawn = rng.choice(len(X), size=n_queries, p=share)
    width = kernel_width(1.0 / (share @ share), X.shape[1])
    blurred = Z[drawn] + width * _correlated_noise(Z, share, n_queries, rng)
    points = mean + spread * blurred / np.sqrt(1.0 + width**2)
    return _as_observed(points, X[drawn], X)
