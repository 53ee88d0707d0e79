"""Activations as features: values, names, the rule for networks, refusals."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skinterp import as_network
from skinterp.hidden import HiddenLayerTransformer, unit_report

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True, as_frame=True)
    mlp = MLPClassifier((5, 3), solver="lbfgs", max_iter=500, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y), X, y


@pytest.mark.parametrize("layer, before", [(0, False), (0, True), (1, False), (-1, True)])
def test_values_are_those_of_the_layers(iris, layer, before):
    model, X, _ = iris
    mlp, Z = model[-1], model[0].transform(X)
    H = Z
    for index in range(layer % 2 + 1):
        A = H @ mlp.coefs_[index] + mlp.intercepts_[index]
        H = np.maximum(A, 0)
    found = HiddenLayerTransformer(model, layer=layer, before_activation=before).fit_transform(X)
    np.testing.assert_allclose(found, A if before else H, atol=1e-10)


def test_activations_have_names_and_become_data_frames(iris):
    model, X, _ = iris
    features = HiddenLayerTransformer(model).fit(X).set_output(transform="pandas")
    table = features.transform(X)
    assert list(table.columns) == ["layer1_unit0", "layer1_unit1", "layer1_unit2"]
    assert table.index.equals(X.index) and features.n_units_ == 3


def test_a_fitted_network_stays_fitted_in_pipelines_and_searches(iris):
    model, X, y = iris
    before = [w.copy() for w in model[-1].coefs_]
    pipeline = make_pipeline(HiddenLayerTransformer(model), LogisticRegression(max_iter=2000))
    search = GridSearchCV(pipeline, {"hiddenlayertransformer__layer": [0, 1]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.9
    assert clone(pipeline)[0].network is model
    assert all((a == b).all() for a, b in zip(before, model[-1].coefs_, strict=True))
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict(X), search.predict(X))


def test_an_unfitted_network_is_trained(iris):
    _, X, y = iris
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=500, random_state=0)
    features = HiddenLayerTransformer(mlp).fit(X, y)
    assert features.transform(X).shape == (150, 4) and not hasattr(mlp, "coefs_")
    with pytest.raises(ValueError, match="y"):
        HiddenLayerTransformer(mlp).fit(X)


def test_the_fitted_layer_is_kept_after_parameters_change(iris):
    model, X, _ = iris
    features = HiddenLayerTransformer(model).fit(X)
    before = features.transform(X)
    features.set_params(layer=0, before_activation=True)
    np.testing.assert_array_equal(features.transform(X), before)
    assert features.get_feature_names_out()[0] == "layer1_unit0" and features.layer_ == 1


def test_a_scaled_target_adds_no_hidden_layer():
    rng = np.random.RandomState(0)
    X = rng.standard_normal((150, 2))
    y = rng.poisson(np.exp(X[:, 0])).astype(float)
    mlp = MLPRegressor(hidden_layer_sizes=(8,), loss="poisson", solver="lbfgs", random_state=0)
    model = TransformedTargetRegressor(mlp, transformer=MinMaxScaler()).fit(X, y)
    network = as_network(model)
    assert network.hidden_layer_sizes == (8,)
    inner = model.regressor_
    expected = np.maximum(X @ inner.coefs_[0] + inner.intercepts_[0], 0)
    np.testing.assert_allclose(HiddenLayerTransformer(model).fit_transform(X), expected)
    np.testing.assert_allclose(network.predict(X), model.predict(X))
    report = unit_report(model, X, 0, layer="output")
    np.testing.assert_allclose(report.connections.input_weights, inner.coefs_[1][:, 0])
    with pytest.raises(ValueError, match="layer must be between -1 and 0"):
        network.unit(1, 0)


@pytest.mark.parametrize("layer", [2, -3])
def test_layers_that_do_not_exist_are_refused(iris, layer):
    model, X, _ = iris
    with pytest.raises(ValueError, match="layer must be between"):
        HiddenLayerTransformer(model, layer=layer).fit(X)


def test_networks_without_layers_or_hidden_ones_are_refused(iris):
    _, X, _ = iris
    flat = as_network(([np.ones((4, 1))], [[0.0]], ["identity"]))
    with pytest.raises(ValueError, match="no hidden layer"):
        HiddenLayerTransformer(flat).fit(X)
    function = as_network(lambda X: X[:, 0], n_features_in=4)
    with pytest.raises(ValueError, match="HiddenLayerTransformer needs a network with layers"):
        HiddenLayerTransformer(function).fit(X)
