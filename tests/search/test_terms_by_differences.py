"""Terms, families and sums against finite differences, sympy and brute force."""

from itertools import combinations

import numpy as np
import pytest
import sympy
from search_pool import term_space, uniform_rows

from skinterp.expression import OPERATORS, Constant, Variable, parse
from skinterp.search import operator_prices
from skinterp.search._dictionary import enumerate_terms, stack
from skinterp.search._families import FAMILIES, identify, member, similar
from skinterp.search._sums import Parametrised, Writing, free_constants
from skinterp.search._terms import carries, distinct_terms, participation, varies

POINTS = uniform_rows(40, 3, 0.4, 1.6)
ALL = sorted(OPERATORS)
SPACE = term_space(POINTS, ALL)
STEP = 1e-6


def slopes_of(expression, X):
    """Return central differences of an expression, one column per input."""
    columns = []
    for j in range(X.shape[1]):
        step = STEP * np.eye(X.shape[1])[j]
        columns.append(expression.evaluate(X + step) - expression.evaluate(X - step))
    return np.stack(columns, axis=1) / (2 * STEP)


@pytest.fixture(scope="module")
def dictionary():
    return enumerate_terms(SPACE, [1, 0, 2], 2 * POINTS.std(axis=0))


def test_every_term_is_the_value_and_gradient_of_its_formula(dictionary):
    assert len(dictionary) > 300
    for term in dictionary[::7]:
        np.testing.assert_allclose(term.values, term.expression.evaluate(POINTS), rtol=1e-9)
        expected = slopes_of(term.expression, POINTS) * POINTS.std(axis=0)
        size = np.abs(expected).max() + np.abs(term.values).max()
        np.testing.assert_allclose(term.gradients, expected, atol=3e-6 * size)


def test_a_term_costs_its_operators_and_leaves(dictionary):
    prices = operator_prices(ALL)
    for term in dictionary[::11]:
        assert term.cost == pytest.approx(term.expression.cost(prices))


def test_stacked_terms_are_in_their_order(dictionary):
    values, gradients = stack(dictionary[:9], 40)
    assert values.shape == (40, 9) and gradients.shape == (40, 3, 9)
    for k, term in enumerate(dictionary[:9]):
        assert (values[:, k] == term.values).all() and (gradients[..., k] == term.gradients).all()


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("log(x0)", -1.0),
        ("sqrt(x0)", -0.5),
        ("1/x0", 0.0),
        ("x0**-0.5", -1.0),
        ("exp(exp(x0))", 9.0),
        ("exp(x0**2)", 1e3),
    ],
)
def test_a_term_undefined_on_one_guard_row_is_no_term(text, bad):
    guard = np.full((2, 3), 1.0)
    assert term_space(POINTS, ALL, guard=guard).term(parse(text)) is not None
    guard[1, 0] = bad
    assert term_space(POINTS, ALL, guard=guard).term(parse(text)) is None


@pytest.mark.parametrize("text", ["log(x0)", "x0/x1", "sin(x0 + x1)", "x0**2 - 1"])
def test_operators_that_have_no_price_make_no_terms(text):
    assert term_space(POINTS, ["add"]).term(parse(text)) is None


def test_inputs_that_are_not_active_have_no_column():
    space = term_space(POINTS, ALL, active=[2, 0])
    term = space.term(parse("x0*x2"))
    np.testing.assert_allclose(term.gradients[:, 0], POINTS[:, 0] * POINTS[:, 2].std())
    np.testing.assert_allclose(term.gradients[:, 1], POINTS[:, 2] * POINTS[:, 0].std())


def test_the_share_of_points_that_carry_a_gradient():
    space = term_space(np.array([[1.0], [2.0], [4.0], [8.0]]), ALL)
    even = np.full(4, 0.25)
    assert participation(space.variable(0), even) == pytest.approx(1.0)
    squared = np.array([1.0, 2.0, 4.0, 8.0]) ** 2
    expected = squared.mean() ** 2 / (squared**2).mean()
    assert participation(space.term(parse("x0**2")), even) == pytest.approx(expected)
    assert participation(space.constant(2.0), even) == 0.0
    assert not varies(space.constant(2.0)) and varies(space.variable(0))


def test_a_spike_carries_no_formula():
    rows = np.concatenate([[[1e-6]], np.linspace(1, 2, 99)[:, np.newaxis]])
    space, even = term_space(rows, ALL), np.full(100, 0.01)
    assert not carries(space.term(parse("1/x0")), even)
    assert carries(space.term(parse("x0**2")), even)


def test_terms_equal_up_to_a_factor_and_an_offset_are_kept_once_and_cheapest():
    texts = ["2*x0", "x0", "x0 + 3", "-x0", "x0**2", "x0*x0", "log(x1)", "log(3*x1)"]
    terms = [SPACE.term(parse(text)) for text in texts]
    kept = distinct_terms([None, *terms], np.full(40, 1 / 40), 10)
    fields = [term.gradients.ravel() / np.linalg.norm(term.gradients) for term in kept]
    assert all(abs(a @ b) < 1 - 1e-9 for a, b in combinations(fields, 2))
    assert [term.cost for term in kept] == sorted(term.cost for term in kept)
    assert {str(term.expression) for term in kept} == {"x0", "x0**2", "log(x1)"}
    assert len(distinct_terms(terms, np.full(40, 1 / 40), 2)) == 2


S = np.linspace(0.5, 2.0, 60)


@pytest.mark.parametrize("family", FAMILIES, ids=[family.text for family in FAMILIES])
def test_the_slope_of_a_family_is_its_derivative_up_to_a_factor(family):
    for parameter in (None,) if family.grid is None else family.grid(S)[[1, -2]]:
        formula = member(family, Variable(0), parameter)
        slope = family.slope(S, 0.0 if parameter is None else parameter)
        numeric = slopes_of(formula, S[:, np.newaxis])[:, 0]
        known = np.isfinite(slope) & np.isfinite(numeric)
        assert known.any()
        slope, numeric = slope[known], numeric[known]
        cosine = abs(slope @ numeric) / (np.linalg.norm(slope) * np.linalg.norm(numeric))
        assert cosine == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize(
    "text",
    ["x0**2", "x0**3", "log(x0)", "sqrt(x0)", "1/x0", "exp(-x0)", "sin(2*x0)", "1/x0**2", "x0**4"],
)
def test_a_profile_is_recognised(text):
    formula = sympy.sympify(text)
    slope = sympy.lambdify("x0", sympy.diff(formula, "x0"))(S) + 0.0 * S
    weights = np.full(60, 1 / 60)
    found = identify(Variable(0), S, slope, weights, S, operator_prices(ALL))
    values = found[0].evaluate(S[:, np.newaxis])
    expected = sympy.lambdify("x0", formula)(S)
    assert abs(np.corrcoef(values, expected)[0, 1]) > 1 - 1e-6


@pytest.mark.parametrize("n", [60, 500])
def test_a_profile_is_recognised_in_its_own_quantity_however_many_points(n):
    s = np.linspace(1.0, 3.0, n)
    found = identify(parse("x1/x2"), s, 1 / s, np.full(n, 1 / n), s, operator_prices(ALL))
    assert str(found[0]) == "log(x1/x2)"


def test_functions_undefined_somewhere_are_not_proposed():
    everywhere = np.linspace(-1.0, 2.0, 50)
    found = identify(Variable(0), S, 1 / S, np.full(60, 1 / 60), everywhere, operator_prices(ALL))
    for formula in found:
        assert np.isfinite(formula.evaluate(everywhere[:, np.newaxis])).all()


def test_only_operators_with_a_price_are_proposed():
    prices = operator_prices(["mul", "square"])
    found = identify(Variable(0), S, np.exp(S), np.full(60, 1 / 60), S, prices)
    assert found and not any("exp" in str(formula) for formula in found)


def test_functions_like_a_given_one_are_other_functions():
    X = S[:, np.newaxis]
    found = similar(Variable(0), parse("log(x0)"), X, X, operator_prices(ALL))
    assert found and parse("log(x0)") not in found
    first = found[0].evaluate(X)
    assert abs(np.corrcoef(first, np.log(S))[0, 1]) > 0.98
    assert similar(parse("0*x0"), parse("x0"), X, X, operator_prices(ALL)) == []


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("x0", []),
        ("3*x0", [False]),
        ("log(x0 + 3)", [True]),
        ("exp(2*x0)", [True]),
        ("x0**1.5", [True]),
        ("x0*(1 + 0.04*x1)", [False, True]),
        ("x0/(x1 + 2)", [True]),
    ],
)
def test_a_constant_is_free_unless_the_coefficient_says_the_same(text, free):
    assert free_constants(parse(text)) == free


PARTS = ["log(x0 + 0.5)*x1", "x0**1.5/(x1 + 2)", "exp(0.3*x0)", "(x0 + 0.7)**2.5", "sin(2*x0)"]


@pytest.mark.parametrize("text", PARTS)
def test_derivatives_by_constants_are_those_of_differences(text):
    part = parse(text)
    constants = np.array(part.constants, dtype=float)
    values, slopes = Parametrised(part, POINTS).values(constants)
    np.testing.assert_allclose(values, part.evaluate(POINTS))
    assert slopes.shape == (40, len(constants))
    for k in range(len(constants)):
        ends = [
            part.with_constants(constants + sign * 1e-6 * np.eye(len(constants))[k]).evaluate(
                POINTS
            )
            for sign in (1, -1)
        ]
        np.testing.assert_allclose(slopes[:, k], (ends[0] - ends[1]) / 2e-6, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("unit", [0, 1, 2])
@pytest.mark.parametrize("threshold", [1.5, -0.25])
def test_a_writing_divides_by_its_unit_and_keeps_the_boundary(unit, threshold):
    parts, coefficients = [parse("x0*x1"), parse("log(x2 + 0.5)")], [2.0, -4.0]
    writing = Writing(parts, coefficients, threshold, unit)
    formula, cut = writing.formula(writing.start)
    direct = 2 * POINTS[:, 0] * POINTS[:, 1] - 4 * np.log(POINTS[:, 2] + 0.5)
    np.testing.assert_array_equal(formula.evaluate(POINTS) > cut, direct > threshold)
    outer = np.abs([*coefficients, threshold])
    np.testing.assert_allclose(np.abs(writing.outer_of(writing.start)), outer / outer[unit])
    assert writing.n_inner == 1 and len(writing.start) == 3


def test_parameters_of_a_writing_are_read_back():
    writing = Writing([parse("exp(0.3*x0)"), parse("x1")], [1.0, 3.0], 2.0, 0)
    parameters = np.array([0.5, 7.0, 9.0])
    formula, threshold = writing.formula(parameters)
    assert threshold == 9.0
    expected = np.exp(0.5 * POINTS[:, 0]) + 7 * POINTS[:, 1]
    np.testing.assert_allclose(formula.evaluate(POINTS), expected)
    assert writing.parts_of(parameters)[0].constants == (0.5,)


def test_constants_of_terms_are_terms():
    term = SPACE.constant(2.5)
    assert term.expression == Constant(2.5) and (term.values == 2.5).all()
    assert not term.gradients.any()
