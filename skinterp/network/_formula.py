"""A small network as one formula."""

from skinterp.expression import layers_to_sympy
from skinterp.network._inputs import dense_of, input_names
from skinterp.network._readers import as_network


def layers_of_output(network, output=None):
    """Return layers of which one raw value is the output that a user chose.

    Parameters
    ----------
    network : DenseNetwork
        The network.
    output : object, default=None
        A logit, by the label of its class or an index, or a value of a regression.

    Returns
    -------
    layers : tuple of Layer
        The layers; the last one with the sign turned for the first of two classes.
    column : int
        The index of the raw value.
    sign : float
        1, or -1 for the first of two classes.
    """
    *hidden, last = dense_of(network, "A formula").layers
    column, sign, _ = network._column(output, "output")
    if sign < 0.0:
        last = last._replace(weights=-last.weights, bias=-last.bias)
    return (*hidden, last), column, sign


def network_to_sympy(network, output=None, *, digits=None, names=None, max_terms=500):
    """Return one raw value of a small network as a closed formula.

    Parameters
    ----------
    network : DenseNetwork or anything `as_network` takes
        The network, of any activation.
    output : object, default=None
        Which raw value: a logit, by the label of its class or an index, or a value of a
        regression; may be left out where there is one.
    digits : int or None, default=None
        Significant digits of the numbers; None is all, and the formula exact.
    names : sequence of str or None, default=None
        Names of the inputs; None is those of the network, or x0, x1, ...
    max_terms : int, default=500
        Number of weights that are not zero beyond which to refuse.

    Returns
    -------
    sympy.Expr
        The formula, with real symbols.

    Raises
    ------
    ValueError
        If the network has more than `max_terms` weights that are not zero, or no layers.

    Examples
    --------
    >>> from skinterp.network import network_to_sympy
    >>> network = ([[[1.0, -1.0]], [[1.0], [1.0]]], [[0.0, 0.0], [-2.0]], ["relu", "identity"])
    >>> network_to_sympy(network)
    Max(0, -x0) + Max(0, x0) - 2
    """
    network = as_network(network)
    layers, output, _ = layers_of_output(network, output)
    plain = [(w, b, a.name, a.slope) for w, b, a in layers]
    names = names or input_names(network)
    return layers_to_sympy(plain, names, output, digits=digits, max_terms=max_terms)
