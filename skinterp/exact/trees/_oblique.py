"""Oblique decision trees: half-spaces in inner nodes, affine functions in leaves."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

LEAF = -1


def is_above(X, slopes, offsets):
    """Return which rows lie above a hyperplane each: ``x @ slopes + offset > 0``.

    Parameters
    ----------
    X, slopes : ndarray of shape (n_samples, d)
        Rows, and the slopes for each.
    offsets : ndarray of shape (n_samples,) or float
        Offsets.

    Returns
    -------
    ndarray of bool of shape (n_samples,)
        Whether they do.
    """
    return np.einsum("ij,ij->i", X, slopes) + offsets > 0


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
        The number of a leaf; -1 for inner nodes, and for branches left open.
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

    def sums_below(self, sums):
        """Return the sums over the leaves below each node.

        Parameters
        ----------
        sums : ndarray of shape (n_leaves, n_columns)
            What to sum, by leaf.

        Returns
        -------
        ndarray of shape (n_nodes, n_columns)
            The sums.
        """
        result = np.zeros((len(self.units), sums.shape[1]))
        is_leaf = self.leaf_of != LEAF
        result[is_leaf] = sums[self.leaf_of[is_leaf]]
        for node in np.flatnonzero(self.units != LEAF)[::-1]:  # children come after their parents
            result[node] = result[self.children_left[node]] + result[self.children_right[node]]
        return result

    def _steps(self, X):
        """Yield the rows still under way and their nodes, one level after the other."""
        rows, nodes = np.arange(len(X)), np.zeros(len(X), dtype=int)
        while len(rows):
            yield rows, nodes
            inner = self.units[nodes] != LEAF
            rows, nodes = rows[inner], nodes[inner]
            right = is_above(X[rows], self.slopes[nodes], self.offsets[nodes])
            nodes = np.where(right, self.children_right[nodes], self.children_left[nodes])

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


class TreeBuilder:
    """Nodes of a tree that grows: every node is added after its parent."""

    def __init__(self, d):
        self.nodes, self.tests, self.patterns = [], [], []
        self._no_test = np.zeros(d + 1)

    def _add(self, parent, side, test, unit=LEAF, leaf=LEAF):
        node = len(self.nodes)
        self.nodes.append([LEAF, LEAF, unit, leaf])
        self.tests.append(test)
        if parent is not None:
            self.nodes[parent][side] = node
        return node

    def add_test(self, parent, side, slopes, offset, unit):
        return self._add(parent, side, np.append(slopes, offset), unit=unit)

    def add_open(self, parent, side):
        return self._add(parent, side, self._no_test)

    def add_leaf(self, parent, side, pattern):
        self._add(parent, side, self._no_test, leaf=len(self.patterns))
        self.patterns.append(pattern)
        return len(self.patterns) - 1

    def tree(self):
        left, right, units, leaf_of = np.array(self.nodes).T
        tests = np.array(self.tests)
        slopes, offsets = np.ascontiguousarray(tests[:, :-1]), tests[:, -1]
        patterns = np.array(self.patterns, dtype=bool).reshape(len(self.patterns), -1)
        return ObliqueTree(left, right, slopes, offsets, units, leaf_of, patterns)
