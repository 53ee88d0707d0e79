"""Labels under a formula: the likelihood finds threshold, width and flips again."""

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize
from scipy.stats import norm

from skinterp.matching import fit_labels
from skinterp.matching._likelihood import Sides, first_width


def labels(rng, n=20_000, threshold=0.3, width=0.05, flips=0.0, sign=1.0):
    g = rng.uniform(size=n)
    yes = sign * (g - threshold) + width * rng.normal(size=n) > 0
    return g, np.where(rng.uniform(size=n) < flips / 2, ~yes, yes)


def test_a_row_on_the_threshold_is_on_the_side_that_is_not_beyond_it():
    """It is no wrong row, whose distance, 0, would be the width to start from."""
    values, yes = np.array([-2.0, 1.0, 3.0]), np.array([False, False, True])
    assert first_width(values, yes, 1.0, True) == pytest.approx(5.0 / 3.0)


@pytest.mark.parametrize("flips", [0.0, 0.1])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_threshold_width_and_flips_are_found_again(sign, flips):
    g, yes = labels(np.random.default_rng(0), sign=sign, flips=flips)
    fit = fit_labels(g, yes)
    assert fit.threshold == pytest.approx(0.3, abs=5e-3)
    assert fit.width == pytest.approx(0.05, rel=0.15)
    assert fit.flips == pytest.approx(flips, abs=0.015)
    assert fit.greater == (sign > 0)


def test_the_deviance_is_that_of_the_model():
    g, yes = labels(np.random.default_rng(1), n=800, flips=0.05)
    fit = fit_labels(g, yes)
    side = norm.cdf((g - fit.threshold) / fit.width)
    p = fit.flips / 2 + (1 - fit.flips) * side
    exact = -2 * np.sum(np.where(yes, np.log(p), np.log1p(-p)))
    assert fit.deviance == pytest.approx(exact, rel=1e-9)


def test_units_of_the_formula_do_not_matter():
    g, yes = labels(np.random.default_rng(2), n=4000)
    base = fit_labels(g, yes).deviance
    for scale, shift in ((1e-9, 0.0), (1e9, 0.0), (1.0, 1e3), (-2.0, 5.0)):
        assert fit_labels(scale * g + shift, yes).deviance == pytest.approx(base, abs=0.05)


def test_the_right_formula_is_more_likely_than_one_with_the_same_boundary():
    rng = np.random.default_rng(3)
    a, b = rng.uniform(0.5, 2.0, size=(2, 8000))
    yes = a / b * np.exp(0.05 * rng.normal(size=8000)) > 1.0
    assert fit_labels(a / b, yes).deviance < fit_labels(a - b, yes).deviance - 10


def test_separated_labels_say_nothing():
    g = np.linspace(0, 1, 500)
    assert fit_labels(g, g > 0.4).deviance < 2.0


def test_slopes_of_the_likelihood_are_exact():
    sides = Sides(np.arange(3), np.ones(3), wrong=2, right=40)
    for point in (np.array([0.7, 1.1, -0.3, -2.0]), np.array([-3.0, 0.0, 9.0, 1.0])):

        def value(p):
            return sides.log_likelihood(p[:3], p[3]).total

        def slope(p):
            found = sides.log_likelihood(p[:3], p[3])
            return np.append(found.by_z, found.by_logit)

        assert check_grad(value, slope, point) < 1e-4 * np.linalg.norm(slope(point))


def test_the_information_is_the_expected_square_of_the_slopes():
    sides = Sides(np.arange(1), np.ones(1), wrong=0, right=0)
    for z, logit in ((0.4, -1.0), (2.0, 0.5)):
        p = np.exp(sides.log_likelihood(np.array([z]), logit).total)
        right = sides.log_likelihood(np.array([z]), logit)
        wrong = sides.log_likelihood(np.array([-z]), logit)
        # seen from the same side, the distance of the other label runs the other way
        slopes = [
            np.array([s.by_z[0] * sign, s.by_logit]) for s, sign in ((right, 1), (wrong, -1))
        ]
        expected = p * np.outer(slopes[0], slopes[0]) + (1 - p) * np.outer(slopes[1], slopes[1])
        found = [[right.zz[0], right.z_logit[0]], [right.z_logit[0], right.logit_logit]]
        assert np.allclose(found, expected)


def test_scoring_reaches_the_most_likely_parameters():
    rng = np.random.default_rng(1)
    for scale, flips in ((1.0, 0.0), (1e-9, 0.1), (1e9, 0.02)):
        x = scale * rng.normal(size=3000)
        yes = (x + 0.2 * scale * rng.normal(size=3000) > 0.3 * scale) ^ (rng.random(3000) < flips)
        found = fit_labels(x, yes)

        def deviance(p, x=x, yes=yes, scale=scale, found=found):
            sides = Sides.of(x, yes, found.threshold, found.width, True)
            z = sides.side * (x[sides.near] - p[0] * scale) / (scale * np.exp(p[1]))
            return -2 * sides.log_likelihood(z, p[2]).total

        best = minimize(deviance, [0.3, np.log(0.2), -3.0], method="Nelder-Mead").fun
        assert found.deviance <= best + 0.05


def test_a_given_threshold_is_kept_and_yes_lies_above_it():
    g, yes = labels(np.random.default_rng(4), n=3000, flips=0.1)
    fit = fit_labels(g, yes, threshold=0.35)
    assert fit.greater and fit.threshold == 0.35
    assert fit.deviance > fit_labels(g, yes).deviance
    assert fit_labels(g, yes, threshold=0.3).deviance < fit_labels(g, ~yes, threshold=0.3).deviance


def test_what_stands_for_flips_is_the_inverse_of_their_share():
    sides = Sides(np.arange(200), np.ones(200), wrong=3, right=100)
    for flips in (0.01, 0.1, 0.4):
        assert sides.flips(sides.logit(flips)) == pytest.approx(flips, rel=1e-9)


def test_rows_far_off_inform_about_flips_as_coins_do():
    z, logit, h = np.zeros(5), -0.5, 1e-6  # at the threshold flips change nothing
    for wrong, right in ((0, 395), (40, 355)):
        sides = Sides(np.arange(5), np.ones(5), wrong, right)
        by = (sides.flips(logit + h) - sides.flips(logit - h)) / (2 * h)
        half = sides.flips(logit) / 2
        found = sides.log_likelihood(z, logit)
        assert found.logit_logit == pytest.approx(395 * (by / 2) ** 2 / (half * (1 - half)))
        exact = 5 * np.log(0.5) + wrong * np.log(half) + right * np.log1p(-half)
        assert found.total == pytest.approx(exact)
