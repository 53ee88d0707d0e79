"""Scalers: each column moved and multiplied."""

import numpy as np
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from skinterp.network._affine import scaling
from skinterp.network._steps import Step, register_step


def _standard(step):
    scale = 1.0 / step.scale_ if step.scale_ is not None else np.ones(step.n_features_in_)
    return scaling(scale, step.mean_ if step.with_mean else None)


def _robust(step):
    scale = 1.0 / step.scale_ if step.with_scaling else np.ones(step.n_features_in_)
    return scaling(scale, step.center_ if step.with_centering else None)


def _unclipped(step):
    if isinstance(step, MinMaxScaler):
        return scaling(step.scale_, offset=step.min_)
    return scaling(1.0 / step.scale_)


_READ = {StandardScaler: _standard, RobustScaler: _robust}


def _affine(step):
    return next((r(step) for kind, r in _READ.items() if isinstance(step, kind)), None) or (
        _unclipped(step)
    )


def _clips(step):
    return getattr(step, "clip", False)


def _slope(step, X):
    """Return the factors within the limits of the scaled columns, 0 beyond them."""
    affine = _unclipped(step)
    low, high = step.feature_range if isinstance(step, MinMaxScaler) else (-1.0, 1.0)
    Z = affine(X)
    return np.where((low <= Z) & (high >= Z), affine.scale, 0.0)


register_step(
    Step(
        "scaler",
        (StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler),
        affine=_affine,
        slope=lambda step, X: np.broadcast_to(_affine(step).scale, X.shape),
        applies=lambda step: not _clips(step),
    )
)
register_step(
    Step(
        "clipping scaler",
        (MinMaxScaler, MaxAbsScaler),
        slope=_slope,
        undo=lambda step, Z: _unclipped(step).undo(Z),
        applies=_clips,
        accepts="those with clip=True",
    )
)
