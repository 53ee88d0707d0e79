"""Graphs made short: affine maps multiplied, activations recognised, chains made layers."""

import numpy as np

from skinterp.network._activations import IDENTITY, Activation
from skinterp.network._dense import DenseNetwork, Layer
from skinterp.network._graph import GraphNetwork, Node

_AFFINE = ("affine", "scale", "columns")
_ROOT_HALF = np.sqrt(0.5)


def reachable(nodes):
    """Return the nodes that the last one depends on (and the input), renumbered.

    Parameters
    ----------
    nodes : sequence of Node
        A graph.

    Returns
    -------
    list of Node
        The graph.
    """
    needed = {0, len(nodes) - 1}
    for index in range(len(nodes) - 1, 0, -1):
        if index in needed:
            needed.update(nodes[index].inputs)
    place = {index: k for k, index in enumerate(sorted(needed))}
    return [
        nodes[index]._replace(inputs=tuple(place[i] for i in nodes[index].inputs))
        for index in sorted(needed)
    ]


def _matrix(node, width):
    """Return an affine node as a matrix and a bias."""
    if node.operation == "affine":
        return node.arguments
    if node.operation == "scale":
        return np.diag(node.arguments[0]), node.arguments[1]
    (columns,) = node.arguments
    return np.eye(width)[:, columns], np.zeros(len(columns))


def _merged(first, second, width):
    """Return one node for an affine node behind another, whose input has this width."""
    if first.operation == second.operation == "scale":
        (factor, shift), (outer, offset) = first.arguments, second.arguments
        arguments = (factor * outer, shift * outer + offset)
        return Node("scale", first.inputs, arguments)
    if first.operation == second.operation == "columns":
        return Node("columns", first.inputs, (first.arguments[0][second.arguments[0]],))
    weights, bias = _matrix(first, width)
    if second.operation == "scale":
        outer, offset = second.arguments
        return Node("affine", first.inputs, (weights * outer, bias * outer + offset))
    if second.operation == "columns":
        (columns,) = second.arguments
        return Node("affine", first.inputs, (weights[:, columns], bias[columns]))
    outer, offset = second.arguments
    return Node("affine", first.inputs, (weights @ outer, bias @ outer + offset))


def _is_activation(node, name):
    return node.operation == "activation" and node.arguments[0] == Activation(name)


def _gate(nodes, source, index):
    """Return the activation ``z * gate(z)`` and its factor, None if the gate is not known."""
    gate = nodes[index]
    if _is_activation(gate, "logistic") and gate.inputs == (source,):
        return "silu", 1.0
    if _is_activation(gate, "tanh"):
        inner = nodes[gate.inputs[0]]
        if _is_activation(inner, "softplus") and inner.inputs == (source,):
            return "mish", 1.0
    factor = _error_function(nodes, source, gate)
    return None if factor is None else ("gelu", factor)


def _error_function(nodes, source, gate):
    """Return f of a gate ``f * (1 + erf(z / sqrt(2))) / 2``, None for another gate."""
    if gate.operation != "scale" or not _is_activation(nodes[gate.inputs[0]], "erf"):
        return None
    factor, shift = gate.arguments
    inner = nodes[nodes[gate.inputs[0]].inputs[0]]
    if inner.operation != "scale" or inner.inputs != (source,):
        return None
    rate, offset = inner.arguments
    is_normal = np.allclose(rate, _ROOT_HALF, rtol=1e-6, atol=0.0) and not offset.any()
    is_even = np.array_equal(factor, shift) and np.ptp(factor) == 0.0
    return 2.0 * factor[0] if is_normal and is_even else None


def _is_one_and_size(nodes, source, index):
    """Return whether a node is ``1 + |z|``."""
    gate = nodes[index]
    if gate.operation != "scale" or not all((part == 1.0).all() for part in gate.arguments):
        return False
    size = nodes[gate.inputs[0]]
    is_size = size.operation == "activation" and size.arguments[0] == ("leaky_relu", -1.0)
    return is_size and size.inputs == (source,)


def _recognised(nodes, node):
    """Return source, activation and factor of nodes that spell out one, as ``z * logistic(z)``."""
    if node.operation == "div" and _is_one_and_size(nodes, *node.inputs):
        return node.inputs[0], "softsign", 1.0
    if node.operation == "mul":
        for source, gate in (node.inputs, node.inputs[::-1]):
            found = _gate(nodes, source, gate)
            if found:
                return source, *found
    return None


def folded(nodes, widths):
    """Multiply affine nodes that follow one another, and recognise activations.

    Parameters
    ----------
    nodes : sequence of Node
        A graph without nodes that are not needed.
    widths : sequence of int
        Their numbers of columns.

    Returns
    -------
    list of Node
        The graph.
    """
    n_uses = np.bincount([i for node in nodes for i in node.inputs], minlength=len(nodes))
    found, size, uses, place = [], [], [], []

    def append(node, width, n):
        found.append(node)
        size.append(width)
        uses.append(n)
        return len(found) - 1

    for index, node in enumerate(nodes):
        width, n = widths[index], n_uses[index]
        node = node._replace(inputs=tuple(place[i] for i in node.inputs))
        if node.operation == "activation" and node.arguments[0] == IDENTITY:
            place.append(node.inputs[0])
            uses[node.inputs[0]] += n - 1
            continue
        product = _recognised(found, node)
        if product:
            source, name, factor = product
            inner = append(Node("activation", (source,), (Activation(name),)), width, 1)
            node = Node("scale", (inner,), (np.full(width, factor), np.zeros(width)))
        first = found[node.inputs[0]] if node.operation in _AFFINE else None
        if first and first.operation in _AFFINE and uses[node.inputs[0]] == 1:
            node = _merged(first, node, size[first.inputs[0]])
        place.append(append(node, width, n))
    return reachable(found)


def _layers(nodes, widths):
    """Return the layers of a chain of affine maps and activations, None for another graph."""
    layers, pending = [], None
    for index, node in enumerate(nodes[1:], start=1):
        if node.inputs != (index - 1,):
            return None
        if node.operation in _AFFINE:
            pending = _matrix(node, widths[index - 1])
        elif node.operation == "activation":
            eye = np.eye(widths[index]), np.zeros(widths[index])
            layers.append(Layer(*(pending or eye), node.arguments[0]))
            pending = None
        else:
            return None
    if pending or not layers:
        eye = np.eye(widths[-1]), np.zeros(widths[-1])
        layers.append(Layer(*(pending or eye), IDENTITY))
    return layers


def network_of_graph(nodes, task="regression", classes=None, feature_names=None):
    """Make a network of a graph: a `DenseNetwork` if it is a chain of layers.

    Parameters
    ----------
    nodes : sequence of Node
        The graph.
    task : str, default="regression"
        What the network was trained for.
    classes : array-like or None, default=None
        The class labels; None for regression.
    feature_names : sequence of str or None, default=None
        The names of the inputs.

    Returns
    -------
    DenseNetwork or GraphNetwork
        The network, its affine maps multiplied where they follow one another.
    """
    graph = GraphNetwork(reachable(list(nodes)))
    graph = GraphNetwork(folded(graph.nodes, graph.widths))
    layers = _layers(graph.nodes, graph.widths)
    if layers is None:
        return GraphNetwork(graph.nodes, task, classes, feature_names)
    if task != "regression" and layers[-1].activation != IDENTITY:
        eye = np.eye(graph.n_outputs), np.zeros(graph.n_outputs)
        layers.append(Layer(*eye, IDENTITY))
    return DenseNetwork(layers, task, classes, feature_names)
