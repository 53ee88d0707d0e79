"""Every linear region of a network inside a box, by cutting it unit after unit."""

from typing import NamedTuple

import numpy as np

from skinterp.exact.pieces import _programs
from skinterp.exact.pieces._halfspace_cells import halfspace_steps
from skinterp.exact.pieces._vertex_cells import VertexCells

MAX_VERTEX_DIMENSIONS = 8
# With so many inputs warm linear programs are faster than vertices, if nobody wants these.
_FEWER_WITH_PROGRAMS = 7
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


def steps_in_box(pieces, coordinates, failed, vertices=True):
    """Search a box for all linear regions of a network, by vertices or by linear programs.

    Vertices are exact and fast, but more than 2^d a cell; linear programs work with any number of
    inputs and without a box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    coordinates : BoxCoordinates
        The coordinates of the box.
    failed : list of str
        Takes what each linear program that fails was about.
    vertices : bool, default=True
        Whether the vertices of the regions are wanted.

    Yields
    ------
    Step
        What is cut, and the regions found; a cell is cut before its halves.
    """
    bounds, most = coordinates.bounds, MAX_VERTEX_DIMENSIONS
    if not vertices and _programs.highspy is not None:
        most = min(most, _FEWER_WITH_PROGRAMS)
    if len(bounds) <= most and np.isfinite(bounds).all():
        return (Step(*found) for found in _vertex_steps(pieces, coordinates))
    return (Step(*found) for found in halfspace_steps(pieces, coordinates, failed))


def _vertex_steps(pieces, coordinates):
    """Yield the steps of a search by vertices.

    The cells of each layer wait in a pile. The deepest layer with enough cells for a block comes
    first, else the first layer with any, so that blocks are full and piles stay low.
    """
    first_layer = coordinates.inwards(pieces.weights[0], pieces.biases[0])
    n_units, n_cells = pieces.n_units, 1
    box = VertexCells.box(*first_layer, n_units, n_units)
    piles = [[box], *([] for _ in pieces.slopes[1:])]
    if not pieces.slopes:
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
