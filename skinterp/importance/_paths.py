"""Mean gradients along a straight line, exact for piecewise-linear networks."""

import warnings

import numpy as np
from scipy.integrate import quad_vec
from sklearn.exceptions import ConvergenceWarning

from skinterp.network import DenseNetwork, ScalarView

_EXACT = {"epsabs": 1e-10, "epsrel": 1e-10, "limit": 10_000}  # options of quadrature
_ROUGH = {"epsabs": 1e-6, "epsrel": 1e-6, "limit": 500}  # of slopes that are differences
_GAP = {1e-10: 1e-6, 1e-6: 1e-4}  # between the sum and the difference of outputs, of their sizes
_N_EVEN, _SHARP = 65, 0.3  # points of a grid; part of the way of an output between two of them
_HALVINGS, _SHORTEST = 60, 1e-14  # of intervals; share of the line


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


def _dense_of(network):
    """Return the dense network behind a network or a view, None if there is none."""
    inner = network.network if isinstance(network, ScalarView) else network
    return inner if isinstance(inner, DenseNetwork) else None


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
    inner, points = _dense_of(network), None
    if inner is not None and all(layer.activation.bends is not None for layer in inner.layers):
        points = kinks(inner.layers, start, end)
        if inner is network or inner.n_outputs == 1:
            middles = 0.5 * (points[1:] + points[:-1])
            slopes = network.jacobian(start + middles[:, np.newaxis] * (end - start))
            return np.tensordot(np.diff(points), slopes, axes=1)
    return _integrate(network, start, end, points, _ROUGH if inner is None else _EXACT)


def _sharp_times(network, start, end, times):
    """Return where outputs or units change so fast that quadrature might step over it, if at all.

    Intervals of a grid on which one makes a large part of its way are halved until none is left,
    or they are as short as rounding allows. Ends of those that were halved are returned, or None.
    """
    kept: list = []
    for _ in range(_HALVINGS):
        values = _all_values(network, start + times[:, np.newaxis] * (end - start))
        rises = np.abs(np.diff(values, axis=0))
        way = rises.sum(axis=0)
        is_sharp = (rises > _SHARP * way).any(axis=1) & (way.max() > 0.0)
        is_sharp &= np.diff(times) > _SHORTEST
        if not is_sharp.any():
            break
        left, right = times[:-1][is_sharp], times[1:][is_sharp]
        kept += [left, right]
        times = np.sort(np.concatenate([times, 0.5 * (left + right)]))
    return np.unique(np.concatenate(kept)) if kept else None


def _all_values(network, rows):
    """Return the outputs at rows, beside the units of a dense network: (n, n_values)."""
    inner, H, values = _dense_of(network), rows, []
    for weights, bias, activation in () if inner is None else inner.layers:
        H = activation.value(H @ weights + bias)
        values.append(H)
    return np.concatenate([*values, network.raw_values(rows)], axis=1)


def _grid(network, start, end):
    """Return shares of the way: evenly spaced, and where units of the first layer are at 0."""
    even = np.linspace(0.0, 1.0, _N_EVEN)
    inner = _dense_of(network)
    if inner is None:
        return even
    first, last = np.stack([start, end]) @ inner.layers[0].weights + inner.layers[0].bias
    cross = first * last < 0
    return np.union1d(even, first[cross] / (first[cross] - last[cross]))


def _integrate(network, start, end, points, options):
    """Return the mean of the Jacobian by adaptive quadrature between points."""

    def slopes(times):
        return network.jacobian(start + np.atleast_1d(times)[:, np.newaxis] * (end - start))

    sharp = _sharp_times(network, start, end, _grid(network, start, end))
    if sharp is not None:
        points = sharp if points is None else np.union1d(points, sharp)
    some = np.linspace(0.0, 1.0, 9) if points is None else points
    scale = np.abs(slopes(some)).max() or 1.0
    mean, error, info = quad_vec(
        lambda t: slopes(t)[0] / scale, 0.0, 1.0, points=points, full_output=True, **options
    )
    mean = mean * scale
    parts = mean * (end - start)
    rise = np.diff(network.raw_values(np.stack([start, end])), axis=0)[0]
    gap = np.abs(parts.sum(axis=1) - rise).max()
    allowed = _GAP[options["epsabs"]] * (np.abs(rise).max() + np.abs(parts).sum(axis=1).max())
    said = ""
    if not info.success:
        said = f"Mean slopes on the line are known to {error:.1g} of the largest slope only"
    elif gap > allowed:
        said = "Mean slopes on the line are not exact"
    if said:
        warnings.warn(
            f"{said}: slopes jump on it, or are not precise enough. What they add up to is "
            f"{gap:.2g} beside the difference of the outputs.",
            ConvergenceWarning,
            stacklevel=4,
        )
    return mean
