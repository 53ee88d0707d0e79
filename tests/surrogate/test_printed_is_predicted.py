"""What is printed answers as what predicts, whatever the units and offsets of the columns."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from printed_readers import (
    decided,
    formula_values,
    latex_values,
    leaf_values,
    linear_values,
    network_values,
    rule_answers,
)
from sklearn.metrics import r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._testing import ignore_warnings

import skinterp
from skinterp import as_network
from skinterp.exact import LinearRegions
from skinterp.expression import ColumnSpread, Equation, parse
from skinterp.hidden import LinearDescription

NAMES = ["t", "a", "b"]
OFFSETS = [0.0, 1.0, 1e2, 2e3, 3e5, 1e7, 1e9]  # in spreads
SCALES = [1e-12, 1.0, 1e12]
TABLES = [(offset, SCALES[k % 3]) for k, offset in enumerate(OFFSETS)]


def place(offset, scale):
    """Return means and spreads of three columns."""
    return np.array([offset, -0.7 * offset, 0.0]) * scale, scale * np.array([1.0, 1.3, 1.0])


def drawn(offset, scale, n=500, seed=0):
    mean, spread = place(offset, scale)
    return mean + spread * np.random.default_rng(seed).normal(size=(n, 3))


def score(z):
    return z[:, 0] - 0.8 * z[:, 1] + 0.5 * z[:, 0] * z[:, 2]


def networks(offset, scale):
    """Return callables: values, two classes, three classes."""
    mean, spread = place(offset, scale)

    def standard(X):
        return (np.asarray(X) - mean) / spread

    def three(X):
        z = standard(X)
        return np.stack([score(z), z[:, 2], -z[:, 0]], axis=1)

    options = {"n_features_in": 3, "feature_names": NAMES}
    return (
        as_network(lambda X: 1e-5 * score(standard(X)) + 7.0, **options),
        as_network(lambda X: 3 * score(standard(X)) - 1, classes=["no", "yes"], **options),
        as_network(three, classes=["u", "v", "w"], **options),
    )


def columns(X):
    return dict(zip(NAMES, np.asarray(X).T))


@ignore_warnings()
def trained(offset, scale, kind, X):
    z = (X - place(offset, scale)[0]) / place(offset, scale)[1]
    y = score(z) if kind is MLPRegressor else score(z) > 0.2
    net = kind(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=60, random_state=0, alpha=0.1)
    return make_pipeline(StandardScaler(), net).fit(pd.DataFrame(X, columns=NAMES), y)


@pytest.fixture(params=TABLES, ids=lambda table: f"{table[0]:g}-{table[1]:g}")
def table(request):
    return request.param


def assert_same(printed, predicted):
    assert r2_score(predicted, printed) >= 0.9999


def assert_agree(printed, predicted):
    assert np.mean(np.asarray(printed, dtype=str) == predicted.astype(str)) >= 0.999


def test_linear_functions(table):
    X = drawn(*table)
    new = drawn(*table, n=2000, seed=1)
    values, two, three = networks(*table)
    linear = skinterp.LinearSurrogateRegressor(values).fit(X)
    for rows in (X, new):
        here, predicted = columns(rows), linear.predict(rows)
        assert_same(linear_values(linear.export_text(), here)[:, 0], predicted)
        assert_same(formula_values(str(linear.equation_), here), predicted)
        assert_same(latex_values(linear.equation_.to_latex(), here), predicted)
    linear = skinterp.LinearSurrogateClassifier(two).fit(X)
    multi = skinterp.LinearSurrogateClassifier(three).fit(X)
    for rows in (X, new):
        here, predicted = columns(rows), linear.predict(rows)
        answers = np.where(linear_values(linear.export_text(), here)[:, 0] > 0, "yes", "no")
        assert_agree(answers, predicted)
        assert_agree(np.where(decided(linear.equation_.format(), here), "yes", "no"), predicted)
        best = linear_values(multi.export_text(), here).argmax(axis=1)
        assert_agree(multi.classes_[best], multi.predict(rows))


def test_rules_of_trees(table):
    X = drawn(*table)
    new = drawn(*table, n=2000, seed=1)
    values, two, three = networks(*table)
    options = {"random_state": 0, "n_queries": 1000}
    tree = skinterp.TreeSurrogateRegressor(values, **options).fit(X)
    for rows in (X, new):
        printed = rule_answers(tree.export_text(), columns(rows)).astype(float)
        assert_same(printed, tree.predict(rows))
    for network in (two, three):
        tree = skinterp.TreeSurrogateClassifier(network, **options).fit(X)
        text = "\n".join(line.split(" (")[0] for line in tree.export_text().split("\n"))
        assert np.array_equal(rule_answers(text, columns(X)), tree.predict(X))
        assert_agree(rule_answers(text, columns(new)), tree.predict(new))


def test_exact_trees_and_pruned_networks(table):
    X = drawn(*table, n=300)
    here = columns(X)
    frame = pd.DataFrame(X, columns=NAMES)
    net = trained(*table, MLPRegressor, X)
    tree = skinterp.ExactTreeRegressor(net).fit(frame)
    assert_same(leaf_values(tree.export_text(max_depth=None), here)[:, 0], tree.predict(frame))
    pruned = skinterp.PrunedMLPRegressor(net, n_tuning_steps=5, random_state=0).fit(frame)
    assert_same(network_values(pruned.export_text(), here)[:, 0], pruned.predict(frame))
    net = trained(*table, MLPClassifier, X)
    tree = skinterp.ExactTreeClassifier(net).fit(frame)
    logits = leaf_values(tree.export_text(max_depth=None), here)[:, 0]
    assert_agree(logits > 0, tree.predict(frame))


FORMULAS = [
    "((x0 - {m})/{s})**2 + 0.1",
    "sin((x0 - {m})/{s}) - 0.25*x2/{s}",
    "exp(-((x0 - {m})/{s})**2) + 2.5",
    "log((x0 - {m})/{s} + 1000)*1e-7",
    "((x0 - {m})/{s} + 7)**1.2345678",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_of_constants_in_any_place(table, formula):
    X, new = drawn(*table), drawn(*table, n=2000, seed=1)
    here, (mean, spread) = columns(new), place(*table)
    formula = formula.format(
        m=f"({float(mean[0] + 0.012345678 * spread[0])!r})", s=float(1.2345678 * spread[0])
    )
    equation = Equation(parse(formula), NAMES).shown_on(X)
    assert_same(formula_values(str(equation), here), equation.predict(new))
    assert_same(latex_values(equation.to_latex(), here), equation.predict(new))
    threshold = float(np.median(equation.predict(X)))
    equation = Equation(equation.expression, NAMES, threshold).shown_on(X)
    assert_agree(decided(equation.format(), here), equation.predict(new))
    assert_agree(decided(equation.format(digits=1), columns(X)), equation.predict(X))


def test_equations_found_by_the_search():
    X = drawn(3e5, 1.0)
    mean, spread = place(3e5, 1.0)
    network = as_network(lambda X: ((X - mean) / spread)[:, 0] ** 2, n_features_in=3)
    with ignore_warnings():
        found = skinterp.SymbolicSurrogateRegressor(network, random_state=0, time_budget=2).fit(X)
    here = dict(zip(["x0", "x1", "x2"], X.T))
    assert_same(formula_values(str(found.equation_), here), found.predict(X))
    assert_same(formula_values(found.export_text(), here), found.predict(X))
    for candidate in found.front_:
        printed = formula_values(candidate.formula(["x0", "x1", "x2"]), here)
        assert_same(printed, candidate.expression.evaluate(X))


def test_inequalities_of_regions_hold_where_they_are_said_to(table):
    X = drawn(*table, n=200)
    frame = pd.DataFrame(X, columns=NAMES)
    regions = LinearRegions(trained(*table, MLPRegressor, X)).fit(frame)
    new = columns(drawn(*table, n=2000, seed=1))
    for region in range(min(3, regions.n_regions_)):
        inequalities = regions.inequalities(region)
        printed = [decided(line, new) for line in str(inequalities).split("\n")]
        inside = inequalities.contains(np.column_stack([*new.values()]))
        assert np.mean(np.all(printed, axis=0) == inside) >= 0.999


def test_a_linear_unit_is_described_in_digits_that_keep_it(table):
    rows = drawn(*table)
    mean, spread = place(*table)
    coef = np.array([1.234567, -0.7654321, 0.5]) / spread
    description = LinearDescription(tuple(NAMES), coef, coef, float(-coef @ mean), 1.0)
    text = str(replace(description, spread=ColumnSpread.of(rows)))
    formula = text.removeprefix("linear: ").split(" (R2")[0]
    assert_same(formula_values(formula, columns(rows)), (rows - mean) @ coef)


@pytest.mark.parametrize(("offset", "unit"), [(0.0, 1.0), (-122.42, 0.03), (101325.0, 40.0)])
def test_other_writings_rivals_and_ties_decide_as_printed(offset, unit):
    Z = np.random.default_rng(0).normal(size=(400, 3))
    X = pd.DataFrame(Z, columns=list("abc"))
    X[["a", "b"]] = offset + unit * X[["a", "b"]]
    y = Z[:, 0] - 0.8 * Z[:, 1] > 0.2 * Z[:, 2] ** 2
    model = MLPClassifier((10,), solver="lbfgs", alpha=0.01, max_iter=2000, random_state=0)
    network = make_pipeline(StandardScaler(), model).fit(X, y)
    options = {"n_points": 100, "random_state": 0}
    surrogate = skinterp.SymbolicSurrogateClassifier(network, **options).fit(X, y)
    columns, front, writings = dict(X.items()), surrogate.front_, surrogate.equation_.writings
    assert len(writings) > 3
    for k, writing in enumerate(writings):
        printed = decided(writings.text(k), columns)
        assert np.mean(printed == writing.decide(X.to_numpy())) >= 0.999
    tie = front.compare(0, len(front) - 1, X)
    for text, candidate in zip(tie.formulas, (front[0], front[len(front) - 1]), strict=True):
        values = candidate.expression.evaluate(X.to_numpy())
        answers = (
            values > candidate.threshold if candidate.greater else values < candidate.threshold
        )
        assert np.mean(decided(text, columns) == answers) >= 0.999
    for part in tie.experiment_text.split(", "):
        name, number = part.split(" = ")
        j = list(columns).index(name)
        assert abs(float(number) - tie.experiment[j]) <= 0.02 * columns[name].std()
    for text, accuracy in zip(front.by_labels.formulas, front.by_labels.accuracy, strict=True):
        assert np.mean(decided(text, columns) == y) == pytest.approx(accuracy, abs=0.002)
