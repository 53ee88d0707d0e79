"""Formulas that hold levels of categories."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from mixed_tables import mixed_model, mixed_table
from sklearn.compose import make_column_transformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinterp import SymbolicSurrogateClassifier, as_network
from skinterp.surrogate._references import referenced

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


def test_the_law_of_doses_is_found_as_such():
    rng, n = np.random.default_rng(0), 1500
    weight, sex = rng.normal(75, 12, n).clip(45, 120), rng.choice(["f", "m"], n)
    table = pd.DataFrame({"dose": rng.uniform(20, 200, n), "weight": weight, "sex": sex})
    toxic = table["dose"] / table["weight"] > 1.2 + 0.3 * (table["sex"] == "f")
    blocks = make_column_transformer(
        (StandardScaler(), ["dose", "weight"]), (OneHotEncoder(), ["sex"])
    )
    mlp = MLPClassifier((30, 30), max_iter=1000, random_state=0)
    model = make_pipeline(blocks, mlp).fit(table, np.where(toxic, "toxic", "safe"))
    surrogate = SymbolicSurrogateClassifier(model, random_state=0).fit(table)
    text = surrogate.equation_.format()
    assert re.sub(r"[\d.]+", "#", text) in {
        "dose/weight - #*`[sex = f]` > #", "#*`[sex = m]` + dose/weight > #",
        "#*dose/weight - `[sex = f]` > #", "`[sex = m]` + #*dose/weight > #",
    }  # fmt: skip
    # where the law lies at 75 kilograms
    for level, bound in [("f", 1.5), ("m", 1.2)]:
        row = table.head(1).assign(sex=level, weight=75.0)
        doses = np.linspace(60, 140, 4001)
        rows = pd.concat([row] * len(doses)).assign(dose=doses)
        found = doses[np.argmax(surrogate.predict(rows) == "toxic")] / 75.0
        assert found == pytest.approx(bound, rel=0.03)


def test_slopes_of_levels_are_those_against_the_most_frequent_one():
    table = mixed_table()
    network = as_network(mixed_model(table))
    rows = network.check(table)
    view = network.margin()
    own, slopes = referenced(view, rows), view.gradient(rows)
    np.testing.assert_array_equal(own.value(rows), view.value(rows))
    for group in network.groups:
        levels = [k for k in group if network.user_table.features[k].level is not None]
        frequent = levels[rows[:, levels].sum(axis=0).argmax()] if levels else None
        for k in group:
            expected = slopes[:, k] - (slopes[:, frequent] if k in levels else 0.0)
            np.testing.assert_allclose(own.gradient(rows)[:, k], expected)
    assert pickle.loads(pickle.dumps(own)) == own


def test_networks_of_numbers_are_looked_at_as_they_are():
    view = as_network(([[[2.0], [1.0]]], [[0.0]], ["identity"])).output()
    assert referenced(view, np.zeros((3, 2))) is view
