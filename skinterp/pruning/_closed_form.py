"""A small network as a formula that is as short as the box of the data allows.

Every unit is a sum of atoms: inputs, and functions that really bend inside the box. Units that
are linear there (a ReLU that is always on or off, say) are no atoms but sums themselves, and
units with the same, the opposite or, for kinks, a proportional input share an atom.
"""

from functools import reduce
from operator import add
from typing import NamedTuple

import numpy as np

from skinterp.expression import Constant, Variable
from skinterp.pruning._written_activations import write_activation

_ROUNDING = 1e-14  # of the largest term: what a sum may lose
_SATURATED = 1e-13  # change of a unit between -1 and 1 that is none
_VALLEY = -0.375  # no activation that falls and rises again goes below it
_BOUNDED, _ODD = ("tanh", "logistic"), ("tanh", "softsign")
_LINEAR_FROM = {"elu": 0.0, "celu": 0.0, "selu": 0.0, "hardswish": 3.0}
_LINEAR_TO = {"hardswish": -3.0}


class Sum(NamedTuple):
    """A linear function of the atoms, and its smallest and largest value in the box."""

    slopes: np.ndarray
    constant: float
    low: float
    high: float

    def scaled(self, scale):
        """Return a multiple of the sum."""
        ends = sorted((self.low * scale, self.high * scale))
        return Sum(self.slopes * scale, self.constant * scale, *ends)

    def shifted(self, shift):
        """Return the sum plus a number."""
        return Sum(self.slopes, self.constant + shift, self.low + shift, self.high + shift)


class Atoms:
    """Inputs less their centres, and functions of sums of earlier atoms.

    Parameters
    ----------
    centres : ndarray of shape (n_features,)
        What is subtracted from the inputs.
    low, high : ndarray of shape (n_features,)
        The box.
    """

    def __init__(self, centres, low, high):
        self.expressions = [
            Variable(j) - float(c) if c else Variable(j) for j, c in enumerate(centres)
        ]
        self.low, self.high = list(low - centres), list(high - centres)
        self._places = {}  # of functions of sums

    @property
    def sizes(self):
        """Largest absolute values in the box."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    def sum_of(self, slopes, constant):
        """Return a sum of atoms, without the terms that are lost in rounding."""
        ends = slopes[:, np.newaxis] * np.column_stack([self.low, self.high])
        sizes = np.abs(ends).max(axis=1)
        is_lost = sizes <= _ROUNDING * max(sizes.max(), abs(constant))
        slopes, ends = np.where(is_lost, 0.0, slopes), ends[~is_lost]
        low, high = constant + ends.min(axis=1).sum(), constant + ends.max(axis=1).sum()
        return Sum(slopes, float(constant), float(low), float(high))

    def expression(self, found):
        """Write a sum."""
        terms = [
            float(found.slopes[k]) * self.expressions[k] for k in np.flatnonzero(found.slopes)
        ]
        terms += [Constant(found.constant)] if found.constant or not terms else []
        return reduce(add, terms)

    def _key(self, kind, found):
        values = [found.constant, *(found.slopes * self.sizes[: len(found.slopes)])]
        return kind, tuple((k, f"{value:.12e}") for k, value in enumerate(values) if value)

    def known(self, kind, found):
        """Return where the atom of a function of a sum is, and its factor; None if new."""
        return self._places.get(self._key(kind, found))

    def place(self, kind, found, written, ends, scale=1.0):
        """Return where the atom of a function of a sum is, and its factor; a new one if new."""
        return self.known(kind, found) or self._new(self._key(kind, found), written(), ends, scale)

    def _new(self, key, expression, ends, scale):
        self._places[key] = len(self.expressions), scale
        self.expressions.append(expression)
        self.low.append(ends[0])
        self.high.append(ends[1])
        return self._places[key]


def _pieces(activation, low, high):
    """Return the bends in an interval; None where the activation is curved there."""
    name = activation.name
    if activation.bends is not None:
        return [bend for bend in activation.bends if low < bend < high]
    is_line = low >= _LINEAR_FROM.get(name, np.inf) or high <= _LINEAR_TO.get(name, -np.inf)
    return [] if is_line else None


def _hinge(atoms, found, jump):
    """Return ``jump * max(0, sum)``: parts by atoms, and which multiple of the sum to add."""
    scale = (np.abs(found.slopes) * atoms.sizes[: len(found.slopes)]).max()
    unit = found.scaled(1.0 / scale)
    opposite = atoms.known("hinge", unit.scaled(-1.0))
    if opposite is not None:  # max(0, z) = z + max(0, -z)
        place, factor = opposite
        return {place: jump * scale / factor}, jump
    ends = max(0.0, found.low), max(0.0, found.high)
    place, factor = atoms.place(
        "hinge", unit, lambda: write_activation("relu", atoms.expression(found)), ends, scale
    )
    return {place: jump * scale / factor}, 0.0


def _bent(atoms, activation, found, bends):
    """Return a piecewise-linear unit: parts by atoms, the multiple of its sum, and a constant."""
    ends = np.array([found.low, *bends, found.high])
    middles = (ends[:-1] + ends[1:]) / 2.0
    slopes = activation.derivative(middles)
    near = np.clip(0.0, ends[0], ends[1])
    slope = float(slopes[0])
    constant = float(activation.value(np.array(near)) - slope * near)
    parts = {}
    for bend, jump in zip(bends, np.diff(slopes).tolist(), strict=True):
        shifted = found.shifted(-bend)
        more, multiple = _hinge(atoms, shifted, jump)
        slope, constant = slope + multiple, constant - multiple * bend
        parts = {k: parts.get(k, 0.0) + more.get(k, 0.0) for k in {**parts, **more}}
    return parts, slope, constant


def _curved(atoms, activation, found):
    """Return a curved unit: parts by atoms, no multiple of its sum, and a constant."""
    kind, opposite = (activation.name, activation.slope), found.scaled(-1.0)
    known = atoms.known(kind, opposite)
    if known is not None and activation.name in _ODD:
        return {known[0]: -1.0}, 0.0, 0.0
    if known is not None and activation.name == "logistic":
        return {known[0]: -1.0}, 0.0, 1.0
    values = activation.value(np.array([found.low, found.high])).tolist()
    if not activation.rises and found.low < 0.0:
        values.append(_VALLEY)
    place, _ = atoms.place(
        kind,
        found,
        lambda: write_activation(activation, atoms.expression(found), found.low, found.high),
        (min(values), max(values)),
    )
    return {place: 1.0}, 0.0, 0.0


def _unit(atoms, activation, found, is_hidden):
    """Return the value of a unit as parts by atoms, a multiple of its sum, and a constant."""
    bends = _pieces(activation, found.low, found.high)
    if bends is not None:
        return _bent(atoms, activation, found, bends)
    low, high = activation.value(np.array([found.low, found.high]))
    if is_hidden and activation.name in _BOUNDED and abs(high - low) <= _SATURATED:
        return {}, 0.0, float((low + high) / 2.0)
    return _curved(atoms, activation, found)


def _layer(atoms, layer, slopes, constants, is_hidden):
    """Return slopes and constants of the units of a layer from those of what it reads."""
    slopes = layer.weights.T @ slopes
    constants = layer.weights.T @ constants + layer.bias
    sums = [atoms.sum_of(row, c) for row, c in zip(slopes, constants, strict=True)]
    units = [_unit(atoms, layer.activation, found, is_hidden) for found in sums]
    result = np.zeros((len(units), len(atoms.expressions)))
    for row, (parts, multiple, _), found in zip(result, units, sums, strict=True):
        row[: len(found.slopes)] = multiple * found.slopes
        for place, factor in parts.items():
            row[place] += factor
    pairs = zip(units, sums, strict=True)
    return result, np.array([c + multiple * found.constant for (_, multiple, c), found in pairs])


def closed_forms(layers, low, high, centres):
    """Return the raw values of layers as formulas that hold in a box, as short as it allows.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    low, high : ndarray of shape (n_features,)
        The box: smallest and largest values of the inputs.
    centres : ndarray of shape (n_features,)
        What is subtracted from the inputs, so that no digits are lost far from 0.

    Returns
    -------
    list of Expression
        A formula per raw value, not tidied: they share parts, and may be much longer written down.

    Raises
    ------
    ValueError
        If formulas have no operator for an activation that is curved in the box.
    """
    atoms = Atoms(centres, low, high)
    slopes, constants = np.eye(len(centres)), np.array(centres, dtype=float)
    for k, layer in enumerate(layers, 1):
        slopes, constants = _layer(atoms, layer, slopes, constants, is_hidden=k < len(layers))
    found = [atoms.sum_of(row, c) for row, c in zip(slopes, constants, strict=True)]
    return [atoms.expression(value) for value in found]
