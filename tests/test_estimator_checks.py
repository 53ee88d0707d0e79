"""Every public estimator passes scikit-learn's own checks."""

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


def _classifier():
    return MLPClassifier((5,), solver="lbfgs", max_iter=2000, alpha=1e-4, random_state=0)


def _regressor():
    return MLPRegressor(
        hidden_layer_sizes=(5,), solver="lbfgs", max_iter=5000, alpha=1e-4, random_state=0
    )


ESTIMATORS = [
    LinearSurrogateClassifier(_classifier()),
    LinearSurrogateClassifier(_classifier(), max_features=2),
    LinearSurrogateRegressor(_regressor()),
    SymbolicSurrogateClassifier(_classifier(), operators=["add"], n_points=30, random_state=0),
    SymbolicSurrogateRegressor(_regressor(), operators=["add"], n_points=30, random_state=0),
    TreeSurrogateClassifier(_classifier(), n_queries=50, random_state=0),
    TreeSurrogateClassifier(_classifier(), n_queries=0, min_samples_leaf=1, random_state=0),
    TreeSurrogateRegressor(_regressor(), n_queries=50, random_state=0),
]


TREES = (TreeSurrogateClassifier, TreeSurrogateRegressor)
DRAWN = {
    "check_sample_weight_equivalence_on_dense_data": "queries are drawn at random from the rows, "
    "and other ones are drawn when rows are repeated instead of weighted"
}


def expected_failures(estimator):
    """Return the checks an estimator cannot pass, with the reason."""
    return DRAWN if isinstance(estimator, TREES) and estimator.n_queries else {}


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
