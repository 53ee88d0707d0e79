"""Shares of the inputs in what units do beyond reference rows: secants instead of slopes.

The Rescale rule: the change of a unit is the secant of its activation times the change of what
goes in, from a reference row to the row. Products of secants and weights along all paths give
shares of the inputs that add up to the change of the output exactly, at any depth. Of one hidden
layer they are integrated gradients.
"""

import numpy as np

_BLOCK_FLOATS = 2**21
_NEAR = 1e-6  # of the size of what goes in: the slope in the middle is the secant there


def _secants(activation, inputs, at_reference):
    """Return the secants of an activation between two points each, slopes where they meet."""
    step = inputs - at_reference
    rise = activation.value(inputs) - activation.value(at_reference)
    is_near = np.abs(step) <= _NEAR * (np.abs(inputs) + np.abs(at_reference))
    middle = 0.5 * (inputs + at_reference)
    slope = activation.derivative(middle, activation.value(middle))
    return np.where(is_near, slope, rise / np.where(is_near, 1.0, step))


def input_shares(layers, x, references, cotangents):
    """Return the shares of the inputs in weighted sums of units, less their means over references.

    Parameters
    ----------
    layers : sequence of Layer
        The layers up to the units.
    x : ndarray of shape (n_features,)
        The row.
    references : ndarray of shape (n_references, n_features)
        The rows it is compared with.
    cotangents : ndarray of shape (n_sums, n_units)
        The weights of the units in each sum.

    Returns
    -------
    ndarray of shape (n_sums, n_features)
        The means over references of the shares; along the inputs they add up to
        ``cotangents @ (units(x) - mean of units(references))``.
    """
    n_floats = len(cotangents) * max(len(x), *(len(layer.bias) for layer in layers))
    step, total = max(1, _BLOCK_FLOATS // n_floats), np.zeros((len(cotangents), len(x)))
    for start in range(0, len(references), step):
        block = references[start : start + step]
        signal = np.repeat(cotangents[:, np.newaxis], len(block), axis=1)
        for layer, secant in zip(layers[::-1], _all_secants(layers, x, block)[::-1], strict=True):
            signal = (signal * secant) @ layer.weights.T
        total += (signal * (x - block)).sum(axis=1)
    return total / len(references)


def _all_secants(layers, x, references):
    """Return the secants of each layer between the row and every reference."""
    found, here, there = [], x[np.newaxis], references
    for weights, bias, activation in layers:
        here, there = here @ weights + bias, there @ weights + bias
        found.append(_secants(activation, here, there))
        here, there = activation.value(here), activation.value(there)
    return found
