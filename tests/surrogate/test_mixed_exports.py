"""On tables with texts and gaps: what is printed and exported is what predicts."""

import ctypes

import numpy as np
import pandas as pd
import pytest
from mixed_tables import ENCODERS, TEXTS, UNKNOWN, as_codes, mixed_model, mixed_table
from run_exports import compile_c, connect, run_c, run_python
from sklearn.compose import make_column_transformer
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinterp import (
    AdditiveSurrogateClassifier,
    AdditiveSurrogateRegressor,
    ExactTreeClassifier,
    HingeSurrogateClassifier,
    HingeSurrogateRegressor,
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    SymbolicSurrogateClassifier,
    SymbolicSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
    default_network,
)
from skinterp.expression import parse

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")

TABLE, NEW = mixed_table(), mixed_table(seed=1)
FORMS = {
    ("linear", "binary"): LinearSurrogateClassifier(),
    ("linear", "regression"): LinearSurrogateRegressor(),
    ("tree", "binary"): TreeSurrogateClassifier(n_queries=500, random_state=0),
    ("tree", "multiclass"): TreeSurrogateClassifier(n_queries=500, random_state=0),
    ("tree", "regression"): TreeSurrogateRegressor(n_queries=500, random_state=0),
    ("sum", "binary"): TreeSurrogateClassifier(n_trees=3, n_queries=500, random_state=0),
    ("sum", "multiclass"): TreeSurrogateClassifier(n_trees=3, n_queries=500, random_state=0),
    ("sum", "regression"): TreeSurrogateRegressor(n_trees=3, n_queries=500, random_state=0),
    ("hinges", "binary"): HingeSurrogateClassifier(n_queries=500, random_state=0),
    ("hinges", "regression"): HingeSurrogateRegressor(n_queries=500, random_state=0),
    ("additive", "binary"): AdditiveSurrogateClassifier(n_pairs=1, random_state=0),
    ("additive", "regression"): AdditiveSurrogateRegressor(n_pairs=1, random_state=0),
}


def strange(encoder):
    """Return new rows with missing cells and levels as far as the model takes them."""
    new = NEW.copy()
    new.loc[::5, "age"] = np.nan
    if encoder in UNKNOWN:
        new.loc[::3, "si te"] = "else'where"
        new["kind"] = new["kind"].astype(object)
        new.loc[::4, "kind"] = None
    return new


def run_sql_on(formula, table):
    """Select an expression from a table with texts, in SQLite."""
    connection = connect()
    table.to_sql("data", connection, index=False)
    found = connection.execute(f"SELECT {formula} FROM data ORDER BY rowid").fetchall()
    return [row[0] for row in found]


def assert_same(found, expected):
    if np.asarray(expected).dtype.kind == "f":
        np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=1e-9, atol=1e-9)
    else:
        assert np.asarray(found).tolist() == expected.tolist()


def assert_code_predicts(code, surrogate, new, folder):
    expected, classes = surrogate.predict(new), getattr(surrogate, "classes_", None)
    run = run_python(code.to_python())["predict"]
    assert_same(run(new), expected)
    assert_same(run(new.to_numpy(dtype=object)), expected)
    assert_same(run_sql_on(code.to_sql(), new), expected)
    rows, library = as_codes(new, surrogate.network_), compile_c(code.to_c(), folder)
    kind = ctypes.c_double if classes is None else ctypes.c_int
    found = run_c(library, "predict", rows, kind)
    assert_same(found if classes is None else classes[found], expected)


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("kind", FORMS, ids=" ".join)
def test_exported_code_predicts_on_raw_rows(kind, encoder, tmp_path):
    form, task = kind
    model = mixed_model(TABLE, encoder, task, flags=encoder != "target")
    surrogate = FORMS[kind].set_params(network=model).fit(TABLE)
    code = surrogate if form in ("tree", "sum") else surrogate.equation_
    assert_code_predicts(code, surrogate, strange(encoder), tmp_path)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_exported_equations_predict_on_raw_rows(task, tmp_path):
    kind = SymbolicSurrogateClassifier if task == "binary" else SymbolicSurrogateRegressor
    surrogate = kind(mixed_model(TABLE, task=task), n_points=60, random_state=0, time_budget=0.5)
    surrogate.fit(TABLE)
    assert_code_predicts(surrogate.equation_, surrogate, strange("ignoring"), tmp_path)
    assert_same(surrogate.equation_.predict(NEW), surrogate.predict(NEW))


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("kind", FORMS, ids=" ".join)
def test_columns_are_found_by_name_and_kept_in_order(kind):
    surrogate = FORMS[kind].set_params(network=mixed_model(TABLE, task=kind[1])).fit(TABLE)
    with pytest.raises(ValueError, match=r"order|feature names"):
        surrogate.predict(NEW[NEW.columns[::-1]])
    for same in (
        NEW.to_numpy(dtype=object),
        NEW.convert_dtypes(),
        NEW.astype({"grade": "category"}),
    ):
        assert_same(surrogate.predict(same), surrogate.predict(NEW))


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("form", ["linear", "tree"])
def test_code_refuses_what_the_model_refuses(form, tmp_path):
    model = mixed_model(TABLE, "refusing")
    surrogate = FORMS[form, "binary"].set_params(network=model).fit(TABLE)
    code = surrogate if form in ("tree", "sum") else surrogate.equation_
    new = NEW.assign(**dict.fromkeys(TEXTS, "elsewhere"))
    with pytest.raises(ValueError, match="must hold one of"):
        surrogate.predict(new)
    with pytest.raises(ValueError, match="a level or a gap that the model does not take"):
        run_python(code.to_python())["predict"](new)
    assert set(run_sql_on(code.to_sql(), new)) == {None}
    library = compile_c(code.to_c(), tmp_path)
    found = run_c(library, "predict", as_codes(new, surrogate.network_), ctypes.c_int)
    assert set(found.tolist()) == {-1}


def holds(condition, row):
    """Read a condition of a printed tree, on a row with its gaps filled."""
    name, _, rest = condition.partition(" not in {" if " not in {" in condition else " in {")
    if rest:
        levels = {level.strip("'\"") for level in rest.rstrip("}").split(", ")}
        return (str(row[name]) in levels) == (" not in {" not in condition)
    if " is " in condition:
        name, _, rest = condition.partition(" is ")
        return bool(pd.isna(row[name])) == (rest == "missing")
    name, sign, cut = condition.rsplit(" ", 2)
    value = float(np.float32(row[f"{name} filled"]))
    return value <= float(cut) if sign == "<=" else value > float(cut)


def walk(text, row):
    depth = 0
    for line in text.splitlines():
        if line.count("|   ") == depth and not line.startswith("("):
            condition, _, answer = line.replace("|   ", "").partition(": ")
            if holds(condition, row):
                if answer:
                    return answer.split(" (")[0]
                depth += 1
    raise AssertionError("no rule applies")


def test_the_printed_tree_predicts():
    table = mixed_table(600).drop(columns="si te").assign(**{"si te": mixed_table(600)["grade"]})
    table = table[TABLE.columns]
    surrogate = TreeSurrogateClassifier(
        mixed_model(table), max_leaf_nodes=12, n_queries=500, random_state=0
    ).fit(table)
    text, fills = surrogate.export_text(digits=17), {}
    for part in (
        text.splitlines()[-1].removeprefix("(missing values count: ").rstrip(")").split(", ")
    ):
        name, _, value = part.partition(" as ")
        fills[name] = float(value)
    assert " in {" in text
    for i, row in enumerate(table.head(80).to_dict("records")):
        full = row | {f"{n} filled": row[n] if row[n] == row[n] else v for n, v in fills.items()}
        assert walk(text, full) == surrogate.predict(table.iloc[[i]])[0]


def test_trees_part_levels_into_sets_no_worse_than_one_by_one():
    rng = np.random.default_rng(0)
    levels = np.array([f"c{k}" for k in range(12)])
    table = pd.DataFrame({"city": rng.choice(levels, 800), "x": rng.normal(size=800)})
    effect = np.where(np.isin(table["city"], levels[::2]), 2.0, -2.0)
    blocks = make_column_transformer((StandardScaler(), ["x"]), (OneHotEncoder(), ["city"]))
    mlp = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", max_iter=500, random_state=0)
    model = make_pipeline(blocks, mlp).fit(table, effect)
    tree = TreeSurrogateRegressor(model, max_leaf_nodes=2, random_state=0).fit(table)
    assert tree.export_text(2).startswith("city ")
    assert len(tree._rule_tree.tests[0].levels) == 6
    assert tree.feature_importances_.round(6).tolist() == [1.0, 0.0]
    assert "in {" in tree.displays()[0].texts[0]


def test_formulas_of_raw_tables_take_raw_rows():
    surrogate = LinearSurrogateClassifier(mixed_model(TABLE)).fit(TABLE)
    equation = surrogate.equation_
    np.testing.assert_allclose(
        equation.values(NEW), equation.expression.evaluate(surrogate.network_.check(NEW))
    )
    assert parse("x0").export("sql") == 'CAST("x0" AS DOUBLE PRECISION)'
    assert "(missing values count: age as" in surrogate.export_text()
    assert equation.to_sql().count('"si te"') == 4


@pytest.mark.parametrize("kind", [TreeSurrogateClassifier, TreeSurrogateRegressor])
def test_code_of_trees_of_numbers_predicts_to_the_last_digit(kind, tmp_path):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 3)), columns=["a b", "c", "d"])
    y = X["a b"] > X["c"] if kind is TreeSurrogateClassifier else X["a b"] * X["c"]
    surrogate = kind(random_state=0, n_queries=0).fit(X, y)
    tests = [test for test in surrogate._rule_tree.tests if test is not None]
    cuts = np.array([test.cut for test in tests])
    rounded = cuts.astype(np.float32).astype(float)
    near = np.concatenate(
        [np.nextafter(c, side) for c in (cuts, rounded) for side in (-np.inf, c, np.inf)]
    )
    near = np.concatenate([near, cuts + np.spacing(cuts.astype(np.float32)) / 2])
    new = pd.DataFrame({name: near for name in X.columns})
    expected, classes = surrogate.predict(new), getattr(surrogate, "classes_", None)
    assert_same(run_python(surrogate.to_python())["predict"](new), expected)
    assert_same(run_sql_on(surrogate.to_sql(), new), expected)
    library = compile_c(surrogate.to_c(), tmp_path)
    numbers = new.to_numpy()
    result = ctypes.c_double if classes is None else ctypes.c_int
    found = run_c(library, "predict", numbers, result)
    assert_same(found if classes is None else classes[found], expected)


def test_a_tree_of_several_outputs_has_no_code_and_of_one_leaf_has(tmp_path):
    X = np.random.default_rng(0).normal(size=(60, 2))
    double = TreeSurrogateRegressor(random_state=0, n_queries=0).fit(X, np.column_stack([X, X]))
    with pytest.raises(ValueError, match=r"Got a tree of 4 outputs instead: fit one on"):
        double.to_sql()
    leaf = TreeSurrogateRegressor(lambda X: 0 * X[:, 0] + 2.5, n_queries=0).fit(X)
    assert (
        leaf.to_sql() == "2.5"
        and run_python(leaf.to_python())["predict"](X).tolist() == [2.5] * 60
    )
    assert set(run_c(compile_c(leaf.to_c(), tmp_path), "predict", X)) == {2.5}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_exact_trees_answer_raw_rows_as_the_network_does():
    model = mixed_model(TABLE)
    tree = ExactTreeClassifier(model).fit(TABLE)
    new = strange("ignoring")
    assert_same(tree.predict(new), model.predict(new))
    assert_same(tree.predict(new.to_numpy(dtype=object)), model.predict(new))


@pytest.mark.parametrize("encoder", ["ignoring", "refusing", "filling"])
@pytest.mark.parametrize("form", ["linear", "tree"])
def test_code_takes_none_as_the_models_encoder_does(form, encoder, tmp_path):
    table = TABLE.assign(kind=TABLE["kind"].astype(object).replace("missing", None))
    surrogate = FORMS[form, "binary"].set_params(network=mixed_model(table, encoder)).fit(table)
    new = NEW.assign(kind=NEW["kind"].astype(object).replace("missing", None))
    assert new["kind"].isna().any()
    code = surrogate if form in ("tree", "sum") else surrogate.equation_
    assert_code_predicts(code, surrogate, new, tmp_path)


@pytest.mark.parametrize("form", ["linear", "tree"])
def test_python_takes_dates_and_days(form):
    rng = np.random.default_rng(0)
    days = pd.Series(rng.integers(0, 900, 200), dtype=float)
    table = pd.DataFrame({"seen": pd.Timestamp("2021-03-01") + pd.to_timedelta(days, unit="D")})
    table.loc[::7, "seen"] = pd.NaT
    table["site"] = rng.choice(["a", "b"], 200)
    y = np.where((days > 400) ^ (table["site"] == "b"), "late", "early")
    network = default_network("binary", random_state=0, X=table).fit(table, y)
    surrogate = FORMS[form, "binary"].set_params(network=network).fit(table)
    code = surrogate if form in ("tree", "sum") else surrogate.equation_
    predict, expected = run_python(code.to_python())["predict"], surrogate.predict(table)
    assert_same(predict(table), expected)
    since = (table["seen"] - pd.Timestamp("1970-01-01")) / pd.Timedelta("1D")
    assert_same(predict(table.assign(seen=since)), expected)
    assert_same(predict(table.assign(seen=table["seen"].dt.tz_localize("UTC"))), expected)
