"""Terms of the dictionary: what they are, at every offset, and what a search may be asked."""

import numpy as np
import pytest
from search_pool import boundary_problem, operators_in, term_space, uniform_rows

from skinterp.search import SearchSettings, operator_prices
from skinterp.search._dictionary import (
    centred,
    centred_terms,
    constant_terms,
    enumerate_terms,
    single_terms,
    stack,
)
from skinterp.search._problem import guard_rows, rank_inputs

POINTS = uniform_rows(60, 3, 0.5, 2.0)
SPREADS = 2.0 * POINTS.std(axis=0)


def dictionary(points, operators=None, **options):
    space = term_space(points, operators)
    return enumerate_terms(space, [0, 1, 2], 2.0 * points.std(axis=0), **options)


def test_terms_have_the_values_and_gradients_of_their_formulas():
    terms = dictionary(POINTS)
    assert len(terms) > 200
    values, gradients = stack(terms, len(POINTS))
    for k in range(0, len(terms), 7):
        value, slope = terms[k].expression.value_and_gradient(POINTS)
        np.testing.assert_allclose(values[:, k], value, rtol=1e-10)
        whole = np.zeros_like(POINTS)
        whole[:, : slope.shape[1]] = slope * POINTS.std(axis=0)[: slope.shape[1]]
        np.testing.assert_allclose(gradients[:, :, k], whole, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("operators", [["add", "mul"], ["exp", "sub"], ["square", "log", "div"]])
def test_terms_hold_no_operator_that_is_not_allowed(operators):
    used = set().union(*(operators_in(t.expression) for t in dictionary(POINTS, operators)))
    assert used <= {*operators, "neg", "add", "sub", "mul"}


def test_few_strong_inputs_enter_products_of_the_others():
    alone = dictionary(POINTS, n_strong=1)
    assert {t.expression.variables for t in alone} <= {(0,), (1,), (2,)}
    pairs = {t.expression.variables for t in dictionary(POINTS, n_strong=2)}
    assert (0, 1) in pairs and (0, 1, 2) not in pairs and (0, 2) not in pairs
    assert (0, 1, 2) in {t.expression.variables for t in dictionary(POINTS)}


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("offset", [0.0, 50.0, -3000.0])
def test_inputs_far_from_zero_are_centred_about_a_round_number(offset, unit):
    points = (np.random.default_rng(0).normal(size=(300, 1)) + offset) * unit
    space = term_space(points)
    found = centred(space, space.variable(0))
    if offset == 0.0:
        assert found is None
        return
    assert abs(found.values.mean()) <= 1.0 * unit
    (number,) = found.expression.constants
    assert abs(number - offset * unit) <= unit
    assert len(f"{abs(number):.6e}".split("e")[0].rstrip("0")) <= 6


def test_curves_of_far_inputs_are_no_lines():
    points = np.random.default_rng(0).normal(size=(200, 2)) + [300.0, 0.0]
    space = term_space(points)
    inputs = [space.variable(0), space.variable(1)]
    terms = [t for t in centred_terms(space, inputs) if t is not None]
    squares = [t for t in terms if str(t.expression).endswith("**2")]
    assert squares
    for term in squares:
        if term.expression.variables == (0,):
            line = np.polyfit(points[:, 0], term.values[:200], 1)
            rest = term.values[:200] - np.polyval(line, points[:, 0])
            assert rest.std() > 0.5 * term.values[:200].std()


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_inner_constants_go_with_the_spread(unit):
    points = POINTS * unit
    space = term_space(points)
    terms = constant_terms(space, space.variable(0), SPREADS[0] * unit)
    plain = constant_terms(term_space(POINTS), term_space(POINTS).variable(0), SPREADS[0])
    assert len(terms) == len(plain)
    for one, other in zip(terms, plain, strict=True):
        if one is None or other is None:
            assert one is other
            continue
        slopes = [t.gradients[:, 0] / np.abs(t.gradients[:, 0]).max() for t in (one, other)]
        np.testing.assert_allclose(*slopes, rtol=1e-6, atol=1e-9)


def test_single_terms_are_those_of_one_input():
    space = term_space(POINTS)
    terms = [t for t in single_terms(space, space.variable(1)) if t is not None]
    assert len({str(t.expression) for t in terms}) == len(terms) >= 10
    assert all(t.expression.variables == (1,) for t in terms)


def test_rows_that_guard_hold_the_extremes_and_are_few():
    X = uniform_rows(5000, 4)
    rows = guard_rows(X)
    assert len(rows) <= 1100
    np.testing.assert_array_equal(rows.min(axis=0), X.min(axis=0))
    np.testing.assert_array_equal(rows.max(axis=0), X.max(axis=0))


def test_inputs_are_ranked_by_what_the_field_says_and_constants_left_out():
    X = np.column_stack([uniform_rows(300, 3), np.full(300, 2.0)])
    problem = boundary_problem(lambda X: X[:, 0] - 5.0 * X[:, 2] + 1e-9 * X[:, 1], X)
    assert rank_inputs(problem.full_field, X) == [2, 0]
    with pytest.raises(ValueError, match="at least one column that varies"):
        rank_inputs(problem.full_field, np.ones_like(X))


@pytest.mark.parametrize(
    ("operators", "message"),
    [
        ([], "non-empty collection"),
        ("add", "non-empty collection"),
        (["add", "foo"], r"Got \['foo'\] instead"),
        ({"add": -1.0}, "must be positive numbers"),
        ({"add": np.inf}, "must be positive numbers"),
    ],
)
def test_operators_that_do_not_exist_or_cost_nothing_are_refused(operators, message):
    with pytest.raises(ValueError, match=message):
        operator_prices(operators)


def test_prices_decide_what_a_formula_costs():
    cheap, dear = (SearchSettings(operator_prices({"exp": p, "add": 1.0})) for p in (1.0, 9.0))
    expression = term_space(POINTS).variable(0).expression
    assert dear.cost(expression) == cheap.cost(expression) == 1.0
