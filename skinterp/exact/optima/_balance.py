"""Units and outputs brought to ordinary sizes, which the tolerances of solvers are meant for."""

from dataclasses import replace

import numpy as np

_ORDINARY = 2.0**10  # sizes from the inverse of this to this are left as they are
_N_DRAWN = 1000


def unit_sizes(pieces):
    """Return how large the pre-activations and outputs of a network get in the box [-1, 1]^d.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network, as a function of coordinates of the box.

    Returns
    -------
    list of ndarray of shape (n_units_of_layer,)
        The largest absolute values at random points, the outputs' last.
    """
    H, sizes = np.random.RandomState(0).uniform(-1.0, 1.0, (_N_DRAWN, len(pieces.weights[0]))), []
    for W, b, slope in zip(pieces.weights, pieces.biases, (*pieces.slopes, 1.0)):
        Z = H @ W + b
        sizes.append(np.abs(Z).max(axis=0))
        H = np.where(Z > 0, Z, slope * Z)
    return sizes


def ordinary_factor(sizes):
    """Return the powers of two, exact factors, that bring sizes near 1, if these are not ordinary.

    Parameters
    ----------
    sizes : ndarray or float
        Sizes; those of 0 are left.

    Returns
    -------
    ndarray or float
        Factors; 1 where a size is between 1/1024 and 1024.
    """
    is_far = (sizes > 0) & ((sizes < 1 / _ORDINARY) | (sizes > _ORDINARY))
    return np.exp2(-np.round(np.log2(np.where(is_far, sizes, 1.0))))


def balanced(pieces, sizes):
    """Return the network with its units and outputs multiplied by factors.

    A unit ``max(z, s z)`` of c times the weights is c times the unit, of positive c: what the next
    layer reads is divided by it, and the network stays the same but for its outputs.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    sizes : list of ndarray of shape (n_units_of_layer,)
        How large its units and outputs are.

    Returns
    -------
    PiecewiseLinear
        The network whose outputs are those times `ordinary_factor` of their sizes.
    """
    weights, biases, before = [], [], np.ones(len(pieces.weights[0]))
    for W, b, factor in zip(pieces.weights, pieces.biases, map(ordinary_factor, sizes)):
        weights.append(W / before[:, np.newaxis] * factor)
        biases.append(b * factor)
        before = factor
    return replace(pieces, weights=tuple(weights), biases=tuple(biases))
