"""Garson's shares: the sizes of the weights of one hidden layer."""

import numpy as np

from skinterp.importance._importances import Importances, by_column, column_shares, zero_sum
from skinterp.importance._methods import ImportanceMethod, register_importance
from skinterp.importance._weights import first_weights, network_of_layers
from skinterp.network import first_class, input_names, output_names

FORMS = ("goh", "1991")


def garson(network, X=None, *, form="goh"):
    """Share out the size of the weights of one hidden layer among the inputs.

    With w the weights into the hidden units and v those out of them, the share of input i for
    output k is, up to a factor that makes them add up to 1,

        "goh":   sum_j abs(w_ij) / sum_l abs(w_lj)
        "1991":  sum_j abs(w_ij) / sum_l abs(w_lj) * abs(v_jk)

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
    network, dense = network_of_layers(network, "garson")
    if len(dense.layers) != 2:
        raise ValueError(
            "garson is defined for one hidden layer. Got a network with "
            f"{len(dense.layers) - 1} instead: use connection_weights or partial_derivatives."
        )
    parts = column_shares(np.abs(first_weights(network, dense, X)))
    last = np.abs(zero_sum(network, dense.layers[1].weights, axis=1))
    values = column_shares(parts @ (last if form == "1991" else np.ones_like(last)))
    title = f"Garson's shares ({form})"
    found = Importances(
        values,
        input_names(network, X),
        output_names(network),
        title,
        first_class=first_class(network),
        is_signed=False,
    )
    return by_column(found, network.user_table)


def _goh(network, X, y, random_state):
    return garson(network, X)


def _of_1991(network, X, y, random_state):
    return garson(network, X, form="1991")


register_importance(ImportanceMethod("garson", _goh, 10, n_hidden_layers=1))
register_importance(ImportanceMethod("garson 1991", _of_1991, 20, n_hidden_layers=1))
