"""Networks behind imputers and encoders take the user's table, and answer as the model does."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

from skinterp import (
    ExactTreeClassifier,
    HiddenLayerTransformer,
    LinearRegions,
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    PrunedMLPClassifier,
    SymbolicSurrogateClassifier,
    TreeSurrogateClassifier,
    as_network,
    compare_importances,
    compare_surrogates,
    default_network,
    fidelity_score,
)
from skinterp.expansion import CategoricalExpansion
from skinterp.hidden import maximise_activation, unit_report
from skinterp.importance import connection_weights, partial_derivatives, perturbation
from skinterp.report import render_report

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")

rng = np.random.default_rng(0)
N = 300
X = pd.DataFrame(
    {
        "age": rng.normal(50, 10, N),
        "site": rng.choice(["a", "b", "c"], N, p=[0.6, 0.3, 0.1]),
        "dose": rng.lognormal(0, 1, N),
        "sex": rng.choice(["f", "m"], N),
        "note": rng.choice(["x", "y"], N),
    }
)
X.loc[::9, "dose"] = np.nan
FILLED = X["dose"].fillna(1.0)
Y = np.where(FILLED + 0.05 * (X["age"] - 50) - (X["site"] == "b") > 1, "ill", "well")
UNKNOWN = {"handle_unknown": "ignore"}
ENCODERS = {
    "one-hot": OneHotEncoder(**UNKNOWN),
    "one-hot, dense": OneHotEncoder(sparse_output=False),
    "dropped": OneHotEncoder(drop="first"),
    "dropped if binary": OneHotEncoder(drop="if_binary", **UNKNOWN),
    "infrequent": OneHotEncoder(min_frequency=0.2, handle_unknown="infrequent_if_exist"),
    "ordinal": OrdinalEncoder(),
    "ordinal, unknown": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    "target": TargetEncoder(),
}


def pipeline(encoder=ENCODERS["one-hot"], indicator=False, mlp=None, behind=()):
    numbers = make_pipeline(SimpleImputer(add_indicator=indicator), StandardScaler())
    blocks = [("n", numbers, ["age", "dose"]), ("c", encoder, ["site", "sex"])]
    mlp = mlp or MLPClassifier((6,), solver="lbfgs", max_iter=300, alpha=0.3, random_state=0)
    return make_pipeline(ColumnTransformer(blocks), *behind, mlp)


@pytest.fixture(scope="module")
def model():
    return pipeline().fit(X, Y)


@pytest.fixture(scope="module")
def network(model):
    return as_network(model)


@pytest.mark.parametrize("indicator", [False, True])
@pytest.mark.parametrize("name", ENCODERS)
def test_a_pipeline_is_read_exactly(name, indicator):
    fitted = pipeline(ENCODERS[name], indicator).fit(X, Y)
    read = as_network(fitted)
    assert np.abs(read.predict_proba(X) - fitted.predict_proba(X)).max() < 1e-12
    assert "[site = b]" in read.feature_names and "note" not in read.feature_names
    assert ("[dose is missing]" in read.feature_names) == indicator
    if "unknown" in name or name in ("one-hot", "infrequent", "target"):
        other = X.assign(site="elsewhere", dose=np.nan)
        assert np.abs(read.predict_proba(other) - fitted.predict_proba(other)).max() < 1e-12


def test_steps_behind_the_encoder_are_folded():
    behind = (StandardScaler(), PCA(4))
    fitted = pipeline(ENCODERS["one-hot, dense"], behind=behind).fit(X, Y)
    assert np.abs(as_network(fitted).predict_proba(X) - fitted.predict_proba(X)).max() < 1e-12


def test_missing_categories_are_a_level_or_filled():
    table = X[["site", "age"]].copy()
    table.loc[::7, "site"] = None
    numbers = ("n", StandardScaler(), ["age"])
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    for encoder, name in [
        (OneHotEncoder(), "[site is missing]"),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), "[site = a]"),
    ]:
        blocks = ColumnTransformer([("c", encoder, ["site"]), numbers])
        fitted = make_pipeline(blocks, mlp).fit(table, Y)
        read = as_network(fitted)
        assert name in read.feature_names
        assert np.abs(read.predict_proba(table) - fitted.predict_proba(table)).max() < 1e-12


def test_searches_and_regressors_are_read():
    mlp = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=200, random_state=0)
    search = GridSearchCV(pipeline(mlp=mlp), {"mlpregressor__alpha": [0.1]}, cv=2)
    search.fit(X, FILLED)
    np.testing.assert_allclose(as_network(search).predict(X), search.predict(X), atol=1e-9)
    linear = LinearSurrogateRegressor(search).fit(X)
    assert linear.predict(X).shape == (N,)


def test_gradients_are_those_of_the_features(network):
    features = network.check(X)
    step = np.zeros(features.shape[1])
    step[network.feature_names.index("dose")] = 1e-6
    view = network.margin()
    slope = (view.value(features + step) - view.value(features - step)) / 2e-6
    found = view.gradient(X)[:, network.feature_names.index("dose")]
    assert np.isclose(found, slope, rtol=1e-4, atol=1e-6).mean() > 0.98


def test_a_network_of_a_table_is_a_value(network, model):
    assert pickle.loads(pickle.dumps(network)) == network == as_network(model)
    assert network.margin().user_table is network.user_table
    np.testing.assert_array_equal(network.predict(X), network.predict(network.check(X)))
    np.testing.assert_array_equal(network.predict(X.to_numpy()), network.predict(X))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda X: X[["site", "age", "dose", "sex", "note"]], "in another order"),
        (lambda X: X.rename(columns={"age": "years"}), "missing from X: 'age'"),
        (lambda X: X.drop(columns="sex"), "missing from X: 'sex'"),
        (lambda X: X.assign(age="old"), "'age' must hold numbers"),
        (lambda X: X.assign(age=np.inf), "'age' contains infinity"),
    ],
)
def test_other_tables_are_refused(network, change, match):
    with pytest.raises(ValueError, match=match):
        network.predict(change(X))


def test_levels_and_gaps_that_the_model_does_not_take_are_refused():
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    blocks = [("n", StandardScaler(), ["age"]), ("c", OneHotEncoder(), ["site", "sex"])]
    read = as_network(make_pipeline(ColumnTransformer(blocks), mlp).fit(X, Y))
    with pytest.raises(
        ValueError, match=r"'site' must hold one of 'a', 'b', 'c'.*Got 'd' instead"
    ):
        read.predict(X.assign(site="d"))
    with pytest.raises(ValueError, match=r"'site' must hold one of.*Got a missing value"):
        read.predict(X.assign(site=None))
    with pytest.raises(ValueError, match=r"'age' has missing values in 300 rows.*SimpleImputer"):
        read.predict(X.assign(age=np.nan))


@pytest.mark.parametrize(
    "surrogate",
    [
        LinearSurrogateClassifier(),
        TreeSurrogateClassifier(random_state=0),
        SymbolicSurrogateClassifier(n_points=100, random_state=0),
        ExactTreeClassifier(),
        PrunedMLPClassifier(random_state=0, n_tuning_steps=20),
    ],
    ids=lambda surrogate: type(surrogate).__name__,
)
def test_surrogates_take_the_raw_table(surrogate, model):
    fitted = surrogate.set_params(network=model).fit(X)
    assert fidelity_score(fitted, X) > 0.85
    assert fitted.n_features_in_ == 5 and list(fitted.feature_names_in_) == list(X.columns)
    assert "dose" in fitted.export_text()
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(X.drop(columns="note"))


def test_an_unfitted_pipeline_is_trained_on_the_raw_table():
    scores = cross_val_score(LinearSurrogateClassifier(pipeline()), X, Y, cv=3)
    assert scores.min() > 0.8


def test_comparisons_and_reports_take_the_raw_table(model):
    result = compare_surrogates(model, X, Y, ["tree", "linear"], cv=3)
    majority = result.mean("majority", "fidelity")
    assert result.mean("tree", "fidelity") > majority
    assert result.mean("random forest", "accuracy") > majority + 0.2
    found = compare_importances(model, X, Y, surrogates=["tree", "linear"])
    assert found.feature_names == ("age", "site", "dose", "sex")
    assert all(np.isclose(share.sum(), 1.0) for share in found.shares.values())
    assert found.ranking()[0] == "dose" and found.ranking()[-1] == "sex"
    assert "[site = b]" in render_report(result, importances=found)


def test_regions_units_and_weights_take_the_raw_table(model):
    assert LinearRegions(model).fit(X).n_regions_ >= 1
    assert HiddenLayerTransformer(model).fit(X).transform(X).shape == (N, 6)
    assert "[site = b]" in str(unit_report(model, X, layer=0, unit=1).connections.input_names)
    for method in (connection_weights, partial_derivatives, perturbation):
        assert "[site = b]" in method(model, X).parts.ranking()


def test_inputs_that_excite_hold_whole_categories(network):
    found = maximise_activation(network.margin(), X)
    indicators = np.asarray(found.x)[network.margin().moves == 0.0]
    assert set(indicators) <= {0.0, 1.0} and found.value >= found.best_row_value


def test_columns_of_categories_are_perturbed_as_a_whole(network):
    found = perturbation(network, X, random_state=0).parts
    values = dict(zip(found.feature_names, found.values[:, 0], strict=True))
    assert values["[site = a]"] == values["[site = b]"] == values["[site = c]"] > 0


def test_the_expansion_reads_the_same_table():
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    columns = ColumnTransformer([("c", OneHotEncoder(), ["site", "sex"])])
    fitted = make_pipeline(columns, mlp).fit(X, Y)
    own, read = (CategoricalExpansion(m).fit(X) for m in (fitted, as_network(fitted)))
    assert own.categories_ == read.categories_
    np.testing.assert_allclose(own.decision_function(X), read.decision_function(X), atol=1e-12)


def test_the_default_network_takes_texts_yes_no_and_gaps():
    table = X.assign(smoker=X["age"] > 50)
    table.loc[::11, "site"] = None
    fitted = LinearSurrogateClassifier(random_state=0).fit(table, Y)
    assert fitted.score(table, Y) > 0.8
    assert {"age", "[site = b]", "[site is missing]", "[smoker = True]"} <= set(
        fitted.network_.feature_names
    )
    regressor = LinearSurrogateRegressor(random_state=0).fit(table, X["age"])
    assert regressor.score(table, X["age"]) > 0.8
    model = default_network("binary", 0, table).fit(table, Y)
    assert (
        np.abs(as_network(model).predict_proba(table) - model.predict_proba(table)).max() < 1e-12
    )


def test_gaps_in_arrays_of_numbers_are_filled_as_the_model_does():
    raw = X[["age", "dose"]].to_numpy()
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    fitted = make_pipeline(SimpleImputer(), StandardScaler(), mlp).fit(raw, Y)
    read = as_network(fitted)
    assert np.abs(read.predict_proba(raw) - fitted.predict_proba(raw)).max() < 1e-12
    assert LinearSurrogateClassifier(fitted).fit(raw).predict(raw).shape == (N,)


def test_raw_numbers_are_not_taken_for_features():
    table = pd.DataFrame({"age": X["age"], "grade": rng.choice([1.0, 2.0], N), "rest": 0.5})
    blocks = [("n", StandardScaler(), [0]), ("c", OneHotEncoder(), [1])]
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    fitted = make_pipeline(ColumnTransformer(blocks), mlp).fit(table, Y)
    read = as_network(fitted)
    expected = fitted.predict_proba(table)
    for rows in (table, table.to_numpy(), read.check(table)):
        assert np.abs(read.predict_proba(rows) - expected).max() < 1e-12
    nameless = make_pipeline(ColumnTransformer(blocks), mlp).fit(table.to_numpy(), Y)
    with pytest.raises(TypeError, match="cannot be told from its features"):
        as_network(nameless)


def test_features_stand_in_the_order_of_the_columns_whatever_order_the_steps_take():
    table = X[["age", "dose"]]
    blocks = [("n", make_pipeline(SimpleImputer(), StandardScaler()), ["dose", "age"])]
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    fitted = make_pipeline(ColumnTransformer(blocks), mlp).fit(table, Y)
    read, expected = as_network(fitted), fitted.predict_proba(table)
    assert read.feature_names == ("age", "dose")
    for rows in (table, table.to_numpy(), read.check(table)):
        assert np.abs(read.predict_proba(rows) - expected).max() < 1e-12


def test_the_default_network_takes_a_table_of_categories_only():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.choice(["u", "v"], 40), "b": rng.choice(["x", None], 40)})
    y = (X["a"] == "u").to_numpy()
    model = default_network("binary", 0, X=X).fit(X, y)
    network = as_network(model)
    assert np.allclose(network.predict_proba(X), model.predict_proba(X))
    assert (network.predict(X) == y).all()
