"""What a display draws are the numbers it was given: bars, points, cells and lines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba

from skinterp import display as shown
from skinterp.display._couplings import average_product_corrected
from skinterp.display._display import (
    LIGHT,
    area_style,
    beside_each_other,
    checked_points,
    cycle,
    label,
    labels,
    line_style,
    wrapped,
)
from skinterp.display._rows import row_centres
from skinterp.display._signs import MINUS, PLUS, fold_over_signs, sign_colours

FEW = settings(max_examples=15, deadline=None)
RNG = np.random.default_rng(0)


def texts_of(ticks):
    return [text.get_text() for text in ticks]


# Texts and styles


@given(st.text(max_size=80), st.integers(8, 40))
def test_a_label_is_one_line_of_at_most_its_width(text, width):
    drawn = label(text, width)
    plain = drawn.replace(r"\$", "$")
    assert len(plain) <= width and "\n" not in drawn
    assert drawn.count("$") == drawn.count(r"\$")


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=6), st.integers(12, 40))
def test_labels_of_one_axis_are_different_where_the_texts_are(texts, width):
    lines = [" ".join(text.split()) for text in texts]
    drawn = labels(texts, width)
    for a, first in zip(lines, drawn, strict=True):
        for b, second in zip(lines, drawn, strict=True):
            assert (first == second) or (a != b)


@given(st.text(alphabet="ab + *", max_size=400), st.integers(20, 70))
def test_wrapped_formulas_have_few_lines_that_fit(text, width):
    lines = wrapped(text, width, max_lines=3).split("\n")
    assert len(lines) <= 3 and max(map(len, lines)) <= width


@pytest.mark.parametrize(
    ("texts", "inches", "turned"),
    [(["a", "b"], 4.0, 0), (["x" * 20] * 3, 4.0, 90), ([], 1.0, 0), (["abc"] * 40, 4.0, 90)],
)
def test_labels_without_room_beside_each_other_are_turned(texts, inches, turned):
    assert beside_each_other(texts, inches) == turned


def test_styles_differ_for_as_many_as_they_say():
    areas = [tuple(area_style(LIGHT, k).values()) for k in range(28)]
    lines = [tuple(line_style(k).values()) for k in range(28)]
    assert len(set(areas)) == len(set(lines)) == 28
    assert cycle("abc", 4) == "b"


@given(st.integers(1, 9), st.integers(1, 6))
def test_bars_of_a_group_stand_beside_each_other_within_their_row(n_rows, n_series):
    places = np.array([row_centres(n_rows, i, n_series) for i in range(n_series)])
    off = places - np.arange(n_rows)
    assert (np.abs(off) <= 0.4).all()
    np.testing.assert_allclose(np.diff(off, axis=0), 0.8 / n_series)
    np.testing.assert_allclose(off.mean(axis=0), 0.0, atol=1e-12)


def test_signs_have_two_colours():
    assert sign_colours([1.0, 0.0, -0.1]) == [PLUS, PLUS, MINUS]


@pytest.mark.parametrize(
    ("values", "largest"), [([[1.0, -3.0]], 3.0), ([[0.0]], 1.0), ([[np.nan, 2.0]], 2.0)]
)
def test_colours_are_symmetric_about_nothing(values, largest):
    assert fold_over_signs(np.array(values)) == largest


@pytest.mark.parametrize("points", [[[1, 2]], np.zeros((5, 2)), np.zeros((0, 2))])
def test_points_are_tables_of_two_columns(points):
    assert checked_points(points).shape[1] == 2


# Bars and rows


@FEW
@given(st.integers(1, 8), st.integers(1, 4), st.integers(0, 1000))
def test_contributions_are_bars_of_the_strongest_inputs(n, n_outputs, seed):
    values = np.random.default_rng(seed).normal(size=(n_outputs, n))
    names = [f"input {j}" for j in range(n)]
    given_ = {f"out {k}": row for k, row in enumerate(values)}
    ax = shown.ContributionsDisplay(given_, names, max_features=5).plot().ax_
    order = np.argsort(-np.abs(values).max(axis=0), kind="stable")[:5]
    assert texts_of(ax.get_yticklabels()) == [names[j] for j in order]
    widths = np.reshape([bar.get_width() for bar in ax.patches], (n_outputs, len(order)))
    np.testing.assert_allclose(widths, values[:, order])
    assert bool(ax.get_title(loc="left")) is (n > 5)


@FEW
@given(st.integers(2, 6), st.integers(1, 3), st.integers(0, 1000))
def test_importances_are_relative_to_the_largest_of_their_method(n, n_methods, seed):
    values = np.random.default_rng(seed).random((n_methods, n)) + 0.01
    given_ = {f"m{k}": row for k, row in enumerate(values)}
    ax = shown.ImportancesDisplay(given_, [f"x{j}" for j in range(n)]).plot().ax_
    widths = np.reshape([bar.get_width() for bar in ax.patches], (n_methods, n))
    np.testing.assert_allclose(widths.max(axis=1), 1.0)
    order = [int(text[1:]) for text in texts_of(ax.get_yticklabels())]
    np.testing.assert_allclose(widths, (values / values.max(axis=1, keepdims=True))[:, order])
    assert (np.diff(widths.mean(axis=0)) <= 1e-12).all()


def test_a_method_without_importances_has_bars_of_no_length():
    ax = shown.ImportancesDisplay({"none": [0.0, 0.0]}, ["a", "b"]).plot().ax_
    assert [bar.get_width() for bar in ax.patches] == [0.0, 0.0]


def test_ranks_stand_where_their_means_are():
    ranks = np.array([[1.2, 2.8, 2.0], [1.0, 3.0, 2.0]])
    display = shown.RankStabilityDisplay(
        ["m", "n"], ranks, [ranks - 0.2, ranks + 0.3], list("abc")
    )
    ax = display.plot().ax_
    assert texts_of(ax.get_yticklabels()) == ["a", "c", "b"]
    markers = [line for line in ax.lines if line.get_marker() not in ("None", "", None)]
    np.testing.assert_allclose([line.get_xdata() for line in markers], ranks[:, [0, 2, 1]])
    assert ax.get_xlim() == (0.5, 3.5)


def test_patterns_say_the_constant_the_sum_and_the_network():
    display = shown.PatternsDisplay(["p", "q"], [2.0, -0.5], constant=1.0, network_value=2.6)
    title = display.plot().ax_.get_title(loc="left")
    assert title == "constant +1, all together +2.5; the network +2.6"
    assert texts_of(display.ax_.texts) == ["+2", "-0.5"]


@pytest.mark.parametrize("values", [[1.0, 2.0], [-1.0, -2.0], [3.0, -1.0], [0.0, 0.0], [5.0], []])
def test_the_numbers_of_patterns_lie_inside_the_axes(values):
    ax = shown.PatternsDisplay(["p", "q"][: len(values)], values).plot().ax_
    low, high = ax.get_xlim()
    assert all(low <= text.get_position()[0] <= high for text in ax.texts)


# Matrices


def test_couplings_are_cells_and_the_diagonal_is_empty():
    values = np.abs(RNG.normal(size=(4, 4)))
    values += values.T
    ax = shown.CouplingsDisplay(values, list("abcd")).plot().ax_
    cells = np.asarray(ax.images[0].get_array(), dtype=float)
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(cells[off], values[off])
    assert (
        np.ma.getmaskarray(ax.images[0].get_array()).diagonal().all()
        or np.isnan(cells.diagonal()).all()
    )


@given(st.integers(2, 6), st.integers(0, 1000))
def test_what_all_variables_share_is_corrected_away(n, seed):
    share = np.random.default_rng(seed).random(n) + 0.1
    flat = np.full((n, n), share[0])
    corrected = average_product_corrected(flat)
    np.testing.assert_allclose(corrected, 0.0, atol=1e-12)
    np.testing.assert_allclose(average_product_corrected(3 * flat), 0.0, atol=1e-12)


def test_the_shade_of_a_share_is_relative_and_its_number_the_rank():
    shares = {"m": [0.1, 0.4, 0.2], "n": [0.0, 0.0, 0.0]}
    ax = shown.ImportanceTableDisplay(shares, list("abc")).plot().ax_
    assert texts_of(ax.get_yticklabels()) == ["b", "c", "a"]
    cells = np.asarray(ax.images[0].get_array())
    np.testing.assert_allclose(cells[:, 0], [1.0, 0.5, 0.25])
    assert not cells[:, 1].any()
    assert texts_of(ax.texts) == ["1", "2", "2", "2", "3", "2"]


def test_fields_of_one_alphabet_share_an_axis_and_others_name_their_cells():
    wide = shown.FieldsDisplay([[1.0, -1.0], [0.5, 0.2]], ["p", "q"], ["AC", "AC"]).plot().ax_
    np.testing.assert_allclose(wide.images[0].get_array(), [[1.0, 0.5], [-1.0, 0.2]])
    assert texts_of(wide.get_xticklabels()) == ["p", "q"] and not wide.texts
    tall = shown.FieldsDisplay([[1.0], [0.5, 0.2]], ["p", "q"], [["A"], ["C", "G"]]).plot().ax_
    assert texts_of(tall.texts) == ["A", "C", "G"]
    assert texts_of(tall.get_yticklabels()) == ["p", "q"]


def test_small_pairs_have_numbers_and_large_ones_none():
    few = shown.PairDisplay([[1.0, -2.5]], ("a", "b"), (["x"], ["u", "v"])).plot().ax_
    assert texts_of(few.texts) == ["1", "-2.5"]
    names = [f"c{k}" for k in range(13)]
    many = shown.PairDisplay(np.ones((13, 2)), ("a", "b"), (names, ["u", "v"])).plot().ax_
    assert not many.texts


def test_images_share_their_limits_unless_told_otherwise():
    images = np.stack([np.full((2, 2), 1.0), np.full((2, 2), -4.0)])
    together = shown.WeightImagesDisplay(images).plot().axes_
    assert {ax.images[0].get_clim() for ax in together} == {(-4.0, 4.0)}
    alone = shown.WeightImagesDisplay(images, shared_scale=False).plot().axes_
    assert [ax.images[0].get_clim() for ax in alone] == [(-1.0, 1.0), (-4.0, 4.0)]
    assert [ax.get_title() for ax in alone] == ["0\n±1", "1\n±4"]


# Curves


def test_shares_of_the_variance_and_the_rest_add_up_to_all():
    ax = shown.VarianceByOrderDisplay([4.0, 3.0, 1.0], total=10.0, max_orders=2).plot().ax_
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_allclose(heights, [0.4, 0.3, 0.3])
    assert texts_of(ax.texts) == ["40.0%", "30.0%", "30.0%"]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.4, 0.7])


@pytest.mark.parametrize(("complexity", "scale"), [([1, 19], "linear"), ([1, 300], "log")])
def test_complexities_far_apart_have_a_logarithmic_axis(complexity, scale):
    ax = shown.FidelityComplexityDisplay(["a", "b"], complexity, [0.5, 0.9]).plot().ax_
    assert ax.get_xscale() == scale


def test_losses_of_zero_are_drawn_below_the_others():
    ax = shown.ParetoFrontDisplay([1, 2, 3], [0.5, 0.1, 0.0]).plot().ax_
    drawn = next(line for line in ax.lines if line.get_marker() == "o").get_ydata()
    np.testing.assert_allclose(drawn, [0.5, 0.1, 0.01])


def test_rows_far_outside_are_counted_and_the_threshold_is_seen():
    value = np.append(np.linspace(-1, 1, 999), 1e6)
    ax = shown.LinkDisplay(value, value, threshold=3.0).plot().ax_
    assert "rows outside" in ax.get_xlabel() and ax.get_xlim()[1] < 1e3
    assert ax.get_xlim()[0] <= 3.0 <= ax.get_xlim()[1]
    assert "threshold: 3" in texts_of(ax.get_legend().get_texts())


def test_scores_are_curves_with_their_bands():
    means, deviations = {"ranked": [0.5, 0.9]}, {"ranked": [0.1, 0.0]}
    ax = shown.SubsetsDisplay([1, 2], means, deviations, reference=0.95).plot().ax_
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[1, 0.5], [2, 0.9]])
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(0.4) and band[:, 1].max() == pytest.approx(0.9)
    assert texts_of(ax.get_legend().get_texts()) == ["this ranking", "all inputs"]


def test_profiles_draw_levels_as_dots_and_numbers_as_curves():
    number = shown.Panel(("age",), (np.array([0.0, 1.0]),), np.array([[1.0, 2.0]]))
    level = shown.Panel(("site",), (("a", "b"),), np.array([[3.0, 4.0]]))
    first, second = shown.ProfilesDisplay([number, level]).plot().axes_
    assert first.lines[0].get_linestyle() == "-" and second.lines[0].get_linestyle() == "None"
    np.testing.assert_allclose(second.lines[0].get_ydata(), [3.0, 4.0])
    assert texts_of(second.get_xticklabels()) == ["a", "b"]


def test_of_many_parts_twelve_are_drawn():
    part = shown.Panel(("age",), (np.array([0.0, 1.0]),), np.array([[1.0, 2.0]]))
    assert len(shown.ProfilesDisplay([part] * 15).plot().axes_) == 12


@pytest.mark.parametrize("n_classes", [1, 3, 14])
def test_units_have_a_box_per_class_up_to_twelve(n_classes):
    of = np.arange(60) % n_classes
    display = shown.UnitDisplay([1.0, -3.0], ["a", "b"], RNG.normal(size=60), of).plot()
    left, right = display.axes_
    assert [bar.get_width() for bar in left.patches] == [-3.0, 1.0]
    assert len(right.patches) == min(n_classes, 12)
    assert ("12 of 14" in right.get_ylabel()) is (n_classes == 14)


# Planes


def test_every_region_has_the_colour_of_its_class():
    squares = [[[i, 0], [i + 1, 0], [i + 1, 1], [i, 1]] for i in range(3)]
    ax = shown.RegionsDisplay(squares, [2, 0, 2], classes=list("abc")).plot().ax_
    assert "3 linear regions" in ax.get_title(loc="left")
    drawn = {
        tuple(path.vertices[:, 0].min() for path in areas.get_paths()): areas.get_facecolor()[0]
        for areas in ax.collections
    }
    assert tuple(drawn[(1.0,)]) == to_rgba(LIGHT[0])
    assert tuple(drawn[(0.0, 2.0)]) == to_rgba(LIGHT[2])


def test_very_many_points_are_thinned():
    square, points = [[[0, 0], [1, 0], [1, 1], [0, 1]]], RNG.random((5000, 2))
    ax = shown.RegionsDisplay(square, [0.5], points=points).plot().ax_
    drawn = sum(len(c.get_offsets()) for c in ax.collections if len(c.get_offsets()) > 1)
    assert 500 <= drawn <= 1000


def test_a_difference_is_shaded_between_its_bounds_within_the_data():
    x = np.linspace(0, 10, 50)
    region = ((4.0, np.inf), (-np.inf, np.inf))
    display = shown.DifferenceDisplay(x, x, x > 4, names=("a", "b"), region=region)
    ax = display.plot().ax_
    shade = ax.collections[0].get_paths()[0].vertices
    assert shade[:, 0].min() == pytest.approx(4.0)
    assert shade[:, 0].max() == pytest.approx(ax.get_xlim()[1])
    counts = [len(c.get_offsets()) for c in ax.collections[1:]]
    assert counts == [np.sum(x <= 4), np.sum(x > 4)]


def test_leaves_stand_in_their_order_and_parents_between_them():
    left, right = [1, 3, -1, -1, -1], [2, 4, -1, -1, -1]
    display = shown.ObliqueTreeDisplay(left, right, list("abcde"), title="which tree").plot()
    places = {t.get_text(): t.get_position() for t in display.ax_.texts if t.get_text() in "abcde"}
    assert places["d"][0] < places["e"][0] < places["c"][0]
    assert places["b"][0] == pytest.approx((places["d"][0] + places["e"][0]) / 2)
    assert places["a"][1] > places["b"][1] > places["d"][1]
    assert display.ax_.get_title() == "which tree"


def test_leaves_are_coloured_by_their_group():
    display = shown.ObliqueTreeDisplay([1, -1, -1], [2, -1, -1], list("abc"), groups=[-1, 0, 1])
    boxes = {t.get_text(): t.get_bbox_patch().get_facecolor() for t in display.plot().ax_.texts}
    assert boxes["b"] == to_rgba(LIGHT[0]) and boxes["c"] == to_rgba(LIGHT[1])
    assert boxes["a"] == to_rgba("white")


def test_names_on_a_map_are_those_with_room():
    places, tree = np.zeros((5, 2)), [[0, 1, 1, 2], [5, 2, 1, 3], [6, 3, 1, 4], [7, 4, 1, 5]]
    places[4] = [3.0, 3.0]
    plane, branches = shown.EmbeddingDisplay(places, tree, list("abcde")).plot().axes_
    assert len(plane.texts) == 2 and plane.collections[0].get_offsets().shape == (5, 2)
    assert sorted(texts_of(branches.get_yticklabels())) == list("abcde")


def deep_tree(n_leaves):
    """Return the children of a tree whose right side always goes on."""
    left = [2 * i + 1 if i < n_leaves - 1 else -1 for i in range(n_leaves)]
    children = np.full((2, 2 * n_leaves - 1), -1)
    for i, node in enumerate([0, *range(2, 2 * n_leaves - 2, 2)]):
        children[:, node] = left[i], left[i] + 1
    return children


@pytest.mark.parametrize("n_leaves", [2, 6, 7, 16, 17])
def test_trees_of_sixteen_leaves_are_drawn_whole(n_leaves):
    children = deep_tree(n_leaves)
    texts = [f"n{i}" for i in range(2 * n_leaves - 1)]
    below = [f"below {i}" for i in range(2 * n_leaves - 1)]
    display = shown.ObliqueTreeDisplay(*children, texts, below=below).plot()
    drawn = [t.get_text() for t in display.ax_.texts]
    whole = n_leaves <= 16
    assert sum(text in texts for text in drawn) == (2 * n_leaves - 1 if whole else 6)
    assert any("14 leaves: below 6" in " ".join(text.split()) for text in drawn) != whole
    places = {t.get_text(): t.get_position() for t in display.ax_.texts}
    across = places["n1"][0] - places["n0"][0], places["n1"][1] - places["n0"][1]
    assert (across[0] > 0.9) == (whole and n_leaves > 6)


def test_bars_of_a_tree_are_the_shares_of_its_classes():
    shares = [[30, 10], [30, 0], [0, 10]]
    display = shown.ObliqueTreeDisplay(
        [1, -1, -1], [2, -1, -1], list("abc"), shares=shares, classes=["no", "yes"]
    ).plot()
    bars = [artist for artist in display.ax_.artists if hasattr(artist, "offsetbox")]
    widths = [[part.get_width() for part in bar.offsetbox.get_children()] for bar in bars]
    by_place = {bar.xy: width for bar, width in zip(bars, widths, strict=True)}
    root = max(by_place, key=lambda place: place[1])
    np.testing.assert_allclose(by_place[root], [60.0, 20.0])
    assert sorted(map(sum, widths)) == [80.0] * 3
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["no", "yes"]


@pytest.mark.parametrize("n", [10, 5000])
def test_of_many_rows_some_of_each_kind_are_drawn(n):
    x = np.linspace(0, 1, n)
    ax = shown.DifferenceDisplay(x, x, x > 0.9, names=("a", "b")).plot().ax_
    counts = [len(c.get_offsets()) for c in ax.collections]
    assert counts == ([9, 1] if n == 10 else [500, 500])


def test_the_line_of_a_front_never_rises_and_formulas_above_it_are_told_apart():
    cost, loss = [1, 1, 3, 5, 7], [0.3, 0.5, 0.2, 0.4, 0.1]
    line, best, above = shown.ParetoFrontDisplay(cost, loss).plot().ax_.lines
    assert np.all(np.diff(line.get_ydata()) <= 0)
    assert sorted(best.get_ydata()) == [0.1, 0.2, 0.3] and sorted(above.get_ydata()) == [0.4, 0.5]
    assert (best.get_label(), above.get_label()) == ("best at its cost", "larger loss")
