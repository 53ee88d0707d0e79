"""The polyhedral complex on which a classifier gives one class per cell, and its merging.

A cell is known by its facets: of each, the hyperplane with a sign, and the vertices on it.
Hyperplane k is ``k + 1`` in the facets of cells where its function is negative, ``-(k + 1)``
where it is positive. Neighbours have a facet's vertices in common, because the network and the
margins between its classes are continuous.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from skinterp.exact.pieces._search import search_box
from skinterp.exact.pieces._vertex_cells import tight_table

_SAME = 1e-9  # of the half width of the box: vertices, and hyperplanes, so close are one
_ROUGH = 10  # digits in which points that are equal but for rounding are taken together first
_BEYOND = 1e-9  # by which a vertex may pass an inequality that holds


@dataclass
class ClassComplex:
    """Convex cells in each of which a classifier gives one class.

    Parameters
    ----------
    classes : dict of int to int
        The class of each cell, by number.
    facets : dict of int to dict of int to frozenset of int
        The facets of each cell: vertices, by hyperplane with its sign.
    vertices : ndarray of shape (n_vertices, d)
        Points.
    planes : ndarray of shape (n_planes, d + 1)
        Hyperplanes ``w @ u + c = 0``, the sides of the box first.
    halves : dict of int to list of int
        Cells cut by the search that made the complex, and their halves, off and on.
    tests : dict of int to tuple of (ndarray of shape (d,), float, int)
        What they were cut by: slopes and offset of a unit, and its index; margins between classes
        follow on the hidden units.
    n_regions : int
        Number of linear regions.
    unfinished : tuple of str
        What says that a part of the box is in no cell, as the search ended early.
    """

    classes: dict
    facets: dict
    vertices: np.ndarray
    planes: np.ndarray
    halves: dict
    tests: dict
    n_regions: int
    unfinished: tuple = ()

    @property
    def d(self):
        """Number of dimensions."""
        return self.vertices.shape[1]

    def is_side(self, plane):
        """Return whether a hyperplane, with its sign, is a side of the box."""
        return abs(plane) <= 2 * self.d

    def inequalities(self, cell):
        """Return slopes (n_facets, d) and bounds (n_facets,) of a cell, and its planes."""
        planes = sorted(self.facets[cell])
        rows = np.sign(planes)[:, np.newaxis] * self.planes[np.abs(planes) - 1]
        return rows[:, :-1], -rows[:, -1], planes

    def _owners(self):
        """Return, by the vertices of a facet, the cells that it bounds, and its plane in each."""
        found = defaultdict(list)
        for cell, facets in self.facets.items():
            for plane, vertices in facets.items():
                if not self.is_side(plane):
                    found[vertices].append((cell, plane))
        return found

    @property
    def n_unpaired(self):
        """Number of facets that do not divide two cells, because rounding tells them apart."""
        return sum(len(cells) != 2 for cells in self._owners().values())

    def shared_facets(self):
        """Return, by the vertices of a facet, the two cells that it divides, and its planes."""
        return {facet: cells for facet, cells in self._owners().items() if len(cells) == 2}

    def boundary(self):
        """Return the facets between different classes: plane, class below and above, vertices."""
        found = []
        for vertices, ((first, plane), (second, _)) in self.shared_facets().items():
            below, above = self.classes[first], self.classes[second]
            if below != above:
                sides = (below, above) if plane > 0 else (above, below)
                found.append((abs(plane) - 1, *sides, vertices))
        return found


def class_margins(network):
    """Return the functions that tell the classes apart, and the class on either side of each.

    Parameters
    ----------
    network : Network
        A classifier.

    Returns
    -------
    C : ndarray of shape (n_margins, n_outputs)
        Functions ``C @ outputs``.
    pairs : ndarray of int of shape (n_margins, 2)
        The class that wins where the function is 0 or less, and where it is positive.
    """
    pairs = np.array(list(combinations(range(len(network.classes)), 2)))
    if network.task == "binary":
        return np.ones((1, 1)), pairs
    identity = np.eye(network.n_outputs)
    return identity[pairs[:, 1]] - identity[pairs[:, 0]], pairs


def _with_margins(pieces):
    """Return the network with its outputs as units of one more layer, which bends nothing."""
    n = len(pieces.biases[-1])
    return replace(
        pieces,
        weights=(*pieces.weights, np.eye(n)),
        biases=(*pieces.biases, np.zeros(n)),
        slopes=(*pieces.slopes, 1.0),
        layer_of=(*pieces.layer_of, len(pieces.slopes)),
    )


def read_complex(pieces, pairs, coordinates, max_regions, time_budget=None, n_jobs=None):
    """Cut a box into the cells on which a classifier is affine and gives one class.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The margins between classes, as functions of the coordinates.
    pairs : ndarray of int of shape (n_margins, 2)
        The classes between which each is.
    coordinates : BoxCoordinates
        The coordinates of the box.
    max_regions : int or None
        Number of cells beyond which to refuse.
    time_budget : float or None, default=None
        Seconds after which to end with the cells found until then; so does an interruption.
    n_jobs : int or None, default=None
        Parts of the box searched at once.

    Returns
    -------
    ClassComplex
        The cells.

    Raises
    ------
    ValueError
        If there are more cells than `max_regions`.
    """
    pieces, d = _with_margins(pieces), len(coordinates.half)
    early = {"max_regions": max_regions, "time_budget": time_budget, "keep": True}
    found = search_box(pieces, coordinates, **early, vertices=True, n_jobs=n_jobs)
    if max_regions is not None and found.n_regions > max_regions:
        raise ValueError(
            "max_regions must be at least the number of linear regions, cut where the class "
            f"changes. Got {max_regions} instead, and reached {max_regions + 1} with more to "
            "come: pass a larger one, or a smaller box."
        )
    steps, first = found.steps, pieces.n_units - len(pairs)
    tests = {
        cell: test
        for step in steps
        for cell, *test in zip(step.cut.tolist(), step.slopes, step.offsets, step.units.tolist())
    }
    halves = {
        cell: pair for step in steps for cell, pair in zip(step.cut.tolist(), step.halves.tolist())
    }
    planes, plane_of = _planes(tests, d)
    paths = _paths(halves, tests, plane_of, d)
    points = np.concatenate([step.cells.points for step in steps])
    labels, vertices = _distinct(points)
    facets, classes, at = {}, {}, 0
    for step in steps:
        winners = _winners(step.patterns[:, first:], pairs)
        classes |= dict(zip(step.regions.tolist(), winners.tolist()))
        for cell, tight in zip(step.regions.tolist(), _tight_of(step.cells)):
            ids = labels[at : at + len(tight)]
            facets[cell] = _facets_of(tight, ids, paths[cell], d)
            at += len(tight)
    n_regions = len({pattern.tobytes() for pattern in found.patterns[:, :first]})
    unfinished = found.unfinished(pieces, coordinates)
    return ClassComplex(classes, facets, vertices, planes, halves, tests, n_regions, unfinished)


def _tight_of(cells):
    """Return which constraints are tight at the vertices of each cell."""
    return np.split(tight_table(cells.tight), np.cumsum(cells.counts))[:-1]


def _winners(is_second, pairs):
    """Return the class of each cell, from which of each pair of classes wins there."""
    won = np.where(is_second, pairs[:, 1], pairs[:, 0])
    return np.array([np.bincount(row).argmax() for row in won], dtype=int)


def _planes(tests, d):
    """Return the different hyperplanes of tests and box, and the signed one of each test.

    The sign is that of its facets where the test is negative.
    """
    sides = np.column_stack([np.concatenate([-np.eye(d), np.eye(d)]), -np.ones(2 * d)])
    rows = np.array([np.append(*test[:2]) for test in tests.values()]).reshape(-1, d + 1)
    rows = rows / np.linalg.norm(rows[:, :-1], axis=1, keepdims=True)
    lead = np.abs(rows[:, :-1]).argmax(axis=1)[:, np.newaxis]
    sign = np.sign(np.take_along_axis(rows, lead, axis=1)[:, 0])
    labels, planes = _distinct(rows * sign[:, np.newaxis])
    signed = (sign * (labels + 1 + 2 * d)).astype(int)
    return np.concatenate([sides, planes]), dict(zip(tests, signed.tolist()))


def _distinct(points):
    """Return the label of each point, and one point of each label: those so close are one."""
    if not len(points):
        return np.empty(0, dtype=int), points
    rounded = np.round(points, _ROUGH) + 0.0
    _, first, index = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    some = points[first]
    pairs = KDTree(some).query_pairs(_SAME, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(some), len(some)))
    n, labels = connected_components(graph, directed=False)
    chosen = np.empty((n, points.shape[1]))
    chosen[labels] = some
    return labels[index.ravel()], chosen


def _paths(halves, tests, plane_of, d):
    """Return, of every cell left uncut, the signed plane of each constraint of its path."""
    paths = {0: {k: k + 1 for k in range(2 * d)}}
    for cell, (off, on) in halves.items():
        path, constraint, plane = paths.pop(cell), 2 * d + tests[cell][2], plane_of[cell]
        paths[off] = {**path, constraint: plane}
        paths[on] = {**path, constraint: -plane}
    return paths


def _facets_of(tight, ids, path, d):
    """Return the facets of one cell from what is tight at its vertices."""
    found = {}
    for constraint in np.flatnonzero(tight.sum(axis=0) >= d).tolist():
        if constraint in path:
            found[path[constraint]] = frozenset(ids[tight[:, constraint]].tolist())
    faces = list(found.values())
    return {
        plane: face for plane, face in found.items() if not any(face < other for other in faces)
    }


def merge_halves(cells):
    """Merge the halves of cells that have one class: subtrees with one answer.

    Parameters
    ----------
    cells : ClassComplex
        The cells.

    Returns
    -------
    ClassComplex
        Fewer cells; those that were merged have the number of the cell once cut.
    """
    classes, facets = dict(cells.classes), dict(cells.facets)
    for cell in sorted(cells.halves, reverse=True):  # halves have higher numbers
        off, on = cells.halves[cell]
        if off not in classes or on not in classes or classes[off] != classes[on]:
            continue
        shared = _shared(facets[off], facets[on])
        if shared is not None:
            facets[cell] = _joined(facets.pop(off), facets.pop(on), *shared, cells.d)
            classes[cell] = classes.pop(off)
            del classes[on]
    return replace(cells, classes=classes, facets=facets)


def _shared(first, second):
    """Return the planes, signed, of the facet that two cells share; None if it is not one."""
    where = {face: plane for plane, face in second.items()}
    found = [(plane, where[face]) for plane, face in first.items() if face in where]
    return found[0] if len(found) == 1 else None


def _joined(first, second, plane, other, d):
    """Return the facets of two cells together that share one, on a plane of each."""
    joined = {key: face for key, face in first.items() if key != plane}
    for key, face in second.items():
        if key != other:
            joined[key] = joined[key] | face if key in joined else face
    counts: dict = defaultdict(int)
    for face in joined.values():
        for vertex in face & first[plane]:
            counts[vertex] += 1
    inner = {vertex for vertex in first[plane] if counts[vertex] < d}
    return {key: face - inner for key, face in joined.items()} if inner else joined


def merge_neighbours(cells, end=np.inf):
    """Merge neighbours of one class whose union is convex, until there are none.

    The union of two cells that share a facet is convex if and only if each satisfies all
    inequalities of the other but that of the facet. Hyperplanes between few cells come first.

    Parameters
    ----------
    cells : ClassComplex
        The cells.
    end : float, default=inf
        Value of `time.monotonic()` at which to end with those merged until then.

    Returns
    -------
    cells : ClassComplex
        Fewer cells.
    merged_into : dict of int to int
        The new cell of every old one.

    References
    ----------
    A. Bemporad, K. Fukuda and F. D. Torrisi, "Convexity recognition of the union of polyhedra",
    Computational Geometry 18, 2001.
    """
    cells = replace(cells, classes=dict(cells.classes), facets=dict(cells.facets))
    parents, n = {}, 1 + max(max(cells.facets), max(cells.halves, default=0))
    while True:
        by_plane = defaultdict(list)
        for face, ((first, plane), (second, _)) in cells.shared_facets().items():
            if cells.classes[first] == cells.classes[second]:
                by_plane[abs(plane)].append((first, second, face))
        before = n
        for plane in sorted(by_plane, key=lambda plane: (len(by_plane[plane]), plane)):
            for first, second, _ in by_plane[plane]:
                if time.monotonic() < end and _merge(cells, first, second, n):
                    parents[first] = parents[second] = n
                    n += 1
        if n == before:
            return cells, {cell: _root(cell, parents) for cell in (*parents, *cells.facets)}


def _root(cell, parents):
    while cell in parents:
        cell = parents[cell]
    return cell


def _merge(cells, first, second, number):
    """Merge two cells, if both are there still and their union is convex; return whether."""
    if first not in cells.facets or second not in cells.facets:
        return False
    shared = _shared(cells.facets[first], cells.facets[second])
    if shared is None or not (
        _holds(cells, first, shared[0], second) and _holds(cells, second, shared[1], first)
    ):
        return False
    both = cells.facets.pop(first), cells.facets.pop(second)
    cells.facets[number] = _joined(*both, *shared, cells.d)
    cells.classes[number] = cells.classes.pop(first)
    del cells.classes[second]
    return True


def _holds(cells, cell, but, other):
    """Return whether another cell satisfies all inequalities of a cell but one."""
    slopes, bounds, planes = cells.inequalities(cell)
    others = np.array(planes) != but
    vertices = cells.vertices[list(frozenset().union(*cells.facets[other].values()))]
    return bool((vertices @ slopes[others].T <= bounds[others] + _BEYOND).all())
