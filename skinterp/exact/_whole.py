"""Every linear region of a network inside a box, by cutting it unit after unit."""

from typing import NamedTuple

import numpy as np

from skinterp.exact._cells import ProgramCell, VertexCell, make_cell
from skinterp.exact._oblique import Nodes


class Part(NamedTuple):
    """A cell on which all units before one of a layer keep their sign.

    Parameters
    ----------
    cell : VertexCell or ProgramCell
        Where.
    layer : int
        Index of the hidden layer looked at.
    start : int
        The unit to go on with.
    A : ndarray of shape (d, n_units_of_layer)
        Slopes of the layer's pre-activations on this cell.
    c : ndarray of shape (n_units_of_layer,)
        Their offsets.
    pattern : tuple of ndarray of bool
        Which units of the layers before are on.
    """

    cell: VertexCell | ProgramCell
    layer: int
    start: int
    A: np.ndarray
    c: np.ndarray
    pattern: tuple


class Scaling(NamedTuple):
    """Coordinates u of a box: ``x = middle + half * u``, u in [-1, 1] where it is bounded."""

    middle: np.ndarray
    half: np.ndarray
    bounds: np.ndarray

    @classmethod
    def of_box(cls, lower, upper, scale):
        """Return the coordinates of a box; where it is unbounded `scale` takes its width."""
        bounded = np.isfinite(lower) & np.isfinite(upper)
        low, high = np.where(bounded, lower, 0.0), np.where(bounded, upper, 0.0)
        middle, half = 0.5 * (low + high), np.where(bounded, 0.5 * (high - low), scale)
        bounds = np.column_stack([(lower - middle) / half, (upper - middle) / half])
        return cls(middle, half, bounds)

    def inwards(self, slopes, offset):
        """Return slopes (d, ...) and offset of affine functions of x as functions of u."""
        return (slopes.T * self.half).T, offset + self.middle @ slopes

    def outwards(self, slopes, offset):
        """Return slopes (d, ...) and offset of affine functions of u as functions of x."""
        slopes = (slopes.T / self.half).T
        return slopes, offset - self.middle @ slopes


def whole(pieces, scaling):
    """Return the part that is the whole box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    scaling : Scaling
        The coordinates of the box.

    Returns
    -------
    Part
        The part.
    """
    if not pieces.n_units:
        return Part(
            make_cell(scaling.bounds), 0, 0, np.empty((len(scaling.half), 0)), np.empty(0), ()
        )
    A, c = scaling.inwards(pieces.weights[0], pieces.biases[0])
    return Part(make_cell(scaling.bounds), 0, 0, A, c, ())


def _through(pieces, part):
    """Return the part after its layer, on which no unit of the layer changes sign."""
    cell, layer, _, A, c, pattern = part
    on = cell.sides(A, c)
    factor = np.where(on, 1.0, pieces.slopes[layer])
    W, b = pieces.weights[layer + 1], pieces.biases[layer + 1]
    return Part(cell, layer + 1, 0, (A * factor) @ W, (c * factor) @ W + b, (*pattern, on))


def branch(pieces, part):
    """Return the next unit that changes sign inside a part, and the parts where it is off and on.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    part : Part
        The part.

    Returns
    -------
    part : Part
        The same cell, at the layer of the cut.
    unit : int or None
        The unit of that layer; None if the cell is a linear region, and then ``part.pattern`` is
        complete.
    children : tuple of Part
        Off and on.
    """
    while part.layer < len(pieces.slopes):
        layer = pieces.layer_of[part.layer]

        def name(unit, layer=layer):
            return f"unit {unit} of hidden layer {layer}"

        cell, unit, halves = part.cell.split(part.A, part.c, part.start, name)
        if unit is not None:
            return part, unit, tuple(part._replace(cell=half, start=unit + 1) for half in halves)
        part = _through(pieces, part._replace(cell=cell))
    return part, None, ()


def whole_tree(pieces, scaling, max_leaves=None):
    """Return the tree of every region of a network inside a box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    scaling : Scaling
        The coordinates of the box.
    max_leaves : int or None, default=None
        Number of leaves beyond which to give up.

    Returns
    -------
    ObliqueTree or None
        The tree; None if there are more than `max_leaves` leaves.
    """
    nodes, starts = Nodes(len(scaling.half)), pieces.starts
    stack = [(whole(pieces, scaling), None, 0)]
    while stack:
        part, parent, side = stack.pop()
        part, unit, children = branch(pieces, part)
        if unit is None:
            nodes.add_leaf(parent, side, np.concatenate([np.empty(0, bool), *part.pattern]))
            if max_leaves is not None and len(nodes.patterns) > max_leaves:
                return None
            continue
        test = scaling.outwards(part.A[:, unit], part.c[unit])
        node = nodes.add_test(parent, side, *test, starts[part.layer] + unit)
        stack += [(children[1], node, 1), (children[0], node, 0)]
    return nodes.tree()
