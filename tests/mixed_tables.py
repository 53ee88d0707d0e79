"""Mixed tables and models of them: texts, gaps, yes/no, levels that look like numbers."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

NUMBERS, TEXTS = ["age", "dose"], ["si te", "smoker", "grade", "kind"]
ENCODERS = {
    "ignoring": OneHotEncoder(handle_unknown="ignore"),
    "refusing": OneHotEncoder(),
    "dropping": OneHotEncoder(drop="first"),
    "infrequent": OneHotEncoder(min_frequency=0.2, handle_unknown="infrequent_if_exist"),
    "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    "target": TargetEncoder(),
    "filling": make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    ),
}
UNKNOWN = {"ignoring", "infrequent", "ordinal", "target", "filling"}


def mixed_table(n=300, seed=0, gaps=True):
    """Return a table of two columns of numbers, four of categories and one that is not used."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "si te": rng.choice(["a", "it's", 'c, "d"', "e"], n),
            "age": rng.normal(50, 10, n),
            "smoker": rng.choice([True, False], n),
            "note": [f"row {i}" for i in range(n)],
            "dose": rng.lognormal(0, 1, n),
            "grade": rng.choice(["1", "2", "10"], n),
            "kind": pd.Categorical(rng.choice(["x", "y", "missing"], n)),
        }
    )
    if gaps:
        table.loc[::9, "dose"] = np.nan
    return table


def answers_of(table, task="binary"):
    """Return a target that depends on numbers and levels."""
    value = table["dose"].fillna(1.0) + 0.05 * (table["age"] - 50) - (table["si te"] == "a")
    value = value.to_numpy() + np.where(table["smoker"], 1.0, 0.0) - (table["grade"] == "10")
    if task == "regression":
        return value
    edges = np.quantile(value, [0.5] if task == "binary" else [0.33, 0.66])
    return np.array(["ill", "so-so", "well"])[np.digitize(value, edges)]


def mixed_model(table, encoder="ignoring", task="binary", flags=True):
    """Return a fitted network behind an imputer, a scaler and an encoder."""
    numbers = make_pipeline(SimpleImputer(add_indicator=flags), StandardScaler())
    blocks = [("n", numbers, NUMBERS), ("c", ENCODERS[encoder], TEXTS)]
    kind = MLPRegressor if task == "regression" else MLPClassifier
    mlp = kind(hidden_layer_sizes=(6,), solver="lbfgs", max_iter=200, alpha=0.3, random_state=0)
    return make_pipeline(ColumnTransformer(blocks), mlp).fit(table, answers_of(table, task))


def as_codes(table, network):
    """Return rows as exported C takes them: indices of levels, NAN for missing cells."""
    rows = np.full(table.shape, np.nan)
    for column in {feature.column for feature in network.user_table.features}:
        cells = table.iloc[:, column.index]
        if hasattr(column, "levels"):
            known = {level: k for k, level in enumerate(column.levels) if level is not None}
            codes = [np.nan if pd.isna(c) else known.get(c, -1) for c in cells]
            rows[:, column.index] = codes
        else:
            rows[:, column.index] = cells.to_numpy(dtype=float, na_value=np.nan)
    return rows
