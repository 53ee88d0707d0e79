"""What is inside pipelines, searches and frozen estimators."""

from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline


def unwrap(estimator, X=None):
    """Return the estimator inside others, and rows as it takes them.

    Parameters
    ----------
    estimator : estimator
        Fitted; maybe a pipeline (its last step is meant), a search (its best estimator) or a
        frozen estimator.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows as the outer estimator takes them.

    Returns
    -------
    estimator : estimator
        The inner one.
    X : array-like or data frame of shape (n_samples, n_features) or None
        Rows as the inner one takes them.
    """
    if hasattr(estimator, "best_estimator_"):
        return unwrap(estimator.best_estimator_, X)
    if isinstance(estimator, FrozenEstimator):
        return unwrap(estimator.estimator, X)
    if isinstance(estimator, Pipeline):
        if X is not None and len(estimator) > 1:
            X = estimator[:-1].transform(X)
        return unwrap(estimator[-1], X)
    return estimator, X
