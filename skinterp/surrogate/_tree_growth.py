"""Growth of trees in any unit: on ranks of the inputs and scaled answers, then put back.

Scikit-learn's trees round inputs to float32 and take answers of a small variance for equal, so
that they stop at offsets and in units in which others would grow. A tree depends on the order of
each input only: it is grown on ranks, which float32 holds exactly, and its thresholds are put
back half-way between the points next to them, in double precision.
"""

from typing import NamedTuple

import numpy as np
from sklearn.base import is_regressor

from skinterp.expression import spread
from skinterp.utils import PRECISION
from skinterp.utils._sklearn import rebuilt_tree

_OFF = PRECISION / 10.0  # how much a threshold shown may be off, in spreads of its column
_DECIMALS = 12


class GrownTree(NamedTuple):
    """A tree on the inputs themselves.

    Parameters
    ----------
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        The tree, its thresholds and values in the units of inputs and answers.
    rooms : ndarray of shape (n_nodes,)
        How much each threshold may be off when it is shown: a quarter of the way between the
        points next to it at most, and little enough to have hardly a new row in between.
    score : float
        How well it answers the points it was grown on.
    """

    tree: object
    rooms: np.ndarray
    score: float


def leaves_of(nodes, values):
    """Return the leaf that each row falls into, compared in double precision.

    Parameters
    ----------
    nodes : sklearn.tree._tree.Tree
        The nodes.
    values : ndarray of shape (n_samples, n_features)
        What the tree splits on.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Indices of nodes.
    """
    left, right = nodes.children_left, nodes.children_right
    feature, threshold = nodes.feature, nodes.threshold
    at = np.zeros(len(values), dtype=np.intp)
    moving = np.flatnonzero(left[at] >= 0)
    while len(moving):
        here = at[moving]
        below = values[moving, feature[here]] <= threshold[here]
        at[moving] = np.where(below, left[here], right[here])
        moving = moving[left[at[moving]] >= 0]
    return at


def rows_at_nodes(nodes, values):
    """Return the rows that pass each node.

    Parameters
    ----------
    nodes : sklearn.tree._tree.Tree
        The nodes.
    values : ndarray of shape (n_samples, n_features)
        What the tree splits on.

    Returns
    -------
    list of ndarray of int
        Indices of rows, of each node.
    """
    rows = [np.arange(len(values))] + [None] * (nodes.node_count - 1)
    for node, left in enumerate(nodes.children_left):  # children come after their parents
        if left >= 0:
            below = values[rows[node], nodes.feature[node]] <= nodes.threshold[node]
            rows[left] = rows[node][below]
            rows[nodes.children_right[node]] = rows[node][~below]
    return rows


def column_ranks(values):
    """Return the place of each value among the distinct ones of its column, from 0.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_features)
        The values.

    Returns
    -------
    ndarray of int of shape (n_samples, n_features)
        The places.
    """
    ranks = np.empty(values.shape, dtype=np.int32, order="F")
    for j, column in enumerate(values.T):
        ranks[:, j] = np.unique(column, return_inverse=True)[1]
    return ranks


def distinct_columns(ranks):
    """Return columns that differ in order, in an order that does not depend on their places.

    Parameters
    ----------
    ranks : ndarray of int of shape (n_samples, n_features)
        Ranks; constant columns are left out.

    Returns
    -------
    ndarray of int
        Indices of columns, of equal ones the first; one at least.
    """
    first = {}
    for j in np.flatnonzero(ranks.any(axis=0)).tolist():
        first.setdefault(ranks[:, j].tobytes(), j)
    return np.array([first[key] for key in sorted(first)] or [0])


def _scaled(answers, weight):
    """Return numbers about their mean within -1 and 1, and what they were divided by."""
    mean = np.average(answers, axis=0, weights=weight)
    scale = np.abs(answers - mean).max() or 1.0
    # the last digits, which differ between units, would choose among splits of equal gain
    return np.round((answers - mean) / scale, _DECIMALS), scale


def grow(tree, values, answers, weight):
    """Grow a tree.

    Parameters
    ----------
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        Unfitted.
    values : ndarray of shape (n_points, n_features)
        What to split on.
    answers : ndarray of shape (n_points,) or (n_points, n_outputs)
        Labels, or numbers (floats).
    weight : ndarray of shape (n_points,)
        Weights of the points, above 0.

    Returns
    -------
    GrownTree
        The tree, given back fitted.
    """
    ranks = column_ranks(values)
    columns = distinct_columns(ranks)
    ranks, weight = ranks[:, columns].astype(np.float32), weight / weight.mean()
    scaled, scale = _scaled(answers, weight) if is_regressor(tree) else (answers, 1.0)
    tree.fit(ranks, scaled, sample_weight=weight)
    score = tree.score(ranks, scaled, sample_weight=weight)
    nodes, rows = tree.tree_, rows_at_nodes(tree.tree_, ranks)
    thresholds, rooms = _put_back(nodes, rows, values[:, columns])
    features = np.where(nodes.feature < 0, nodes.feature, columns[np.maximum(nodes.feature, 0)])
    numbers = nodes.value
    if is_regressor(tree):
        means = [np.average(answers[here], axis=0, weights=weight[here]) for here in rows]
        numbers = np.reshape(means, nodes.value.shape)
    impurity = nodes.impurity * scale**2
    rebuilt_tree(tree, values.shape[1], features, thresholds, numbers, impurity)
    return GrownTree(tree, rooms, score)


def value_rooms(nodes):
    """Return how much the values of leaves may be off when they are shown.

    Parameters
    ----------
    nodes : sklearn.tree._tree.Tree
        The nodes of a regression tree.

    Returns
    -------
    list of float
        For each output.
    """
    values = nodes.value[nodes.children_left < 0, :, 0]
    return [PRECISION * spread(column) for column in values.T]


def _put_back(nodes, rows, values):
    """Return thresholds of the values where a tree has those of ranks, and their rooms."""
    thresholds, rooms = nodes.threshold.copy(), np.zeros(nodes.node_count)
    for node in np.flatnonzero(nodes.children_left >= 0):
        column = values[:, nodes.feature[node]]
        low = column[rows[nodes.children_left[node]]].max()
        high = column[rows[nodes.children_right[node]]].min()
        middle = low / 2.0 + high / 2.0
        thresholds[node] = middle if low <= middle < high else low
        rooms[node] = min(high / 4.0 - low / 4.0, _OFF * spread(column))
    return thresholds, rooms
