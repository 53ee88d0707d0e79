"""Affine preprocessing folded into the first layer: scikit-learn's own pipeline is the oracle."""

import numpy as np
import pandas as pd
import pytest
from network_pool import TASKS, central_differences, fitted, mlp_for, task_data
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from skinterp.network import as_network

NAMES = ["dose", "time", "pH", "a b", "x^2"]
COLUMNS = ColumnTransformer(
    [
        ("scaled", make_pipeline(StandardScaler(), PCA(2)), [0, 2, 3]),
        ("as it is", "passthrough", [1]),
        ("again", MinMaxScaler(), slice(0, 2)),
        ("without", "drop", [4]),
        ("nothing", StandardScaler(), []),
    ],
    transformer_weights={"as it is": 0.01},
)
STEPS = {
    "standard": [StandardScaler()],
    "standard, no mean": [StandardScaler(with_mean=False)],
    "standard, no std": [StandardScaler(with_std=False)],
    "standard, neither": [StandardScaler(with_mean=False, with_std=False)],
    "min-max": [MinMaxScaler(feature_range=(-1, 3))],
    "max-abs": [MaxAbsScaler()],
    "robust": [RobustScaler()],
    "robust, no centre": [RobustScaler(with_centering=False)],
    "robust, no scale": [RobustScaler(with_scaling=False, unit_variance=False)],
    "pca": [StandardScaler(), PCA(3)],
    "whitened": [PCA(5, whiten=True)],
    "incremental": [StandardScaler(), IncrementalPCA(4, whiten=True)],
    "svd": [TruncatedSVD(3, random_state=0)],
    "selected": [VarianceThreshold(0.05), StandardScaler()],
    "k best": [StandardScaler(), SelectKBest(lambda X, y: np.abs(X).mean(axis=0), k=3)],
    "passthrough": ["passthrough", StandardScaler(), None],
    "identity": [FunctionTransformer(), RobustScaler()],
    "nested": [make_pipeline(StandardScaler(), MinMaxScaler()), PCA(4)],
    "columns": [COLUMNS],
    "remainder": [ColumnTransformer([("a", MinMaxScaler(), [3, 1])], remainder=RobustScaler())],
    "mask": [ColumnTransformer([("a", StandardScaler(), [True, False, True, False, True])])],
}
every_step = pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)


def pipeline_of(steps, mlp):
    return Pipeline([*((f"step {i}", step) for i, step in enumerate(steps)), ("mlp", mlp)])


def outputs(model, X):
    """Return what the model itself says."""
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


def assert_same_outputs(network, model, X, tolerance=1e-9):
    """Compare the network with its model, relative to the largest output."""
    expected = outputs(model, X)
    found = network.predict(X) if network.task == "regression" else network.predict_proba(X)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < tolerance * max(1.0, np.abs(expected).max())
    assert np.mean(network.predict(X) == model.predict(X)) == 1 or network.task == "regression"


@every_step
@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_folding_keeps_the_outputs(steps, task):
    X, y = task_data(task)
    model = fitted(pipeline_of(steps, mlp_for(task)), X, y)
    network = as_network(model)
    assert network.n_features_in == 5
    assert_same_outputs(network, model, X)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_survives_folding(task):
    X, y = task_data(task)
    model = fitted(pipeline_of([StandardScaler(), PCA(4)], mlp_for(task)), X, y)
    assert_same_outputs(as_network(model), model, X)


@every_step
def test_gradients_are_in_the_users_units(steps):
    X, y = task_data("regression")
    model = fitted(pipeline_of(steps, mlp_for("regression", activation="tanh")), X, y)
    expected = central_differences(lambda X: model.predict(X)[:, None], X)
    np.testing.assert_allclose(as_network(model).jacobian(X), expected, rtol=1e-5, atol=1e-6)


@every_step
def test_names_and_data_frames(steps):
    X, y = task_data("binary")
    X = pd.DataFrame(X, columns=NAMES)
    model = fitted(pipeline_of(steps, mlp_for("binary")), X, y)
    network = as_network(model)
    assert network.feature_names == tuple(NAMES)
    assert_same_outputs(network, model, X)
    np.testing.assert_array_equal(network.raw_values(X.to_numpy()), network.raw_values(X))


def test_columns_chosen_by_name():
    X, y = task_data("binary")
    X = pd.DataFrame(X, columns=NAMES)
    columns = ColumnTransformer(
        [("s", StandardScaler(), ["pH", "dose"]), ("m", MinMaxScaler(), ["time"])]
    )
    model = fitted(make_pipeline(columns, mlp_for("binary")), X, y)
    network = as_network(model)
    assert_same_outputs(network, model, X)
    assert not network.jacobian(X)[:, :, 3:].any()


def test_pipelines_that_hand_on_data_frames():
    X, y = task_data("binary")
    X = pd.DataFrame(X, columns=NAMES)
    model = pipeline_of([StandardScaler(), PCA(3)], mlp_for("binary")).set_output(
        transform="pandas"
    )
    model = fitted(model, X, y)
    assert model[-1].feature_names_in_[0] == "pca0"
    assert as_network(model).feature_names == tuple(NAMES)
    assert_same_outputs(as_network(model), model, X)


def test_columns_far_from_zero_keep_nine_digits():
    X, y = task_data("binary")
    X = X + [0.0, 1e6, 0.0, 1e5, 0.0]
    model = fitted(make_pipeline(StandardScaler(), mlp_for("binary")), X, y)
    assert_same_outputs(as_network(model), model, X)


def test_constant_columns():
    X, y = task_data("binary")
    X[:, 2] = 7.0
    model = fitted(make_pipeline(StandardScaler(), mlp_for("binary")), X, y)
    assert_same_outputs(as_network(model), model, X)


WRAPPERS = {
    "grid search": lambda model: GridSearchCV(model, {}, cv=2),
    "frozen": lambda model: FrozenEstimator(model),
    "pipeline": lambda model: make_pipeline(RobustScaler(), model),
}


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
@pytest.mark.parametrize("names", [NAMES, None], ids=["named", "array"])
def test_wrappers(wrap, names):
    X, y = task_data("multiclass")
    X = X if names is None else pd.DataFrame(X, columns=names)
    inner = make_pipeline(StandardScaler(), mlp_for("multiclass"))
    if wrap is WRAPPERS["frozen"]:
        inner = fitted(inner, X, y)
    model = fitted(wrap(inner), X, y)
    network = as_network(model)
    assert_same_outputs(network, model, X)
    assert network.feature_names == (None if names is None else tuple(names))


@pytest.mark.parametrize("task", ["regression", "multioutput"])
@pytest.mark.parametrize(
    "transformer",
    [
        StandardScaler(),
        MinMaxScaler(),
        RobustScaler(with_centering=False),
        make_pipeline(StandardScaler(), MinMaxScaler((1, 3))),
        FunctionTransformer(),
        None,
    ],
    ids=repr,
)
def test_transformed_targets(transformer, task):
    X, y = task_data(task)
    model = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), mlp_for(task)), transformer=transformer
    )
    model = fitted(model, X, 1000 + 50 * y)
    assert_same_outputs(as_network(model), model, X)


def test_a_transformed_poisson_target():
    X, y = task_data("poisson")
    regressor = make_pipeline(StandardScaler(), mlp_for("poisson"))
    model = TransformedTargetRegressor(regressor, transformer=MaxAbsScaler())
    model = fitted(model, X, y + 1.0)
    assert_same_outputs(as_network(model), model, X)


def test_a_target_that_mixes_outputs_is_refused():
    X, y = task_data("multioutput")
    model = TransformedTargetRegressor(mlp_for("multioutput"), transformer=PCA(2))
    with pytest.raises(TypeError, match=r"target's transformer PCA\(n_components=2\) mixes"):
        as_network(fitted(model, X, y))


def test_a_target_transformed_by_a_function_is_refused():
    X, y = task_data("poisson")
    model = TransformedTargetRegressor(mlp_for("regression"), func=np.log1p, inverse_func=np.expm1)
    with pytest.raises(TypeError, match=r"Step 'transformer' is FunctionTransformer.*not known"):
        as_network(fitted(model, X, y))


class Wavelets(TransformerMixin, BaseEstimator):
    """A transformer of the user's own."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.asarray(X) ** 2


def test_steps_that_are_not_known_are_refused_with_the_ways_out():
    X, y = task_data("binary")
    for step in (Wavelets(), ColumnTransformer([("odd", Wavelets(), [0, 1])])):
        model = fitted(Pipeline([("odd", step), ("mlp", mlp_for("binary"))]), X, y)
        with pytest.raises(TypeError, match=r"Step 'odd' is Wavelets\(\).*Supported are .*Scaler"):
            as_network(model)
        ways = r"unknown_steps=\"differences\".*register_step.*callable.*model\[:-1\]\.transform"
        with pytest.raises(TypeError, match=ways):
            as_network(model)


class Doubled(StandardScaler):
    """A scaler that does something else than its base class."""

    def transform(self, X, copy=None):
        return 2.0 * super().transform(X, copy)


def test_a_step_that_does_something_else_is_found_out():
    X, y = task_data("binary")
    model = fitted(make_pipeline(Doubled(), mlp_for("binary", max_iter=100)), X, y)
    with pytest.raises(RuntimeError, match=r"read from Pipeline differs.*Pass a callable"):
        as_network(model)


def test_an_unfitted_pipeline_is_refused():
    with pytest.raises(NotFittedError, match="not fitted"):
        as_network(make_pipeline(StandardScaler(), mlp_for("binary")))


def test_a_search_without_refit_is_refused():
    X, y = task_data("binary")
    search = GridSearchCV(mlp_for("binary"), {"alpha": [1.0]}, cv=2, refit=False)
    with pytest.raises(ValueError, match="refit=False holds no fitted network"):
        as_network(fitted(search, X, y))
