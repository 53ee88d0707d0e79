"""How forms that are networks answer: from the features of rows to raw values, layer by layer."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from skinterp.base._saved_forms import BodyKind, FormBody, register_body
from skinterp.network import DenseNetwork, as_activation


class SavedLayer(NamedTuple):
    """A fully connected layer: ``activation(rows @ weights + bias)``.

    Parameters
    ----------
    weights : ndarray of shape (n_in, n_out)
        The weights.
    bias : ndarray of shape (n_out,)
        The biases.
    activation : str
        Name of the activation.
    slope : float or None
        Its parameter, if it takes one.
    """

    weights: np.ndarray
    bias: np.ndarray
    activation: str
    slope: float | None

    @property
    def layer(self):
        """What a network takes as a layer."""
        name = self.activation
        activation = as_activation(name if self.slope is None else (name, self.slope))
        return self.weights, self.bias, activation


@dataclass(frozen=True, eq=False)
class LayersBody(FormBody):
    """Raw values that are those of fully connected layers.

    Parameters
    ----------
    layers : tuple of SavedLayer
        The layers, from the features to the raw values.
    """

    layers: tuple

    @classmethod
    def of(cls, network):
        """Return the body of a network.

        Parameters
        ----------
        network : DenseNetwork
            The network.

        Returns
        -------
        LayersBody
            Its weights, biases and activations.
        """
        return cls(tuple(SavedLayer(w, b, *activation) for w, b, activation in network.layers))

    @cached_property
    def _network(self):
        return DenseNetwork([saved.layer for saved in self.layers])

    def values(self, rows):
        """Compute the layers on the features of rows."""
        return self._network.raw_values(rows)


register_body(BodyKind(LayersBody, (SavedLayer,)))
