"""Units, writings and ties of fitted symbolic surrogates."""

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skinterp import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor
from skinterp.metrics import fidelity_score
from skinterp.network import as_network

NAMES = ["dose", "weight", "time"]
UNITS = {"dose": "mg", "weight": "kg", "time": "h"}
QUICK = {
    "n_points": 120,
    "random_state": 0,
    "operators": ["add", "sub", "mul", "div", "exp", "log"],
}


def table(n=800):
    X = np.random.default_rng(0).uniform(0.5, 4, size=(n, 3))
    return pd.DataFrame(X, columns=NAMES)


def network(function=lambda X: X[:, 0] - 0.5 * X[:, 1] * X[:, 2]):
    return as_network(
        lambda X: 5 * np.tanh(function(X)), n_features_in=3, classes=["off", "on"],
        feature_names=NAMES,
    )  # fmt: skip


@pytest.fixture(scope="module")
def fitted():
    return SymbolicSurrogateClassifier(network(), units=UNITS, **QUICK).fit(table())


def test_the_equation_its_constants_and_writings_have_units(fitted):
    equation, X = fitted.equation_, table(2000)
    assert str(equation).startswith("on if ")
    assert [str(u) for u in equation.units] == ["mg", "kg", "h"]
    constants = equation.constants_
    assert constants.source == "network" and len(constants.units) == len(constants.places)
    np.testing.assert_array_equal(equation.as_ratio().predict(X), equation.predict(X))
    assert len(equation.writings.to_frame()) == len(equation.writings)
    assert fidelity_score(fitted, X) > 0.98


def test_required_dimensions_leave_no_hidden_constant():
    needed = SymbolicSurrogateClassifier(network(), units=UNITS, dimensions="require", **QUICK)
    needed = clone(needed).fit(table())
    from skinterp.expression import Dimensions

    price = Dimensions(needed.equation_.units, required=True).price
    assert all(np.isfinite(price(c.expression)) for c in needed.front_)
    assert np.isfinite(price(needed.equation_.expression))


def test_units_are_chosen_by_grid_search_and_change_nothing_if_none():
    search = GridSearchCV(
        SymbolicSurrogateClassifier(network(), **QUICK), {"units": [None, UNITS]},
        scoring=fidelity_score, cv=2,
    ).fit(table(300))  # fmt: skip
    assert search.best_score_ > 0.9


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"units": {"dosis": "mg"}}, ValueError, "must name inputs among"),
        ({"units": {"dose": "mgg"}}, ValueError, "Got 'mgg' for 'dose' instead"),
        ({"units": "mg"}, ValueError, "units"),
        ({"dimensions": "maybe"}, ValueError, "dimensions"),
    ],
)
def test_what_is_no_unit_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        SymbolicSurrogateClassifier(network(), **QUICK, **options).fit(table(100))


def test_without_pint_the_error_names_the_extra(monkeypatch):
    from skinterp.expression import _units

    _units._registry.cache_clear()
    monkeypatch.setitem(sys.modules, "pint", None)
    with pytest.raises(ImportError, match=r"pip install 'skinterp\[units\]'"):
        SymbolicSurrogateRegressor(lambda X: X[:, 0], units={"dose": "mg"}).fit(table(50))
    _units._registry.cache_clear()


def test_units_are_read_from_a_frame():
    X = table(300).rename(columns={"dose": "dose_mg", "time": "time [h]"})
    X.attrs["units"] = {"weight": "kg"}
    fitted = SymbolicSurrogateRegressor(
        lambda X: X[:, 0] + 2 * X[:, 1], units="names", n_points=60, operators=["add", "mul"],
        random_state=0,
    ).fit(X)  # fmt: skip
    assert [str(u) for u in fitted.equation_.units] == ["mg", "kg", "h"]


@pytest.mark.parametrize(
    "law",
    [
        lambda X: np.log(X[:, 0] * X[:, 1] / X[:, 2]),
        lambda X: np.exp(X[:, 0] - X[:, 1]) - 1.2,
        lambda X: X[:, 1] - 0.65 / X[:, 0] - 0.3 * X[:, 1] * X[:, 2],
    ],
)
def test_every_writing_keeps_classes_and_probabilities(law):
    X = table()
    fitted = SymbolicSurrogateClassifier(network(law), **QUICK).fit(X)
    rows, equation = X.to_numpy(), fitted.equation_
    log_odds = equation.log_odds(rows)
    np.testing.assert_array_equal(log_odds > 0, equation.decide(rows))
    for writing in equation.writings:
        other = equation.written_as(writing)
        np.testing.assert_array_equal(other.predict(rows), equation.predict(rows))
        np.testing.assert_array_equal(other.log_odds(rows), log_odds)
