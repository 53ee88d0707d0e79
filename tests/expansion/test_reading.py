"""Categories are read from whatever encodes them, and predictions are those of the pipeline."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
)

from skinterp.expansion import CategoricalExpansion, CategoricalNetwork, categorical_network
from skinterp.network import as_network

rng = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "colour": rng.choice(["red", "green", "blue"], 120),
        "shape": rng.choice(["flat", "round"], 120),
        "size": rng.choice(["S", "M", "L", "XL"], 120),
        "rings": rng.choice([0, 1, 3], 120),
    }
)
LABEL = np.where((TABLE["colour"] == "red") ^ (TABLE["shape"] == "flat"), "yes", "no")
VALUE = (LABEL == "yes") * 2.0 + (TABLE["size"] == "S") + TABLE["rings"]


def classifier():
    return MLPClassifier((6,), solver="lbfgs", max_iter=150, random_state=0)


def regressor():
    return MLPRegressor(hidden_layer_sizes=(6,), solver="lbfgs", max_iter=150, random_state=0)


def columns(drop=None, **options):
    return ColumnTransformer(
        [
            ("texts", OneHotEncoder(drop=drop, **options), ["colour", "shape"]),
            ("order", OrdinalEncoder(categories=[["S", "M", "L", "XL"]]), ["size"]),
        ],
        remainder="passthrough",
    )


PIPELINES = {
    "one-hot": lambda: make_pipeline(OneHotEncoder(), classifier()),
    "one-hot, dense": lambda: make_pipeline(OneHotEncoder(sparse_output=False), classifier()),
    "columns": lambda: make_pipeline(columns(), classifier()),
    "columns, dropped": lambda: make_pipeline(columns("first"), classifier()),
    "columns, dropped if binary": lambda: make_pipeline(columns("if_binary"), classifier()),
    "columns, scaled": lambda: make_pipeline(columns(), StandardScaler(), classifier()),
    "columns, rotated": lambda: make_pipeline(columns(sparse_output=False), PCA(4), classifier()),
    "infrequent": lambda: make_pipeline(OneHotEncoder(max_categories=2), classifier()),
    "ordinal": lambda: make_pipeline(OrdinalEncoder(), StandardScaler(), classifier()),
    "inner pipeline": lambda: make_pipeline(
        ColumnTransformer(
            [("a", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()),
              list(TABLE.columns))]
        ), classifier(),
    ),
    "frozen": lambda: FrozenEstimator(make_pipeline(columns(), classifier()).fit(TABLE, LABEL)),
    "search": lambda: GridSearchCV(
        make_pipeline(columns(), classifier()), {"mlpclassifier__alpha": [0.1]}, cv=2
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_pipelines_are_expanded_in_the_columns_of_the_table(name):
    model = PIPELINES[name]()
    if name != "frozen":
        model.fit(TABLE, LABEL)
    fitted = CategoricalExpansion(model, order=4).fit(TABLE)
    assert list(fitted.categories_) == list(TABLE.columns)
    assert set(fitted.categories_["colour"]) == {"red", "green", "blue"}
    assert np.abs(fitted.predict_proba(TABLE) - model.predict_proba(TABLE)).max() < 1e-9
    assert (fitted.predict(TABLE) == model.predict(TABLE)).all()
    assert fitted.feature_names_in_.tolist() == list(TABLE.columns)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("scaled", [False, True])
def test_regressors_and_scaled_targets(scaled):
    model = make_pipeline(columns(), regressor())
    if scaled:
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    model.fit(TABLE, VALUE)
    fitted = CategoricalExpansion(model, order=4).fit(TABLE)
    assert np.allclose(fitted.predict(TABLE), model.predict(TABLE), atol=1e-9)
    assert fitted.score(TABLE, VALUE) == pytest.approx(model.score(TABLE, VALUE))


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_rows_may_be_arrays_or_lists_of_texts():
    X = TABLE[["colour", "shape"]].to_numpy(dtype=object)
    model = make_pipeline(OneHotEncoder(), classifier()).fit(X, LABEL)
    fitted = CategoricalExpansion(model).fit(X)
    expected = model.predict_proba(X)
    for rows in (X, X.astype(str), X.tolist()):
        assert np.abs(fitted.predict_proba(rows) - expected).max() < 1e-9
    assert list(fitted.fields_) == ["x0", "x1"]


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_missing_values_are_a_category_where_the_encoder_makes_them_one():
    X = TABLE[["colour", "rings"]].astype({"rings": float})
    X.loc[::7, "rings"] = np.nan
    model = make_pipeline(OneHotEncoder(), classifier()).fit(X, LABEL)
    fitted = CategoricalExpansion(model).fit(X)
    assert fitted.categories_["rings"] == (0.0, 1.0, 3.0, None)
    assert np.abs(fitted.predict_proba(X) - model.predict_proba(X)).max() < 1e-9


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_columns_that_the_encoder_drops_are_no_variables():
    encoder = ColumnTransformer([("a", OneHotEncoder(), ["colour", "shape"])])
    model = make_pipeline(encoder, classifier()).fit(TABLE, LABEL)
    fitted = CategoricalExpansion(model).fit(TABLE)
    assert list(fitted.fields_) == ["colour", "shape"] and fitted.n_features_in_ == 4
    other = TABLE.assign(size="anything")
    assert (fitted.predict(other) == fitted.predict(TABLE)).all()


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_steps_that_mix_columns_are_expanded_and_so_are_those_that_are_only_asked():
    mixed = [OneHotEncoder(sparse_output=False), PolynomialFeatures(2), StandardScaler()]
    asked = [OrdinalEncoder(), FunctionTransformer(lambda X: X * X[:, [0]])]
    for steps in (mixed, asked, [OrdinalEncoder(), FunctionTransformer(np.exp)]):
        model = make_pipeline(*steps, classifier()).fit(TABLE, LABEL)
        fitted = CategoricalExpansion(model, order=4).fit(TABLE)
        assert np.abs(fitted.predict_proba(TABLE) - model.predict_proba(TABLE)).max() < 1e-9


def test_groups_by_names_or_indices_and_single_columns():
    frame = pd.get_dummies(TABLE[["colour", "rings"]], dtype=float)
    network = as_network(lambda X: X[:, 0] * X[:, 1] + X[:, 3])
    named = {"colour": [c for c in frame if c.startswith("colour_")]}
    fitted = CategoricalExpansion(network, groups=named).fit(frame)
    assert fitted.categories_ == {"rings": (0.0, 1.0, 3.0), "colour": ("blue", "green", "red")}
    assert np.allclose(fitted.predict(frame), network.predict(frame))
    listed = CategoricalExpansion(network, groups=[[1, 2, 3]]).fit(frame.to_numpy())
    assert list(listed.categories_) == ["x0", "v0"]
    assert np.allclose(listed.predict(frame.to_numpy()), network.predict(frame))


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_the_network_of_a_table_is_a_network_with_views():
    model = make_pipeline(columns(), classifier()).fit(TABLE, LABEL)
    network = categorical_network(model, TABLE)
    assert isinstance(network, CategoricalNetwork)
    assert categorical_network(network, TABLE) is network and as_network(network) is network
    assert np.abs(network.predict_proba(TABLE) - model.predict_proba(TABLE)).max() < 1e-12
    logit = network.margin().raw_values(TABLE)[:, 0]
    assert np.allclose(logit, network.raw_values(TABLE)[:, 0])
    assert np.allclose(network.output(0).predict(TABLE), logit)
    assert np.allclose(network.difference(0, 1).predict(TABLE), -logit)
    units = network.layer(0).predict(TABLE)
    assert np.allclose(network.unit(0, 2).predict(TABLE), units[:, 2])
    assert "unit 2" in network.unit(0, 2).name
    codes = network.table.codes(TABLE)
    assert (network.table.decode(codes)[:, 0] == TABLE["colour"]).all()
    with pytest.raises(TypeError, match="no gradient"):
        network.jacobian(TABLE)


@pytest.mark.parametrize("is_last", [True, False])
def test_categories_do_not_depend_on_the_order_of_the_blocks(is_last):
    rng = np.random.default_rng(0)
    X = rng.integers(3, size=(60, 2)).astype(float)
    blocks = [("codes", OneHotEncoder(), [0, 1]), ("as is", "passthrough", [1])]
    encoder = ColumnTransformer(blocks if is_last else blocks[::-1])
    mlp = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", max_iter=50, random_state=0)
    model = make_pipeline(encoder, mlp).fit(X, rng.normal(size=60))
    found = CategoricalExpansion(model).fit(X[X[:, 1] < 2])
    assert found.categories_["x1"] == (0.0, 1.0, 2.0)
    assert np.allclose(found.predict(X), model.predict(X))


def test_a_class_names_an_output():
    X = np.array([[a, b] for a in "xyz" for b in "pq"] * 5, dtype=object)
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=200, random_state=0)
    y = np.where(X[:, 1] == "p", X[:, 0], "w")
    found = CategoricalExpansion(make_pipeline(OneHotEncoder(), mlp).fit(X, y)).fit(X)
    k = found.classes_.tolist().index("y")
    assert str(found.explain(X[0], "y")) == str(found.explain(X[0], k))


def mixed_table():
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    blocks = [("n", numbers, ["age", "dose"]), ("c", OneHotEncoder(), ["colour", "size"])]
    X = TABLE[["colour", "size"]].assign(age=rng.normal(50, 9, 120), dose=rng.lognormal(size=120))
    X.loc[::9, "dose"] = np.nan
    model = make_pipeline(ColumnTransformer(blocks), regressor())
    return model.fit(X, (X["age"] / 10) * (X["colour"] == "red") + (X["size"] == "S")), X


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_numbers_of_a_mixed_table_are_held_at_medians_or_a_row():
    model, X = mixed_table()
    medians = X[["age", "dose"]].median()
    with pytest.raises(ValueError, match=r"'age' must have at most 64.*numbers=\"median\""):
        CategoricalExpansion(model).fit(X)
    for numbers, row in [
        ("median", medians),
        (X.iloc[[3]], X.iloc[3]),
        (X.iloc[0], X.iloc[0]),
        ({"age": 40.0, "dose": 1.0}, {"age": 40.0, "dose": 1.0}),
        (list(X.iloc[3]), X.iloc[3]),
    ]:
        fitted = CategoricalExpansion(model, order=2, numbers=numbers).fit(X)
        assert list(fitted.categories_) == ["colour", "size"]
        held = X.assign(age=row["age"], dose=row["dose"])
        np.testing.assert_allclose(fitted.predict(X), model.predict(held), atol=1e-9)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_numbers_of_a_mixed_table_are_binned():
    model, X = mixed_table()
    fitted = CategoricalExpansion(model, order=4, numbers=3).fit(X)
    assert [len(c) for c in fitted.categories_.values()] == [3, 4, 3, 3]
    assert fitted.categories_["age"][0].startswith("(-inf, ")
    assert fitted.score(X, model.predict(X)) > 0.8
    filled = X["dose"].fillna(X["dose"].mean())
    codes = fitted.network_.table.codes(X)
    at = [X["age"].groupby(codes[:, 2]).median(), filled.groupby(codes[:, 3]).median()]
    same = X.assign(age=at[0].to_numpy()[codes[:, 2]], dose=at[1].to_numpy()[codes[:, 3]])
    np.testing.assert_allclose(fitted.predict(X), model.predict(same), atol=1e-9)


@pytest.mark.parametrize(
    ("numbers", "match"),
    [
        (1, "a number of bins of at least 2"),
        ("mean", r'numbers must be "values", "median".* Got \'mean\' instead'),
        ({"age": 3.0}, "Got none for 'dose'"),
        ([1.0, 2.0], "one row of 4 columns"),
        ({"age": 3.0, "dose": "much"}, "'dose' must hold numbers"),
    ],
)
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_other_ways_with_numbers_are_refused(numbers, match):
    model, X = mixed_table()
    with pytest.raises(ValueError, match=match):
        CategoricalExpansion(model, numbers=numbers).fit(X)


def test_numbers_alone_cannot_be_held():
    X = np.random.default_rng(0).normal(size=(50, 2))
    with pytest.raises(ValueError, match="must have a column of categories"):
        CategoricalExpansion(lambda X: X[:, 0], numbers="median").fit(X)
    found = CategoricalExpansion(lambda X: X[:, 0] * X[:, 1], numbers=4).fit(X)
    assert [len(c) for c in found.categories_.values()] == [4, 4]


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_bins_of_the_model_are_categories():
    model, X = mixed_table()
    bins = KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf")
    blocks = [("n", bins, ["age"]), ("c", OneHotEncoder(), ["colour"])]
    model = make_pipeline(ColumnTransformer(blocks), regressor()).fit(X, X["age"])
    fitted = CategoricalExpansion(model).fit(X)
    assert len(fitted.categories_["age"]) == 3
    np.testing.assert_allclose(fitted.predict(X), model.predict(X), atol=1e-9)
