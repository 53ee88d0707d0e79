"""Products of powers and additive profiles: laws that no sum of small terms holds."""

import numpy as np
import pytest
from search_pool import boundary_problem, concept_cosine, uniform_rows

from skinterp.expression import parse
from skinterp.matching._profiles import additive_profiles, spline_basis
from skinterp.search import Search
from skinterp.search._additive import Reading, combine_profiles, component_of
from skinterp.search._families import FAMILIES, identify, member
from skinterp.search._problem import operator_prices
from skinterp.search._products import Products, combine_products, factors_of
from skinterp.search._regressed import least_errors, logistic_steps, regressed
from skinterp.search._stages import combine_dictionary

POSITIVE = uniform_rows(1500, 4, 0.3, 2.0)
PRICES = operator_prices()


def problem_of(text, X=POSITIVE, level=0.0):
    expression = parse(text)
    return expression, boundary_problem(lambda Z: expression.evaluate(Z) - level, X, n_points=400)


@pytest.mark.parametrize(
    ("text", "level"),
    [("x0*x1*(1 - 0.4*x2)", 0.6), ("x0*x1/(1 + x2/x3)", 0.6), ("x0*x1*x2*x3", 1.3)],
)
def test_products_with_brackets_are_found(text, level):
    expression, problem = problem_of(text, level=level)
    search = Search(problem, noise_floor=0.0, random_state=0)
    combine_products(search)
    best = min(search.candidates.values(), key=lambda c: c.loss)
    true = lambda Z: expression.value_and_gradient(Z)[1]  # noqa: E731
    cosines = [concept_cosine(e, true, POSITIVE) for e in search.candidates]
    assert best.loss < 1e-3  # the boundary, perhaps in another form
    assert max(cosines) > 0.99


def test_labels_find_exponents_by_regression():
    rng = np.random.default_rng(0)
    expression, problem = problem_of("x0*x1/(x2*x3)", level=1.3)
    yes = expression.evaluate(POSITIVE) * np.exp(0.05 * rng.normal(size=len(POSITIVE))) > 1.3
    products = Products(problem, factors_of(problem))
    found = products.by_labels(products.logarithms(POSITIVE), yes)
    true = np.log(expression.evaluate(POSITIVE))
    logarithms = (np.log(e.evaluate(POSITIVE)) for e in found[:10])
    assert max(abs(np.corrcoef(each, true)[0, 1]) for each in logarithms) > 0.999


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.grid], ids=lambda f: f.text)
def test_a_profile_of_a_family_is_named_by_it(family):
    s = np.linspace(0.4, 3.0, 400)
    parameter = float(np.sort(family.grid(s))[len(family.grid(s)) // 2])
    slope = family.slope(s, parameter)
    names = identify(parse("x0"), s, slope, np.full(400, 1 / 400), s, PRICES, 6)
    errors = []
    for expression in names:
        found = expression.value_and_gradient(s[:, None])[1][:, 0]
        scale = (found @ slope) / (found @ found)
        errors.append(np.linalg.norm(scale * found - slope) / np.linalg.norm(slope))
    assert min(errors) < 0.05


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.text)
def test_slopes_of_families_are_those_of_their_formulas_up_to_a_factor(family):
    s = np.linspace(0.5, 2.0, 50)
    parameter = None if family.grid is None else float(family.grid(s)[2])
    expression = member(family, parse("x0"), parameter)
    exact = expression.value_and_gradient(s[:, None])[1][:, 0]
    slope = np.broadcast_to(family.slope(s, 0.0 if parameter is None else parameter), s.shape)
    known = np.isfinite(slope) & (np.abs(exact) > 1e-12)
    ratio = slope[known] / exact[known]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("exp(-0.5*x0)", "x0"),
        ("x0**2/(0.5 + x0**2)", "x0"),
        ("cos(x0*x1)", "x0*x1"),
        ("x0/x1", "x0/x1"),
        ("log((x0 + x1)**2)", "x0 + x1"),
        ("1/(x0*x1)", "x0*x1"),
    ],
)
def test_the_quantity_inside_a_term(text, quantity):
    assert str(component_of(parse(text))) == quantity


def test_additive_profiles_fit_an_additive_concept():
    _, problem = problem_of("log(x0) - x1**3 + sin(2*x2)")
    n = problem.space.n
    terms = [problem.space.variable(j) for j in (0, 1, 2)]
    bases = [spline_basis(term.values[:n]) for term in terms]
    model = additive_profiles(problem.field, bases, [term.gradients for term in terms])
    assert model.loss < 0.005
    x1 = terms[1].values[:n]
    slope = model.slopes[1] / -(3.0 * x1**2)
    middle = (x1 > 0.6) & (x1 < 1.7)
    assert slope[middle].std() < 0.15 * abs(slope[middle].mean())


def test_a_hill_function_is_identified():
    X = np.column_stack([uniform_rows(1500, 1, 0.05, 2.0), uniform_rows(1500, 1, -0.5, 1, 1)])
    expression, problem = problem_of("x0**2/(0.5 + x0**2) - x1", X, level=0.1)
    search = Search(problem, noise_floor=0.0, random_state=0)
    combine_dictionary(search)
    combine_profiles(search)
    true = lambda Z: expression.value_and_gradient(Z)[1]  # noqa: E731
    cosines = [concept_cosine(e, true, X) for e in search.candidates]
    assert max(cosines) > 0.9995


def test_regressions_on_labels_point_along_the_boundary():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2000, 3))
    yes = values @ [1.0, -2.0, 0.0] + 0.1 * rng.normal(size=2000) > 0.3
    start = regressed(values, yes, [range(values.shape[1])])[0]
    for found in (start, logistic_steps(values, yes, start)):
        assert found[1] / found[0] == pytest.approx(-2.0, abs=0.15)
        assert abs(found[2] / found[0]) < 0.2


def test_least_errors_are_those_of_the_best_cut():
    rng = np.random.default_rng(1)
    values, yes = rng.normal(size=(40, 5)), rng.uniform(size=40) > 0.4
    for column, error in zip(values.T, least_errors(values, yes)):
        cuts = [-np.inf, *column]
        wrong = [np.mean((column > cut) != yes) for cut in cuts]
        assert error == pytest.approx(min(*wrong, *(1 - w for w in wrong)))


def test_a_reading_with_a_function_undefined_on_a_row_is_no_profile():
    _, problem = problem_of("x0 + x1**2", X=uniform_rows(800, 2), level=0.2)
    reading = lambda text: Reading([], None, {0: (parse(text),)})  # noqa: E731
    assert reading("exp(x0)").is_defined(problem)
    assert not reading("log(x0 + 0.9)").is_defined(problem)
