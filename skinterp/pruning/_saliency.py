"""Which weights of a network matter on data, and their removal."""

import numpy as np

from skinterp.pruning._backpropagation import backward, forward
from skinterp.pruning._loss import curvature


def _magnitudes(network, X):
    return [np.abs(layer.weights) for layer in network.layers]


def _activations(network, X):
    return [
        np.abs(a).mean(axis=0)[:, np.newaxis] * np.abs(layer.weights)
        for layer, (a, _, _) in zip(network.layers, forward(network.layers, X))
    ]


def _second_order(network, X):
    layers = network.layers
    trace = forward(layers, X)
    weight = curvature(trace[-1][2], network.task)
    scores = [np.zeros_like(layer.weights) for layer in layers]
    for k in range(network.n_outputs):
        signal = np.zeros_like(weight)
        signal[:, k] = np.sqrt(weight[:, k])
        for score, (a, _, _), g in zip(scores, trace, backward(layers, trace, signal)):
            score += ((a - a.mean(axis=0)) ** 2).T @ g**2
    return [0.5 * layer.weights**2 * s / len(X) for layer, s in zip(layers, scores)]


CRITERIA = {"second_order": _second_order, "activation": _activations, "magnitude": _magnitudes}


def saliencies(network, X, criterion):
    """Return how much each weight matters.

    "magnitude" is |w|; "activation" |w| times the mean absolute input of the weight on the data;
    "second_order" ``w^2 / 2 * mean(a^2 sum_k h_k (d raw_k / d z)^2)``, the increase of the loss
    against the network's own answers if the weight is removed, in the Gauss-Newton approximation:
    a is the input of the weight minus its mean, which `drop` moves into the bias, z the
    pre-activation it adds to, h the `curvature`.

    Parameters
    ----------
    network : DenseNetwork
        The network, in standardised inputs.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    criterion : {"magnitude", "activation", "second_order"}
        Which.

    Returns
    -------
    list of ndarray of shape (n_in, n_out)
        One per layer.

    References
    ----------
    Y. LeCun, J. S. Denker and S. A. Solla, "Optimal brain damage", NIPS 1989.
    """
    return CRITERIA[criterion](network, X)


def drop(network, X, masks):
    """Set weights to zero and move the mean of what they carried into the biases.

    Parameters
    ----------
    network : DenseNetwork
        The network.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    masks : list of ndarray of bool of shape (n_in, n_out)
        Weights to keep.

    Returns
    -------
    DenseNetwork
        The network.
    """
    layers = []
    for layer, mask, (a, _, _) in zip(network.layers, masks, forward(network.layers, X)):
        lost = a.mean(axis=0) @ np.where(mask, 0.0, layer.weights)
        weights = np.where(mask, layer.weights, 0.0)
        layers.append(layer._replace(weights=weights, bias=layer.bias + lost))
    return network.with_layers(layers)


def kept_weights(scores, masks, n_weights, structure):
    """Return which weights to keep so that at most some are left.

    Parameters
    ----------
    scores : list of ndarray of shape (n_in, n_out)
        Saliencies.
    masks : list of ndarray of bool of shape (n_in, n_out)
        Weights there are.
    n_weights : int
        How many to leave.
    structure : {"weights", "units"}
        Whether to remove single weights, or all weights of hidden units; the last weights of
        single units are removed one by one.

    Returns
    -------
    list of ndarray of bool of shape (n_in, n_out)
        Weights to keep.
    """
    masks = [mask.copy() for mask in masks]
    if structure == "units":
        _drop_units(scores, masks, n_weights)
    flat = np.concatenate([np.where(m, s, -1.0).ravel() for s, m in zip(scores, masks)])
    best = np.argsort(-flat, kind="stable")[:n_weights]
    kept = np.zeros(len(flat), dtype=bool)
    kept[best] = True
    ends = np.cumsum([mask.size for mask in masks])[:-1]
    return [part.reshape(mask.shape) & mask for part, mask in zip(np.split(kept, ends), masks)]


def _drop_units(scores, masks, n_weights):
    """Remove whole hidden units, the least salient first, while too many weights are left."""
    units = [
        (scores[layer][:, j].sum() + scores[layer + 1][j].sum(), layer, j)
        for layer in range(len(masks) - 1)
        for j in range(masks[layer].shape[1])
    ]
    for _, layer, j in sorted(units):
        if sum(mask.sum() for mask in masks) <= n_weights:
            return
        if masks[layer].any(axis=0).sum() > 1:
            masks[layer][:, j] = masks[layer + 1][j] = False
