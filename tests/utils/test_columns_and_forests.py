"""Columns by name or index, tables of texts, and the forest for either."""

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance

from skinterp.utils import column_index, has_texts
from skinterp.utils._forest import forest_for, numpy_kinds, permutation_falls


@pytest.mark.parametrize("feature, column", [("b", 1), (0, 0), (np.int64(1), 1)])
def test_a_column_is_found_by_name_or_index(feature, column):
    assert column_index(feature, ("a", "b")) == column


@pytest.mark.parametrize(
    "feature, wording",
    [
        ("z", r"features must be among \['a', 'b'\]. Got 'z' instead"),
        (2, "indices between 0 and 1. Got 2 instead"),
        (-1, "Got -1 instead"),
        (True, "Got True instead"),
        (0.5, "Got 0.5 instead"),
    ],
)
def test_an_unknown_column_is_refused(feature, wording):
    with pytest.raises(ValueError, match=wording):
        column_index(feature, ["a", "b"])


def test_texts_are_told_from_numbers():
    assert has_texts(pd.DataFrame({"a": [1], "b": ["x"]})) and has_texts([["x", 1]])
    assert not has_texts(pd.DataFrame({"a": [1], "b": [True]})) and not has_texts([[1, 0.5]])


def test_a_forest_takes_texts_and_categories_it_has_not_seen():
    X, y = pd.DataFrame({"a": ["x", "y"] * 10}), np.array([0, 1] * 10)
    forest = forest_for("binary", 0, X).fit(X, y)
    assert forest.predict(pd.DataFrame({"a": ["x", "z"]})).shape == (2,)
    assert forest_for("regression", 0).fit([[1.0], [2.0]], [1.0, 2.0]).predict([[1.0]]).size == 1


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_many_columns_are_permuted_at_once_as_scikit_learn_does_one_by_one(task):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 40)), columns=[f"x{j}" for j in range(40)])
    y = X["x0"] + X["x1"] ** 2 if task == "regression" else (X["x0"] > 0).astype(int)
    forest = forest_for(task, 0).set_params(n_estimators=5).fit(X[:40], y[:40])
    expected = permutation_importance(forest, X[40:], y[40:], n_repeats=3, random_state=7)
    found = permutation_falls(forest, X[40:], y[40:], 3, 7)
    np.testing.assert_allclose(found, expected.importances_mean, rtol=1e-12, atol=1e-15)


def test_nullable_columns_and_dates_become_kinds_that_forests_take():
    table = pd.DataFrame({"n": pd.array([1, None], dtype="Int64"), "t": ["a", None]})
    table["b"] = pd.array([True, None], dtype="boolean")
    table["s"] = pd.array(["x", None], dtype="string")
    table["d"] = pd.to_datetime(["1970-01-02", None])
    table["z"] = table["d"].dt.tz_localize("Europe/Oslo")
    found = numpy_kinds(table)
    assert found["n"].dtype == found["b"].dtype == found["d"].dtype == float
    assert found["s"].tolist()[0] == "x" and isinstance(found["s"].tolist()[1], float)
    assert found["d"][0] == 1.0 and found["z"][0] == 1.0 - 1.0 / 24.0 and np.isnan(found["d"][1])
    assert numpy_kinds([[1.0]]) == [[1.0]]
