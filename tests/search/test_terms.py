"""Terms: their values, gradients, domains and prices, and the dictionary built from them."""

import re

import numpy as np
import pytest
from search_pool import operators_in, term_space, uniform_rows

from skinterp.expression import Variable, parse
from skinterp.search import DEFAULT_OPERATORS, operator_prices
from skinterp.search._dictionary import enumerate_terms, stack
from skinterp.search._terms import TermSpace, distinct_terms, participation, varies

POSITIVE = uniform_rows(60, 3, 0.5, 2.0)
MIXED = uniform_rows(60, 3, -2.0, 2.0)
FORMULAS = [
    "x0*x1/x2**2",
    "exp(-x0) - x1**3",
    "sin(2*x0 + 1)*cos(x1)",
    "log(x0)/sqrt(x1)",
    "1/(x0 + x1)**2",
    "x0 - (x1 - x2)/x0",
]


def dictionary(X, operators=None):
    """Return all terms over rows, and the distinct ones."""
    space = term_space(X, operators)
    terms = enumerate_terms(space, list(range(X.shape[1])), 2 * X.std(axis=0))
    return terms, distinct_terms(terms, np.full(len(X), 1 / len(X)), 2000)


def numerical_gradient(expression, X, scale):
    """Return central differences in standardised coordinates."""
    columns = []
    for j, unit in enumerate(scale):
        step = np.zeros(X.shape[1])
        step[j] = 1e-6 * unit
        columns.append((expression.evaluate(X + step) - expression.evaluate(X - step)) / 2e-6)
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("text", FORMULAS)
def test_values_and_gradients_are_those_of_the_formula(text):
    expression, space = parse(text), term_space(POSITIVE, [*DEFAULT_OPERATORS, "pow"])
    term = space.term(expression)
    np.testing.assert_allclose(term.values, expression.evaluate(POSITIVE), rtol=1e-12)
    expected = numerical_gradient(expression, POSITIVE, space.scale)
    np.testing.assert_allclose(term.gradients, expected, rtol=1e-6, atol=1e-7)
    assert term.expression == expression
    assert term.cost == expression.cost(space.prices)


@pytest.mark.parametrize("X", [POSITIVE, MIXED], ids=["positive", "mixed"])
def test_every_term_of_the_dictionary_is_what_its_formula_says(X):
    _, terms = dictionary(X)
    for term in terms[::7]:
        np.testing.assert_allclose(term.values, term.expression.evaluate(X), rtol=1e-9, atol=1e-9)
        _, gradients = term.expression.value_and_gradient(X)
        expected = gradients * X.std(axis=0)
        size = np.abs(expected).max()
        np.testing.assert_allclose(term.gradients, expected, rtol=1e-7, atol=1e-9 * size)


def test_gradients_have_the_columns_of_active_inputs_only():
    space = term_space(POSITIVE, active=[2, 0])
    term = space.term(parse("x0*x2"))
    expected = POSITIVE[:, [0, 2]] * space.scale[[2, 0]]
    np.testing.assert_allclose(term.gradients, expected)


@pytest.mark.parametrize("text", ["log(x0)", "sqrt(x1)", "1/x0", "x1/(x0 - x1)", "exp(x0/0.01)"])
def test_a_formula_undefined_anywhere_is_no_term(text):
    assert term_space(MIXED).term(parse(text)) is None


@pytest.mark.parametrize("text", ["log(x0)", "sqrt(x0)", "1/x0"])
def test_guard_rows_bound_the_domain_too(text):
    assert term_space(POSITIVE).term(parse(text)) is not None
    guard = np.array([[-1.0, 1.0, 1.0]])
    assert term_space(POSITIVE, guard=guard).term(parse(text)) is None


def test_gradients_at_guard_rows_are_not_kept():
    term = term_space(POSITIVE, guard=MIXED).term(parse("x0*x1"))
    assert term.gradients.shape == (len(POSITIVE), 3)
    assert term.values.shape == (len(POSITIVE) + len(MIXED),)


def test_operators_outside_the_set_give_no_term():
    space = term_space(POSITIVE, ["mul"])
    assert space.term(parse("x0*x1")) is not None
    assert space.term(parse("x0 + x1")) is None
    assert space.term(parse("exp(x0*x1)")) is None
    assert space.reciprocal(space.variable(0)) is None


def test_the_cost_of_a_term_is_the_sum_of_its_prices():
    space = term_space(POSITIVE, {"mul": 5.0, "sin": 7.5})
    assert space.variable(1).cost == 1.0
    assert space.constant(2.0).cost == 1.0
    assert space.term(parse("sin(x0*x1)")).cost == 5.0 + 7.5 + 2.0


@pytest.mark.parametrize(
    "X", [POSITIVE, MIXED, MIXED - 5.0], ids=["positive", "mixed", "negative"]
)
def test_no_term_is_undefined(X):
    terms, distinct = dictionary(X)
    assert all(np.isfinite(t.values).all() and np.isfinite(t.gradients).all() for t in terms)
    assert len(distinct) > 100


def test_no_logarithm_of_negative_inputs():
    _, terms = dictionary(-POSITIVE)
    logs = [t.expression for t in terms if "log" in operators_in(t.expression)]
    assert all(np.isfinite(e.evaluate(-POSITIVE)).all() for e in logs)
    assert not any(e == parse("log(x0)") for e in logs)


def test_the_dictionary_is_distinct_up_to_a_factor():
    _, terms = dictionary(POSITIVE)
    assert len({term.expression for term in terms}) == len(terms)
    _, gradients = stack(terms, len(POSITIVE))
    flat = gradients.reshape(-1, len(terms))
    flat = flat / np.linalg.norm(flat, axis=0)
    cosines = np.abs(flat.T @ flat)
    np.fill_diagonal(cosines, 0.0)
    assert cosines.max() < 1 - 1e-14


def test_the_cheapest_of_equal_terms_is_kept():
    space = term_space(POSITIVE)
    texts = ["x0*3", "x0 + 2", "x0", "-x0", "x0 + x0", "x0**2", "x0*x0"]
    terms, weights = [space.term(parse(text)) for text in texts], np.full(60, 1 / 60)
    assert [str(t.expression) for t in distinct_terms(terms, weights, 10)] == ["x0", "x0**2"]
    assert [str(t.expression) for t in distinct_terms(terms, weights, 1)] == ["x0"]
    assert len(distinct_terms([None, *terms, None], weights, 10)) == 2


def test_spikes_and_constants_are_left_out():
    X = POSITIVE.copy()
    X[0, 0] = 1e-9
    space, weights = term_space(X), np.full(60, 1 / 60)
    spike, constant = space.term(parse("1/x0")), space.term(parse("x0 - x0"))
    assert participation(space.term(parse("x0")), weights) == pytest.approx(1.0)
    assert participation(spike, weights) < 0.05
    assert participation(constant, weights) == 0.0
    assert distinct_terms([spike, constant, space.constant(3.0)], weights, 10) == []


def test_a_term_that_varies_by_rounding_errors_is_a_constant():
    tiny = term_space(1e-9 * POSITIVE)
    nearly = tiny.term(parse("cos(x0)"))
    assert nearly.gradients.any()
    assert not varies(nearly)
    assert varies(tiny.term(parse("x0**3")))
    assert distinct_terms([nearly], np.full(60, 1 / 60), 10) == []


@pytest.mark.parametrize(
    "operators", [["add"], ["mul"], ["div"], ["exp"], ["square", "add"], ["sin", "mul"], ["neg"]]
)
def test_the_dictionary_uses_the_operators_allowed(operators):
    _, terms = dictionary(POSITIVE, operators)
    used = set().union(*(operators_in(t.expression) for t in terms))
    assert used <= {*operators, "neg"}
    assert {Variable(j) for j in range(3)} <= {t.expression for t in terms}


def test_the_dictionary_does_not_depend_on_the_unit():
    _, terms = dictionary(POSITIVE)
    _, scaled = dictionary(POSITIVE * [1.0, 1e4, 1e-4], list(DEFAULT_OPERATORS))
    free = {str(t.expression) for t in terms if not t.expression.constants}
    assert free & {str(t.expression) for t in scaled} >= {
        "x0", "x0*x1", "x0/x1", "x0/x1**2", "x2**2", "x0*x1*x2", "log(x0)", "sqrt(x1)",
    }  # fmt: skip


def test_inputs_far_from_zero_enter_curved_terms_centred():
    X = np.random.default_rng(0).normal([300.0, 0.0], [2.0, 1.0], size=(200, 2))
    space = TermSpace(X, X[:5], X.std(axis=0), [0, 1], operator_prices())
    found = {str(t.expression) for t in enumerate_terms(space, [0, 1], 2 * X.std(axis=0))}
    assert {"(x0 - 300)**2", "(x0 - 300)*x1"} <= found
    assert not any(re.search(r"\(x1 - \d", text) for text in found)


def test_powers_are_tried_where_they_are_allowed():
    X = np.random.default_rng(0).uniform(1, 2, size=(50, 1))
    space = TermSpace(X, X[:5], X.std(axis=0), [0], operator_prices(["add", "mul", "pow"]))
    found = {str(t.expression) for t in enumerate_terms(space, [0], 2 * X.std(axis=0))}
    assert "x0**1.5" in found
