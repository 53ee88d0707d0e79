"""An additive model of a concept in closed form: one smooth profile per component."""

from typing import NamedTuple

import numpy as np
from scipy.interpolate import BSpline

from skinterp.matching._directions import _eigen, _forms
from skinterp.matching._losses import direction_loss

N_FUNCTIONS, DEGREE = 8, 3
SMOOTHNESS, N_REWEIGHTINGS, FLOOR = 1e-3, 6, 1e-2


class Profiles(NamedTuple):
    """An additive model ``g = sum_k f_k(s_k)`` of a gradient field.

    Parameters
    ----------
    loss : float
        :func:`direction_loss` of the model.
    slopes : tuple of ndarray of shape (n,)
        ``f_k'`` at the field's points, each in units of its component.
    weights : ndarray of shape (n,)
        Trust in each point, divided by the squared gradient of the model.
    shares : ndarray of shape (k,)
        Mean squared gradients of the components, as shares of their sum.
    """

    loss: float
    slopes: tuple
    weights: np.ndarray
    shares: np.ndarray


def spline_basis(s):
    """Return cubic splines with knots at quantiles, and their first two derivatives.

    Parameters
    ----------
    s : ndarray of shape (n,)
        Values.

    Returns
    -------
    values, slopes, bends : ndarray of shape (n, m)
        The functions without the first one (a constant is no part of a profile); one straight
        line where there are few values.
    """
    low, high = float(s.min()), float(s.max())
    inner = np.quantile(s, np.linspace(0, 1, N_FUNCTIONS - DEGREE + 1)[1:-1])
    inner = np.unique(inner[(inner > low) & (inner < high)])
    spread = float(s.std()) or 1.0
    if len(inner) < 2 or np.ptp(s) == 0.0:
        return (s / spread)[:, None], np.full((len(s), 1), 1.0 / spread), np.zeros((len(s), 1))
    knots = np.concatenate([[low] * (DEGREE + 1), inner, [high] * (DEGREE + 1)])
    spline = BSpline(knots, np.eye(len(knots) - DEGREE - 1), DEGREE)
    slope = spline.derivative()
    return spline(s)[:, 1:], slope(s)[:, 1:], slope.derivative()(s)[:, 1:]


def line_basis(values, slopes):
    """Return the basis of a component whose profile is a given function of it."""
    return values[:, None], slopes[:, None], np.zeros((len(values), 1))


def additive_profiles(field, bases, gradients):
    """Fit an additive model to the directions of a gradient field.

    Parameters
    ----------
    field : GradientField
        The field.
    bases : sequence of tuple of ndarray
        Values, slopes and second derivatives (n, m_k) of the functions of each component, as
        :func:`spline_basis` returns them.
    gradients : sequence of ndarray of shape (n, d)
        Gradients of the components in standardised coordinates.

    Returns
    -------
    Profiles
        The model of the smallest loss in six reweightings.
    """
    values = np.concatenate([basis[0] for basis in bases], axis=1)
    used = np.any([gradient.any(axis=0) for gradient in gradients], axis=0)
    directions = field.directions[:, used]
    stacked = np.concatenate(
        [basis[1].T[:, :, None] * gradient[:, used] for basis, gradient in zip(bases, gradients)]
    )
    lengths = np.sqrt(np.einsum("knd,knd->kn", stacked, stacked) @ field.weights)
    lengths = np.where(lengths > 0, lengths, 1.0)
    values, stacked = values / lengths, stacked / lengths[:, None, None]
    along = np.einsum("nd,knd->kn", directions, stacked)
    penalty = _penalty(bases, lengths)
    weights, best = field.weights, None
    for _ in range(N_REWEIGHTINGS):
        A, B = _forms(stacked, along, values, weights, field.on_boundary)
        A = A + SMOOTHNESS * penalty * np.trace(B) / len(bases)
        coefficients = _eigen(A, B)[1][:, 0]
        combined = np.tensordot(coefficients, stacked, 1)
        loss = direction_loss(directions, combined, field.weights)
        squared = np.einsum("ij,ij->i", combined, combined)
        weights = unit_weights(field.weights, squared)
        if best is None or loss < best[0]:
            best = loss, coefficients, weights
    return _profiles(field, bases, gradients, best, lengths)


def unit_weights(weights, squared):
    """Return weights that make gradients count as if they were as long, up to a floor.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        Trust in each point.
    squared : ndarray of shape (n,)
        Squared lengths of the gradients.

    Returns
    -------
    ndarray of shape (n,)
        Weights, summing to 1.
    """
    weights = weights / (squared + FLOOR * np.median(squared) + 1e-300)
    return weights / weights.sum()


def _penalty(bases, lengths):
    """Return the curvature of the profiles as a quadratic form, of trace 1 for each."""
    size = sum(basis[0].shape[1] for basis in bases)
    penalty, k = np.zeros((size, size)), 0
    for _, _, bends in bases:
        m = bends.shape[1]
        bends = bends / lengths[k : k + m]
        bends = bends / (np.abs(bends).max() or 1.0)  # of any unit: squares do not overflow
        block = bends.T @ bends
        trace = np.trace(block)
        penalty[k : k + m, k : k + m] = block / trace if trace > 0 else 0.0
        k += m
    return penalty


def _profiles(field, bases, gradients, best, lengths):
    loss, coefficients, weights = best
    coefficients, slopes, energies, k = coefficients / lengths, [], [], 0
    for (_, by_s, _), gradient in zip(bases, gradients):
        slope = by_s @ coefficients[k : k + by_s.shape[1]]
        slopes.append(slope)
        energies.append(float(weights @ (slope**2 * np.einsum("ij,ij->i", gradient, gradient))))
        k += by_s.shape[1]
    total = sum(energies) or 1.0
    return Profiles(float(loss), tuple(slopes), weights, np.array(energies) / total)
