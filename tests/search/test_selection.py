"""Which formula of a front is taken: rules on points that the search has not seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier

from skinterp import SymbolicSurrogateClassifier
from skinterp.expression import parse
from skinterp.expression._sums import as_sum
from skinterp.search import Candidate
from skinterp.search._front import make_front
from skinterp.search._linear_path import LinearPath, is_linear, longer_sizes
from skinterp.search._selection import (
    MOST_LOST,
    SELECTIONS,
    HeldPoints,
    Selection,
    as_faithful,
    held_monotone,
)

POINTS = np.random.RandomState(0).uniform(-1, 1, size=(500, 2))
TRUTH = parse("x0 + 0.2*x1")
# the elbow of these is the first, whose answers differ from the truth's at 6 % of the points
FRONT = [
    Candidate(parse("x0"), 0.01, 1.0, 0.94),
    Candidate(TRUTH, 0.009, 5.0, 1.0),
    Candidate(parse("x0 + 0.2*x1 + 0.001*x1**2"), 0.0089, 11.0, 1.0),
]
masks = st.lists(st.lists(st.booleans(), min_size=40, max_size=40), min_size=1, max_size=6)


def held():
    """Return points with the answers of the truth."""
    return HeldPoints(
        POINTS, TRUTH.evaluate(POINTS) > 0, lambda formula, X: formula.evaluate(X) > 0
    )


def selected(select):
    """Return the index that a rule takes, where the elbow is the first formula."""
    return Selection(select, held())(FRONT, 0)[1]


def test_each_rule_takes_what_it_promises():
    assert selected("elbow") == 0
    assert selected("accurate") == selected("one_se") == selected("auto") == 1


def test_an_elbow_that_is_as_faithful_is_kept():
    assert Selection("auto", held())(FRONT[1:], 1)[1] == 1
    assert Selection("one_se", held())(FRONT[1:], 1)[1] == 0


@given(masks)
def test_no_rule_but_the_elbow_gives_away_more_than_stated(found):
    agreement = np.array(found, dtype=float)
    means = agreement.mean(axis=1)
    best = agreement[means.argmax()]
    for name in ("auto", "one_se", "accurate"):
        for elbow in range(len(agreement)):
            lost = best - agreement[SELECTIONS[name](elbow, means, as_faithful(agreement))]
            assert lost.mean() <= max(lost.std() / np.sqrt(lost.size), MOST_LOST)


@given(masks)
def test_the_best_is_as_faithful_as_itself(found):
    agreement = np.array(found, dtype=float)
    assert as_faithful(agreement)[agreement.mean(axis=1).argmax()]


@given(masks)
def test_formulas_that_answer_together_give_up_less(found):
    agreement = np.array(found, dtype=float)
    alone, together = as_faithful(agreement), as_faithful(agreement, 0.2)
    assert not (together & ~alone).any()
    assert as_faithful(agreement, 0.0).sum() >= 1


def test_rows_count_beside_new_points():
    points = held()
    rows = np.random.RandomState(5).uniform(-1, 1, size=(400, 2)) * [0.05, 1.0]
    beside = points.beside(rows, TRUTH.evaluate(rows) > 0)
    agreed = points.as_faithful([parse("x0 + 0.19*x1"), TRUTH])
    assert agreed.all()
    # near x0 = 0 only the sign of x1 counts: there "x0" is wrong, at most new points it is right
    both = beside.as_faithful([parse("x0"), parse("x1"), TRUTH])
    assert both.tolist() == [False, False, True]


def test_a_function_chooses_by_its_index():
    seen = []

    def shortest(candidates):
        seen.extend(candidates)
        return np.int64(2)

    assert selected(shortest) == 2
    assert [c.expression for c in seen] == [c.expression for c in FRONT]
    assert seen[1].held_fidelity == 1.0 > seen[0].held_fidelity


@pytest.mark.parametrize("index", [3, -1, 1.0, True, None, "first"])
def test_a_function_that_returns_no_index_is_refused(index):
    with pytest.raises(ValueError, match="select must return the index of a formula, from 0 to 2"):
        selected(lambda candidates: index)


def test_a_front_marks_the_choice_and_its_fidelity():
    front = make_front(
        FRONT, ("a", "b"), noise_floor=0.0, linear_loss=0.5, selection=Selection("auto", held())
    )
    chosen = front.selected
    assert chosen.held_fidelity >= max(c.held_fidelity for c in front) - MOST_LOST
    assert not any(c.tied and c.held_fidelity < chosen.held_fidelity - 0.05 for c in front)


def test_undefined_answers_do_not_agree():
    points = HeldPoints(
        POINTS, np.ones(len(POINTS), dtype=bool), lambda formula, X: formula.evaluate(X)
    )
    agreement = points.agreement(parse("x0/x0 + log(x1) - log(x1)"))
    np.testing.assert_array_equal(agreement, (POINTS[:, 1] > 0).astype(float))


def test_a_monotone_function_of_a_formula_is_as_faithful_as_the_formula():
    target = np.exp(TRUTH.evaluate(POINTS))
    points = held_monotone(target, target, POINTS, POINTS)
    right = points.agreement(TRUTH).mean()
    assert right > 0.99
    assert points.agreement(parse("(x0 + 0.2*x1)**3")).mean() == pytest.approx(right, abs=0.01)
    assert points.agreement(parse("x1")).mean() < 0.5


def test_a_constant_agrees_with_the_commonest_answer():
    points = held()
    share = points.target.mean()
    assert points.constant_agreement().mean() == pytest.approx(max(share, 1 - share))


@pytest.mark.parametrize("classifies", [True, False])
def test_the_linear_path_ends_at_the_linear_function(classifies):
    X = np.random.RandomState(0).normal(size=(300, 4))
    values = X @ [3.0, 0.0, -2.0, 0.5]
    path = LinearPath(X, values, 3, classifies=classifies)
    assert [path.at(size)[0] for size in (1, 2, 3)] == [(0,), (0, 2), (0, 2, 3)]
    slopes = path.at(3)[1] / path.at(3)[1][0]
    np.testing.assert_allclose(slopes, [1.0, -2.0 / 3.0, 0.5 / 3.0], atol=0.01)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2*x0 - x1 + 3", True), ("x0", True), ("x0*x1", False), ("exp(x0) + x1", False)],
)
def test_linear_formulas_are_known(text, expected):
    assert is_linear(parse(text)) == expected


@pytest.mark.parametrize(("first", "last"), [(1, 1), (3, 4), (14, 30), (14, 300), (20, 14)])
def test_longer_sizes_rise_to_the_last(first, last):
    sizes = list(longer_sizes(first, last))
    assert sizes == sorted(set(sizes)) and sizes[-1] == last
    assert len(sizes) <= 2 + 6 * np.log(max(last / first, 2.0))


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_swapped_classes_keep_the_form_of_the_law(flip):
    """From a user's case: a sum whose slopes the network distorts came out as a sine."""
    X = np.random.default_rng(0).normal(size=(400, 4))
    y = (X[:, 0] + 0.8 * X[:, 1] * X[:, 2] > 0).astype(int)
    options = {"solver": "lbfgs", "alpha": 1e-2, "max_iter": 2000, "random_state": 0}
    model = MLPClassifier((8,), **options).fit(X, y)
    model.coefs_[-1] *= flip
    model.intercepts_[-1] = flip * model.intercepts_[-1]
    surrogate = SymbolicSurrogateClassifier(model, max_complexity=15, random_state=0).fit(X)
    terms = {str(part) for part in as_sum(surrogate.front_.selected.expression)[0]}
    assert terms in ({"x0", "x1*x2"}, {"x0", "x2*x1"})
    assert surrogate.front_.selected.fidelity > 0.99
