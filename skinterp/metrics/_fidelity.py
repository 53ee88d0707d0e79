"""Fidelity: agreement of an estimator with the network it explains."""

import numpy as np
from sklearn.base import is_regressor
from sklearn.metrics import r2_score

from skinterp.network import as_network


def _network_and_input(estimator, X):
    """Return the network an estimator explains and X as that network takes it."""
    if hasattr(estimator, "best_estimator_"):
        return _network_and_input(estimator.best_estimator_, X)
    if hasattr(estimator, "steps"):
        for _, step in estimator.steps[:-1]:
            if step not in (None, "passthrough"):
                X = step.transform(X)
        return _network_and_input(estimator.steps[-1][1], X)
    if not hasattr(estimator, "network_"):
        raise ValueError(
            "fidelity_score needs an estimator with the attribute network_, such as a fitted "
            "surrogate or a pipeline or grid search of one, or the parameter network. "
            f"Got {estimator!r} instead."
        )
    return estimator.network_, X


def fidelity_score(estimator, X, y=None, *, network=None):
    """Return how well an estimator agrees with the network it explains.

    For classifiers the share of rows with the same class, for regressors the R^2 of the
    estimator's predictions to the network's: 1 is perfect. On the rows an estimator was fitted on
    it flatters; use it as ``scoring=`` in cross-validation.

    Parameters
    ----------
    estimator : estimator
        Fitted; a surrogate, or a pipeline or search whose last step is one.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows to compare on.
    y : object, default=None
        Ignored; present so that the function is a scorer.
    network : Network or anything `as_network` takes, default=None
        Network to compare with; None is the estimator's own ``network_``.

    Returns
    -------
    float
        Agreement in [0, 1], or R^2 in (-inf, 1].

    Raises
    ------
    ValueError
        If the estimator knows no network and none is given.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from skinterp import TreeSurrogateClassifier, default_network, fidelity_score
    >>> X, y = load_iris(return_X_y=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> tree = TreeSurrogateClassifier(network, max_leaf_nodes=4, random_state=0)
    >>> cross_val_score(tree, X, y, scoring=fidelity_score).mean() > 0.9
    np.True_
    """
    if network is None:
        network, inputs = _network_and_input(estimator, X)
    else:
        network, inputs = as_network(network), X
    answers, predictions = network.predict(inputs), estimator.predict(X)
    if network.task == "regression" or is_regressor(estimator):
        return float(r2_score(answers, predictions))
    return float(np.mean(np.asarray(predictions) == answers))
