"""Scores of several classes: monotone functions of one formula each, calibrated together."""

import warnings

import numpy as np
import pytest
from scipy.special import softmax

from skinterp import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor
from skinterp.network import as_network
from skinterp.search import elbow
from skinterp.surrogate._class_scores import class_scores, joint_calibration, unanswered

QUICK = {"operators": ["add", "sub", "mul"], "n_points": 40, "max_complexity": 9}
ROWS = np.random.RandomState(0).normal(size=(400, 3))


def rare_logits(X):
    """Return saturated logits of three classes, of which one is answered nearly always."""
    return 40 * np.stack([np.full(len(X), 2.5), X[:, 0] + X[:, 1], 2 * X[:, 2]], axis=1)


@pytest.fixture(scope="module")
def rare():
    """Return a fitted surrogate of these classes."""
    network = as_network(rare_logits, n_features_in=3, classes=["a", "b", "c"])
    return SymbolicSurrogateClassifier(network, random_state=0, **QUICK).fit(ROWS)


def test_factors_and_shifts_that_made_the_probabilities_are_found():
    rng = np.random.RandomState(1)
    values, factors = 3 * rng.normal(size=(4000, 4)), np.array([0.5, 1.0, 1.5, 0.8])
    shifts = np.array([1.0, -1.0, 0.5, -0.5])
    found = joint_calibration(values, softmax(factors * values + shifts, axis=1))
    np.testing.assert_allclose(found[0], factors, atol=0.05)
    np.testing.assert_allclose(found[1], shifts, atol=0.05)


def test_a_formula_against_its_class_counts_nothing():
    values = np.random.RandomState(0).normal(size=(1000, 3))
    factors, _ = joint_calibration(values, softmax(values * [2.0, -2.0, 2.0], axis=1))
    assert factors[1] == 0.0 < min(factors[0], factors[2])


def test_scores_are_monotone_and_their_softmax_has_the_mean_probabilities():
    rng = np.random.RandomState(0)
    values = rng.normal(size=(2000, 3))
    p = softmax(3 * values * [1.0, -1.0, 1.0] + rng.normal(size=values.shape), axis=1)
    scores = class_scores(values, p)
    steps = np.diff(scores.of(np.sort(values, axis=0)), axis=0)
    assert (steps[:, [0, 2]] >= 0).all() and (steps[:, 1] <= 0).all()
    found = softmax(scores.of(values), axis=1)
    np.testing.assert_allclose(found.mean(axis=0), p.mean(axis=0), atol=0.01)
    assert np.mean(found.argmax(axis=1) == p.argmax(axis=1)) > 0.8


def test_undefined_values_have_a_score():
    values = np.random.RandomState(0).normal(size=(200, 2))
    values[:5, 1] = np.nan
    scores = class_scores(values, softmax(np.nan_to_num(values), axis=1)).of(values)
    assert np.isfinite(scores).all()
    assert len(np.unique(scores[:5, 1])) == 1


def test_classes_that_are_never_answered_are_named_with_their_shares():
    answers, predictions = np.array([0, 0, 1, 2]), np.array([0, 0, 0, 2])
    assert unanswered(np.arange(4), answers, predictions) == [(1, 0.25)]


def test_a_class_that_dominates_does_not_hide_the_others(rare):
    network, new = rare.network_, np.random.RandomState(1).normal(size=(1000, 3))
    answers = network.predict(new)
    commonest = max(np.mean(answers == label) for label in "abc")
    assert 0.8 < commonest < np.mean(rare.predict(new) == answers) - 0.05
    assert set(rare.predict(new)) == set("abc")


def test_the_largest_score_is_the_answer(rare):
    scores = rare.decision_function(ROWS)
    np.testing.assert_array_equal(rare.classes_[scores.argmax(axis=1)], rare.predict(ROWS))
    np.testing.assert_allclose(softmax(scores, axis=1), rare.predict_proba(ROWS))


def test_a_class_that_no_formula_can_tell_is_said_to_go_unanswered():
    network = as_network(
        lambda X: 40 * np.stack([0 * X[:, 0], X[:, 0], np.sin(40 * X[:, 1]) - 0.9], axis=1),
        n_features_in=2,
        classes=["a", "b", "c"],
    )
    surrogate = SymbolicSurrogateClassifier(
        network, random_state=0, **QUICK | {"max_complexity": 3}
    )
    with pytest.warns(UserWarning, match=r"never answer \['c'\]"):
        surrogate.fit(ROWS[:, :2])
    assert any("never answered" in note for note in surrogate.fronts_[2].notes)


def test_an_equation_no_better_than_the_commonest_answer_warns():
    network = as_network(
        lambda X: np.sin(60 * X[:, 0]) * np.cos(50 * X[:, 1]) + 0.1,
        n_features_in=2,
        classes=["off", "on"],
    )
    surrogate = SymbolicSurrogateClassifier(
        network, random_state=0, **QUICK | {"max_complexity": 3}
    )
    with pytest.warns(UserWarning, match="more faithful than the commonest answer"):
        surrogate.fit(ROWS[:, :2])
    assert "no formula found is more faithful than the commonest answer" in surrogate.front_.notes


def follow(X):
    return X[:, 0] + 0.5 * X[:, 1] - 0.3 * X[:, 2]


def test_a_linear_model_is_on_the_front_and_taken_where_the_elbow_is_less_faithful():
    for select in ("auto", "one_se", "accurate"):
        surrogate = SymbolicSurrogateRegressor(follow, random_state=0, select=select, **QUICK)
        front = surrogate.set_params(max_complexity=15).fit(ROWS).front_
        best = max(c.held_fidelity for c in front)
        assert front.selected.held_fidelity >= best - 0.005 > 0.99


def test_the_user_chooses_from_the_front():
    surrogate = SymbolicSurrogateRegressor(follow, random_state=0, **QUICK)
    first = surrogate.set_params(select=lambda candidates: 0).fit(ROWS).front_
    assert first[0].selected
    by_loss = surrogate.set_params(select=lambda candidates: elbow([c.loss for c in candidates]))
    assert by_loss.fit(ROWS).front_.selected.loss <= first[0].loss


@pytest.mark.parametrize("kind", [SymbolicSurrogateClassifier, SymbolicSurrogateRegressor])
def test_unknown_rules_are_refused(kind):
    with pytest.raises(ValueError, match="'select' parameter"):
        kind(follow, select="best").fit(ROWS)


def test_a_choice_that_is_no_index_is_refused():
    surrogate = SymbolicSurrogateRegressor(follow, select=lambda front: front[0], **QUICK)
    with pytest.raises(ValueError, match="select must return the index"):
        surrogate.fit(ROWS)


def test_dependent_inputs_give_a_faithful_equation():
    base = np.random.RandomState(0).normal(size=(300, 2))
    X = np.column_stack([base, base.sum(axis=1)])
    network = as_network(lambda X: 4 * X[:, 2] - 4 * X[:, 0] ** 2, classes=["off", "on"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        surrogate = SymbolicSurrogateClassifier(network, random_state=0, **QUICK).fit(X)
    assert np.mean(surrogate.predict(X) == network.predict(X)) > 0.95
