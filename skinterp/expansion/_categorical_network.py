"""Networks that take the user's table of categories, and the same as functions of codes."""

from copy import copy
from typing import NamedTuple

import numpy as np

from skinterp.expansion._reading import read_categorical
from skinterp.network import DenseNetwork, Network, ScalarView
from skinterp.table import as_table
from skinterp.utils import check_columns, output_index

_FORMS = (
    '"logits", "raw", "margin", a class, an index, or a tuple: ("output", k), ("margin", k), '
    '("difference", j, k), ("unit", layer, j) or ("layer", layer)'
)

_LENGTHS = {  # of the tuples, with their first entry
    "output": (2,),
    "margin": (1, 2),
    "difference": (3,),
    "unit": (3, 4),
    "layer": (2, 3),
}


class CategoricalNetwork(Network):
    """A network that takes rows of categories as the user has them.

    Parameters
    ----------
    network : Network
        The network behind the encoder.
    table : CategoricalTable
        Its categorical inputs.
    n_columns : int
        Number of columns of the user's table.
    feature_names : sequence of str or None
        Names of these columns.
    """

    def __init__(self, network, table, n_columns, feature_names=None):
        super().__init__(
            network.task, n_columns, network.n_outputs, network.classes, feature_names
        )
        self._set(network=network, table=table)

    @property
    def name(self):
        """What the output is, for titles."""
        return getattr(self.network, "name", "output")

    def check(self, X):
        """Check rows and return them as codes of categories.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows of the user's table.

        Returns
        -------
        ndarray of int of shape (n_samples, n_variables)
            The index of the category of each variable.

        Raises
        ------
        ValueError
            If columns are missing, unexpected or in another order, or a category is unknown.
        """
        X = as_table(X)
        check_columns(X, self.n_features_in, self.feature_names)
        return self.table.codes(X)

    def forward(self, X):
        return self.network.forward(self.table.encode(X))

    def linearise(self, X):
        raise TypeError(
            "A network of categories has no gradient by them; expand it instead "
            "(CategoricalExpansion)."
        )

    @property
    def block_rows(self):
        return self.network.block_rows

    def _behind(self, network):
        return CategoricalNetwork(network, self.table, self.n_features_in, self.feature_names)

    def _linear_view(self, weights, name):
        return self._behind(self.network._linear_view(weights, name))

    def _unit_view(self, layer, j, before_activation):
        return self._behind(self.network.unit(layer, j, before_activation))

    def margin(self, k=None):
        """View the log-odds of one class against all others.

        Parameters
        ----------
        k : object, default=None
            The class, by its label or index; may be left out when there are two, meaning the
            second one.

        Returns
        -------
        CategoricalNetwork
            The logit of the class.
        """
        return self._behind(self.network.margin(k))

    def layer(self, layer, before_activation=False):
        """View all units of one hidden layer.

        Parameters
        ----------
        layer : int
            Index of the hidden layer; negative counts from the last one.
        before_activation : bool, default=False
            Whether to view the inputs of the units instead of their activations.

        Returns
        -------
        CategoricalNetwork
            A network with one output per unit.
        """
        self.network.unit(layer, 0, before_activation)  # refuses what has no such layer
        dense = getattr(self.network, "network", self.network)
        return self._behind(dense.up_to(layer, before_activation))

    def arguments(self):
        return self.network, self.table, self.n_features_in, self.feature_names

    def __repr__(self):
        return f"CategoricalNetwork({len(self.table.names)} variables, of {self.network!r})"


def categorical_network(model, X, groups=None, numbers="values"):
    """Read a model over categories as a network that takes the user's table.

    Parameters
    ----------
    model : object
        Fitted: anything :func:`skinterp.network.as_network` takes, such as a pipeline with
        encoders in front of a network.
    X : array-like or data frame of shape (n_samples, n_columns)
        Rows of the user's table.
    groups : dict of str to sequence, sequence of sequences, or None, default=None
        Without an encoder: the columns (names or indices) of each one-hot group. A column in no
        group is a variable itself, as `numbers` says.
    numbers : {"values", "median"}, int or row, default="values"
        What becomes of columns of numbers: variables with their distinct values as categories, at
        most 64; held at their medians in X, or at the numbers of a row (a data frame of one row,
        a Series or dict by name, a sequence); or in this many bins of about equally many rows, at
        whose medians the network is asked.

    Returns
    -------
    CategoricalNetwork
        The network, with views of outputs, margins, units and layers; to be passed as `network`.

    Raises
    ------
    ValueError
        If values are missing or unknown, a column has too many numbers, or a group is not one-hot.
    TypeError
        If the model cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.expansion import categorical_network
    >>> X = np.array([[0, 1, 0], [1, 0, 0], [1, 0, 1]])
    >>> network = categorical_network(lambda X: X[:, 0] * X[:, 2], X, groups={"base": [0, 1]})
    >>> network.table.categories
    (('x0', 'x1'), (0, 1))
    >>> network.predict(X)
    array([0., 0., 1.])
    """
    if isinstance(model, CategoricalNetwork):
        return model
    X = as_table(X)
    network, table, names = read_categorical(model, X, groups, numbers)
    return CategoricalNetwork(network, table, X.shape[1], names)


def select_output(network, output):
    """Return the view of a network that an `output` parameter means.

    Parameters
    ----------
    network : CategoricalNetwork
        The network.
    output : str, int or tuple
        What to look at.

    Returns
    -------
    CategoricalNetwork
        The view; the network itself for all its outputs.

    Raises
    ------
    ValueError
        If there is no such output.
    """
    if isinstance(output, str) and output in ("logits", "raw"):
        return network
    may_be_class = isinstance(output, str | bool | np.bool_) and network.classes is not None
    if may_be_class and not (isinstance(output, str) and output in _LENGTHS):
        k = output_index(output, network.classes)
        is_binary = network.task == "binary"
        return network.output(network.classes[k]) if is_binary else network.margin(k)
    if isinstance(output, int | np.integer) and not isinstance(output, bool):
        network._column(output, "output")  # refuses what is no output
        return network.output(int(output))
    if isinstance(output, str) and output == "margin" and network.task == "multiclass":
        raise ValueError(
            "output='margin' is for two classes. Got a network of "
            f"{len(network.classes)} instead: name one of {network.classes.tolist()}."
        )
    form = (output,) if isinstance(output, str) else output
    is_form = isinstance(form, tuple | list) and form
    if not is_form or len(form) not in _LENGTHS.get(form[0], ()):
        raise ValueError(f"output must be one of {_FORMS}. Got {output!r} instead.")
    method, *arguments = form
    return getattr(network, method)(*arguments)


class CodedFunction:
    """A network as a function of integer codes: ``rest(bias + sum_i tables[i][x_i])``.

    Parameters
    ----------
    network : CategoricalNetwork
        The network.
    centred : bool, default=False
        Whether to subtract the mean over the outputs.
    """

    def __init__(self, network, centred=False):
        table, inner = network.table, network.network
        self.layers, self.inner = _dense_layers(inner), inner
        self.centred, self.sizes, self.n_outputs = centred, table.sizes, network.n_outputs
        self.table, self.bias = table, table.offset
        if self.layers is not None:
            weights, bias, _ = self.layers[0]
            self.bias = bias + table.offset @ weights
        self.tables = self._tables_of(table.blocks, table.touched)

    def _tables_of(self, blocks, columns_of):
        """Return what each category of each variable adds to the first layer, or to the inputs."""
        pairs = zip(blocks, columns_of, strict=True)
        if self.layers is None:
            return [_spread(block, columns, len(self.bias)) for block, columns in pairs]
        return [block @ self.layers[0].weights[columns] for block, columns in pairs]

    def first(self, codes):
        """Return what is linear in the one-hot code: sums of the first layer, or the inputs."""
        total = np.tile(self.bias, (len(codes), 1))
        for i, table in enumerate(self.tables):
            total += table[codes[:, i]]
        return total

    def rest(self, first):
        """Return the outputs (n, n_outputs) that go with the sums of the first layer."""
        if self.layers is None:
            values = self.inner.forward(first)
        else:
            values = self.layers[0].activation.value(first)
            for layer in self.layers[1:]:
                values = layer.activation.value(values @ layer.weights + layer.bias)
        if not np.isfinite(values).all():
            raise ValueError(
                "The network must have finite values where it is asked. Got NaN or infinite "
                "values instead."
            )
        return values - values.mean(axis=1, keepdims=True) if self.centred else values

    def __call__(self, codes):
        """Return the outputs (n, n_outputs) at rows of codes."""
        return self.rest(self.first(codes))

    def with_absence(self):
        """Return the function with one category more per variable: none of them, all inputs 0."""
        table = self.table
        touched = np.concatenate(table.touched)
        if len(np.unique(touched)) < len(touched):
            raise ValueError(
                'gauge="zero_vector" needs an encoder with columns of its own for each variable. '
                "Got columns that several variables share instead: use another gauge."
            )
        columns_of, blocks = list(table.touched), []
        single = [i for i, columns in enumerate(columns_of) if not len(columns)]
        if single:  # columns that never change belong to a variable of one category
            columns_of[single[0]] = np.setdiff1d(np.arange(len(table.offset)), touched)
        for block, columns in zip(table.blocks, columns_of, strict=True):
            present = block if block.shape[1] == len(columns) else np.zeros((1, len(columns)))
            blocks.append(np.vstack([present, -table.offset[columns]]))
        copied = copy(self)
        copied.sizes = tuple(q + 1 for q in self.sizes)
        copied.tables = self._tables_of(blocks, columns_of)
        return copied


def _spread(block, columns, width):
    full = np.zeros((len(block), width))
    full[:, columns] = block
    return full


def _dense_layers(network):
    """Return the layers of a dense network, or of a linear view of one; None if there are none."""
    if isinstance(network, ScalarView) and getattr(network.head, "weights", None) == (1.0,):
        network = network.network
    return network.layers if isinstance(network, DenseNetwork) else None


class HiddenLayer(NamedTuple):
    """A hidden layer over categories, and the linear output behind it.

    `activation` is that of the units, `function` the `CodedFunction` that says what each category
    adds to their inputs; `behind` of shape (n_units, n_outputs) and `bias` of shape (n_outputs,)
    are weights and bias behind the units, centred over the outputs if the function is.
    """

    activation: object
    function: object
    behind: np.ndarray
    bias: np.ndarray


def hidden_layer(function):
    """Return one hidden layer and the weights behind it, if a function is no deeper.

    Parameters
    ----------
    function : CodedFunction
        The function.

    Returns
    -------
    HiddenLayer or None
        The layer; None if the function is not of this form.
    """
    layers = function.layers
    if layers is None or len(layers) > 2:
        return None
    if len(layers) == 1:
        weights, bias = np.eye(function.n_outputs), np.zeros(function.n_outputs)
    elif layers[1].activation.name == "identity":
        weights, bias = layers[1].weights, layers[1].bias
    else:
        return None
    if function.centred:
        weights = weights - weights.mean(axis=1, keepdims=True)
        bias = bias - bias.mean()
    return HiddenLayer(layers[0].activation, function, weights, bias)
