"""Boxes of inputs, and coordinates in which a box reaches from -1 to 1."""

from typing import NamedTuple

import numpy as np

from skinterp.utils._validation import refuse_another_order

_WIDEN = 1e-6  # of its size, added around a constant column to make a box of it
_MOST_LISTED = 30  # inputs named by an error


class Box(NamedTuple):
    """A box of inputs, whose sides may be infinite.

    Parameters
    ----------
    lower, upper : ndarray of shape (d,)
        Bounds.
    """

    lower: np.ndarray
    upper: np.ndarray

    @property
    def is_finite(self):
        """Whether all bounds are finite."""
        return bool(np.isfinite(self.lower).all() and np.isfinite(self.upper).all())

    def contains(self, X):
        """Return which rows (n, d) lie in the box."""
        return ((self.lower <= X) & (self.upper >= X)).all(axis=1)

    def refuse_outside(self, X, names, of="All rows of X"):
        """Refuse rows (n, d) outside the box, whose inputs have names."""
        outside = (self.lower > X) | (self.upper < X)
        if outside.any():
            j = int(outside.any(axis=0).argmax())
            value = f"{X[outside[:, j], j][0]:g} in {names[j]!r}"
            got = f"{value} instead"
            if len(X) > 1:
                n_outside = f"{outside.any(axis=1).sum()} of {len(X)} rows outside"
                got = f"{n_outside} instead, such as {value}"
            raise ValueError(
                f"{of} must lie in the box. Got {got}, which goes from {self.lower[j]:g} to "
                f"{self.upper[j]:g}."
            )


def checked_box(box, X=None, *, names, flat=False):
    """Return the box that a user asks for.

    Parameters
    ----------
    box : None, "unbounded" or (lower, upper)
        None is the range of X, where a constant column is widened by a millionth of its size;
        bounds are numbers or arrays of shape (n_features,).
    X : ndarray of shape (n_samples, n_features) or None, default=None
        Rows, if there are any.
    names : sequence of str
        Names of the inputs.
    flat : bool, default=False
        Whether the bounds of an input may be equal.

    Returns
    -------
    Box
        The box.
    """
    n_features = len(names)
    if isinstance(box, str) and box == "unbounded":
        return Box(np.full(n_features, -np.inf), np.full(n_features, np.inf))
    if box is None and X is not None:
        lower, upper = X.min(axis=0), X.max(axis=0)
        widen = np.where(lower == upper, _WIDEN * np.maximum(1.0, np.abs(lower)), 0.0)
        return Box(lower - widen, upper + widen)
    for side in box if isinstance(box, tuple | list) else ():
        refuse_another_order(side, names, "The bounds of box")
    try:
        lower, upper = (np.broadcast_to(np.asarray(side, dtype=float), n_features) for side in box)
    except (TypeError, ValueError):
        allowed = "None, 'unbounded' or " if X is not None else ""
        listed = ", ".join([*names[:_MOST_LISTED], *["..."] * (n_features > _MOST_LISTED)])
        raise ValueError(
            f"box must be {allowed}a pair (lower, upper) of numbers or of arrays of shape "
            f"({n_features},), one bound for each of {listed}. Got {box!r} instead."
        ) from None
    bad = ~((lower <= upper) if flat else (lower < upper))
    if bad.any():
        j = int(bad.argmax())
        order = "not be above" if flat else "be below"
        raise ValueError(
            f"The lower bounds of box must {order} the upper ones. Got {lower[j]:g} and "
            f"{upper[j]:g} for {names[j]!r} instead."
        )
    return Box(lower, upper)


class BoxCoordinates(NamedTuple):
    """Coordinates u of a box: ``x = middle + half * u``, u in [-1, 1] where it is bounded.

    Parameters
    ----------
    middle, half : ndarray of shape (d,)
        Middle and half the width of the box.
    bounds : ndarray of shape (d, 2)
        Bounds of u: -1 and 1, or infinite.
    """

    middle: np.ndarray
    half: np.ndarray
    bounds: np.ndarray

    @classmethod
    def of_box(cls, box, scale):
        """Return the coordinates of a box; where it is unbounded `scale` takes its width."""
        lower, upper = box
        bounded = np.isfinite(lower) & np.isfinite(upper)
        low, high = np.where(bounded, lower, 0.0), np.where(bounded, upper, 0.0)
        middle, half = 0.5 * (low + high), np.where(bounded, 0.5 * (high - low), scale)
        bounds = np.column_stack([(lower - middle) / half, (upper - middle) / half])
        return cls(middle, half, bounds)

    def points(self, u):
        """Return points (n, d) of the coordinates as inputs."""
        return u * self.half + self.middle

    def inwards(self, slopes, offset):
        """Return slopes (d, ...) and offset of affine functions of x as functions of u."""
        return (slopes.T * self.half).T, offset + self.middle @ slopes

    def outwards(self, slopes, offset):
        """Return slopes (d, ...) and offset of affine functions of u as functions of x."""
        slopes = (slopes.T / self.half).T
        return slopes, offset - self.middle @ slopes
