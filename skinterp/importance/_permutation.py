"""Scikit-learn's permutation importances of a network."""

from sklearn.inspection import permutation_importance
from sklearn.metrics import accuracy_score, r2_score

from skinterp.importance._methods import ImportanceMethod, register_importance

N_REPEATS = 5


class _Scored:
    """A network as scikit-learn's permutation importances ask for one."""

    def __init__(self, network):
        self.network = network

    def fit(self, X, y):
        """Do nothing: the network is fitted."""

    def score(self, X, y):
        """Return accuracy, or R2."""
        measure = r2_score if self.network.task == "regression" else accuracy_score
        return measure(y, self.network.predict(X))


def _permutation(network, X, y, random_state):
    """Return the fall of the score when an input is permuted."""
    return permutation_importance(
        _Scored(network), X, y, n_repeats=N_REPEATS, random_state=random_state
    ).importances_mean


register_importance(ImportanceMethod("permutation", _permutation, 60, needs_target=True))
