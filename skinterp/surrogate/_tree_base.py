"""Parameters, growth and predictions of trees and of sums of trees."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skinterp.surrogate._asked import with_queries
from skinterp.surrogate._margins import ask_margins, sampled_rows
from skinterp.surrogate._splits import grown_on_orders, named_splits, root_splits, split_values
from skinterp.surrogate._text import number_scales
from skinterp.surrogate._tree_growth import grow, leaves_of
from skinterp.surrogate._tree_sum_texts import fit_sum
from skinterp.surrogate._tree_texts import TreeTexts
from skinterp.utils import as_shares
from skinterp.utils._sklearn import Interval, fit_context

MOST_ROWS = 10_000  # that a sum of trees is grown on


class _TreeBase(TreeTexts):
    """Parameters, growth and text of both tree surrogates."""

    _parameter_constraints = {
        "n_trees": [Interval(Integral, 1, None, closed="left")],
        "max_leaf_nodes": [None, Interval(Integral, 2, None, closed="left")],
        "max_depth": [None, Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
        "n_queries": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        network=None,
        *,
        n_trees=1,
        max_leaf_nodes=16,
        max_depth=None,
        min_samples_leaf=5,
        n_queries=5000,
        random_state=None,
    ):
        self.network = network
        self.n_trees = n_trees
        self.max_leaf_nodes = max_leaf_nodes
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.n_queries = n_queries
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Grow the tree on the network's answers.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows on which the network is asked.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target, needed to train an unfitted network. When the network is fitted it is checked
            and used for nothing else.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows, in training an unfitted network too. Queries are drawn in
            proportion to them.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X, weight = self._fit_weighted(X, y, sample_weight)
        rng, table = check_random_state(self.random_state), self.network_.user_table
        self._scales, self._sum = number_scales(table, X), None
        if self.n_trees > 1:
            return self._fit_sum(X, weight, rng)
        points, weight = with_queries(X, weight, self.n_queries, rng, table)
        answers, seed = self._answers(points), rng.randint(np.iinfo(np.int32).max)

        def grown(values):
            tree = self._tree_class(
                max_leaf_nodes=self.max_leaf_nodes,
                max_depth=self.max_depth,
                min_samples_leaf=self.min_samples_leaf,
                random_state=seed,
            )
            return grow(tree, values, answers, weight)

        if table is None:
            self._splits, best = named_splits(self._input_names), grown(points)
        else:
            about = table, points, weight, self._numeric_answers
            self._splits, best = grown_on_orders(grown, *about)
        self.tree_, self._rooms = best.tree, best.rooms
        self.n_leaves_ = int(self.tree_.get_n_leaves())
        n_numbers = 1 if hasattr(self, "classes_") else self.tree_.tree_.value.shape[1]
        self.complexity_ = self.n_leaves_ - 1 + self.n_leaves_ * n_numbers
        return self

    def _fit_sum(self, X, weight, rng):
        """Grow several trees whose sum answers."""
        table = self.network_.user_table
        X, weight = sampled_rows(X, weight, MOST_ROWS, rng)
        margins = ask_margins(self.network_, X, weight, self.n_queries, rng)
        self._check_answers(margins.values)
        points, weight = margins.points, margins.weight
        if table is None:
            self._splits = named_splits(self._input_names)
        else:
            self._splits = root_splits(table, points, weight, self._numeric_answers)
        bounds = {
            "n_trees": self.n_trees,
            "max_leaf_nodes": self.max_leaf_nodes,
            "max_depth": self.max_depth,
            "min_samples_leaf": self.min_samples_leaf,
        }
        values = points if table is None else split_values(self._splits, points)
        classes = tuple(self.classes_.tolist()) if hasattr(self, "classes_") else None
        about = self._splits, values, self._outputs(), classes
        self._sum = fit_sum(self.network_, margins, *about, **bounds)
        self.n_leaves_, self.complexity_ = self._sum.n_leaves, self._sum.complexity
        return self

    def _values(self, X):
        """Return what the tree splits on, of raw rows."""
        X = self._rows(X)
        if self.network_.user_table is None:
            return X
        if self._sum is not None:
            return split_values(self._splits, X, self._sum.used)
        features = self.tree_.tree_.feature
        return split_values(self._splits, X, set(features[features >= 0].tolist()))

    @property
    def trees_(self):
        """The trees whose sum answers; one if there is no sum."""
        check_is_fitted(self)
        return (self.tree_,) if self._sum is None else self._sum.trees

    @property
    def feature_importances_(self):
        """Share of the impurity that each column removes."""
        shares, gains = np.zeros(self.n_features_in_), np.zeros(len(self._splits))
        if self._sum is None:
            gains = self.tree_.feature_importances_
        else:
            for split, gain in self._sum.gains():
                gains[split] += gain
            gains = as_shares(gains)
        places = [split.column.index for split in self._splits]
        np.add.at(shares, places, gains)
        return shares

    def input_shares(self, X):
        """Return the share of the impurity that each input removes.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Ignored: the shares are those of the points the tree was grown on.

        Returns
        -------
        ndarray of shape (n_features,)
            Shares of the network's inputs; the share of a column in equal parts.
        """
        table, shares = self.network_.user_table, as_shares(self.feature_importances_)
        return shares if table is None else table.spread(shares)

    def predict(self, X):
        """Predict by the tree, without the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or values.
        """
        if self._sum is not None:
            return self.network_.answers(self._sum.values(self._values(X)))
        return self._predicted(self._leaf_values(X))

    def _leaf_values(self, X):
        """Return the values of the leaf of each row, by output and class."""
        values = self._values(X)
        return self.tree_.tree_.value[leaves_of(self.tree_.tree_, values)]

    def apply(self, X):
        """Return the leaf that each row falls into.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_trees)
            Indices of nodes of ``tree_``, or of each of ``trees_``.
        """
        values = self._values(X)
        return (
            leaves_of(self.tree_.tree_, values) if self._sum is None else self._sum.leaves(values)
        )
