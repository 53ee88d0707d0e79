"""A piecewise-linear network as the decision tree that it is."""

from numbers import Integral

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.base import ClassifierSurrogate, RegressorSurrogate
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


class _ExactTreeMixin:
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


class ExactTreeClassifier(_ExactTreeMixin, ClassifierSurrogate):
    """A piecewise-linear classifier as the oblique decision tree that it is.

    Inner nodes ask on which side of a hyperplane a row lies, where a hidden unit switches; in a
    leaf no unit switches any more, and the logits are an affine function,
    ``raw(x) = coef_[leaf] @ x + intercept_[leaf]``, in input units. Predictions are those of the
    network everywhere, up to rounding.

    Parameters
    ----------
    network : estimator, Network, tuple or None, default=None
        The network: anything :func:`skinterp.network.as_network` takes whose hidden layers are
        identity, ReLU or leaky ReLU. A fitted one is used as it is; an unfitted one is trained in
        `fit`; None trains :func:`skinterp.network.default_network`.
    mode : {"data", "whole"}, default="data"
        "data": the leaves that the rows of `fit` visit; the functions of other leaves are worked
        out when a row asks for them. "whole": every leaf in the box that is not empty; for small
        networks.
    box : None, "unbounded" or (lower, upper), default=None
        Where the whole tree ends: None is the range of the data in `fit`; bounds are numbers or
        arrays of shape (n_features,) in input units. Rows of `fit` outside are refused; rows
        outside are predicted all the same.
    max_leaves : int or None, default=10000
        Number of leaves beyond which `fit` refuses; None is no bound.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network; the tree has nothing random.

    Attributes
    ----------
    tree_ : ObliqueTree
        The nodes.
    n_leaves_ : int
        Number of leaves.
    depth_ : int
        Largest number of tests before a leaf.
    n_patterns_ : int
        Number of activation patterns, ``2 ** n_units``: leaves before the empty ones are removed.
    coef_ : ndarray of shape (n_leaves, n_outputs, n_features_in_)
        Derivatives of the logits in each leaf.
    intercept_ : ndarray of shape (n_leaves, n_outputs)
        Logits at the origin, of each leaf's function.
    counts_ : ndarray of int of shape (n_leaves,)
        Rows of `fit` in each leaf.
    complexity_ : int
        Number of leaves, too.
    network_ : Network
        The network.
    classes_ : ndarray of shape (n_classes,)
        Class labels, those of the network.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If a hidden layer is smooth, the box is empty or rows of `fit` lie outside, or there are
        more leaves than `max_leaves`.

    Warns
    -----
    LinearProgramWarning
        If a linear program fails; the branch is kept, so that predictions stay exact.

    Notes
    -----
    The tree is exact, which does not make it readable: a 2x60 network has about as many leaves as
    there are rows. For a readable one take `PrunedMLPClassifier` first, or `LinearRegions.merge`.
    In mode "whole" a branch is empty if its largest inner ball is smaller than 1e-9 of the box
    (by linear programs; with up to four inputs and a bounded box by the cell's vertices). In mode
    "data" only units on which the rows differ are tested, so that n leaves have n - 1 tests.

    References
    ----------
    C. Aytekin, "Neural networks are decision trees", arXiv 2210.05189.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.exact import ExactTreeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((4,), solver="lbfgs", alpha=1.0, max_iter=1000, random_state=0)
    >>> tree = ExactTreeClassifier(mlp.fit(X, y), mode="whole").fit(X)
    >>> bool((tree.predict(X) == mlp.predict(X)).all())
    True
    >>> tree.n_leaves_ <= tree.n_patterns_
    True
    """

    def decision_function(self, X):
        """Return the logits.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            The logit of the second class if there are two, else one per class.
        """
        X = self._rows(X)
        raw = self._raw_values(X)
        return raw[:, 0] if self.network_.task == "binary" else raw

    def predict_proba(self, X):
        """Return the network's probabilities.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.
        """
        X = self._rows(X)
        return self.network_.probabilities(self._raw_values(X))


class ExactTreeRegressor(_ExactTreeMixin, RegressorSurrogate):
    """A piecewise-linear regression network, or a scalar view, as the oblique tree that it is.

    Inner nodes ask on which side of a hyperplane a row lies, where a hidden unit switches; in a
    leaf no unit switches any more, and the prediction is an affine function,
    ``f(x) = coef_[leaf] @ x + intercept_[leaf]``, in input units. Predictions are those of the
    network everywhere, up to rounding.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or None, default=None
        The network: anything :func:`skinterp.network.as_network` takes whose hidden layers are
        identity, ReLU or leaky ReLU, also with several outputs, or a scalar view such as
        ``as_network(model).unit(layer, j)``. A fitted one is used as it is; an unfitted one is
        trained in `fit`; None trains :func:`skinterp.network.default_network`.
    mode : {"data", "whole"}, default="data"
        "data": the leaves that the rows of `fit` visit; the functions of other leaves are worked
        out when a row asks for them. "whole": every leaf in the box that is not empty; for small
        networks.
    box : None, "unbounded" or (lower, upper), default=None
        Where the whole tree ends: None is the range of the data in `fit`; bounds are numbers or
        arrays of shape (n_features,) in input units. Rows of `fit` outside are refused; rows
        outside are predicted all the same.
    max_leaves : int or None, default=10000
        Number of leaves beyond which `fit` refuses; None is no bound.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network; the tree has nothing random.

    Attributes
    ----------
    tree_ : ObliqueTree
        The nodes.
    n_leaves_ : int
        Number of leaves.
    depth_ : int
        Largest number of tests before a leaf.
    n_patterns_ : int
        Number of activation patterns, ``2 ** n_units``: leaves before the empty ones are removed.
    coef_ : ndarray of shape (n_leaves, n_outputs, n_features_in_)
        Derivatives of the predictions in each leaf.
    intercept_ : ndarray of shape (n_leaves, n_outputs)
        Predictions at the origin, of each leaf's function.
    counts_ : ndarray of int of shape (n_leaves,)
        Rows of `fit` in each leaf.
    complexity_ : int
        Number of leaves, too.
    network_ : Network
        The network.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If a hidden layer is smooth, the box is empty or rows of `fit` lie outside, or there are
        more leaves than `max_leaves`.

    Warns
    -----
    LinearProgramWarning
        If a linear program fails; the branch is kept, so that predictions stay exact.

    References
    ----------
    C. Aytekin, "Neural networks are decision trees", arXiv 2210.05189.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.exact import ExactTreeRegressor
    >>> network = ([[[1.0, 1.0]], [[1.0], [1.0]]], [[0.0, -1.0], [0.0]], ["relu", "identity"])
    >>> tree = ExactTreeRegressor(network, mode="whole").fit(np.array([[-2.0], [2.0]]))
    >>> print(tree.export_text())
    x0 <= 0: value = 0
    x0 > 0
    |   x0 <= 1: value = x0
    |   x0 > 1: value = 2*x0 - 1
    """

    _multi_output = True
