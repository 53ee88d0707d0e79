"""From a formula's values to classes and log-odds."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit
from sklearn.isotonic import isotonic_regression

from skinterp.matching import (
    best_threshold,
    classification_link,
    monotone_knots,
    rounded_threshold,
)

LABELLED = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.one_of(
            arrays(float, n, elements=st.integers(-4, 4).map(float)),
            arrays(float, n, elements=st.floats(-1.7e308, 1.7e308)),
        ),
        arrays(bool, n),
    )
)


def agreement(values, answers, threshold, greater):
    return np.mean(((values > threshold) == greater) == answers)


def best_by_trying(values, answers):
    """Return the best share over every cut that differs, in either direction."""
    cuts = [-np.inf, *values]
    return max(agreement(values, answers, t, greater) for t in cuts for greater in (True, False))


@given(LABELLED)
def test_no_other_cut_agrees_better_and_the_stated_share_is_true(labelled):
    values, answers = labelled
    threshold, greater, share = best_threshold(values, answers)
    assert np.isfinite(threshold)
    assert share == pytest.approx(agreement(values, answers, threshold, greater), abs=1e-12)
    assert share == pytest.approx(best_by_trying(values, answers), abs=1e-12)


@given(LABELLED, st.floats(-5, 5), st.sampled_from([0.0, 5e-4, 0.1, 0.3]))
def test_near_a_prior_it_agrees_as_well_but_for_the_slack(labelled, prior, slack):
    values, answers = labelled
    threshold, greater, share = best_threshold(values, answers, prior=prior, slack=slack)
    assert share == pytest.approx(agreement(values, answers, threshold, greater), abs=1e-12)
    assert share >= best_by_trying(values, answers) - slack - 1e-12


@given(LABELLED, st.floats(-5, 5))
def test_a_prior_that_agrees_well_enough_is_the_threshold(labelled, prior):
    values, answers = labelled
    greater = best_threshold(values, answers)[1]
    assume(agreement(values, answers, prior, greater) == best_by_trying(values, answers))
    assert best_threshold(values, answers, prior=prior)[0] == prior


def test_a_prior_inside_a_wide_gap_beats_a_nearer_midpoint_beside_it():
    values, answers = np.array([0.0, 10.0, 11.0]), np.array([False, True, True])
    assert best_threshold(values, answers, prior=9.9, slack=0.5)[0] == 9.9


def test_of_equally_good_cuts_the_one_nearest_the_prior_is_taken():
    values = np.arange(8.0)
    answers = np.array([0, 0, 1, 0, 0, 1, 1, 1], dtype=bool)
    shares = {t: agreement(values, answers, t, True) for t in (1.5, 4.5)}
    assert shares == {1.5: 0.75, 4.5: 0.875}
    assert best_threshold(values, answers, prior=0.5)[0] == 4.5
    assert best_threshold(values, answers, prior=0.5, slack=0.2)[0] == 1.5
    assert best_threshold(values, answers, prior=1.6, slack=0.2)[0] == 1.6


def test_of_equally_good_cuts_without_a_prior_the_middle_one_is_taken():
    values = np.arange(7.0)
    answers = np.array([0, 1, 0, 1, 0, 1, 1], dtype=bool)
    good = [t for t in np.arange(6) + 0.5 if agreement(values, answers, t, True) == 5 / 7]
    assert good == [0.5, 2.5, 4.5]
    assert best_threshold(values, answers) == (2.5, True, pytest.approx(5 / 7))


def test_the_threshold_lies_midway_between_the_classes():
    values, answers = np.array([5.0, 1.0, 2.0, 9.0]), np.array([True, False, False, True])
    assert best_threshold(values, answers) == (3.5, True, 1.0)
    assert best_threshold(-values, answers) == (-3.5, False, 1.0)
    assert best_threshold(values, ~answers) == (3.5, False, 1.0)


@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize("values", [[1.0], [2.0, 2.0], [0.0, 1.0, 2.0]])
def test_one_class_only_is_agreed_on_entirely(values, answer):
    values, answers = np.array(values), np.full(len(values), answer)
    threshold, greater, share = best_threshold(values, answers)
    assert share == 1.0
    assert agreement(values, answers, threshold, greater) == 1.0


def test_neighbouring_floats_are_told_apart():
    low = 1.0 + np.finfo(float).eps
    values = np.array([low, np.nextafter(low, 2)])
    threshold, greater, share = best_threshold(values, np.array([False, True]))
    assert share == 1.0
    np.testing.assert_array_equal((values > threshold) == greater, [False, True])


def test_values_near_the_largest_float_have_a_midpoint():
    values, answers = np.array([1.0e308, 1.5e308]), np.array([False, True])
    assert best_threshold(values, answers)[0] == pytest.approx(1.25e308)


@pytest.mark.parametrize("prior", [np.nan, np.inf, -np.inf])
def test_an_undefined_prior_is_none(prior):
    values, answers = np.array([0.0, 1.0, 2.0]), np.array([False, True, True])
    assert best_threshold(values, answers, prior=prior) == best_threshold(values, answers)


def test_refuses_no_values():
    with pytest.raises(ValueError, match=r"at least one value\. Got an empty array"):
        best_threshold(np.array([]), np.array([], dtype=bool))


# links

FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(*[arrays(float, n, elements=FINITE)] * 2)))
def test_knots_increase_strictly_and_their_targets_are_monotone(pair):
    values, targets = pair
    x, y = monotone_knots(values, targets, n_knots=8)
    assert len(x) == len(y) <= 8
    assert (np.diff(x) > 0).all()
    steps = np.diff(y)
    assert (steps >= -1e-6).all() or (steps <= 1e-6).all()
    assert values.min() <= x[0] or np.isclose(values.min(), x[0])
    assert x[-1] <= values.max() or np.isclose(values.max(), x[-1])
    assert targets.min() - 1e-6 <= y.min()
    assert y.max() <= targets.max() + 1e-6


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_monotone_function_is_reproduced(sign):
    values = np.random.RandomState(0).uniform(-4, 4, size=2000)
    targets = sign * expit(values)
    x, y = monotone_knots(values, targets)
    assert len(x) == 32
    assert np.abs(np.interp(values, x, y) - targets).max() < 0.02
    inner = (values > x[0]) & (values < x[-1])
    assert np.abs(np.interp(values, x, y) - targets)[inner].max() < 2e-3


def test_few_values_are_fitted_by_isotonic_regression_itself():
    values, targets = np.arange(9.0), np.array([0, 2, 1, 3, 3, 5, 4, 6, 9.0])
    x, y = monotone_knots(values, targets, n_knots=32)
    np.testing.assert_array_equal(x, values)
    np.testing.assert_allclose(y, isotonic_regression(targets))


def test_bins_hold_equal_counts():
    values = np.random.RandomState(0).exponential(size=640)
    x, _ = monotone_knots(values, values, n_knots=32)
    expected = np.sort(values).reshape(32, 20).mean(axis=1)
    np.testing.assert_allclose(x, expected, rtol=0.05)


def test_values_that_differ_by_rounding_alone_keep_a_link():
    """Isotonic regression takes 0 and 1e-17 for one value, and knows nothing beyond it."""
    x, y = monotone_knots(np.array([1e-17, 0.0, -1.0]), np.array([2.0, 1.0, 0.0]))
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()


@pytest.mark.parametrize("first", [9.415651814089914, 1.0, 0.1])
@pytest.mark.parametrize("n_knots", [3, 4])
def test_means_of_neighbouring_floats_are_knots_that_increase(first, n_knots):
    """Different bins of neighbouring floats may have the same mean, to the last bit."""
    neighbours = first + np.spacing(first) * np.arange(6)
    values = np.repeat(neighbours, [2, 6, 5, 1, 3, 7])
    x, y = monotone_knots(values, np.arange(24.0), n_knots=n_knots)
    assert len(x) == len(y) and (np.diff(x) > 0).all()


def test_one_value_is_one_knot_at_the_mean():
    x, y = monotone_knots(np.full(4, 2.5), np.array([0.0, 1.0, 2.0, 9.0]))
    assert (x.tolist(), y.tolist()) == ([2.5], [3.0])


def test_constant_targets_stay_constant():
    _, y = monotone_knots(np.arange(50.0), np.full(50, 7.0))
    np.testing.assert_allclose(y, 7.0)


def test_two_values_are_two_knots():
    x, y = monotone_knots(np.array([3.0, 1.0]), np.array([-1.0, 1.0]))
    assert (x.tolist(), y.tolist()) == ([1.0, 3.0], [1.0, -1.0])


def test_refuses_no_values_for_a_link():
    with pytest.raises(
        ValueError, match=r"monotone_knots needs at least one value\. Got an empty"
    ):
        monotone_knots(np.array([]), np.array([]))


@pytest.mark.parametrize("greater", [True, False])
def test_a_link_has_the_sign_of_the_decision_on_either_side(greater):
    rng = np.random.default_rng(0)
    values = rng.normal(size=300)
    log_odds = (1.0 if greater else -1.0) * (values - 0.4) + rng.normal(size=300)
    link = classification_link(values, log_odds, 0.3, greater)
    x, y = np.array(link.knots_x), np.array(link.knots_y)
    assert y[x == 0.3].tolist() == [0.0]
    assert (np.where(x > 0.3, y, -y) * (1 if greater else -1) >= 0.0).all()
    assert (np.diff(y) * (1 if greater else -1) >= 0.0).all()


def test_a_link_against_the_direction_of_the_decision_is_flat_on_each_side():
    for values in (np.array([0.0, 1.0]), np.linspace(0.0, 1.0, 9)):
        link = classification_link(values, -values, 0.5, True)
        assert all(y in (0.0, -values.mean()) for y in link.knots_y)
        assert link.knots_y[0] == pytest.approx(-values.mean()) and link.knots_y[-1] == 0.0


def test_a_knot_on_the_threshold_is_zero():
    values = np.array([0.0, 1.0, 2.0])
    link = classification_link(values, values - 0.5, 1.0, True)
    assert (link.knots_x, link.knots_y) == ((0.0, 1.0, 2.0), (-0.5, 0.0, 1.5))


def test_a_round_threshold_is_above_what_lies_on_it():
    values, answers = np.array([0.5, 1.0, 1.0, 3.0]), np.array([False, False, False, True])
    threshold, greater = rounded_threshold(values, answers)
    assert greater and ((values > threshold) == answers).all()
    assert rounded_threshold(np.array([-1.0, 0.0, 0.1]), np.array([False, False, True])) == (
        0.0,
        True,
    )


def test_a_threshold_that_six_digits_do_not_tell_apart_is_left_as_it_is():
    values = np.array([0.12345612, 0.12345690, 1.0])
    exact = best_threshold(values, values > 0.1234565)[0]
    assert rounded_threshold(values, values > 0.1234565) == (exact, True)
    assert exact != float(f"{exact:.7g}")
    values = 1.0 + np.array([0.0, 1e-4, 2e-4]) / 3
    threshold, _ = rounded_threshold(values, np.array([False, True, True]))
    assert threshold == float(f"{threshold:.6g}") and values[0] <= threshold < values[1]
