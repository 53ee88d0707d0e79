"""What both exact trees share: parameters, growth, answers, texts and plots."""

from numbers import Integral

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.display import ObliqueTreeDisplay
from skinterp.exact._maps import (
    evaluate,
    evaluate_unseen,
    find_patterns,
    output_maps,
    unique_patterns,
)
from skinterp.exact._oblique import LEAF, tree_of_patterns
from skinterp.exact._piecewise import checked_box, piecewise_linear
from skinterp.exact._text import condition_text, leaf_text, oblique_text
from skinterp.exact._whole import Scaling, whole_tree
from skinterp.sampling import feature_scale
from skinterp.utils._sklearn import Interval, StrOptions, fit_context

OUTSIDE = -1


def refuse_outside(X, lower, upper, names):
    """Refuse rows outside a box.

    Parameters
    ----------
    X : ndarray of shape (n_samples, d)
        Rows.
    lower, upper : ndarray of shape (d,)
        The box.
    names : sequence of str
        Names of the inputs.
    """
    outside = (lower > X) | (upper < X)
    if outside.any():
        j = int(outside.any(axis=0).argmax())
        raise ValueError(
            f"All rows of X must lie in the box. Got {outside.any(axis=1).sum()} of {len(X)} rows "
            f"outside instead, such as {X[outside[:, j], j][0]:g} in {names[j]!r}, which goes "
            f"from {lower[j]:g} to {upper[j]:g}."
        )


class ExactTreeMixin:
    """Parameters, growth and answers of both exact trees."""

    _parameter_constraints = {
        "network": "no_validation",
        "mode": [StrOptions({"data", "whole"})],
        "box": "no_validation",
        "max_leaves": [None, Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self, network=None, *, mode="data", box=None, max_leaves=10_000, random_state=None
    ):
        self.network = network
        self.mode = mode
        self.box = box
        self.max_leaves = max_leaves
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Turn the network into a tree.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows: their leaves are the tree in mode "data", their range is the default box.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target, needed to train an unfitted network. When the network is fitted it is checked
            and used for nothing else.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows in training an unfitted network; rows of weight 0 are not visited.

        Returns
        -------
        self
            The fitted tree.
        """
        X = self._fit_network(X, y, sample_weight)
        X, _ = self._weighted_rows(X, sample_weight)
        self._pieces = piecewise_linear(self.network_)
        self._lower, self._upper = checked_box(
            self.box, X, n_features=X.shape[1], names=self._input_names
        )
        refuse_outside(X, self._lower, self._upper, self._input_names)
        patterns, _, counts = unique_patterns(self._pieces.patterns(X))
        self.tree_ = self._whole(X) if self.mode == "whole" else self._visited(patterns, counts)
        self.coef_, self.intercept_ = output_maps(self._pieces, self.tree_.patterns)
        leaves = self._leaves(X)
        self.counts_ = np.bincount(leaves, minlength=self.n_leaves_)
        return self

    def _visited(self, patterns, counts):
        if self.max_leaves is not None and len(patterns) > self.max_leaves:
            raise ValueError(
                "max_leaves must be at least the number of regions that X visits, "
                f"{len(patterns)}. Got {self.max_leaves} instead: pass a larger one (None is no "
                "bound), or fewer rows."
            )
        return tree_of_patterns(self._pieces, patterns, counts)

    def _whole(self, X):
        scale = np.where(feature_scale(X) > 0, feature_scale(X), 1.0)
        scaling = Scaling.of_box(self._lower, self._upper, scale)
        tree = whole_tree(self._pieces, scaling, self.max_leaves)
        if tree is None:
            raise ValueError(
                "max_leaves must be at least the number of linear regions in the box. Got "
                f"{self.max_leaves} instead, and reached {self.max_leaves + 1} leaves with more "
                "to come: pass a larger one, a smaller box, or mode='data'."
            )
        return tree

    @property
    def n_leaves_(self):
        """Number of leaves."""
        check_is_fitted(self, "tree_")
        return self.tree_.n_leaves

    @property
    def complexity_(self):
        """Number of leaves, too."""
        return self.n_leaves_

    @property
    def depth_(self):
        """Largest number of tests before a leaf."""
        check_is_fitted(self, "tree_")
        return int(self.tree_.depths.max())

    @property
    def n_patterns_(self):
        """Number of activation patterns, ``2 ** n_units``: leaves before pruning empty ones."""
        check_is_fitted(self, "tree_")
        return 2**self._pieces.n_units

    def _leaves(self, X):
        """Return the leaf of each checked row, -1 where there is none."""
        if self.mode == "data":
            return find_patterns(self.tree_.patterns, self._pieces.patterns(X))
        inside = ((self._lower <= X) & (self._upper >= X)).all(axis=1)
        leaves = np.full(len(X), OUTSIDE)
        leaves[inside] = self.tree_.apply(X[inside])
        return leaves

    def _raw_values(self, X):
        leaves = self._leaves(X)
        known = leaves != OUTSIDE
        raw = np.empty((len(X), self.intercept_.shape[1]))
        raw[known] = evaluate(X[known], self.coef_, self.intercept_, leaves[known])
        if not known.all():
            others = X[~known]
            raw[~known] = evaluate_unseen(self._pieces, others, self._pieces.patterns(others))
        return raw

    def predict(self, X):
        """Predict as the network does.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows; also such as are in no leaf, whose affine function is worked out on the way.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or values.
        """
        X = self._rows(X)
        return self.network_.answers(self._raw_values(X))

    def input_shares(self, X):
        """Refuse: the tree is the network itself, whose importances there are methods for.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Ignored.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(
            f"{type(self).__name__} has no importances of the inputs but those of the network "
            "that it is."
        )

    def apply(self, X):
        """Return the leaf of each row.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of int of shape (n_samples,)
            Indices of leaves, as in ``coef_``; -1 for rows outside the box, or, in mode "data",
            in regions that the rows of `fit` did not visit.
        """
        X = self._rows(X)
        return self._leaves(X)

    def decision_path(self, X):
        """Return which nodes each row passes.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        sparse array of int of shape (n_samples, n_nodes)
            1 for every node of ``tree_`` on the way from the root; leaves only for rows that are
            in them (see `apply`).
        """
        X = self._rows(X)
        path = self.tree_.decision_path(X)
        unseen = np.repeat(self._leaves(X) == OUTSIDE, np.diff(path.indptr))
        path.data[unseen & (self.tree_.leaf_of[path.indices] != LEAF)] = 0
        path.eliminate_zeros()
        return path

    def export_text(self, digits=4, max_depth=3):
        """Write the tree as rules, in the user's names and units.

        Parameters
        ----------
        digits : int, default=4
            Significant digits; 17 writes what `predict` computes.
        max_depth : int or None, default=3
            Depth at which to cut the text, saying how many leaves are below; None writes all.

        Returns
        -------
        str
            One line per branch; of each test first the side where the hidden unit is off.
        """
        check_is_fitted(self, "tree_")
        return oblique_text(
            self.tree_, self._input_names, lambda leaf: self._leaf(leaf, digits), digits, max_depth
        )

    def _leaf(self, leaf, digits=4):
        return leaf_text(
            self._output_names,
            self.coef_[leaf],
            self.intercept_[leaf],
            self._input_names,
            digits,
        )

    def _short_answer(self, leaf):
        n_outputs = len(self.intercept_[leaf])
        return self._leaf(leaf, 3) if n_outputs == 1 else f"{n_outputs} affine outputs"

    @property
    def _output_names(self):
        network = self.network_
        if network.task == "multiclass":
            return [f"logit of {label}" for label in network.classes.tolist()]
        if network.task == "binary":
            return [f"logit of {network.classes.tolist()[1]}"]
        n_outputs = network.n_outputs
        return ["value"] if n_outputs == 1 else [f"output {k}" for k in range(n_outputs)]

    def plot(self, ax=None, max_depth=3):
        """Draw the tree.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure by default.
        max_depth : int, default=3
            Depth at which to cut the drawing.

        Returns
        -------
        ObliqueTreeDisplay
            The display.
        """
        check_is_fitted(self, "tree_")
        tree, names = self.tree_, self._input_names
        texts = [
            condition_text(tree.slopes[node], tree.offsets[node], names, True, 3)
            if leaf == LEAF
            else f"{self._short_answer(leaf)} ({self.counts_[leaf]} rows)"
            for node, leaf in enumerate(tree.leaf_of)
        ]
        display = ObliqueTreeDisplay(
            tree.children_left, tree.children_right, texts, max_depth=max_depth
        )
        return display.plot(ax)
