"""The gradient field of a scalar view: points, unit directions, values and weights."""

from dataclasses import dataclass, field

import numpy as np
from sklearn.utils import check_random_state

# A gradient shorter than this share of the field's median length has no direction to trust.
VANISHING = 1e-9


@dataclass(frozen=True)
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
        Standard deviation of each input, the unit of the standardised coordinates.
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


def feature_scale(X):
    """Return the standard deviation of each column, 1 where a column is constant.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows in the user's units.

    Returns
    -------
    ndarray of shape (d,)
        Positive scale of each column.
    """
    scale = np.std(X, axis=0)
    negligible = scale <= 1e-12 * np.maximum(1.0, np.abs(X).max(axis=0))
    return np.where(negligible, 1.0, scale)


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
    """
    if smoothing == 0 or n_steps == 0:
        return view.gradient(points) * scale
    steps = check_random_state(random_state).normal(size=(n_steps, points.shape[1]))
    total = np.zeros_like(points, dtype=float)
    for step in steps * smoothing * scale:
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
        The field; points with a vanishing gradient are dropped and counted.

    Raises
    ------
    ValueError
        If the gradient vanishes at every point.
    """
    gradients = smooth_gradient(view, points, scale, **smooth)
    lengths = np.linalg.norm(gradients, axis=1)
    reference = np.median(lengths[lengths > 0]) if (lengths > 0).any() else 0.0
    keep = lengths > VANISHING * reference
    if not keep.any():
        raise ValueError(
            f"The gradient of {view.name} vanishes at all {len(points)} points asked: the "
            "network does not depend on its inputs there, or it is saturated (its slopes "
            "underflow). Try rows nearer the decision boundary, a larger smoothing, or a "
            "network trained with a larger alpha."
        )
    weights = np.ones(len(points)) if weights is None else weights
    dropped = {**(dropped or {}), "without a gradient": int((~keep).sum())}
    return GradientField(
        points=points[keep],
        directions=gradients[keep] / lengths[keep, None],
        values=view.value(points[keep]),
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
    """
    total = float(sum(shares))
    weights = [f.weights * share / total for f, share in zip(fields, shares)]
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
