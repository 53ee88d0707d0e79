"""Every linear region of a network inside a box, by cutting it unit after unit."""

from typing import NamedTuple

import numpy as np

from skinterp.exact.pieces._polytopes import HalfspacePolytope, VertexPolytope, box_polytope


class Cell(NamedTuple):
    """A polytope on which all units before one of a layer keep their sign.

    Parameters
    ----------
    polytope : VertexPolytope or HalfspacePolytope
        Where.
    layer : int
        Index of the hidden layer looked at.
    start : int
        The unit to go on with.
    slopes : ndarray of shape (d, n_units_of_layer)
        Slopes of the layer's pre-activations on this cell.
    offsets : ndarray of shape (n_units_of_layer,)
        Their offsets.
    layers_on : tuple of ndarray of bool
        Which units of the layers before are on.
    """

    polytope: VertexPolytope | HalfspacePolytope
    layer: int
    start: int
    slopes: np.ndarray
    offsets: np.ndarray
    layers_on: tuple

    @property
    def pattern(self):
        """The activation pattern of the layers before, as one array."""
        return np.concatenate([np.empty(0, dtype=bool), *self.layers_on])


def box_cell(pieces, coordinates):
    """Return the cell that is a whole box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    coordinates : BoxCoordinates
        The coordinates of the box.

    Returns
    -------
    Cell
        The cell.
    """
    first_layer = coordinates.inwards(pieces.weights[0], pieces.biases[0])
    return Cell(box_polytope(coordinates.bounds), 0, 0, *first_layer, ())


def _at_next_layer(pieces, cell):
    """Return the cell at the next layer, of one on which no unit of its layer changes sign."""
    polytope, layer, _, slopes, offsets, layers_on = cell
    on = polytope.sides(slopes, offsets)
    factor = np.where(on, 1.0, pieces.slopes[layer])
    W, b = pieces.weights[layer + 1], pieces.biases[layer + 1]
    slopes, offsets = (slopes * factor) @ W, (offsets * factor) @ W + b
    return Cell(polytope, layer + 1, 0, slopes, offsets, (*layers_on, on))


def cut(pieces, cell):
    """Return the next unit that changes sign inside a cell, and the cells where it is off and on.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    cell : Cell
        The cell.

    Returns
    -------
    cell : Cell
        The same polytope, at the layer of the cut.
    unit : int or None
        The unit of that layer; None if the cell is a linear region, and then its pattern is
        complete.
    halves : tuple of Cell
        Off and on.
    """
    while cell.layer < len(pieces.slopes):
        layer, functions = pieces.layer_of[cell.layer], (cell.slopes, cell.offsets)
        polytope, unit, halves = cell.polytope.split(*functions, cell.start, layer)
        if unit is not None:
            cells = tuple(cell._replace(polytope=half, start=unit + 1) for half in halves)
            return cell, unit, cells
        cell = _at_next_layer(pieces, cell._replace(polytope=polytope))
    return cell, None, ()


def regions_in_box(pieces, coordinates):
    """Yield every linear region in a box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    coordinates : BoxCoordinates
        The coordinates of the box.

    Yields
    ------
    polytope : VertexPolytope or HalfspacePolytope
        The region, in coordinates of the box.
    pattern : ndarray of bool of shape (n_units,)
        Which hidden units are on.
    """
    stack = [box_cell(pieces, coordinates)]
    while stack:
        cell, unit, halves = cut(pieces, stack.pop())
        stack.extend(halves)
        if unit is None:
            yield cell.polytope, cell.pattern
