"""The location of a unit: its layer and its column there."""

from numbers import Integral
from typing import NamedTuple

from skinterp.hidden._top_units import class_index, margin_of
from skinterp.network import ScalarView


class UnitLocation(NamedTuple):
    """A unit by its layer and its column there, as a view, with the sign of its weights."""

    view: ScalarView
    layer: int
    column: int
    is_hidden: bool
    sign: float = 1.0


def locate_unit(network, n_hidden, layer, unit):
    """Return the location of a hidden unit, or of an output."""
    if layer == "output":
        k = class_index(network, unit, "unit")
        binary = network.task == "binary"
        sign = -1.0 if binary and k == 0 else 1.0
        return UnitLocation(margin_of(network, k), n_hidden, 0 if binary else k, False, sign)
    if not isinstance(layer, Integral):
        raise ValueError(f"layer must be an integer or 'output'. Got {layer!r} instead.")
    return UnitLocation(network.unit(layer, unit), layer % n_hidden, int(unit), True)
