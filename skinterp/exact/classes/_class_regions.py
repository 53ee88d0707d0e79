"""Where a piecewise-linear classifier gives which class: convex cells and boundary pieces."""

import time
from collections import defaultdict
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from skinterp.exact.classes._class_complex import (
    class_margins,
    merge_halves,
    merge_neighbours,
    read_complex,
)
from skinterp.exact.optima._setting import Setting, refuse_no_classes
from skinterp.exact.pieces._boxes import Box, BoxCoordinates, checked_box
from skinterp.exact.pieces._search import checked_budget, end_of
from skinterp.exact.pieces._subtrees import MAX_VERTEX_DIMENSIONS
from skinterp.exact.regions._inequalities import Inequalities
from skinterp.exact.trees._oblique import ObliqueTree, TreeBuilder
from skinterp.expression import ColumnSpread, condition_text
from skinterp.network import Network, as_network, input_names
from skinterp.utils import (
    TableResult,
    checked_index,
    counted,
    feature_names_of,
    number_text,
    rules_text,
)

_LARGEST = 8  # boundary pieces that a summary counts
_SHOWN = 4  # that it writes
_OUTSIDE = -1
_DIGITS = 9  # of sizes: equal ones stay in order


@dataclass(frozen=True, eq=False, repr=False)
class ClassRegions(TableResult):
    """The classes of a piecewise-linear classifier in a box, as convex cells, and their boundary.

    Parameters
    ----------
    network : Network
        The classifier.
    box : Box
        The box.
    n_regions : int
        Number of linear regions in it.
    labels : ndarray of shape (n_cells,)
        The class of each cell.
    cells : tuple of Inequalities
        The inequalities of each cell, none of them redundant.
    slopes : ndarray of shape (n_pieces, d)
        Slopes of each boundary piece ``slopes @ x + offset = 0``, in input units; the largest
        piece first.
    offsets : ndarray of shape (n_pieces,)
        Offsets.
    sides : ndarray of shape (n_pieces, 2)
        The classes below and above each: where ``slopes @ x + offset`` is negative, and positive.
    shares : ndarray of shape (n_pieces,)
        Share of the boundary that lies in each, measured in coordinates in which the box is a
        cube (in the limit, for one input: of the points).
    tree : ObliqueTree
        A tree that finds the cell of a row: that of the network, without subtrees of one class.
    cell_of : ndarray of int of shape (n_leaves,)
        The cell of each leaf; -1 where a search that ended early has not been.
    unfinished : tuple of str
        What says that a part of the boundary may be missing, by rounding or because the search
        ended early; empty if none is.
    """

    network: Network
    box: Box
    n_regions: int
    labels: np.ndarray
    cells: tuple
    slopes: np.ndarray
    offsets: np.ndarray
    sides: np.ndarray
    shares: np.ndarray
    tree: ObliqueTree
    cell_of: np.ndarray
    unfinished: tuple = ()

    _line = "piece"

    @property
    def n_cells(self):
        """Number of convex cells."""
        return len(self.cells)

    @property
    def _spread(self):
        return _spread_of(self.box)

    def _rows(self, X):
        return self.network.check(X)

    def apply(self, X):
        """Return the cell of each row.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of int of shape (n_samples,)
            Numbers of cells, -1 outside the box, and where a search that ended early has not
            been.
        """
        return self._cells_of(self._rows(X))

    def _cells_of(self, X):
        inside = self.box.contains(X)
        found = np.full(len(X), _OUTSIDE)
        found[inside] = self.cell_of[self.tree.apply(X[inside])]
        return found

    def predict(self, X):
        """Predict by the class of each row's cell, where there is none by the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels: those of the network, up to rounding on the boundary.
        """
        X = self._rows(X)
        cells = self._cells_of(X)
        answers = self.labels[cells]
        outside = cells == _OUTSIDE
        if outside.any():
            answers[outside] = self.network.answers(self.network.raw_values(X[outside]))
        return answers

    def inequalities(self, cell):
        """Return the inequalities of a cell, none of them redundant.

        Parameters
        ----------
        cell : int
            Its number.

        Returns
        -------
        Inequalities
            The inequalities; their source is "box", "boundary" if their hyperplane separates the
            cell's class from another one somewhere, or "cut".
        """
        return self.cells[checked_index(cell, self.n_cells, "cell")]

    def export_text(self, digits=4, max_depth=None):
        """Write the tree that finds the class of a row: every test, the negative side first.

        Parameters
        ----------
        digits : int, default=4
            Significant digits, at least.
        max_depth : int or None, default=None
            Depth at which to cut the text; None writes all.

        Returns
        -------
        str
            One line per branch.
        """
        tree, spread, names = self.tree, self._spread, input_names(self.network)

        def test(node, above):
            half_space = tree.slopes[node], tree.offsets[node]
            return condition_text(*half_space, names, above, digits, spread=spread)

        def answer(node):
            cell = self.cell_of[tree.leaf_of[node]]
            return "not searched" if cell == _OUTSIDE else str(self.labels[cell])

        return rules_text(tree.children_left, tree.children_right, test, answer, max_depth)

    def _columns(self, of="boundary"):
        if of not in ("boundary", "cells"):
            raise ValueError(f"of must be 'boundary' or 'cells'. Got {of!r} instead.")
        if of == "cells":
            return {"class": self.labels, "inequalities": [len(cell) for cell in self.cells]}
        columns = dict(zip(input_names(self.network), self.slopes.T))
        ends = {"offset": self.offsets, "below": self.sides[:, 0], "above": self.sides[:, 1]}
        return {**columns, **ends, "share": self.shares}

    def __str__(self):
        many = partial(counted, separator=",")
        n_classes, n_pieces = len(set(self.labels.tolist())), len(self.shares)
        head = (
            f"{many(self.n_regions, 'linear region')}, {many(n_classes, 'class', 'classes')}: "
            f"{many(self.n_cells, 'convex cell')}, {many(n_pieces, 'boundary piece')}"
        )
        if n_pieces > _LARGEST:
            share = _percent(self.shares[:_LARGEST].sum())
            found = " found" if self.unfinished else ""
            head += f"; the {_LARGEST} largest carry {share} of the boundary{found}"
        lines = [head, *map(self._piece_text, range(min(_SHOWN, n_pieces)))]
        lines += [f"... and {n_pieces - _SHOWN} more"] if n_pieces > _SHOWN else []
        return "\n".join([*lines, *self.unfinished])

    def _piece_text(self, k):
        half_space = self.slopes[k], self.offsets[k], input_names(self.network), True
        text = condition_text(*half_space, spread=self._spread)
        below, above = self.sides[k].tolist()
        return f"{_percent(self.shares[k])}: {above} where {text}, else {below}"


def _percent(share):
    """Write a share in two digits; all of it is 100 %."""
    return "100 %" if share > 0.995 else f"{number_text(100.0 * share, 2)} %"


def _spread_of(box):
    return ColumnSpread(0.5 * (box.lower + box.upper), 0.5 * (box.upper - box.lower) + 0.0)


def class_regions(
    network, X=None, *, box=None, max_regions=100_000, time_budget=None, n_jobs=None
):
    """Merge the linear regions of a classifier where they give one class, exactly.

    The linear regions in a box are cut where the class changes. Then neighbours of one class
    become one convex cell: first all regions below a cut that has one class on both sides, then
    any two neighbours whose union is convex, until there are none. What is left are the classes
    as unions of few convex cells, and the boundary as pieces of hyperplanes; hyperplanes that
    separate no classes, nor bend the boundary, are gone.

    Parameters
    ----------
    network : Network or anything `as_network` takes
        A classifier: identity, ReLU and leaky ReLU layers only.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Data, whose range is the default box.
    box : None or (lower, upper), default=None
        Numbers or arrays of shape (n_features,), in input units, and finite. Inputs whose bounds
        are equal are held, as categories must be; up to eight may vary.
    max_regions : int or None, default=100000
        Number of linear regions, cut where the class changes, beyond which to refuse; None is no
        bound.
    time_budget : float or None, default=None
        Seconds after which to end with what was found, as an interruption does: cells and
        boundary of a part of the box, with a warning, or cells that could be merged further.
        Reading what was found takes up to several times as long as finding it.
    n_jobs : int or None, default=None
        Parts searched at once, of the box; the result does not depend on it.

    Returns
    -------
    ClassRegions
        Cells and boundary.

    Raises
    ------
    ValueError
        If the network is no classifier, or smooth, the box is not finite or lets categories or
        more than eight inputs vary, or there are more than `max_regions` regions.

    Warns
    -----
    UserWarning
        If the search ended early; `unfinished` says how much of the box is missing.

    See Also
    --------
    slice_regions : The same on a plane, as a picture.
    skinterp.exact.LinearRegions.merge : Few affine functions that are nearly the network.

    Notes
    -----
    Convex cells are not unique, and those found need not be the fewest; the boundary pieces are
    the network's own, those in one hyperplane between the same classes counted as one. Cells and
    pieces are as many as the linear regions that the boundary passes: with many inputs these are
    most of the regions, and less can be merged.

    References
    ----------
    A. Bemporad, K. Fukuda and F. D. Torrisi, "Convexity recognition of the union of polyhedra",
    Computational Geometry 18, 2001.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import as_network
    >>> from skinterp.exact import class_regions
    >>> layers = [np.eye(2), [[1.0], [1.0]]], [[0.0, 0.0], [-1.0]], ["relu", "logistic"]
    >>> network = as_network(layers, classes=["no", "yes"])
    >>> print(class_regions(network, box=(-2, 2)))
    4 linear regions, 2 classes: 4 convex cells, 3 boundary pieces
    37 %: yes where x1 > 1, else no
    37 %: yes where x0 > 1, else no
    26 %: yes where x0 + x1 > 1, else no
    """
    checked_budget(time_budget)
    network = as_network(network)
    refuse_no_classes(network, "class_regions")
    setting = _setting_of(network, X, box)
    network, d = setting.network, len(setting.half)
    C, pairs = class_margins(network)
    cube = BoxCoordinates(np.zeros(d), np.ones(d), np.tile([-1.0, 1.0], (d, 1)))
    end = end_of(time_budget)
    found = read_complex(setting.functions(C), pairs, cube, max_regions, time_budget, n_jobs)
    if found.unfinished:  # its cells are kept as they are
        end = min(end, time.monotonic())
    halves = merge_halves(found)
    merged, merged_into = merge_neighbours(halves, end)
    tree, leaves = _tree_of(halves, setting)
    numbers = {cell: k for k, cell in enumerate(merged.facets)}
    cell_of = np.array([numbers.get(merged_into.get(cell), _OUTSIDE) for cell in leaves])
    labels = network.classes[[merged.classes[cell] for cell in numbers]]
    boundary = found.boundary()
    beside = defaultdict(set)
    for plane, *sides, _ in boundary:
        beside[plane + 1] |= set(sides)
    cells = tuple(_inequalities(merged, cell, setting, beside) for cell in numbers)
    pieces = _pieces(boundary, found, setting)
    n_loose = 0 if found.unfinished else found.n_unpaired  # beside what is missing there are none
    loose = (f"{n_loose} facets have no neighbour, by rounding: boundary pieces may be missing.",)
    return ClassRegions(
        network,
        setting.box,
        found.n_regions,
        labels,
        cells,
        *pieces,
        tree,
        cell_of,
        loose if n_loose else found.unfinished,
    )


def _setting_of(network, X, box):
    """Return the setting of a network in a box, refusing more inputs than vertices allow."""
    rows = None if X is None else network.check(X)
    if network.feature_names is None and network.user_table is None and X is not None:
        network = network.renamed(feature_names_of(X))
    names = input_names(network)
    setting = Setting.of(network, checked_box(box, rows, names=names, flat=True))
    d = len(setting.half)
    if d > MAX_VERTEX_DIMENSIONS:
        raise ValueError(
            f"At most {MAX_VERTEX_DIMENSIONS} inputs may vary in box. Got {d} instead: hold "
            "others by equal bounds."
        )
    return setting


def _outwards(setting, rows):
    """Return slopes (n, d) and offsets (n,) in input units of rows (n, n_moving + 1)."""
    slopes = np.zeros((len(rows), len(setting.middle)))
    slopes[:, setting.moving] = rows[:, :-1] / setting.half
    return slopes, rows[:, -1] - slopes @ setting.middle


def _tree_of(cells, setting):
    """Return the tree of the cuts that are left, and the cell of each leaf."""
    builder, leaves = TreeBuilder(len(setting.middle)), []
    stack, none = [(0, None, 0)], np.empty(0, dtype=bool)
    while stack:
        cell, parent, side = stack.pop()
        if cell in cells.facets or cell not in cells.tests:
            builder.add_leaf(parent, side, none)
            leaves.append(cell)
            continue
        *test, unit = cells.tests[cell]
        (slopes,), (offset,) = _outwards(setting, np.append(*test)[np.newaxis])
        node = builder.add_test(parent, side, slopes, offset, unit)
        off, on = cells.halves[cell]
        stack += [(on, node, 1), (off, node, 0)]
    return builder.tree(), leaves


def _inequalities(cells, cell, setting, boundary):
    """Return the inequalities of a cell, in input units; the classes beside planes are given."""
    slopes, bounds, planes = cells.inequalities(cell)
    slopes, offsets = _outwards(setting, np.column_stack([slopes, -bounds]))
    label = cells.classes[cell]
    sources = [
        "box" if cells.is_side(plane) else "boundary" if label in boundary[abs(plane)] else "cut"
        for plane in planes
    ]
    return Inequalities(slopes, -offsets, tuple(sources), setting.names, _spread_of(setting.box))


def _pieces(boundary, cells, setting):
    """Return slopes, offsets, classes on both sides, and shares of the boundary pieces."""
    sizes = {}
    for plane, below, above, vertices in boundary:
        size = _size(cells.vertices[list(vertices)], cells.planes[plane, :-1])
        key = plane, below, above
        sizes[key] = sizes.get(key, 0.0) + size
    order = sorted(sizes, key=lambda key: (-round(sizes[key], _DIGITS), key))
    planes = np.array([plane for plane, _, _ in order], dtype=int)
    sides = np.array([key[1:] for key in order], dtype=int).reshape(-1, 2)
    rows = cells.planes[planes]
    slopes, offsets = _outwards(setting, rows)
    lead = np.abs(rows[:, :-1]).argmax(axis=1)
    unit = np.abs(slopes[:, setting.moving][np.arange(len(rows)), lead])
    slopes, offsets = slopes / unit[:, np.newaxis], offsets / unit
    shares = np.array([sizes[key] for key in order])
    return slopes, offsets, setting.network.classes[sides], shares / max(shares.sum(), 1e-300)


def _size(points, normal):
    """Return the length, area or volume of a facet with d - 1 dimensions; of a point, 1."""
    plane = np.linalg.svd(normal[np.newaxis])[2][1:]
    points = (points - points.mean(axis=0)) @ plane.T
    if points.shape[1] < 2:
        return float(np.ptp(points)) if points.shape[1] else 1.0
    try:
        return float(ConvexHull(points).volume)
    except QhullError:  # too thin
        return 0.0
