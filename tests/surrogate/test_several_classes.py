"""Equations of several classes: one each, one for every pair, linear ones of all together."""

import numpy as np
import pytest
from scipy.special import softmax

from skinterp import SymbolicSurrogateClassifier
from skinterp.display import LinkDisplay
from skinterp.network import as_network
from skinterp.search._linear_path import is_linear
from skinterp.surrogate._class_scores import class_scores, linear_class_scores, score_shares
from skinterp.surrogate._several_classes import (
    Judge,
    joint_linear,
    one_vs_one,
    one_vs_rest,
    terms_of,
)

QUICK = {"operators": ["add", "sub", "mul"], "n_points": 60, "random_state": 0}
ROWS = np.random.RandomState(0).normal(size=(500, 3))
NAMES = ["a", "b", "c"]


def network_of(logits, classes=NAMES):
    return as_network(logits, n_features_in=3, classes=list(classes))


def of_products(X):
    """Return logits of which each pair differs by less than each from the rest."""
    return 6 * np.stack([X[:, 0] * X[:, 1], X[:, 2], np.zeros(len(X))], axis=1)


def of_a_plane(n_classes):
    """Return logits that are linear: directions of a circle."""
    angles = 2 * np.pi * np.arange(n_classes) / n_classes
    slopes = np.stack([np.cos(angles), np.sin(angles), 0.3 * np.cos(2 * angles)])
    return lambda X: 5 * X @ slopes


@pytest.mark.parametrize("n_classes", [3, 4, 6])
def test_the_mean_of_differences_is_the_centred_logit(n_classes):
    logits = np.random.RandomState(1).normal(size=(50, n_classes))
    network = as_network(lambda X: X, n_features_in=n_classes, classes=list(range(n_classes)))
    questions = one_vs_one(network, list(range(n_classes)))
    differences = np.stack([q.view.value(logits) for q in questions], axis=1)
    scores = differences @ score_shares([q.sides for q in questions], n_classes)
    np.testing.assert_allclose(scores, logits - logits.mean(axis=1, keepdims=True), atol=1e-12)


def test_questions_say_what_they_decide():
    network = network_of(of_products)
    rest, pairs = one_vs_rest(network, NAMES), one_vs_one(network, NAMES)
    assert [q.classes for q in rest] == [(f"not {n}", n) for n in NAMES]
    assert [q.sides for q in pairs] == [(1, 0), (2, 0), (2, 1)]
    assert pairs[0].classes == ("a rather than b", "b rather than a")
    answers = np.array(["a", "b", "c", "a"])
    concerned = pairs[1].concerns(np.array(NAMES), answers)
    assert concerned.tolist() == [True, False, True, True]
    assert rest[1].concerns(np.array(NAMES), answers).all()


def test_scores_of_pairs_have_the_probabilities():
    X = np.random.RandomState(2).normal(size=(3000, 3))
    logits = of_products(X) / 3
    sides = [(1, 0), (2, 0), (2, 1)]
    values = np.stack([logits[:, i] - logits[:, j] for i, j in sides], axis=1) ** 3
    p = softmax(logits, axis=1)
    found = softmax(class_scores(values, p, sides).of(values), axis=1)
    assert np.abs(found - p).mean() < 0.03
    assert np.mean(found.argmax(axis=1) == p.argmax(axis=1)) > 0.97


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_linear_scores_do_not_depend_on_the_scale_of_formulas(unit):
    X = np.random.RandomState(3).normal(size=(2000, 3))
    logits = of_a_plane(4)(X) / 5
    logits -= logits.mean(axis=1, keepdims=True)
    p = softmax(logits, axis=1)
    values = logits * unit * np.array([1.0, 2.0, -3.0, 0.5]) + 7 * unit
    scores = linear_class_scores(values, logits, p)
    np.testing.assert_allclose(softmax(scores.of(values), axis=1), p, atol=2e-3)
    far = linear_class_scores(values, logits, p).of(values * 5)
    assert np.ptp(far, axis=0).min() > np.ptp(scores.of(values), axis=0).min()


def test_joint_linear_logits_take_no_more_inputs_than_they_need():
    X = np.random.RandomState(4).normal(size=(1500, 5))
    logits = X[:, [1, 3]] @ np.array([[4.0, -2.0, 0.0], [1.0, 3.0, -2.0]])
    classes = np.array(["u", "v", "w"])
    answers = classes[logits.argmax(axis=1)]
    inputs, slopes = joint_linear(X, softmax(logits, axis=1), X, answers, classes, 5)
    assert inputs.tolist() == [1, 3]
    centred = np.array([[4.0, -2.0, 0.0], [1.0, 3.0, -2.0]])
    centred -= centred.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(slopes.T, centred, rtol=0.1, atol=0.1)


def test_a_rival_must_gain_and_may_not_deny_labels():
    network = network_of(of_products)
    right, flat = of_products, lambda X: np.tile([1.0, 0.0, 0.0], (len(X), 1))
    judge = Judge(network, ROWS, ROWS, None)
    assert judge.prefers(right, flat)
    assert not judge.prefers(flat, right) and not judge.prefers(right, right)
    always_a = judge._replace(y=np.full(len(ROWS), "a"))
    assert not always_a.prefers(right, flat)


def test_linear_equations_of_all_classes_are_taken_where_they_are_better():
    network = network_of(of_a_plane(4), "uvwx")
    options = {**QUICK, "max_complexity": 9, "n_points": 40}
    surrogate = SymbolicSurrogateClassifier(network, **options).fit(ROWS)
    assert np.mean(surrogate.predict(ROWS) == network.predict(ROWS)) > 0.98
    for front, equation in zip(surrogate.fronts_, surrogate.equations_, strict=True):
        assert is_linear(front.selected.expression) and front.selected.cost <= 9
        assert sum(c.selected for c in front) == 1
        values = front.selected.expression.evaluate(ROWS)
        assert abs(np.corrcoef(values, equation.values(ROWS))[0, 1]) > 1 - 1e-9


def test_what_hardly_counts_is_left_out():
    terms, slopes = terms_of(np.array([4, 7, 9]), np.array([2.0, 1e-5, -3e9]), [1.0, 1.0, 1e-9])
    assert [str(term) for term in terms] == ["x4", "x9"] and slopes.tolist() == [2.0, -3e9]


@pytest.fixture(scope="module")
def paired():
    network = network_of(of_products)
    options = {"multiclass": "ovo", "max_complexity": 9, **QUICK}
    return SymbolicSurrogateClassifier(network, **options).fit(ROWS)


def test_pairs_answer_as_the_network_does(paired):
    new = np.random.RandomState(9).normal(size=(500, 3))
    assert paired.sides_ == ((1, 0), (2, 0), (2, 1))
    assert np.mean(paired.predict(new) == paired.network_.predict(new)) > 0.95
    assert paired.predict_proba(new).shape == (500, 3)
    assert len(paired.fronts_) == len(paired.equations_) == 3


def test_pairs_say_which_class_is_told_from_which(paired):
    lines = paired.export_text().splitlines()
    assert lines[0].startswith("b rather than a if ")
    assert lines[2].startswith("c rather than b if ")


def test_the_link_of_a_pair_is_drawn_against_its_difference(paired):
    display = LinkDisplay.from_estimator(paired, ROWS, k=2)
    expected = paired.network_.difference(2, 1).value(ROWS)
    np.testing.assert_allclose(display.output, expected)


def test_labels_of_pairs_are_those_of_their_rows():
    network = network_of(of_products)
    options = {"multiclass": "ovo", "max_complexity": 9, **QUICK}
    surrogate = SymbolicSurrogateClassifier(network, **options)
    surrogate.fit(ROWS, network.predict(ROWS))
    assert np.mean(surrogate.predict(ROWS) == network.predict(ROWS)) > 0.95


def test_the_choice_is_named_when_it_is_none():
    surrogate = SymbolicSurrogateClassifier(network_of(of_products), multiclass="pairs")
    with pytest.raises(ValueError, match=r"'multiclass' parameter .* must be a str among"):
        surrogate.fit(ROWS)
