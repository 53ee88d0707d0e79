"""Parameters, growth, answers, texts and plots of both exact trees."""

from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.base import LayersBody
from skinterp.display import ObliqueTreeDisplay
from skinterp.exact.pieces._activation_patterns import find_patterns
from skinterp.exact.pieces._affine_maps import evaluate, evaluate_unseen, output_maps
from skinterp.exact.pieces._boxes import checked_box
from skinterp.exact.pieces._piecewise import piecewise_linear
from skinterp.exact.trees._growers import GROWERS
from skinterp.exact.trees._oblique import LEAF
from skinterp.expression import ColumnSpread, affine_text, condition_text
from skinterp.network import dense_of, raw_value_names
from skinterp.utils import counted, number_text, rules_text
from skinterp.utils._sklearn import Interval, StrOptions, fit_context

_OUTSIDE = -1  # leaf of a row that is in none
_DRAWN_DIGITS = 3
_OPEN = "not searched"


class ExactTreeMixin:
    """Parameters, growth and answers of both exact trees."""

    _parameter_constraints = {
        "mode": [StrOptions(set(GROWERS))],
        "max_leaves": [None, Interval(Integral, 1, None, closed="left")],
        "time_budget": [None, Interval(Real, 0, None, closed="neither")],
        "n_jobs": [None, Integral],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        network=None,
        *,
        mode="data",
        box=None,
        max_leaves=10_000,
        time_budget=None,
        n_jobs=None,
        random_state=None,
    ):
        self.network = network
        self.mode = mode
        self.box = box
        self.max_leaves = max_leaves
        self.time_budget = time_budget
        self.n_jobs = n_jobs
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
        X, _ = self._fit_weighted(X, y, sample_weight)
        self._pieces = piecewise_linear(self.network_)
        names = self._input_names
        self._box = checked_box(self.box, X, names=names)
        self._box.refuse_outside(X, names)
        grow = GROWERS[self.mode]
        options = self.max_leaves, self.time_budget, self.n_jobs
        self.tree_, leaves, self.unfinished_ = grow(self._pieces, X, self._box, *options)
        self.coef_, self.intercept_ = output_maps(self._pieces, self.tree_.patterns)
        self.n_leaves_ = self.tree_.n_leaves
        slopes = np.concatenate([self.tree_.slopes, self.coef_.reshape(-1, X.shape[1])])
        n_functions = self.n_leaves_ - 1 + self.intercept_.size
        self.complexity_ = int(n_functions * (1 + np.count_nonzero(slopes.any(axis=0))))
        self._spread = ColumnSpread.of(X)
        self.counts_ = np.bincount(leaves[leaves != _OUTSIDE], minlength=self.n_leaves_)
        self._set_below(leaves, self.network_.predict(X))
        self.depth_ = int(self.tree_.depths.max())
        self.n_patterns_ = 2**self._pieces.n_units
        return self

    def _set_below(self, leaves, answers):
        """Keep how many rows end below each node, and what the network answers on them."""
        values, classes = answers, getattr(self, "classes_", None)
        if classes is not None:
            values = (answers[:, np.newaxis] == classes).astype(float)
        values = values.reshape(len(leaves), -1)
        known = leaves != _OUTSIDE
        sums = np.zeros((self.n_leaves_, 1 + values.shape[1]))
        np.add.at(sums, leaves[known], np.insert(values[known], 0, 1.0, axis=1))
        self._below = self.tree_.sums_below(sums)

    def _below_text(self, node, digits=4):
        """Return what the network answers on the rows that end below a node."""
        n, *sums = self._below[node]
        rows, classes = counted(int(n), "row"), getattr(self, "classes_", None)
        if not n:
            return rows
        if classes is not None:
            k = int(np.argmax(sums))
            return f"{classes[k]} for {sums[k] / n:.0%} of {rows}"
        means = ", ".join(number_text(total / n, digits) for total in sums)
        return f"mean {means} of {rows}"

    def _leaves(self, X):
        """Return the leaf of each checked row, -1 where there is none."""
        if self.mode == "data":
            return find_patterns(self.tree_.patterns, self._pieces.patterns(X))
        inside = self._box.contains(X)
        leaves = np.full(len(X), _OUTSIDE)
        leaves[inside] = self.tree_.apply(X[inside])
        return leaves

    def _raw_values(self, X):
        leaves = self._leaves(X)
        known = leaves != _OUTSIDE
        raw = np.empty((len(X), self.intercept_.shape[1]))
        raw[known] = evaluate(X[known], self.coef_, self.intercept_, leaves[known])
        raw[~known] = evaluate_unseen(self._pieces, X[~known])
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

    def _form_body(self):
        return LayersBody.of(dense_of(self.network_, type(self).__name__))

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
            in regions that the rows of `fit` did not visit, and in branches left open.
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
        unseen = np.repeat(self._leaves(X) == _OUTSIDE, np.diff(path.indptr))
        path.data[unseen & (self.tree_.leaf_of[path.indices] != LEAF)] = 0
        path.eliminate_zeros()
        return path

    def export_text(self, digits=4, max_depth=3):
        """Write the tree as rules, in the user's names and units.

        Parameters
        ----------
        digits : int, default=4
            Significant digits, at least: numbers get more where the answers need them, and inputs
            far from 0 are written as distances from a round number.
        max_depth : int or None, default=3
            Depth at which to cut the text, saying how many leaves are below and what the network
            answers on the rows of `fit` that end in them; None writes all.

        Returns
        -------
        str
            One line per branch; of each test first the side where the hidden unit is off.
        """
        check_is_fitted(self, "tree_")
        test, answer = (partial(f, digits=digits) for f in (self._test_text, self._answer_text))
        children = self.tree_.children_left, self.tree_.children_right
        below = partial(self._below_text, digits=digits)
        return rules_text(*children, test, answer, max_depth, below)

    def _test_text(self, node, above, digits):
        tree = self.tree_
        half_space = tree.slopes[node], tree.offsets[node]
        return condition_text(*half_space, self._input_names, above, digits, spread=self._spread)

    def _answer_text(self, node, digits):
        """Write the affine functions of a leaf, one equation per output."""
        leaf, outputs = self.tree_.leaf_of[node], raw_value_names(self.network_)
        if leaf == LEAF:
            return _OPEN
        return "; ".join(
            f"{output} = {affine_text(slopes, constant, self._input_names, digits, self._spread)}"
            for output, slopes, constant in zip(outputs, self.coef_[leaf], self.intercept_[leaf])
        )

    def _drawn_text(self, node):
        """Return the text of a node in the drawing: its test, or its answer and rows."""
        leaf, n_outputs = self.tree_.leaf_of[node], self.intercept_.shape[1]
        if leaf == LEAF:
            is_open = self.tree_.units[node] == LEAF
            return _OPEN if is_open else self._test_text(node, True, _DRAWN_DIGITS)
        many = f"{n_outputs} affine outputs"
        answer = self._answer_text(node, _DRAWN_DIGITS) if n_outputs == 1 else many
        if n_outputs > 1 or getattr(self, "classes_", None) is not None:
            return f"{self._below_text(node, _DRAWN_DIGITS)}: {answer}"
        return f"{answer} ({counted(self.counts_[leaf], 'row')})"

    def displays(self):
        """Return the display of the tree.

        Returns
        -------
        tuple of ObliqueTreeDisplay
            The tree, not drawn yet: down to depth 3, if it has more than 16 leaves.
        """
        return (self._display(),)

    def _display(self, max_depth=None):
        check_is_fitted(self, "tree_")
        nodes = range(len(self.tree_.units))
        texts = [self._drawn_text(node) for node in nodes]
        children = self.tree_.children_left, self.tree_.children_right
        shares, classes = None, getattr(self, "classes_", None)
        if classes is not None:
            shares = self._below[:, 1:] / np.maximum(self._below[:, :1], 1.0)
        return ObliqueTreeDisplay(
            *children,
            texts,
            max_depth=max_depth,
            below=[self._below_text(node, _DRAWN_DIGITS) for node in nodes],
            shares=shares,
            classes=classes,
        )

    def plot(self, ax=None, max_depth=None, *, X=None):
        """Draw the tree.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure by default.
        max_depth : int or None, default=None
            Depth at which to cut the drawing; None draws all of at most 16 leaves, else three
            levels.
        X : object, default=None
            Ignored: a tree needs no rows.

        Returns
        -------
        ObliqueTreeDisplay
            The display.
        """
        return self._display(max_depth).plot(ax)
