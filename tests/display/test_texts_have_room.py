"""Every display draws every shape of table: its texts overlap nowhere and lie in the figure."""

import inspect

import numpy as np
import pytest
from display_pool import all_displays
from drawn_texts import misplaced
from random_networks import random_network, uniform

from skinterp import display as shown
from skinterp.exact import slice_regions

CASES = {
    "one input, two rows, dollars": all_displays("odd", 1, 2, 2),
    "long names": all_displays("long", 6, 3),
    "one word": all_displays("one word", 9, 9, 40),
}
BASES = {"Display", "PanelsDisplay", "Panel"}
MANY = all_displays("one word", 45, 2)
GROWING = ("importance table", "importances", "embedding", "fidelity", "graph")


def drawn(display):
    display.plot()
    return display.figure_


def test_the_pool_holds_every_public_display():
    public = {name for name in shown.__all__ if inspect.isclass(getattr(shown, name))} - BASES
    assert {type(display).__name__ for display in CASES["long names"].values()} == public


@pytest.mark.parametrize(
    ("case", "name"), [(case, name) for case in CASES for name in CASES[case]]
)
def test_no_text_overlaps_another_or_leaves_the_figure(case, name):
    texts, overlapping, cut = misplaced(drawn(CASES[case][name]))
    assert overlapping == [] and cut == []
    assert texts and not any("$" in text.replace(r"\$", "") for text in texts if "cost" in text)


@pytest.mark.parametrize("name", GROWING)
def test_figures_grow_with_the_table(name):
    _, overlapping, cut = misplaced(drawn(MANY[name]))
    assert overlapping == [] and cut == []


@pytest.mark.parametrize("seed", [1, 13, 34, 47])
def test_forms_of_any_complexities_and_names_have_room(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    names = ["".join(rng.choice(list("Wmi _$<>"), size=rng.integers(1, 60))) for _ in range(n)]
    atoms = np.append(1.2, 1.2 * 10 ** rng.uniform(0, (1.32, 1.7, 2.2, 6.0)[seed % 4], size=n - 1))
    references = {"W" * 40: 0.5, "a": 0.9}
    display = shown.FidelityComplexityDisplay(
        names, atoms, rng.uniform(0.4, 1, n), references=references
    )
    _, overlapping, cut = misplaced(drawn(display))
    assert overlapping == [] and cut == []


def test_level_sets_of_several_outputs_have_room():
    regions = slice_regions(random_network([2, 5, 3], 0), box=(-2, 2))
    _, overlapping, cut = misplaced(drawn(regions.display(uniform(20, 2))))
    assert overlapping == [] and cut == []


NINE = ("contributions", "importances", "classes", "profiles", "subsets")


@pytest.mark.parametrize("name", NINE)
def test_of_nine_classes_no_two_look_alike(name):
    figure = drawn(CASES["one word"][name])
    legend = next(artist for artist in figure.findobj() if is_legend(artist))
    looks = [look(handle) for handle in legend.legend_handles]
    assert len(set(looks)) == len(looks) >= 9


def is_legend(artist):
    return type(artist).__name__ == "Legend"


def look(handle):
    """Return what tells an entry of a legend from the others."""
    parts = [handle, *getattr(handle, "get_children", list)()]
    getters = ("get_facecolor", "get_color", "get_hatch", "get_linestyle", "get_marker")
    values = [getattr(part, name)() for part in parts for name in getters if hasattr(part, name)]
    return str([np.asarray(value, dtype=object).tolist() for value in values])


WRONG = [np.zeros(4), np.zeros((4, 3)), np.zeros((2, 2, 2)), 0.0, []]


@pytest.mark.parametrize("points", WRONG, ids=str)
@pytest.mark.parametrize("kind", ["classes", "regions"])
def test_points_of_another_shape_are_refused(kind, points):
    x = [0.0, 1.0]
    if kind == "regions":
        display = shown.RegionsDisplay([[[0, 0], [1, 0], [1, 1]]], [0.5], points=points)
    else:
        display = shown.BoundaryDisplay(x, x, [[0, 1], [1, 1]], classes=["a", "b"], points=points)
    with pytest.raises(ValueError, match=r"points must be of shape \(n_points, 2\)\. Got shape"):
        display.plot()


def test_coordinates_of_another_shape_are_refused():
    display = shown.EmbeddingDisplay(np.zeros((3, 3)), [[0, 1, 1, 2], [2, 3, 2, 3]], list("abc"))
    with pytest.raises(ValueError, match=r"coordinates must be of shape \(n_points, 2\)"):
        display.plot()


def test_labels_are_one_per_point():
    square = [[[0, 0], [1, 0], [1, 1], [0, 1]]]
    few = shown.RegionsDisplay(square, [0], classes=["a"], points=[[0, 0], [1, 1]], labels=["a"])
    with pytest.raises(ValueError, match=r"labels must be 2, one per point\. Got 1 instead"):
        few.plot()


@pytest.mark.parametrize("ends", [(5e-5, 3.1e-4), (1e6, 1e6 + 3), (-2e5, 9e5)])
def test_ticks_of_small_panels_stand_beside_each_other(ends):
    grid = np.linspace(*ends, 30)
    square = np.outer(np.sin(grid), grid)
    panels = [shown.Panel(("a",), (grid,), grid[None]) for _ in range(4)]
    panels += [shown.Panel(("a", "b"), (grid, grid), square) for _ in range(4)]
    _, overlapping, cut = misplaced(drawn(shown.ProfilesDisplay(panels)))
    assert overlapping == [] and cut == []


@pytest.mark.parametrize("ends", [(5e-6, 3e-4), (0.05, 0.3), (0.2, 3.0), (10, 4990), (12, 371)])
def test_an_axis_has_two_numbers_at_least(ends):
    grid = np.linspace(*ends, 30)
    square = np.outer(np.sin(grid), grid)
    panels = [shown.Panel(("a",), (grid,), grid[None]), shown.Panel("ab", (grid, grid), square)]
    display = shown.ProfilesDisplay(panels * 2).plot()
    for ax in display.axes_:
        low, high = ax.get_xlim()
        assert sum(low <= place <= high for place in ax.get_xticks()) >= 2
