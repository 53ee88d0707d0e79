"""Quantities through which a function acts: its gradient runs along theirs, up or down."""

import numpy as np

from skinterp.matching._directions import _eigen, _forms
from skinterp.matching._profiles import unit_weights

N_REWEIGHTINGS = 4


def line_loss(directions, gradients, weights):
    """Return half the mean squared sine between two gradient fields, their signs free everywhere.

    ``sum_i w_i sin^2(u_i, grad s_i) / 2``: for ``g = f(s)`` it is 0 even where f rises and falls.

    Parameters
    ----------
    directions : ndarray of shape (n, d)
        Unit vectors.
    gradients : ndarray of shape (n, d)
        Gradients of s, of any length; a point where they vanish counts as wrong.
    weights : ndarray of shape (n,)
        Trust in each point, summing to 1.

    Returns
    -------
    float
        0 for parallel fields.
    """
    squared = np.einsum("ij,ij->i", gradients, gradients)
    along = np.einsum("ij,ij->i", directions, gradients) ** 2
    cosine = np.divide(along, squared, out=np.zeros_like(along), where=squared > 0)
    return float(0.5 * max(0.0, 1.0 - weights @ cosine))


def line_ratio(directions, first, second, weights):
    """Return c for which the gradient of ``s + c*t`` runs along given lines best.

    The smaller generalised eigenvalue of the forms of misalignment and length, reweighted to
    unit gradients.

    Parameters
    ----------
    directions : ndarray of shape (n, d)
        Unit vectors.
    first, second : ndarray of shape (n, d)
        Gradients of s and t.
    weights : ndarray of shape (n,)
        Trust in each point, summing to 1.

    Returns
    -------
    float
        c; not finite if s or t alone do as well.
    """
    gradients = np.stack([first, second])
    lengths = np.sqrt(np.einsum("knd,knd->kn", gradients, gradients) @ weights)
    if not (lengths > 0).all():
        return np.inf
    gradients, w, nowhere = (
        gradients / lengths[:, None, None],
        weights,
        np.zeros(len(weights), bool),
    )
    along, values = np.einsum("nd,knd->kn", directions, gradients), np.zeros((len(weights), 2))
    for _ in range(N_REWEIGHTINGS):
        coefficients = _eigen(*_forms(gradients, along, values, w, nowhere))[1][:, 0]
        combined = np.tensordot(coefficients, gradients, 1)
        squared = np.einsum("ij,ij->i", combined, combined)
        w = unit_weights(weights, squared)
    with np.errstate(all="ignore"):
        return float(coefficients[1] / coefficients[0] * lengths[0] / lengths[1])
