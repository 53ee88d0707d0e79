"""Every step at every place of a pipeline, with and without gaps: the model's own answers."""

import itertools

import numpy as np
import pandas as pd
import pytest
from network_pool import fitted
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
)

from skinterp.network import as_network

N = 120
NUMBERS = ["dose", "age"]


def table(has_gaps, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "site": rng.choice(["a", "b", "c"], N),
            "dose": rng.lognormal(0, 0.5, N).round(2),
            "grade": rng.choice([1, 2, 3], N),
            "age": rng.integers(20, 80, N).astype(float),
        }
    )
    if has_gaps:
        X.loc[rng.uniform(size=N) < 0.2, "dose"] = np.nan
        X.loc[rng.uniform(size=N) < 0.1, "age"] = np.nan
    return X


ONE_BY_ONE = {
    "standard": StandardScaler(),
    "robust": RobustScaler(),
    "min-max": MinMaxScaler((1, 3)),
    "log1p": FunctionTransformer(np.log1p),
    "sqrt": FunctionTransformer(np.sqrt),
    "power": PowerTransformer(),
    "quantiles": QuantileTransformer(n_quantiles=10),
    "normal quantiles": QuantileTransformer(n_quantiles=10, output_distribution="normal"),
}
LAST = {
    "none": "passthrough",
    "polynomial": PolynomialFeatures(2),
    "splines": SplineTransformer(4),
    "standard": StandardScaler(),
}
IMPUTERS = {
    "mean": SimpleImputer(),
    "median, flagged": SimpleImputer(strategy="median", add_indicator=True),
    "constant": SimpleImputer(strategy="constant", fill_value=2.5),
    "union": FeatureUnion(
        [("filled", SimpleImputer()), ("flags", MissingIndicator(features="all"))]
    ),
    "both": FeatureUnion([("mean", SimpleImputer()), ("one", SimpleImputer(strategy="median"))]),
}
BINS = {
    "one-hot": KBinsDiscretizer(4, encode="onehot-dense", quantile_method="averaged_inverted_cdf"),
    "sparse": KBinsDiscretizer(3, strategy="uniform"),
    "ordinal": KBinsDiscretizer(4, encode="ordinal", strategy="kmeans", random_state=0),
    "threshold": Binarizer(threshold=40.0),
    "threshold at a value": Binarizer(threshold=1.0),
}


def check(numbers, X):
    """Compare a pipeline over a mixed table with its network; return both."""
    blocks = [("n", numbers, NUMBERS), ("c", OneHotEncoder(sparse_output=False), ["site"])]
    mlp = MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", max_iter=20, random_state=0)
    y = X["age"].fillna(50.0) / 50.0 + (X["site"] == "b")
    model = fitted(make_pipeline(ColumnTransformer(blocks), mlp), X, y)
    network = as_network(model)
    for rows in (X, table(X.isna().any(axis=None), seed=1)):
        assert np.abs(network.predict(rows) - model.predict(rows)).max() < 1e-11
        features = network.check(rows)
        np.testing.assert_array_equal(network.predict(features), network.predict(rows))
    return model, network


@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("imputer", IMPUTERS)
@pytest.mark.parametrize("step", ONE_BY_ONE)
def test_imputers_in_front_of_steps_and_behind_them(step, imputer, last):
    for order in ([IMPUTERS[imputer], ONE_BY_ONE[step]], [ONE_BY_ONE[step], IMPUTERS[imputer]]):
        _, network = check(make_pipeline(*order, LAST[last]), table(True))
        is_flagged = "[dose is missing]" in network.feature_names
        assert is_flagged or imputer not in ("median, flagged", "union", "both")


@pytest.mark.parametrize(("imputer", "bins"), itertools.product([None, *IMPUTERS], BINS))
def test_bins_are_indicators_of_intervals(imputer, bins):
    steps = [BINS[bins]] if imputer is None else [SimpleImputer(), BINS[bins]]
    _, network = check(make_pipeline(*steps, StandardScaler(with_mean=False)), table(imputer))
    names = [name for name in network.feature_names if name.startswith("[age in ")]
    assert len(names) == {"sparse": 3}.get(bins, 2 if "threshold" in bins else 4)
    assert not network.moves.any()
    assert not any(name in NUMBERS for name in network.feature_names)


def test_bins_are_named_by_their_ends():
    X = table(False)
    step = KBinsDiscretizer(3, strategy="uniform", encode="ordinal").fit(X[NUMBERS])
    _, network = check(step, X)
    low, high = step.bin_edges_[1][1:-1]
    assert f"[age in [{low:.4g}, {high:.4g})]" in network.feature_names
    assert f"[age in (-inf, {low:.4g})]" in network.feature_names
    _, network = check(Binarizer(threshold=40.0), X)
    assert {"[age in (-inf, 40]]", "[age in (40, inf)]"} < set(network.feature_names)


def test_a_column_may_be_a_number_bins_and_flags_at_once():
    both = FeatureUnion(
        [
            ("n", make_pipeline(SimpleImputer(), StandardScaler())),
            ("b", make_pipeline(SimpleImputer(strategy="median"), KBinsDiscretizer(
                3, encode="onehot-dense", quantile_method="averaged_inverted_cdf"))),
            ("f", MissingIndicator()),
        ]
    )  # fmt: skip
    _, network = check(both, table(True))
    assert {"age", "dose", "[dose is missing]"} < set(network.feature_names)
    groups = network.groups
    assert sum(map(len, groups)) == len(network.feature_names) and len(groups) == 3


@pytest.mark.parametrize("gap", [-1.0, 0.0])
def test_gaps_may_be_written_as_a_number(gap):
    X = table(True)[NUMBERS].fillna(gap)
    imputer = SimpleImputer(missing_values=gap, add_indicator=True)
    mlp = MLPRegressor(hidden_layer_sizes=(5,), max_iter=20, random_state=0)
    model = fitted(make_pipeline(imputer, StandardScaler(), mlp), X, X["age"] / 50.0)
    network = as_network(model)
    assert np.abs(network.predict(X) - model.predict(X)).max() < 1e-12
    with pytest.raises(ValueError, match=f"'dose' has missing values.*written {gap}"):
        network.predict(X.replace(gap, np.nan))
