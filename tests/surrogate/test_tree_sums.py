"""Sums of trees, and rules as a table."""

import numpy as np
import pytest
from mixed_tables import mixed_model, mixed_table
from run_exports import run_sql
from sklearn.utils._param_validation import InvalidParameterError
from surrogate_pool import NAMES, fitted, frame, rows

from skinterp import TreeSurrogateClassifier, TreeSurrogateRegressor, fidelity_score

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


def steps(X):
    """Compute a sum of three steps, which one small tree cannot hold."""
    return (X > [0.2, -0.1, 0.4]).astype(float) @ [1.0, 2.0, -1.5]


def surrogate(task, **options):
    kind = TreeSurrogateRegressor if task in ("regression", "multioutput") else None
    kind = kind or TreeSurrogateClassifier
    return kind(fitted(task, frame()), n_queries=300, random_state=0, **options)


def test_a_sum_of_steps_needs_fewer_splits_as_a_sum():
    X = np.random.RandomState(0).uniform(-1, 1, (900, 3))
    options = {"max_leaf_nodes": 6, "n_queries": 500, "random_state": 0}
    one = TreeSurrogateRegressor(steps, **options).fit(X[:500])
    three = TreeSurrogateRegressor(steps, n_trees=3, **options).fit(X[:500])
    assert three.n_leaves_ == 6 and len(three.trees_) == 3 and three.complexity_ == 9
    assert fidelity_score(three, X[500:]) > 0.98 > fidelity_score(one, X[500:]) + 0.02


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression", "multioutput"])
def test_all_that_a_tree_has_a_sum_has(task):
    X = frame()
    trees = surrogate(task, n_trees=3, max_leaf_nodes=9).fit(X)
    assert trees.n_leaves_ <= 9 and 1 <= len(trees.trees_) <= 3
    assert trees.apply(X).shape == (len(X), len(trees.trees_))
    assert abs(trees.feature_importances_.sum() - 1) < 1e-9
    assert f"the sum of {len(trees.trees_)} trees" in trees.export_text()
    assert len(trees.displays()) == len(trees.trees_)
    trees.displays()[0].plot()
    assert len(trees.rules_) == trees.n_leaves_
    if task == "multioutput":
        with pytest.raises(ValueError, match=r"Code has one answer\. Got a sum of trees of 2"):
            trees.to_sql()
    if task in ("binary", "multiclass"):
        np.testing.assert_allclose(trees.predict_proba(X).sum(axis=1), 1.0)
        assert (trees.classes_[trees.predict_proba(X).argmax(axis=1)] == trees.predict(X)).all()


def test_a_leaf_of_a_sum_holds_enough_points_and_depth_is_bounded():
    options = {"n_trees": 4, "max_leaf_nodes": None, "min_samples_leaf": 40, "max_depth": 2}
    trees = surrogate("regression", **options).fit(frame())
    leaves = trees.apply(frame())
    assert all(max(tree.depth) <= 2 for tree in trees.trees_)
    assert leaves.shape[1] == len(trees.trees_) <= 4


@pytest.mark.parametrize("n_trees", [0, -1, 1.5])
def test_a_number_of_trees_is_needed(n_trees):
    with pytest.raises(InvalidParameterError, match="n_trees"):
        surrogate("binary", n_trees=n_trees).fit(frame())


def test_a_constant_network_is_one_leaf():
    trees = TreeSurrogateRegressor(lambda X: np.full(len(X), 2.5), n_trees=3, n_queries=10)
    trees.fit(rows())
    assert trees.n_leaves_ == trees.complexity_ == 1
    np.testing.assert_allclose(trees.predict(rows()), 2.5)


@pytest.mark.parametrize("n_trees", [1, 3])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_rules_as_sql_answer_as_the_trees(task, n_trees):
    X = frame()
    trees = surrogate(task, n_trees=n_trees, max_leaf_nodes=8).fit(X)
    found = run_sql(trees.rules_.to_sql(), NAMES, X)
    if task == "regression":
        np.testing.assert_allclose(found, trees.predict(X), rtol=1e-9)
    else:
        assert found == trees.predict(X).tolist()


def test_rules_are_short_disjoint_and_measured():
    X = frame()
    tree = surrogate("multiclass", max_leaf_nodes=8).fit(X)
    rules = tree.rules_
    lengths = [len(rule.conditions) for rule in rules]
    assert lengths == sorted(lengths) and len(rules) == tree.n_leaves_
    assert abs(sum(rule.support for rule in rules) - 1) < 1e-9
    assert all(1 / 3 <= rule.precision <= 1 for rule in rules)
    for rule in rules:
        sides = [(test.column, holds) for test, holds in rule.conditions]
        assert len(sides) == len(set(sides))
    held = sum(np.array(run_sql(f"({rule.to_sql()})", NAMES, X)) for rule in rules)
    assert (held == 1).all()
    assert list(rules.to_frame().columns) == ["if", "then", "support", "precision"]
    assert str(rules).splitlines()[0].split() == ["if", "then", "support", "precision"]


def test_rules_of_categories_name_sets_of_levels():
    table = mixed_table()
    tree = TreeSurrogateClassifier(mixed_model(table), n_queries=500, random_state=0).fit(table)
    texts = [rule.text() for rule in tree.rules_]
    assert any(" in {" in text for text in texts)
