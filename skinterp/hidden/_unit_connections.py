"""The weights before and behind a unit."""

from dataclasses import dataclass

import numpy as np

from skinterp.sampling import feature_scale
from skinterp.utils import number_text


@dataclass(frozen=True, eq=False)
class UnitConnections:
    """Weights before and behind a unit.

    Parameters
    ----------
    input_names : tuple of str
        What the unit reads: inputs, or units of the layer before.
    input_weights : ndarray of shape (n_read,)
        Its weights on these.
    input_scale : ndarray of shape (n_read,)
        Standard deviations of these on the rows.
    output_weights : ndarray of shape (n_next,)
        Weights with which the next layer reads the unit; empty for an output.
    """

    input_names: tuple
    input_weights: np.ndarray
    input_scale: np.ndarray
    output_weights: np.ndarray

    @property
    def scaled_weights(self):
        """Weights per standard deviation of what the unit reads, whatever its units are."""
        return self.input_weights * self.input_scale

    def __str__(self):
        scaled = self.scaled_weights
        strongest = np.argsort(-np.abs(scaled), kind="stable")[:5]
        weights = ", ".join(
            f"{self.input_names[j]} {number_text(scaled[j], 3)}" for j in strongest
        )
        return f"strongest weights, per standard deviation: {weights}"


def connections_of(dense, location, rows, names):
    """Return the weights before and behind a unit.

    Parameters
    ----------
    dense : DenseNetwork
        The network.
    location : UnitLocation
        The unit.
    rows : ndarray of shape (n_samples, n_features)
        Rows, for the scale of the inputs.
    names : tuple of str
        Names of the inputs of the network.

    Returns
    -------
    UnitConnections
        The weights.
    """
    weights = location.sign * dense.layers[location.layer].weights[:, location.column]
    read = rows
    if location.layer:
        read = dense.hidden_activations(rows, location.layer - 1)
        names = tuple(f"unit {i}" for i in range(len(weights)))
    behind = ()
    if location.is_hidden:
        behind = dense.layers[location.layer + 1].weights[location.column]
    return UnitConnections(names, weights, feature_scale(read), np.asarray(behind, dtype=float))
