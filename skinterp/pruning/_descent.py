"""Smaller and smaller networks, tuned to answer as the whole one."""

from skinterp.pruning._fine_tuning import fine_tune
from skinterp.pruning._lossless import remove_lossless
from skinterp.pruning._path import count_weights
from skinterp.pruning._saliency import drop, kept_weights, saliencies
from skinterp.sampling import feature_scale


def rescaled(network, mean, scale):
    """Return the network as a function of ``(x - mean) / scale``.

    Parameters
    ----------
    network : DenseNetwork
        The network.
    mean, scale : ndarray of shape (n_features,)
        The change of inputs.

    Returns
    -------
    DenseNetwork
        The network.
    """
    first, *others = network.layers
    bias = first.bias + mean @ first.weights
    weights = first.weights * scale[:, None]
    return network.with_layers([first._replace(weights=weights, bias=bias), *others])


def smaller_networks(network, X, tuned, *, least, keep_ratio, criterion, structure, n_steps):
    """Yield a network, the same without superfluous units, and pruned ones, smaller and smaller.

    Parameters
    ----------
    network : DenseNetwork
        The network.
    X : ndarray of shape (n_samples, n_features)
        Rows, whose standard deviations are the scale of the inputs.
    tuned : ndarray of shape (n_tuned, n_features)
        Rows to tune on.
    least : int
        Number of weights at which to stop.
    keep_ratio : float
        Share of the weights that each step keeps.
    criterion : str
        Which weights matter least; see `saliencies`.
    structure : {"weights", "units"}
        Whether to remove single weights, or whole units first.
    n_steps : int
        Largest number of steps of L-BFGS after each removal.

    Yields
    ------
    DenseNetwork
        Networks in input units.
    """
    mean, scale = X.mean(axis=0), feature_scale(X, constant=1.0)
    small = rescaled(remove_lossless(network), mean, scale)
    target, rows = network.raw_values(tuned), (tuned - mean) / scale
    yield network
    yield rescaled(small, -mean / scale, 1.0 / scale)
    while (n_weights := count_weights(small)) > least:
        size = max(least, min(n_weights - 1, int(n_weights * keep_ratio)))
        masks = [layer.weights != 0.0 for layer in small.layers]
        scores = saliencies(small, rows, criterion)
        small = remove_lossless(drop(small, rows, kept_weights(scores, masks, size, structure)))
        small = fine_tune(small, rows, target, n_steps)
        yield rescaled(small, -mean / scale, 1.0 / scale)
