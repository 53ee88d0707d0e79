"""Plots of exact structure carry the numbers of what they show."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from random_networks import SQUARE, random_network, uniform

from skinterp.exact import ExactTreeClassifier, ExactTreeRegressor, slice_regions


def words(display):
    return " ".join(text.get_text() for text in display.ax_.texts)


def test_a_tree_shows_its_tests_answers_and_rows():
    X = np.linspace(-2.5, 2.5, 101).reshape(-1, 1)
    tree = ExactTreeRegressor(SQUARE, mode="whole").fit(X)
    display = tree.plot(max_depth=9)
    shown = words(display)
    assert len(display.texts) == len(tree.tree_.units)
    assert "-1.16" in shown and "3.47" in shown
    for count in tree.counts_:
        assert f"{count} rows" in shown
    assert display.figure_ is display.ax_.figure


def test_a_tree_of_many_outputs_says_how_many_and_one_leaf_is_drawn():
    tree = ExactTreeRegressor(random_network([2, 4, 3], 0), mode="whole").fit(uniform(50, 2))
    assert "3 affine outputs" in words(tree.plot())
    flat = ExactTreeRegressor(random_network([2, 3, 1], 0, "identity")).fit(uniform(50, 2))
    assert flat.n_leaves_ == 1 and "value" in words(flat.plot())


def test_a_deep_tree_is_cut_and_says_so():
    tree = ExactTreeRegressor(random_network([2, 8, 6, 1], 0), mode="whole").fit(uniform(90, 2))
    few, many = (len(words(tree.plot(max_depth=depth))) for depth in (1, 4))
    assert few < many and tree.depth_ > 4


@pytest.mark.parametrize("task", [None, ["a", "b"], ["a", "b", "c"]])
def test_a_slice_shows_its_polygons_boundary_and_data(task):
    n_outputs = 3 if task and len(task) == 3 else 1
    network = random_network([2, 6, 4, n_outputs], 3, task=task)
    X = uniform(50, 2)
    regions = slice_regions(network, X, level=0.1)
    _, ax = plt.subplots()
    display = regions.plot(X, network.predict(X) if task else None, ax=ax)
    assert display.ax_ is ax and display.n_regions == len(regions)
    assert ax.get_xlabel() == "x0" and ax.get_ylabel() == "x1"
    drawn = {tuple(map(tuple, np.round(line.get_xydata(), 9))) for line in ax.lines}
    for line in regions.boundary:
        assert tuple(map(tuple, np.round(line, 9))) in drawn
    np.testing.assert_allclose(sorted([*ax.get_xlim()]), [X[:, 0].min(), X[:, 0].max()], atol=0.5)
    if task is None:
        np.testing.assert_allclose(display.values, regions.raw_values[:, 0])
    ax.figure.canvas.draw()


def test_pictures_are_the_same_twice():
    network = random_network([2, 6, 1], 0, task=["a", "b"])
    regions = slice_regions(network, box=(-2, 2))
    tree = ExactTreeClassifier(network, mode="whole", box=(-2, 2)).fit(uniform(40, 2))
    for draw in (regions.plot, tree.plot):
        first, second = draw().to_svg(), draw().to_svg()
        assert first == second and "<svg" in first
