"""Points on the decision boundary of a scalar view, by projection along its gradient."""

import numpy as np
from sklearn.utils import check_random_state

from skinterp.sampling._field import checked_rows, feature_scale, gradient_field

N_NEWTON = 20
N_BISECTIONS = 40
MAX_STEP = 0.5
TOLERANCE = 1e-3
SAME_POINT = 1e-6


def _newton(view, points, scale, low, high, tolerance):
    """Walk `points` to ``f = 0`` along the gradient, inside the box; return them and success."""
    points = points.copy()
    active, moves = np.arange(len(points)), np.broadcast_to(view.moves_at(points), points.shape)
    for _ in range(N_NEWTON):
        values = view.value(points[active])
        far = np.abs(values) > tolerance
        active, values = active[far], values[far]
        if not len(active):
            break
        slopes = view.gradient(points[active]) * scale * moves[active]
        squared = np.einsum("ij,ij->i", slopes, slopes)
        step = -values[:, None] * slopes / np.maximum(squared, 1e-300)[:, None]
        step[~np.isfinite(step).all(axis=1)] = 0.0
        length = np.linalg.norm(step, axis=1)
        step *= np.minimum(1.0, MAX_STEP / np.maximum(length, 1e-300))[:, None]
        points[active] = np.clip(points[active] + step * scale, low, high)
    return points, np.abs(view.value(points)) <= tolerance


def _bisect(view, negative, positive, tolerance):
    """Halve the segments between rows of opposite sign; return the midpoints and success."""
    for _ in range(N_BISECTIONS):
        middle = 0.5 * (negative + positive)
        above = (view.value(middle) > 0)[:, None]
        positive, negative = np.where(above, middle, positive), np.where(above, negative, middle)
    middle = 0.5 * (negative + positive)
    return middle, np.abs(view.value(middle)) <= tolerance


def _sides(values):
    """Return the rows on either side of 0: the first row's side first, whatever the sign."""
    positive = values > 0
    return np.flatnonzero(positive == positive[0]), np.flatnonzero(positive != positive[0])


def _starts(values, n_points, rng):
    """Pick rows to project: at random, as many from either side as there are."""
    sides = [rng.permutation(rows) for rows in _sides(values)]
    small, large = sorted(sides, key=len)
    n_small = min(len(small), n_points // 2)
    return np.sort(np.concatenate([small[:n_small], large[: n_points - n_small]]))


def _distinct(points, scale):
    """Return the indices of points that differ from all earlier ones."""
    keys = np.round(points / np.where(scale > 0, scale * SAME_POINT, 1.0))
    return np.sort(np.unique(keys, axis=0, return_index=True)[1])


def project_on_boundary(view, X, *, n_points=1000, random_state=None):
    """Project rows of data on the decision boundary ``f(x) = 0`` of a scalar view.

    Each row walks along the gradient in standardised coordinates by Newton steps
    ``z <- z - f * grad / |grad|**2``, kept inside the range of the data. Rows that do not arrive
    are replaced by the crossing point of the segment to a row of the other side (bisection).
    Rows at which the view is NaN or infinite are left out.

    Parameters
    ----------
    view : ScalarView
        The view whose zero level is wanted.
    X : array-like or data frame of shape (n, d)
        Rows to start from; their range bounds the result.
    n_points : int, default=1000
        How many rows to start from, at the most.
    random_state : int, RandomState instance or None, default=None
        Seeds the choice of rows.

    Returns
    -------
    points : ndarray of shape (m, d)
        Distinct points on the boundary, ``m <= n_points``.
    dropped : dict of str to int
        How many starts failed to arrive and how many were duplicates.

    Raises
    ------
    ValueError
        If the view has the same sign at every row, so that there is no boundary among them.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.network import as_network
    >>> from skinterp.sampling import project_on_boundary
    >>> view = as_network(lambda X: X[:, 0] ** 2 + X[:, 1] ** 2 - 1).output()
    >>> X = np.random.RandomState(0).uniform(-2, 2, size=(100, 2))
    >>> points, dropped = project_on_boundary(view, X, random_state=0)
    >>> points.shape, dropped
    ((100, 2), {'not projected': 0, 'duplicates': 0})
    >>> bool(np.allclose(np.linalg.norm(points, axis=1), 1, atol=0.01))
    True
    """
    rng, X = check_random_state(random_state), checked_rows(view, X, n_points)
    scale, values = feature_scale(X), view.value(X)
    defined = np.isfinite(values)
    if not defined.any():
        raise ValueError(f"{view.name} is NaN or infinite at all {len(X)} rows of X.")
    X, values = X[defined], values[defined]
    n_positive = int((values > 0).sum())
    if n_positive in (0, len(values)):
        side = "positive" if n_positive else "negative or zero"
        raise ValueError(
            f"No decision boundary among the rows of X: {view.name} is {side} at all "
            f"{len(values)} of them. Pass rows of both classes, or use the data or band strategy."
        )
    tolerance = TOLERANCE * np.median(np.abs(values[values != 0]))
    start = _starts(values, n_points, rng)
    points, arrived = _newton(view, X[start], scale, X.min(axis=0), X.max(axis=0), tolerance)
    lost = np.flatnonzero(~arrived)
    if len(lost):
        rows, is_positive = X[start[lost]], (values[start[lost]] > 0)[:, None]
        drawn = [X[rng.choice(rows, size=len(lost))] for rows in _sides(values)]
        positive, negative = drawn if values[0] > 0 else drawn[::-1]
        moves = view.moves_at(rows)
        positive = np.where(is_positive | (moves == 0.0), rows, positive)
        negative = np.where(is_positive & (moves != 0.0), negative, rows)
        points[lost], arrived[lost] = _bisect(view, negative, positive, tolerance)
    kept = points[arrived]
    distinct = _distinct(kept, scale)
    dropped = {
        "not projected": int((~arrived).sum()),
        "duplicates": len(kept) - len(distinct),
    }
    return kept[distinct], dropped


def boundary_field(view, X, *, n_points=1000, random_state=None, **smooth):
    """Return the gradient field of a view on its decision boundary.

    This is where a classifier's gradient follows its concept best: a logit is nearly a monotone
    function of the concept, and the loss shaped it most where the classes meet.

    Parameters
    ----------
    view : ScalarView
        The view, zero on the boundary.
    X : array-like or data frame of shape (n, d)
        Rows to project, see :func:`project_on_boundary`.
    n_points : int, default=1000
        How many rows to project, at the most.
    random_state : int, RandomState instance or None, default=None
        Seeds the choice of rows and the smoothing steps.
    **smooth : dict
        Parameters of :func:`smooth_gradient`.

    Returns
    -------
    GradientField
        Points on the boundary; ``dropped`` says how many were lost and why.

    Raises
    ------
    ValueError
        If there is no boundary among the rows, or the gradient vanishes on it.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.network import as_network
    >>> from skinterp.sampling import boundary_field
    >>> view = as_network(lambda X: X[:, 0] ** 2 + X[:, 1] ** 2 - 1).output()
    >>> X = np.random.RandomState(0).uniform(-2, 2, size=(100, 2))
    >>> field = boundary_field(view, X, n_points=50, random_state=0)
    >>> field
    GradientField(50 points, 50 on the boundary)
    >>> field.directions.shape
    (50, 2)
    """
    rng, X = check_random_state(random_state), checked_rows(view, X, n_points)
    points, dropped = project_on_boundary(view, X, n_points=n_points, random_state=rng)
    if not len(points):
        raise ValueError(
            f"None of {dropped['not projected']} rows could be projected on the decision boundary "
            f"of {view.name}: its values jump there. Use the band strategy, or a smoother network."
        )
    scale = feature_scale(X)
    return gradient_field(
        view, points, scale, on_boundary=True, dropped=dropped, random_state=rng, **smooth
    )
