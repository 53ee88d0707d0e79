"""Sums of small trees, grown one split at a time where the sum gains most (FIGS).

Each step splits a leaf of a tree, or starts a tree: whatever lowers the squared error to what the
other trees leave most. After each split the values of all leaves are fitted again, together.

Y. S. Tan, C. Singh, K. Nasseri et al., "Fast interpretable greedy-tree sums", PNAS 122, 2025.
"""

from dataclasses import dataclass, field

import numpy as np

from skinterp.expression import spread
from skinterp.surrogate._knots import weighted_quantiles
from skinterp.utils import PRECISION

_N_BINS = 64
_MOST_LEAVES = 200
_ENOUGH = 1e-6  # gain of a split, relative to the variance of what is followed, that is none
_LEAF = -1


@dataclass(eq=False)
class SumTree:
    """A tree of a sum, as scikit-learn lays trees out.

    Parameters
    ----------
    children_left, children_right, feature : list of int
        By node; -1 for leaves.
    threshold : list of float
        By node.
    rooms : list of float
        How much each threshold may be off when it is shown.
    depth : list of int
        By node.
    rows : list of ndarray
        Points at each leaf, while the tree grows.
    value : ndarray of shape (n_nodes, n_outputs)
        What the leaves add.
    support : ndarray of shape (n_nodes,)
        Share of the weight of the points, of leaves.
    """

    children_left: list = field(default_factory=lambda: [_LEAF])
    children_right: list = field(default_factory=lambda: [_LEAF])
    feature: list = field(default_factory=lambda: [_LEAF])
    threshold: list = field(default_factory=lambda: [0.0])
    rooms: list = field(default_factory=lambda: [0.0])
    depth: list = field(default_factory=lambda: [0])
    rows: list = field(default_factory=list)
    value: np.ndarray | None = None
    support: np.ndarray | None = None

    @property
    def node_count(self):
        """Number of nodes."""
        return len(self.feature)

    @property
    def leaves(self):
        """Indices of the leaves."""
        return [node for node, left in enumerate(self.children_left) if left == _LEAF]

    def split(self, node, feature, threshold, room, goes_left):
        """Split a leaf."""
        rows, n = self.rows[node], self.node_count
        self.children_left[node], self.children_right[node] = n, n + 1
        self.feature[node], self.threshold[node], self.rooms[node] = feature, threshold, room
        for here in (goes_left, ~goes_left):
            self.children_left.append(_LEAF)
            self.children_right.append(_LEAF)
            self.feature.append(_LEAF)
            self.threshold.append(0.0)
            self.rooms.append(0.0)
            self.depth.append(self.depth[node] + 1)
            self.rows.append(rows[here])

    def finish(self, value, support):
        """Set the values and the weights of the leaves, and keep arrays only."""
        self.value, self.support, self.rows = value, support, []
        for name in ("children_left", "children_right", "feature", "threshold", "rooms"):
            setattr(self, name, np.array(getattr(self, name)))


def _cuts(column, weight):
    """Return where a column may be cut: half-way between neighbours, and how far these are."""
    values = np.unique(column)
    lows = values[:-1]
    if len(values) > _N_BINS:
        shares = np.linspace(0.0, 1.0, _N_BINS + 1)[1:-1]
        lows = np.setdiff1d(weighted_quantiles(column, weight, shares), values[-1:])
    highs = values[np.searchsorted(values, lows, side="right")]
    middle = lows / 2.0 + highs / 2.0
    cuts = np.where((lows <= middle) & (middle < highs), middle, lows)
    return cuts, np.minimum(highs / 4.0 - lows / 4.0, PRECISION / 10.0 * spread(column))


class _Splitter:
    """Best splits of sets of points, by what they are to follow."""

    def __init__(self, values, weight, min_samples_leaf):
        self.weight, self.least = weight, min_samples_leaf
        self.cuts = [_cuts(column, weight) for column in values.T]
        counts = [len(cuts) + 1 for cuts, _ in self.cuts]
        self.n_bins = max(counts)
        pairs = zip(values.T, self.cuts, strict=True)
        codes = [np.searchsorted(cuts, column, side="left") for column, (cuts, _) in pairs]
        self.codes = np.stack(codes, axis=1) + self.n_bins * np.arange(len(codes))

    def _sums(self, rows, weights):
        n = self.n_bins * self.codes.shape[1]
        repeated = np.repeat(weights, self.codes.shape[1])
        sums = np.bincount(self.codes[rows].ravel(), repeated, n)
        return np.cumsum(sums.reshape(-1, self.n_bins), axis=1)

    def best(self, rows, residual):
        """Return the gain of the best split of points, its column and the place of its cut."""
        if len(rows) < 2 * self.least:
            return 0.0, None
        weight = self.weight[rows]
        counts, mass = self._sums(rows, np.ones(len(rows))), self._sums(rows, weight)
        allowed = (counts >= self.least) & (len(rows) - counts >= self.least)
        below, total = np.where(mass > 0.0, mass, 1.0), mass[:, -1:]
        above = np.where(total - mass > 0.0, total - mass, 1.0)
        gain = np.zeros_like(mass)
        for column in residual[rows].T:
            sums = self._sums(rows, weight * column)
            whole = sums[:, -1:]
            gain += sums**2 / below + (whole - sums) ** 2 / above - whole**2 / total
        gain = np.where(allowed & (mass > 0.0) & (mass < total), gain, 0.0)
        column, place = np.unravel_index(gain.argmax(), gain.shape)
        if place >= len(self.cuts[column][0]):
            return 0.0, None
        return float(gain[column, place]), (int(column), int(place))

    def apply(self, tree, node, split):
        """Split a leaf of a tree."""
        column, place = split
        cuts, rooms = self.cuts[column]
        goes_left = self.codes[tree.rows[node], column] - self.n_bins * column <= place
        tree.split(node, column, float(cuts[place]), float(rooms[place]), goes_left)


def leaf_columns(trees, n_points):
    """Return the indicators of all leaves at the points they were grown on.

    Parameters
    ----------
    trees : list of SumTree
        The trees, while they grow.
    n_points : int
        Number of points.

    Returns
    -------
    ndarray of shape (n_points, n_leaves)
        1 where a point is in a leaf, tree by tree.
    """
    sets = [tree.rows[leaf] for tree in trees for leaf in tree.leaves]
    columns = np.zeros((n_points, len(sets)))
    for k, rows in enumerate(sets):
        columns[rows, k] = 1.0
    return columns


def _residual(trees, values, weight):
    """Return what a sum of trees leaves, the values of all leaves fitted together."""
    columns = leaf_columns(trees, len(values))
    weighted = columns.T * weight
    gram = weighted @ columns
    gram[np.diag_indices_from(gram)] *= 1.0 + 1e-9
    return values - columns @ np.linalg.solve(gram, weighted @ values)


def grow_sum(values, followed, weight, *, n_trees, max_leaf_nodes, max_depth, min_samples_leaf):
    """Grow a sum of trees.

    Parameters
    ----------
    values : ndarray of shape (n_points, n_splits)
        What to split on.
    followed : ndarray of shape (n_points, n_outputs)
        What the sum is to follow.
    weight : ndarray of shape (n_points,)
        Weights of the points, that add up to 1.
    n_trees : int
        How many trees at the most.
    max_leaf_nodes : int or None
        Leaves of all trees at the most; None is 200.
    max_depth : int or None
        Largest depth of a tree.
    min_samples_leaf : int
        Points in a leaf at least.

    Returns
    -------
    list of SumTree
        The trees, without values; none where there is nothing to split.
    """
    every = np.arange(len(values))
    splitter, trees = _Splitter(values, weight, min_samples_leaf), []
    residual = followed - weight @ followed
    enough = _ENOUGH * np.sum(weight[:, np.newaxis] * residual**2)
    deepest, most = max_depth or np.inf, min(max_leaf_nodes or _MOST_LEAVES, _MOST_LEAVES)
    n_leaves = 0
    while n_leaves < most:
        options = []
        for k, tree in enumerate(trees):
            open_ = [leaf for leaf in tree.leaves if tree.depth[leaf] < deepest]
            options += [(*splitter.best(tree.rows[leaf], residual), k, leaf) for leaf in open_]
        if len(trees) < n_trees and n_leaves + 2 <= most:
            options.append((*splitter.best(every, residual), len(trees), 0))
        gain, split, k, leaf = max(
            options, key=lambda option: option[0], default=(0.0, None, 0, 0)
        )
        if split is None or gain <= enough:
            break
        if k == len(trees):
            trees.append(SumTree(rows=[every]))
            n_leaves += 1
        splitter.apply(trees[k], leaf, split)
        n_leaves += 1
        residual = _residual(trees, followed, weight)
    return trees
