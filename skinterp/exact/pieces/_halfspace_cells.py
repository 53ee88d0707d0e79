"""Convex polytopes known by their inequalities and by points inside, asked by linear programs."""

from typing import NamedTuple

import numpy as np

from skinterp.exact.pieces._programs import INFEASIBLE, OPTIMAL, DepthProgram

THIN = 1e-9  # inner radius below which a polytope is empty, in units of the box
_POINTS_PER_DIMENSION = 16


class LinearProgramWarning(UserWarning):
    """A linear program failed; the branch it should have decided about was kept."""


class HalfspaceCell(NamedTuple):
    """A polytope on which the pre-activations of a layer are affine.

    Parameters
    ----------
    number : int
        Its number.
    layer : int
        Index of the hidden layer looked at.
    start : int
        The unit to go on with.
    slopes : ndarray of shape (d, n_units_of_layer)
        Slopes of the layer's pre-activations.
    offsets : ndarray of shape (n_units_of_layer,)
        Their offsets.
    pattern : ndarray of bool of shape (n_units,)
        Which units before that one are on.
    rows : tuple of Row
        The inequalities, beside the box.
    points : ndarray of shape (n_points, d)
        Points that lie deeper inside than a polytope that counts as empty is wide.
    """

    number: int
    layer: int
    start: int
    slopes: np.ndarray
    offsets: np.ndarray
    pattern: np.ndarray
    rows: tuple
    points: np.ndarray


def whole_box(pieces, coordinates):
    """Return the cell that is all of a box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    coordinates : BoxCoordinates
        The coordinates of the box.

    Returns
    -------
    HalfspaceCell
        The cell, number 0.
    """
    first_layer = coordinates.inwards(pieces.weights[0], pieces.biases[0])
    pattern = np.zeros(pieces.n_units, dtype=bool)
    return HalfspaceCell(0, 0, 0, *first_layer, pattern, (), _points_in(coordinates.bounds))


def halfspace_steps(pieces, bounds, stack, n_cells, failed, *, breadth_first=False):
    """Yield the steps of a search of cells for linear regions, by linear programs.

    A unit changes sign in a cell if a known point lies on either side of its border, or if a
    linear program finds one; it does not if bounds over the box say so.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    bounds : ndarray of shape (d, 2)
        The bounds of the coordinates.
    stack : list of HalfspaceCell
        The cells to search; at every step those that are still open, the next one last.
    n_cells : int
        The number of the next cell.
    failed : list of tuple of str
        Takes what each linear program that fails was about, and its status.
    breadth_first : bool, default=False
        Whether the next cell is the first one instead.

    Yields
    ------
    tuple
        What a `Step` is made of.
    """
    program = _Depths(DepthProgram(bounds), failed)
    none, d = np.empty(0, dtype=int), len(bounds)
    while stack:
        cell = stack.pop(0 if breadth_first else -1)
        cell, unit, halves = _cut(pieces, cell, bounds, program)
        if unit is None:
            nothing = none, none, np.empty((0, d)), np.empty(0), np.empty((0, 2), dtype=int)
            yield *nothing, np.array([cell.number]), cell.pattern[np.newaxis], None
            continue
        numbers, n_cells = np.array([[n_cells, n_cells + 1]]), n_cells + 2
        stack += [half._replace(number=k) for half, k in zip(halves, numbers[0])]
        functions = cell.slopes[np.newaxis, :, unit], cell.offsets[np.newaxis, unit]
        cut = np.array([cell.number]), np.array([pieces.starts[cell.layer] + unit])
        yield *cut, *functions, numbers, none, np.empty((0, pieces.n_units), dtype=bool), None


class _Depths(NamedTuple):
    """Linear programs, and what those that failed were about."""

    program: DepthProgram
    failed: list

    def row(self, slopes, bound):
        return self.program.row(slopes, bound)

    def deepest(self, rows, name):
        status, point, depth = self.program.deepest(rows)
        if status not in (OPTIMAL, INFEASIBLE):
            self.failed.append((name, status))
        return status, point, depth


def _points_in(bounds):
    """Draw points in a box, near its middle where it has no end."""
    d, rng = len(bounds), np.random.RandomState(0)
    low, high = np.maximum(bounds[:, 0], -1e3), np.minimum(bounds[:, 1], 1e3)
    wide = high - low > 2.0
    middle = np.clip(np.zeros(d), low + 1.0, np.maximum(low + 1.0, high - 1.0))
    u = rng.uniform(-1.0 + 1e-6, 1.0 - 1e-6, (_POINTS_PER_DIMENSION * d, d))
    return middle + u * np.where(wide, 1.0, 0.5 * (high - low))


def _cut(pieces, cell, bounds, program):
    """Return the next unit that changes sign in a cell, the cell at its layer, and the halves.

    The unit is None if there is none, and the pattern of the cell complete.
    """
    while cell.layer < len(pieces.slopes):
        pattern, first = cell.pattern.copy(), pieces.starts[cell.layer]
        for unit in range(cell.start, len(cell.offsets)):
            function = cell.slopes[:, unit], cell.offsets[unit]
            name = f"unit {unit} of hidden layer {pieces.layer_of[cell.layer]}"
            found = _halves(cell, *function, bounds, program, name)
            if None not in found:
                return (
                    cell,
                    unit,
                    tuple(
                        half._replace(start=unit + 1, pattern=_with(pattern, first + unit, on))
                        for half, on in zip(found, (False, True))
                    ),
                )
            pattern[first + unit] = found[1] is not None
        cell = _at_next_layer(pieces, cell._replace(pattern=pattern))
    return cell, None, ()


def _with(pattern, unit, on):
    pattern = pattern.copy()
    pattern[unit] = on
    return pattern


def _at_next_layer(pieces, cell):
    layer = cell.layer
    if layer + 1 == len(pieces.slopes):
        return cell._replace(layer=layer + 1)
    on = cell.pattern[pieces.starts[layer] : pieces.starts[layer + 1]]
    factor = np.where(on, 1.0, pieces.slopes[layer])
    W, b = pieces.weights[layer + 1], pieces.biases[layer + 1]
    slopes, offsets = (cell.slopes * factor) @ W, (cell.offsets * factor) @ W + b
    return cell._replace(layer=layer + 1, start=0, slopes=slopes, offsets=offsets)


def _halves(cell, a, c, bounds, program, name):
    """Return the parts of a cell where a function is negative and positive; None if empty."""
    ends = a[:, np.newaxis] * np.where((a == 0.0)[:, np.newaxis], 0.0, bounds)
    low, high = ends.min(axis=1).sum() + c, ends.max(axis=1).sum() + c
    if not low < 0 < high:
        return (None, cell) if low >= 0 and high > 0 else (cell, None)
    beyond = (cell.points @ a + c) / np.linalg.norm(a)
    return tuple(_half(cell, a, c, sign, beyond, program, name) for sign in (-1, 1))


def _half(cell, a, c, sign, beyond, program, name):
    """Return the part of a cell where a function has a sign; None if it is empty."""
    points = cell.points[sign * beyond > THIN]
    rows = (*cell.rows, program.row(-sign * a, sign * c))
    if len(points):
        return cell._replace(rows=rows, points=points)
    status, point, depth = program.deepest(rows, name)
    if status == INFEASIBLE or (status == OPTIMAL and depth <= THIN):
        return None
    return cell._replace(rows=rows, points=points if point is None else point[np.newaxis])
