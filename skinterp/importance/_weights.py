"""The weights that importances and maps of inputs are made of."""

import numpy as np

from skinterp.importance._checks import scale_of
from skinterp.network import as_network, dense_of


def network_of_layers(network, owner):
    """Return the network, and the one with layers behind it."""
    network = as_network(network)
    try:
        return network, dense_of(network, owner)
    except ValueError as error:
        raise ValueError(f"{error} Use partial_derivatives or perturbation.") from error


def first_weights(network, dense, X):
    """Return the first layer's weights, of standardised inputs if there are rows."""
    weights = dense.layers[0].weights
    if X is None:
        return weights
    return weights * scale_of(network.check(X))[:, np.newaxis]
