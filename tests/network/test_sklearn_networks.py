"""Scikit-learn's own multilayer perceptrons, with every activation and every kind of output."""

import numpy as np
import pandas as pd
import pytest
from network_pool import TASKS, central_differences, fitted, mlp_for, task_data
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.network import as_network

SHAPES = {
    "binary": ("binary", 1),
    "multiclass": ("multiclass", 3),
    "multilabel": ("multilabel", 3),
    "regression": ("regression", 1),
    "multioutput": ("regression", 2),
    "poisson": ("regression", 1),
}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_outputs_are_those_of_the_model(task, activation):
    X, y = task_data(task)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    model = fitted(mlp_for(task, activation=activation), X, y)
    network = as_network(model)
    assert (network.task, network.n_outputs) == SHAPES[task]
    if network.task == "regression":
        np.testing.assert_allclose(network.predict(X), model.predict(X), rtol=1e-12)
        assert network.classes is None
    else:
        np.testing.assert_allclose(network.predict_proba(X), model.predict_proba(X), atol=1e-12)
        np.testing.assert_array_equal(network.predict(X), model.predict(X))
        np.testing.assert_array_equal(network.classes, model.classes_)


def test_the_jacobian_of_a_poisson_network_includes_the_exponential():
    X, y = task_data("poisson")
    model = fitted(mlp_for("poisson", activation="tanh"), X, y)
    assert model.out_activation_ == "exp"
    expected = central_differences(lambda X: model.predict(X)[:, None], X)
    np.testing.assert_allclose(as_network(model).jacobian(X), expected, rtol=1e-5, atol=1e-8)


def test_hidden_activations_are_those_of_the_model():
    X, y = task_data("binary")
    model = fitted(mlp_for("binary"), X, y)
    network = as_network(model)
    assert network.hidden_layer_sizes == (8, 6)
    first = np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0.0)
    np.testing.assert_allclose(network.hidden_activations(X, 0), first, rtol=1e-12)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_networks_trained_in_float32(task):
    X, y = task_data(task)
    X = X.astype(np.float32)
    model = fitted(mlp_for(task), X, y)
    assert model.coefs_[0].dtype == np.float32
    network = as_network(model)
    assert network.layers[0].weights.dtype == np.float64
    ask = model.predict if task == "regression" else model.predict_proba
    found = network.predict(X) if task == "regression" else network.predict_proba(X)
    np.testing.assert_allclose(found, ask(X), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found, ask(X.astype(np.float64)), rtol=1e-10)


def test_a_network_fitted_on_a_data_frame_knows_its_names():
    X, y = task_data("binary")
    X = pd.DataFrame(X, columns=list("abcde"))
    network = as_network(fitted(mlp_for("binary"), X, y))
    assert network.feature_names == tuple("abcde")
    assert network.predict(X).shape == network.predict(X.to_numpy()).shape == (80,)


def test_other_columns_than_fitted_on_are_refused():
    X, y = task_data("binary")
    X = pd.DataFrame(X, columns=list("abcde"))
    network = as_network(fitted(mlp_for("binary"), X, y))
    with pytest.raises(ValueError, match="missing from X: 'e'; unexpected in X: 'z'"):
        network.predict(X.rename(columns={"e": "z"}))
    with pytest.raises(ValueError, match=r"another order.*column 0 should be 'a'. Got 'b'"):
        network.predict(X[list("bacde")])
    with pytest.raises(ValueError, match="X has 4 features, but the network expects 5"):
        network.predict(X.to_numpy()[:, :4])
    with pytest.raises(ValueError, match=r"contains NaN in column.* 'c'"):
        network.output().gradient(X.assign(c=np.nan))


def test_names_can_be_given_to_a_network_fitted_on_an_array():
    X, y = task_data("binary")
    model = fitted(mlp_for("binary"), X, y)
    assert as_network(model).feature_names is None
    assert as_network(model, feature_names=list("vwxyz")).feature_names == tuple("vwxyz")
    assert as_network(model).renamed(None) == as_network(model)


def test_subclasses_are_read():
    class Perceptron(MLPClassifier):
        """A multilayer perceptron of the user's own."""

    X, y = task_data("binary")
    model = fitted(Perceptron(hidden_layer_sizes=(4,), max_iter=5, random_state=0), X, y)
    found = as_network(model).predict_proba(X)
    np.testing.assert_allclose(found, model.predict_proba(X), atol=1e-12)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_an_unfitted_network_is_refused(task):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        as_network(mlp_for(task))


@pytest.mark.parametrize("constant", [1e6, 1e12, -1e12])
def test_a_column_far_from_zero_is_read_as_far_as_it_can_be_rounded(constant):
    X = np.column_stack([np.random.default_rng(0).normal(size=60), np.full(60, constant)])
    mlp = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=100, random_state=0)
    model = make_pipeline(StandardScaler(), mlp)
    model.fit(X, X[:, 0])
    np.testing.assert_allclose(as_network(model).predict(X), model.predict(X), atol=1e-3)
