"""Counts of regions: exact ones by brute force, estimates by their coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from random_networks import SQUARE, networks, random_network, sampled_patterns, uniform

from skinterp.exact import ExactTreeRegressor, count_regions


@settings(max_examples=30, deadline=None)
@given(networks(max_inputs=3))
def test_the_count_is_that_of_the_whole_tree_and_of_dense_sampling(network):
    found = count_regions(network, (-2, 2))
    X = uniform(20_000, network.n_features_in)
    tree = ExactTreeRegressor(network, mode="whole", box=(-2, 2), max_leaves=None).fit(X[:2])
    assert found.is_exact and found.n_regions == tree.n_leaves_
    assert found.n_regions >= len(sampled_patterns(network, X, margin=1e-9))


def test_small_networks_have_as_many_regions_as_are_known():
    assert count_regions(SQUARE, (-2.5, 2.5)).n_regions == 5
    assert count_regions(SQUARE, (2.0, 2.5)).n_regions == 1
    # n lines in general position cut the plane into 1 + n + n (n - 1) / 2 parts
    angles = np.linspace(0.1, 3.0, 7)
    first = np.array([np.cos(angles), np.sin(angles)])
    network = ([first, np.ones((7, 1))], [0.3 * np.arange(7) - 1, [0.0]], ["relu", "identity"])
    assert count_regions(network, (-1e4, 1e4)).n_regions == 29


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[2, 10, 1], [2, 6, 6, 1]])
def test_intervals_of_estimates_cover_the_count_at_their_rate(sizes):
    network = random_network(sizes, 3)
    truth = count_regions(network, (-2, 2)).n_regions
    covered = 0
    for seed in range(40):
        found = count_regions(network, (-2, 2), method="lines", n_lines=40, random_state=seed)
        assert not found.is_exact
        covered += found.interval[0] <= truth <= found.interval[1]
    assert covered >= 33  # 40 at 95 %, less three deviations


def test_the_estimate_is_unbiased_in_three_inputs():
    network = random_network([3, 8, 1], 3)
    truth = count_regions(network, (-2, 2)).n_regions
    found = count_regions(network, (-2, 2), method="lines", n_lines=2000)
    assert found.interval[0] < truth < found.interval[1]


def test_regions_per_line_are_given_in_many_inputs():
    found = count_regions(random_network([10, 30, 30, 1], 0), (-1, 1), n_lines=20)
    again = count_regions(random_network([10, 30, 30, 1], 0), (-1, 1), n_lines=20)
    assert np.isnan(found.n_regions) and found.per_line > 1
    assert found.per_line == again.per_line
    assert found.per_line_interval[0] < found.per_line < found.per_line_interval[1]
    assert "per line" in str(found) or "line" in str(found)


def test_too_many_regions_are_estimated_or_refused():
    network = random_network([2, 30, 1], 0)
    assert not count_regions(network, (-2, 2), max_regions=10, n_lines=10).is_exact
    with pytest.raises(ValueError, match="Got 10 instead, and reached 11 with more to come"):
        count_regions(network, (-2, 2), method="exact", max_regions=10)


@pytest.mark.parametrize(
    "box, options, wording",
    [
        ((1, 1), {}, "lower bounds of box must be below the upper ones. Got 1 and 1"),
        ((0, np.inf), {}, "box must be finite"),
        ("unbounded", {}, "box must be finite"),
        (3, {}, "box must be a pair"),
        ((0, 1), {"method": "guess"}, "method must be 'auto', 'exact' or 'lines'. Got 'guess'"),
        ((0, 1), {"n_lines": 1}, "n_lines must be an integer of at least 2. Got 1"),
        ((0, 1), {"max_regions": 0}, "max_regions must be an integer of at least 1. Got 0"),
    ],
)
def test_bad_counts_are_refused(box, options, wording):
    with pytest.raises(ValueError, match=wording):
        count_regions(random_network([2, 4, 1], 0), box, **options)
