"""Networks that are no chain of layers: residual connections, concatenations, products."""

from collections import deque
from typing import NamedTuple

import numpy as np

from skinterp.network._activations import Activation
from skinterp.network._graph_operations import OPERATIONS
from skinterp.network._network import Network
from skinterp.network._value import read_only

_BLOCK_FLOATS = 2**18  # numbers held at a time while working


class Node(NamedTuple):
    """One operation of a graph.

    Parameters
    ----------
    operation : str
        "input" (the first node, and only it), "constant", "affine", "scale", "activation",
        "columns", "concat", "add", "sub", "mul" or "div".
    inputs : tuple of int, default=()
        Indices of the nodes it takes, all earlier ones.
    arguments : tuple, default=()
        The number of features of an input, the row of a constant, weights (k, m) and bias (m,) of
        an affine map, factor (k,) and shift (k,) of a scaling, the `Activation`, or the indices of
        columns.
    """

    operation: str
    inputs: tuple = ()
    arguments: tuple = ()


def _frozen(argument, operation, index):
    """Return an argument of a node as an immutable value, refusing numbers that are not finite."""
    if isinstance(argument, Activation):
        return argument
    if operation == "input":
        return int(argument)
    array = read_only(argument, np.intp if operation == "columns" else np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"Node {index} ({operation}) has numbers that are not finite.")
    return array


def _width(node, index, widths):
    """Return the number of columns of a node."""
    if node.operation == "input":
        return node.arguments[0]
    if node.operation == "constant":
        return len(node.arguments[0])
    if node.operation not in OPERATIONS or not all(0 <= i < index for i in node.inputs):
        raise ValueError(
            f"Node {index} must be one of input, constant, {', '.join(OPERATIONS)}, of earlier "
            f"nodes. Got {node.operation!r} of {node.inputs} instead."
        )
    try:
        return OPERATIONS[node.operation].width(
            tuple(widths[i] for i in node.inputs), node.arguments
        )
    except ValueError as error:
        raise ValueError(f"Node {index} ({node.operation}) {error}") from None


def _checked(nodes):
    """Return nodes with read-only arrays, and their widths."""
    checked, widths = [], []
    for index, (operation, inputs, arguments) in enumerate(nodes):
        if (operation == "input") != (index == 0):
            raise ValueError("The first node of a graph, and only it, must be the input.")
        arguments = tuple(_frozen(argument, operation, index) for argument in arguments)
        node = Node(operation, tuple(map(int, inputs)), arguments)
        widths.append(_width(node, index, widths))
        checked.append(node)
    return tuple(checked), tuple(widths)


class GraphNetwork(Network):
    """A network of operations on arrays (n, k), differentiated exactly by reverse mode.

    Parameters
    ----------
    nodes : sequence of Node
        The operations, each after those it takes; the first one is the input, the last one the
        output. For a classifier its values are logits.
    task : {"regression", "binary", "multiclass", "multilabel"}, default="regression"
        What the network was trained for.
    classes : array-like or None, default=None
        The class labels; None for regression.
    feature_names : sequence of str or None, default=None
        The names of the inputs.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.network import GraphNetwork, Node
    >>> from skinterp.network import as_activation
    >>> hidden = Node("activation", (1,), (as_activation("relu"),))
    >>> nodes = [Node("input", (), (2,)), Node("affine", (0,), (np.eye(2), np.zeros(2))), hidden]
    >>> network = GraphNetwork([*nodes, Node("add", (0, 2))])
    >>> network
    GraphNetwork(2-2, 3 operations, regression)
    >>> network.predict([[1.0, -1.0]])
    array([[ 2., -1.]])
    """

    def __init__(self, nodes, task="regression", classes=None, feature_names=None):
        nodes, widths = _checked(nodes)
        super().__init__(task, widths[0], widths[-1], classes, feature_names)
        self._set(nodes=nodes, widths=widths)

    def _values(self, X):
        """Yield each node with the values of its inputs and its own."""
        values = []
        for operation, inputs, arguments in self.nodes:
            taken = [values[i] for i in inputs]
            if operation == "input":
                values.append(X)
            elif operation == "constant":
                values.append(np.broadcast_to(arguments[0], (len(X), len(arguments[0]))))
            else:
                values.append(OPERATIONS[operation].value(taken, arguments))
            yield taken, values[-1]

    def forward(self, X):
        return deque(self._values(X), maxlen=1)[0][1]

    def linearise(self, X):
        pulls, value = [], X
        for node, (taken, value) in zip(self.nodes, self._values(X)):
            operation = OPERATIONS.get(node.operation)
            pulls.append(operation and operation.pull(taken, value, node.arguments))

        def pull(cotangent):
            found = [None] * len(self.nodes)
            found[-1] = cotangent
            for index in range(len(self.nodes) - 1, 0, -1):
                if found[index] is None or pulls[index] is None:
                    continue
                inputs = self.nodes[index].inputs
                for i, part in zip(inputs, pulls[index](found[index])):
                    found[i] = part if found[i] is None else found[i] + part
                found[index] = None
            return np.zeros_like(X) if found[0] is None else found[0]

        return value, pull

    def _unit_view(self, layer, j, before_activation):
        raise TypeError(
            "A GraphNetwork has operations, but no layers whose units could be looked into. Cut "
            "the model at the units, and pass the part in front of them to as_network."
        )

    @property
    def block_rows(self):
        return max(64, _BLOCK_FLOATS // (3 * sum(self.widths)))

    def arguments(self):
        return self.nodes, self.task, self.classes, self.feature_names

    def __repr__(self):
        sizes = f"{self.n_features_in}-{self.n_outputs}"
        return f"GraphNetwork({sizes}, {len(self.nodes) - 1} operations, {self.task})"
