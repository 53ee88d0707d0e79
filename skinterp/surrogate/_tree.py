"""Trees grown on a network's answers, to the data and to further points it is asked about."""

from numbers import Integral

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, export_text
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skinterp.surrogate._base import ClassifierSurrogate, RegressorSurrogate
from skinterp.utils._sklearn import Interval, check_sample_weight, fit_context

# A column with at most this many distinct values is discrete: its values are not blurred.
MAX_DISCRETE = 10
# Share of a discrete column's queries redrawn from its own distribution.
REDRAWN = 0.1


def draw_queries(X, n_queries, random_state=None, sample_weight=None):
    """Draw points that fill the distribution of the data, to ask a network about.

    A smoothed bootstrap: rows are drawn with replacement and blurred by Gaussian kernels of
    Silverman's width, which keeps correlations; values stay in range, integers stay integers,
    and discrete columns keep their values.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows of data.
    n_queries : int
        Number of points.
    random_state : int, RandomState instance or None, default=None
        Seed.
    sample_weight : ndarray of shape (n,) or None, default=None
        Rows are drawn in proportion to it.

    Returns
    -------
    ndarray of shape (n_queries, d)
        The points.

    References
    ----------
    M. W. Craven, J. W. Shavlik, "Extracting tree-structured representations of trained networks",
    NIPS 1996 (TREPAN), draws its queries from such a model of the data.
    """
    rng = check_random_state(random_state)
    share = None if sample_weight is None else sample_weight / sample_weight.sum()
    rows = X[rng.choice(len(X), size=n_queries, p=share)]
    n, d = X.shape
    width = X.std(axis=0) * (4 / ((d + 2) * n)) ** (1 / (d + 4))
    points = np.clip(rows + rng.normal(size=rows.shape) * width, X.min(axis=0), X.max(axis=0))
    for j, column in enumerate(X.T):
        values = np.unique(column)
        if len(values) <= MAX_DISCRETE:
            redrawn = column[rng.choice(n, size=n_queries, p=share)]
            points[:, j] = np.where(rng.uniform(size=n_queries) < REDRAWN, redrawn, rows[:, j])
        elif np.all(values == np.round(values)):
            points[:, j] = np.round(points[:, j])
    return points


class _TreeMixin:
    """Parameters, growth and text of both tree surrogates."""

    _parameter_constraints = {
        "network": "no_validation",
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
        min_samples_leaf=1,
        n_queries=2000,
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
        y : array-like of shape (n_samples,) or None, default=None
            Targets; needed only to train an unfitted network.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows; queries are drawn in proportion to them.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X = self._fit_network(X, y, sample_weight)
        rng = check_random_state(self.random_state)
        weights = None
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X, ensure_non_negative=True)
            total = np.full(self.n_queries, sample_weight.mean())
            weights = np.concatenate([sample_weight, total])
        queries = draw_queries(X, self.n_queries, rng, sample_weight)
        points = np.concatenate([X, queries])
        tree = self._tree_class(
            max_leaf_nodes=self.max_leaf_nodes,
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            random_state=rng.randint(np.iinfo(np.int32).max),
        )
        self.tree_ = tree.fit(points, self.network_.predict(points), sample_weight=weights)
        self.complexity_ = int(self.tree_.get_n_leaves())
        self.feature_importances_ = self.tree_.feature_importances_
        return self

    def predict(self, X):
        """Predict by the tree, without the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels or values.
        """
        rows = self._rows(X)
        return self.tree_.predict(rows)

    def apply(self, X):
        """Return the leaf that each row falls into.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Node indices.
        """
        rows = self._rows(X)
        return self.tree_.apply(rows)

    def export_text(self, decimals=3):
        """Write the tree as rules in the user's names and units.

        Parameters
        ----------
        decimals : int, default=3
            Decimals of the thresholds.

        Returns
        -------
        str
            One line per node.
        """
        check_is_fitted(self)
        return export_text(
            self.tree_,
            feature_names=list(self._input_names),
            decimals=decimals,
            max_depth=max(1, self.tree_.get_depth()),
        )


class TreeSurrogateClassifier(_TreeMixin, ClassifierSurrogate):
    """A decision tree that classifies as a network does.

    A scikit-learn tree grown on the network's classes at the rows of the data and at `n_queries`
    points drawn to fill the data's own distribution: the network can be asked as often as we
    like, so that deep splits need not rest on a few rows (TREPAN's idea). Each split minimises
    the Gini impurity of the *network's* answers.

    Parameters
    ----------
    network : estimator, Network, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes. A fitted one
        is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    max_leaf_nodes : int or None, default=16
        Largest number of leaves, the complexity of the tree; None is no bound.
    max_depth : int or None, default=None
        Largest depth.
    min_samples_leaf : int, default=1
        Least number of points (rows and queries) in a leaf.
    n_queries : int, default=2000
        Points beside the data that the network is asked about.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network, the queries and the tree.

    Attributes
    ----------
    tree_ : DecisionTreeClassifier
        The tree.
    complexity_ : int
        Number of leaves.
    feature_importances_ : ndarray of shape (n_features_in_,)
        Shares of the impurity that each input removes.
    network_ : Network
        The network explained.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network does not classify or expects other inputs.

    Notes
    -----
    A tree with enough leaves agrees with anything on the rows it was grown on. Trust only the
    fidelity on held-out rows.

    References
    ----------
    M. W. Craven, J. W. Shavlik, "Extracting tree-structured representations of trained networks",
    NIPS 1996.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinterp import TreeSurrogateClassifier, default_network
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> tree = TreeSurrogateClassifier(network, max_leaf_nodes=3, random_state=0).fit(X)
    >>> tree.complexity_
    3
    """

    _tree_class = DecisionTreeClassifier

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
        rows = self._rows(X)
        shares = self.tree_.predict_proba(rows)
        full = np.zeros((len(shares), len(self.classes_)))
        full[:, np.searchsorted(self.classes_, self.tree_.classes_)] = shares
        return full


class TreeSurrogateRegressor(_TreeMixin, RegressorSurrogate):
    """A decision tree that predicts as a regression network, or a scalar view, does.

    A scikit-learn tree grown on the network's values at the rows of the data and at `n_queries`
    points drawn to fill the data's own distribution. Each split minimises the squared error to
    the *network*.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple, callable or None, default=None
        The network to explain, with one output: anything :func:`skinterp.network.as_network`
        takes, such as ``as_network(model).unit(layer, j)``. A fitted one is used as it is; an
        unfitted one is trained in `fit`; None trains :func:`skinterp.network.default_network`.
    max_leaf_nodes : int or None, default=16
        Largest number of leaves, the complexity of the tree; None is no bound.
    max_depth : int or None, default=None
        Largest depth.
    min_samples_leaf : int, default=1
        Least number of points (rows and queries) in a leaf.
    n_queries : int, default=2000
        Points beside the data that the network is asked about.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network, the queries and the tree.

    Attributes
    ----------
    tree_ : DecisionTreeRegressor
        The tree.
    complexity_ : int
        Number of leaves.
    feature_importances_ : ndarray of shape (n_features_in_,)
        Shares of the squared error that each input removes.
    network_ : Network
        The network explained.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network classifies or has several outputs.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import TreeSurrogateRegressor
    >>> X = np.linspace(-1, 1, 200).reshape(-1, 1)
    >>> tree = TreeSurrogateRegressor(lambda X: np.abs(X[:, 0]), max_leaf_nodes=8, random_state=0)
    >>> tree.fit(X).complexity_
    8
    """

    _tree_class = DecisionTreeRegressor
