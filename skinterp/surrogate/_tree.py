"""Trees grown on a network's answers, to the data and to further points it is asked about."""

from numbers import Integral

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import check_random_state

from skinterp.base import ClassifierSurrogate, Form, RegressorSurrogate, finite, register_form
from skinterp.surrogate._asked import with_queries
from skinterp.surrogate._splits import grown_on_orders, named_splits, split_values
from skinterp.surrogate._text import number_scales
from skinterp.surrogate._tree_growth import grow, leaves_of, value_rooms
from skinterp.surrogate._tree_texts import TreeTexts
from skinterp.utils import as_shares, threshold_text
from skinterp.utils._sklearn import Interval, fit_context


class _TreeMixin(TreeTexts):
    """Parameters, growth and text of both tree surrogates."""

    _parameter_constraints = {
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
        max_leaf_nodes=16,
        max_depth=None,
        min_samples_leaf=5,
        n_queries=5000,
        random_state=None,
    ):
        self.network = network
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
        rng = check_random_state(self.random_state)
        table = self.network_.user_table
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
        self._scales = number_scales(table, X)
        self.tree_, self._rooms = best.tree, best.rooms
        self.complexity_ = int(self.tree_.get_n_leaves())
        return self

    def _values(self, X):
        """Return what the tree splits on, of raw rows."""
        X = self._rows(X)
        if self.network_.user_table is None:
            return X
        features = self.tree_.tree_.feature
        return split_values(self._splits, X, set(features[features >= 0].tolist()))

    @property
    def feature_importances_(self):
        """Share of the impurity that each column removes."""
        shares = np.zeros(self.n_features_in_)
        places = [split.column.index for split in self._splits]
        np.add.at(shares, places, self.tree_.feature_importances_)
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
        ndarray of shape (n_samples,)
            Indices of nodes of ``tree_``.
        """
        values = self._values(X)
        return leaves_of(self.tree_.tree_, values)


class TreeSurrogateClassifier(_TreeMixin, ClassifierSurrogate):
    """A decision tree that classifies as a network does.

    A scikit-learn tree grown on the network's classes f(x) at the rows of the data *and* at
    `n_queries` points drawn to fill the data's own distribution
    (:func:`skinterp.sampling.draw_queries`): a network can be asked as often as one likes, so
    that deep splits need not rest on a few rows. Each split minimises the Gini impurity
    ``sum_leaves w_leaf (1 - sum_k p_k^2)``, with p_k the shares of the *network's* classes.

    Parameters
    ----------
    network : estimator, Network, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes. A fitted one
        is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    max_leaf_nodes : int or None, default=16
        Largest number of leaves, the complexity of the tree; None is no bound.
    max_depth : int or None, default=None
        Largest depth; None is no bound.
    min_samples_leaf : int, default=5
        Least number of points (rows and queries) in a leaf.
    n_queries : int, default=5000
        Points beside the data that the network is asked about.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network, the queries and the tree.

    Attributes
    ----------
    tree_ : DecisionTreeClassifier
        The tree; on tables with categories it splits on numbers and on places of levels in orders.
    rules_ : RuleTree
        The tree as tests on the user's columns, such as ``site in {a, c}``.
    complexity_ : int
        Number of leaves.
    feature_importances_ : ndarray of shape (n_features_in_,)
        Share of the impurity that each column removes.
    network_ : Network
        The network explained.
    classes_ : ndarray of shape (n_classes,)
        Class labels, those of the network.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network does not classify, is multilabel, or expects other inputs.

    Warns
    -----
    UserWarning
        If the network answers everything with one class; the tree is then a single leaf.

    Notes
    -----
    A tree with enough leaves agrees with anything on the rows it was grown on. Trust only the
    fidelity on held-out rows. What queries do to it (``benchmarks/tree_queries.py``: five-fold
    cross-validation on seven tables of 150 to 1500 rows, classes and values):

    ==========  ========  =========  =========
    n_queries   8 leaves  16 leaves  32 leaves
    ==========  ========  =========  =========
    0           0.836     0.852      0.861
    1000        0.843     0.873      0.888
    5000        0.854     0.880      0.906
    20000       0.848     0.882      0.910
    ==========  ========  =========  =========

    They help most where leaves are many and rows few (digits 3 against 8, 16 leaves: 0.919 to
    0.975) and can cost a little where the data are tight clusters (wine, 4 leaves: 0.871 to
    0.849): the space between clusters is asked about, too.

    References
    ----------
    M. W. Craven and J. W. Shavlik, "Extracting tree-structured representations of trained
    networks", NIPS 1996.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinterp import TreeSurrogateClassifier, default_network
    >>> X, y = load_iris(return_X_y=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> tree = TreeSurrogateClassifier(network, max_leaf_nodes=3, random_state=0).fit(X)
    >>> tree.complexity_
    3
    """

    _tree_class = DecisionTreeClassifier

    def _answers(self, points):
        answers = self.network_.predict(points)
        self._warn_of_one_class(answers)
        return answers

    def _numeric_answers(self, points):
        """Return an indicator per class, of two classes of the second one."""
        answers = self.network_.predict(points)[:, np.newaxis] == self.classes_
        return answers[:, 1:].astype(float) if len(self.classes_) == 2 else answers.astype(float)

    def _predicted(self, values):
        return self.tree_.classes_[values[:, 0].argmax(axis=1)]

    def _leaf_answers(self):
        return self._predicted(self.tree_.tree_.value).tolist()

    def _leaf_groups(self):
        known = self.classes_.tolist()
        return [known.index(label) for label in self._leaf_answers()]

    def _answer(self, node, digits):
        shares = self.tree_.tree_.value[node, 0]
        best = shares.argmax()
        share = shares[best] / shares.sum()
        sure = "" if share > 0.995 else f" ({share:.0%})"
        return f"{self.tree_.classes_[best]}{sure}"

    def predict_proba(self, X):
        """Return the shares of the network's classes in the leaf of each row.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Shares; 0 for classes that the network never answered in `fit`.
        """
        values = self._leaf_values(X)[:, 0]
        shares = np.zeros((len(values), len(self.classes_)))
        known = self.classes_.tolist()
        columns = [known.index(label) for label in self.tree_.classes_.tolist()]
        shares[:, columns] = values
        return shares


class TreeSurrogateRegressor(_TreeMixin, RegressorSurrogate):
    """A decision tree that predicts as a regression network, or a scalar view, does.

    A scikit-learn tree grown on the network's values f(x) at the rows of the data *and* at
    `n_queries` points drawn to fill the data's own distribution
    (:func:`skinterp.sampling.draw_queries`). Each split minimises the squared error
    ``sum_i w_i (f(x_i) - tree(x_i))^2`` to the *network*.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes, also with
        several outputs, or a scalar view such as ``as_network(model).unit(layer, j)``. A fitted
        one is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    max_leaf_nodes : int or None, default=16
        Largest number of leaves, the complexity of the tree; None is no bound.
    max_depth : int or None, default=None
        Largest depth; None is no bound.
    min_samples_leaf : int, default=5
        Least number of points (rows and queries) in a leaf.
    n_queries : int, default=5000
        Points beside the data that the network is asked about.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network, the queries and the tree.

    Attributes
    ----------
    tree_ : DecisionTreeRegressor
        The tree; on tables with categories it splits on numbers and on places of levels in orders.
    rules_ : RuleTree
        The tree as tests on the user's columns, such as ``site in {a, c}``.
    complexity_ : int
        Number of leaves.
    feature_importances_ : ndarray of shape (n_features_in_,)
        Share of the squared error that each column removes.
    network_ : Network
        The network explained.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network classifies, expects other inputs, or has values that are not finite.

    References
    ----------
    M. W. Craven and J. W. Shavlik, "Extracting tree-structured representations of trained
    networks", NIPS 1996.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import TreeSurrogateRegressor
    >>> X = np.linspace(-1, 1, 200).reshape(-1, 1)
    >>> tree = TreeSurrogateRegressor(lambda X: np.sign(X[:, 0]), max_leaf_nodes=8).fit(X)
    >>> print(tree.export_text(digits=1))
    x0 <= ...: -1
    x0 > ...: 1
    """

    _tree_class = DecisionTreeRegressor
    _multi_output = True

    def _answers(self, points):
        values = finite(self.network_.raw_values(points))
        return values[:, 0] if values.shape[1] == 1 else values

    def _numeric_answers(self, points):
        return self.network_.raw_values(points)

    def _predicted(self, values):
        return values[:, 0, 0] if values.shape[1] == 1 else values[:, :, 0]

    def _leaf_answers(self):
        values = self.tree_.tree_.value[:, :, 0]
        if values.shape[1] > 1:
            raise ValueError(
                f"Code has one answer. Got a tree of {values.shape[1]} outputs instead: fit one "
                "on as_network(model).output(k)."
            )
        return values[:, 0].tolist()

    def _leaf_groups(self):
        return None

    def _answer(self, node, digits):
        nodes = self.tree_.tree_
        pairs = zip(nodes.value[node, :, 0], value_rooms(nodes), strict=True)
        return ", ".join(threshold_text(value, digits, room) for value, room in pairs)


register_form(
    Form("tree", TreeSurrogateClassifier, TreeSurrogateRegressor, is_default=True, position=2)
)
