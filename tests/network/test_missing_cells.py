"""Missing cells as None, NaN or NA in columns of every kind: the model's own answers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from skinterp.network import as_network

N = 120
COLUMNS = {
    "None": (["a", "b", None], object),
    "NaN": (["a", "b", np.nan], object),
    "str": (["a", "b", None], "str"),
    "category": (["a", "b", None], "category"),
    "truth values": ([True, False, None], object),
    "Int64": ([1, 2, None], "Int64"),
    "numbers": ([1, 2, None], object),
    "only None": ([None], object),
    "mixed": (["a", 1, None], object),
}
FILLED = OneHotEncoder(handle_unknown="ignore")
ENCODERS = {
    "refusing": OneHotEncoder(),
    "ignoring": OneHotEncoder(handle_unknown="ignore"),
    "infrequent": OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.1),
    "ordinal": OrdinalEncoder(),
    "ordinal, unknown": OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2
    ),
    "target": TargetEncoder(),
    "constant": make_pipeline(SimpleImputer(strategy="constant", fill_value="zz"), FILLED),
    "most frequent": make_pipeline(SimpleImputer(strategy="most_frequent"), FILLED),
    "None filled": make_pipeline(
        SimpleImputer(missing_values=None, strategy="constant", fill_value="zz"), FILLED
    ),
}


def table(column, seed=0):
    cells, kind = COLUMNS[column]
    rng = np.random.default_rng(seed)
    drawn = [cells[k] for k in rng.integers(0, len(cells), N)]
    return pd.DataFrame(
        {"c": pd.Series(drawn, dtype=object).astype(kind), "d": rng.choice(["u", "v"], N)}
    )


def fitted(encoder, X):
    y = np.random.default_rng(1).integers(0, 2, len(X))
    return make_pipeline(encoder, MLPClassifier((4,), max_iter=5, random_state=0)).fit(X, y)


@pytest.mark.parametrize("as_array", [False, True])
@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.filterwarnings("ignore")
def test_missing_cells_are_answered_as_the_model_does(column, encoder, as_array):
    X = table(column)
    X = X.to_numpy(dtype=object) if as_array else X
    try:
        model = fitted(ENCODERS[encoder], X)
        expected = model.predict_proba(X)
    except (TypeError, ValueError):  # which scikit-learn itself does not take
        return
    np.testing.assert_allclose(as_network(model).predict_proba(X), expected, atol=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_gaps_of_two_kinds_are_refused_with_a_way_out_that_works():
    X = table("None")
    X.loc[::5, "c"] = np.nan
    assert {None, float} <= {cell and type(cell) for cell in X["c"]}  # both are there
    with pytest.raises(ValueError, match="column 'c' must be written in one way"):
        as_network(fitted(FILLED, X))
    X["c"] = X["c"].fillna(np.nan)
    model = fitted(FILLED, X)
    np.testing.assert_allclose(as_network(model).predict_proba(X), model.predict_proba(X))
