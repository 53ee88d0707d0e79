"""Plots of exact structure carry the numbers of what they show."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from random_networks import SQUARE, random_network, uniform
from sklearn.datasets import load_iris

from skinterp.display import MultiplesDisplay, NetworkDisplay, RegionsDisplay
from skinterp.exact import ExactTreeClassifier, ExactTreeRegressor, class_regions, slice_regions


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


@pytest.mark.parametrize("long", [False, True])
def test_of_several_outputs_each_has_its_level_set_and_its_picture(long):
    network = random_network([3, 6, 3], 0)
    name = "a <b> name of thirty letters $x_1$"
    X = pd.DataFrame(uniform(60, 3), columns=[name, "b", "c"] if long else list("abc"))
    regions = slice_regions(network, X, level=0.3)
    assert set(regions.boundary_outputs) == {0, 1, 2}
    for line, k in zip(regions.boundary, regions.boundary_outputs, strict=True):
        values = network.raw_values(regions.inputs(line))[:, k]
        np.testing.assert_allclose(values, 0.3, atol=1e-9)
    display = regions.plot(X)
    assert isinstance(display, MultiplesDisplay) and len(display.axes_) == 3
    assert list(display.names) == ["output 0", "output 1", "output 2"]
    for k, shown in enumerate(display.displays):
        alone = slice_regions(network.output(k), X, level=0.3)
        np.testing.assert_allclose(shown.values, regions.raw_values[:, k])
        assert len(shown.boundary) == len(alone.boundary) > 0
        np.testing.assert_allclose(
            sorted(np.concatenate(shown.boundary).tolist()),
            sorted(np.concatenate(alone.boundary).tolist()),
            atol=1e-9,
        )
    assert isinstance(slice_regions(network.output(1), X).display(), RegionsDisplay)


def test_pictures_are_the_same_twice():
    network = random_network([2, 6, 1], 0, task=["a", "b"])
    regions = slice_regions(network, box=(-2, 2))
    tree = ExactTreeClassifier(network, mode="whole", box=(-2, 2)).fit(uniform(40, 2))
    for draw in (regions.plot, tree.plot):
        first, second = draw().to_svg(), draw().to_svg()
        assert first == second and "<svg" in first


TASKS = {"binary": ("no", "ill"), "three": ("a", "b", "c"), "regression": None}


def network_of(task, d=3, seed=0):
    n_outputs = {"three": 3}.get(task, 1)
    return random_network([d, 5, n_outputs], seed, task=TASKS[task])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("oblique", [False, True])
def test_rows_of_all_inputs_are_drawn_where_they_are_nearest(task, oblique):
    X = uniform(50, 3)
    plane = {"features": (0, 2)}
    if oblique:
        plane = {"directions": [[1.0, 1.0, 0.0], [0.0, -1.0, 2.0]], "box": (-1, 1)}
    found = slice_regions(network_of(task), X, **plane)
    labels = None if task == "regression" else network_of(task).predict(X)
    display = found.plot(X, labels)
    if not oblique:
        np.testing.assert_allclose(display.points, X[:, [0, 2]], atol=1e-12)
    away = X - found.inputs(display.points)  # orthogonal to the plane
    np.testing.assert_allclose(away @ np.asarray(found.directions).T, 0.0, atol=1e-9)
    np.testing.assert_allclose(found.coordinates(display.points), display.points)


def test_rows_of_a_frame_keep_their_places_and_classes():
    X, y = load_iris(return_X_y=True, as_frame=True)
    network = random_network([4, 5, 3], 1, task=("setosa", "versicolor", "virginica"))
    found = slice_regions(network, X, features=(2, 3))
    display = found.plot(X, np.asarray(network.classes)[y])
    np.testing.assert_allclose(display.points, X.iloc[:, [2, 3]])
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert sum(name.startswith("data: ") for name in names) == 3


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 4), (2, 2, 2)])
def test_points_that_are_neither_rows_nor_coordinates_are_refused(shape):
    found = slice_regions(network_of("binary"), uniform(50, 3))
    with pytest.raises(ValueError, match=r"rows of shape \(n_samples, 3\) or coordinates"):
        found.plot(np.zeros(shape))


@pytest.mark.parametrize("mode", ["data", "whole"])
@pytest.mark.parametrize("task", TASKS)
def test_what_is_below_a_node_is_what_its_rows_say(mode, task):
    X, network = uniform(80, 2), network_of(task, 2)
    form = ExactTreeRegressor if task == "regression" else ExactTreeClassifier
    tree = form(network, mode=mode).fit(X)
    (display,) = tree.displays()
    passes, answers = tree.decision_path(X).toarray().astype(bool), network.predict(X)
    for node, text in enumerate(display.below):
        mine = answers[passes[:, node]]
        assert text.endswith(f"{len(mine)} row{'s' * (len(mine) != 1)}")
        if task == "regression":
            assert not len(mine) or float(text.split()[1]) == pytest.approx(mine.mean(), rel=5e-3)
            continue
        shares = [np.mean(mine == label) if len(mine) else 0.0 for label in network.classes]
        np.testing.assert_allclose(display.shares[node], shares)
        best = network.classes[np.argmax(shares)]
        assert not len(mine) or text.startswith(f"{best} for {max(shares):.0%} of")
    cut = tree.export_text(max_depth=1)
    ends = [text.partition(" of ")[2] for text in display.below]
    assert tree.n_leaves_ < 3 or any(f"{end})" in cut for end in ends)


def test_values_of_rows_are_shaded_and_the_level_is_named():
    X = uniform(60, 3)
    network = network_of("regression")
    display = slice_regions(network, X, level=0.25).plot(X, network.predict(X) + 0.1)
    dots = display.ax_.collections[1]
    np.testing.assert_allclose(dots.get_array(), network.predict(X) + 0.1)
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert len(names) == 2 and names[1].endswith(" = 0.25")
    with pytest.raises(ValueError, match=r"labels must be numbers, one per row\. Got"):
        slice_regions(network, X).plot(X, ["a"] * 60)


@pytest.mark.parametrize("labels", [[0, 1, 2], ["A", "b", "c"], ["a", None, "c"]])
def test_classes_that_the_network_does_not_know_are_refused(labels):
    found = slice_regions(network_of("three"), uniform(30, 3))
    with pytest.raises(ValueError, match=r"labels that the network knows, \['a', 'b', 'c'\]"):
        found.plot(np.zeros((3, 2)), labels)


def test_a_slice_says_where_it_lies_and_which_classes_it_misses():
    network = random_network([3, 5, 1], 0, task=("no", "ill"))
    X = uniform(60, 3)
    found = slice_regions(network, X, box=([0.0, 0.0], [1e-9, 1e-9]))
    (met,) = np.unique(found.display().values)
    title = found.plot(X, network.classes[[1 - met] * 60]).ax_.get_title(loc="left")
    assert f"no region of {network.classes[1 - met]}" in " ".join(title.split())
    assert "all other inputs held at the medians" in " ".join(title.split())
    plane = {"directions": np.eye(3)[:2], "origin": [0.0] * 3}
    assert slice_regions(network, X, **plane).note == "a plane through the given origin"
    assert slice_regions(network_of("binary", 2), uniform(20, 2)).note == ""


def test_thresholds_are_seen_and_leaves_say_which_class():
    names = [f"a $x_{j}$ name of thirty letters" for j in range(4)]
    X = pd.DataFrame(uniform(60, 4), columns=names)
    network = random_network([4, 3, 3], 0, task=("a", "b", "c"))
    display = ExactTreeClassifier(network).fit(X).plot()
    drawn = [" ".join(text.get_text().split()) for text in display.ax_.texts]
    tests, leaves = ([t for t in drawn if part in t] for part in (" > ", " rows: "))
    ends = {text.rpartition(" ")[2] for text in display.texts if " > " in text}
    assert tests and {text.rpartition(" ")[2] for text in tests} <= ends
    assert leaves and all(r"\ $" not in t and t.count("%") == 1 for t in leaves)
    assert all(t.count("$") == t.count(r"\$") for t in drawn)


def test_networks_without_names_take_those_of_the_frame():
    X = pd.DataFrame(uniform(40, 2), columns=["dose", "age"])
    network = random_network([2, 4, 1], 0, task=("no", "ill"))
    found = class_regions(network, X)
    assert {"dose", "age"} < set(found.to_frame()) and "x0" not in found.export_text()
    np.testing.assert_array_equal(found.predict(X), network.predict(X.to_numpy()))
    assert list(NetworkDisplay.from_estimator(network, X).input_names) == ["dose", "age"]
