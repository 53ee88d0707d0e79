"""Every public estimator passes scikit-learn's own checks."""

import numpy as np
import pytest
from estimator_pool import public_estimators
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from skinterp import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor
from skinterp.base import FORMS
from skinterp.pruning import PrunedMLPClassifier, PrunedMLPRegressor

# Without hidden units the loss of a network has one minimum, found from weights or repeated rows.
CONVEX = {"hidden_layer_sizes": (), "tol": 1e-8, "alpha": 1e-3}


def _classifier(**options):
    options = {"hidden_layer_sizes": (5,), "alpha": 1e-4, "random_state": 0, **options}
    return MLPClassifier(solver="lbfgs", max_iter=5000, **options)


def _regressor(**options):
    options = {"hidden_layer_sizes": (5,), "alpha": 1e-4, "random_state": 0, **options}
    return MLPRegressor(solver="lbfgs", max_iter=5000, **options)


# Settings that make an estimator fast, or that its checks should cover beside the defaults.
PRUNED = [{"n_tuning_steps": 5, "random_state": 0}]
SEARCHED = [{"operators": ["add"], "n_points": 30, "max_complexity": 6, "random_state": 0}]
SETTINGS = {
    "AdditiveSurrogateClassifier": [{"n_queries": 50}],
    "AdditiveSurrogateRegressor": [{"n_queries": 50, "n_pairs": 1}],
    "HingeSurrogateClassifier": [
        {"net": CONVEX, "n_queries": 0, "max_terms": 2},
        {"n_queries": 50},
    ],
    "HingeSurrogateRegressor": [{"n_queries": 50, "random_state": 0}],
    "LinearSurrogateClassifier": [{"net": CONVEX}, {"net": CONVEX, "max_features": 2}],
    "LinearSurrogateRegressor": [{"net": CONVEX}],
    "SymbolicSurrogateClassifier": SEARCHED,
    "SymbolicSurrogateRegressor": SEARCHED,
    "TreeSurrogateClassifier": [
        {"net": CONVEX, "n_queries": 0, "min_samples_leaf": 1, "random_state": 0},
        {"n_queries": 50, "random_state": 0},
        {"n_queries": 50, "n_trees": 3, "random_state": 0},
    ],
    "TreeSurrogateRegressor": [
        {"n_queries": 50, "random_state": 0},
        {"n_queries": 50, "n_trees": 3, "random_state": 0},
    ],
    "ExactTreeClassifier": [{}, {"net": CONVEX, "mode": "whole", "box": (-np.inf, np.inf)}],
    "ExactTreeRegressor": [{"mode": "whole"}, {}],
    "LinearRegions": [{"kind": "regressor"}, {}],
    "HiddenLayerTransformer": [{}, {"kind": "regressor", "layer": 0, "before_activation": True}],
    "PrunedMLPClassifier": PRUNED,
    "PrunedMLPRegressor": PRUNED,
}
# With the default network the search takes too long, and pruning with its default steps.
WITHOUT_DEFAULTS = (SymbolicSurrogateClassifier, SymbolicSurrogateRegressor)
QUICK_DEFAULTS = {"PrunedMLPClassifier": {"n_tuning_steps": 2}}
QUICK_DEFAULTS["PrunedMLPRegressor"] = QUICK_DEFAULTS["PrunedMLPClassifier"]
# Its inputs are categories: checked behind an encoder in tests/expansion.
ELSEWHERE = {"CategoricalExpansion"}


def made(kind):
    """Return instances of an estimator, each with a small network."""
    instances = []
    for settings in SETTINGS.get(kind.__name__, [{}]):
        options = dict(settings)
        task = options.pop("kind", "regressor" if kind.__name__.endswith("Regressor") else "")
        network = (_regressor if task else _classifier)(**options.pop("net", {}))
        instances.append(kind(network, **options))
    return instances


KINDS = [kind for kind in public_estimators() if kind.__name__ not in ELSEWHERE]
ESTIMATORS = [estimator for kind in KINDS for estimator in made(kind)]
WITH_DEFAULTS = [
    kind(**QUICK_DEFAULTS.get(kind.__name__, {})) for kind in KINDS if kind not in WITHOUT_DEFAULTS
]

DRAWN = {
    "check_sample_weight_equivalence_on_dense_data": "queries are drawn at random from the rows, "
    "and other ones are drawn when rows are repeated instead of weighted"
}


REPEATED = (
    SymbolicSurrogateClassifier,
    SymbolicSurrogateRegressor,
    PrunedMLPClassifier,
    PrunedMLPRegressor,
)


def expected_failures(estimator):
    """Return the checks an estimator cannot pass, with the reason."""
    if isinstance(estimator, REPEATED):
        return dict.fromkeys(DRAWN, "weighted rows are repeated to as many as there were")
    return DRAWN if getattr(estimator, "n_queries", 0) else {}


def expected_failures_with_defaults(estimator):
    """Return the checks an estimator with the default network cannot pass, with the reason."""
    return dict.fromkeys(DRAWN, "the default network is trained on batches of shuffled rows")


# these checks hand over noise: no short formula says more of it than the commonest answer
OF_NOISE = "ignore:No formula found is more faithful"


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge", OF_NOISE)
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings(OF_NOISE)
@parametrize_with_checks(WITH_DEFAULTS, expected_failed_checks=expected_failures_with_defaults)
def test_scikit_learn_checks_with_defaults(estimator, check):
    check(estimator)


def test_the_estimators_of_every_form_are_checked():
    checked = {type(estimator) for estimator in ESTIMATORS}
    assert {kind for form in FORMS.values() for kind in form.estimators} <= checked
    assert len(checked) == len(KINDS) and len(KINDS) >= 12
    assert set(SETTINGS) | ELSEWHERE <= {kind.__name__ for kind in public_estimators()}
