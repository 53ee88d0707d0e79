"""All weights of a network, with the signs and the order of units that its answers leave free."""

from dataclasses import dataclass

import numpy as np

from skinterp.display import WeightMatricesDisplay
from skinterp.hidden._top_units import class_index
from skinterp.network import DenseNetwork, as_network, dense_of, input_names, output_names
from skinterp.sampling import feature_scale
from skinterp.utils import Result, aligned, number_text

_GRID = np.linspace(0.0, 5.0, 101)  # where an activation is seen to be odd


@dataclass(frozen=True, eq=False, repr=False)
class WeightMatrices(Result):
    """The weight matrices of a network, units aligned in sign and sorted by outgoing weights.

    Parameters
    ----------
    matrices : tuple of ndarray of shape (n_read, n_units)
        The weights into each layer, the output last, as they are aligned and sorted; of more than
        two classes the last less their mean over the classes, which changes no probability.
    names : tuple of tuple of str
        Inputs, units of each hidden layer, outputs, in the same order.
    orders : tuple of ndarray of int
        For each hidden layer, which unit of the network stands where.
    signs : tuple of ndarray
        For each hidden layer, by which sign each of these was multiplied: -1 or 1, of odd
        activations only.
    aligned_network : DenseNetwork
        The network of the aligned and sorted units, which answers as the network does.
    per_deviation : bool, default=False
        Whether weights of the inputs are per standard deviation, not per unit.
    output : str or None, default=None
        The class or output by whose weights units are sorted; None is all of them.
    """

    matrices: tuple
    names: tuple
    orders: tuple
    signs: tuple
    aligned_network: DenseNetwork
    per_deviation: bool = False
    output: str | None = None

    def _columns(self):
        """Return one line per weight."""
        titles = self._titles
        parts = [
            (title, read[i], units[j], matrix[i, j])
            for title, matrix, read, units in zip(
                titles, self.matrices, self.names[:-1], self.names[1:], strict=True
            )
            for i, j in np.ndindex(matrix.shape)
        ]
        columns = zip(*parts, strict=True)
        return dict(zip(("layer", "from", "to", "weight"), columns, strict=True))

    @property
    def _titles(self):
        n, per = len(self.matrices) - 1, ", per deviation" if self.per_deviation else ""
        hidden = (f"into hidden layer {k}{'' if k else per}" for k in range(n))
        less = ", less the mean" if self.aligned_network.task == "multiclass" else ""
        return (*hidden, f"into the output{less}")

    def display(self, max_units=30):
        """Return the display of all matrices.

        Parameters
        ----------
        max_units : int, default=30
            How many rows and columns of a matrix to show, the first ones.

        Returns
        -------
        WeightMatricesDisplay
            The display, not drawn yet.
        """
        title = "" if self.output is None else f"units by their weight for {self.output}"
        return WeightMatricesDisplay(
            self.matrices,
            self.names,
            titles=self._titles,
            max_units=max_units,
            title=title,
        )

    def __str__(self):
        blocks = []
        for title, matrix, read, units in zip(
            self._titles, self.matrices, self.names[:-1], self.names[1:], strict=True
        ):
            lines = [
                [name, *(number_text(w, 3) for w in row)]
                for name, row in zip(read, matrix, strict=True)
            ]
            blocks.append(f"weights {title}\n{aligned(['from', *units], lines)}")
        return "\n\n".join(blocks)


def _is_odd(activation):
    return bool(np.allclose(activation.value(-_GRID), -activation.value(_GRID)))


def _outgoing(weights, task, column):
    """Return what units are sorted and aligned by: weights into the next layer, or an output."""
    if task == "multiclass":
        weights = weights - weights.mean(axis=1, keepdims=True)
    if column is None:
        return weights
    return (
        weights[:, [0]] * (1.0 if column else -1.0) if task == "binary" else weights[:, [column]]
    )


def _sign_and_order(outgoing, is_odd):
    """Return the sign of each unit, for a positive outgoing weight, and their order.

    One outgoing weight is sorted by itself, from plus to minus, several by their length.
    """
    strongest = outgoing[np.arange(len(outgoing)), np.abs(outgoing).argmax(axis=1)]
    signs = np.where((strongest < 0.0) & is_odd, -1.0, 1.0)
    is_single = outgoing.shape[1] == 1
    key = outgoing[:, 0] * signs if is_single else np.linalg.norm(outgoing, axis=1)
    return signs, np.argsort(-key, kind="stable")


def weight_matrices(network, X=None, *, label=None):
    """Return all weight matrices of a network, units aligned in sign and sorted.

    The units of a layer may stand in any order, and the sign of a unit of an odd activation (tanh,
    identity) is free: with its incoming and outgoing weights turned the network answers alike.
    Here the largest outgoing weight of such a unit is positive, and units are sorted by their
    outgoing weights, from the last layer to the first.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with hidden layers.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows; with them the weights of the inputs are multiplied by their standard deviations, so
        that their units cancel.
    label : object or None, default=None
        The class by whose weights the units of the last hidden layer are sorted, by label (or by
        index, where labels are no numbers), or the index of an output; None is all of them.

    Returns
    -------
    WeightMatrices
        The matrices; `plot()` draws them beside each other.

    Raises
    ------
    ValueError
        If there is no hidden layer, or no such class.

    Notes
    -----
    Of more than two classes units are sorted by the weights less their mean over the classes.
    Weights are no importances: a unit passes on as much as its slope, and an input counts by how
    far it varies. See :func:`skinterp.importance.partial_derivatives`.

    Examples
    --------
    >>> from skinterp.hidden import weight_matrices
    >>> network = ([[[1.0, -2.0]], [[0.5], [-3.0]]], [[0.0, 0.0], [0.0]], ["tanh", "identity"])
    >>> found = weight_matrices(network)
    >>> found.names[1], found.matrices[0], found.matrices[1].ravel()
    (('unit 1', 'unit 0'), array([[2., 1.]]), array([3. , 0.5]))
    """
    network = as_network(network)
    dense = dense_of(network, "weight_matrices")
    if not dense.n_hidden:
        raise ValueError(f"weight_matrices needs a hidden layer. Got {dense!r} instead.")
    k = None if label is None else class_index(network, label, "label")
    turned, orders, signs = _turned(dense, network.task, k)
    scale = np.ones(dense.n_features_in) if X is None else feature_scale(network.check(X))
    matrices = [layer.weights for layer in turned.layers[: dense.n_hidden + 1]]
    matrices[0] = matrices[0] * scale[:, np.newaxis]
    matrices[-1] = _outgoing(matrices[-1], network.task, k)
    outputs, n = output_names(network), matrices[-1].shape[1]
    output = None if k is None else (f"output {k}" if network.classes is None else str(label))
    if k is not None:
        outputs = (output,)
    elif len(outputs) != n:
        outputs = tuple(f"output {i}" for i in range(n))
    units = [tuple(f"unit {j}" for j in order) for order in orders]
    names = (tuple(input_names(network, X)), *units, tuple(outputs))
    return WeightMatrices(tuple(matrices), names, orders, signs, turned, X is not None, output)


def _turned(dense, task, column):
    """Return the network of aligned and sorted units, and order and signs of each hidden layer."""
    layers, orders, signs = list(dense.layers), [], []
    for i in range(dense.n_hidden - 1, -1, -1):
        weights, bias, activation = layers[i]
        is_last = i == dense.n_hidden - 1
        after = layers[i + 1].weights
        outgoing = _outgoing(after, task, column) if is_last else after
        sign, order = _sign_and_order(outgoing, _is_odd(activation))
        layers[i] = layers[i]._replace(
            weights=(weights * sign)[:, order], bias=(bias * sign)[order]
        )
        layers[i + 1] = layers[i + 1]._replace(weights=(after * sign[:, np.newaxis])[order])
        orders.insert(0, order)
        signs.insert(0, sign[order])
    turned = DenseNetwork(
        layers, dense.task, dense.classes, dense.feature_names, dense.n_hidden, dense.user_table
    )
    return turned, tuple(orders), tuple(signs)
