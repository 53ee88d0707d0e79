"""Trees grown on a network's answers, to the data and to further points it is asked about."""

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skinterp.base import ClassifierSurrogate, Form, RegressorSurrogate, finite, register_form
from skinterp.surrogate._tree_base import _TreeBase
from skinterp.surrogate._tree_growth import value_rooms
from skinterp.utils import threshold_text


class TreeSurrogateClassifier(_TreeBase, ClassifierSurrogate):
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
    n_trees : int, default=1
        How many trees there may be; of more than one the sum answers (FIGS).
    max_leaf_nodes : int or None, default=16
        Largest number of leaves, of all trees together; None is no bound (200 of a sum).
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
        The tree, if there is one only; on tables with categories it splits on numbers and on
        places of levels in orders.
    trees_ : tuple
        The trees whose sum answers.
    rules_ : RuleTable
        If-then rules on the user's columns that never overlap, the shortest first.
    n_leaves_ : int
        Number of leaves.
    complexity_ : int
        Atoms: conditions, and answers of leaves.
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
    networks", NIPS 1996; Y. S. Tan, C. Singh, K. Nasseri et al., "Fast interpretable greedy-tree
    sums", PNAS 122, 2025.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinterp import TreeSurrogateClassifier, default_network
    >>> X, y = load_iris(return_X_y=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> tree = TreeSurrogateClassifier(network, max_leaf_nodes=3, random_state=0).fit(X)
    >>> tree.n_leaves_, tree.complexity_
    (3, 5)
    """

    _tree_class = DecisionTreeClassifier

    def _check_answers(self, values):
        self._warn_of_one_class(self.network_.answers(values))

    def _outputs(self):
        if len(self.classes_) == 2:
            return [f"log-odds of {self.classes_[1]}"]
        return [f"score of {label}" for label in self.classes_]

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
        if self._sum is not None:
            return self.network_.probabilities(self._sum.values(self._values(X)))
        return self._shares(self._leaf_values(X))

    def _shares(self, values):
        """Return the shares of all classes, of values by output and class of the tree."""
        shares = np.zeros((len(values), len(self.classes_)))
        known = self.classes_.tolist()
        columns = [known.index(label) for label in self.tree_.classes_.tolist()]
        shares[:, columns] = values[:, 0]
        return shares

    def _leaf_raw(self):
        known = self.classes_.tolist()
        groups = [known.index(label) for label in self._leaf_answers()]
        return self._shares(self.tree_.tree_.value), np.array(groups)


class TreeSurrogateRegressor(_TreeBase, RegressorSurrogate):
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
    n_trees : int, default=1
        How many trees there may be; of more than one the sum answers (FIGS).
    max_leaf_nodes : int or None, default=16
        Largest number of leaves, of all trees together; None is no bound (200 of a sum).
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
        The tree, if there is one only; on tables with categories it splits on numbers and on
        places of levels in orders.
    trees_ : tuple
        The trees whose sum answers.
    rules_ : RuleTable
        If-then rules on the user's columns that never overlap, the shortest first.
    n_leaves_ : int
        Number of leaves.
    complexity_ : int
        Atoms: conditions, and answers of leaves.
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
    networks", NIPS 1996; Y. S. Tan, C. Singh, K. Nasseri et al., "Fast interpretable greedy-tree
    sums", PNAS 122, 2025.

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

    def _check_answers(self, values):
        """Take all answers of a regression."""

    def _outputs(self):
        if self.network_.n_outputs == 1:
            return [getattr(self.network_, "name", "output")]
        return [f"output {k}" for k in range(self.network_.n_outputs)]

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

    def _leaf_raw(self):
        return self.tree_.tree_.value[:, :, 0], None

    def _answer(self, node, digits):
        nodes = self.tree_.tree_
        pairs = zip(nodes.value[node, :, 0], value_rooms(nodes), strict=True)
        return ", ".join(threshold_text(value, digits, room) for value, room in pairs)


def _leaf_bound(estimator, max_atoms, n_outputs):
    """Return how many leaves there may be: a condition a leaf, and an answer.

    The answer of a tree is a label or value, that of a sum a number for all classes but one.
    """
    n_numbers = 1 if estimator.n_trees == 1 else max(1, n_outputs - 1)
    return {"max_leaf_nodes": max(2, (max_atoms + 1) // (1 + n_numbers))}


TREES = TreeSurrogateClassifier, TreeSurrogateRegressor
register_form(Form("tree", *TREES, is_default=True, bounds=_leaf_bound, position=2))
register_form(
    Form(
        "tree sum",
        *TREES,
        options={"n_trees": 5},
        is_default=True,
        bounds=_leaf_bound,
        position=7,
    )
)
