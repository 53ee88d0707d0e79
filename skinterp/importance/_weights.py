"""The weights that importances and maps of inputs are made of."""

import numpy as np

from skinterp.network import as_network, dense_of
from skinterp.sampling import feature_scale


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
    scale = feature_scale(network.check(X))
    if not scale.any():
        raise ValueError("X must have an input that varies. Got constant columns only instead.")
    return weights * scale[:, np.newaxis]
