"""Labels under a formula: the likelihood finds threshold, width and flips again."""

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.stats import norm

from skinterp.matching import fit_labels
from skinterp.matching._likelihood import signed_likelihood


def labels(rng, n=20_000, threshold=0.3, width=0.05, flips=0.0, sign=1.0):
    g = rng.uniform(size=n)
    yes = sign * (g - threshold) + width * rng.normal(size=n) > 0
    return g, np.where(rng.uniform(size=n) < flips / 2, ~yes, yes)


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
    for point in (np.array([0.7, 0.1]), np.array([-3.0, 0.01])):

        def value(p):
            return signed_likelihood(p[:1], p[1])[0].sum()

        def slope(p):
            _, by_z, by_flips = signed_likelihood(p[:1], p[1])
            return np.array([by_z.sum(), by_flips.sum()])

        assert check_grad(value, slope, point) < 1e-4 * np.linalg.norm(slope(point))
