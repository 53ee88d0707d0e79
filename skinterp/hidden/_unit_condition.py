"""The condition of a unit: dead, saturated, redundant, or sound."""

from dataclasses import dataclass

import numpy as np

_SAME = 0.9999  # correlation from which two units are one
_FLAT = 0.02  # of the steepest slope of an activation: below it is saturated
_SATURATED = 0.95  # share of the rows
_CONSTANT = 1e-12  # of the largest value: a smaller range is rounding


@dataclass(frozen=True)
class UnitCondition:
    """Condition of a unit: dead, saturated, redundant, or none of these.

    Parameters
    ----------
    is_dead : bool
        Whether the unit has the same value on all rows, up to rounding.
    is_saturated : bool, default=False
        Whether the slope of its activation is below a fiftieth of the steepest on 95 % of rows.
    duplicates : tuple of int, default=()
        Redundant units: others of the layer that do the same on the rows, up to sign and scale.
    """

    is_dead: bool
    is_saturated: bool = False
    duplicates: tuple = ()

    @property
    def flags(self):
        """The faults of the unit, as words."""
        words = ["dead"] * self.is_dead + ["saturated"] * self.is_saturated
        return (*words, *(f"does the same as unit {j}" for j in self.duplicates))


def is_constant(values):
    """Return whether values, or the columns of a matrix, are the same on all rows."""
    return np.ptp(values, axis=0) <= _CONSTANT * np.abs(values).max(axis=0)


def redundant_units(activations, j):
    """Return the other units that are the same up to scale on the rows."""
    alive = ~is_constant(activations)
    if not alive[j]:
        return ()
    centred = activations - activations.mean(axis=0)
    norms = np.linalg.norm(centred, axis=0)
    cosine = np.zeros(len(norms))
    cosine[alive] = centred[:, alive].T @ centred[:, j] / (norms[alive] * norms[j])
    return tuple(k for k in np.flatnonzero(np.abs(cosine) > _SAME).tolist() if k != j)


def _slopes(activation, inputs):
    return np.abs(activation.derivative(inputs, activation.value(inputs)))


def is_saturated(activation, inputs):
    """Return whether an activation is flat at nearly all rows."""
    if activation.name in ("identity", "exp"):  # nowhere flat, nowhere steepest
        return False
    steepest = _slopes(activation, np.linspace(-5.0, 5.0, 1001)).max()
    return bool(np.mean(_slopes(activation, inputs) < _FLAT * steepest) >= _SATURATED)


def condition_of(dense, location, rows, values):
    """Return the condition of a unit.

    Parameters
    ----------
    dense : DenseNetwork
        The network.
    location : UnitLocation
        The unit.
    rows : ndarray of shape (n_samples, n_features)
        Rows.
    values : ndarray of shape (n_samples,)
        The unit on these.

    Returns
    -------
    UnitCondition
        Whether it is dead, saturated or redundant; an output can only be dead.
    """
    if not location.is_hidden or is_constant(values):
        return UnitCondition(bool(is_constant(values)))
    activation, j = dense.layers[location.layer].activation, location.column
    inputs = dense.hidden_activations(rows, location.layer, before_activation=True)
    duplicates = redundant_units(activation.value(inputs), j)
    return UnitCondition(False, is_saturated(activation, inputs[:, j]), duplicates)
