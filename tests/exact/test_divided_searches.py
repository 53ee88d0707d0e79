"""Searches divided among workers find what one search finds, in the same order, and end early."""

import warnings

import joblib
import numpy as np
import pytest
from random_networks import random_network, uniform

from skinterp.exact import (
    ExactTreeRegressor,
    LinearProgramWarning,
    class_regions,
    count_regions,
    piecewise_linear,
    slice_regions,
)
from skinterp.exact.pieces import _arrangement, _halfspace_cells, _subtrees
from skinterp.exact.pieces._boxes import Box, BoxCoordinates
from skinterp.exact.pieces._search import search_box

NETWORK = random_network([3, 9, 7, 1], 0)
FIELDS = "cut", "units", "slopes", "offsets", "halves", "regions", "patterns"


@pytest.fixture(params=["vertices", "vertices kept", "programs"])
def kept(request, monkeypatch):
    """Searches that are divided early, by threads, so that workers see what a test changes."""
    monkeypatch.setattr(_subtrees, "_MANY_CELLS", 12)
    monkeypatch.setattr(_subtrees, "_N_DEALT", 5)
    monkeypatch.setattr(_subtrees, "_N_SUBTREES", 5)
    monkeypatch.setattr(_arrangement, "_BLOCK", 64)
    if request.param == "programs":
        monkeypatch.setattr(_subtrees, "MAX_VERTEX_DIMENSIONS", 0)
    with joblib.parallel_config(backend="threading"):
        yield request.param == "vertices kept"


def searched(network, kept, **options):
    d = network.n_features_in
    coordinates = BoxCoordinates.of_box(Box(np.full(d, -2.0), np.full(d, 2.0)), np.ones(d))
    return search_box(piecewise_linear(network), coordinates, vertices=kept, **options)


@pytest.mark.parametrize(
    "sizes", [[2, 8, 6, 1], [3, 7, 4, 1], [3, 1, 1], [4, 8, 1], [2, 1]], ids=str
)
def test_divided_searches_take_the_same_steps(kept, sizes):
    network = random_network(sizes, 3)
    one, two = (searched(network, kept, n_jobs=n_jobs) for n_jobs in (None, 2))
    assert not one.stopped and not two.stopped and one.n_regions == two.n_regions
    for field in FIELDS:
        of_one, of_two = (
            np.concatenate([getattr(step, field) for step in found.steps]) for found in (one, two)
        )
        np.testing.assert_array_equal(of_one, of_two, err_msg=field)
    assert len(one.polytopes) == len(two.polytopes) == (one.n_regions if kept else 0)
    assert all(map(np.array_equal, one.polytopes, two.polytopes))


def test_every_cell_is_cut_once_before_its_halves(kept):
    known = {0}
    for step in searched(NETWORK, kept, n_jobs=2).steps:
        for cell, halves in zip(step.cut.tolist(), step.halves.tolist()):
            known.remove(cell)
            assert not known.intersection(halves)
            known.update(halves)
        known.difference_update(step.regions.tolist())
    assert not known


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_limits_end_divided_searches(kept, n_jobs):
    whole = searched(NETWORK, kept).n_regions
    late = searched(NETWORK, kept, n_jobs=n_jobs, time_budget=1e-9)
    assert 0 < late.n_regions < whole and late.stopped == "ended by its time_budget"
    many = searched(NETWORK, kept, n_jobs=n_jobs, max_regions=whole // 2)
    assert whole // 2 < many.n_regions < whole and many.stopped == "reached max_regions"
    assert not searched(NETWORK, kept, n_jobs=n_jobs, max_regions=whole).stopped


def test_programs_that_fail_in_workers_are_told(monkeypatch):
    monkeypatch.setattr(_subtrees, "MAX_VERTEX_DIMENSIONS", 0)
    monkeypatch.setattr(_subtrees, "_N_SUBTREES", 3)
    lost = lambda self, rows: ("solver lost", None, 0.0)  # noqa: E731
    monkeypatch.setattr(_halfspace_cells.DepthProgram, "deepest", lost)
    network = random_network([2, 6, 1], 1)
    with warnings.catch_warnings(record=True) as caught, joblib.parallel_config("threading"):
        warnings.simplefilter("always")
        found = searched(network, False, n_jobs=2)
    named = [str(w.message) for w in caught if w.category is LinearProgramWarning]
    assert len(named) == len(found.failed) > 0 and "status solver lost" in named[0]


def test_results_do_not_depend_on_n_jobs(monkeypatch):
    """In processes, as users have them."""
    monkeypatch.setattr(_subtrees, "_MANY_CELLS", 12)
    labelled = random_network([3, 8, 6, 3], 2, task="abc")
    one, two = (class_regions(labelled, box=(-2, 2), n_jobs=n_jobs) for n_jobs in (None, 2))
    assert str(one) == str(two)
    np.testing.assert_array_equal(one.slopes, two.slopes)
    assert count_regions(NETWORK, (-2, 2), n_jobs=2) == count_regions(NETWORK, (-2, 2))
    X = uniform(50, 3)
    plane = [slice_regions(NETWORK, X, n_jobs=n_jobs) for n_jobs in (None, 2)]
    assert all(map(np.array_equal, plane[0].polygons, plane[1].polygons))
    X, wide = uniform(50, 9), random_network([9, 7, 1], 4)
    trees = [ExactTreeRegressor(wide, mode="whole", n_jobs=n).fit(X).tree_ for n in (None, 2)]
    np.testing.assert_array_equal(trees[0].patterns, trees[1].patterns)
    np.testing.assert_array_equal(trees[0].slopes, trees[1].slopes)
