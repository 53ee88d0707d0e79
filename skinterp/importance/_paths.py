"""Mean gradients along a straight line, exact for piecewise-linear networks."""

import numpy as np
from scipy.integrate import quad_vec

from skinterp.network import DenseNetwork, ScalarView

_BENDING = {"identity": 1.0, "relu": 0.0, "leaky_relu": None}
_TOLERANCE = 1e-10


def _layers(network):
    """Return the layers of a network or linear view, or None."""
    if isinstance(network, ScalarView) and network.network.n_outputs == 1:
        network = network.network
    return network.layers if isinstance(network, DenseNetwork) else None


def kinks(layers, start, end):
    """Return where units of a piecewise-linear network switch between two points.

    Parameters
    ----------
    layers : sequence of Layer
        Layers that are identity, ReLU or leaky ReLU.
    start, end : ndarray of shape (n_features,)
        The points.

    Returns
    -------
    ndarray of shape (n_kinks + 2,)
        Shares of the way, ascending, from 0 to 1.
    """
    times, H = np.array([0.0, 1.0]), np.stack([start, end])
    for weights, bias, activation in layers[:-1]:
        Z = H @ weights + bias
        left, right = Z[:-1], Z[1:]
        cross = left * right < 0
        share = left[cross] / (left[cross] - right[cross])
        gap = np.nonzero(cross)[0]
        new = times[gap] + share * (times[gap + 1] - times[gap])
        merged = np.unique(np.concatenate([times, new]))
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
        Exact between kinks of a piecewise-linear network; else to 1e-10 by adaptive quadrature.
    """
    layers = _layers(network)
    if layers is not None and all(layer.activation.name in _BENDING for layer in layers):
        times = kinks(layers, start, end)
        middles = 0.5 * (times[1:] + times[:-1])
        slopes = network.jacobian(start + middles[:, np.newaxis] * (end - start))
        return np.tensordot(np.diff(times), slopes, axes=1)
    return quad_vec(
        lambda t: network.jacobian((start + t * (end - start))[np.newaxis])[0],
        0.0,
        1.0,
        epsabs=_TOLERANCE,
        epsrel=_TOLERANCE,
        limit=10_000,
    )[0]
