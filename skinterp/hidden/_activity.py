"""What the activations of a unit on rows say about it."""

import numpy as np
from scipy.stats import mannwhitneyu

from skinterp.sampling import feature_scale

_SAME = 0.9999  # correlation from which two units are one
_FLAT = 0.02  # of the steepest slope of an activation: below it is saturated
_SATURATED = 0.95  # share of the rows
_CONSTANT = 1e-12  # of the largest value: a smaller range is rounding


def is_constant(values):
    """Return whether values, or the columns of a matrix, are the same on all rows."""
    return np.ptp(values, axis=0) <= _CONSTANT * np.abs(values).max(axis=0)


def selectivity(activations, labels):
    """Return how well a unit tells the class that excites it most from all others, and which."""
    best, preferred = np.nan, None
    for label in np.unique(labels).tolist():
        mine = labels == label
        if not mine.any() or mine.all():
            continue
        statistic = mannwhitneyu(activations[mine], activations[~mine]).statistic
        value = 2.0 * statistic / (mine.sum() * (~mine).sum()) - 1.0
        if not value <= best:
            best, preferred = float(value), label
    return best, preferred


def linear(X, values):
    """Return coefficients, intercept and R2 of least squares; without any for a constant unit."""
    scale = feature_scale(X)
    used = scale > 0
    coef = np.zeros(X.shape[1])
    if is_constant(values) or not used.any():
        return coef, float(values.mean()), np.nan
    mean = X.mean(axis=0)
    Z = (X - mean)[:, used] / scale[used]
    solution = np.linalg.lstsq(Z, values - values.mean(), rcond=None)[0]
    coef[used] = solution / scale[used]
    residual = values - values.mean() - Z @ solution
    return coef, float(values.mean() - mean @ coef), float(1.0 - residual.var() / values.var())


def twins(activations, j):
    """Return the other units that are the same up to scale on the rows."""
    alive = ~is_constant(activations)
    if not alive[j]:
        return ()
    centred = activations - activations.mean(axis=0)
    norms = np.linalg.norm(centred, axis=0)
    cosine = np.zeros(len(norms))
    cosine[alive] = centred[:, alive].T @ centred[:, j] / (norms[alive] * norms[j])
    return tuple(k for k in np.flatnonzero(np.abs(cosine) > _SAME).tolist() if k != j)


def _slopes(activation, inputs):
    return np.abs(activation.derivative(inputs, activation.value(inputs)))


def is_saturated(activation, inputs):
    """Return whether an activation is flat at nearly all rows."""
    if activation.name in ("identity", "exp"):  # nowhere flat, nowhere steepest
        return False
    steepest = _slopes(activation, np.linspace(-5.0, 5.0, 1001)).max()
    return bool(np.mean(_slopes(activation, inputs) < _FLAT * steepest) >= _SATURATED)
