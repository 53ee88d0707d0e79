"""Searches that end early keep what they found and say how much of the box is missing."""

import numpy as np
import pytest
from exact_oracles import FailingProgram
from random_networks import random_network, uniform

from skinterp.exact import (
    ExactTreeRegressor,
    LinearProgramWarning,
    class_regions,
    count_regions,
    slice_regions,
)
from skinterp.exact.pieces import _arrangement, _programs, _search, _subtrees

NETWORK = random_network([3, 10, 8, 1], 0)


@pytest.fixture
def small_steps(monkeypatch):
    """Searches of a few cells a step."""
    monkeypatch.setattr(_arrangement, "_BLOCK", 1)


@pytest.fixture
def interrupted(monkeypatch, small_steps):
    """Searches that are interrupted at their 400th step."""
    steps_in_box = _search.steps_in_box

    def interrupting(*args):
        for k, step in enumerate(steps_in_box(*args)):
            if k == 400:
                raise KeyboardInterrupt
            yield step

    monkeypatch.setattr(_search, "steps_in_box", interrupting)


def test_a_count_out_of_time_is_a_lower_bound_with_its_missing_share(small_steps):
    whole = count_regions(NETWORK, (-2, 2)).n_regions
    with pytest.warns(UserWarning, match="ended by its time_budget after"):
        part = count_regions(NETWORK, (-2, 2), time_budget=1e-9)
    low, high = part.missing_interval
    assert 0 < part.n_regions < whole and part.interval == (part.n_regions, np.inf)
    assert not part.is_exact and low <= part.missing_share <= high <= 1.0
    assert str(part).startswith(f"at least {part.n_regions} regions; they leave out ")
    assert len(part.unfinished) == 1


def test_the_missing_share_of_a_slice_is_that_of_its_area(interrupted):
    network = random_network([2, 12, 10, 1], 1)
    with pytest.warns(UserWarning, match="was interrupted"):
        part = slice_regions(network, box=(-2, 2))
    missing = 1 - part.areas.sum() / 16
    low, high = (
        float(text) / 100 for text in part.unfinished[0].split("[")[1].split("]")[0].split(", ")
    )
    assert 0.0 < missing < 1.0 and low - 0.02 <= missing <= high + 0.02
    assert "incomplete" in str(part)


def test_an_interrupted_tree_answers_everywhere_and_names_its_open_branches(interrupted):
    X, near = uniform(50, 3), uniform(2000, 3, seed=3)
    with pytest.warns(UserWarning, match=r"was interrupted after \d+ regions; they leave out"):
        tree = ExactTreeRegressor(NETWORK, mode="whole", box=(-2, 2)).fit(X)
    np.testing.assert_allclose(tree.predict(near), NETWORK.predict(near), atol=1e-9)
    leaves = tree.apply(near)
    assert (leaves == -1).any() and (leaves >= 0).any()
    assert "not searched" in tree.export_text(max_depth=None) and len(tree.unfinished_) == 1
    assert "not searched" in tree.plot(max_depth=100).texts
    assert tree.counts_.sum() == (tree.apply(X) >= 0).sum()


def test_classes_of_a_part_of_the_box_are_right_there_and_the_network_answers_elsewhere(
    interrupted,
):
    network = random_network([3, 12, 10, 3], 2, task="abc")
    with pytest.warns(UserWarning, match=r"was interrupted after \d+ regions; they leave out"):
        part = class_regions(network, box=(-2, 2))
    near = uniform(3000, 3, seed=3)
    cells = part.apply(near)
    assert (cells == -1).any() and (cells >= 0).any() and len(part.unfinished) == 1
    np.testing.assert_array_equal(part.predict(near), network.predict(near))
    np.testing.assert_array_equal(
        part.labels[cells[cells >= 0]], network.predict(near[cells >= 0])
    )
    for cell in set(cells[cells >= 0].tolist()):
        assert part.inequalities(cell).contains(near[cells == cell]).all()
    assert "not searched" in part.export_text() and "was interrupted" in str(part)


def test_classes_out_of_time_are_merged_less_and_still_right(small_steps):
    network = random_network([2, 12, 10, 1], 1, task="ab")
    with pytest.warns(UserWarning, match="ended by its time_budget"):
        part = class_regions(network, box=(-2, 2), time_budget=1e-9)
    whole = class_regions(network, box=(-2, 2), time_budget=600)
    near = uniform(2000, 2, seed=4)
    assert not whole.unfinished and (whole.apply(near) >= 0).all()
    for found in (part, whole):
        np.testing.assert_array_equal(found.predict(near), network.predict(near))


def test_enough_time_changes_nothing():
    X = uniform(50, 3)
    tree = ExactTreeRegressor(NETWORK, mode="whole", time_budget=600).fit(X)
    assert tree.unfinished_ == ()
    assert tree.n_leaves_ == ExactTreeRegressor(NETWORK, mode="whole").fit(X).n_leaves_
    assert count_regions(NETWORK, (-2, 2), time_budget=600).is_exact


def test_interruptions_of_lines_are_handed_on(interrupted):
    with pytest.raises(KeyboardInterrupt):
        count_regions(random_network([2, 300, 300, 1], 0), (-9, 9), method="lines", n_lines=2)


def test_failed_linear_programs_are_told_in_the_result(monkeypatch):
    solve = _programs.linear_program
    monkeypatch.setattr(_subtrees, "MAX_VERTEX_DIMENSIONS", 0)
    monkeypatch.setattr(
        _programs, "linear_program", lambda *bounds: FailingProgram(solve(*bounds), 3)
    )
    network = random_network([5, 4, 1], 0)
    with pytest.warns(LinearProgramWarning):
        found = count_regions(network, (-2, 2))
    assert not found.is_exact and found.interval[1] == found.n_regions
    assert "linear programs failed, the first about unit" in found.unfinished[0]
    with pytest.warns(LinearProgramWarning):
        tree = ExactTreeRegressor(network, mode="whole", box=(-2, 2)).fit(uniform(9, 5))
    assert "linear programs failed" in tree.unfinished_[0]


@pytest.mark.parametrize("call", [class_regions, count_regions, slice_regions])
def test_time_budgets_that_are_none_are_refused(call):
    with pytest.raises(ValueError, match="time_budget must be a positive number"):
        call(random_network([2, 3, 1], 0, task="ab"), box=(-1, 1), time_budget=0)
