"""The affine functions that a network is on its linear regions, many regions at a time."""

import numpy as np

from skinterp.exact.pieces._activation_patterns import unique_patterns

_BLOCK_FLOATS = 2**22  # numbers held at a time: 32 MB


def _blocks(n_rows, floats_per_row):
    step = max(1, _BLOCK_FLOATS // floats_per_row)
    return (slice(start, start + step) for start in range(0, n_rows, step))


def output_maps(pieces, patterns):
    """Return the outputs as affine functions of the inputs, for each activation pattern.

    ``coef = W_0 D_0 W_1 D_1 ... W_L``, with D_l the slopes (1, or that of the negative side) of
    the units of layer l in the pattern.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    patterns : ndarray of bool of shape (n_patterns, n_units)
        Which hidden units are on.

    Returns
    -------
    coef : ndarray of shape (n_patterns, n_outputs, d)
        Derivatives by the inputs.
    intercept : ndarray of shape (n_patterns, n_outputs)
        Values at the origin.
    """
    n_outputs, d = pieces.weights[-1].shape[1], len(pieces.weights[0])
    coef = np.empty((len(patterns), n_outputs, d))
    intercept = np.empty((len(patterns), n_outputs))
    widest = max(len(weights) for weights in pieces.weights)
    for block in _blocks(len(patterns), n_outputs * widest):
        coef[block], intercept[block] = _block_maps(pieces, patterns[block])
    return coef, intercept


def _block_maps(pieces, patterns):
    coef = np.broadcast_to(pieces.weights[-1].T, (len(patterns), *pieces.weights[-1].T.shape))
    intercept = np.broadcast_to(pieces.biases[-1], coef.shape[:2])
    for layer in range(len(pieces.slopes) - 1, -1, -1):
        on = patterns[:, pieces.starts[layer] : pieces.starts[layer + 1]]
        coef = coef * np.where(on, 1.0, pieces.slopes[layer])[:, np.newaxis]
        intercept = intercept + coef @ pieces.biases[layer]
        coef = coef @ pieces.weights[layer].T
    return coef, intercept


def unit_map(pieces, layer, unit, pattern):
    """Return slopes and offset of a unit's pre-activation, under the pattern of the layers before.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    layer : int
        Index of the hidden layer.
    unit : int
        Index of the unit in it.
    pattern : ndarray of bool of shape (n_units,)
        Which units are on; those of later layers are not looked at.

    Returns
    -------
    slopes : ndarray of shape (d,)
        Derivative by each input.
    offset : float
        Value at the origin.
    """
    starts = pieces.starts
    slopes, offset = pieces.weights[layer][:, unit], pieces.biases[layer][unit]
    for k in range(layer - 1, -1, -1):
        on = pattern[starts[k] : starts[k + 1]]
        slopes = slopes * np.where(on, 1.0, pieces.slopes[k])
        offset = offset + pieces.biases[k] @ slopes
        slopes = pieces.weights[k] @ slopes
    return slopes, offset


def evaluate(X, coef, intercept, index):
    """Return the affine function of each row's region.

    Parameters
    ----------
    X : ndarray of shape (n_samples, d)
        Rows.
    coef : ndarray of shape (n_regions, n_outputs, d)
        Derivatives.
    intercept : ndarray of shape (n_regions, n_outputs)
        Values at the origin.
    index : ndarray of int of shape (n_samples,)
        Region of each row.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        Values.
    """
    result = np.empty((len(X), intercept.shape[1]))
    for rows in _blocks(len(X), coef[0].size):
        result[rows] = np.einsum("ij,ikj->ik", X[rows], coef[index[rows]]) + intercept[index[rows]]
    return result


def evaluate_unseen(pieces, X):
    """Return the outputs for any rows, each region's function computed on the way.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    X : ndarray of shape (n_samples, d)
        Rows.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        Values.
    """
    result = np.empty((len(X), pieces.weights[-1].shape[1]))
    patterns = pieces.patterns(X)
    for rows in _blocks(len(X), result.shape[1] * X.shape[1]):
        seen, index, _ = unique_patterns(patterns[rows])
        result[rows] = evaluate(X[rows], *output_maps(pieces, seen), index)
    return result
