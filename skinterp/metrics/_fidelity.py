"""Fidelity: agreement of an estimator with the network it explains."""

from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.validation import check_is_fitted

from skinterp.network import as_network
from skinterp.utils import unwrap


def _explained(estimator, X):
    """Return the network that an estimator explains, and X as that network takes it."""
    found = unwrap(estimator)
    inner = found.targets[0] if found.targets else found.model
    if not hasattr(inner, "network_"):
        raise TypeError(
            f"{type(inner).__name__} explains no network (it has no network_). Pass a surrogate, "
            "a pipeline or search of one, or the network to compare with as network=."
        )
    return inner.network_, found.transform(X)


def _check_kinds(estimator, network):
    is_regression = network.task == "regression"
    if (is_classifier if is_regression else is_regressor)(estimator):
        kinds = ("classes", "values") if is_regression else ("values", "classes")
        raise ValueError(
            f"{type(estimator).__name__} predicts {kinds[0]}, but the network {kinds[1]}. "
            "Compare classifiers with classifiers and regressors with regressors, such as the "
            "scalar view network.margin(k)."
        )


def fidelity_score(estimator, X, y=None, *, network=None):
    """Return how well an estimator agrees with the network it explains.

    For classifiers the share of rows with the network's class; for regressors the R^2 of the
    estimator's predictions to the network's values (the mean over several outputs). 1 is perfect.
    On the rows that an estimator was fitted on it flatters: use it on held-out rows, as
    ``scoring=`` in any scikit-learn tool.

    Parameters
    ----------
    estimator : estimator
        Fitted: a surrogate, or a pipeline or search around one. With `network` any estimator.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows to compare on.
    y : object, default=None
        Ignored; present so that the function is a scorer.
    network : Network or anything `as_network` takes, default=None
        Network to compare with, on the same X; None is the estimator's own ``network_``.

    Returns
    -------
    float
        Agreement in [0, 1], or R^2 in (-inf, 1].

    Raises
    ------
    TypeError
        If the estimator explains no network and none is given.
    ValueError
        If one of the two classifies and the other does not.
    NotFittedError
        If the estimator is not fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from skinterp import TreeSurrogateClassifier, default_network, fidelity_score
    >>> X, y = load_iris(return_X_y=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> tree = TreeSurrogateClassifier(network, max_leaf_nodes=4, random_state=0)
    >>> bool(cross_val_score(tree, X, y, scoring=fidelity_score).mean() > 0.9)
    True
    """
    check_is_fitted(estimator)
    rows = X
    if network is None:
        network, rows = _explained(estimator, X)
    network = as_network(network)
    _check_kinds(estimator, network)
    score = r2_score if network.task == "regression" else accuracy_score
    return float(score(network.predict(rows), estimator.predict(X)))
