"""Weights of the rows: every surrogate takes them, and only their proportions matter."""

import inspect

import numpy as np
import pytest
from estimator_pool import public_estimators
from sklearn.base import is_regressor
from sklearn.neural_network import MLPClassifier, MLPRegressor

from skinterp.base._estimator import repeated
from skinterp.base._surrogate import ClassifierSurrogate, RegressorSurrogate

FAST = {"n_points": 30, "operators": ["add"], "n_tuning_steps": 2, "random_state": 0}
KINDS = [
    kind
    for kind in public_estimators()
    if issubclass(kind, ClassifierSurrogate | RegressorSurrogate)
    and not kind.__name__.startswith("Exact")  # which ask no rows
]


def made(kind):
    """Return a fast surrogate of a small network, and its rows and targets."""
    X = np.random.default_rng(0).normal(size=(120, 3))
    value = X[:, 0] + 0.5 * X[:, 1] ** 2
    options = {"hidden_layer_sizes": (4,), "solver": "lbfgs", "alpha": 0.1, "random_state": 0}
    regresses = is_regressor(kind())
    y = value if regresses else (value > 0.3).astype(int)
    network = (MLPRegressor if regresses else MLPClassifier)(**options).fit(X, y)
    known = inspect.signature(kind).parameters
    return kind(network, **{k: v for k, v in FAST.items() if k in known}), X, y


@pytest.mark.parametrize("kind", KINDS)
def test_weights_times_a_constant_change_nothing(kind):
    surrogate, X, y = made(kind)
    weight = np.random.default_rng(1).uniform(0.5, 2.0, len(X))
    first = surrogate.fit(X, y, sample_weight=weight).export_text()
    for constant in (1e-9, 1e3, 1.0 / len(X)):
        assert surrogate.fit(X, y, sample_weight=constant * weight).export_text() == first


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("constant", [1e-6, 1.0, 1e6])
def test_equal_weights_change_nothing(kind, constant):
    surrogate, X, y = made(kind)
    first = surrogate.fit(X, y).export_text()
    assert surrogate.fit(X, y, sample_weight=np.full(len(X), constant)).export_text() == first


@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_weight_are_not_there(kind):
    surrogate, X, y = made(kind)
    weight = (np.arange(len(X)) % 3 > 0).astype(float)
    first = surrogate.fit(X, y, sample_weight=weight).export_text()
    assert surrogate.fit(X[weight > 0], y[weight > 0]).export_text() == first


@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_nothing_are_refused(kind):
    surrogate, X, y = made(kind)
    with pytest.raises(ValueError, match="at least one non-zero number"):
        surrogate.fit(X, y, sample_weight=np.zeros(len(X)))


@pytest.mark.parametrize("n_rows", [1, 2, 7, 100, 1001])
def test_rows_are_repeated_in_proportion(n_rows):
    weight = np.random.default_rng(n_rows).exponential(size=n_rows)
    counts = np.bincount(repeated(weight), minlength=n_rows)
    assert counts.sum() == n_rows
    assert np.abs(counts - weight / weight.sum() * n_rows).max() < 1.0
