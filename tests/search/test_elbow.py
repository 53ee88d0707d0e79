"""The elbow of a Pareto front against the choices published with twelve of them."""

import numpy as np
import pytest

from skinterp.search import elbow

# Losses along the Pareto fronts of the figures' data of arXiv 2409.05305, simplest formula
# first, and the index of the formula that the author calls right.
PUBLISHED = {
    "trace 2x2": (
        4,
        [
            0.247383,
            0.145804,
            0.0900355,
            0.0195968,
            6.00748e-05,
            6.00748e-05,
            5.11036e-05,
            4.75764e-05,
            4.75199e-05,
            4.67079e-05,
            4.66981e-05,
            4.65563e-05,
        ],
    ),
    "determinant 2x2 (constrained data)": (
        2,
        [0.192555, 0.166337, 0.0691738, 0.0678666, 0.0075976, 0.00366919, 0.0028339, 0.00250241],
    ),
    "trace 3x3": (
        1,
        [
            0.0407708,
            5.7755e-06,
            5.76311e-06,
            5.46006e-06,
            5.44803e-06,
            5.26636e-06,
            5.13551e-06,
            5.12129e-06,
        ],
    ),
    "antisymmetric minors 3x3": (
        6,
        [
            0.111886,
            0.111886,
            0.0746064,
            0.0493557,
            0.0449784,
            0.0250557,
            0.00269544,
            0.00242253,
            0.00242053,
            0.0023488,
            0.00223331,
        ],
    ),
    "trace 4x4": (
        2,
        [
            0.0365855,
            0.0167401,
            1.07318e-05,
            1.07318e-05,
            1.06437e-05,
            1.05385e-05,
            1.05161e-05,
            1.04345e-05,
            1.04136e-05,
            1.03963e-05,
        ],
    ),
    "E.B of a field tensor": (
        4,
        [
            0.156593,
            0.121714,
            0.0909964,
            0.0691612,
            0.0490599,
            0.0485922,
            0.0473989,
            0.0466367,
            0.0463919,
            0.0460179,
        ],
    ),
    "harmonic oscillator": (
        5,
        [
            0.39605,
            0.217513,
            0.186666,
            0.173786,
            0.0170204,
            0.000690244,
            0.000690244,
            0.000665939,
            0.000665629,
            0.000642124,
            0.00064204,
            0.000632655,
        ],
    ),
    "quartic oscillator": (
        3,
        [
            0.34862,
            0.191896,
            0.0068209,
            0.00196086,
            0.0014926,
            0.00141311,
            0.00140402,
            0.00135462,
            0.00131241,
            0.00131112,
        ],
    ),
    "sine oscillator": (
        6,
        [
            0.384823,
            0.217409,
            0.172787,
            0.141868,
            0.0155443,
            0.0145801,
            0.000761132,
            0.000761117,
            0.000725469,
        ],
    ),
    "exponential oscillator": (
        5,
        [
            0.381579,
            0.235637,
            0.109807,
            0.048165,
            0.0141158,
            0.000164022,
            0.000163884,
            0.000163309,
            0.000163096,
        ],
    ),
    "angular momentum": (
        3,
        [
            0.166615,
            0.107824,
            0.0997046,
            0.0105673,
            0.0105673,
            0.00782265,
            0.0075807,
            0.0060557,
            0.004671,
            0.00418658,
            0.0035527,
            0.0033711,
            0.00315909,
        ],
    ),
    "space-time interval": (
        8,
        [
            0.186062,
            0.17167,
            0.116695,
            0.101753,
            0.0588362,
            0.044123,
            0.0298323,
            0.0156447,
            0.00101995,
            0.00101944,
            0.00101899,
            0.0010186,
            0.00101399,
        ],
    ),
}


def test_the_elbow_picks_the_published_choice():
    agreeing = [name for name, (chosen, losses) in PUBLISHED.items() if elbow(losses) == chosen]
    assert len(agreeing) >= 10, sorted(set(PUBLISHED) - set(agreeing))


def test_the_smallest_loss_is_never_the_published_choice():
    assert all(np.argmin(losses) != chosen for chosen, losses in PUBLISHED.values())


@pytest.mark.parametrize("factor", [1e-6, 1e6])
@pytest.mark.parametrize("name", PUBLISHED)
def test_the_unit_of_the_loss_does_not_matter(name, factor):
    losses = np.array(PUBLISHED[name][1])
    assert elbow(losses * factor) == elbow(losses)


def test_a_formula_after_a_drop_of_the_loss_is_selected_and_one_on_a_slope_is_not():
    assert elbow([1.0, 0.9, 0.001, 0.00099, 0.00098]) == 2
    assert elbow([1.0, 0.99, 0.98, 0.97]) == 0
    assert elbow([0.5]) == 0


def test_a_perfect_formula_is_taken():
    assert elbow([1.0, 0.5, 0.0, 0.0]) == 2


def test_losses_below_the_floor_are_equal():
    assert elbow([1.0, 1e-4, 1e-9]) == 2
    assert elbow([1.0, 1e-4, 1e-9], floor=1e-2) == 1


def test_costs_replace_the_steps():
    losses = [1.0, 0.2]
    assert elbow(losses, [1.0, 2.0]) == 1
    assert elbow(losses, [1.0, 100.0]) == 0
    assert elbow(losses, [1.0, 100.0], price=1e-3) == 1


def test_a_higher_price_never_takes_a_costlier_formula():
    for _, losses in PUBLISHED.values():
        chosen = [elbow(losses, price=price) for price in (0.01, 0.1, 0.25, 1.0, 10.0)]
        assert chosen == sorted(chosen, reverse=True)


@pytest.mark.parametrize(
    "losses", [[], [np.nan], [1.0, np.inf], [1.0, -1e-3], 1.0, [[1.0, 0.5], [0.2, 0.1]]]
)
def test_missing_or_negative_losses_are_refused(losses):
    with pytest.raises(
        ValueError, match=r"(?s)losses must be a non-empty sequence .* Got .* instead"
    ):
        elbow(losses)


@pytest.mark.parametrize("costs", [[1.0], [1.0, 2.0, 3.0], [1.0, np.nan], [[1.0, 2.0]]])
def test_costs_that_do_not_fit_are_refused(costs):
    with pytest.raises(ValueError, match=r"(?s)costs must be 2 finite numbers.* Got .* instead"):
        elbow([1.0, 0.5], costs)
