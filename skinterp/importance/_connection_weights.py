"""Connection weights: products of weights along the paths from inputs to outputs."""

from skinterp.importance._importances import importances_of
from skinterp.importance._methods import ImportanceMethod, register_importance
from skinterp.importance._weights import first_weights, network_of_layers
from skinterp.network import input_names


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
    network, dense = network_of_layers(network, "connection_weights")
    values = first_weights(network, dense, X)
    for layer in dense.layers[1:]:
        values = values @ layer.weights
    title = "Connection weights" + ("" if X is None else " per standard deviation")
    return importances_of(network, values, input_names(network, X), title)


def _per_deviation(network, X, y, random_state):
    return connection_weights(network, X)


register_importance(ImportanceMethod("connection weights", _per_deviation, 30))
