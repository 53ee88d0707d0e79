"""Beams, fronts, elbows, ties and selections against brute force on made-up numbers."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_pool import uniform_rows

from skinterp.expression import Constant, Variable, parse
from skinterp.matching import best_threshold
from skinterp.search import Candidate, elbow
from skinterp.search._beam import COMBINING_COST, merit, sum_cost
from skinterp.search._evidence import structure
from skinterp.search._front import make_front, pareto, scores
from skinterp.search._linear_path import LinearPath, is_linear
from skinterp.search._selection import SELECTIONS, HeldPoints, Selection, as_faithful, is_gain
from skinterp.search._ties import asked_points, best_interval, difference, region_of

unit = st.floats(0, 1).map(lambda value: round(value, 3))
fronts = st.lists(st.tuples(unit, unit, st.integers(1, 9)), min_size=1, max_size=12)
X = uniform_rows(300, 3, seed=1)


def candidates_of(triples):
    """Return candidates of losses, fidelities and costs."""
    return [
        Candidate(Variable(0) + Constant(float(k)), loss, float(cost), fidelity)
        for k, (loss, fidelity, cost) in enumerate(triples)
    ]


@given(fronts)
def test_nothing_on_a_front_is_beaten_and_all_that_is_left_out_is(triples):
    given_, kept = candidates_of(triples), pareto(candidates_of(triples))
    spared = {str(c.expression) for c in kept}
    for c in given_:
        cheaper = [o for o in given_ if o.cost <= c.cost and o.expression != c.expression]
        is_beaten = bool(cheaper) and (
            min(o.loss for o in cheaper) * (1 - 1e-3) - 1e-7 <= c.loss
            and max(o.fidelity for o in cheaper) + 1e-3 >= c.fidelity
        )
        assert str(c.expression) in spared or is_beaten
    for one, other in combinations(kept, 2):
        assert other.loss < one.loss or other.fidelity > one.fidelity


@given(st.lists(st.tuples(unit, st.integers(1, 20)), min_size=1, max_size=15))
def test_the_elbow_is_the_least_of_log_loss_and_price(pairs):
    losses, costs = map(list, zip(*pairs))
    ranks = [np.log(loss + 1e-3) + 0.2 * cost for loss, cost in pairs]
    assert ranks[elbow(losses, costs, price=0.2, floor=1e-3)] == pytest.approx(min(ranks))


@given(st.lists(unit, min_size=2, max_size=10), st.floats(0.5, 4))
def test_the_elbow_is_the_same_whatever_the_unit_of_the_loss(losses, factor):
    losses = np.array(losses) + 0.01
    assert elbow(losses, floor=0.0) == elbow(losses * factor, floor=0.0)


@pytest.mark.parametrize(
    ("losses", "costs", "named"),
    [
        ([], None, "losses"),
        ([-1.0], None, "losses"),
        ([np.nan], None, "losses"),
        ([[1.0]], None, "losses"),
        ([1.0, 2.0], [1.0], "costs"),
        ([1.0], [np.inf], "costs"),
    ],
)
def test_what_is_no_front_is_refused(losses, costs, named):
    with pytest.raises(ValueError, match=rf"{named} must be .* Got"):
        elbow(losses, costs)


@given(fronts)
def test_the_best_score_is_selected_and_ties_lie_near_it(triples):
    front = make_front(candidates_of(triples), ("a",), noise_floor=0.0, linear_loss=0.5)
    score = scores(list(front))
    best = next(k for k, c in enumerate(front) if c.selected)
    assert score[best] == pytest.approx(score.min())
    tied = [k for k, c in enumerate(front) if c.tied]
    rest = [k for k, c in enumerate(front) if not c.tied and k != best]
    assert max(score[tied], default=score.min()) <= min(score[rest], default=np.inf)


def test_shorter_closer_and_more_faithful_score_better():
    base = (0.1, 0.8, 5)
    better = [(0.05, 0.8, 5), (0.1, 0.9, 5), (0.1, 0.8, 4)]
    score = scores(candidates_of([base, *better]))
    assert (score[1:] < score[0]).all()


# Selection on points that were held back


def agreement_of(means, n=400, spread=0.1, seed=0):
    noise = np.random.default_rng(seed).normal(scale=spread, size=(len(means), n))
    noise -= noise.mean(axis=1, keepdims=True)
    return np.array(means)[:, np.newaxis] + noise


@pytest.mark.parametrize(
    ("means", "at_elbow", "expected"),
    [
        ([0.5, 0.9, 0.95], 1, {"elbow": 1, "accurate": 2, "one_se": 2, "auto": 2}),
        ([0.5, 0.949, 0.95], 0, {"elbow": 0, "accurate": 2, "one_se": 1, "auto": 1}),
        ([0.5, 0.949, 0.95], 2, {"elbow": 2, "accurate": 2, "one_se": 1, "auto": 2}),
        ([0.7], 0, {"elbow": 0, "accurate": 0, "one_se": 0, "auto": 0}),
        ([0.95, 0.9, 0.5], 2, {"elbow": 2, "accurate": 0, "one_se": 0, "auto": 0}),
    ],
)
def test_rules_choose_from_a_made_up_front(means, at_elbow, expected):
    agreement = agreement_of(means)
    seen = at_elbow, agreement.mean(axis=1), as_faithful(agreement)
    assert {name: rule(*seen) for name, rule in SELECTIONS.items()} == expected


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_as_faithful_is_one_standard_error_of_the_paired_difference(seed, n_formulas):
    rng = np.random.default_rng(seed)
    agreement = rng.normal(0.5, 0.2, size=(n_formulas, 50))
    means = [row.mean() for row in agreement]
    best = agreement[int(np.argmax(means))]
    for row, is_faithful in zip(agreement, as_faithful(agreement), strict=True):
        error = np.std(best - row) / np.sqrt(50)
        assert is_faithful == (np.mean(best) - np.mean(row) <= max(error, 0.005))


@pytest.mark.parametrize(
    ("gains", "expected"),
    [([1.0, 1.0, 1.0], True), ([0.0, 0.0], False), ([5.0, -5.0], False), ([3.0, 1.0, 2.0], True)],
)
def test_a_gain_is_more_than_its_standard_error(gains, expected):
    assert is_gain(np.array(gains)) is expected


def test_agreement_with_values_is_their_r_squared():
    target = X[:, 0] + 0.3 * X[:, 1]
    held = HeldPoints(X, target, lambda formula, rows: formula.evaluate(rows))
    expected = 1 - np.mean((target - X[:, 0]) ** 2) / target.var()
    assert held.agreement(parse("x0")).mean() == pytest.approx(expected)
    assert held.constant_agreement().mean() == pytest.approx(0.0, abs=0.4)


def test_agreement_with_classes_is_the_share_of_rows():
    target = X[:, 0] > 0.2
    held = HeldPoints(X, target, lambda formula, rows: (formula.evaluate(rows) > 0).astype(float))
    assert held.agreement(parse("x0")).mean() == pytest.approx(np.mean((X[:, 0] > 0) == target))
    assert held.constant_agreement().mean() == pytest.approx(max(target.mean(), 1 - target.mean()))


def test_where_a_formula_is_undefined_it_agrees_with_nothing():
    held = HeldPoints(X, X[:, 0], lambda formula, rows: formula.evaluate(rows))
    undefined = X[:, 0] <= 0
    assert (held.agreement(parse("log(x0)"))[undefined] == 0.0).all()


def test_a_rule_of_the_user_sees_fidelity_and_is_checked():
    given_ = candidates_of([(0.5, 0.6, 1), (0.1, 0.9, 3)])
    held = HeldPoints(X, X[:, 0], lambda formula, rows: formula.evaluate(rows))
    seen = []
    choose = Selection(lambda front: seen.extend(front) or 1, held)
    kept, index, faithful = choose(given_, 0)
    assert index == 1 and len(faithful) == 2
    assert all(c.held_fidelity == pytest.approx(held.agreement(c.expression).mean()) for c in kept)
    assert seen == kept


@pytest.mark.parametrize("index", [2, -1, True, 0.0, None, "first"])
def test_what_is_no_index_of_a_formula_is_refused(index):
    held = HeldPoints(X, X[:, 0], lambda formula, rows: formula.evaluate(rows))
    with pytest.raises(ValueError, match="select must return the index of a formula, from 0 to 1"):
        Selection(lambda front: index, held)(candidates_of([(0.5, 0.6, 1), (0.1, 0.9, 3)]), 0)


# Where two formulas differ


@given(st.integers(0, 10_000), st.integers(4, 30))
def test_the_best_interval_separates_as_well_as_any(seed, n):
    rng = np.random.default_rng(seed)
    x, differs = rng.integers(0, 8, size=n).astype(float), rng.random(n) < 0.4
    if differs.all() or not differs.any():
        return
    low, high, gain = best_interval(x, differs)
    inside = (x > low) & (x < high)
    assert gain == pytest.approx(inside[differs].mean() - inside[~differs].mean())
    levels = np.unique(x)
    best = max(
        np.mean((x[differs] >= a) & (x[differs] <= b))
        - np.mean((x[~differs] >= a) & (x[~differs] <= b))
        for a in levels
        for b in levels
        if a <= b
    )
    assert gain == pytest.approx(best)


@pytest.mark.parametrize(
    ("region", "inputs"),
    [
        (lambda Z: Z[:, 1] > 0.3, {1}),
        (lambda Z: (Z[:, 0] < -0.2) & (Z[:, 2] > 0.1), {0, 2}),
        (lambda Z: np.abs(Z[:, 1]) < 0.2, {1}),
    ],
)
def test_the_region_of_a_difference_is_found(region, inputs):
    differs = region(X)
    found = region_of(X, differs, range(3))
    assert {j for j, _, _ in found} == inputs
    inside = np.all([(X[:, j] > low) & (X[:, j] < high) for j, low, high in found], axis=0)
    np.testing.assert_array_equal(inside, differs)


def test_a_difference_that_is_everywhere_has_no_region():
    differs = np.random.default_rng(0).random(300) < 0.5
    assert all(np.isfinite([low, high]).any() for _, low, high in region_of(X, differs, [0]))
    assert region_of(X, differs, []) == ()


def decider(text, threshold, greater=True):
    return Candidate(parse(text), 0.1, 3.0, 0.9, threshold=threshold, greater=greater)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("x0", 0.0), ("x0**3", 0.0), True),
        (("x0", 0.5), ("-2*x0", -1.0, False), True),
        (("x0 - x1", 0.0), ("exp(x0 - x1)", 1.0), True),
        (("x0", 0.0), ("x1", 0.0), False),
        (("x0", 0.0), ("x0", 0.4), False),
    ],
)
def test_formulas_of_one_boundary_are_called_so(first, second, same):
    found = difference(decider(*first), decider(*second), X, ("a", "b", "c"))
    assert found.same_boundary is same
    assert ("the same boundary" in str(found)) is same


def test_the_share_of_a_difference_is_that_of_the_rows():
    found = difference(decider("x0", 0.0), decider("x0", 0.4), X, ("a", "b", "c"), ("no", "yes"))
    assert found.share == pytest.approx(np.mean((X[:, 0] > 0) & (X[:, 0] <= 0.4)))
    point = found.experiment
    assert 0 < point[0] <= 0.4 and found.answers == ("yes", "no")


def test_points_asked_for_keep_to_the_values_of_each_column():
    rows = np.column_stack([X[:, 0], X[:, 1] > 0, np.round(3 * X[:, 2])])
    asked = asked_points(rows, 0)
    assert len(asked) == 600
    for column, values in zip(asked.T, rows.T, strict=True):
        assert set(column) <= set(values)
    np.testing.assert_array_equal(asked, asked_points(rows, 0))


def test_a_column_of_two_values_stays_with_its_row():
    rows = np.column_stack([X[:, 0], X[:, 0] > 0])
    asked = asked_points(rows, 0)
    assert len(asked) == 2 * len(rows)
    own = asked[len(rows) :]
    assert set(own[:, 1]) <= {0.0, 1.0}


# Combinations of terms


def test_merit_falls_with_loss_and_cost():
    assert merit(0.1, 3.0, 0.1) < merit(0.2, 3.0, 0.1) and merit(0.1, 2.0, 0.1) < merit(
        0.1, 3, 0.1
    )
    assert merit(0.0, 1.0, 0.1) == merit(1e-9, 1.0, 0.1)


def test_a_sum_costs_its_terms_and_their_combining():
    parts = [parse("x0"), parse("x1*x2"), parse("log(x0)")]
    prices = {"mul": 2.0, "log": 3.0}
    expected = sum(part.cost(prices) for part in parts) + 2 * COMBINING_COST
    assert sum_cost(parts, prices) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "linear"),
    [
        ("x0", True),
        ("3*x0 - 2*x1 + 1", True),
        ("x0 + x0*x1", False),
        ("2*(x0 + x1)", True),
        ("log(x0)", False),
        ("x0**2", False),
    ],
)
def test_linear_formulas_are_sums_of_inputs(text, linear):
    assert is_linear(parse(text)) is linear


def test_the_linear_path_is_least_squares_of_one_input_more_each():
    values = 3 * X[:, 2] - 2 * X[:, 0] + 0.5 * X[:, 1] + 7
    line = LinearPath(X, values, 9, classifies=False)
    path = [line.at(size) for size in range(1, len(line.order) + 1)]
    assert [set(inputs) for inputs, _ in path] == [{2}, {0, 2}, {0, 1, 2}]
    for inputs, slopes in path:
        columns = np.column_stack([X[:, list(inputs)], np.ones(300)])
        expected = np.linalg.lstsq(columns, values, rcond=None)[0][:-1]
        np.testing.assert_allclose(slopes, expected, rtol=1e-4)


def test_the_linear_path_of_a_classifier_follows_its_log_odds():
    log_odds = 2 * X[:, 1] - X[:, 0]
    inputs, slopes = LinearPath(X, log_odds, 2, classifies=True).at(2)
    formula = X[:, list(inputs)] @ slopes
    assert np.corrcoef(formula, log_odds)[0, 1] > 0.999
    assert best_threshold(formula, log_odds > 0)[2] > 0.99


def test_formulas_that_differ_in_constants_have_one_structure():
    assert structure(parse("x0 + 2*x1")) == structure(parse("x0 + 3.5*x1"))
    assert structure(parse("x0 + 2*x1")) != structure(parse("x0 - 2*x1"))
    assert structure(parse("x0 + 2*x1")) != structure(parse("x1 + 2*x0"))
