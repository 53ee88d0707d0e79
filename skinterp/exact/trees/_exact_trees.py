"""A piecewise-linear network as the decision tree that it is."""

from skinterp.base import ClassifierSurrogate, Form, LogitsMixin, RegressorSurrogate, register_form
from skinterp.exact.pieces._piecewise import piecewise_linear
from skinterp.exact.trees._exact_tree_mixin import ExactTreeMixin


class ExactTreeClassifier(ExactTreeMixin, LogitsMixin, ClassifierSurrogate):
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
    time_budget : float or None, default=None
        Seconds after which the whole tree ends with the leaves it has, and leaves its other
        branches open; so does an interruption. Rows there are predicted all the same.
    n_jobs : int or None, default=None
        Branches searched at once, of the whole tree; the result does not depend on it.
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
    unfinished_ : tuple of str
        What says how much of the box is in no leaf, or that linear programs failed; empty if
        every region is a leaf.
    complexity_ : int
        Atoms: constants of all tests and leaves, and slopes by all inputs in use.
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
    UserWarning
        If the search of the box ended early.

    Notes
    -----
    The tree is exact, which does not make it readable: a 2x60 network has about as many leaves as
    there are rows. For a readable one take `PrunedMLPClassifier` first, `LinearRegions.merge`,
    or `class_regions`, which keeps what separates the classes.
    In mode "whole" a branch is empty if its largest inner ball is smaller than 1e-9 of the box
    (by linear programs; with up to eight inputs and a bounded box by the cell's vertices). In mode
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


class ExactTreeRegressor(ExactTreeMixin, RegressorSurrogate):
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
    time_budget : float or None, default=None
        Seconds after which the whole tree ends with the leaves it has, and leaves its other
        branches open; so does an interruption. Rows there are predicted all the same.
    n_jobs : int or None, default=None
        Branches searched at once, of the whole tree; the result does not depend on it.
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
    unfinished_ : tuple of str
        What says how much of the box is in no leaf, or that linear programs failed; empty if
        every region is a leaf.
    complexity_ : int
        Atoms: constants of all tests and leaves, and slopes by all inputs in use.
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
    UserWarning
        If the search of the box ended early.

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


register_form(
    Form(
        "exact",
        ExactTreeClassifier,
        ExactTreeRegressor,
        options={"max_leaves": None},
        is_exact=True,
        check=piecewise_linear,
        position=8,
    )
)
