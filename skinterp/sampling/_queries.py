"""Queries: new points that fill the distribution of the data, to ask a network about."""

import numpy as np
from sklearn.utils import check_random_state

# A column with at most this many distinct values takes only values that were observed.
MAX_DISCRETE = 20
# Rows that noise is made of, at most; numbers of all queries together, at most.
MOST_ROWS = 1000
MOST_NUMBERS = 10_000_000


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
    """Return normal noise with the covariance of centred rows: random sums of these rows.

    Each column is made of the same random numbers, so that neither the number of other columns
    nor their order matters. Of many rows a drawn part stands for all.
    """
    if len(Z) > MOST_ROWS:
        Z = Z[rng.choice(len(Z), size=MOST_ROWS, p=share)]
        share = np.full(MOST_ROWS, 1.0 / MOST_ROWS)
    return rng.standard_normal((n_points, len(Z))) @ (np.sqrt(share)[:, np.newaxis] * Z)


def n_directions(Z):
    """Return in how many directions standardised rows vary: equal columns are one.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_features)
        The rows, constant columns at 0.

    Returns
    -------
    int
        The rank.
    """
    gram = Z.T @ Z if Z.shape[0] > Z.shape[1] else Z @ Z.T
    sizes = np.linalg.eigvalsh(gram)
    return int(np.count_nonzero(sizes > 1e-9 * max(sizes[-1], 1e-300)))


def grid_step(values):
    """Return the step of the grid that values lie on, such as 1 for integers.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Distinct numbers, sorted.

    Returns
    -------
    float
        The largest number that all distances are multiples of; 0 if there is none of a size.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.sampling._queries import grid_step
    >>> grid_step(np.array([4.0, 6.0, 9.0])), grid_step(np.sqrt(np.arange(9)))
    (1.0, 0.0)
    """
    gaps, width = np.diff(values), values[-1] - values[0]
    tolerance = 1e-11 * width + 4.0 * np.finfo(float).eps * np.abs(values).max()
    step = gaps.min()
    while step > 1e3 * tolerance:  # Euclid's algorithm, of all distances at once
        rests = np.abs(gaps - step * np.round(gaps / step))
        rests = rests[rests > tolerance]
        if not len(rests):
            return float(step)
        step = rests.min()
    return 0.0


def _nearest(points, values):
    """Return the nearest of sorted values."""
    return values[np.searchsorted(values[1:] / 2.0 + values[:-1] / 2.0, points)]


def _on_grid(points, values, step):
    """Return the nearest points of a grid; those with values are exactly these."""
    points = values[0] + step * np.round((points - values[0]) / step)
    seen = _nearest(points, values)
    return np.where(np.abs(points - seen) < step / 2.0, seen, points)


def _as_observed(points, rows, X):
    """Return blurred points as the columns of X are: in range, on a grid, discrete, binary."""
    points = np.clip(points, X.min(axis=0), X.max(axis=0))
    for j, column in enumerate(X.T):
        values = np.unique(column)
        if len(values) <= 2:
            points[:, j] = rows[:, j]
        elif len(values) <= MAX_DISCRETE:
            points[:, j] = _nearest(points[:, j], values)
        elif step := grid_step(values):
            points[:, j] = _on_grid(points[:, j], values, step)
    return points


def draw_queries(X, n_queries, *, sample_weight=None, random_state=None):
    """Draw points that fill the distribution of the data, to ask a network about.

    A smoothed bootstrap: rows drawn with replacement, blurred by a Gaussian kernel of Silverman's
    width with the covariance of the data, and pulled to the mean so that means, variances and
    correlations stay those of the data. Values stay in range; columns on a grid, such as integers,
    stay on it, columns of up to 20 values take these only, and those of two are not blurred, so
    that one-hot columns stay consistent. Units, offsets, the order of columns, and constant or
    repeated columns beside them do not matter.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows of data.
    n_queries : int
        Number of points; fewer are drawn of wide tables, ten million numbers at most.
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
    size = np.abs(X - mean).max(axis=0)
    size[X.max(axis=0) == X.min(axis=0)] = np.inf  # the mean of a constant may be off
    Z = (X - mean) / size
    spread = np.sqrt(share @ Z**2)
    spread[spread == 0.0] = 1.0
    Z, spread = Z / spread, np.where(np.isfinite(size), spread * size, 1.0)
    n_queries = min(n_queries, MOST_NUMBERS // X.shape[1])
    drawn = rng.choice(len(X), size=n_queries, p=share)
    width = kernel_width(1.0 / (share @ share), n_directions(Z))
    blurred = Z[drawn] + width * _correlated_noise(Z, share, n_queries, rng)
    points = mean + spread * blurred / np.sqrt(1.0 + width**2)
    return _as_observed(points, X[drawn], X)
