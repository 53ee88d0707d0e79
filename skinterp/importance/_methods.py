"""Importance methods by name, as shares of each input."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.metrics import accuracy_score, r2_score

from skinterp.importance._checks import is_view_of_classes
from skinterp.importance._derivatives import partial_derivatives
from skinterp.importance._perturbation import perturbation
from skinterp.importance._weights import connection_weights, garson

_N_REPEATS = 5


def _normalised(values):
    values = np.maximum(np.asarray(values, dtype=float), 0.0)
    return values / values.sum() if values.sum() > 0 else values


class _Asked:
    """A network as scikit-learn's permutation importances ask for one."""

    def __init__(self, network):
        self.network = network

    def fit(self, X, y):
        """Do nothing: the network is fitted."""

    def score(self, X, y):
        """Return accuracy, or R2."""
        measure = r2_score if self.network.task == "regression" else accuracy_score
        return measure(y, self.network.predict(X))


def permutation_shares(network, X, y, random_state):
    """Return scikit-learn's permutation importances of a network, as shares.

    Parameters
    ----------
    network : Network
        The network.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    y : ndarray of shape (n_samples,)
        Target.
    random_state : int
        Seed.

    Returns
    -------
    ndarray of shape (n_features,)
        Shares; inputs whose permutation does no harm have none.
    """
    found = permutation_importance(
        _Asked(network), X, y, n_repeats=_N_REPEATS, random_state=random_state
    )
    return _normalised(found.importances_mean)


def forest_shares(network, X, y, random_state):
    """Return the impurity importances of a random forest trained on the target.

    Parameters
    ----------
    network : Network
        Says whether to classify.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    y : ndarray of shape (n_samples,)
        Target.
    random_state : int
        Seed.

    Returns
    -------
    ndarray of shape (n_features,)
        Shares.
    """
    kind = RandomForestRegressor if network.task == "regression" else RandomForestClassifier
    return kind(random_state=random_state).fit(X, y).feature_importances_


METHODS = {
    "garson": lambda network, X, y, seed: garson(network, X).shares(),
    "garson 1991": lambda network, X, y, seed: garson(network, X, form="1991").shares(),
    "connection weights": lambda network, X, y, seed: connection_weights(network, X).shares(),
    "derivatives": lambda network, X, y, seed: partial_derivatives(network, X).shares(),
    "perturbation": lambda network, X, y, seed: perturbation(
        network,
        X,
        None if is_view_of_classes(network) else y,
        random_state=seed,
        n_repeats=_N_REPEATS,
    ).shares(),
    "permutation": permutation_shares,
    "forest": forest_shares,
}


def importance_shares(method, network, X, y, random_state=0):
    """Return the importances of the inputs by one method, as shares.

    Parameters
    ----------
    method : {"garson", "garson 1991", "connection weights", "derivatives", "perturbation", \
            "permutation", "forest"}
        Which method; "forest" is the impurity importances of a random forest and looks at the
        target only.
    network : Network
        The network.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    y : ndarray of shape (n_samples,)
        Target.
    random_state : int, default=0
        Seed of what is random.

    Returns
    -------
    ndarray of shape (n_features,)
        Shares that add up to 1; all 0 where the method finds nothing.

    Raises
    ------
    ValueError
        If the method is unknown, or has no meaning for the network.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import importance_shares
    >>> from skinterp.network import as_network
    >>> network = as_network(([[[2.0], [1.0]]], [[0.0]], ["identity"]))
    >>> X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> importance_shares("derivatives", network, X, None).round(3)
    array([0.667, 0.333])
    """
    if method not in METHODS:
        raise ValueError(f"methods must be out of {list(METHODS)}. Got {method!r} instead.")
    return METHODS[method](network, X, y, random_state)
