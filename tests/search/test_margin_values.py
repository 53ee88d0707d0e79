"""The second search: values of the margin, where directions find no more than a line."""

import numpy as np
import pytest
from search_pool import boundary_problem, uniform_rows

from skinterp.matching import best_threshold
from skinterp.network import as_network
from skinterp.search import Search
from skinterp.search._linear_path import add_linear, is_linear
from skinterp.search._margin_values import add_by_values, best_agreement
from skinterp.search._selection import HeldPoints

X, NEW = uniform_rows(400, 2), uniform_rows(1000, 2, seed=1)


def curved(X):
    """Return a margin that is no line."""
    return X[:, 0] ** 2 + 0.5 * X[:, 1] - 0.2


def lines_only(margin, X=X, new=NEW, **settings):
    """Return a search that knows lines only, and what a second one needs."""
    view = as_network(margin, n_features_in=X.shape[1]).output()
    answers = view.value(X) > 0

    def decide(formula, points):
        threshold, greater, _ = best_threshold(formula.evaluate(X), answers)
        return (formula.evaluate(points) > threshold) == greater

    def fidelity(values):
        return best_threshold(values, answers)[2]

    problem = boundary_problem(margin, X, operators=["add", "mul", "square"], **settings)
    search = Search(problem, noise_floor=0.0, random_state=0)
    held = HeldPoints(new, view.value(new) > 0, decide)
    add_linear(search, view.value(X), held, classifies=True)
    return search, view, fidelity, held


def agreement(search, held):
    """Return the fidelity of the best formula of a search."""
    return max(held.agreement(e).mean() for e in search.candidates)


def test_what_is_more_faithful_than_a_line_is_added():
    search, *found = lines_only(curved)
    held = found[-1]
    before = set(search.candidates)
    best = agreement(search, held)
    add_by_values(search, *found)
    added = set(search.candidates) - before
    assert added and not any(map(is_linear, added))
    assert all(held.agreement(e).mean() > best for e in added)
    assert agreement(search, held) > 0.98


@pytest.mark.parametrize("factor", [1 / 64, 64])
def test_the_scale_of_the_margin_does_not_matter(factor):
    first, *found = lines_only(curved)
    add_by_values(first, *found)
    second, *found = lines_only(lambda X: factor * curved(X))
    add_by_values(second, *found)
    curves = [{e for e in s.candidates if not is_linear(e)} for s in (first, second)]
    assert curves[0] == curves[1]


def test_a_line_that_is_enough_is_left_alone():
    search, *found = lines_only(lambda X: X[:, 0] - X[:, 1])
    before = dict(search.candidates)
    add_by_values(search, *found)
    assert search.candidates == before


def test_a_formula_better_than_any_line_is_enough():
    search, *found = lines_only(curved)
    assert best_agreement(search, found[-1]) is not None
    search.run()
    assert best_agreement(search, found[-1]) is None


def test_nothing_is_searched_after_the_budget():
    search, *found = lines_only(curved, deadline=0.0)
    before = dict(search.candidates)
    add_by_values(search, *found)
    assert search.candidates == before


def test_limits_that_nothing_meets_add_nothing():
    search, *found = lines_only(curved)
    before = dict(search.candidates)
    object.__setattr__(search.settings, "max_cost", 0.5)
    add_by_values(search, *found)
    assert search.candidates == before


def test_linear_formulas_stay_within_the_limits():
    for most in (1.0, 5.0, 9.0):
        search = lines_only(curved, max_cost=most)[0]
        assert search.candidates
        assert all(c.cost <= most for c in search.candidates.values())
        assert np.isfinite([c.loss for c in search.candidates.values()]).all()


def test_a_second_search_keeps_to_the_inputs_of_the_boundary():
    """An input that matters far from the boundary only does not bring the search down."""
    rows = uniform_rows(400, 3), uniform_rows(1000, 3, seed=1)
    search, *found = lines_only(lambda X: curved(X) * np.exp(3.0 * X[:, 2]), *rows)
    assert search.problem.space.active == [0, 1]
    before = dict(search.candidates)
    add_by_values(search, *found)
    assert len(search.candidates) > len(before)
    assert set().union(*(e.variables for e in search.candidates)) == {0, 1}
