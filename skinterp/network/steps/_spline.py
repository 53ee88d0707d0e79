"""`SplineTransformer`: B-splines of each column, with the derivative of every extrapolation."""

import numpy as np
from sklearn.preprocessing import SplineTransformer

from skinterp.network._steps import Step, nameless, register_step


def _limits(step, j):
    """Return where the extrapolation of a column begins.

    Of degree 0 and 1, scikit-learn's (1.9) "linear" begins later in all columns but the first.
    """
    knots, degree = step.bsplines_[j].t, step.degree
    if step.extrapolation == "linear" and degree < 2:
        degree = min(degree + j, 2)
    return knots[degree], knots[-degree - 1]


def _value(step, X):
    """Return the splines; NaN beyond the knots where the step refuses rows there."""
    if step.extrapolation != "error":
        found = step.transform(np.array(X))
        return found.toarray() if hasattr(found, "toarray") else found
    low, high = np.transpose([_limits(step, j) for j in range(X.shape[1])])
    clipped = nameless(step).transform(np.clip(X, low, high))
    clipped = clipped.toarray() if hasattr(clipped, "toarray") else clipped
    outside = np.repeat((low > X) | (high < X), clipped.shape[1] // X.shape[1], axis=1)
    return np.where(outside, np.nan, clipped)


def _slopes(step, x, j):
    """Return the derivatives (n, n_splines) of the splines of one column."""
    spline, (low, high) = step.bsplines_[j], _limits(step, j)
    if step.extrapolation == "periodic":
        return spline(low + (x - low) % (high - low), nu=1)
    if step.extrapolation == "continue":
        return spline(x, nu=1)
    slopes, order = spline(np.clip(x, low, high), nu=1), np.arange(spline.c.shape[1])
    below, above = (x < low)[:, np.newaxis], (x > high)[:, np.newaxis]
    if step.extrapolation == "linear":  # of the splines that reach the limits
        reach = max(2, step.degree)
        flat = (below & (order >= reach)) | (above & (order < len(order) - reach))
        return np.where(flat, 0.0, slopes)
    return np.where(below | above, np.nan if step.extrapolation == "error" else 0.0, slopes)


def _pull(step, X, cotangent):
    width = cotangent.shape[1] // X.shape[1]  # without the last spline if include_bias=False
    gradient = np.empty(X.shape)
    for j in range(X.shape[1]):
        part = cotangent[:, j * width : (j + 1) * width]
        gradient[:, j] = (part * _slopes(step, X[:, j], j)[:, :width]).sum(axis=1)
    return gradient


def _undo(step, Z):
    """Return points between the knots."""
    low, high = np.transpose([_limits(step, j) for j in range(len(step.bsplines_))])
    return np.random.RandomState(0).uniform(low, high, size=(len(Z), len(low)))


register_step(Step("spline", (SplineTransformer,), pull=_pull, value=_value, undo=_undo))
