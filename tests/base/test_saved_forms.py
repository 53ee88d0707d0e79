"""Forms come back from JSON and answer as the fitted ones do, on tables of every kind."""

import json
import warnings
from itertools import product

import numpy as np
import pandas as pd
import pytest
from mixed_tables import NUMBERS, TEXTS, mixed_model, mixed_table
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._testing import ignore_warnings

from skinterp import PrunedMLPRegressor, as_network
from skinterp.base import BODY_KINDS, FORMS, SavedForm, explains
from skinterp.base._coding import decoded, encoded
from skinterp.expression import LogisticLink, parse

NAMES = list(FORMS)
TASKS = ["binary", "multiclass", "regression"]
QUICK = {
    "n_queries": 100,
    "n_points": 60,
    "max_complexity": 5,
    "operators": ["mul", "log"],
    "n_pairs": 1,
    "multiclass": "ovr",
    "select": "elbow",
    "n_tuning_steps": 3,
}
rng = np.random.default_rng(0)


def numbers_far_from_zero():
    """Return columns with an offset of 1e6 and a unit of 1e-12 among others."""
    X = rng.normal(size=(150, 3))
    shown = {"far <b>": X[:, 0] + 1e6, "a name of thirty letters, truly": X[:, 1] * 1e-12}
    return pd.DataFrame({**shown, "$x_1$": X[:, 2]}), X[:, 0] - X[:, 1] + X[:, 2] ** 2


def network_on_numbers(task):
    X, value = numbers_far_from_zero()
    if task == "regression":
        mlp, y = MLPRegressor, value
    else:
        mlp, cuts = MLPClassifier, [0.5] if task == "binary" else [-0.3, 1.2]
        y = np.array(["none", "some", "much"])[np.digitize(value, cuts)]
    made = mlp(hidden_layer_sizes=(6,), solver="lbfgs", max_iter=150, alpha=0.1, random_state=0)
    with ignore_warnings():
        return make_pipeline(StandardScaler(), made).fit(X, y), X


def network_on_texts(task):
    table = mixed_table(200)
    with ignore_warnings():
        return mixed_model(table, task=task), table


MAKE = {"numbers": network_on_numbers, "texts": network_on_texts}
NETWORKS = {(table, task): MAKE[table](task) for table in MAKE for task in TASKS}


def fitted(form, model, X, task):
    surrogate = FORMS[form].make(task, random_state=0)
    known = surrogate.get_params(deep=False)
    surrogate.set_params(network=model, **{k: v for k, v in QUICK.items() if k in known})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return surrogate.fit(X)


def through_json(form):
    return SavedForm.from_dict(json.loads(json.dumps(form.to_dict(), allow_nan=False)))


def same(found, expected):
    if found.dtype.kind in "fc":
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9 * np.std(expected) + 1e-9)
    else:
        assert found.tolist() == expected.tolist()


def new_rows(X, kind):
    if kind == "texts":
        return mixed_table(300, seed=7)
    moved = X.mean().to_numpy() + 2.0 * X.std().to_numpy() * rng.normal(size=(300, X.shape[1]))
    return pd.DataFrame(moved, columns=X.columns)


LONG = {("symbolic", "texts", "multiclass"), ("symbolic", "texts", "binary")}
CASES = sorted(set(product(NAMES, MAKE, TASKS)) - LONG)


@pytest.mark.parametrize(("form", "kind", "task"), CASES)
def test_a_saved_form_answers_as_the_fitted_one(form, kind, task):
    model, X = NETWORKS[kind, task]
    surrogate = fitted(form, model, X, task)
    saved, rows = through_json(surrogate.saved_form()), new_rows(X, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of undefined rows
        expected = surrogate.predict(rows)
        same(saved.predict(rows), expected)
        if task != "regression":
            same(saved.predict_proba(rows), surrogate.predict_proba(rows))
            assert saved.classes.tolist() == surrogate.classes_.tolist()
        # columns are found by name, and others are ignored
        turned = rows.assign(more="?")[["more", *reversed(rows.columns)]]
        same(saved.predict(turned), expected)


def test_numbers_come_back_to_the_last_digit():
    value = {"floats": (0.1, 1e-300, np.float64(2**60), np.inf, -np.inf), "whole": (3, True)}
    for item in value.values():
        back = decoded(json.loads(json.dumps(encoded(item, {}), allow_nan=False)), {})
        assert back == tuple(item) and list(map(type, back))[-1] is type(item[-1])
    assert np.isnan(decoded(encoded(np.nan, {}), {}))
    formula = parse("x0**2*exp(-x1) + 0.1")
    assert decoded(encoded(formula, {}), {}) == formula
    for array in (np.array([[1, 2]]), np.array([0.5, np.nan]), np.array(["<b>", "a"])):
        back = decoded(encoded(array, {}), {})
        assert back.dtype.kind == array.dtype.kind
        np.testing.assert_array_equal(back, array)


def test_only_known_kinds_are_read_and_written():
    with pytest.raises(ValueError, match=r"A file holds texts, numbers.*Got <object"):
        encoded(object(), {})
    link = encoded(LogisticLink(0.0, 1.0), {"LogisticLink": LogisticLink})
    with pytest.raises(ValueError, match="Got 'LogisticLink' instead"):
        decoded(link, {})
    with pytest.raises(ValueError, match="must have slope"):
        decoded({"is": "LogisticLink", "threshold": 1.0}, {"LogisticLink": LogisticLink})
    with pytest.raises(ValueError, match=r"'os\.system'"):
        decoded({"is": "os.system", "command": "x"}, {k: r.kind for k, r in BODY_KINDS.items()})


@pytest.mark.parametrize("content", [{}, {"columns": [], "features": [[3, None, False]]}])
def test_content_that_is_no_form_is_refused(content):
    with pytest.raises(ValueError, match=r"content must be what SavedForm\.to_dict gives"):
        SavedForm.from_dict(content)


def test_missing_columns_and_cells_are_refused_by_name():
    model, X = NETWORKS["texts", "binary"]
    saved = through_json(fitted("tree", model, X, "binary").saved_form())
    with pytest.raises(ValueError, match="without 'dose' instead"):
        saved.predict(X.drop(columns="dose"))
    with pytest.raises(ValueError, match=r"'age' must hold numbers\. Got 'old' instead"):
        saved.predict(X.assign(age="old"))
    assert set(NUMBERS + TEXTS) <= set(saved.names)


def test_what_holds_no_program_is_refused_by_name():
    X = rng.normal(size=(40, 2))
    stranger = DecisionTreeClassifier().fit(X, X[:, 0] > 0)
    with pytest.raises(ValueError, match="DecisionTreeClassifier writes no formulas, rules"):
        explains(stranger).saved_form(stranger)


def test_probabilities_of_a_regression_are_refused():
    model, X = NETWORKS["numbers", "regression"]
    saved = fitted("linear", model, X, "regression").saved_form()
    with pytest.raises(ValueError, match="predict_proba needs a classifier"):
        saved.predict_proba(X)


def test_arrays_and_several_outputs():
    network = as_network(lambda X: X[:, :2] * [1.0, -2.0], n_features_in=3, n_outputs=2)
    X = rng.normal(size=(60, 3))
    for form in ("linear", "tree"):
        surrogate = fitted(form, network, X, "regression")
        found = through_json(surrogate.saved_form()).predict(X)
        same(found, surrogate.predict(X))
        assert found.shape == (60, 2)


@pytest.mark.parametrize("name", ["tanh", ("leaky_relu", 0.1), ("elu", 0.5), "gelu", "softsign"])
def test_layers_come_back_bit_for_bit(name):
    weights = [rng.normal(size=(3, 4)), rng.normal(size=(4, 2))]
    network = as_network((weights, [rng.normal(size=4), np.zeros(2)], [name, "identity"]))
    X = rng.normal(size=(50, 3))
    pruned = PrunedMLPRegressor(network, n_weights=14, n_tuning_steps=2, random_state=0).fit(X)
    saved = through_json(pruned.saved_form())
    assert np.array_equal(saved.predict(X), pruned.predict(X))
    assert saved.body.layers[0].activation == pruned.pruned_network_.layers[0].activation.name


def test_layers_that_are_none_are_refused():
    network = as_network(([[[1.0], [2.0]]], [[0.5]], ["identity"]))
    X = rng.normal(size=(40, 2))
    content = PrunedMLPRegressor(network, n_weights=2).fit(X).saved_form().to_dict()
    for change, match in (
        ({"activation": "os.system"}, "An activation must be one of"),
        ({"bias": {"array": [0.0, 1.0], "of": "f"}}, "The bias of layer 0 must have shape"),
    ):
        layer = content["body"]["layers"][0] | change
        body = content["body"] | {"layers": [layer]}
        with pytest.raises(ValueError, match=match):
            SavedForm.from_dict(content | {"body": body}).predict(X)
