"""Importances that look at nothing but weights."""

import numpy as np

from skinterp.importance._result import Importances, importances_of, zero_sum
from skinterp.network import as_network, checked_rows, dense_of, input_names, output_names
from skinterp.sampling import feature_scale

FORMS = ("goh", "1991")


def _dense(network, owner):
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
    scale = feature_scale(checked_rows(network, X))
    if not scale.any():
        raise ValueError("X must have an input that varies. Got constant columns only instead.")
    return weights * scale[:, np.newaxis]


def garson(network, X=None, *, form="goh"):
    """Share out the size of the weights of one hidden layer among the inputs.

    With w the weights into the hidden units and v those out of them, the share of input i for
    output k is, up to a factor that makes them add up to 1,

        "goh":   sum_j |w_ij| / sum_l |w_lj|
        "1991":  sum_j |w_ij| / sum_l |w_lj| * |v_jk|

    Biases count for nothing. "goh" is the form most programs compute, in which output weights
    cancel. Of classifiers with more than two classes v is taken less its mean over the classes,
    which changes no probability.

    Parameters
    ----------
    network : estimator, Network, ScalarView or tuple
        A network with one hidden layer.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows; with them weights are multiplied by the standard deviations of the inputs, so that
        their units cancel. Without them inputs count per unit.
    form : {"goh", "1991"}, default="goh"
        Which formula.

    Returns
    -------
    Importances
        Shares; for "goh" the same for every output.

    Raises
    ------
    ValueError
        If the network has no or several hidden layers, or no layers.

    Notes
    -----
    It ignores signs, so that effects that cancel count as large ones; "goh" ignores the output
    weights as well, so that a unit nothing reads counts as much as the others; both ignore the
    slopes of the activations. Shares of noise inputs are not small. Prefer `partial_derivatives`.

    References
    ----------
    G. D. Garson, "Interpreting neural network connection weights", AI Expert 6(4), 1991.
    A. T. C. Goh, "Back-propagation neural networks for modeling complex systems", Artificial
    Intelligence in Engineering 9, 1995.

    Examples
    --------
    >>> from skinterp.importance import garson
    >>> network = ([[[1.0, 3.0], [1.0, 1.0]], [[1.0], [2.0]]], [[0, 0], [0]], ["tanh", "identity"])
    >>> garson(network).values.ravel()
    array([0.625, 0.375])
    >>> garson(network, form="1991").values.ravel().round(4)
    array([0.6667, 0.3333])
    """
    if form not in FORMS:
        raise ValueError(f"form must be one of {list(FORMS)}. Got {form!r} instead.")
    network, dense = _dense(network, "garson")
    if len(dense.layers) != 2:
        raise ValueError(
            "garson is defined for one hidden layer. Got a network with "
            f"{len(dense.layers) - 1} instead: use connection_weights or partial_derivatives."
        )
    first = np.abs(first_weights(network, dense, X))
    total = first.sum(axis=0)
    parts = first / np.where(total > 0, total, 1.0)
    last = np.abs(zero_sum(network, dense.layers[1].weights, axis=1))
    sums = parts @ (last if form == "1991" else np.ones_like(last))
    whole = sums.sum(axis=0)
    values = sums / np.where(whole > 0, whole, 1.0)
    title = f"Garson's shares ({form})"
    return Importances(values, input_names(network, X), output_names(network), title)


def connection_weights(network, X=None):
    """Multiply the weights along every path from an input to an output, and add them up.

    The product of all weight matrices, ``W_1 W_2 ... W_L``: the slope the network would have if
    all activations were the identity.

    Parameters
    ----------
    network : estimator, Network, ScalarView or tuple
        A network with layers, any number of them.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows; with them values are multiplied by the standard deviations of the inputs, so that
        their units cancel. Without them inputs count per unit.

    Returns
    -------
    Importances
        Signed values per input and output. Of classifiers with more than two classes they are per
        logit, of which only differences matter: inputs are ranked by `zero_sum_values`.

    Raises
    ------
    ValueError
        If the network has no layers.

    Notes
    -----
    It ignores the slopes of activations and biases: a saturated or dead unit counts in full.
    Where units work at different slopes, even signs come out wrong; compare with
    `partial_derivatives`.

    References
    ----------
    J. D. Olden, M. K. Joy and R. G. Death, "An accurate comparison of methods for quantifying
    variable importance in artificial neural networks using simulated data", Ecological Modelling
    178, 2004.

    Examples
    --------
    >>> from skinterp.importance import connection_weights
    >>> weights = [[[1.0, 3.0], [1.0, -1.0]], [[1.0], [2.0]]]
    >>> network = (weights, [[0, 0], [0]], ["relu", "identity"])
    >>> connection_weights(network).values.ravel()
    array([ 7., -1.])
    """
    network, dense = _dense(network, "connection_weights")
    values = first_weights(network, dense, X)
    for layer in dense.layers[1:]:
        values = values @ layer.weights
    title = "Connection weights" + ("" if X is None else " per standard deviation")
    return importances_of(network, values, input_names(network, X), title)
