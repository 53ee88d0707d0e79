"""Importances by asking: curves along inputs, growth of the loss under noise."""

import numpy as np
import pytest
from importance_pool import normal_rows, random_network
from sklearn.datasets import load_diabetes, load_wine
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.importance import lek_profile, perturbation

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.fixture(scope="module")
def wine():
    X, y = load_wine(return_X_y=True, as_frame=True)
    mlp = MLPClassifier((8,), solver="lbfgs", max_iter=300, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y), X, y


def test_curves_are_the_network_on_lines(wine):
    model, X, _ = wine
    curves = lek_profile(model, X, features=["hue", 0], quantiles=[0.2, 0.5], n_steps=7)
    assert curves.feature_names == ("hue", "alcohol") and curves.values.shape == (2, 2, 7, 3)
    row = X.quantile(0.2).to_numpy().copy()
    row[list(X.columns).index("hue")] = curves.grids[0, 4]
    expected = as_network(model).raw_values(row[np.newaxis])[0]
    np.testing.assert_allclose(curves.values[0, 0, 4], expected)
    np.testing.assert_allclose(
        curves.grids[:, [0, -1]], X[["hue", "alcohol"]].agg(["min", "max"]).T
    )
    assert len(curves.to_frame()) == 2 * 2 * 7
    assert len(curves.plot(output=1).axes_) == 2


def test_noise_in_an_unused_input_changes_nothing():
    network = as_network(([[[2.0], [0.0], [-1.0]]], [[0.0]], ["identity"]))
    X = normal_rows(4000)
    found = perturbation(network, X, noise=0.3, n_repeats=30)
    assert found.values[1, 0] == 0.0
    # the squared error of noise is its variance, over that of the output: 4 + 1
    expected = 0.3**2 * np.array([4, 0, 1]) * X.var(axis=0) / network.raw_values(X).var()
    np.testing.assert_allclose(found.values[:, 0], expected, rtol=0.05)
    assert found.ranking() == ["x0", "x2", "x1"]


def test_with_a_target_the_loss_is_that_of_the_target(wine):
    model, X, y = wine
    own, against = perturbation(model, X), perturbation(model, X, y)
    assert own.values.min() >= -1e-9
    assert np.corrcoef(own.values[:, 0], against.values[:, 0])[0, 1] > 0.9
    again = perturbation(model, X, y)
    np.testing.assert_array_equal(against.values, again.values)
    assert set(against.statistics) == {"std"}


def test_perturbation_of_a_regression_takes_a_target():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    mlp = MLPRegressor(hidden_layer_sizes=(5,), solver="lbfgs", max_iter=200, random_state=0)
    model = make_pipeline(StandardScaler(), mlp).fit(X, y)
    assert set(perturbation(model, X, y).ranking()[:3]) & {"bmi", "s5"}


@pytest.mark.parametrize(
    "call, wording",
    [
        (lambda n, X: lek_profile(n, X, features=["z"]), "features must be among"),
        (lambda n, X: lek_profile(n, X, features=[3]), "features must be among"),
        (lambda n, X: lek_profile(n, X, quantiles=[1.2]), "quantiles must be numbers from 0 to 1"),
        (lambda n, X: lek_profile(n, X, n_steps=1), "n_steps must be an integer of at least 2"),
        (lambda n, X: lek_profile(n, X * [1, 0, 1]), r"Got constant ones instead: \['x1'\]"),
        (lambda n, X: lek_profile(n, X[:, :2]), "2"),
        (lambda n, X: perturbation(n, X, noise=0), "noise must be a positive number. Got 0"),
        (lambda n, X: perturbation(n, X, n_repeats=0), "n_repeats must be an integer"),
        (lambda n, X: perturbation(n, X, [1, 2]), "y must have one entry per row of X, 20. Got 2"),
    ],
)
def test_bad_calls_are_refused(call, wording):
    with pytest.raises(ValueError, match=wording):
        call(random_network([3, 4, 1]), normal_rows(20))


def test_unknown_labels_are_refused(wine):
    model, X, _ = wine
    with pytest.raises(ValueError, match=r"labels that the network does not know: \[7\]"):
        perturbation(model, X, np.full(len(X), 7))
