"""Searches by vertices and by linear programs find the regions that brute force finds."""

import numpy as np
import pytest
from exact_oracles import enumerated_depths
from hypothesis import given, settings
from random_networks import networks, random_network, uniform

from skinterp.exact import piecewise_linear
from skinterp.exact.pieces import _arrangement, _programs, _subtrees
from skinterp.exact.pieces._boxes import Box, BoxCoordinates
from skinterp.exact.pieces._search import search_box


def found_in(network, lower=-2.0, upper=2.0):
    """Return how many regions a search yields, their patterns as bytes, and their polytopes."""
    d = network.n_features_in
    box = Box(np.full(d, lower), np.full(d, upper))
    found = search_box(
        piecewise_linear(network), BoxCoordinates.of_box(box, np.ones(d)), vertices=True
    )
    return found.n_regions, {pattern.tobytes() for pattern in found.patterns}, found.polytopes


@pytest.fixture
def by_programs(monkeypatch):
    monkeypatch.setattr(_subtrees, "MAX_VERTEX_DIMENSIONS", 0)


SIZES = [[5, 6, 1], [5, 4, 3, 1], [6, 7, 1], [8, 7, 1]]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("hidden", ["relu", ("leaky_relu", 0.3)])
def test_regions_found_by_vertices_are_those_of_enumeration(sizes, hidden):
    network = random_network(sizes, 1, hidden)
    depths = enumerated_depths(network, -2.0, 2.0)
    n_regions, patterns, polytopes = found_in(network)
    assert {key for key, depth in depths.items() if depth > 1e-6} <= patterns
    assert patterns <= {key for key, depth in depths.items() if depth > -1e-6}
    assert n_regions == len(patterns) == len(polytopes)


@pytest.mark.parametrize("program", ["WarmProgram", "ColdProgram"])
@pytest.mark.parametrize("sizes", [[2, 9, 6, 1], [4, 7, 1], [5, 5, 4, 1]], ids=str)
def test_regions_found_by_programs_are_those_found_by_vertices(monkeypatch, sizes, program):
    network = random_network(sizes, 2)
    _, by_vertices, _ = found_in(network)
    monkeypatch.setattr(_subtrees, "MAX_VERTEX_DIMENSIONS", 0)
    monkeypatch.setattr(_programs, "linear_program", getattr(_programs, program))
    n_regions, patterns, polytopes = found_in(network)
    assert patterns == by_vertices and n_regions == len(patterns) and not polytopes


@pytest.mark.parametrize("sizes", [[7, 6, 1], [8, 6, 1], [8, 4, 3, 1]], ids=str)
def test_without_vertices_the_regions_are_the_same_and_none_are_kept(sizes):
    network = random_network(sizes, 5)
    coordinates = BoxCoordinates.of_box(Box(np.full(sizes[0], -2.0), np.full(sizes[0], 2.0)), 1.0)
    found = search_box(piecewise_linear(network), coordinates)
    assert {pattern.tobytes() for pattern in found.patterns} == found_in(network)[1]
    assert not found.polytopes and all(step.cells is None for step in found.steps)


@settings(max_examples=25, deadline=None)
@given(network=networks(max_inputs=6, max_layers=2, max_units=5, min_inputs=2))
def test_every_sampled_pattern_is_found_in_hostile_networks(network):
    X = uniform(3000, network.n_features_in)
    n_regions, patterns, polytopes = found_in(network)
    assert {row.tobytes() for row in piecewise_linear(network).patterns(X)} <= patterns
    assert n_regions == len(patterns)
    for points in polytopes:
        assert len(points) > network.n_features_in


@pytest.mark.parametrize("damage", [("unbiased",), ("zeros",), ("doubled", "dead")])
def test_both_searches_agree_where_borders_meet(monkeypatch, damage):
    network = random_network([5, 6, 1], 4, damage=damage)
    _, by_vertices, _ = found_in(network)
    monkeypatch.setattr(_subtrees, "MAX_VERTEX_DIMENSIONS", 0)
    assert found_in(network)[1] == by_vertices


@pytest.mark.parametrize("sizes", [[2, 8, 6, 1], [7, 8, 1]], ids=str)
def test_neither_blocks_nor_ways_to_count_bits_change_the_regions(monkeypatch, sizes):
    network = random_network(sizes, 3)
    _, expected, _ = found_in(network)
    monkeypatch.setattr(_arrangement, "_BLOCK", 1)
    monkeypatch.delattr(np, "bitwise_count", raising=False)
    n_regions, patterns, _ = found_in(network)
    assert patterns == expected and n_regions == len(patterns)


def test_cells_are_cut_before_their_halves_and_end_as_regions(by_programs):
    network, open_cells = random_network([3, 6, 4, 1], 0), {0}
    box = BoxCoordinates.of_box(Box(np.full(3, -2.0), np.full(3, 2.0)), np.ones(3))
    for step in search_box(piecewise_linear(network), box).steps:
        for cell, halves in zip(step.cut.tolist(), step.halves.tolist(), strict=True):
            open_cells.remove(cell)
            open_cells |= set(halves)
        open_cells -= set(step.regions.tolist())
    assert not open_cells


@pytest.mark.parametrize("program", [_programs.WarmProgram, _programs.ColdProgram])
def test_programs_say_what_came_out(program):
    solver = program(np.zeros(2), np.array([1.0, np.inf]))
    row, cost = _programs.Row, np.ones(2)
    assert solver.maximise(cost, []) == ("unbounded", None)
    assert solver.maximise(cost, [row(cost, -1.0)]) == ("infeasible", None)
    status, x = solver.maximise(cost, [row(cost, 1.5), row(np.array([0.0, 1.0]), 0.25)])
    assert status == "optimal"
    np.testing.assert_allclose(x, [1.0, 0.25])
    status, x = solver.maximise(-cost, [])
    np.testing.assert_allclose(x, 0.0)


def test_the_library_of_the_solver_prints_nothing(capfd):
    _programs.WarmProgram(np.zeros(1), np.ones(1)).maximise(np.ones(1), [])
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
