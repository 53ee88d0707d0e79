"""Fine-tuning of the weights that are left to the answers of the whole network."""

import numpy as np
from scipy.optimize import minimize

from skinterp.pruning._backpropagation import backward, forward
from skinterp.pruning._loss import loss_and_signal


def _flat(weights, biases, masks):
    """Return the kept weights and the biases of all layers as one vector."""
    parts = zip(weights, biases, masks)
    return np.concatenate([part for W, b, mask in parts for part in (W[mask], b)])


def _with_parameters(layers, masks, theta):
    """Return the layers with kept weights and biases from a vector."""
    changed, sizes = [], [n for m, layer in zip(masks, layers) for n in (m.sum(), len(layer.bias))]
    parts = np.split(theta, np.cumsum(sizes)[:-1])
    for layer, mask, kept, bias in zip(layers, masks, parts[::2], parts[1::2]):
        weights = np.zeros_like(layer.weights)
        weights[mask] = kept
        changed.append(layer._replace(weights=weights, bias=bias))
    return changed


def fine_tune(network, X, target, n_iterations):
    """Fit the weights that are not zero, and the biases, to another network's answers.

    Weights at zero are no variables of the problem, so that they stay at zero.

    Parameters
    ----------
    network : DenseNetwork
        The network to tune.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    target : ndarray of shape (n_samples, n_outputs)
        Raw values to agree with.
    n_iterations : int
        Largest number of steps of L-BFGS.

    Returns
    -------
    DenseNetwork
        The tuned network.
    """
    weights, biases = zip(*[(layer.weights, layer.bias) for layer in network.layers])
    masks = [W != 0.0 for W in weights]

    def objective(theta):
        layers = _with_parameters(network.layers, masks, theta)
        trace = forward(layers, X)
        loss, signal = loss_and_signal(trace[-1][2], target, network.task)
        signals = backward(layers, trace, signal)
        slopes = [a.T @ g for (a, _, _), g in zip(trace, signals)]
        return loss, _flat(slopes, [g.sum(axis=0) for g in signals], masks)

    start = _flat(weights, biases, masks)
    options = {"maxiter": n_iterations}
    result = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    best = result.x if np.isfinite(result.fun) and result.fun <= objective(start)[0] else start
    return network.with_layers(_with_parameters(network.layers, masks, best))
