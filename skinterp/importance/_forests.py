"""Importances of the inputs to a random forest trained on the same target."""

import numpy as np
from sklearn.utils import check_random_state

from skinterp.importance._methods import ImportanceMethod, register_importance
from skinterp.importance._permutation import permutation_of
from skinterp.utils._forest import forest_for


def _impurity(network, X, y, random_state):
    """Return the impurity importances of a forest."""
    return forest_for(network.task, random_state).fit(X, y).feature_importances_


def _forest_permutation(network, X, y, random_state):
    """Return the permutation importances of a forest, on a quarter of the rows it has not seen."""
    held = check_random_state(random_state).permutation(len(X))[: max(2, len(X) // 4)]
    seen = np.setdiff1d(np.arange(len(X)), held)
    forest = forest_for(network.task, random_state).fit(X[seen], y[seen])
    return permutation_of(forest, network, X[held], y[held], random_state)


for record in (
    ImportanceMethod("forest", _impurity, 70, in_comparison=False, needs_target=True),
    ImportanceMethod("forest, impurity", _impurity, 80, in_stability=False, needs_target=True),
    ImportanceMethod(
        "forest, permutation", _forest_permutation, 90, in_stability=False, needs_target=True
    ),
):
    register_importance(record)
