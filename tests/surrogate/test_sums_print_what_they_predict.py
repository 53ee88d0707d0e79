"""Hinges, additive forms, sums of trees and tables of rules answer as they are printed."""

import ctypes
import re

import numpy as np
import pytest
from printed_readers import decided, formula_values, latex_values, linear_values, rule_answers
from run_exports import compile_c, run_c, run_python, run_sql, run_sql_values
from test_printed_is_predicted import (
    NAMES,
    TABLES,
    assert_agree,
    assert_same,
    columns,
    drawn,
    networks,
)

import skinterp

CLASSES = np.array(["u", "v", "w"])


@pytest.fixture(params=TABLES, ids=lambda table: f"{table[0]:g}-{table[1]:g}")
def table(request):
    return request.param


def latex_hinges(text, rows):
    """Compute LaTeX in which maxima may stand within maxima."""
    for old, new in (("\\left", ""), ("\\right", ""), ("\\max", "max"), ("\\ ", "")):
        text = text.replace(old, new)
    return latex_values(text, rows)


def tree_sum_values(text, rows):
    """Compute the sum of trees printed one below the other."""
    total = 0.0
    for tree in re.split(r"^tree \d+\n", text, flags=re.MULTILINE)[1:]:
        answers = rule_answers(tree.strip("\n"), rows)
        total = total + np.array([[float(v) for v in a.split(", ")] for a in answers])
    return total


@pytest.fixture
def rows(table):
    """The rows of the fit, and others."""
    return drawn(*table), drawn(*table, n=1000, seed=1)


def test_hinges(table, rows):
    X, new = rows
    values, two, three = networks(*table)
    options = {"n_queries": 1000, "random_state": 0}
    hinges = skinterp.HingeSurrogateRegressor(values, **options).fit(X)
    for each in (X, new):
        here, predicted = columns(each), hinges.predict(each)
        assert_same(linear_values(hinges.export_text(), here)[:, 0], predicted)
        assert_same(formula_values(str(hinges.equation_), here), predicted)
        assert_same(latex_hinges(hinges.equation_.to_latex(), here), predicted)
    hinges = skinterp.HingeSurrogateClassifier(two, **options).fit(X)
    for each in (X, new):
        here, predicted = columns(each), hinges.predict(each) == "yes"
        assert_agree(linear_values(hinges.export_text(), here)[:, 0] > 0, predicted)
        assert_agree(decided(hinges.equation_.format(), here), predicted)
    hinges = skinterp.HingeSurrogateClassifier(three, **options).fit(X)
    scores = linear_values(hinges.export_text(), columns(new))
    assert_agree(CLASSES[scores.argmax(axis=1)], hinges.predict(new))


def test_additive_forms(table, rows):
    X, new = rows
    values, two, _ = networks(*table)
    options = {"n_queries": 1000, "n_knots": 5, "random_state": 0}
    additive = skinterp.AdditiveSurrogateRegressor(values, **options).fit(X)
    assert_same(formula_values(str(additive.equation_), columns(new)), additive.predict(new))
    additive = skinterp.AdditiveSurrogateClassifier(two, **options).fit(X)
    yes = additive.predict(new) == "yes"
    assert_agree(decided(additive.equation_.format(), columns(new)), yes)


def test_the_values_of_an_additive_form_are_those_of_its_profiles(table, rows):
    X, _ = rows
    additive = skinterp.AdditiveSurrogateRegressor(
        networks(*table)[0], n_queries=1000, n_knots=5, random_state=0
    ).fit(X)
    line = r"f\((\w+)\), (\d+)% of the variance: (.*)"
    found = re.findall(line, additive.export_text())
    assert sorted(name for name, *_ in found) == ["a", "b", "t"]
    assert abs(sum(int(share) for _, share, _ in found) - 100) <= 2
    base = np.median(X, axis=0)
    for name, _, listed in found:
        j = ["t", "a", "b"].index(name)
        heights, places = zip(*(part.split(" at ") for part in listed.split(", ")), strict=True)
        at = np.tile(base, (len(places), 1))
        at[:, j] = [float(place) for place in places]
        predicted = additive.predict(at)
        heights = np.array([float(height) for height in heights])
        steps = np.ptp(heights - heights[0] - (predicted - predicted[0]))
        assert steps <= 0.02 * np.ptp(predicted) + 1e-9 * np.abs(predicted).max()


def test_sums_of_trees(table, rows):
    X, new = rows
    values, two, three = networks(*table)
    options = {"n_trees": 3, "max_leaf_nodes": 8, "n_queries": 1000, "random_state": 0}
    trees = skinterp.TreeSurrogateRegressor(values, **options).fit(X)
    for each in (X, new):
        printed = tree_sum_values(trees.export_text(), columns(each))[:, 0]
        assert_same(printed, trees.predict(each))
    trees = skinterp.TreeSurrogateClassifier(two, **options).fit(X)
    printed = tree_sum_values(trees.export_text(), columns(new))[:, 0] > 0
    assert_agree(printed, trees.predict(new) == "yes")
    trees = skinterp.TreeSurrogateClassifier(three, **options).fit(X)
    printed = tree_sum_values(trees.export_text(), columns(new))
    assert_agree(CLASSES[printed.argmax(axis=1)], trees.predict(new))


def test_tables_of_rules(table, rows):
    X, new = rows
    _, two, three = networks(*table)
    for network in (two, three):
        tree = skinterp.TreeSurrogateClassifier(
            network, max_leaf_nodes=6, n_queries=1000, random_state=0
        ).fit(X)
        here, answers = columns(new), np.full(len(new), None, dtype=object)
        for rule in tree.rules_.to_frame().itertuples():
            holds = [decided(condition, here) for condition in rule[1].split(" and ")]
            meant = np.all(holds, axis=0)
            assert not any(answers[meant])  # each row meets one rule
            answers[meant] = rule.then
        assert_agree(answers, tree.predict(new))


SUMS = {"Hinge": {}, "Additive": {"n_knots": 5}, "Tree": {"n_trees": 3, "max_leaf_nodes": 8}}


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("place", [(0.0, 1.0), (3e5, 1e-12), (1e9, 1e12)])
def test_code_of_all_sums(place, name, tmp_path):
    X, new = drawn(*place), drawn(*place, n=300, seed=1)
    values, two, three = networks(*place)
    options = {"n_queries": 500, "random_state": 0, **SUMS[name]}
    regressor = getattr(skinterp, f"{name}SurrogateRegressor")(values, **options).fit(X)
    written, predicted = getattr(regressor, "equation_", regressor), regressor.predict(new)
    assert_same(run_python(written.to_python())["predict"](new), predicted)
    assert_same(run_sql_values(written.to_sql(), NAMES, new), predicted)
    assert_same(run_c(compile_c(written.to_c(), tmp_path), "predict", new), predicted)
    for network in (two, three) if name == "Tree" else (two,):
        classifier = getattr(skinterp, f"{name}SurrogateClassifier")(network, **options).fit(X)
        written, predicted = getattr(classifier, "equation_", classifier), classifier.predict(new)
        assert_agree(run_python(written.to_python())["predict"](new), predicted)
        assert_agree(run_sql(written.to_sql(), NAMES, new), predicted)
        index = run_c(compile_c(written.to_c(), tmp_path), "predict", new, ctypes.c_int)
        assert_agree(classifier.classes_[index], predicted)
