"""What a formula costs on the rows it is searched on."""

import pytest
from search_pool import boundary_problem, uniform_rows, value_problem

from skinterp.expression import parse

X = uniform_rows(300, 2, -2.0, 2.0)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("cos(x0)", 0),  # four of its period's 6.3
        ("cos(0.5*x0)", 1),
        ("sin(x0*x1) + x1", 0),
        ("sin(0.1*x0) - cos(0.2*x1)", 2),
        ("exp(0.1*x0) + x1**2", 0),
    ],
)
@pytest.mark.parametrize("make", [boundary_problem, value_problem])
def test_waves_of_less_than_half_a_period_cost_more(make, text, n):
    problem, expression = make(lambda X: X[:, 0] ** 2 + X[:, 1], X), parse(text)
    extra = problem.candidate(expression).cost - problem.settings.cost(expression)
    assert extra == pytest.approx(2.0 * n)


@pytest.mark.parametrize(
    ("text", "offset", "n"),
    [
        ("x0**2/x1", 0.0, 0),
        ("x0**2/x1", 300.0, 1),
        ("log(x0) - sqrt(x1)", 300.0, 2),
        ("(x0 - 300)*(x1 - 300)", 300.0, 0),
        ("(x0 - 300)**2 + x0*x1", 300.0, 1),
        ("x0 - 2*x1", 300.0, 0),
        ("exp(x0 - 300) + x1", 300.0, 0),
    ],
)
@pytest.mark.parametrize("unit", [1e-9, 1.0])
def test_curves_that_are_straight_on_the_rows_cost_more(text, offset, n, unit):
    """From a user's case: x0 - 0.5*x1 > 0 at an offset of 100 came out as x0**2/x1 > 50."""
    rows = (uniform_rows(300, 2, 0.5, 3.0) + offset) * unit
    problem = boundary_problem(
        lambda X: X[:, 0] - 0.5 * X[:, 1] - 0.8 * unit - 0.5 * offset * unit, rows
    )
    if unit != 1.0:
        text = text.replace("x0", f"(x0/{unit!r})").replace("x1", f"(x1/{unit!r})")
    expression = parse(text)
    extra = problem.candidate(expression).cost - problem.settings.cost(expression)
    assert extra == pytest.approx(2.0 * n)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_what_is_a_part_of_a_period_does_not_depend_on_units(scale):
    problem = boundary_problem(lambda X: X[:, 0] ** 2 / scale**2 - 1, X * scale)
    expression = parse(f"cos({0.5 / scale}*x0)")
    assert problem.candidate(expression).cost == pytest.approx(
        problem.settings.cost(expression) + 2.0
    )
