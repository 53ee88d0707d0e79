"""Surrogates of networks over binned numbers: rules and code in intervals of the user's column."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, KBinsDiscretizer, OneHotEncoder

from skinterp import LinearSurrogateClassifier, TreeSurrogateClassifier, fidelity_score

RNG = np.random.default_rng(0)
X = pd.DataFrame({"age": RNG.integers(20, 60, 300) * 1.0, "site": RNG.choice(["a", "b"], 300)})
X.loc[::9, "age"] = np.nan
Y = (X["age"].fillna(40.0) >= 40.0) ^ (X["site"] == "b")


@pytest.mark.parametrize(
    "step",
    [KBinsDiscretizer(4, strategy="uniform", encode="onehot-dense"), Binarizer(threshold=40)],
)
def test_exported_python_answers_as_the_tree_over_intervals(step):
    bins = make_pipeline(SimpleImputer(), step)
    blocks = ColumnTransformer([("b", bins, ["age"]), ("c", OneHotEncoder(), ["site"])])
    mlp = MLPClassifier((6,), solver="lbfgs", alpha=0.1, max_iter=300, random_state=0)
    model = make_pipeline(blocks, mlp).fit(X, Y)
    fitted = TreeSurrogateClassifier(model, random_state=0).fit(X)
    assert "age in" in LinearSurrogateClassifier(model).fit(X).export_text()
    assert "age in" in fitted.export_text()
    assert fidelity_score(fitted, X) > 0.95
    names = {}
    exec(fitted.to_python(), names)
    rows = X.to_numpy(dtype=object).tolist()
    np.testing.assert_array_equal(names["predict"](rows), fitted.predict(X))
    assert "'[" not in fitted.to_sql() and "age" in fitted.to_sql()
