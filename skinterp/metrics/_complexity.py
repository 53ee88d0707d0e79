"""Complexity: one number per form of a surrogate."""

import numpy as np


def complexity(estimator):
    """Return the size of a fitted model: what a reader has to take in.

    Nodes of an expression (all classes together), leaves of a tree, leaves of all trees of a
    forest, non-zero coefficients of a linear model.

    Parameters
    ----------
    estimator : estimator
        Fitted: a surrogate, a scikit-learn tree, forest or linear model, or a pipeline or search
        whose last step is one of these.

    Returns
    -------
    int
        The complexity.

    Raises
    ------
    ValueError
        If the estimator has no such size, or is not fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skinterp.metrics import complexity
    >>> complexity(DecisionTreeClassifier(max_leaf_nodes=5).fit(*load_iris(return_X_y=True)))
    5
    """
    if hasattr(estimator, "best_estimator_"):
        return complexity(estimator.best_estimator_)
    if hasattr(estimator, "steps"):
        return complexity(estimator.steps[-1][1])
    if hasattr(estimator, "complexity_"):
        return int(estimator.complexity_)
    if hasattr(estimator, "tree_"):
        return int(estimator.tree_.n_leaves)
    if hasattr(estimator, "estimators_"):
        return sum(complexity(member) for member in np.ravel(estimator.estimators_))
    if hasattr(estimator, "coef_"):
        return int(np.count_nonzero(estimator.coef_))
    raise ValueError(
        "complexity needs a fitted surrogate, tree, forest or linear model. "
        f"Got {estimator!r} instead."
    )
