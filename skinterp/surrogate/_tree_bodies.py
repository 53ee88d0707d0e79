"""How trees and sums of trees answer: from the features of rows to shares, logits or values."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skinterp.base import BodyKind, FormBody, register_body
from skinterp.surrogate._splits import Plain, level_indices
from skinterp.surrogate._tree_growth import leaves_of


class SavedSplit(NamedTuple):
    """What a tree splits on.

    Parameters
    ----------
    features : tuple of int
        A number, or the indicators of the levels of a column.
    codes : tuple of float or None
        Of levels the place of each, the last that of levels that the model does not know.
    """

    features: tuple
    codes: tuple | None

    @classmethod
    def of(cls, split):
        """Return a split of a fitted tree."""
        if isinstance(split, Plain):
            return cls((int(split.feature),), None)
        return cls(tuple(map(int, split.features)), tuple(map(float, split.codes)))

    def values(self, rows):
        """Read the split off the features of rows."""
        if self.codes is None:
            return rows[:, self.features[0]]
        return np.array(self.codes)[level_indices(rows[:, self.features])]


class SavedNodes(NamedTuple):
    """The nodes of a tree, as scikit-learn lays them out.

    Parameters
    ----------
    children_left, children_right, feature, threshold : ndarray of shape (n_nodes,)
        Children, the split asked, and the bound up to which a row goes to the left.
    value : ndarray of shape (n_nodes, n_outputs)
        What leaves answer.
    """

    children_left: np.ndarray
    children_right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    value: np.ndarray

    @classmethod
    def of(cls, tree, value):
        """Return the nodes of a fitted tree with the values of its leaves."""
        children = np.asarray(tree.children_left), np.asarray(tree.children_right)
        return cls(*children, np.asarray(tree.feature), np.asarray(tree.threshold), value)


@dataclass(frozen=True, eq=False)
class TreesBody(FormBody):
    """Trees whose leaves' values are added up.

    Parameters
    ----------
    splits : tuple of SavedSplit
        What the trees split on.
    trees : tuple of SavedNodes
        The trees.
    answers : ndarray of int of shape (n_nodes,) or None, default=None
        Of a single tree that classifies the index of the class each node answers; its values are
        shares of the classes then.
    """

    splits: tuple
    trees: tuple
    answers: np.ndarray | None = None

    @property
    def are_shares(self):
        """Whether values are shares of the classes, not logits."""
        return self.answers is not None

    @classmethod
    def of(cls, splits, trees, answers=None):
        """Return the body of fitted trees, with the splits in use only."""
        used = sorted({int(k) for nodes in trees for k in nodes.feature if k >= 0})
        places = np.full(len(splits) + 1, -1)  # the last one is that of leaves
        places[used] = np.arange(len(used))
        moved = [nodes._replace(feature=places[np.maximum(nodes.feature, -1)]) for nodes in trees]
        return cls(tuple(SavedSplit.of(splits[k]) for k in used), tuple(moved), answers)

    def _leaves(self, rows):
        asked = np.zeros((len(rows), max(1, len(self.splits))))
        for k, split in enumerate(self.splits):
            asked[:, k] = split.values(rows)
        return [leaves_of(nodes, asked) for nodes in self.trees]

    def values(self, rows):
        """Add up what the trees answer on the features of rows."""
        pairs = zip(self.trees, self._leaves(rows), strict=True)
        return sum(nodes.value[leaves] for nodes, leaves in pairs)

    def decisions(self, rows):
        """Return the indices of the classes that a single tree answers."""
        return None if self.answers is None else self.answers[self._leaves(rows)[0]]


register_body(BodyKind(TreesBody, (SavedSplit, SavedNodes)))
