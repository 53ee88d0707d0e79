"""From a combination to a readable formula that says the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_pool import boundary_problem, concept_cosine, uniform_rows, value_problem

from skinterp.expression import Constant, Operation, Variable, parse
from skinterp.expression._sums import as_sum
from skinterp.search._formulas import (
    completed_squares,
    drop_neutral,
    finish,
    round_greedily,
    strip_monotone,
    weighted_sum,
)
from skinterp.utils import round_to_digits

X = uniform_rows(300, 3, 0.2, 2.0)
coefficients = st.lists(
    st.sampled_from([0.0, 1.0, -1.0, 2.5, -0.3, 1e-3, -40.0]), min_size=1, max_size=4
)


@given(coefficients)
def test_a_weighted_sum_is_the_sum(values):
    parts = [Variable(0), Variable(1), parse("x0*x2"), parse("exp(x1)")][: len(values)]
    total = weighted_sum(parts, values).evaluate(X) * np.ones(len(X))
    expected = sum(c * p.evaluate(X) for p, c in zip(parts, values, strict=True))
    np.testing.assert_allclose(total, expected, rtol=1e-12, atol=1e-12)


def test_a_weighted_sum_starts_with_a_positive_term():
    assert str(weighted_sum([Variable(0), Variable(1)], [-1.0, 2.0])) == "2*x1 - x0"
    assert weighted_sum([Variable(0)], [1.0]) == Variable(0)
    assert weighted_sum([Variable(0)], [0.0]) == Constant(0.0)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("3*x0**2 - 6*x0 + x1", "x1 + 3*(x0 - 1)**2"),
        ("2*(x0 - 0.5)**2 - 2*x0", "2*(x0 - 1)**2"),
        ("(x0 + 0.5)**2 - 3*x0", "(x0 - 1)**2"),
        ("x0**2 - 2*x0 - 0.5*x1**2 + 2*x1", "(x0 - 1)**2 + 2*x1 - 0.5*x1**2"),
        ("x0**2 + 2*x0", "2*x0 + x0**2"),  # -1 lies outside the rows
        ("x0**2 - x1", "x0**2 - x1"),
        ("(x0*x1)**2 - 2*x0", "(x0*x1)**2 - 2*x0"),
    ],
)
def test_squares_are_completed_where_the_vertex_lies_among_the_rows(text, written):
    expression = parse(text)
    parts, coefficients, _ = as_sum(expression)
    found = weighted_sum(*completed_squares(parts, np.array(coefficients), X))
    assert np.ptp(found.evaluate(X) - expression.evaluate(X)) < 1e-9
    assert np.ptp(found.evaluate(X) - parse(written).evaluate(X)) < 1e-9
    assert found.complexity == parse(written).complexity


@given(st.floats(-1e9, 1e9, allow_subnormal=False), st.integers(1, 6))
def test_rounding_keeps_the_digits_given(value, digits):
    rounded = round_to_digits(value, digits)
    assert abs(rounded - value) <= 0.500001 * 10.0 ** (1 - digits) * abs(value)
    assert round_to_digits(rounded, digits) == rounded


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=4), st.floats(1e-4, 0.3))
def test_numbers_are_rounded_as_far_as_accepted(values, tolerance):
    def accept(trial):
        return np.allclose(trial, values, rtol=tolerance, atol=0)

    rounded, n_digits = round_greedily(values, accept)
    assert accept(rounded)
    assert len(rounded) == len(values)
    assert 0 <= n_digits <= 4 * len(values)


def test_a_number_that_may_not_be_rounded_keeps_its_digits():
    assert round_greedily([np.pi], lambda trial: trial == [np.pi])[0] == [np.pi]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("exp(log(x0))", "x0"), ("(x0*x1)**2", "x0*x1"), ("sin(x0)", "sin(x0)"), ("-x0", "x0")],
)
def test_outer_monotone_functions_are_stripped(text, expected):
    assert strip_monotone(parse(text), lambda inner: True) == parse(expected)
    assert strip_monotone(parse(text), lambda inner: False) == parse(text)


@given(st.sampled_from(["x0*1 + 0", "1*(x0 - 0)", "(x0/1)*x1", "x0 + -2", "sin(1*x0) - -3"]))
def test_dropping_neutral_parts_changes_nothing(text):
    expression = parse(text)
    dropped = drop_neutral(expression)
    np.testing.assert_allclose(dropped.evaluate(X), expression.evaluate(X))
    assert dropped.complexity <= expression.complexity


def test_neutral_factors_and_summands_are_dropped():
    one, zero, x = Constant(1.0), Constant(0.0), Variable(0)
    assert drop_neutral(Operation("mul", (one, x))) == x
    assert drop_neutral(Operation("add", (x, zero))) == x
    assert drop_neutral(Operation("div", (x, one))) == x
    assert str(drop_neutral(Operation("add", (x, Constant(-2.0))))) == "x0 - 2"


def test_a_finished_formula_has_round_coefficients_and_the_concept():
    problem = boundary_problem(lambda X: X[:, 0] ** 2 + 2.0003 * X[:, 1] ** 2 - 3, X)
    parts = (parse("x0**2"), parse("x1**2"))
    loss, solved = problem.solve(parts)
    candidate = finish(problem, parts, solved)
    assert candidate.fidelity == 1.0
    assert candidate.loss <= 1.05 * loss + 2e-5
    assert max(len(f"{c:g}") for c in candidate.expression.constants) <= 3
    cosine = concept_cosine(candidate.expression, lambda X: X * np.array([2.0, 4.0, 0.0]), X)
    assert cosine > 0.9999


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_finished_classifier_rises_with_the_network(sign):
    problem = boundary_problem(lambda X: sign * (X[:, 0] * X[:, 1] - 1), X)
    parts = (parse("x0*x1"),)
    candidate = finish(problem, parts, problem.solve(parts)[1])
    values = candidate.expression.evaluate(X)
    assert np.corrcoef(values, sign * X[:, 0] * X[:, 1])[0, 1] > 0.999


def test_a_finished_regressor_has_slopes_and_the_intercept():
    problem = value_problem(lambda X: 7 + 3 * X[:, 0] * X[:, 1] - X[:, 2], X)
    parts = (parse("x0*x1"), parse("x2"))
    candidate = finish(problem, parts, problem.solve(parts)[1])
    expected = 7 + 3 * X[:, 0] * X[:, 1] - X[:, 2]
    np.testing.assert_allclose(candidate.expression.evaluate(X), expected, atol=0.02)


def test_an_undefined_sum_is_no_candidate():
    problem = boundary_problem(lambda X: X[:, 0] - X[:, 1] * X[:, 2], X)
    assert finish(problem, (parse("log(x0 - x1)"), parse("x2")), np.ones(2)) is None
