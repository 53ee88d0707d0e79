"""`PowerTransformer` and `QuantileTransformer`: columns brought to another distribution."""

import numpy as np
from scipy import stats
from scipy.special import boxcox
from sklearn.preprocessing import PowerTransformer, QuantileTransformer

from skinterp.network._steps import Step, nameless, quiet, register_step, transform
from skinterp.utils._sklearn import scaler_behind

_ROUNDING = 1e-14
_BOUND = 1e-7  # of the quantiles, beyond which scikit-learn clips a normal output


def _power_value(step, X):
    """Return the transformed columns; NaN where Box-Cox has no value."""
    if step.method != "box-cox":
        return step.transform(np.array(X))
    with quiet():
        Z = np.where(X > 0.0, boxcox(np.where(X > 0.0, X, 1.0), step.lambdas_), np.nan)
    scaler = scaler_behind(step)
    return Z if scaler is None else scaler.transform(Z)


def _power_slope(step, X):
    scaler = scaler_behind(step)
    scale = 1.0 if scaler is None else 1.0 / scaler.scale_
    with quiet():
        if step.method == "box-cox":
            return np.where(X > 0.0, np.abs(X) ** (step.lambdas_ - 1.0), np.nan) * scale
        power = np.where(X >= 0.0, step.lambdas_ - 1.0, 1.0 - step.lambdas_)
        return (1.0 + np.abs(X)) ** power * scale


def _power_undo(step, Z):
    with quiet():
        X = nameless(step).inverse_transform(Z)
    return np.where(np.isfinite(X), X, 1.0)


def _interpolated_slope(x, quantiles, references):
    """Return the slope of the piece of an interpolation that each point lies in, on the right."""
    step = np.diff(quantiles)
    slopes = np.divide(np.diff(references), step, out=np.zeros_like(step), where=step > 0.0)
    piece = np.searchsorted(quantiles, x, side="right") - 1
    inside = (piece >= 0) & (piece < len(slopes))
    return np.where(inside, slopes[np.clip(piece, 0, len(slopes) - 1)], 0.0)


def _snapped(step, X):
    """Return numbers, those equal to a quantile but for rounding as the quantile itself.

    Where quantiles are repeated the step jumps, and scalers in front of it may round otherwise.
    """
    found = X.copy()
    for j, quantiles in enumerate(step.quantiles_.T):
        place = np.clip(np.searchsorted(quantiles, X[:, j]), 1, len(quantiles) - 1)
        for near in (quantiles[place - 1], quantiles[place]):
            close = np.abs(X[:, j] - near) <= _ROUNDING * (np.abs(near) + np.ptp(quantiles))
            close &= quantiles[place] != X[:, j]
            found[close, j] = near[close]
    return found


def _quantile_value(step, X):
    return transform(step, _snapped(step, X))


def _quantile_slope(step, X):
    slopes, X = np.empty(X.shape), _snapped(step, X)
    for j, quantiles in enumerate(step.quantiles_.T):
        slopes[:, j] = _interpolated_slope(X[:, j], quantiles, step.references_)
    if step.output_distribution == "normal":
        Z = step.transform(np.array(X))
        inside = np.abs(Z) < stats.norm.ppf(1.0 - 2.0 * _BOUND)
        slopes = np.where(inside, slopes / stats.norm.pdf(Z), 0.0)
    return slopes


def _quantile_undo(step, Z):
    if step.output_distribution == "uniform":
        Z = np.where((Z >= 0.0) & (Z <= 1.0), Z, stats.norm.cdf(Z))
    return nameless(step).inverse_transform(Z)


register_step(
    Step("power", (PowerTransformer,), slope=_power_slope, value=_power_value, undo=_power_undo)
)
register_step(
    Step(
        "quantile",
        (QuantileTransformer,),
        slope=_quantile_slope,
        value=_quantile_value,
        undo=_quantile_undo,
        jumps=True,
    )
)
