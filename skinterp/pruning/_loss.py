"""The loss of a pruned network against the whole one: value, gradient and curvature."""

import numpy as np
from scipy.special import expit, log_softmax, softmax


def _inverse_variances(values):
    variance = values.var(axis=0)
    return 1.0 / np.where(variance > 0.0, variance, 1.0)


def loss_and_signal(raw, target, task):
    """Return the loss against another network's raw values, and its gradient.

    Parameters
    ----------
    raw, target : ndarray of shape (n_samples, n_outputs)
        Raw values, and those to agree with.
    task : str
        Cross-entropy between probabilities for classifiers; else squares over the variance.

    Returns
    -------
    loss : float
        Mean over rows.
    signal : ndarray of shape (n_samples, n_outputs)
        Gradient by `raw`.
    """
    n = len(raw)
    if task == "regression":
        weight = _inverse_variances(target)
        return 0.5 * float((weight * (raw - target) ** 2).sum()) / n, weight * (raw - target) / n
    if task == "multiclass":
        p = softmax(target, axis=1)
        return -float((p * log_softmax(raw, axis=1)).sum()) / n, (softmax(raw, axis=1) - p) / n
    p = expit(target)
    loss = np.logaddexp(0.0, raw) - p * raw
    return float(loss.sum()) / n, (expit(raw) - p) / n


def curvature(raw, task):
    """Return the diagonal of the second derivative of the loss by the outputs.

    Parameters
    ----------
    raw : ndarray of shape (n_samples, n_outputs)
        Raw values.
    task : str
        That of the network.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        p (1 - p) for classifiers, with p the probabilities; else 1 / variance of the output.
    """
    if task == "regression":
        return np.broadcast_to(_inverse_variances(raw), raw.shape)
    p = softmax(raw, axis=1) if task == "multiclass" else expit(raw)
    return p * (1.0 - p)
