"""Displays carry the numbers they were given and draw them where they are told to."""

import subprocess
import sys
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_iris

from skinterp import TreeSurrogateClassifier, default_network
from skinterp.display import (
    BoundaryDisplay,
    ContributionsDisplay,
    Display,
    EmbeddingDisplay,
    FidelityComplexityDisplay,
    ImportancesDisplay,
    ImportanceTableDisplay,
    LinkDisplay,
    ObliqueTreeDisplay,
    PanelsDisplay,
    ParetoFrontDisplay,
    ProfileDisplay,
    PruningPathDisplay,
    RankStabilityDisplay,
    RegionsDisplay,
    SubsetsDisplay,
    UnitDisplay,
    WeightImagesDisplay,
)

SQUARES = [[[0, 0], [1, 0], [1, 1], [0, 1]], [[0, 1], [1, 1], [1, 2], [0, 2]]]
RANKS = [[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]]
ODD = ["a b", "$x$", "<b>", "a name of over sixty characters that has to be shortened somehow ..."]


def displays():
    value = np.linspace(-1, 1, 40)
    return {
        "fidelity": FidelityComplexityDisplay(ODD, [1, 20, 300, 4], [0.9, 0.8, 0.95, 0.7]),
        "front": ParetoFrontDisplay([1, 3, 7], [0.5, 0.1, 0.01], chosen=1, tied=[2]),
        "link": LinkDisplay(value, value**3, threshold=0.0, formula=ODD[1]),
        "importances": ImportancesDisplay({"m": [0.4, 0.3, 0.2, 0.1]}, ODD),
        "regions": RegionsDisplay(
            SQUARES,
            [0, 1],
            [[[0, 1], [1, 1]]],
            classes=ODD[:2],
            names=ODD[:2],
            points=[[0.5, 0.5]],
            labels=[ODD[0]],
        ),
        "values": RegionsDisplay(SQUARES, [0.3, -2.0]),
        "tree": ObliqueTreeDisplay([1, -1, -1], [2, -1, -1], ODD[:3]),
        "contributions": ContributionsDisplay({"out": [0.4, -0.3, 0.0, 1.0]}, ODD),
        "several": ContributionsDisplay({"a": [1.0, -2, 0, 1], "$b$": [2.0, 1, 0, 0]}, ODD),
        "stability": RankStabilityDisplay(ODD[:2], RANKS, [RANKS, RANKS], ODD),
        "subsets": SubsetsDisplay([1, 2], {"ranked": [0.5, 0.9]}, {"ranked": [0.1, 0.0]}),
        "table": ImportanceTableDisplay({ODD[0]: [1, 2, 3, 4], ODD[1]: [0, 0, 0, 0]}, ODD),
        "pruning": PruningPathDisplay([100, 10, 1], [1.0, 0.9, 0.5], selected=1),
    }


def panels():
    curves = np.linspace(0, 1, 30).reshape(2, 3, 5)
    return {
        "profile": ProfileDisplay(curves[:, 0], curves, [0.1, 0.5, 0.9], ODD[:2]),
        "embedding": EmbeddingDisplay(
            [[0, 1], [1, 0], [2, 2]], [[0, 1, 1.4, 2], [2, 3, 2.0, 3]], ODD[:3]
        ),
        "images": WeightImagesDisplay(curves, ODD[:2]),
        "unit": UnitDisplay([1.0, -2.0], ODD[:2], curves.ravel(), np.arange(30) % 3),
        "unit without classes": UnitDisplay([1.0, -2.0], ODD[:2], curves.ravel()),
    }


@pytest.mark.parametrize("name", list(panels()))
def test_panels_draw_and_export(name):
    display = panels()[name]
    assert display.plot() is display
    display.figure_.canvas.draw()
    assert len(display.axes_) == 2
    assert "<svg" in display.to_svg()


def test_signs_of_contributions_are_colours():
    display = ContributionsDisplay({"out": [0.4, -0.3]}, ["a", "b"]).plot()
    first, second = display.ax_.patches
    assert first.get_facecolor() != second.get_facecolor()
    assert [patch.get_width() for patch in display.ax_.patches] == [0.4, -0.3]


def test_ranks_are_written_into_the_table():
    display = ImportanceTableDisplay({"m": [0.1, 0.9], "n": [0.5, 0.5]}, ["a", "b"]).plot()
    assert [text.get_text() for text in display.ax_.texts] == ["1", "1.5", "2", "1.5"]


def test_a_tree_is_cut_at_its_depth():
    left, right = [1, 2, -1, -1, -1], [4, 3, -1, -1, -1]
    texts = ["root", "left", "left left", "left right", "right"]
    whole = ObliqueTreeDisplay(left, right, texts).plot()
    cut = ObliqueTreeDisplay(left, right, texts, max_depth=1).plot()
    drawn = [" ".join(text.get_text() for text in d.ax_.texts) for d in (whole, cut)]
    assert all(text in drawn[0] for text in texts)
    assert "left left" not in drawn[1] and "right" in drawn[1]


def test_boundaries_and_polygons_are_drawn_where_they_are():
    display = RegionsDisplay(
        SQUARES, [0, 1], [[[0, 1], [1, 1]]], classes=["a", "b"], points=[[0.5, 0.5]], labels=["a"]
    ).plot()
    lines = [line.get_xydata().tolist() for line in display.ax_.lines]
    assert [[0.0, 1.0], [1.0, 1.0]] in lines
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert any("boundary" in name for name in names)


def test_the_chosen_step_of_a_path_is_marked():
    display = PruningPathDisplay(
        [100, 10, 1], [1.0, 0.9, 0.5], [1.0, 0.8, 0.4], [0.9, 0.9, 0.5],
        target_fidelity=0.85, selected=1,
    ).plot()  # fmt: skip
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert "selected: 10 weights" in names and "target fidelity" in names


@pytest.mark.parametrize("name", list(displays()))
def test_plot_draws_on_given_axes_and_returns_itself(name):
    display = displays()[name]
    _, ax = plt.subplots()
    assert display.plot(ax=ax) is display
    assert display.ax_ is ax and display.figure_ is ax.figure
    ax.figure.canvas.draw()
    assert ax.get_xlabel() or ax.texts


@pytest.mark.parametrize("name", list(displays()))
def test_svg_is_reproducible_and_self_contained(name):
    first, second = displays()[name].to_svg(), displays()[name].to_svg()
    assert first == second
    assert "<svg" in first and 'href="http' not in first
    assert plt.get_fignums() == []


def test_fidelity_shows_every_surrogate_and_reference():
    display = FidelityComplexityDisplay(
        ["tree", "linear"], [8, 15], [0.93, 0.91], fidelity_std=[0.01, 0.02],
        references={"forest": 0.95},
    ).plot()  # fmt: skip
    drawn = {tuple(point) for line in display.ax_.lines for point in line.get_xydata().tolist()}
    assert {(8.0, 0.93), (15.0, 0.91)} <= drawn
    assert any(y == 0.95 for _, y in drawn)
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert {"tree", "linear"} <= set(texts) and any("forest" in text for text in texts)


def test_front_marks_the_chosen_and_has_a_logarithmic_loss():
    ax = ParetoFrontDisplay([1, 3, 7], [0.5, 0.1, 0.01], chosen=1, tied=[2]).plot().ax_
    assert ax.get_yscale() == "log"
    points = [tuple(p) for line in ax.lines for p in line.get_xydata().tolist()]
    points += [tuple(p) for c in ax.collections for p in c.get_offsets().tolist()]
    assert {(1, 0.5), (3, 0.1), (7, 0.01)} <= set(points)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "chosen" in texts


@pytest.mark.parametrize("n", [4, 40])
def test_labels_of_importances_do_not_overlap(n):
    names = [f"feature number {k}" for k in range(n)]
    display = ImportancesDisplay({"a": np.arange(n), "b": np.ones(n)}, names, max_features=n)
    display.plot().figure_.canvas.draw()
    boxes = [label.get_window_extent() for label in display.ax_.get_yticklabels()]
    assert len(boxes) == n
    tops = sorted((box.y0, box.y1) for box in boxes)
    assert all(high <= low + 1 for (_, high), (low, _) in pairwise(tops))


@pytest.fixture(scope="module")
def tree():
    X, y = load_iris(return_X_y=True, as_frame=True)
    network = default_network("multiclass", random_state=0).fit(X, y)
    return TreeSurrogateClassifier(network, max_leaf_nodes=4, random_state=0).fit(X), X


@pytest.mark.parametrize(
    ("features", "values"),
    [
        ((0, 2), None),
        (("petal length (cm)", "petal width (cm)"), {"sepal width (cm)": 3.0}),
        ("principal", None),
    ],
)
def test_boundaries_of_network_and_surrogate(tree, features, values):
    surrogate, X = tree
    display = BoundaryDisplay.from_estimator(
        surrogate, X, features=features, values=values, resolution=40
    ).plot()
    display.figure_.canvas.draw()
    if features != "principal":
        names = [X.columns[f] if isinstance(f, int) else f for f in features]
        assert [display.ax_.get_xlabel(), display.ax_.get_ylabel()] == names


def test_unknown_feature_is_refused(tree):
    surrogate, X = tree
    with pytest.raises(ValueError, match="no such"):
        BoundaryDisplay.from_estimator(surrogate, X, features=("no such", "petal width (cm)"))


def test_matplotlib_is_imported_only_to_draw():
    code = "import sys, skinterp.display; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


class DotsDisplay(Display):
    figure_size = (3.0, 2.0)

    def __init__(self, values):
        self.values = values

    def draw(self, ax):
        ax.plot(self.values, "o")


class TwoPanelsDisplay(PanelsDisplay):
    figure_size = (4.0, 2.0)

    def draw_panels(self, figure):
        return figure.subplots(1, 2)


def test_a_new_display_implements_its_size_and_how_to_draw():
    display = DotsDisplay([1.0, 3.0]).plot()
    assert display.figure_.get_size_inches().tolist() == [3.0, 2.0]
    assert display.ax_.lines[0].get_ydata().tolist() == [1.0, 3.0]
    assert "<svg" in DotsDisplay([1.0]).to_svg()
    assert len(TwoPanelsDisplay().plot().axes_) == 2 and "<svg" in TwoPanelsDisplay().to_svg()


def test_a_display_that_does_not_say_how_to_draw_is_refused():
    with pytest.raises(TypeError, match="abstract"):
        type("NothingDisplay", (Display,), {"figure_size": (1.0, 1.0)})()
