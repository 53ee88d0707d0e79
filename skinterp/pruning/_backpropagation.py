"""Values and gradients of every layer of a network."""


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
