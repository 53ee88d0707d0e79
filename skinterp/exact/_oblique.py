"""Oblique decision trees: half-spaces in inner nodes, affine functions in leaves."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

LEAF = -1


@dataclass(frozen=True, eq=False, repr=False)
class ObliqueTree:
    """A binary tree whose inner nodes ask ``x @ slopes + offset > 0``: then right, else left.

    Parameters
    ----------
    children_left, children_right : ndarray of int of shape (n_nodes,)
        Children of each node, -1 for leaves. Node 0 is the root.
    slopes : ndarray of shape (n_nodes, d)
        Slopes of the tests, 0 for leaves.
    offsets : ndarray of shape (n_nodes,)
        Offsets of the tests, 0 for leaves.
    units : ndarray of int of shape (n_nodes,)
        The hidden unit that a node tests; -1 for leaves.
    leaf_of : ndarray of int of shape (n_nodes,)
        The number of a leaf; -1 for inner nodes.
    patterns : ndarray of bool of shape (n_leaves, n_units)
        Which hidden units are on in each leaf.
    """

    children_left: np.ndarray
    children_right: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    units: np.ndarray
    leaf_of: np.ndarray
    patterns: np.ndarray

    @property
    def n_leaves(self):
        """Number of leaves."""
        return len(self.patterns)

    @property
    def depths(self):
        """Number of tests before each node."""
        depths = np.zeros(len(self.units), dtype=int)
        for node in np.flatnonzero(self.units != LEAF):  # parents come before their children
            depths[self.children_left[node]] = depths[self.children_right[node]] = depths[node] + 1
        return depths

    def _steps(self, X):
        """Yield the rows still under way and their nodes, one level after the other."""
        rows, nodes = np.arange(len(X)), np.zeros(len(X), dtype=int)
        while len(rows):
            yield rows, nodes
            inner = self.units[nodes] != LEAF
            rows, nodes = rows[inner], nodes[inner]
            tests = np.einsum("ij,ij->i", X[rows], self.slopes[nodes]) + self.offsets[nodes]
            nodes = np.where(tests > 0, self.children_right[nodes], self.children_left[nodes])

    def apply(self, X):
        """Return the number of the leaf in which each row ends.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows, in input units.

        Returns
        -------
        ndarray of int of shape (n_samples,)
            Leaves, -1 for a row in an empty branch.
        """
        leaves = np.empty(len(X), dtype=int)
        for rows, nodes in self._steps(X):
            leaves[rows] = self.leaf_of[nodes]
        return leaves

    def decision_path(self, X):
        """Return which nodes each row passes.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows, in input units.

        Returns
        -------
        sparse array of int of shape (n_samples, n_nodes)
            1 where a row passes a node, else 0.
        """
        steps = list(self._steps(X))
        rows = np.concatenate([rows for rows, _ in steps])
        nodes = np.concatenate([nodes for _, nodes in steps])
        shape = (len(X), len(self.units))
        return csr_array((np.ones(len(rows), dtype=int), (rows, nodes)), shape=shape)


class Nodes:
    """The nodes of a tree that grows."""

    def __init__(self, d):
        self.links, self.tests, self.units, self.leaf_of, self.patterns = [], [], [], [], []
        self._no_test = np.zeros(d + 1)

    def _add(self, parent, side, test, unit, leaf):
        node = len(self.links)
        self.links.append([LEAF, LEAF])
        self.tests.append(test)
        self.units.append(unit)
        self.leaf_of.append(leaf)
        if parent is not None:
            self.links[parent][side] = node
        return node

    def add_test(self, parent, side, slopes, offset, unit):
        return self._add(parent, side, np.append(slopes, offset), unit, LEAF)

    def add_leaf(self, parent, side, pattern):
        self._add(parent, side, self._no_test, LEAF, len(self.patterns))
        self.patterns.append(pattern)

    def tree(self):
        links, tests = np.array(self.links), np.array(self.tests)
        return ObliqueTree(
            links[:, 0],
            links[:, 1],
            np.ascontiguousarray(tests[:, :-1]),
            tests[:, -1],
            np.array(self.units),
            np.array(self.leaf_of),
            np.array(self.patterns, dtype=bool).reshape(len(self.patterns), -1),
        )


def unit_map(pieces, layer, unit, pattern):
    """Return slopes and offset of a unit's pre-activation, under the pattern of the layers before.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    layer : int
        Index of the hidden layer.
    unit : int
        Index of the unit in it.
    pattern : ndarray of bool of shape (n_units,)
        Which units are on; those of later layers are not looked at.

    Returns
    -------
    slopes : ndarray of shape (d,)
        Derivative by each input.
    offset : float
        Value at the origin.
    """
    starts = pieces.starts
    slopes, offset = pieces.weights[layer][:, unit], pieces.biases[layer][unit]
    for k in range(layer - 1, -1, -1):
        on = pattern[starts[k] : starts[k + 1]]
        slopes = slopes * np.where(on, 1.0, pieces.slopes[k])
        offset = offset + pieces.biases[k] @ slopes
        slopes = pieces.weights[k] @ slopes
    return slopes, offset


def _middle_column(patterns, counts):
    """Return the column that halves the rows best, or None if no column divides them."""
    on = counts @ patterns
    total = counts.sum()
    balance = np.minimum(on, total - on)
    best = int(balance.argmax())
    divides = patterns.any(axis=0) & ~patterns.all(axis=0)
    if not divides.any():
        return None
    return best if divides[best] else int(divides.argmax())


def tree_of_patterns(pieces, patterns, counts):
    """Return a tree whose leaves are the given patterns.

    Each node tests the unit that halves the rows best; only units on which they differ are
    tested, so that a tree of n leaves has n - 1 tests.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    patterns : ndarray of bool of shape (n_leaves, n_units)
        Different patterns.
    counts : ndarray of shape (n_leaves,)
        Rows with each of them.

    Returns
    -------
    ObliqueTree
        The tree; its leaf k has pattern k of those in the order of its own ``patterns``.
    """
    nodes, starts = Nodes(len(pieces.weights[0])), pieces.starts
    stack = [(np.arange(len(patterns)), 0, None, 0)]
    while stack:
        members, layer, parent, side = stack.pop()
        best = None
        while best is None and layer < len(starts) - 1:
            block = patterns[members, starts[layer] : starts[layer + 1]]
            best = _middle_column(block, counts[members])
            layer += best is None
        if best is None:
            nodes.add_leaf(parent, side, patterns[members[0]])
            continue
        test = unit_map(pieces, layer, best, patterns[members[0]])
        node = nodes.add_test(parent, side, *test, starts[layer] + best)
        stack.append((members[block[:, best]], layer, node, 1))
        stack.append((members[~block[:, best]], layer, node, 0))
    return nodes.tree()
