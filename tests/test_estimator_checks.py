"""Every public estimator passes scikit-learn's own checks."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from skinterp import (
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    SymbolicSurrogateClassifier,
    SymbolicSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
)
from skinterp.exact import (
    ExactTreeClassifier,
    ExactTreeRegressor,
    LinearRegions,
)
from skinterp.hidden import HiddenLayerTransformer
from skinterp.pruning import PrunedMLPClassifier, PrunedMLPRegressor

# Without hidden units the loss of a network has one minimum, found from weights or repeated rows.
CONVEX = {"hidden_layer_sizes": (), "tol": 1e-8, "alpha": 1e-3}


def _classifier(**options):
    options = {"hidden_layer_sizes": (5,), "alpha": 1e-4, "random_state": 0, **options}
    return MLPClassifier(solver="lbfgs", max_iter=5000, **options)


def _regressor(**options):
    options = {"hidden_layer_sizes": (5,), "alpha": 1e-4, "random_state": 0, **options}
    return MLPRegressor(solver="lbfgs", max_iter=5000, **options)


ESTIMATORS = [
    LinearSurrogateClassifier(_classifier(**CONVEX)),
    LinearSurrogateClassifier(_classifier(**CONVEX), max_features=2),
    LinearSurrogateRegressor(_regressor(**CONVEX)),
    SymbolicSurrogateClassifier(_classifier(), operators=["add"], n_points=30, random_state=0),
    SymbolicSurrogateRegressor(_regressor(), operators=["add"], n_points=30, random_state=0),
    TreeSurrogateClassifier(
        _classifier(**CONVEX), n_queries=0, min_samples_leaf=1, random_state=0
    ),
    TreeSurrogateClassifier(_classifier(), n_queries=50, random_state=0),
    TreeSurrogateRegressor(_regressor(), n_queries=50, random_state=0),
    ExactTreeClassifier(_classifier()),
    ExactTreeClassifier(_classifier(**CONVEX), mode="whole", box=(-np.inf, np.inf)),
    ExactTreeRegressor(_regressor(), mode="whole"),
    ExactTreeRegressor(_regressor()),
    LinearRegions(_regressor()),
    LinearRegions(_classifier()),
    HiddenLayerTransformer(_classifier()),
    HiddenLayerTransformer(_regressor(), layer=0, before_activation=True),
    PrunedMLPClassifier(_classifier(), n_tuning_steps=5, random_state=0),
    PrunedMLPRegressor(_regressor(), n_tuning_steps=5, random_state=0),
]
WITH_DEFAULTS = [
    LinearSurrogateClassifier(),
    LinearSurrogateRegressor(),
    TreeSurrogateClassifier(),
    TreeSurrogateRegressor(),
    ExactTreeClassifier(),
    ExactTreeRegressor(),
    LinearRegions(),
    HiddenLayerTransformer(),
    PrunedMLPClassifier(n_tuning_steps=2),
    PrunedMLPRegressor(n_tuning_steps=2),
]

TREES = (TreeSurrogateClassifier, TreeSurrogateRegressor)
DRAWN = {
    "check_sample_weight_equivalence_on_dense_data": "queries are drawn at random from the rows, "
    "and other ones are drawn when rows are repeated instead of weighted"
}


def expected_failures(estimator):
    """Return the checks an estimator cannot pass, with the reason."""
    return DRAWN if isinstance(estimator, TREES) and estimator.n_queries else {}


def expected_failures_with_defaults(estimator):
    """Return the checks an estimator with the default network cannot pass, with the reason."""
    return dict.fromkeys(DRAWN, "the default network is trained on batches of shuffled rows")


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(WITH_DEFAULTS, expected_failed_checks=expected_failures_with_defaults)
def test_scikit_learn_checks_with_defaults(estimator, check):
    check(estimator)
