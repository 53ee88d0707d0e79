"""What the activations of a unit on rows say about it."""

import numpy as np
from scipy.stats import mannwhitneyu

from skinterp.sampling import feature_scale

_SAME = 0.9999  # correlation from which two units are one
_FLAT = 0.02  # of the steepest slope of an activation: below it is saturated
_SATURATED = 0.95  # share of the rows


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
    variance = values.var()
    if variance == 0.0 or not used.any():
        return coef, float(values.mean()), np.nan
    mean = X.mean(axis=0)
    Z = (X - mean)[:, used] / scale[used]
    solution = np.linalg.lstsq(Z, values - values.mean(), rcond=None)[0]
    coef[used] = solution / scale[used]
    residual = values - values.mean() - Z @ solution
    return coef, float(values.mean() - mean @ coef), float(1.0 - residual.var() / variance)


def twins(activations, j):
    """Return the other units that are the same up to scale on the rows."""
    centred = activations - activations.mean(axis=0)
    norms = np.linalg.norm(centred, axis=0)
    if norms[j] == 0.0:
        return ()
    alive = norms > 0
    cosine = np.zeros(len(norms))
    cosine[alive] = centred[:, alive].T @ centred[:, j] / (norms[alive] * norms[j])
    return tuple(k for k in np.flatnonzero(np.abs(cosine) > _SAME).tolist() if k != j)


def is_saturated(layer, before):
    """Return whether an activation is flat at nearly all rows."""
    if layer.activation.name == "identity":
        return False
    slopes = np.abs(layer.activation.derivative(before, layer.activation.value(before)))
    return bool(np.mean(slopes < _FLAT) >= _SATURATED)
