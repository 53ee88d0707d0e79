"""What cannot be expanded is refused before any work, and says what to do instead."""

import numpy as np
import pandas as pd
import pytest
from expansion_pool import groups_of, random_network, rows_of
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skinterp.expansion import CategoricalExpansion, _algorithms

SIZES = (3, 2, 3)
NETWORK, ROWS, GROUPS = random_network(SIZES), rows_of(SIZES), groups_of(SIZES)


def fit(network=NETWORK, rows=ROWS, **options):
    return CategoricalExpansion(network, **{"groups": GROUPS, **options}).fit(rows)


@pytest.fixture(scope="module")
def texts():
    X = pd.DataFrame({"colour": ["red", "blue"] * 20, "cap": ["a", "b", "c", "a"] * 10})
    model = make_pipeline(OneHotEncoder(), MLPClassifier((3,), solver="lbfgs", random_state=0))
    return model.fit(X, [0, 1] * 20), X


def test_unknown_categories_and_missing_values_are_refused(texts):
    model, X = texts
    fitted = CategoricalExpansion(model).fit(X)
    with pytest.raises(ValueError, match=r"'colour' must be one of the categories 'blue', 'red'"):
        fitted.predict(X.assign(colour="pink"))
    for missing in (None, np.nan, pd.NA):
        with pytest.raises(ValueError, match="Got a missing value"):
            fitted.predict(X.assign(cap=[missing] * 40))
        with pytest.raises(ValueError, match="Got a missing value"):
            CategoricalExpansion(model).fit(X.assign(cap=[missing] * 40))
    with pytest.raises(ValueError, match="feature"):
        fitted.predict(X[["colour"]])
    with pytest.raises(ValueError, match="groups must be None"):
        CategoricalExpansion(model, groups=[[0]]).fit(X)


def test_numeric_columns_are_no_categories():
    X = np.random.default_rng(0).normal(size=(200, 2))
    with pytest.raises(ValueError, match=r"'x0' must have at most 64 .*KBinsDiscretizer"):
        CategoricalExpansion(lambda X: X[:, 0]).fit(X)
    model = make_pipeline(OneHotEncoder(), MLPClassifier((3,), solver="lbfgs", random_state=0))
    with pytest.raises(ValueError, match=r"at most 64 categories\. Got 200 different numbers"):
        CategoricalExpansion(model.fit(X, X[:, 0] > 0)).fit(X)
    X[0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN or None"):
        CategoricalExpansion(lambda X: X[:, 0]).fit(X[:10])
    X[0, 0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        CategoricalExpansion(lambda X: X[:, 0]).fit(X[:10])
    with pytest.raises(ValueError, match="must hold numbers"):
        CategoricalExpansion(lambda X: X[:, 0]).fit(np.array([["a"], ["b"]], dtype=object))


@pytest.mark.parametrize("bad", [0.5, 1.0, 2.0, -1.0])
def test_groups_that_are_not_one_hot_are_refused(bad):
    rows = ROWS.copy()
    rows[4, :3] = [bad, 1.0, 0.0]
    with pytest.raises(ValueError, match=r"'a' must be one-hot.* in row 4"):
        fit(rows=rows)
    rows[4, :3] = 0.0
    with pytest.raises(ValueError, match="must be one-hot"):
        fit().predict(rows)


@pytest.mark.parametrize(
    ("groups", "match"),
    [
        ([[0, 1], [1, 2]], "must not share columns"),
        ([[0, 99]], "must hold columns of X"),
        ([["nothing"]], "must hold columns of X"),
        ([[]], "an empty group"),
    ],
)
def test_wrong_groups_are_refused(groups, match):
    with pytest.raises(ValueError, match=match):
        fit(groups=groups)


def test_an_order_above_the_number_of_variables_is_refused():
    with pytest.raises(ValueError, match=r"at most the number of variables, 3\. Got order=4"):
        fit(order=4)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"gauge": "best"}, "gauge"),
        ({"gauge": ["0", "1"]}, "Got 2 categories"),
        ({"gauge": ["x0", "x4", "x9"]}, "a category of 'c'"),
        ({"measure": "data"}, "measure"),
        ({"measure": [[0.5, 0.5]] * 3}, "one vector of probabilities"),
        ({"measure": [[0.5, 0.5, 0.5], [0.5, 0.5], [1, 0, 0]]}, "one vector of probabilities"),
        ({"method": "exact"}, "method"),
        ({"output": "probability"}, "output"),
        ({"output": ("weights", 1)}, "output must be one of"),
        ({"output": ("unit", 5, 0)}, "layer"),
        ({"order": 0}, "order"),
        ({"precision": 0.0}, "precision"),
    ],
)
def test_parameters_out_of_range_are_refused(options, match):
    with pytest.raises(ValueError, match=match):
        fit(**options)


def test_methods_that_do_not_fit_the_network_are_refused():
    deep = random_network(SIZES, (4, 4))
    for method in ("convolution", "gaussian"):
        with pytest.raises(ValueError, match=f'"{method}" needs a network with one hidden layer'):
            fit(deep, method=method)
    sizes = (10,) * 7
    with pytest.raises(ValueError, match=r"at most 1000000 inputs\. Got 10\^7"):
        fit(random_network(sizes), rows_of(sizes), groups=groups_of(sizes), method="enumerate")


def test_memory_is_estimated_before_it_is_taken(monkeypatch):
    sizes = (20,) * 20
    network, rows = random_network(sizes, (2,)), rows_of(sizes)
    with pytest.raises(ValueError, match=r"order must be such that .* fits into 4 GB"):
        fit(network, rows, groups=groups_of(sizes), order=6)
    monkeypatch.setattr(_algorithms, "MAX_BYTES", 1e4)
    with pytest.raises(ValueError, match='"enumerate" must fit into'):
        sizes = (4,) * 5
        fit(random_network(sizes), rows_of(sizes), groups=groups_of(sizes), order=1,
            method="enumerate")  # fmt: skip


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite values"):
        CategoricalExpansion(lambda X: np.where(X[:, 0] > 1, np.inf, X[:, 1])).fit(
            np.array([[1, 0], [2, 1]])
        )


def test_zero_vector_is_asked_of_the_network_only():
    fitted = fit()
    with pytest.raises(ValueError, match=r"CategoricalExpansion\.convert for zero_vector"):
        fitted.expansion_.convert("zero_vector")
    with pytest.raises(ValueError, match="gauge"):
        fitted.convert("nothing")


def test_a_class_that_is_a_text_is_an_output(texts):
    model, X = texts
    y = np.where(np.arange(40) % 2, "ill", "well")
    model = clone(model).fit(X, y)
    found, same = (
        CategoricalExpansion(model, output=k).fit(X) for k in ("ill", ("margin", "ill"))
    )
    assert np.array_equal(found.decision_function(X), same.decision_function(X))
    with pytest.raises(ValueError, match=r"'ill'.*Got 'odd'"):
        CategoricalExpansion(model, output="odd").fit(X)


@pytest.mark.parametrize(
    "output", [True, (), ("unit",), ("unit", 0, 0, True, 3), ("layer",), ("colour", 1), [("a",)]]
)
def test_unknown_outputs_are_refused(texts, output):
    model, X = texts
    with pytest.raises(ValueError, match=r"output must be one of .* Got "):
        CategoricalExpansion(model, output=output).fit(X)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda e, x: e.decision_function(x, order=-1), "order must be an integer of at least 0"),
        (lambda e, x: e.explain({"colour": "red"}), "yet now missing:\n- cap"),
        (lambda e, x: e.explain(x), "explain must be given one row. Got 40 rows"),
        (lambda e, x: e.explain(x.iloc[0], "pink"), "output must be one of"),
        (lambda e, x: e.explain(x.iloc[0], True), "output must be one of"),
        (lambda e, x: e.expansion_.plot(output=3), "output must be one of"),
        (lambda e, x: e.expansion_.plot("pair", pair=("cap", "cap")), "two different variables"),
        (lambda e, x: e.expansion_.plot("pair", pair=("cap",)), "two different variables"),
        (lambda e, x: e.expansion_.plot("pair", pair=("cap", "size")), "two different variables"),
    ],
)
def test_bad_rows_orders_outputs_and_pairs_are_refused(texts, call, match):
    model, X = texts
    with pytest.raises(ValueError, match=match):
        call(CategoricalExpansion(model).fit(X), X)


def test_too_many_inputs_to_write_down_their_number():
    rows = np.array([[0.0] * 1500, [1.0] * 1500])
    with pytest.raises(ValueError, match=r"Got 10\^452 instead"):
        CategoricalExpansion(lambda X: X[:, 0], method="enumerate", order=1).fit(rows)
