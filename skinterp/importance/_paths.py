"""Mean gradients along a straight line, exact for piecewise-linear networks."""

import warnings

import numpy as np
from scipy.integrate import quad_vec
from sklearn.exceptions import ConvergenceWarning

from skinterp.network import DenseNetwork, ScalarView

_EXACT = {"epsabs": 1e-10, "epsrel": 1e-10, "limit": 10_000}  # options of quadrature
_ROUGH = {"epsabs": 1e-6, "epsrel": 1e-6, "limit": 500}  # of slopes that are differences


def kinks(layers, start, end):
    """Return where units of a piecewise-linear network switch between two points.

    Parameters
    ----------
    layers : sequence of Layer
        Layers of piecewise-linear activations.
    start, end : ndarray of shape (n_features,)
        The points.

    Returns
    -------
    ndarray of shape (n_kinks + 2,)
        Shares of the way, ascending, from 0 to 1.
    """
    times, H = np.array([0.0, 1.0]), np.stack([start, end])
    for weights, bias, activation in layers:
        Z = H @ weights + bias
        found = [times]
        for bend in activation.bends:
            left, right = Z[:-1] - bend, Z[1:] - bend
            cross = left * right < 0
            share = left[cross] / (left[cross] - right[cross])
            gap = np.nonzero(cross)[0]
            found.append(times[gap] + share * (times[gap + 1] - times[gap]))
        merged = np.unique(np.concatenate(found))
        # pre-activations are affine between the old times
        Z = np.stack([np.interp(merged, times, column) for column in Z.T], axis=1)
        times, H = merged, activation.value(Z)
    return times


def mean_gradient(network, start, end):
    """Return the mean of the Jacobian on the line between two points.

    Parameters
    ----------
    network : Network
        The network.
    start, end : ndarray of shape (n_features,)
        The points.

    Returns
    -------
    ndarray of shape (n_outputs, n_features)
        Exact between kinks of a piecewise-linear network; else by adaptive quadrature, to 1e-10 of
        the largest slope, or 1e-6 where slopes are differences.

    Warns
    -----
    ConvergenceWarning
        If this is not reached.
    """
    inner, points = network.network if isinstance(network, ScalarView) else network, None
    is_dense = isinstance(inner, DenseNetwork)
    if is_dense and all(layer.activation.bends is not None for layer in inner.layers):
        points = kinks(inner.layers, start, end)
        if inner is network or inner.n_outputs == 1:
            middles = 0.5 * (points[1:] + points[:-1])
            slopes = network.jacobian(start + middles[:, np.newaxis] * (end - start))
            return np.tensordot(np.diff(points), slopes, axes=1)
    return _integrate(network, start, end, points, _EXACT if is_dense else _ROUGH)


def _integrate(network, start, end, points, options):
    """Return the mean of the Jacobian by adaptive quadrature between points."""

    def slopes(times):
        return network.jacobian(start + np.atleast_1d(times)[:, np.newaxis] * (end - start))

    scale = np.abs(slopes(np.linspace(0.0, 1.0, 9))).max() or 1.0
    mean, error, info = quad_vec(
        lambda t: slopes(t)[0] / scale, 0.0, 1.0, points=points, full_output=True, **options
    )
    if not info.success:
        warnings.warn(
            f"Mean slopes on the line are known to {error:.1g} of the largest slope only: slopes "
            "jump on it, or are not precise enough.",
            ConvergenceWarning,
            stacklevel=4,
        )
    return mean * scale
