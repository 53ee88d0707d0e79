"""The beam: the right sparse combination is found, and what it says of each is true."""

import numpy as np
import pytest
from search_pool import boundary_problem, uniform_rows, value_problem

from skinterp.expression import parse
from skinterp.search._beam import beam_search, merit
from skinterp.search._dictionary import stack

TERMS = [
    "x0",
    "x1",
    "x2",
    "x0**2",
    "x1**2",
    "x2**2",
    "x0*x1",
    "x0*x2",
    "x1*x2",
    "x0**3",
    "cos(x1)",
]


def beam_over(problem, **options):
    """Return the combinations of the terms in active inputs, the terms and the objective."""
    expressions = [parse(text) for text in TERMS]
    terms = [
        problem.space.term(e) for e in expressions if set(e.variables) <= {*problem.space.active}
    ]
    objective = problem.objective(*stack(terms, problem.space.n))
    costs = np.array([t.cost for t in terms])
    return beam_search(objective, costs, **options), terms, objective


def best(combinations, terms, price=0.06):
    """Return the names of the terms in the combination of the best merit, and that."""
    chosen = min(combinations, key=lambda c: merit(c.loss, c.cost, price))
    return {str(terms[k].expression) for k in chosen.subset}, chosen


X = uniform_rows(300, 3)
MIXED = boundary_problem(lambda X: X[:, 0] * X[:, 1] + X[:, 2], X)


@pytest.mark.parametrize("make", [boundary_problem, value_problem])
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda X: X[:, 0] * X[:, 1] - 0.1, {"x0*x1"}),
        (lambda X: X[:, 0] ** 2 + 2 * X[:, 1] ** 2 - 0.7, {"x0**2", "x1**2"}),
        (lambda X: X[:, 0] * X[:, 1] + X[:, 2] ** 2 - X[:, 0], {"x0*x1", "x2**2", "x0"}),
    ],
)
def test_the_true_terms_are_found(make, function, expected):
    combinations, terms, _ = beam_over(make(function, X))
    names, chosen = best(combinations, terms)
    assert names == expected
    assert chosen.loss < 1e-4


def test_coefficients_are_those_of_the_concept():
    problem = boundary_problem(lambda X: X[:, 0] ** 2 + 2 * X[:, 1] ** 2 - 0.7, X)
    combinations, terms, _ = beam_over(problem)
    _, chosen = best(combinations, terms)
    assert chosen.coefficients[1] / chosen.coefficients[0] == pytest.approx(2.0, rel=1e-3)


def test_losses_and_costs_of_combinations_are_true():
    combinations, terms, objective = beam_over(MIXED)
    assert len({c.subset for c in combinations}) == len(combinations)
    for c in combinations[::5]:
        coefficients = np.zeros(len(terms))
        coefficients[list(c.subset)] = c.coefficients
        assert objective.loss(coefficients) == pytest.approx(c.loss, abs=1e-9)
        assert c.cost >= sum(terms[k].cost for k in c.subset)
    assert [c.cost for c in combinations] == sorted(c.cost for c in combinations)


@pytest.mark.parametrize("max_terms", [1, 2, 3])
def test_no_more_terms_than_allowed(max_terms):
    combinations, _, _ = beam_over(MIXED, max_terms=max_terms)
    assert max(len(c.subset) for c in combinations) == max_terms


@pytest.mark.parametrize("max_cost", [0.0, 1.0, 3.0, 8.0, 15.0])
def test_no_combination_costs_more_than_allowed(max_cost):
    combinations, terms, _ = beam_over(MIXED, max_cost=max_cost)
    assert max((c.cost for c in combinations), default=0.0) <= max_cost
    affordable = {k for k, term in enumerate(terms) if term.cost <= max_cost}
    assert {c.subset[0] for c in combinations if len(c.subset) == 1} == affordable


def test_no_term_is_taken_twice():
    combinations, _, _ = beam_over(MIXED)
    assert all(len(set(c.subset)) == len(c.subset) for c in combinations)


def test_a_stop_leaves_the_single_terms():
    combinations, terms, _ = beam_over(MIXED, should_stop=lambda: True)
    assert {c.subset for c in combinations} == {(k,) for k in range(len(terms))}


def test_a_higher_price_gives_shorter_sums():
    problem = boundary_problem(lambda X: X[:, 0] + 0.3 * X[:, 1] ** 2 + 0.1 * X[:, 2] ** 2, X)
    sizes = []
    for price in (0.01, 10.0):
        combinations, terms, _ = beam_over(problem, price=price)
        sizes.append(len(best(combinations, terms, price)[0]))
    assert sizes[0] > sizes[1]


def test_a_single_term_is_enough_to_search():
    problem = boundary_problem(lambda X: X[:, 0], X)
    terms = [problem.space.variable(0)]
    objective = problem.objective(*stack(terms, problem.space.n))
    (only,) = beam_search(objective, np.ones(1))
    assert only.subset == (0,)
    assert only.loss == pytest.approx(0.0, abs=1e-9)
