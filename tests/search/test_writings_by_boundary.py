"""Other writings of a boundary, rounding and products: the same decisions, fewer digits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_pool import boundary_problem, uniform_rows

from skinterp.expression import Equation, LogisticLink, Variable, parse
from skinterp.expression._sums import as_sum
from skinterp.matching import fit_labels
from skinterp.search import SearchSettings, operator_prices
from skinterp.search._boundary_forms import boundary_forms, upright
from skinterp.search._canonical import canonical
from skinterp.search._composites import composites_of
from skinterp.search._constants import moving_together, places_of
from skinterp.search._products import Products, factors_of
from skinterp.search._refit import length, oriented, refit, round_by_curvature
from skinterp.search._sums import Writing
from skinterp.utils import count_digits

X = uniform_rows(400, 4, 0.3, 3.0)
NAMES = ("a", "b", "c", "d")
SETTINGS = SearchSettings(operator_prices(None))


def decides_alike(values, other):
    """Tell whether one threshold on values decides as another rule does, in either direction."""
    order = np.argsort(values, kind="stable")
    decided = other[order].astype(int)
    return np.abs(np.diff(decided)).sum() <= 1


BOUNDARIES = [
    ("x0*x1 - x2", 0.0),
    ("x0*x1", 2.0),
    ("x0**2 + x1**2 - 3*x2", 1.0),
    ("x0/x1 - x2/x3", 0.0),
    ("log(x0) + log(x1) - 2*log(x2)", 0.3),
    ("x0*x1/x2**2 - 1", 0.0),
    ("x0*(x1 - x2) - x3", 0.0),
    ("2*x0 - 3*x1", 0.0),
]


@pytest.mark.parametrize(("text", "threshold"), BOUNDARIES)
def test_every_form_has_the_boundary(text, threshold):
    expression = parse(text)
    decided = expression.evaluate(X) > threshold
    assert decided.any() and not decided.all()
    forms = boundary_forms(expression, threshold, X)
    assert forms and expression not in forms
    for form in forms:
        values = form.evaluate(X)
        assert np.isfinite(values).all()
        assert decides_alike(values, decided), str(form)


def test_the_ratio_of_what_is_positive_to_what_is_negative_is_among_the_forms():
    forms = {str(form) for form in boundary_forms(parse("x0*x1 - x2**2"), 0.0, X)}
    assert any(form in forms for form in ("x0*x1/x2**2", "x0/x2*x1/x2"))


def test_nothing_is_divided_by_what_changes_its_sign():
    rows = X - 1.5
    for form in boundary_forms(parse("x0*x1 - x2"), 0.0, rows):
        assert decides_alike(form.evaluate(rows), parse("x0*x1 - x2").evaluate(rows) > 0)


@pytest.mark.parametrize("text", ["-x0*x1", "-2*x0/x1", "-3/x0**2"])
def test_a_falling_product_is_turned_around(text):
    values, turned = parse(text).evaluate(X), upright(parse(text), X)
    assert (np.argsort(turned.evaluate(X)) == np.argsort(values)).all()
    assert (turned.evaluate(X) > 0).all()


@pytest.mark.parametrize("text", ["x0*x1", "-x0 - x1", "1 - x0", "x0 - x1"])
def test_other_formulas_are_not_turned(text):
    assert upright(parse(text), X) is None


@pytest.mark.parametrize(
    ("text", "threshold"),
    [("exp(x0 - x1)", 1.0), ("log(x0*x1)", 0.5), ("(x0*x1)**3", 8.0), ("x0*x1 - x2", 0.0)],
)
def test_the_canonical_writing_decides_as_the_formula_and_is_no_longer(text, threshold):
    link = LogisticLink(threshold, slope=1.0)
    equation = Equation(parse(text), NAMES, threshold=threshold, classes=("no", "yes"), link=link)
    found = canonical(equation, X, SETTINGS)
    assert (found.predict(X) == equation.predict(X)).all()
    np.testing.assert_allclose(found.log_odds(X), equation.log_odds(X), rtol=1e-6, atol=1e-6)
    assert found.expression.complexity <= equation.expression.complexity
    kept = canonical(equation, X, SETTINGS, keep=True)
    assert kept.expression == equation.expression and len(kept.writings) >= 1


# Rounding of constants


@given(st.integers(0, 10_000))
def test_rounding_costs_little_by_the_quadratic_it_was_given(seed):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(3, 3)) * 0.1
    covariance, exact = root @ root.T + 1e-3 * np.eye(3), rng.normal(size=3) * 5
    (rounded,) = round_by_curvature(exact, covariance)
    gap = rounded - exact
    assert 0.5 * gap @ np.linalg.solve(covariance, gap) < 40.0
    assert sum(map(count_digits, rounded)) <= 3 * 17


def test_a_constant_that_the_data_do_not_fix_becomes_short():
    (rounded,) = round_by_curvature([3.14159265, 0.499], np.diag([0.25, 1e-2]))
    assert rounded[0] == 3.0 and rounded[1] == 0.5


def test_a_constant_that_the_data_fix_keeps_its_digits():
    (rounded,) = round_by_curvature([3.14159265], [[1e-12]])
    assert rounded[0] == pytest.approx(3.14159265, abs=1e-5)


def test_correlated_constants_move_together_when_one_is_rounded():
    covariance = 0.04 * np.array([[1.0, 0.9999], [0.9999, 1.0]])
    (rounded,) = round_by_curvature([1.07, 2.07], covariance)
    assert rounded[1] - rounded[0] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("greater", [True, False])
@pytest.mark.parametrize("text", ["2*x0 - 3*x1 + 1", "x0*x1 - 0.5*x2", "-x0"])
def test_a_writing_has_yes_above_its_threshold(text, greater):
    expression = parse(text)
    writing = oriented(expression, 0.25, greater)
    formula, threshold = writing.formula(writing.start)
    values = expression.evaluate(X)
    expected = values > 0.25 if greater else values < 0.25
    np.testing.assert_array_equal(formula.evaluate(X) > threshold, expected)


def test_a_formula_without_inputs_has_no_writing():
    assert oriented(parse("3"), 0.0, True) is None


@pytest.mark.parametrize(
    ("true", "start"), [("x0 + 2*x1 - x2", "x0 + 1.6*x1 - 1.3*x2"), ("x0*x1 - 3", "x0*x1 - 2.5")]
)
def test_labels_put_constants_right(true, start):
    yes = parse(true).evaluate(X) > 0
    wrong = parse(start)
    fit = fit_labels(wrong.evaluate(X), yes)
    found = refit(wrong, X, yes, fit)
    before, after = wrong.evaluate(X) > 0, found.expression.evaluate(X) > found.threshold
    assert (after == yes).mean() >= 0.99 > (before == yes).mean()
    assert length(found) == pytest.approx(
        length(found._replace(deviance=found.deviance + 2.0)) - 1.0
    )


# Constants and what they belong to


def test_constants_are_named_by_their_terms():
    writing = Writing([parse("x0*x1"), parse("exp(0.5*x2)")], [1.0, 2.0], 3.0, 0)
    places, units = places_of(writing, NAMES)
    assert len(places) == len(writing.start) == 3 and units == ()
    assert places[-1] == "threshold" and places[0].startswith("in exp(")
    assert places_of(writing, NAMES, keep_unit=True)[0][-1] == "intercept"


def test_only_correlated_constants_are_said_to_move_together():
    covariance = np.array([[1.0, 0.99, 0.0], [0.99, 1.0, 0.0], [0.0, 0.0, 0.0]])
    said = moving_together(["p", "q", "r"], covariance)
    assert said == ["the constants of q and p move together (correlation 0.99)"]


# Products and composites


@pytest.fixture(scope="module")
def ratio():
    return boundary_problem(lambda Z: np.log(Z[:, 0] * Z[:, 1] / Z[:, 2] ** 2), X)


def test_factors_are_logarithms_with_their_gradients(ratio):
    rows, active = ratio.field.points, list(ratio.space.active)
    for factor in factors_of(ratio)[::5]:
        value, gradient = factor.expression.value_and_gradient(rows)
        assert (value > 0).all()
        np.testing.assert_allclose(factor.values, np.log(value), rtol=1e-9)
        slopes = np.zeros((len(rows), X.shape[1]))
        slopes[:, : gradient.shape[1]] = gradient / value[:, np.newaxis] * ratio.field.scale
        slopes, size = slopes[:, active], np.abs(slopes).max()
        np.testing.assert_allclose(factor.gradients, slopes, atol=1e-6 * size)


def test_the_first_products_by_their_field_have_the_boundary(ratio):
    products = Products(ratio, factors_of(ratio))
    true = X[:, 0] * X[:, 1] > X[:, 2] ** 2
    for product in products.by_field[:3]:
        assert decides_alike(product.evaluate(X), true), str(product)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda Z: Z[:, 0] * Z[:, 1] - 2, "x0*x1"),
        (lambda Z: Z[:, 0] / Z[:, 1] - 1, "x0/x1"),
        (lambda Z: Z[:, 0] + Z[:, 1] - 3, "x0 + x1"),
        (lambda Z: Z[:, 0] - Z[:, 1], "x0 - x1"),
        (lambda Z: Z[:, 0] ** 2 + Z[:, 1] ** 2 - 5, "x0**2 + x1**2"),
    ],
)
def test_the_composite_of_two_inputs_has_the_direction_of_the_field(function, text):
    problem = boundary_problem(function, X)
    a, b = problem.space.variable(0), problem.space.variable(1)
    best = composites_of(problem, a, b)[0]
    points = problem.field.points
    found = best.term.expression.value_and_gradient(points)[1]
    true = parse(text).value_and_gradient(points)[1]
    sizes = np.linalg.norm(found, axis=1) * np.linalg.norm(true, axis=1)
    assert np.abs((found * true).sum(axis=1) / sizes).mean() > 0.999
    assert best.loss < 1e-3


def test_inputs_that_do_not_matter_have_no_composite():
    problem = boundary_problem(lambda Z: Z[:, 0] * Z[:, 1] - 2, X)
    space = problem.space
    inputs = [j for j in (2, 3) if j in space.active]
    terms = [space.variable(j) for j in inputs]
    assert len(terms) < 2 or composites_of(problem, *terms) == []


def test_a_sum_is_read_as_its_terms():
    parts, coefficients, constant = as_sum(parse("2*x0 - (x1*x2 - 3)/4 + 1"))
    total = sum(c * part.evaluate(X) for c, part in zip(coefficients, parts, strict=True))
    direct = 2 * X[:, 0] - (X[:, 1] * X[:, 2] - 3) / 4 + 1
    np.testing.assert_allclose(total + constant, direct)
    assert as_sum(Variable(0))[1:] == ([1.0], 0.0) or as_sum(Variable(0))[1][0] == 1.0
