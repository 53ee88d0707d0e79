"""Complexity: one number per form of a surrogate."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.utils import unwrap


def complexity(estimator):
    """Return the size of a fitted model: what a reader has to take in.

    It is counted in atoms, the same for all forms: a condition, an input with the number it is
    multiplied, shifted or compared with, or a number by itself. A tree has its conditions and the
    answers of its leaves (a forest those of all trees), a linear model its coefficients and
    constants that are not 0, a formula its inputs and free numbers, a sum of hinges its
    coefficients and knots, an additive form the degrees of freedom of its curves.

    Parameters
    ----------
    estimator : estimator
        Fitted: a surrogate, a scikit-learn tree, an ensemble of trees, a linear model, or a
        pipeline or search around one of these.

    Returns
    -------
    int
        The atoms.

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
    9
    """
    check_is_fitted(estimator)
    estimator = unwrap(estimator).model
    if hasattr(estimator, "complexity_"):
        return int(estimator.complexity_)
    if hasattr(estimator, "get_n_leaves"):
        n_outputs = getattr(estimator, "n_outputs_", 1)
        return int(estimator.get_n_leaves()) * (1 + n_outputs) - 1
    if hasattr(estimator, "estimators_"):
        return sum(complexity(member) for member in np.ravel(estimator.estimators_))
    if hasattr(estimator, "coef_"):
        numbers = np.count_nonzero(getattr(estimator, "intercept_", 0.0))
        return int(max(1, numbers + np.count_nonzero(estimator.coef_)))
    raise TypeError(
        "complexity needs a surrogate, a tree, an ensemble of trees or a linear model. "
        f"Got {type(estimator).__name__} instead."
    )
