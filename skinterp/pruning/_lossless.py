"""Removal of units without which a network computes the same."""

import numpy as np

_HOMOGENEOUS = ("identity", "relu", "leaky_relu")
_DIGITS = 13  # to which incoming weights must agree for two units to be one


def _keep(layers, index, kept, **changes):
    """Return the layers with some units of one hidden layer only, and changes of the next one."""
    layer, after = layers[index], layers[index + 1]._replace(**changes)
    layer = layer._replace(weights=layer.weights[:, kept], bias=layer.bias[kept])
    after = after._replace(weights=after.weights[kept])
    return [*layers[:index], layer, after, *layers[index + 2 :]]


def _at_least_one(kept):
    """Return which units to keep, the first one if none."""
    return kept if kept.any() else np.arange(len(kept)) == 0


def without_constants(layers, index):
    """Fold units that do not depend on the inputs into the next bias.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    index : int
        A hidden layer.

    Returns
    -------
    list of Layer
        The network without these units.
    """
    layer, after = layers[index], layers[index + 1]
    constant = ~layer.weights.any(axis=0)
    if not constant.any():
        return layers
    values = layer.activation.value(layer.bias[constant])
    weights = np.where(constant[:, np.newaxis], 0.0, after.weights)
    bias = after.bias + values @ after.weights[constant]
    return _keep(layers, index, _at_least_one(~constant), weights=weights, bias=bias)


def without_duplicates(layers, index):
    """Merge units with the same incoming weights and bias.

    Where the activation commutes with positive factors (ReLU, leaky ReLU, identity), units whose
    incoming weights and biases are proportional are merged, too.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    index : int
        A hidden layer.

    Returns
    -------
    list of Layer
        The network without these units.
    """
    layer, after = layers[index], layers[index + 1]
    incoming = np.vstack([layer.weights, layer.bias])
    size = np.ones(incoming.shape[1])
    if layer.activation.name in _HOMOGENEOUS:
        norm = np.linalg.norm(incoming, axis=0)
        size = np.where(norm > 0.0, norm, 1.0)
    # every weight to its own digits: the units of the inputs may differ by many powers of ten
    mantissa, exponent = np.frexp(incoming / size)
    keys = np.ldexp(np.round(mantissa, _DIGITS), exponent) + 0.0
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    group = group.ravel()
    if len(first) == len(group):
        return layers
    leader = first[group]
    weights = np.zeros_like(after.weights)
    np.add.at(weights, leader, (size / size[leader])[:, np.newaxis] * after.weights)
    return _keep(layers, index, np.isin(np.arange(len(group)), first), weights=weights)


def without_dead(layers, index):
    """Remove hidden units without outgoing weights.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    index : int
        A hidden layer.

    Returns
    -------
    list of Layer
        The network without these units.
    """
    return _keep(layers, index, _at_least_one(layers[index + 1].weights.any(axis=1)))


def remove_lossless(network):
    """Remove the units without which a network computes the same, for all inputs.

    Units that are constant (no incoming weights) are folded into the next bias, units with the
    same incoming weights (or proportional ones, for ReLU, leaky ReLU and identity) are merged,
    and units without outgoing weights are removed, again and again until nothing changes. One
    unit of each hidden layer stays at least.

    Parameters
    ----------
    network : DenseNetwork
        The network.

    Returns
    -------
    DenseNetwork
        One with the same outputs, up to rounding.

    Examples
    --------
    >>> from skinterp import as_network
    >>> from skinterp.pruning import remove_lossless
    >>> weights = [[[1.0, 2.0, 0.0]], [[1.0], [1.0], [5.0]]]
    >>> remove_lossless(as_network((weights, [[0.0, 0.0, 1.0], [0.0]], ["relu", "identity"])))
    DenseNetwork(1-1-1, relu, regression)
    """
    layers, sizes = list(network.layers), None
    while sizes != [len(layer.bias) for layer in layers]:
        sizes = [len(layer.bias) for layer in layers]
        for index in range(len(layers) - 1):
            for step in (without_constants, without_duplicates):
                layers = step(layers, index)
        for index in range(len(layers) - 2, -1, -1):
            layers = without_dead(layers, index)
    return network.with_layers(layers)
