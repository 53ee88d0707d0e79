"""`Normalizer`, `RBFSampler` and `Nystroem`: smooth functions of whole rows."""

import numpy as np
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.preprocessing import Normalizer

from skinterp.network._steps import Step, register_step


def _pull_normalizer(step, X, cotangent):
    """Return ``(c - d|x| (y . c)) / |x|`` with ``y = x / |x|``; rows of 0 stay as they are."""
    size = np.abs(X)
    if step.norm == "l2":
        norm = np.sqrt((X**2).sum(axis=1, keepdims=True))
        slope = X / np.where(norm > 0.0, norm, 1.0)
    elif step.norm == "l1":
        norm, slope = size.sum(axis=1, keepdims=True), np.sign(X)
    else:
        norm = size.max(axis=1, keepdims=True)
        slope = np.sign(X) * (np.arange(X.shape[1]) == size.argmax(axis=1)[:, np.newaxis])
    safe = np.where(norm > 0.0, norm, 1.0)
    along = (X * cotangent).sum(axis=1, keepdims=True) / safe
    return (cotangent - slope * along) / safe


def _pull_sampler(step, X, cotangent):
    height = np.sqrt(2.0 / step.n_components)
    slopes = -height * np.sin(X @ step.random_weights_ + step.random_offset_)
    return (cotangent * slopes) @ step.random_weights_.T


def _pull_nystroem(step, X, cotangent):
    gamma = 1.0 / X.shape[1] if step.gamma is None else step.gamma
    points = step.components_
    apart = (X**2).sum(axis=1)[:, np.newaxis] + (points**2).sum(axis=1) - 2.0 * X @ points.T
    weights = (cotangent @ step.normalization_) * np.exp(-gamma * np.maximum(apart, 0.0))
    return -2.0 * gamma * (X * weights.sum(axis=1, keepdims=True) - weights @ points)


register_step(Step("normalizer", (Normalizer,), pull=_pull_normalizer, undo=lambda step, Z: Z))
register_step(Step("random kernel features", (RBFSampler,), pull=_pull_sampler))
register_step(
    Step(
        "kernel features",
        (Nystroem,),
        pull=_pull_nystroem,
        undo=lambda step, Z: step.components_[np.arange(len(Z)) % len(step.components_)],
        applies=lambda step: step.kernel == "rbf",
        accepts='Nystroem(kernel="rbf")',
    )
)
