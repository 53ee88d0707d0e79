"""Attributions agree with shap's, and are its objects for its plots."""

import warnings

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from skinterp.importance import Attributions, shapley_values
from skinterp.network import as_network

with warnings.catch_warnings():  # of its own use of matplotlib
    warnings.simplefilter("ignore")
    import shap

X = np.random.RandomState(0).normal(size=(60, 5))
Y = np.digitize(X[:, 0] * X[:, 1] + X[:, 2], [-0.5, 0.5])
BASE = X[20:45]


@pytest.fixture(scope="module")
def network():
    model = MLPClassifier((8,), max_iter=2000, random_state=0, solver="lbfgs", alpha=0.1)
    return as_network(model.fit(X, Y))


@pytest.fixture(scope="module")
def ours(network):
    return shapley_values(network, X[:6], BASE, method="exact")


def test_exact_values_are_those_of_shap(network, ours):
    explainer = shap.explainers.Exact(network.raw_values, shap.maskers.Independent(BASE))
    theirs = explainer(X[:6])
    np.testing.assert_allclose(ours.values, theirs.values, atol=1e-10)
    np.testing.assert_allclose(ours.base_values, theirs.base_values[0], atol=1e-10)


def test_sampled_values_are_those_of_shap_within_their_errors(network):
    sampled = shapley_values(network, X[:6], BASE, method="sampling")
    explainer = shap.explainers.Exact(network.raw_values, shap.maskers.Independent(BASE))
    within = np.abs(sampled.values - explainer(X[:6]).values) <= sampled.errors
    assert within.mean() >= 0.9


@pytest.mark.parametrize("output", [None, 1, "2"])
def test_there_and_back(ours, output):
    explained = ours.to_shap(output)
    assert isinstance(explained, shap.Explanation)
    back = Attributions.from_shap(explained)
    expected = ours.values if output is None else ours.values[:, :, [int(output)]]
    np.testing.assert_allclose(back.values, expected)
    assert back.feature_names == ours.feature_names and back.gap < 1e-12


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::UserWarning")
def test_its_plots_take_them(ours):
    figure = shap.plots.bar(ours.to_shap(0), show=False)
    assert figure is not None
    assert shap.plots.waterfall(ours.to_shap(0)[0], show=False) is not None


def test_its_explanations_are_taken(network):
    theirs = shap.explainers.Permutation(network.raw_values, BASE)(X[:3])
    found = Attributions.from_shap(theirs)
    assert found.values.shape == (3, 5, 3)
    assert found.importances().values.shape == (5, 3)
