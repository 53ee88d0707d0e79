"""Counts of regions against enumeration, arrangements of lines, and lines cut by hand."""

import pickle
from math import comb

import numpy as np
import pytest
from exact_oracles import enumerated_depths
from hypothesis import given, settings
from random_networks import networks, preactivations, random_network, uniform

from skinterp.exact import breakpoints, count_regions, piecewise_linear, slice_regions
from skinterp.exact.regions._counting import patterns_along, random_line


@settings(max_examples=15, deadline=None)
@given(networks(max_inputs=4, max_layers=2, max_units=3))
def test_counts_are_those_of_enumeration(network):
    depths = np.array(list(enumerated_depths(network, -2.0, 2.0).values()))
    n_regions = count_regions(network, (-2, 2)).n_regions
    assert (depths > 1e-6).sum() <= n_regions <= (depths > -1e-6).sum()


@pytest.mark.parametrize("d, n", [(1, 5), (2, 6), (3, 6), (4, 6), (5, 7)])
def test_hyperplanes_in_general_position_have_as_many_cells_as_is_known(d, n):
    network = random_network([d, n, 1], 1)
    expected = sum(comb(n, k) for k in range(d + 1))  # Zaslavsky
    assert count_regions(network, (-1e4, 1e4), method="exact").n_regions == expected


def test_counts_in_two_inputs_are_the_polygons_of_the_plane():
    for seed in range(5):
        network = random_network([2, 7, 6, 1], seed)
        found = count_regions(network, ([-2, -1], [1, 3]))
        assert found.n_regions == len(slice_regions(network, box=([-2, -1], [1, 3])))
        assert found.is_exact and found.interval == (found.n_regions, found.n_regions)
        assert str(found) == f"{found.n_regions} regions" and np.isnan(found.per_line)
        assert pickle.loads(pickle.dumps(found)).n_regions == found.n_regions


def test_lines_of_one_input_pass_every_region():
    network = random_network([1, 9, 1], 0)
    n_regions = len(breakpoints(network, box=(-2, 2)))
    found = count_regions(network, (-2, 2), method="lines", n_lines=5)
    assert found.n_regions == found.per_line == n_regions and not found.is_exact
    assert found.per_line_interval == (n_regions, n_regions)


@pytest.mark.parametrize("d, chord", [(1, 2.0), (2, np.pi / 2), (3, 4 / 3), (7, None)])
def test_random_lines_end_on_the_box_and_are_chords_of_the_length_they_should(d, chord):
    rng = np.random.RandomState(0)
    lines = np.array([random_line(d, rng) for _ in range(4000)])
    assert np.abs(lines).max() <= 1 + 1e-12
    np.testing.assert_allclose(np.abs(lines).max(axis=2), 1.0, atol=1e-9)
    if chord is not None:  # Cauchy and Crofton: pi area / perimeter, 4 volume / surface
        lengths = np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1)
        assert abs(lengths.mean() - chord) <= 4 * lengths.std() / np.sqrt(len(lengths))


def test_estimates_count_small_regions_as_often_as_large_ones():
    # eight lines in general position, 37 cells: the smallest is met by one line in 3,000
    angles = np.linspace(0.1, 3.0, 8)
    first = np.array([np.cos(angles), np.sin(angles)])
    network = ([first, np.ones((8, 1))], [0.6 * np.arange(8) - 2, [0.0]], ["relu", "identity"])
    assert count_regions(network, (-6, 6)).n_regions == 37
    found = count_regions(network, (-6, 6), method="lines", n_lines=1500)
    low, high = found.interval
    assert abs(found.n_regions - 37) <= high - low < 0.5 * 37


def test_patterns_along_a_line_are_those_of_dense_sampling():
    network = random_network([6, 12, 8, 1], 0)
    start, end = uniform(2, 6)
    found = patterns_along(piecewise_linear(network), start, end)
    t = np.linspace(0, 1, 20_001)[:, np.newaxis]
    seen = np.unique(preactivations(network, start + t * (end - start)) > 0, axis=0)
    known = {row.tobytes() for row in found}
    assert {row.tobytes() for row in seen} <= known and len(known) == len(found)


def test_large_networks_are_estimated_and_the_estimate_is_told():
    network = random_network([3, 20, 15, 1], 0)
    found = count_regions(network, (-1, 1), max_regions=50, n_lines=30)
    low, high = found.interval
    assert not found.is_exact and low < found.n_regions < high and found.n_lines == 30
    assert str(found).startswith("about ") and "along a random line" in str(found)
    many = count_regions(random_network([8, 20, 1], 0), (-1, 1), max_regions=50, n_lines=10)
    assert "about" not in str(many) and np.isnan(many.interval).all()
    again = count_regions(network, (-1, 1), max_regions=50, n_lines=30, random_state=1)
    assert again.n_regions != found.n_regions


def test_regions_of_few_units_are_counted_in_many_inputs():
    assert count_regions(random_network([9, 4, 1], 0), (-5, 5)).is_exact
    assert count_regions(random_network([9, 4, 1], 0, "identity"), (-5, 5)).n_regions == 1
