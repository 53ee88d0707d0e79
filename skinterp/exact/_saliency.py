"""How much each weight of a network matters on data, and fine-tuning of those that are left."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax

from skinterp.network import DenseNetwork

CRITERIA = ("second_order", "activation", "magnitude")


def forward(layers, X):
    """Return the input of each layer, its pre-activations and activations.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    X : ndarray of shape (n_samples, n_features)
        Rows.

    Returns
    -------
    list of tuple of ndarray
        (input, pre-activation, activation) of every layer.
    """
    trace = []
    for layer in layers:
        Z = X @ layer.weights + layer.bias
        value = layer.activation.value(Z)
        trace.append((X, Z, value))
        X = value
    return trace


def backward(layers, trace, signal):
    """Return the gradients by the pre-activations of every layer.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    trace : list of tuple of ndarray
        From `forward`.
    signal : ndarray of shape (n_samples, n_outputs)
        Gradients by the outputs.

    Returns
    -------
    list of ndarray of shape (n_samples, n_units)
        Gradients, the first layer first.
    """
    signals = []
    for layer, (_, Z, value) in zip(layers[::-1], trace[::-1]):
        signal = signal * layer.activation.derivative(Z, value)
        signals.append(signal)
        signal = signal @ layer.weights.T
    return signals[::-1]


def curvature(raw, task):
    """Return the diagonal of the second derivative of the loss by the outputs.

    Parameters
    ----------
    raw : ndarray of shape (n_samples, n_outputs)
        Raw values.
    task : str
        That of the network.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        p (1 - p) for classifiers, with p the probabilities; else 1 / variance of the output.
    """
    if task == "regression":
        variance = raw.var(axis=0)
        return np.broadcast_to(1.0 / np.where(variance > 0.0, variance, 1.0), raw.shape)
    p = softmax(raw, axis=1) if task == "multiclass" else expit(raw)
    return p * (1.0 - p)


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
    layers = network.layers
    if criterion == "magnitude":
        return [np.abs(layer.weights) for layer in layers]
    trace = forward(layers, X)
    if criterion == "activation":
        return [
            np.abs(a).mean(axis=0)[:, np.newaxis] * np.abs(layer.weights)
            for layer, (a, _, _) in zip(layers, trace)
        ]
    weight = curvature(trace[-1][2], network.task)
    scores = [np.zeros_like(layer.weights) for layer in layers]
    for k in range(network.n_outputs):
        signal = np.zeros_like(weight)
        signal[:, k] = np.sqrt(weight[:, k])
        for score, (a, _, _), g in zip(scores, trace, backward(layers, trace, signal)):
            score += ((a - a.mean(axis=0)) ** 2).T @ g**2
    return [0.5 * layer.weights**2 * s / len(X) for layer, s in zip(layers, scores)]


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
        layers.append(
            layer._replace(weights=np.where(mask, layer.weights, 0.0), bias=layer.bias + lost)
        )
    return DenseNetwork(layers, network.task, network.classes, network.feature_names)


def loss_and_signal(raw, target, task):
    """Return the loss against another network's raw values, and its gradient.

    Parameters
    ----------
    raw, target : ndarray of shape (n_samples, n_outputs)
        Raw values, and those to agree with.
    task : str
        Cross-entropy between probabilities for classifiers; else squares over the variance.

    Returns
    -------
    loss : float
        Mean over rows.
    signal : ndarray of shape (n_samples, n_outputs)
        Gradient by `raw`.
    """
    n = len(raw)
    if task == "regression":
        variance = target.var(axis=0)
        weight = 1.0 / np.where(variance > 0.0, variance, 1.0)
        return 0.5 * float((weight * (raw - target) ** 2).sum()) / n, weight * (raw - target) / n
    if task == "multiclass":
        p = softmax(target, axis=1)
        return -float((p * log_softmax(raw, axis=1)).sum()) / n, (softmax(raw, axis=1) - p) / n
    p = expit(target)
    loss = np.logaddexp(0.0, raw) - p * raw
    return float(loss.sum()) / n, (expit(raw) - p) / n


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
    masks = [layer.weights != 0.0 for layer in network.layers]

    def rebuilt(theta):
        layers, at = [], 0
        for layer, mask in zip(network.layers, masks):
            weights = np.zeros_like(layer.weights)
            n_weights = int(mask.sum())
            weights[mask] = theta[at : at + n_weights]
            at += n_weights
            layers.append(layer._replace(weights=weights, bias=theta[at : at + len(layer.bias)]))
            at += len(layer.bias)
        return layers

    def objective(theta):
        layers = rebuilt(theta)
        trace = forward(layers, X)
        loss, signal = loss_and_signal(trace[-1][2], target, network.task)
        parts = []
        for mask, (a, _, _), g in zip(masks, trace, backward(layers, trace, signal)):
            parts += [(a.T @ g)[mask], g.sum(axis=0)]
        return loss, np.concatenate(parts)

    start = np.concatenate(
        [
            part
            for layer, mask in zip(network.layers, masks)
            for part in (layer.weights[mask], layer.bias)
        ]
    )
    result = minimize(
        objective, start, jac=True, method="L-BFGS-B", options={"maxiter": n_iterations}
    )
    best = result.x if np.isfinite(result.fun) and result.fun <= objective(start)[0] else start
    return DenseNetwork(rebuilt(best), network.task, network.classes, network.feature_names)


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
