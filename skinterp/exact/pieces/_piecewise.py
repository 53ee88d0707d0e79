"""A network whose hidden layers bend at zero only, as weights, slopes and activation patterns."""

from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from skinterp.network import DenseNetwork, ScalarView, as_network, why_no_layers

_BENDING = ("relu", "leaky_relu")
_BLOCK_FLOATS = 2**20  # numbers held at a time: 8 MB


@dataclass(frozen=True, eq=False)
class PiecewiseLinear:
    """A piecewise-linear network: hidden layers ``z > 0 ? z : slope * z``, an affine last layer.

    Parameters
    ----------
    weights : tuple of ndarray of shape (n_in, n_out)
        Weights of every layer, the last one included.
    biases : tuple of ndarray of shape (n_out,)
        Biases.
    slopes : tuple of float
        Slope at negative inputs of every hidden layer.
    layer_of : tuple of int
        Index of each of them among the hidden layers of the user's network, where identity layers
        count, too.
    """

    weights: tuple
    biases: tuple
    slopes: tuple
    layer_of: tuple

    @property
    def starts(self):
        """Index of the first unit of each hidden layer in a pattern, and the number of units."""
        return (0, *accumulate(len(bias) for bias in self.biases[:-1]))

    @property
    def n_units(self):
        """Number of hidden units."""
        return self.starts[-1]

    def unit_name(self, unit):
        """Return the name of a unit.

        Parameters
        ----------
        unit : int
            Index in a pattern.

        Returns
        -------
        str
            For example "unit 3 of hidden layer 0".
        """
        layer = int(np.searchsorted(self.starts, unit, side="right")) - 1
        return f"unit {unit - self.starts[layer]} of hidden layer {self.layer_of[layer]}"

    def with_first_layer(self, weights, bias):
        """Return the network with another first layer: of a linear change of its inputs.

        Parameters
        ----------
        weights : ndarray of shape (n_in, n_out)
            Weights.
        bias : ndarray of shape (n_out,)
            Biases.

        Returns
        -------
        PiecewiseLinear
            The network.
        """
        return replace(self, weights=(weights, *self.weights[1:]), biases=(bias, *self.biases[1:]))

    def on_plane(self, origin, directions):
        """Return the network as a function of coordinates t on ``origin + t @ directions``.

        Parameters
        ----------
        origin : ndarray of shape (d,)
            A point of the plane.
        directions : ndarray of shape (n_directions, d)
            What spans it.

        Returns
        -------
        PiecewiseLinear
            The network of `n_directions` inputs.
        """
        first = self.weights[0]
        return self.with_first_layer(directions @ first, origin @ first + self.biases[0])

    def patterns(self, X):
        """Return which hidden units are on: whose pre-activation is positive.

        Parameters
        ----------
        X : ndarray of shape (n_samples, d)
            Rows.

        Returns
        -------
        ndarray of bool of shape (n_samples, n_units)
            Activation patterns, layer after layer.
        """
        result = np.empty((len(X), self.n_units), dtype=bool)
        step = max(64, _BLOCK_FLOATS // max(len(bias) for bias in self.biases))
        for start in range(0, len(X), step):
            H = X[start : start + step]
            for layer, slope in enumerate(self.slopes):
                Z = H @ self.weights[layer] + self.biases[layer]
                on = Z > 0
                units = slice(self.starts[layer], self.starts[layer + 1])
                result[start : start + step, units] = on
                H = np.where(on, Z, slope * Z)
        return result

    def values(self, X):
        """Return the outputs.

        Parameters
        ----------
        X : ndarray of shape (n_samples, d)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            Values.
        """
        H = X
        for W, b, slope in zip(self.weights, self.biases, self.slopes):
            Z = H @ W + b
            H = np.where(Z > 0, Z, slope * Z)
        return H @ self.weights[-1] + self.biases[-1]

    def _hidden_maps(self, pattern):
        """Return slopes (d, n_units) and offsets of all hidden units, under a pattern."""
        d = len(self.weights[0])
        A, c = np.eye(d), np.zeros(d)
        slopes, offsets = [np.empty((d, 0))], [np.empty(0)]
        for layer, slope in enumerate(self.slopes):
            A, c = A @ self.weights[layer], c @ self.weights[layer] + self.biases[layer]
            slopes.append(A)
            offsets.append(c)
            factor = np.where(pattern[self.starts[layer] : self.starts[layer + 1]], 1.0, slope)
            A, c = A * factor, c * factor
        return np.concatenate(slopes, axis=1), np.concatenate(offsets)

    def borders(self, pattern):
        """Return the inequalities ``slopes @ x <= bounds`` that the units of a pattern ask for.

        Units that are constant on the region ask for nothing.

        Parameters
        ----------
        pattern : ndarray of bool of shape (n_units,)
            Which units are on.

        Returns
        -------
        slopes : ndarray of shape (n_inequalities, d)
            Slopes.
        bounds : ndarray of shape (n_inequalities,)
            Right sides.
        units : ndarray of int of shape (n_inequalities,)
            The unit behind each.
        """
        slopes, offsets = self._hidden_maps(pattern)
        sign = np.where(pattern, -1.0, 1.0)
        slopes, bounds = (slopes * sign).T, -sign * offsets
        units = np.flatnonzero(np.any(slopes != 0.0, axis=1))
        return slopes[units], bounds[units], units


def _advice(network):
    kind = "Regressor" if network.task == "regression" else "Classifier"
    return f"use SymbolicSurrogate{kind} or TreeSurrogate{kind} instead"


def _dense(network):
    """Return the fully connected network behind a network or a view, with one output per value."""
    if isinstance(network, DenseNetwork):
        return network
    if isinstance(network, ScalarView) and isinstance(network.network, DenseNetwork):
        if network.network.n_outputs == 1:
            return network.network
        raise ValueError(
            f"The exact structure of the {network.name} does not exist, because log-odds against "
            "all other classes are smooth: take network.difference(j, k) or network.output(k)."
        )
    raise ValueError(
        f"Exact structure needs the layers of a network. Got {network!r} instead, which has none: "
        f"{_advice(network)}.{why_no_layers(network)}"
    )


def piecewise_linear(model):
    """Read a network as piecewise linear.

    Parameters
    ----------
    model : Network, ScalarView or anything `as_network` takes
        Hidden layers must be identity, ReLU or leaky ReLU.

    Returns
    -------
    PiecewiseLinear
        The network; identity layers are multiplied into the next one, and an activated last one
        (of a view of a hidden unit) is a hidden one in front of an identity.

    Raises
    ------
    ValueError
        If a layer is smooth, or there are no layers.
    """
    network = as_network(model)
    dense = _dense(network)
    weights, biases, slopes, layer_of = [], [], [], []
    W, b = np.eye(dense.n_features_in), np.zeros(dense.n_features_in)
    for index, layer in enumerate(dense.layers):
        W, b = W @ layer.weights, b @ layer.weights + layer.bias
        name = layer.activation.name
        if name in _BENDING:
            weights.append(W)
            biases.append(b)
            slopes.append(0.0 if name == "relu" else layer.activation.slope)
            layer_of.append(index)
            W, b = np.eye(len(b)), np.zeros(len(b))
        elif name != "identity":
            kind = "smooth" if layer.activation.bends is None else "not read here"
            raise ValueError(
                "Exact structure needs hidden layers that are identity, relu or leaky_relu. Got "
                f"{name} in layer {index} instead, which is {kind}: {_advice(network)}."
            )
    return PiecewiseLinear((*weights, W), (*biases, b), tuple(slopes), tuple(layer_of))
