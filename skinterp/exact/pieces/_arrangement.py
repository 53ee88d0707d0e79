"""Cells of a box known by their vertices, cut unit after unit of a network."""

from typing import NamedTuple

import numpy as np

from skinterp.exact.pieces._vertex_cells import VertexCells

_BLOCK = 2**16  # numbers at the vertices of the cells looked at together


class Step(NamedTuple):
    """What one step of a search has found: cells cut in two, and cells that are linear regions.

    Every cell has a number; the whole box has number 0.

    Parameters
    ----------
    cut : ndarray of int of shape (n_cut,)
        Cells cut.
    units : ndarray of int of shape (n_cut,)
        Index in a pattern of the unit that changes sign in each.
    slopes : ndarray of shape (n_cut, d)
        Slopes of its pre-activation there, in coordinates of the box.
    offsets : ndarray of shape (n_cut,)
        Its offset.
    halves : ndarray of int of shape (n_cut, 2)
        The cells where it is off and on.
    regions : ndarray of int of shape (n_regions,)
        Cells that are linear regions.
    patterns : ndarray of bool of shape (n_regions, n_units)
        Which hidden units are on in each.
    cells : VertexCells or None
        The same with their vertices, in coordinates of the box, where cells are known by vertices:
        the functions are the pre-activations of the last hidden layer.
    """

    cut: np.ndarray
    units: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    halves: np.ndarray
    regions: np.ndarray
    patterns: np.ndarray
    cells: VertexCells | None


def whole_pile(pieces, coordinates):
    """Return the piles of cells of each layer that hold all of a box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    coordinates : BoxCoordinates
        The coordinates of the box.

    Returns
    -------
    list of list of VertexCells
        The piles.
    """
    first_layer = coordinates.inwards(pieces.weights[0], pieces.biases[0])
    box = VertexCells.box(*first_layer, pieces.n_units, pieces.n_units)
    return [[box], *([] for _ in pieces.slopes[1:])]


def vertex_steps(pieces, piles, n_cells):
    """Yield the steps of a search of cells for linear regions, by their vertices.

    The deepest layer with enough cells for a block comes first, else the first layer with any, so
    that blocks are full and piles stay low.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    piles : list of list of VertexCells
        The cells that wait at each layer; at every step those that are still open.
    n_cells : int
        The number of the next cell.

    Yields
    ------
    tuple
        What a `Step` is made of.
    """
    if not pieces.slopes:
        (box,) = piles.pop()
        nothing, _ = _cut(pieces, 0, box.take(np.zeros(1, dtype=bool)), None, n_cells)
        yield *nothing, box.ids, box.patterns, box
        return
    while any(piles):
        layer = _next_pile(piles)
        cells = _block(piles[layer])
        lowest, highest = cells.sides
        crossing = (lowest < 0) & (highest > 0)
        is_cut = crossing.any(axis=1)
        found, whole = _cut(pieces, layer, cells.take(is_cut), crossing[is_cut], n_cells)
        n_cells += 2 * len(found[0])
        piles[layer] += whole
        done = _at_next_layer(pieces, layer, cells.take(~is_cut), highest[~is_cut] > 0)
        if layer + 1 < len(piles):
            piles[layer + 1] += [done] if len(done.ids) else []
            done = done.take(np.zeros(len(done.ids), dtype=bool))
        yield *found, done.ids, done.patterns, done


def _next_pile(piles):
    full = [layer for layer, pile in enumerate(piles) if sum(c.size for c in pile) >= _BLOCK]
    return full[-1] if full else next(layer for layer, pile in enumerate(piles) if pile)


def _block(pile):
    """Take the last cells off a pile, about as many as a block holds."""
    parts, size = [], 0
    while pile and size < _BLOCK:
        parts.append(pile.pop())
        size += parts[-1].size
    cells = VertexCells.joined(parts)
    reach = np.cumsum(cells.counts) * cells.side.shape[1]
    within = reach <= max(2 * _BLOCK, reach[0])
    if within.all():
        return cells
    pile.append(cells.take(~within))
    return cells.take(within)


def _cut(pieces, layer, cells, crossing, n_cells):
    """Cut cells by the first unit that changes sign in each."""
    n, d = len(cells.ids), cells.points.shape[1]
    halves = n_cells + np.arange(2 * n).reshape(n, 2)
    if not n:
        none = np.empty(0, dtype=int)
        return (none, none, np.empty((0, d)), np.empty(0), halves), []
    chosen, rows = crossing.argmax(axis=1), np.arange(n)
    units = pieces.starts[layer] + chosen
    functions = cells.slopes[rows, :, chosen], cells.offsets[rows, chosen]
    return (cells.ids, units, *functions, halves), cells.halves(chosen, 2 * d + units, halves)


def _at_next_layer(pieces, layer, cells, on):
    """Return cells in which no unit of a layer changes sign, with the functions of the next."""
    factor = np.where(on, 1.0, pieces.slopes[layer])
    patterns = cells.patterns.copy()
    patterns[:, pieces.starts[layer] : pieces.starts[layer + 1]] = on
    cells = cells._replace(patterns=patterns)
    if layer + 1 == len(pieces.slopes):
        return cells
    W, b = pieces.weights[layer + 1], pieces.biases[layer + 1]
    values = (cells.values * np.repeat(factor, cells.counts, axis=0)) @ W + b
    slopes, offsets = (cells.slopes * factor[:, np.newaxis]) @ W, (cells.offsets * factor) @ W + b
    return cells.with_functions(slopes, offsets, values)
