"""A user's own formulas are fitted and judged beside those found."""

import numpy as np
import pytest
import sympy

from skinterp import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor
from skinterp.expression import parse
from skinterp.network import as_network

NAMES = ["dose", "weight", "age"]
X = np.random.default_rng(0).uniform(0.5, 2.5, size=(1500, 3))
NETWORK = as_network(
    lambda Z: 4 * np.tanh(Z[:, 0] / Z[:, 1] - 0.5 * Z[:, 2]),
    n_features_in=3,
    classes=["no", "yes"],
    feature_names=NAMES,
)


def fitted(hypotheses, y=None):
    surrogate = SymbolicSurrogateClassifier(NETWORK, hypotheses=hypotheses, random_state=0)
    return surrogate.fit(X, y).front_.hypotheses


def test_constants_are_fitted_and_the_right_one_is_not_worse_than_the_choice():
    table = fitted(["dose/weight - 0.9*age", "dose - age"])
    assert table.given[0] == "dose/weight - 0.9*age"
    assert table.fitted[0] == "dose/weight - 0.5*age"
    assert table.score[0] <= 1e-9 < table.score[1]
    assert np.isnan(table.deviance).all()
    assert "the network prefers the equation by" in str(table)
    assert list(table.to_frame().index) == list(table.given)


def test_labels_judge_hypotheses_too():
    rng = np.random.default_rng(1)
    g = X[:, 0] / X[:, 1] - 0.5 * X[:, 2] + 0.05 * rng.normal(size=len(X))
    table = fitted(["dose/weight - 0.4*age", "dose - age"], np.where(g > 0, "yes", "no"))
    assert table.deviance[0] < 15.0 < table.deviance[1]
    assert "the labels prefer the equation by" in str(table).splitlines()[1]


def test_every_way_to_write_a_formula_is_read():
    dose, weight = sympy.symbols("dose weight")
    table = fitted(["dose/weight", dose / weight, parse("x0/x1")])
    assert table.given == ("dose/weight",) * 3


def test_what_is_undefined_on_some_rows_is_said():
    table = fitted(["log(dose - 1)", "dose"])
    assert "undefined" in str(table).splitlines()[0]
    assert np.isnan(table.loss[0]) and np.isfinite(table.loss[1])


def test_regressors_take_hypotheses():
    surrogate = SymbolicSurrogateRegressor(
        lambda Z: 2.5 * Z[:, 0] / Z[:, 1], hypotheses=["x0/x1", "x0"], random_state=0
    ).fit(X)
    table = surrogate.front_.hypotheses
    assert table.fitted[0].startswith("2.5")
    assert table.fidelity[0] > 0.999 > table.fidelity[1]


@pytest.mark.parametrize(
    ("hypotheses", "error", "message"),
    [
        (["dose/height"], ValueError, "unknown name 'height'; known are 'dose', 'weight', 'age'"),
        (["1 + 2"], ValueError, "must use some of the inputs dose, weight, age"),
        ([3], TypeError, "texts, sympy expressions or Expressions. Got 3"),
        (["dose/"], ValueError, "cannot be read"),
        ("dose", ValueError, "'hypotheses' parameter"),
        ([" + ".join(f"{k}.5*dose" for k in range(2000))], ValueError, "fewer constants than"),
    ],
)
def test_bad_hypotheses_are_refused(hypotheses, error, message):
    with pytest.raises(error, match=message):
        fitted(hypotheses)
