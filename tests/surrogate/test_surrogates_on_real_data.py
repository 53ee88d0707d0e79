"""Trees and linear models on scikit-learn's tables: no warning, faithful on held-out rows."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from surrogate_pool import CLASSIFIERS, REGRESSORS

from skinterp import (
    LinearSurrogateClassifier,
    TreeSurrogateClassifier,
    as_network,
    default_network,
    fidelity_score,
)

LOADERS = [load_breast_cancer, load_wine, load_iris, load_digits]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__, scope="module")
def table(request):
    """Return held-out rows, and a network trained on the others."""
    X, y = request.param(return_X_y=True, as_frame=True)
    if request.param is load_digits:
        X, y = X[y.isin([3, 8])], y[y.isin([3, 8])]
    X, X_test, y, _ = train_test_split(X, y, random_state=0, stratify=y)
    task = "binary" if y.nunique() == 2 else "multiclass"
    return X, X_test, as_network(default_network(task, random_state=0).fit(X, y))


@pytest.mark.parametrize("surrogate", CLASSIFIERS)
def test_classifiers_are_faithful(table, surrogate):
    X, X_test, network = table
    estimator = surrogate(network, random_state=0).fit(X)
    answers = network.predict(X_test)
    majority = np.unique(answers, return_counts=True)[1].max() / len(answers)
    assert fidelity_score(estimator, X_test) > max(0.85, majority)
    assert estimator.feature_names_in_.tolist() == list(X.columns)
    probabilities = estimator.predict_proba(X_test)
    error = np.abs(probabilities - network.predict_proba(X_test)).mean()
    assert error < 0.15


def test_few_inputs_go_a_long_way(table):
    X, X_test, network = table
    linear = LinearSurrogateClassifier(network, max_features=4).fit(X)
    assert fidelity_score(linear, X_test) > 0.85


def test_soft_targets_give_better_probabilities_than_the_networks_classes(table):
    X, X_test, network = table
    linear = LinearSurrogateClassifier(network).fit(X)
    hard = make_pipeline(StandardScaler(), LogisticRegression(C=10.0, max_iter=5000))
    hard.fit(X, network.predict(X))

    def entropy(model):
        q = np.clip(model.predict_proba(X_test), 1e-12, 1.0)
        return -np.mean(np.sum(network.predict_proba(X_test) * np.log(q), axis=1))

    assert entropy(linear) < entropy(hard) + 0.005


@pytest.mark.parametrize("surrogate", REGRESSORS)
def test_regressors_are_faithful(surrogate):
    X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    X, X_test, y, _ = train_test_split(X, y, random_state=0)
    network = as_network(default_network("regression", random_state=0).fit(X, y))
    estimator = surrogate(network, random_state=0).fit(X)
    assert fidelity_score(estimator, X_test) > 0.6
    assert np.isfinite(estimator.predict(X_test)).all()


def test_pandas_output_is_left_alone():
    X, y = load_iris(return_X_y=True, as_frame=True)
    with config_context(transform_output="pandas"):
        pipeline = make_pipeline(StandardScaler(), TreeSurrogateClassifier(random_state=0))
        pipeline.fit(X, y)
        assert isinstance(pipeline.predict(X), np.ndarray)
        assert isinstance(pipeline.predict_proba(X), np.ndarray)
        assert pipeline[-1].feature_names_in_.tolist() == list(X.columns)
        assert pipeline[-1].network_.feature_names == tuple(X.columns)
        assert fidelity_score(pipeline, X) > 0.9
    assert "petal length (cm) <= " in pipeline[-1].export_text()
