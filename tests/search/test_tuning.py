"""Tuning: constants inside functions reach the values that the field asks for."""

import numpy as np
import pytest
from search_pool import boundary_problem, uniform_rows, value_problem

from skinterp.expression import parse
from skinterp.search._tuning import tune, variants

X = uniform_rows(300, 3, 0.0, 2.0)


def texts(expression, spread=lambda inner: 1.0):
    return {str(v) for v in variants(parse(expression), spread)}


def test_variants_insert_factors_phases_and_shifts():
    assert "sin(1*x0 + 0.1)" in texts("sin(x0)") or "sin(x0 + 0.1)" in texts("sin(x0)")
    assert "log(x0 + 0.1)" in texts("log(x0)")
    assert "(x0 + 0.1)**2" in texts("x0**2")
    assert "x1/(x0 + 0.1)" in texts("x1/x0")
    assert texts("x0*x1") == set()


def test_a_variant_is_nearly_the_term_it_comes_from():
    for text in ("sin(x0*x1)", "exp(x0 - x1)", "x0/x1", "log(x0)*x1", "x0**2"):
        plain = parse(text).evaluate(X + 1.0)
        for variant in variants(parse(text), lambda inner: 1e-6):
            inserted = variant.evaluate(X + 1.0)
            if "sin" not in text and "exp" not in text:
                np.testing.assert_allclose(inserted, plain, rtol=1e-4)


def test_factors_start_where_the_argument_is_of_ordinary_size():
    found = variants(parse("exp(x0 - x1)"), lambda e: 2.0)
    assert "exp(1*(x0 - x1))" in {v.format(digits=None) for v in found}
    assert "sin(0.001*x0)" in {str(v) for v in variants(parse("sin(x0)"), lambda e: 1000.0)}
    assert "sin(1000*x0)" in {str(v) for v in variants(parse("sin(x0)"), lambda e: 0.001)}


def test_a_term_with_constants_is_its_own_first_variant():
    expression = parse("exp(2*x0)")
    assert variants(expression, lambda inner: 1.0)[0] == expression
    assert all(len(v.constants) >= 1 for v in variants(parse("sin(x0)/x1"), lambda inner: 1.0))


@pytest.mark.parametrize(
    ("function", "start", "expected"),
    [
        (lambda X: np.sin(2.3 * X[:, 0]) - 0.5 * X[:, 1], ["sin(1.6*x0)", "x1"], 2.3),
        (lambda X: np.exp(-1.7 * X[:, 0]) - 0.3 * X[:, 1], ["exp(-1*x0)", "x1"], -1.7),
        (lambda X: X[:, 0] / (X[:, 1] + 0.8) - 0.6, ["x0/(x1 + 0.3)"], 0.8),
    ],
)
@pytest.mark.parametrize("make", [boundary_problem, value_problem])
def test_tuning_finds_the_constants_of_the_concept(make, function, start, expected):
    problem = make(function, X)
    parts = tuple(parse(text) for text in start)
    before, _ = problem.solve(parts)
    tuned = tune(parts, problem)
    after, _ = problem.solve(tuned)
    assert after < 0.1 * before
    (found,) = tuned[0].constants
    assert found == pytest.approx(expected, rel=0.02)


def test_tuning_from_an_undefined_start_returns_a_formula():
    problem = boundary_problem(lambda X: X[:, 0] - X[:, 1], X)
    (tuned,) = tune((parse("log(x0 - 5)"),), problem)
    assert len(tuned.constants) == 1


def test_the_result_is_never_worse_than_the_start():
    problem = boundary_problem(lambda X: np.sin(2.3 * X[:, 0]) - 0.5 * X[:, 1], X)
    for text in ("sin(9*x0)", "x0/(x1 + 4)", "exp(0.1*x0)*x1", "cos(3*x0 + 1)"):
        parts = (parse(text), parse("x1"))
        assert problem.solve(tune(parts, problem))[0] <= problem.solve(parts)[0] + 1e-12
