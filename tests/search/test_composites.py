"""Quantities through which several inputs act: found pair by pair, whatever acts on them."""

import numpy as np
import pytest
from search_pool import boundary_problem, uniform_rows

from skinterp.expression import parse
from skinterp.matching._composites import line_loss, line_ratio
from skinterp.search import Search
from skinterp.search._composites import combine_composites, composites_of, merged_models

ROWS = uniform_rows(2000, 4, 0.3, 2.0)
SIGNED = uniform_rows(2000, 5)


def problem_of(text, X, level):
    expression = parse(text)
    return boundary_problem(lambda Z: expression.evaluate(Z) - level, X, n_points=500)


def search_of(text, X, level):
    return Search(problem_of(text, X, level), noise_floor=0.0, random_state=0)


def same_levels(found, true, X):
    """Tell whether two quantities have the same level sets: parallel gradients, up or down."""
    a, b = (e.value_and_gradient(X)[1] for e in (found, true))
    return line_loss(b / np.linalg.norm(b, axis=1)[:, None], a, np.full(len(X), 1 / len(X))) < 1e-3


@pytest.mark.parametrize(
    ("text", "composite", "level"),
    [
        ("sin(2*(x0 - 0.5*x1)) + x2", "x0 - 0.5*x1", 1.2),
        ("exp(-x0*x1) + 0.3*x2", "x0*x1", 0.6),
        ("(x0/x1)**2/(1 + (x0/x1)**2) + 0.2*x2", "x0/x1", 0.7),
        ("sqrt(x0**2 + 2*x1**2) - x2*x3", "x0**2 + 2*x1**2", 0.5),
        ("log(x0/(x1 + 0.7)) + x2", "x0/(x1 + 0.7)", 0.8),
        ("(x0*(x1 - 0.9) - 0.3)**2 + 0.4*x2", "x0*(x1 - 0.9)", 0.6),
        ("cos(x0**2*x1) + x2", "x0**2*x1", 1.5),
        ("(x0 - x1**2)**2 + x2", "x0 - x1**2", 1.5),
    ],
)
def test_the_quantity_of_a_pair_is_read_whatever_acts_on_it(text, composite, level):
    problem = problem_of(text, ROWS, level)
    a, b = (problem.space.variable(j) for j in (0, 1))
    found = composites_of(problem, a, b)
    assert same_levels(found[0].term.expression, parse(composite), ROWS)
    assert found[0].loss < 0.01


def test_inputs_that_act_apart_have_no_composite():
    problem = problem_of("x0*x3 + x1*x2", ROWS, 2.5)
    a, b = (problem.space.variable(j) for j in (0, 2))
    assert all(c.loss > 0.03 for c in composites_of(problem, a, b))


def test_mergers_nest():
    search = search_of("(x0*x1 - x2*x3)**2 + x4", SIGNED, 0.3)
    models = list(merged_models(search))
    wanted = parse("x0*x1 - x2*x3")
    components = [c for model in models for c in model.components]
    assert any(len(c.variables) == 4 and same_levels(c, wanted, SIGNED) for c in components)


def test_sums_of_functions_of_composites_are_added():
    search = search_of("exp(-(x0 - 0.5*x1)**2) - x2*x3", SIGNED, 0.6)
    combine_composites(search)
    assert min(c.loss for c in search.candidates.values()) < 2e-3


@pytest.mark.parametrize("text", ["x0**2", "x0**2 - x1"])
def test_a_boundary_in_two_inputs_tells_no_composite(text):
    n_inputs = len(parse(text).variables)
    assert not list(merged_models(search_of(text, SIGNED[:, :n_inputs], 0.2)))


def test_line_loss_is_free_of_sign():
    rng = np.random.default_rng(0)
    u = rng.normal(size=(200, 3))
    u /= np.linalg.norm(u, axis=1)[:, None]
    w = np.full(200, 1 / 200)
    assert line_loss(u, u * rng.normal(size=(200, 1)), w) < 1e-12
    turned = np.cross(u, rng.normal(size=(200, 3)))
    assert line_loss(u, turned, w) == pytest.approx(0.5)


@pytest.mark.parametrize("c", [-3.0, 0.02, 50.0])
def test_line_ratio_is_the_coefficient(c):
    rng = np.random.default_rng(1)
    s, t = rng.normal(size=(2, 300, 2))
    g = (s + c * t) * rng.choice([-1.0, 1.0], size=(300, 1))
    u = g / np.linalg.norm(g, axis=1)[:, None]
    w = np.full(300, 1 / 300)
    assert line_ratio(u, s, t, w) == pytest.approx(c, rel=1e-6)
    assert not np.isfinite(line_ratio(u, s, 0 * t, w))
