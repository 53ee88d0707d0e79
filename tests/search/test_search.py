"""The search as a whole: what is found, what is refused, what an interruption leaves."""

import pickle

import numpy as np
import pytest
from search_pool import (
    boundary_problem,
    concept_cosine,
    operators_in,
    searched,
    uniform_rows,
    value_problem,
)

from skinterp.expression import OPERATORS
from skinterp.search import DEFAULT_OPERATORS, Search, SearchSettings, operator_prices
from skinterp.search._problem import guard_rows, linear_loss, rank_inputs

X = uniform_rows(300, 3, 0.5, 2.0)
NAMES = ("a", "b", "c")


def quotient(X):
    return X[:, 0] / X[:, 1] - 1.0


def quotient_gradient(X):
    return np.stack([1 / X[:, 1], -X[:, 0] / X[:, 1] ** 2, 0 * X[:, 0]], axis=1)


@pytest.fixture(scope="module")
def finished():
    """A search of a quotient, among three inputs."""
    return searched(boundary_problem(quotient, X))


def test_the_concept_is_selected(finished):
    selected = finished.front(NAMES).selected
    assert concept_cosine(selected.expression, quotient_gradient, X) > 0.999
    assert selected.expression.variables == (0, 1)
    assert selected.fidelity > 0.99


def test_the_front_is_that_of_all_found(finished):
    front = finished.front(NAMES)
    assert front.feature_names == NAMES
    assert min(c.loss for c in front) <= min(c.loss for c in finished.candidates.values()) + 1e-6
    assert finished.best().expression == front.selected.expression


def test_every_formula_is_defined_on_all_rows_and_within_bounds(finished):
    for candidate in finished.candidates.values():
        assert np.isfinite(candidate.expression.evaluate(X)).all()
        assert candidate.cost <= finished.settings.max_cost
        assert 0.0 <= candidate.loss <= 1.0
        assert 0.0 <= candidate.fidelity <= 1.0
        assert operators_in(candidate.expression) <= {*DEFAULT_OPERATORS, "neg"}


def test_the_loss_on_the_front_is_that_of_the_formula_as_printed(finished):
    for candidate in finished.front(NAMES):
        assert finished.problem.loss(candidate.expression) == pytest.approx(candidate.loss)


@pytest.mark.parametrize("max_cost", [3.0, 8.0])
def test_no_formula_costs_more_than_allowed(max_cost):
    search = searched(boundary_problem(quotient, X, max_cost=max_cost, n_islands=0))
    assert max(c.cost for c in search.candidates.values()) <= max_cost


@pytest.mark.parametrize("operators", [["add", "mul"], ["exp"], ["log"], ["square", "sub"]])
def test_formulas_keep_to_the_operators_allowed(operators):
    search = searched(boundary_problem(quotient, X, operators=operators, n_islands=0))
    used = set().union(*(operators_in(c.expression) for c in search.candidates.values()))
    assert used <= {*operators, "add", "sub", "mul", "neg"}


def test_prices_steer_the_choice():
    costly = searched(
        boundary_problem(quotient, X, operators={"div": 50.0, "log": 1.0}, n_islands=0)
    )
    assert "div" not in operators_in(costly.best().expression)
    cheap = searched(
        boundary_problem(quotient, X, operators={"div": 1.0, "log": 50.0}, n_islands=0)
    )
    assert "log" not in operators_in(cheap.best().expression)


def test_values_are_matched_with_their_intercept():
    problem = value_problem(lambda X: 5 + 2 * X[:, 0] * X[:, 1], X)
    expression = searched(problem).front(NAMES).selected.expression
    np.testing.assert_allclose(expression.evaluate(X), 5 + 2 * X[:, 0] * X[:, 1], rtol=0.01)


def test_the_same_seed_finds_the_same(finished):
    again = searched(boundary_problem(quotient, X))
    assert again.front(NAMES) == finished.front(NAMES)


@pytest.mark.parametrize("stage", ["tuned constants", "evolved terms"])
def test_an_interruption_keeps_what_was_found(interrupt_at, stage):
    interrupt_at(stage)
    # too few operators to be satisfied before the evolution
    problem = boundary_problem(lambda X: X[:, 0] * X[:, 1] - 1, X, operators=["add"])
    search = searched(problem)
    front = search.front(NAMES)
    assert any(note.startswith("interrupted") for note in front.notes)
    assert front.selected.fidelity > 0.8


def test_an_interruption_before_anything_was_found_is_passed_on(interrupt_at):
    interrupt_at("dictionary")
    with pytest.raises(KeyboardInterrupt):
        searched(boundary_problem(quotient, X))


def test_a_deadline_in_the_past_leaves_single_terms_and_a_note():
    search = searched(boundary_problem(quotient, X, deadline=0.0))
    front = search.front(NAMES)
    assert any(note.startswith("time budget") for note in front.notes)
    assert search.settings.should_stop()
    assert not SearchSettings(operator_prices()).should_stop()


def test_every_stage_reports_its_progress_in_a_line():
    told = []
    searched(boundary_problem(quotient, X, n_islands=0, progress=told.append))
    assert len(told) >= 2
    assert all(isinstance(line, str) and "\n" not in line for line in told)


def test_a_search_that_has_not_run_has_no_front():
    search = Search(boundary_problem(quotient, X), noise_floor=0.0, random_state=0)
    with pytest.raises(ValueError, match=r"No formula is defined .* max_complexity=40 .* Allow"):
        search.front(NAMES)


def test_a_limit_too_low_for_any_formula_is_refused():
    # one node is not enough for a formula that falls along its only input
    falling = boundary_problem(lambda X: 1 - X[:, 0], X[:, :1], max_cost=1.0)
    with pytest.raises(ValueError, match=r"No formula is defined .* max_complexity=1 .* Allow"):
        searched(falling)


def test_the_linear_loss_tells_how_far_from_linear():
    line = boundary_problem(lambda X: X[:, 0] - 2 * X[:, 1] + 1, X)
    assert linear_loss(line) < 1e-6
    assert linear_loss(boundary_problem(lambda X: np.cos(4 * X[:, 0]) + X[:, 1] - 1, X)) > 0.1


def test_inputs_are_ranked_by_what_the_field_says():
    problem = boundary_problem(lambda X: 0.2 * X[:, 2] - X[:, 0] + 0.9, X)
    assert rank_inputs(problem.full_field, X) == [0, 2]
    constant = X.copy()
    constant[:, 0] = 1.0
    assert 0 not in rank_inputs(problem.full_field, constant)
    with pytest.raises(ValueError, match="Got constant columns only"):
        rank_inputs(problem.full_field, np.ones_like(X))


def test_guard_rows_hold_the_extremes():
    many = uniform_rows(5000, 3)
    guard = guard_rows(many)
    assert len(guard) < 1500
    np.testing.assert_array_equal(guard.min(axis=0), many.min(axis=0))
    np.testing.assert_array_equal(guard.max(axis=0), many.max(axis=0))
    np.testing.assert_array_equal(guard_rows(many[:5]), many[:5])


def test_a_front_can_be_pickled(finished):
    front = finished.front(NAMES)
    assert pickle.loads(pickle.dumps(front)) == front


def test_default_prices_are_those_of_the_operators():
    prices = operator_prices()
    assert set(prices) == {*DEFAULT_OPERATORS, "neg"}
    assert all(prices[name] == OPERATORS[name].price for name in DEFAULT_OPERATORS)


@pytest.mark.parametrize("operators", [["mul", "sin"], ("mul", "sin"), {"mul", "sin"}])
def test_names_in_any_collection_are_taken(operators):
    assert set(operator_prices(operators)) == {"mul", "sin", "neg"}


def test_given_prices_replace_the_default_ones():
    assert operator_prices({"mul": 2, "neg": 3}) == {"mul": 2.0, "neg": 3.0}


@pytest.mark.parametrize("operators", [[], (), {}, set(), "mul"])
def test_an_empty_set_of_operators_is_refused(operators):
    with pytest.raises(
        ValueError, match=r"operators must be a non-empty .*'sin'.* Got .* instead"
    ):
        operator_prices(operators)


@pytest.mark.parametrize("operators", [["plus"], {"mul": 1, "plus": 1}, [3]])
def test_operators_that_do_not_exist_are_refused(operators):
    with pytest.raises(ValueError, match=r"names out of .*'add'.* Got \['?(plus|3)'?\] instead"):
        operator_prices(operators)


@pytest.mark.parametrize("price", [0, -1.0, np.nan, np.inf, "2", None])
def test_prices_that_are_not_positive_are_refused(price):
    with pytest.raises(ValueError, match=r"must be positive numbers\. Got \{'mul': .*\} instead"):
        operator_prices({"mul": price})
