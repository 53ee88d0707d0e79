"""Verified monotonicity against the slopes of all regions, and of many samples."""

import warnings

import numpy as np
import pytest
from exact_oracles import enumerated_depths
from random_networks import random_network, uniform

from skinterp import as_network
from skinterp.exact import LinearProgramWarning, verify_monotonicity
from skinterp.exact.pieces import _halfspace_cells, _programs


def slopes_of_regions(network, lower, upper):
    """Return the derivatives of the first output in all regions, by enumeration."""
    found = []
    for key, depth in enumerated_depths(network, lower, upper).items():
        if depth < 1e-7:
            continue
        pattern, A, at = np.frombuffer(key, dtype=bool), np.eye(network.n_features_in), 0
        for W, b, activation in network.layers[:-1]:
            on = pattern[at : at + len(b)]
            at += len(b)
            slope = 0.0 if activation.name == "relu" else activation.slope
            A = (A @ W) * np.where(on, 1.0, slope)
        found.append((A @ network.layers[-1].weights)[:, 0])
    return np.array(found)


def rising(sizes, seed, hidden="relu", sign=1):
    """Return a network that rises with its first input, or falls, by the signs of its weights."""
    network = random_network(sizes, seed, hidden)
    coefs, biases, _ = map(list, zip(*network.layers, strict=True))
    coefs = [np.abs(W) if k else W for k, W in enumerate(coefs)]
    coefs[0] = np.vstack([np.abs(coefs[0][:1]), coefs[0][1:]])
    coefs[-1] = sign * coefs[-1]
    return as_network((coefs, biases, [hidden] * (len(coefs) - 1) + ["identity"]))


@pytest.mark.parametrize("direction, worst", [("increasing", np.min), ("decreasing", np.max)])
@pytest.mark.parametrize("hidden", ["relu", ("leaky_relu", 0.3)])
def test_what_is_verified_is_what_all_regions_say(direction, worst, hidden):
    answers = set()
    sign = 1 if direction == "increasing" else -1
    for seed in range(4):
        network = random_network([3, 5, 3, 1], seed, hidden)
        if seed == 0:
            network = rising([3, 5, 3, 1], seed, hidden, sign)
        slopes = slopes_of_regions(network, -0.5, 0.5)
        for j in range(3):
            found = verify_monotonicity(network, (-0.5, 0.5), j, direction=direction)
            expected = worst(slopes[:, j])
            assert found.holds == (sign * expected >= -1e-9)
            assert sign * found.bound <= sign * expected + 1e-9
            assert sign * found.slope >= sign * expected - 1e-9
            answers.add(found.holds)
            if not found.holds:
                step = np.eye(3)[j] * 1e-7
                ends = np.array([found.point - step, found.point + step])
                rise = np.diff(network.raw_values(ends)[:, 0])[0] / 2e-7
                assert rise == pytest.approx(found.slope, rel=1e-4)
                assert "no, a slope of" in str(found)
            else:
                assert found.share_violated == 0 and ": yes" in str(found)
    assert answers == {True, False}


@pytest.mark.parametrize("sizes", [[5, 30, 20, 1], [10, 12, 1]], ids=str)
def test_networks_that_must_rise_do_and_their_negatives_fall(sizes):
    network = rising(sizes, 0)
    assert verify_monotonicity(network, (-2, 2), "x0").holds
    found = verify_monotonicity(network, (-2, 2), 0, direction="decreasing")
    assert found.holds is False and found.slope > 0
    slopes = network.jacobian(uniform(4000, sizes[0]))[:, 0, 0]
    assert found.share_violated == pytest.approx((slopes > 0).mean(), abs=0.05)


def test_bends_at_round_numbers_are_no_regions():
    # relu(x) - relu(-x) = x: at 0, where both units are off, the slope would be 0
    network = ([[[1.0, -1.0]], [[1.0], [-1.0]]], [[0.0, 0.0], [0.0]], ["relu", "identity"])
    found = verify_monotonicity(network, (-1, 1), 0)
    assert found.holds and found.slope == pytest.approx(1.0)


def test_without_time_it_is_not_settled():
    # the sum of relu(z) - 0.9 relu(z), which rises, though bounds of units alone do not show it
    W, b = uniform(12, 2).T, np.zeros(24)
    W[0] = np.abs(W[0])
    out = np.append(np.ones(12), np.full(12, -0.9))[:, np.newaxis]
    network = ([np.hstack([W, W]), out], [b, [0.0]], ["relu", "identity"])
    found = verify_monotonicity(network, (-2, 2), 0, time_budget=1e-6)
    assert found.holds is None and found.bound < 0 <= found.slope
    assert "time_budget" in found.unfinished[0] and "not settled" in str(found)
    assert verify_monotonicity(network, (-2, 2), 0).holds


@pytest.mark.parametrize(
    "arguments, wording",
    [
        ({"feature": 0, "direction": "up"}, "direction must be 'increasing' or"),
        ({"feature": 1}, "feature must vary in box. Got 'x1' instead"),
        ({"feature": 0, "output": 3}, "output must be one of"),
        ({"feature": 0, "time_budget": 0}, "time_budget must be a positive"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments, wording):
    with pytest.raises(ValueError, match=wording):
        verify_monotonicity(random_network([2, 3, 1], 0), ([-1, 0], [1, 0]), **arguments)


def test_empty_regions_kept_by_failed_programs_are_no_counterexamples(monkeypatch):
    told: set = set()
    monkeypatch.setattr(
        _halfspace_cells,
        "DepthProgram",
        lambda bounds: failing_depths(_programs.DepthProgram(bounds), told),
    )
    for seed in range(12):
        network = random_network([9, 3, 4, 1], seed)
        slopes = slopes_of_regions(network, -1.0, 1.0)[:, 0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LinearProgramWarning)
            found = verify_monotonicity(network, (-1.0, 1.0), 0)
        if slopes.min() >= 0:
            assert found.holds is not False
        if found.holds is False:
            point = found.point[np.newaxis]
            assert network.jacobian(point)[0, 0, 0] == pytest.approx(found.slope)
        assert found.holds is not True or slopes.min() >= 0
    assert told == {"failed"}


def failing_depths(program, told):
    """Return a program whose every search for a deepest point fails."""

    def deepest(rows):
        told.add("failed")
        return "solver lost", None, 0.0

    program.deepest = deepest
    return program
