"""Random pipelines over random tables with gaps: the model's own answers, on other rows, too."""

import numpy as np
import pandas as pd
import pytest
from network_pool import fitted
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)

from skinterp.network import as_network

N = 120
UNKNOWN = {"handle_unknown": "use_encoded_value"}
IMPUTERS = [
    SimpleImputer(),
    SimpleImputer(strategy="median", add_indicator=True),
    SimpleImputer(strategy="constant", fill_value=3, keep_empty_features=True),
    SimpleImputer(strategy="most_frequent"),
    FeatureUnion(
        [("a", SimpleImputer(keep_empty_features=True)), ("b", MissingIndicator(features="all"))]
    ),
]
SINGLE = [
    StandardScaler(),
    MinMaxScaler(),
    MinMaxScaler(clip=True),
    RobustScaler(),
    MaxAbsScaler(),
    FunctionTransformer(np.arctan),
    PowerTransformer(),
    QuantileTransformer(n_quantiles=15),
    "passthrough",
]
LAST = [
    "passthrough",
    PolynomialFeatures(2),
    SplineTransformer(4, extrapolation="linear"),
    PCA(1),
    VarianceThreshold(),
    KBinsDiscretizer(3, strategy="uniform", encode="onehot-dense"),
]
ENCODERS = [
    OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    OneHotEncoder(drop="first", handle_unknown="ignore", sparse_output=False),
    OneHotEncoder(min_frequency=0.3, handle_unknown="infrequent_if_exist", sparse_output=False),
    OrdinalEncoder(**UNKNOWN, unknown_value=-1, encoded_missing_value=-2),
    make_pipeline(OrdinalEncoder(**UNKNOWN, unknown_value=np.nan), SimpleImputer()),
    TargetEncoder(random_state=0, cv=3),
]
BEHIND = [[], [StandardScaler()], [PolynomialFeatures(2)], [StandardScaler(), PCA(2)]]


def random_table(rng):
    """Return a table with gaps, and with columns of a single level or of no value at times."""
    X = pd.DataFrame(
        {
            "a": rng.normal(50, 9, N).round(1),
            "b": rng.lognormal(size=N),
            "k": rng.integers(0, 4, N),
            "s": rng.choice(list("xyz"), N),
            "t": rng.choice(["1", "2", "10"], N),
        }
    )
    for name, share in (("b", 0.7), ("a", 0.5), ("s", 0.5)):
        if rng.random() < share:
            X.loc[rng.random(N) < 0.2, name] = np.nan
    X["b"] = np.nan if rng.random() < 0.1 else X["b"]
    X["t"] = "1" if rng.random() < 0.2 else X["t"]
    return X


def random_model(rng):
    """Return an unfitted pipeline."""

    def pick(among):
        return among[rng.integers(len(among))]

    imputer, first, second, last = pick(IMPUTERS), pick(SINGLE), pick(SINGLE), pick(LAST)
    orders = [[imputer, first, second], [first, imputer, second], [first, second, imputer]]
    steps = [imputer] if isinstance(last, KBinsDiscretizer) else pick(orders)
    numbers = make_pipeline(*steps, last)
    texts = pick([pick(ENCODERS), make_pipeline(SimpleImputer(strategy="most_frequent"),
                                                pick(ENCODERS))])  # fmt: skip
    blocks = [("n", numbers, pick([["a", "b"], ["b", "a", "k"]])), ("c", texts, ["s", "t"])]
    mlp = MLPClassifier((4,), activation="tanh", max_iter=5, random_state=0)
    return make_pipeline(ColumnTransformer(blocks), *pick(BEHIND), mlp)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.filterwarnings("ignore")
def test_random_pipelines_are_read_exactly(seed):
    rng = np.random.default_rng(seed)
    X, other = random_table(rng), random_table(rng)
    model = fitted(random_model(rng), X, rng.integers(0, 2, N))
    network = as_network(model)
    for rows in (X, other.assign(s="elsewhere") if seed % 3 == 0 else other):
        try:
            expected = model.predict_proba(rows)
        except ValueError:  # what the model itself does not take
            continue
        assert np.abs(network.predict_proba(rows) - expected).max() < 1e-10
