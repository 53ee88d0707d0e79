"""Complexity: one number per form of a surrogate."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.utils import unwrap


def complexity(estimator):
    """Return the size of a fitted model: what a reader has to take in.

    One definition per form: nodes of an expression (all classes together), leaves of a tree,
    leaves of all trees of a forest, non-zero coefficients of a linear model. Compare it within
    one form; between forms it is only a rough guide.

    Parameters
    ----------
    estimator : estimator
        Fitted: a surrogate, a scikit-learn tree, an ensemble of trees, a linear model, or a
        pipeline or search around one of these.

    Returns
    -------
    int
        The complexity.

    Raises
    ------
    TypeError
        If the estimator has no such size.
    NotFittedError
        If it is not fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skinterp.metrics import complexity
    >>> complexity(DecisionTreeClassifier(max_leaf_nodes=5).fit(*load_iris(return_X_y=True)))
    5
    """
    check_is_fitted(estimator)
    estimator = unwrap(estimator).model
    if hasattr(estimator, "complexity_"):
        return int(estimator.complexity_)
    if hasattr(estimator, "get_n_leaves"):
        return int(estimator.get_n_leaves())
    if hasattr(estimator, "estimators_"):
        return sum(complexity(member) for member in np.ravel(estimator.estimators_))
    if hasattr(estimator, "coef_"):
        return int(np.count_nonzero(estimator.coef_))
    raise TypeError(
        "complexity needs a surrogate, a tree, an ensemble of trees or a linear model. "
        f"Got {type(estimator).__name__} instead."
    )
