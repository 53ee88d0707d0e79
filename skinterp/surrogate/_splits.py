"""What trees split on: numbers, flags, and categories in the order of the network's answers.

Of all ways to part the levels of a category in two, the best one of squared error, or of the Gini
impurity of two classes, is a cut through the levels in the order of their mean answers (Breiman et
al., 1984). A column of categories therefore becomes several *orders*: by the mean of each answer
over all points, over the points at the nodes of a tree grown before, and one level against all
others. Of the trees grown the one that answers best is taken.
"""

from typing import NamedTuple

import numpy as np

from skinterp.expression import columns_read
from skinterp.surrogate._tree_growth import rows_at_nodes
from skinterp.table import NumberColumn

_MOST_NODES = 32  # of a tree before, whose points orders are made of
_N_ROUNDS = 3


class Order(NamedTuple):
    """The levels of a column in an order.

    Parameters
    ----------
    column : CategoryColumn
        The column.
    features : ndarray of int of shape (n_levels,)
        Its features.
    codes : tuple of int of length n_levels + 1
        Place of each level; the last is that of levels that the model does not know.
    """

    column: object
    features: np.ndarray
    codes: tuple


class Plain(NamedTuple):
    """A feature as it is: a number, or a flag.

    Parameters
    ----------
    column : NumberColumn
        The column.
    feature : int
        The feature.
    is_flag : bool, default=False
        Whether it says that the number is missing.
    """

    column: object
    feature: int
    is_flag: bool = False


def level_indices(block):
    """Return the level that each row indicates.

    Parameters
    ----------
    block : ndarray of shape (n_samples, n_levels)
        Indicators of one column.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        The levels; n_levels where there is none.
    """
    return np.where(block.any(axis=1), block.argmax(axis=1), block.shape[1])


def split_values(splits, X, used=None):
    """Return what a tree splits on.

    Parameters
    ----------
    splits : sequence of Plain and Order
        What to read.
    X : ndarray of shape (n_samples, n_features)
        Features.
    used : collection of int or None, default=None
        Which splits to read, others are 0; None is all.

    Returns
    -------
    ndarray of shape (n_samples, n_splits)
        The values.
    """
    values, indices = np.zeros((len(X), len(splits)), order="F"), {}
    for k in range(len(splits)) if used is None else used:
        split = splits[k]
        if isinstance(split, Plain):
            values[:, k] = X[:, split.feature]
            continue
        if split.column not in indices:
            indices[split.column] = level_indices(X[:, split.features])
        values[:, k] = np.array(split.codes, dtype=np.float64)[indices[split.column]]
    return values


def named_splits(names):
    """Return numbers of these names, as they are.

    Parameters
    ----------
    names : sequence of str
        The names.

    Returns
    -------
    list of Plain
        One for each.
    """
    return [Plain(NumberColumn(name, j), j) for j, name in enumerate(names)]


def plain_splits(table):
    """Return the numbers and flags of a table.

    Parameters
    ----------
    table : UserTable
        The table.

    Returns
    -------
    list of Plain
        One for each.
    """
    features = enumerate(table.features)
    return [Plain(f.column, k, f.is_flag) for k, f in features if f.level is None]


def _ordered(means):
    """Return the place of each level by its mean; of equal ones the first comes first."""
    return tuple(np.argsort(np.argsort(means, kind="stable")).tolist())


def _directions(means):
    """Return means by level as numbers to order by: each answer, and where they vary most."""
    if means.shape[1] == 1:
        return [means[:, 0]]
    main = np.linalg.svd(means - means.mean(axis=0), full_matrices=False)[2][0]
    return [*means.T, means @ main]


class LevelOrders:
    """Orders of the levels of one column, by the answers at points.

    Parameters
    ----------
    table : UserTable
        The table.
    column : CategoryColumn
        The column.
    points : ndarray of shape (n_points, n_features)
        Features.
    answers : callable
        ``answers(points) -> (n_points, n_answers)``: values, or indicators of classes.
    answered : ndarray of shape (n_points, n_answers)
        The answers at the points themselves.
    """

    def __init__(self, table, column, points, answers, answered):
        self.column = column
        levels = {f.level: k for k, f in enumerate(table.features) if f.column == column}
        self.features = np.array([levels[k] for k in range(len(levels))])
        self.indices = level_indices(points[:, self.features])
        self.answers = answered
        n_levels = len(self.features)
        never = np.setdiff1d(np.arange(n_levels + 1), self.indices)
        self.asked = {k: answers(self._with_level(points, k)) for k in never.tolist()}

    def _with_level(self, points, level):
        """Return points given a level, or none that the model knows."""
        points = points.copy()
        points[:, self.features] = np.arange(len(self.features)) == level
        return points

    def by_answers(self, weight):
        """Return orders by mean answers.

        Parameters
        ----------
        weight : ndarray of shape (n_points,)
            Weights of the points; levels without any are placed by all points of theirs.

        Returns
        -------
        list of Order
            One per answer, and of several one more.
        """
        means, shares = self._means(weight)
        everywhere = self._means(np.ones(len(weight)))[0]
        means = np.where(shares[:, np.newaxis] > 0.0, means, everywhere)
        for level, answers in self.asked.items():
            means[level] = np.average(answers, axis=0, weights=weight)
        return [self._order(_ordered(values)) for values in _directions(means)]

    def _means(self, weight):
        """Return the mean answers at each level, and the weights of the levels."""
        n = len(self.features) + 1
        shares = np.bincount(self.indices, weight, n)
        sums = [np.bincount(self.indices, weight * column, n) for column in self.answers.T]
        return np.stack(sums, axis=1) / np.where(shares > 0.0, shares, 1.0)[:, np.newaxis], shares

    def one_against_others(self):
        """Return an order per level that parts it from all others.

        Returns
        -------
        list of Order
            The orders.
        """
        n_levels = len(self.features)
        return [self._order(tuple(np.eye(n_levels + 1, dtype=int)[k])) for k in range(n_levels)]

    def _order(self, codes):
        return Order(self.column, self.features, tuple(int(code) for code in codes))


def grown_on_orders(grow, table, points, weight, answers):
    """Grow a tree on what the columns of a table can be split on.

    Parameters
    ----------
    grow : callable
        ``grow(values) -> GrownTree`` grows a tree.
    table : UserTable
        The table.
    points : ndarray of shape (n_points, n_features)
        Features.
    weight : ndarray of shape (n_points,)
        Weights of the points.
    answers : callable
        ``answers(points) -> (n_points, n_answers)``.

    Returns
    -------
    splits : list of Plain and Order
        What the tree splits on.
    grown : GrownTree
        The tree.
    """
    n_features = len(table.features)
    columns = [c for c in columns_read(table, range(n_features)) if hasattr(c, "levels")]
    answered = answers(points)
    levels = [LevelOrders(table, column, points, answers, answered) for column in columns]
    single = plain_splits(table)
    for one in levels:
        single += _unlike(single, one.one_against_others())
    found, splits = [_grown(grow, single, points)], single
    weights = [weight]
    for _ in range(_N_ROUNDS):
        orders = [o for here in weights for one in levels for o in one.by_answers(here)]
        new = _unlike(splits, orders)
        if not new:
            break
        splits = splits + new
        found.append(_grown(grow, splits, points))
        weights = _weights_at_nodes(found[-1][1].tree.tree_, splits, points, weight)
    return max(found, key=lambda pair: pair[1].score)


def root_splits(table, points, weight, answers):
    """Return what the columns of a table can be split on, levels ordered by answers at all points.

    Parameters
    ----------
    table : UserTable
        The table.
    points : ndarray of shape (n_points, n_features)
        Features.
    weight : ndarray of shape (n_points,)
        Weights of the points.
    answers : callable
        ``answers(points) -> (n_points, n_answers)``.

    Returns
    -------
    list of Plain and Order
        The splits.
    """
    splits, answered = plain_splits(table), answers(points)
    for column in columns_read(table, range(len(table.features))):
        if hasattr(column, "levels"):
            levels = LevelOrders(table, column, points, answers, answered)
            splits += _unlike(splits, levels.one_against_others())
            splits += _unlike(splits, levels.by_answers(weight))
    return splits


def _grown(grow, splits, points):
    """Return splits and the tree grown on them."""
    return splits, grow(split_values(splits, points))


def _weights_at_nodes(nodes, splits, points, weight):
    """Return the weights of the points at each of the largest inner nodes, 0 elsewhere."""
    inner = np.flatnonzero(nodes.children_left >= 0)
    inner = inner[np.argsort(-nodes.weighted_n_node_samples[inner], kind="stable")]
    rows = rows_at_nodes(nodes, split_values(splits, points))
    every = np.arange(len(weight))
    return [weight * np.isin(every, rows[node]) for node in inner[1 : _MOST_NODES + 1]]


def _unlike(splits, orders):
    """Return the orders that are no order of before, forwards or backwards."""
    seen = {(split.column, split.codes) for split in splits if isinstance(split, Order)}
    new = []
    for order in orders:
        largest = max(order.codes)
        turned = tuple(largest - code for code in order.codes)
        if not seen & {(order.column, order.codes), (order.column, turned)}:
            seen.add((order.column, order.codes))
            new.append(order)
    return new
