"""Scikit-learn's permutation importances of a network."""

import numpy as np
from sklearn.inspection import permutation_importance
from sklearn.metrics import accuracy_score, r2_score

from skinterp.base import groups_of
from skinterp.importance._methods import ImportanceMethod, register_importance

N_REPEATS = 5


class _Scored:
    """A model as scikit-learn's permutation importances ask for one.

    It is given, for each group of inputs, the numbers of the rows to take them from: inputs that
    come from one column of the user's table are permuted together.
    """

    def __init__(self, model, network, rows):
        self.model, self.network, self.rows = model, network, rows

    def fit(self, X, y):
        """Do nothing: the network is fitted."""

    def score(self, X, y):
        """Return accuracy, or R2."""
        permuted = np.empty((len(X), self.rows.shape[1]))
        for numbers, group in zip(X.T, groups_of(self.network, self.rows.shape[1]), strict=True):
            permuted[:, group] = self.rows[numbers][:, group]
        measure = r2_score if self.network.task == "regression" else accuracy_score
        return measure(y, self.model.predict(permuted))


def permutation_of(model, network, X, y, random_state):
    """Return the fall of a model's score when an input, or a column's inputs, are permuted.

    Parameters
    ----------
    model : Network or estimator
        What predicts.
    network : Network
        Says which task it is, and which inputs belong together.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    y : ndarray of shape (n_samples,)
        Target.
    random_state : int
        Seed.

    Returns
    -------
    ndarray of shape (n_features,)
        The fall; that of a column in equal parts.
    """
    numbers = np.repeat(
        np.arange(len(X))[:, np.newaxis], len(groups_of(network, X.shape[1])), axis=1
    )
    found = permutation_importance(
        _Scored(model, network, X), numbers, y, n_repeats=N_REPEATS, random_state=random_state
    ).importances_mean
    return _per_input(groups_of(network, X.shape[1]), found)


def _permutation(network, X, y, random_state):
    """Return the permutation importances of the network itself."""
    return permutation_of(network, network, X, y, random_state)


def _per_input(groups, values):
    """Share out a number per group among its inputs."""
    shares = np.empty(sum(map(len, groups)))
    for value, group in zip(values, groups, strict=True):
        shares[group] = value / len(group)
    return shares


register_importance(ImportanceMethod("permutation", _permutation, 60, needs_target=True))
