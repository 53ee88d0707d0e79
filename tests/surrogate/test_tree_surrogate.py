"""Trees: grown on the network's answers, to the data and to queries."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from surrogate_pool import LABELS, NAMES, fitted, frame, rows

from skinterp import TreeSurrogateClassifier, TreeSurrogateRegressor, as_network, fidelity_score
from skinterp.surrogate._asked import with_queries

KINDS = [
    (TreeSurrogateClassifier, "binary"),
    (TreeSurrogateClassifier, "multiclass"),
    (TreeSurrogateRegressor, "regression"),
    (TreeSurrogateRegressor, "multioutput"),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind[1])
def kind(request):
    return request.param


def test_without_queries_it_is_scikit_learns_tree_on_the_networks_answers(kind):
    surrogate, task = kind
    X, model = rows(), fitted(task)
    oracle = (
        DecisionTreeRegressor if surrogate is TreeSurrogateRegressor else DecisionTreeClassifier
    )
    oracle = oracle(max_leaf_nodes=7, min_samples_leaf=5, random_state=0).fit(X, model.predict(X))
    tree = surrogate(model, max_leaf_nodes=7, n_queries=0, random_state=0).fit(X)
    new = rows(seed=1)
    np.testing.assert_allclose(tree.tree_.tree_.threshold, oracle.tree_.threshold, rtol=1e-6)
    if task == "regression":
        np.testing.assert_allclose(tree.predict(new), oracle.predict(new), rtol=1e-9)
        np.testing.assert_allclose(tree.feature_importances_, oracle.feature_importances_)
    elif surrogate is TreeSurrogateClassifier:
        np.testing.assert_array_equal(tree.predict(new), oracle.predict(new))
        np.testing.assert_array_equal(tree.predict_proba(new), oracle.predict_proba(new))
    np.testing.assert_array_equal(tree.apply(new), oracle.apply(new))


def test_enough_leaves_reproduce_the_network_on_the_data(kind):
    surrogate, task = kind
    X, model = rows(), fitted(task)
    tree = surrogate(model, max_leaf_nodes=None, min_samples_leaf=1, n_queries=500, random_state=0)
    tree.fit(X)
    answers = as_network(model).predict(X)
    if surrogate is TreeSurrogateClassifier:
        np.testing.assert_array_equal(tree.predict(X), answers)
    else:
        np.testing.assert_allclose(tree.predict(X), answers, rtol=1e-9)
    assert fidelity_score(tree, X) == pytest.approx(1.0)


def test_size_is_bounded(kind):
    surrogate, task = kind
    model, X = fitted(task), rows()
    for n in (2, 5, 11):
        tree = surrogate(model, max_leaf_nodes=n, n_queries=500, random_state=0).fit(X)
        assert tree.n_leaves_ == tree.tree_.get_n_leaves() == len(np.unique(tree.apply(X))) == n
    assert surrogate(model, max_depth=2, n_queries=500).fit(X).tree_.get_depth() == 2
    assert surrogate(model).fit(X).n_leaves_ == 16


def test_leaves_hold_enough_points():
    tree = TreeSurrogateClassifier(
        fitted("multiclass"), min_samples_leaf=90, n_queries=500, random_state=0
    ).fit(rows())
    nodes = tree.tree_.tree_
    assert nodes.n_node_samples[nodes.children_left == -1].min() >= 90
    assert nodes.n_node_samples[0] == 700


def test_queries_raise_the_fidelity_on_new_rows(kind):
    surrogate, task = kind
    model, new = fitted(task), rows(2000, seed=1)
    X = rows(60, seed=2)
    scores = [
        np.mean(
            [
                fidelity_score(surrogate(model, n_queries=n, random_state=seed).fit(X), new)
                for seed in range(3)
            ]
        )
        for n in (0, 3000)
    ]
    assert scores[1] > scores[0] + 0.02


def test_queries_weigh_as_much_as_the_mean_row():
    X, weight = rows(), np.linspace(0.5, 3.0, 200)
    points, weights = with_queries(X, weight, 30, np.random.RandomState(0))
    assert points.shape == (230, 4)
    np.testing.assert_array_equal(points[:200], X)
    np.testing.assert_array_equal(weights[:200], weight)
    np.testing.assert_allclose(weights[200:], weight.mean())


def test_rows_of_weight_zero_are_left_out(kind):
    surrogate, task = kind
    X, model = rows(), fitted(task)
    weight = (np.arange(len(X)) % 3 > 0).astype(float)
    tree = surrogate(model, n_queries=200, random_state=0)
    some = tree.fit(X, sample_weight=weight).export_text(17)
    assert tree.fit(X[weight > 0]).export_text(17) == some
    assert tree.fit(X, sample_weight=8.0 * weight).export_text(17) == some
    assert tree.fit(X).export_text(17) != some


def test_weights_move_the_splits():
    X = np.linspace(-1, 1, 400).reshape(-1, 1)
    network = as_network(lambda X: X[:, 0] ** 3)
    tree = TreeSurrogateRegressor(network, max_leaf_nodes=2, n_queries=0)
    heavy = np.where(X[:, 0] > 0.5, 100.0, 1.0)
    cut = tree.fit(X).tree_.tree_.threshold[0]
    assert abs(cut) < 0.8
    assert tree.fit(X, sample_weight=heavy).tree_.tree_.threshold[0] > 0.5
    assert tree.fit(X, sample_weight=heavy[::-1]).tree_.tree_.threshold[0] < -0.5


def test_probabilities_are_the_shares_of_the_networks_classes():
    X, model = rows(), fitted("multiclass")
    tree = TreeSurrogateClassifier(model, max_leaf_nodes=4, n_queries=0).fit(X)
    probabilities, leaves, answers = tree.predict_proba(X), tree.apply(X), model.predict(X)
    for leaf in np.unique(leaves):
        shares = [np.mean(answers[leaves == leaf] == label) for label in LABELS]
        expected = np.tile(shares, ((leaves == leaf).sum(), 1))
        np.testing.assert_allclose(probabilities[leaves == leaf], expected)


def test_classes_that_are_never_answered_keep_their_column():
    X = rows()
    labels = ["never", "low", "high"]
    network = as_network(
        lambda X: np.column_stack([np.full(len(X), -1e6), -X[:, 1], X[:, 1]]), classes=labels
    )
    tree = TreeSurrogateClassifier(network, n_queries=100, random_state=0).fit(X)
    assert tree.classes_.tolist() == labels
    probabilities = tree.predict_proba(X)
    assert (probabilities[:, 0] == 0.0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(tree.classes_[probabilities.argmax(axis=1)], tree.predict(X))
    assert tree.score(X, np.where(X[:, 1] > 0, "high", "low")) == 1.0


@pytest.mark.parametrize("labels", [[1, 0], [False, True], ["no", "yes"], [-1.0, 1.0]])
def test_labels_are_those_of_the_network(labels):
    X = rows()
    network = as_network(lambda X: X[:, 1], classes=labels)
    tree = TreeSurrogateClassifier(network, n_queries=100).fit(X)
    np.testing.assert_array_equal(tree.predict(X), network.predict(X))
    assert tree.predict(X).dtype == np.asarray(labels).dtype


def test_one_class_gives_a_leaf_and_a_warning():
    network = as_network(lambda X: 1.0 + 0.0 * X[:, 0], classes=["no", "yes"])
    with pytest.warns(UserWarning, match="answers with one class, 'yes', at all 250 points"):
        tree = TreeSurrogateClassifier(network, n_queries=50).fit(rows())
    assert tree.complexity_ == 1
    assert tree.export_text() == "yes"
    assert (tree.predict(rows()) == "yes").all()
    np.testing.assert_array_equal(tree.predict_proba(rows()), np.tile([0.0, 1.0], (200, 1)))


def test_the_warning_points_at_the_users_line():
    network = as_network(lambda X: 1.0 + 0.0 * X[:, 0], classes=["no", "yes"])
    with pytest.warns(UserWarning) as caught:
        TreeSurrogateClassifier(network, n_queries=50).fit(rows())
    assert caught[0].filename == __file__


def test_constant_columns_are_never_split_on():
    X = np.column_stack([rows(), np.full(200, 3.0)])
    network = as_network(lambda X: X[:, 1] * X[:, 4], classes=[0, 1])
    tree = TreeSurrogateClassifier(network).fit(X)
    assert tree.feature_importances_[4] == 0.0
    assert tree.feature_importances_.sum() == pytest.approx(1.0)


def test_few_rows_are_enough():
    network = as_network(lambda X: X[:, 0], classes=[0, 1])
    tree = TreeSurrogateClassifier(network, random_state=0).fit([[-1.0], [1.0]])
    assert tree.predict([[-3.0], [3.0]]).tolist() == [0, 1]


def test_rules_read_as_the_tree_decides(kind):
    surrogate, task = kind
    X = frame()
    tree = surrogate(fitted(task, X), max_leaf_nodes=6, n_queries=200, random_state=0).fit(X)
    lines = tree.export_text(digits=17).splitlines()
    assert len(lines) == 2 * (tree.n_leaves_ - 1)
    for (_, row), predicted in zip(X.head(40).iterrows(), tree.predict(X.head(40))):
        answer = follow(lines, row)
        if surrogate is TreeSurrogateClassifier:
            assert answer.split(" (")[0] == predicted
        else:
            numbers = [float(number) for number in answer.split(", ")]
            np.testing.assert_allclose(numbers, np.atleast_1d(predicted), rtol=1e-12)


def follow(lines, row):
    """Follow printed rules for a row and return the answer: an independent reader."""
    depth = 0
    for line in lines:
        bars = line.count("|   ")
        if bars != depth:
            continue
        condition, _, answer = line.replace("|   ", "").partition(": ")
        operator = " <= " if " <= " in condition else " > "
        name, cut = condition.split(operator)
        value = float(np.float32(row[name]))
        if value <= float(cut) if operator == " <= " else value > float(cut):
            if answer:
                return answer
            depth += 1
    raise AssertionError("no rule applies")


def test_rules_use_the_users_names_and_labels():
    X = frame()
    text = TreeSurrogateClassifier(fitted("multiclass", X), random_state=0).fit(X).export_text()
    assert all(any(name in line for name in NAMES) for line in text.splitlines())
    assert all(label in text for label in LABELS)
