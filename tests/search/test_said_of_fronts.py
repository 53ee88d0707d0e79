"""Notes on choices that are hardly better than what is trivial; coefficients fitted to answers."""

import numpy as np
import pytest
from search_pool import boundary_problem, uniform_rows
from sklearn.linear_model import LinearRegression, LogisticRegression

from skinterp.expression import parse
from skinterp.expression._sums import as_sum
from skinterp.matching import best_threshold
from skinterp.search import Candidate, Search
from skinterp.search._front import make_front
from skinterp.search._linear_path import LinearPath, add_refitted, is_matched
from skinterp.search._said import compared, compared_note
from skinterp.search._selection import HeldPoints

X = uniform_rows(600, 3)
NAMES = ("x0", "x1", "x2")


def front_of(*texts):
    """Return a front of formulas, the first of them selected."""
    found = [
        Candidate(parse(text), 0.1 / (k + 1), 2.0 + 10.0 * k, 0.9) for k, text in enumerate(texts)
    ]
    return make_front(found, NAMES, noise_floor=0.0, linear_loss=0.5)


def held_classes(truth):
    """Return points with the signs of a formula, of which others answer by their signs, too."""
    target = parse(truth).evaluate(X) > 0
    return HeldPoints(X, target, lambda formula, rows: formula.evaluate(rows) > 0)


def held_values(truth):
    return HeldPoints(X, parse(truth).evaluate(X), lambda formula, rows: formula.evaluate(rows))


@pytest.mark.parametrize(
    ("held", "formulas", "said"),
    [
        (held_classes("x0 + 2"), ["x0*x1", "x0"], "the commonest answer"),
        (held_values("x0*x1"), ["x2", "x1"], "a constant"),
        (held_classes("x0 + 0.3*x1"), ["x0 + 0.3*x1", "x0"], None),
        (held_classes("x0 + x1*x2"), ["x0 + 0.9*x1*x2"], None),
        (held_classes("x0 + 1.2*x1**2 - 0.4"), ["x0", "x0*x1"], "a linear one"),
        (held_classes("x0 + 0.6*x1"), ["x0*(1 + x2)", "x0 + 0.6*x1"], "a linear one"),
    ],
)
def test_a_choice_that_is_hardly_better_is_said(held, formulas, said):
    front = front_of(*formulas)
    note = compared_note(front, held)
    assert note == (None if said is None else f"no formula found is more faithful than {said}")
    assert compared(front, held).notes == (() if said is None else (note,))


@pytest.mark.parametrize("classifies", [True, False])
def test_linear_functions_of_all_inputs_are_those_of_other_libraries(classifies):
    values = 2.0 * X[:, 0] - X[:, 1] + 0.3 * X[:, 2] + 0.5 * np.sin(3 * X[:, 0]) + 0.2
    path = LinearPath(X, values, 3, classifies=classifies)
    inputs, slopes = path.at(3)
    assert inputs == (0, 1, 2)
    if classifies:
        rows = np.concatenate([X, X])
        labels = np.repeat([0, 1], len(X))
        chance = 1.0 / (1.0 + np.exp(-values))
        weight = np.concatenate([1.0 - chance, chance])
        other = LogisticRegression(C=1e6, tol=1e-8, max_iter=500).fit(rows, labels, weight)
        np.testing.assert_allclose(slopes, other.coef_[0], rtol=2e-2, atol=2e-2)
    else:
        other = LinearRegression().fit(X, values)
        np.testing.assert_allclose(slopes, other.coef_, rtol=1e-4)


def test_inputs_are_taken_by_what_they_explain():
    values = 0.1 * X[:, 0] + 3.0 * X[:, 1] + X[:, 2]
    path = LinearPath(X, values, 3, classifies=False)
    assert path.order.tolist() == [1, 2, 0]
    assert [path.at(size)[0] for size in (1, 2, 3)] == [(1,), (1, 2), (0, 1, 2)]


def searched(margin, *texts):
    """Return a search whose candidates are formulas."""
    problem = boundary_problem(margin, X, operators=["add", "mul", "square"])
    search = Search(problem, noise_floor=0.0, random_state=0)
    for text in texts:
        candidate = problem.candidate(parse(text))
        search.candidates[candidate.expression] = candidate
    return search


def test_coefficients_follow_the_answers_where_slopes_mislead():
    def margin(X):
        return X[:, 0] + 0.8 * X[:, 1] * X[:, 2] + 0.02 * np.sin(40 * X[:, 0])

    search = searched(margin, "x0 + 0.3*x1*x2")
    before = set(search.candidates)
    add_refitted(search, 10.0 * margin(X))
    (found,) = set(search.candidates) - before
    parts, coefficients, _ = as_sum(found)
    assert {str(part) for part in parts} == {"x0", "x1*x2"}
    by_name = dict(zip(map(str, parts), coefficients, strict=True))
    assert by_name["x1*x2"] / by_name["x0"] == pytest.approx(0.8, abs=0.08)
    answers = margin(X) > 0
    old, new = (best_threshold(e.evaluate(X), answers)[2] for e in (*before, found))
    assert new > old


def test_lines_single_terms_and_undefined_ones_are_left_as_they_are():
    search = searched(lambda X: X[:, 0] + X[:, 1], "x0 + x1", "x0**2")
    before = dict(search.candidates)
    add_refitted(search, X[:, 0] + X[:, 1])
    assert search.candidates == before


@pytest.mark.parametrize(("formula", "expected"), [("x0 + 0.5*x1", True), ("x1", False)])
def test_a_formula_matches_the_line_of_all_inputs_or_not(formula, expected):
    held = held_classes("x0 + 0.5*x1 + 0.001*x2")
    whole = parse("x0 + 0.5*x1 + 0.001*x2")
    assert is_matched([parse("x2"), parse(formula)], whole, held) == expected
