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


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_what_is_a_part_of_a_period_does_not_depend_on_units(scale):
    problem = boundary_problem(lambda X: X[:, 0] ** 2 / scale**2 - 1, X * scale)
    expression = parse(f"cos({0.5 / scale}*x0)")
    assert problem.candidate(expression).cost == pytest.approx(
        problem.settings.cost(expression) + 2.0
    )
