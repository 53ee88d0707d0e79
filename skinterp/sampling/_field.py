"""The gradient field of a scalar view: points, unit directions, values and weights."""

from dataclasses import dataclass, field
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

# A gradient shorter than this share of the field's median length has no direction to trust.
VANISHING = 1e-9


@dataclass(frozen=True, eq=False)
class GradientField:
    """Points where a network was asked, and the direction of its gradient at each.

    Parameters
    ----------
    points : ndarray of shape (n, d)
        Points in the user's own units.
    directions : ndarray of shape (n, d)
        Unit vectors along ``scale * df/dx``, the gradient in standardised coordinates.
    values : ndarray of shape (n,)
        Values of the scalar view at the points.
    weights : ndarray of shape (n,)
        Trust in each point, positive, summing to 1.
    scale : ndarray of shape (d,)
        Standard deviation of each input, the unit of the standardised coordinates; 0 for
        constant inputs, along which no direction points.
    on_boundary : ndarray of shape (n,), dtype bool
        Whether the point lies on the decision boundary ``f(x) = 0``.
    lengths : ndarray of shape (n,)
        Length of the gradient in standardised coordinates.
    dropped : dict of str to int
        How many candidates were dropped, and why.
    """

    points: np.ndarray
    directions: np.ndarray
    values: np.ndarray
    weights: np.ndarray
    scale: np.ndarray
    on_boundary: np.ndarray
    lengths: np.ndarray
    dropped: dict = field(default_factory=dict)

    def __len__(self):
        """Return the number of points."""
        return len(self.points)

    def __repr__(self):
        """Summarise the field in one line."""
        dropped = ", ".join(f"{n} {why}" for why, n in self.dropped.items() if n)
        on = int(self.on_boundary.sum())
        tail = f"; dropped: {dropped}" if dropped else ""
        return f"GradientField({len(self)} points, {on} on the boundary{tail})"


def checked_rows(view, X, n_points):
    """Return rows as numbers, refusing constant ones and a wrong number of points.

    Parameters
    ----------
    view : ScalarView
        What will be asked at the rows.
    X : array-like or data frame of shape (n, d)
        Rows.
    n_points : int
        How many of them to ask at, at the most.

    Returns
    -------
    ndarray of shape (n, d)
        The rows as float64.

    Raises
    ------
    ValueError
        If `X` is not a table of finite numbers for the view, no column varies or `n_points` is
        not positive.
    """
    if isinstance(n_points, bool) or not isinstance(n_points, Integral) or n_points < 1:
        raise ValueError(f"n_points must be a positive integer. Got {n_points!r} instead.")
    # Contiguous, so that a data frame gives the same field as its array to the last bit.
    X = np.ascontiguousarray(view.check(X))
    if not np.ptp(X, axis=0).any():
        raise ValueError(
            "X must have at least one column that varies. "
            f"Got constant columns only, over {len(X)} row(s)."
        )
    return X


def feature_scale(X, constant=0.0):
    """Return the standard deviation of each column, exactly 0 where a column is constant.

    Scaled gradients and steps therefore ignore constant columns: what a network does along an
    input that never varied is left over from its initial weights.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows in the user's units.
    constant : float, default=0.0
        Scale of a constant column; 1 to divide by.

    Returns
    -------
    ndarray of shape (d,)
        Scale of each column, not negative.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.sampling import feature_scale
    >>> feature_scale(np.array([[1e-9, 5.0], [3e-9, 5.0]]))
    array([1.e-09, 0.e+00])
    """
    spread = np.ptp(X, axis=0)
    # In units of the spread, so that squares neither underflow nor overflow.
    scale = np.std(X / np.where(spread > 0, spread, 1.0), axis=0) * spread
    return np.where(scale == 0.0, constant, scale)


def smooth_gradient(view, points, scale, *, smoothing=0.1, n_steps=8, random_state=None):
    """Average the gradient of a view over small antithetic Gaussian steps around each point.

    Kinks of ReLU networks make the gradient at a point jump; its average over steps of
    `smoothing` standard deviations follows the function's trend. The same steps are used at
    every point. Too large a `smoothing` blurs real curvature.

    Parameters
    ----------
    view : ScalarView
        What to differentiate.
    points : ndarray of shape (n, d)
        Where, in the user's units.
    scale : ndarray of shape (d,)
        Unit of the steps in each column, see :func:`feature_scale`.
    smoothing : float, default=0.1
        Standard deviation of the steps in units of `scale`; 0 asks at the points themselves.
    n_steps : int, default=8
        Number of antithetic pairs of steps.
    random_state : int, RandomState instance or None, default=None
        Seed of the steps.

    Returns
    -------
    ndarray of shape (n, d)
        Gradient in standardised coordinates, ``scale * df/dx``.

    Examples
    --------
    The slope of ``|x|`` jumps at 0; its average over small steps passes through it.

    >>> import numpy as np
    >>> from skinterp.network import as_network
    >>> from skinterp.sampling import smooth_gradient
    >>> view = as_network(lambda X: np.abs(X[:, 0]), gradient=np.sign).output()
    >>> points, scale = np.array([[-1.0], [0.0], [1.0]]), np.ones(1)
    >>> smooth_gradient(view, points, scale, smoothing=0.1, random_state=0)
    array([[-1.],
           [ 0.],
           [ 1.]])
    """
    if smoothing == 0 or n_steps == 0:
        return view.gradient(points) * scale
    steps = check_random_state(random_state).normal(size=(n_steps, points.shape[1]))
    total = np.zeros_like(points, dtype=float)
    moves = view.moves_at(points)
    for step in steps * smoothing * scale:
        step = step * moves
        total += view.gradient(points + step) + view.gradient(points - step)
    return total * scale / (2 * n_steps)


def gradient_field(view, points, scale, *, weights=None, on_boundary=None, dropped=None, **smooth):
    """Ask a view for its (smoothed) gradient at given points and keep those with a direction.

    Parameters
    ----------
    view : ScalarView
        What to differentiate.
    points : ndarray of shape (n, d)
        Where, in the user's units.
    scale : ndarray of shape (d,)
        Unit of each column in standardised coordinates.
    weights : ndarray of shape (n,) or None, default=None
        Trust in each point; None is the same for all.
    on_boundary : bool, default=None
        Whether the points lie on the decision boundary.
    dropped : dict of str to int or None, default=None
        Candidates dropped before, to be carried on.
    **smooth : dict
        Parameters of :func:`smooth_gradient`.

    Returns
    -------
    GradientField
        The field; points with a vanishing or undefined gradient are dropped and counted.

    Raises
    ------
    ValueError
        If the gradient vanishes or is undefined at every point.
    """
    values, gradients = view.value(points), smooth_gradient(view, points, scale, **smooth)
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(gradients, axis=1)
    defined = np.isfinite(values) & np.isfinite(lengths)
    if not defined.any():
        raise ValueError(
            f"{view.name} or its gradient is NaN or infinite at all {len(points)} points asked. "
            "Pass rows at which the network is defined, or a smaller smoothing."
        )
    positive = defined & (lengths > 0)
    reference = np.median(lengths[positive]) if positive.any() else 0.0
    keep = defined & (lengths > VANISHING * reference)
    if not keep.any():
        raise ValueError(
            f"The gradient of {view.name} vanishes at all {len(points)} points asked: the "
            "network does not depend on its inputs there, or it is saturated (its slopes "
            "underflow). Try rows nearer the decision boundary, another smoothing, or a network "
            "trained with a larger alpha."
        )
    weights = np.ones(len(points)) if weights is None else weights
    dropped = {
        **(dropped or {}),
        "without a gradient": int((defined & ~keep).sum()),
        "undefined": int((~defined).sum()),
    }
    return GradientField(
        points=points[keep],
        directions=gradients[keep] / lengths[keep, None],
        values=values[keep],
        weights=weights[keep] / weights[keep].sum(),
        scale=scale,
        on_boundary=np.full(int(keep.sum()), bool(on_boundary)),
        lengths=lengths[keep],
        dropped=dropped,
    )


def concatenate_fields(fields, shares):
    """Join fields, each with a given share of the total weight.

    Parameters
    ----------
    fields : sequence of GradientField
        Fields on the same inputs and scale.
    shares : sequence of float
        Weight of each field as a whole.

    Returns
    -------
    GradientField
        All points; weights sum to 1.

    Raises
    ------
    ValueError
        If the shares are not one positive number per field, or the fields differ in scale.
    """
    if len(shares) != len(fields) or not all(share > 0 for share in shares):
        raise ValueError(
            f"shares must be {len(fields)} positive numbers, one per field. "
            f"Got {list(shares)} instead."
        )
    if any(not np.array_equal(one.scale, fields[0].scale) for one in fields):
        raise ValueError(
            "Fields can only be joined when they have the same scale, that of the same rows. "
            f"Got {[one.scale.tolist() for one in fields]} instead."
        )
    total = float(sum(shares))
    weights = [f.weights * share / total for f, share in zip(fields, shares, strict=True)]
    dropped = {}
    for one in fields:
        for why, count in one.dropped.items():
            dropped[why] = dropped.get(why, 0) + count
    joined = {
        name: np.concatenate([getattr(one, name) for one in fields])
        for name in ("points", "directions", "values", "on_boundary", "lengths")
    }
    return GradientField(
        **joined, weights=np.concatenate(weights), scale=fields[0].scale, dropped=dropped
    )
