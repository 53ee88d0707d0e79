"""Galleries and reports of units that look at images: weights, exciting rows, classes."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from random_networks import random_network

from skinterp import as_network
from skinterp.display import UnitDisplay, UnitGalleryDisplay
from skinterp.display._display import PALETTE
from skinterp.hidden import explain_image, top_units, unit_gallery, unit_report

SHAPE = (3, 4)
X = np.random.default_rng(0).uniform(0, 1, size=(40, 12))
THREE = random_network([12, 6, 5, 3], 0, "tanh", task=("a", "b", "c"))
TWO = random_network([12, 6, 1], 1, task=("ill", "well"))
NUMBER = random_network([12, 4, 1], 2)


@pytest.mark.parametrize("network", [THREE, TWO, NUMBER], ids=["three", "two", "regression"])
@pytest.mark.parametrize("layer", [0, -1])
def test_a_row_shows_the_images_that_excite_its_unit_most(network, layer):
    gallery = unit_gallery(network, X, SHAPE, 3, layer=layer, n_rows=2)
    dense_layer = gallery.layer
    for j, images, activity in zip(gallery.units, gallery.images, gallery.activities, strict=True):
        values = network.hidden_activations(X, dense_layer)[:, j]
        best = np.argsort(-values, kind="stable")[:2]
        np.testing.assert_array_equal(images.rows, X[best].reshape(2, *SHAPE))
        np.testing.assert_allclose(activity.values, values)
        if dense_layer == 0:
            weights = network.layers[0].weights[:, j]
            assert images.weight_name == "weights"
        else:
            weights = network.unit(dense_layer, j).gradient(X).mean(axis=0)
            assert images.weight_name == "mean slopes"
        np.testing.assert_allclose(images.weights.ravel(), weights)


def test_units_are_ordered_by_how_far_they_move_the_outputs():
    gallery = unit_gallery(TWO, X, SHAPE)
    assert len(gallery.units) == 6
    activations = TWO.hidden_activations(X, 0)
    moved = np.abs(activations.std(axis=0) * TWO.layers[1].weights[:, 0])
    np.testing.assert_allclose(gallery.influence, np.sort(moved)[::-1])


def test_a_number_added_to_all_logits_does_not_order_units():
    weights, biases, _ = zip(*THREE.layers, strict=True)
    common = 5 * np.random.default_rng(1).normal(size=(5, 1))
    kinds = ["tanh", "tanh", "softmax"]
    other = as_network(([*weights[:-1], weights[-1] + common], biases, kinds))
    first, second = (unit_gallery(n, X, SHAPE, 5) for n in (THREE, other))
    assert first.units.tolist() == second.units.tolist()
    np.testing.assert_allclose(first.influence, second.influence)


@pytest.mark.parametrize("by_index", [False, True])
def test_units_of_a_class_are_its_top_units(by_index):
    name = str(THREE.predict(X)[0])
    gallery = unit_gallery(THREE, X, SHAPE, 4, label="abc".index(name) if by_index else name)
    assert gallery.units.tolist() == top_units(THREE, X, name, n_units=4).units.tolist()
    assert f"margin of '{name}'" in str(gallery)
    assert f"margin of '{name}'" in gallery.plot().figure_._suptitle.get_text()


def test_galleries_print_tabulate_and_draw_what_they_hold():
    y = np.where(X[:, 0] > 0.5, "bright", "dark")
    gallery = unit_gallery(TWO, X, SHAPE, 2, y=y, n_rows=3)
    table = gallery.to_frame()
    assert table.index.tolist() == gallery.units.tolist()
    assert set(table["preferred_class"]) <= {"bright", "dark"}
    display = gallery.plot()
    assert isinstance(gallery.display(), UnitGalleryDisplay) and display.axes_.shape == (2, 5)
    for images, row in zip(gallery.images, display.axes_, strict=True):
        np.testing.assert_array_equal(row[0].images[0].get_array(), images.weights)
        np.testing.assert_array_equal(row[2].images[0].get_array(), images.rows[1])
        assert [t.get_text() for t in row[-1].get_yticklabels()] == ["bright", "dark"]
    titles = [ax.get_title() for ax in display.axes_[0, 1:4]]
    tops = gallery.activities[0].top_rows
    assert [int(title.split()[1].rstrip(":")) for title in titles] == tops.tolist()


@pytest.mark.parametrize("layer", [0, 1, "output"])
def test_a_report_of_images_shows_them(layer):
    report = unit_report(THREE, X, 1, layer=layer, image_shape=SHAPE, n_rows=4)
    display = report.plot()
    assert isinstance(display, UnitGalleryDisplay) and display.axes_.shape == (1, 6)
    weights = report.connections.input_weights if layer == 0 else report.linear.slopes
    np.testing.assert_allclose(display.axes_[0, 0].images[0].get_array().ravel(), weights)
    assert report.name in display.figure_._suptitle.get_text()


def test_a_report_without_a_shape_shows_bars():
    assert isinstance(unit_report(TWO, X, 0).display(), UnitDisplay)


def test_two_rows_are_enough():
    assert unit_gallery(TWO, X[:2], SHAPE, 1).plot().axes_.shape == (1, 4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: unit_gallery(TWO, X, (5, 5)), "12 pixels, one per input"),
        (lambda: unit_report(TWO, X, 0, image_shape=(5, 5)), "12 pixels, one per input"),
        (lambda: unit_gallery(TWO, X, SHAPE, 7), "n_units must be an integer from 1 to 6"),
        (lambda: unit_gallery(TWO, X, SHAPE, layer=1), "layer must be between"),
        (
            lambda: unit_gallery(THREE, X, SHAPE, label="d"),
            r"^label .*\['a', 'b', 'c'\].* Got 'd'",
        ),
        (lambda: unit_report(THREE, X, "d", layer="output"), "^unit must be one of"),
        (lambda: explain_image(THREE, X[0], (5, 5)), "^shape must have 12 pixels"),
        (lambda: unit_gallery(TWO, X, SHAPE, y=[1, 2]), "one entry per row of X, 40"),
        (lambda: unit_gallery(TWO, X, SHAPE, n_rows=0), "n_rows must be an integer"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_displays_of_units_refuse_what_does_not_belong_together():
    images = np.ones((2, 3, 3, 4))
    with pytest.raises(ValueError, match=r"rows must be 1, one per unit\. Got 2"):
        UnitGalleryDisplay(np.ones((1, 3, 4)), images, [[0.0, 1.0]]).plot()


NAMED = random_network([12, 6, 3], 0, task=("hot", "cold", "mild"))


@pytest.mark.parametrize("present", [["hot", "cold", "mild"], ["cold", "mild"]])
def test_a_class_has_its_colour_whichever_are_present(present):
    y = np.resize(present, 40)
    for show in (
        unit_report(NAMED, X, 0, y=y),
        unit_report(NAMED, X, 0, y=y, image_shape=SHAPE),
        unit_gallery(NAMED, X, SHAPE, 1, y=y),
    ):
        ax = np.ravel(show.plot().axes_)[-1]
        assert [label.get_text() for label in ax.get_yticklabels()] == present
        for name, box in zip(present, ax.patches, strict=True):
            expected = PALETTE[["hot", "cold", "mild"].index(name)]
            assert to_hex(box.get_facecolor()) == expected.lower()


def test_a_dead_unit_is_shown_as_dead_and_excited_by_nothing():
    weights, biases, _ = zip(*NAMED.layers, strict=True)
    biases = [biases[0] - 900 * (np.arange(6) == 2), biases[1]]
    network = as_network((weights, biases, ["relu", "identity"]), classes=["hot", "cold", "mild"])
    gallery = unit_gallery(network, X, SHAPE)
    k = gallery.units.tolist().index(2)
    table, line = gallery.to_frame(), str(gallery).splitlines()[3 + k]
    assert table["is_dead"].tolist() == [j == 2 for j in gallery.units]
    assert table["preferred_class"].isna().iloc[k] and np.isnan(table["top_row"].iloc[k])
    assert line.split()[:2] == ["unit", "2"] and "dead" in line and "none" in line
    assert np.isnan(gallery.images[k].rows).all()
    titles = [ax.get_title() for ax in gallery.plot().axes_[k]]
    assert titles[1] == "dead" and "row" not in " ".join(titles)
    report = unit_report(network, X, 2)
    assert "dead" in str(report) and "most excited" not in str(report)
    assert "dead" in report.plot().figure_._suptitle.get_text()
