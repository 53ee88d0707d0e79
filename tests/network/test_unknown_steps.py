"""Steps that are not known: refused by name, asked on request, or told by a record."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from network_pool import central_differences, fitted, mlp_for
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import KNNImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skinterp import (
    ExactTreeRegressor,
    HiddenLayerTransformer,
    LinearRegions,
    LinearSurrogateRegressor,
    PrunedMLPRegressor,
    TreeSurrogateRegressor,
    compare_importances,
    fidelity_score,
)
from skinterp.importance import connection_weights, partial_derivatives
from skinterp.network import STEPS, Step, as_network, register_step, takes_tables

X = np.random.default_rng(0).normal(size=(150, 3))
Y = np.sin(X[:, 0]) + X[:, 1]


class Softened(TransformerMixin, BaseEstimator):
    """A transformer of the user's own: the logarithm of 1 + exp."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.logaddexp(0.0, np.asarray(X, dtype=np.float64))


def model_of(*steps, X=X):
    return fitted(make_pipeline(*steps, mlp_for("regression", activation="tanh")), X, Y)


def test_steps_are_asked_if_the_user_says_so_and_repr_says_it():
    for step in (Softened(), FunctionTransformer(lambda X: np.logaddexp(0.0, X))):
        model = model_of(StandardScaler(), step)
        with pytest.raises(TypeError, match=r'unknown_steps="differences"'):
            as_network(model)
        network = as_network(model, unknown_steps="differences")
        assert np.abs(network.predict(X) - model.predict(X)).max() < 1e-12
        slopes = central_differences(network.raw_values, X)
        np.testing.assert_allclose(network.jacobian(X), slopes, rtol=1e-5, atol=1e-7)
        assert "(slopes by differences)" in repr(network)
    same = as_network(model_of(StandardScaler()), unknown_steps="differences")
    assert same == as_network(model_of(StandardScaler())) and "differences" not in repr(same)


def test_steps_that_take_a_data_frame_are_asked_with_one():
    frame = pd.DataFrame(np.exp(X), columns=["dose", "age", "mass"])
    ratio = FunctionTransformer(
        lambda X: X.assign(ratio=X["dose"] / X["mass"]).drop(columns="age")
    )
    model = model_of(ratio, StandardScaler(), X=frame)
    network = as_network(model, unknown_steps="differences")
    assert np.abs(network.predict(frame) - model.predict(frame)).max() < 1e-12
    slopes = central_differences(network.raw_values, frame.to_numpy())
    np.testing.assert_allclose(network.jacobian(frame), slopes, rtol=1e-4, atol=1e-6)


def test_other_words_and_other_models_are_refused():
    model = model_of(StandardScaler())
    with pytest.raises(ValueError, match="unknown_steps must be one of refuse, differences"):
        as_network(model, unknown_steps="ask")
    with pytest.raises(ValueError, match="do not apply to a function: unknown_steps"):
        as_network(lambda X: X, unknown_steps="differences")


def test_steps_that_cannot_be_asked_are_refused():
    numbers = fitted(make_pipeline(KNNImputer(), mlp_for("regression")), X, Y)
    with pytest.raises(TypeError, match=r"'knnimputer' is KNNImputer\(\), which is not known"):
        as_network(numbers)
    network = as_network(numbers, unknown_steps="differences")
    with pytest.raises(ValueError, match="NaN"):
        network.predict(np.full((1, 3), np.nan))
    texts = pd.DataFrame({"note": ["a b", "c"] * 75, "dose": X[:, 0]})
    lengths = FunctionTransformer(lambda X: X.map(len))
    blocks = ColumnTransformer([("t", lengths, ["note"]), ("n", StandardScaler(), ["dose"])])
    with pytest.raises(TypeError, match=r"'t', .*must take rows of numbers"):
        as_network(model_of(blocks, X=texts), unknown_steps="differences")
    behind = make_pipeline(FunctionTransformer(np.tanh), OneHotEncoder(handle_unknown="ignore"))
    with pytest.raises(TypeError, match=r"'onehotencoder' is .*must stand on the user's columns"):
        as_network(model_of(behind, StandardScaler(with_mean=False)))


def test_a_record_makes_a_step_known_with_its_derivative():
    model = model_of(StandardScaler(), Softened())
    register_step(Step("softened", (Softened,), slope=lambda step, X: 1.0 / (1.0 + np.exp(-X))))
    try:
        network = as_network(model)
        slopes = central_differences(network.raw_values, X)
        np.testing.assert_allclose(network.jacobian(X), slopes, rtol=1e-6, atol=1e-8)
        assert pickle.loads(pickle.dumps(network)) == network
        assert "Softened" in _refused(model_of(FunctionTransformer(np.nan_to_num)))
    finally:
        STEPS.unregister("softened")
    with pytest.raises(TypeError, match="'softened' is Softened"):
        as_network(model)


def _refused(model):
    with pytest.raises(TypeError) as caught:
        as_network(model)
    return str(caught.value)


def test_what_takes_tables_is_found_in_fitted_and_unfitted_models():
    assert takes_tables(make_pipeline(KNNImputer(), OneHotEncoder(), mlp_for("binary")))
    assert takes_tables(ColumnTransformer([("c", OneHotEncoder(), [0])]))
    assert not takes_tables(make_pipeline(StandardScaler(), FunctionTransformer(np.log)))
    assert not takes_tables(None) and not takes_tables(lambda X: X)


@pytest.fixture(scope="module")
def smooth():
    frame = pd.DataFrame(X, columns=["dose", "age", "mass"])
    return model_of(FunctionTransformer(np.arctan), StandardScaler(), X=frame), frame


def test_tools_work_behind_smooth_steps(smooth):
    model, frame = smooth
    for surrogate in (LinearSurrogateRegressor(model), TreeSurrogateRegressor(model)):
        assert fidelity_score(surrogate.fit(frame), frame) > 0.7
    assert HiddenLayerTransformer(model).fit(frame).transform(frame).shape == (150, 6)
    assert partial_derivatives(model, frame).feature_names == ("dose", "age", "mass")
    assert compare_importances(model, frame, surrogates=["tree"]).ranking()


@pytest.mark.parametrize(
    "tool", [LinearRegions, ExactTreeRegressor, PrunedMLPRegressor, connection_weights]
)
def test_tools_of_layers_name_the_smooth_steps_and_a_way_out_that_works(smooth, tool):
    model, frame = smooth
    shown = re.escape("'functiontransformer' (FunctionTransformer(func=<ufunc 'arctan'>), smooth)")
    way_out = re.escape("as_network(model[-1]) and model[:-1].transform(X)")
    with pytest.raises(ValueError, match=f"{shown}.*{way_out}"):
        tool(model, frame) if tool is connection_weights else tool(model).fit(frame)
    inner = as_network(model[-1])
    assert inner.raw_values(np.asarray(model[:-1].transform(frame))).shape == (150, 1)
