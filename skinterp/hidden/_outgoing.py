"""What outputs read from the last hidden layer: one weight per unit."""

import numpy as np

from skinterp.network import output_names


def outgoing_weights(network, dense, k, owner):
    """Return the weights with which one output reads the last hidden layer, and its intercept.

    Parameters
    ----------
    network : Network
        The network.
    dense : DenseNetwork
        The network with layers behind it.
    k : int
        Index of the class or output.
    owner : str
        Who needs them, for the error.

    Returns
    -------
    weights : ndarray of shape (n_units,)
        The weights: of two classes signed for the class, of more less their mean over the classes,
        which changes no probability.
    intercept : float
        The value without any activation.

    Raises
    ------
    ValueError
        If there is no hidden layer, or the output bends what it reads.
    """
    if not dense.n_hidden:
        raise ValueError(f"{owner} needs a hidden layer. Got {dense!r} instead.")
    n_units = len(dense.layers[dense.n_hidden].weights)
    weights, bias = np.eye(n_units), np.zeros(n_units)
    for layer in dense.layers[dense.n_hidden :]:
        weights, bias = weights @ layer.weights, bias @ layer.weights + layer.bias
        if layer.activation.name != "identity":
            raise ValueError(
                f"{owner} needs outputs that are sums over units. "
                f"Got {str(layer.activation)!r} behind the sum instead."
            )
    return _for_output(network, weights, bias, k)


def _for_output(network, weights, bias, k):
    if network.task == "binary":
        sign = 1.0 if k else -1.0
        return sign * weights[:, 0], sign * float(bias[0])
    if network.task == "multiclass":
        weights = weights - weights.mean(axis=1, keepdims=True)
        bias = bias - bias.mean()
    return weights[:, k], float(bias[k])


def summed_name(network, k):
    """Return what the sum over units of `outgoing_weights` is called.

    Parameters
    ----------
    network : Network
        The network.
    k : int
        Index of the class or output.

    Returns
    -------
    str
        Such as "logit of b"; of a regression "output".
    """
    if network.classes is None:
        return output_names(network)[k]
    less = ", less the mean over classes" if network.task == "multiclass" else ""
    return f"logit of {network.classes.tolist()[k]}{less}"


def summed_value(network, row, k):
    """Return what the network itself gives for the sum over units at a row.

    Parameters
    ----------
    network : Network
        The network.
    row : ndarray of shape (1, n_features)
        The row.
    k : int
        Index of the class or output.

    Returns
    -------
    float
        The value.
    """
    raw = network.raw_values(row)[0]
    if network.task == "binary":
        return float(raw[0] if k else -raw[0])
    return float(raw[k] - raw.mean() if network.task == "multiclass" else raw[k])
