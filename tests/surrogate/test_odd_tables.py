"""Tables as people have them: nullable kinds, one level, only gaps, names that are numbers."""

import numpy as np
import pandas as pd
import pytest
from run_exports import run_python
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinterp import LinearSurrogateClassifier, TreeSurrogateClassifier, compare_importances
from skinterp.display import BoundaryDisplay
from skinterp.importance import integrated_gradients, refit_on_features

pytestmark = [
    pytest.mark.filterwarnings("ignore:lbfgs failed to converge"),
    pytest.mark.filterwarnings("ignore:Skipping features without any observed values"),
]
N = 90
rng = np.random.default_rng(0)
BASE = pd.DataFrame({"x": rng.normal(size=N), "c": rng.choice(["a", "b", "c"], N)})
Y = (BASE["x"] > (BASE["c"] == "b")).to_numpy()
GAPS = np.arange(N) % 7 == 0
ODD = {
    "nullable integers": BASE.assign(k=pd.array(np.where(GAPS, None, np.arange(N) % 13), "Int64")),
    "nullable yes/no": BASE.assign(
        k=pd.array(np.where(GAPS, None, np.arange(N) % 2 == 0), "boolean")
    ),
    "categories of numbers": BASE.assign(k=pd.Categorical(rng.choice([1, 2, 30], N))),
    "texts that look like numbers": BASE.assign(k=rng.choice(["1", "2", "10"], N)),
    "one level": BASE.assign(k="same"),
    "a constant": BASE.assign(k=1.0),
    "only gaps": BASE.assign(k=np.nan),
    "numbers as names": BASE.set_axis([0, 1], axis=1),
}


def model_of(table):
    is_number = [getattr(kind, "kind", "O") in "iuf" for kind in table.dtypes]
    numbers = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler())
    blocks = make_column_transformer(
        (numbers, np.flatnonzero(is_number)),
        (OneHotEncoder(handle_unknown="ignore"), np.flatnonzero(~np.array(is_number))),
    )
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=50, random_state=0)
    return make_pipeline(blocks, mlp)


@pytest.mark.parametrize("name", ODD)
def test_odd_tables_are_explained_and_exported(name):
    table = ODD[name]
    model = model_of(table).fit(table, Y)
    tree = TreeSurrogateClassifier(model, n_queries=100, random_state=0).fit(table)
    linear = LinearSurrogateClassifier(model).fit(table)
    for surrogate, code in ((tree, tree), (linear, linear.equation_)):
        answers = run_python(code.to_python())["predict"](table)
        assert answers.tolist() == surrogate.predict(table).tolist()
        assert surrogate.export_text()
    found = compare_importances(model, table, Y, surrogates=["tree"])
    assert all(np.isclose(shares.sum(), 1.0) for shares in found.shares.values())
    parts = integrated_gradients(model, table.iloc[[0]], table.iloc[[1]])
    change = np.diff(tree.network_.raw_values(table.head(2)), axis=0)
    assert parts.values.sum() == pytest.approx(-change[0, 0], abs=1e-6)
    assert BoundaryDisplay.from_estimator(tree, table, (0, 1), resolution=4).network.shape == (
        6,
        4,
    )
    check = refit_on_features(model_of(table), table, Y, [0, 1], sizes=2, cv=2, n_random=1)
    assert check.scores["ranked"]["accuracy"].mean() > 0.5
