"""Fully connected networks, with exact derivatives by the chain rule."""

from typing import NamedTuple

import numpy as np

from skinterp.network._activations import IDENTITY, Activation
from skinterp.network._network import Network
from skinterp.network._value import read_only
from skinterp.utils import checked_index

_BLOCK_FLOATS = 2**18  # numbers held at a time while working: 2 MB, within a cache


class Layer(NamedTuple):
    """One fully connected layer: ``activation(X @ weights + bias)``."""

    weights: np.ndarray
    bias: np.ndarray
    activation: Activation


def _checked_layers(layers):
    """Return the layers with read-only arrays, refusing shapes that do not fit together."""
    checked, n_in = [], None
    for i, (weights, bias, activation) in enumerate(layers):
        weights, bias = read_only(weights, np.float64), read_only(bias, np.float64)
        if weights.ndim != 2 or 0 in weights.shape:
            raise ValueError(
                f"The weights of layer {i} must be a matrix (n_in, n_out). "
                f"Got shape {weights.shape} instead."
            )
        if n_in not in (None, len(weights)):
            raise ValueError(
                f"The weights of layer {i} must have {n_in} rows, one per unit of layer {i - 1}. "
                f"Got {len(weights)} instead."
            )
        n_in = weights.shape[1]
        if bias.shape != (n_in,):
            raise ValueError(
                f"The bias of layer {i} must have shape {(n_in,)}, one per column of its weights. "
                f"Got shape {bias.shape} instead."
            )
        if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            raise ValueError(
                "The weights and biases of a network must be finite. Got NaN or infinity in layer "
                f"{i} instead; train it again, for example with a lower learning rate."
            )
        checked.append(Layer(weights, bias, Activation(*activation)))
    return tuple(checked)


class DenseNetwork(Network):
    """A fully connected network.

    Parameters
    ----------
    layers : sequence of Layer
        The layers from the input to the output. For a classifier the last activation is the
        identity: the raw values are logits.
    task : {"regression", "binary", "multiclass", "multilabel"}, default="regression"
        What the network was trained for.
    classes : array-like or None, default=None
        The class labels; None for regression.
    feature_names : sequence of str or None, default=None
        The names of the inputs.
    n_hidden : int or None, default=None
        Number of hidden layers; None is all but the last. Fewer where layers behind the output
        layer only undo a scaling of the target.
    user_table : UserTable or None, default=None
        The user's table, where the inputs are features read off it.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.network import as_network
    >>> as_network(([np.ones((2, 3)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)],
    ...             ["relu", "identity"]))
    DenseNetwork(2-3-1, relu, regression)
    """

    def __init__(
        self,
        layers,
        task="regression",
        classes=None,
        feature_names=None,
        n_hidden=None,
        user_table=None,
    ):
        layers = _checked_layers(layers)
        n_features_in, n_outputs = len(layers[0].weights), len(layers[-1].bias)
        super().__init__(task, n_features_in, n_outputs, classes, feature_names, user_table)
        self._set(layers=layers, n_hidden=len(layers) - 1 if n_hidden is None else n_hidden)

    def with_layers(self, layers):
        """Return the network of other layers, for the same task and inputs.

        Parameters
        ----------
        layers : sequence of Layer
            The layers; all but the last are hidden.

        Returns
        -------
        DenseNetwork
            The network.
        """
        return DenseNetwork(
            layers, self.task, self.classes, self.feature_names, user_table=self.user_table
        )

    @property
    def hidden_layer_sizes(self):
        """Numbers of units in the hidden layers."""
        return tuple(len(layer.bias) for layer in self.layers[: self.n_hidden])

    def hidden_activations(self, X, layer, before_activation=False):
        """Return the activations of a hidden layer.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.
        layer : int
            Index of the hidden layer; negative counts from the last one.
        before_activation : bool, default=False
            Whether to return the inputs of the units instead of their activations.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
            The activations.
        """
        return self.up_to(layer, before_activation).raw_values(X)

    def _unit_view(self, layer, j, before_activation):
        layer = self._layer_index(layer)
        j = checked_index(j, self.hidden_layer_sizes[layer], f"The unit of hidden layer {layer}")
        network = self.up_to(layer, before_activation)
        place = "before activation" if before_activation else ""
        name = f"unit {j} of hidden layer {layer} {place}".rstrip()
        return network._linear_view(np.eye(network.n_outputs)[j], name)

    def _layer_index(self, layer):
        if not self.n_hidden:
            raise ValueError(
                "The network has no hidden layer to look into. Of a view pass its network."
            )
        return checked_index(layer, self.n_hidden, "layer", lowest=-self.n_hidden)

    def up_to(self, layer, before_activation=False):
        """Return the network that ends in a hidden layer.

        Parameters
        ----------
        layer : int
            Index of the hidden layer; negative counts from the last one.
        before_activation : bool, default=False
            Whether its outputs are the inputs of the units instead of their activations.

        Returns
        -------
        DenseNetwork
            The network, a regression of one output per unit.
        """
        layers = self.layers[: self._layer_index(layer) + 1]
        if before_activation:
            layers = (*layers[:-1], layers[-1]._replace(activation=IDENTITY))
        return DenseNetwork(layers, feature_names=self.feature_names, user_table=self.user_table)

    def _linear_view(self, weights, name):
        """Move the weights into the last layer, so that the view is a dense network itself."""
        *hidden, last = self.layers
        is_column = np.count_nonzero(weights) == 1 and weights.max() == 1.0
        if not is_column and last.activation != IDENTITY:
            return super()._linear_view(weights, name)
        column = weights[:, None]
        layers = [*hidden, Layer(last.weights @ column, last.bias @ column, last.activation)]
        network = DenseNetwork(
            layers,
            feature_names=self.feature_names,
            n_hidden=self.n_hidden,
            user_table=self.user_table,
        )
        return Network._linear_view(network, np.ones(1), name)

    def forward(self, X):
        for layer in self.layers:
            Z = X @ layer.weights
            Z += layer.bias
            X = layer.activation.value(Z)
        return X

    def linearise(self, X):
        slopes = []
        for weights, bias, activation in self.layers:
            Z = X @ weights
            Z += bias
            X = activation.value(Z)
            slopes.append(activation.derivative(Z, X))

        def pull(cotangent):
            signal = cotangent * slopes[-1]
            for layer, slope in zip(self.layers[:0:-1], slopes[-2::-1]):
                signal = signal @ layer.weights.T
                signal *= slope
            return signal @ self.layers[0].weights.T

        return X, pull

    @property
    def block_rows(self):
        widths = [self.n_features_in, *(3 * len(layer.bias) for layer in self.layers)]
        return max(64, _BLOCK_FLOATS // sum(widths))

    def arguments(self):
        return (
            self.layers,
            self.task,
            self.classes,
            self.feature_names,
            self.n_hidden,
            self.user_table,
        )

    def __repr__(self):
        sizes = "-".join(map(str, (self.n_features_in, *self.hidden_layer_sizes, self.n_outputs)))
        names = dict.fromkeys(str(layer.activation) for layer in self.layers[: self.n_hidden])
        return f"DenseNetwork({', '.join([sizes, *names, self.task])})"
