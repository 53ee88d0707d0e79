"""Planes through the decision boundary, and what is said where there is none."""

import numpy as np
import pandas as pd
import pytest
from mixed_tables import mixed_model, mixed_table
from random_networks import random_network, uniform
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skinterp import as_network
from skinterp.display import BoundaryDisplay, DifferenceDisplay

pytestmark = pytest.mark.filterwarnings(
    "ignore:lbfgs failed to converge", "ignore:X does not have valid feature names"
)
rng = np.random.default_rng(0)


def title(display):
    return " ".join(display.plot().ax_.get_title(loc="left").split())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("values", [None, {"x4": 0.5}])
def test_others_are_held_on_the_boundary_where_no_row_is_near_it(seed, values):
    """Two clouds far from each other, told apart by an input that is not drawn."""
    X = rng.normal(size=(200, 5)) * 0.1
    X[:, 2] += np.where(np.arange(200) < 100, -5.0, 5.0)
    w = np.array([0.05, 0.05, 3.0, 0.1, 0.1])
    network = as_network(lambda x: x @ w + 0.1 * seed, classes=["no", "yes"])
    display = BoundaryDisplay.from_estimator(
        network, X, (0, 1), at="boundary", values=values, resolution=20
    )
    assert set(np.unique(display.network)) == {0, 1}
    assert "moved onto the boundary" in title(display) and "no boundary" not in title(display)


def test_categories_stay_and_numbers_move():
    X = mixed_table()
    network = as_network(mixed_model(X))
    display = BoundaryDisplay.from_estimator(network, X, ("age", "dose"), at="boundary")
    place = int(display.note.split(",")[0].removeprefix("row "))
    assert f"si te = {X['si te'].iloc[place]}" in display.note
    assert len(np.unique(display.network)) == 2


def test_a_plane_without_boundary_says_so():
    network = as_network(lambda x: 1.0 + 0 * x[:, 0], classes=["a<b>", "$b$"])
    display = BoundaryDisplay.from_estimator(network, uniform(30, 3), at="boundary", resolution=5)
    assert "near the boundary; no boundary here, the network answers" in title(display)
    assert not any("boundary" in t.get_text() for t in display.ax_.get_legend().get_texts())


def test_any_model_of_a_frame_of_texts_is_drawn():
    n = 120
    X = pd.DataFrame({"a": rng.normal(size=n), "s": rng.choice(["x", "<y>"], n), "b": 1.0})
    X.loc[3, "s"] = None
    y = np.where((X["a"] > 0) & (X["s"] == "x"), "ill", "ok")
    encode = OneHotEncoder(handle_unknown="ignore")
    forest = make_pipeline(encode, RandomForestClassifier(5, random_state=0)).fit(X[["s", "b"]], y)
    display = BoundaryDisplay.from_estimator(forest, X[["s", "b"]], ("b", "s"), resolution=4)
    assert display.ticks[1] == ("<y>", "x", "missing")
    asked = pd.DataFrame({"s": ["x"], "b": [display.x[0]]})
    assert forest.classes_[display.network[2, 0]] == forest.predict(asked)[0]


def test_values_of_rows_are_shaded_like_the_areas():
    X = uniform(40, 2)
    view = random_network([2, 4, 1], 0)
    values = view.predict(X)
    ax = BoundaryDisplay.from_estimator(view, X, y=values, resolution=9).plot().ax_
    dots = ax.collections[-1]
    np.testing.assert_allclose(dots.get_array(), values)
    assert dots.norm is ax.collections[0].norm and len(ax.get_legend().get_texts()) == 1
    with pytest.raises(ValueError, match=r"y must be numbers.* Got 'a' instead"):
        BoundaryDisplay.from_estimator(view, X, y=["a"] * 40, resolution=9)


def test_unknown_classes_of_rows_and_the_view_are_named():
    X, network = uniform(40, 2), random_network([2, 4, 1], 0, task=("no", "ill"))
    with pytest.raises(ValueError, match=r"y must be .*\['no', 'ill'\]. Got 0, 1 instead"):
        BoundaryDisplay.from_estimator(network, X, y=np.arange(40) % 2)
    display = BoundaryDisplay.from_estimator(network.margin("ill"), X, resolution=9)
    assert display.value_name == "margin of 'ill' by the network"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([1, 2], [1], [True, False]), "y must be 2, one per point. Got 1"),
        (([1, 2], [1, 2], [True]), "differs must be 2, one per point. Got 1"),
        (([], [], []), "x must be of shape .* one point at least. Got shape"),
        (([[1, 2]], [1], [True]), r"x must be of shape .* Got shape \(1, 2\)"),
    ],
)
def test_differences_are_of_as_many_points(given, words):
    with pytest.raises(ValueError, match=words):
        DifferenceDisplay(*given).to_svg()


@pytest.mark.parametrize("as_frame", [False, True])
def test_a_rare_class_is_on_the_picture(as_frame):
    X = rng.normal(size=(1000, 2))
    X[:4] = [[6.0, 6.0], [6.0, 7.0], [7.0, 6.0], [8.0, 8.0]]
    network = as_network(lambda x: x.sum(axis=1) - 11.0, n_features_in=2, classes=["no", "yes"])
    rows = pd.DataFrame(X, columns=["a", "b"]) if as_frame else X
    ax = BoundaryDisplay.from_estimator(network, rows, resolution=40).plot().ax_
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    inside = ([left, low] <= X).all(axis=1) & ([right, high] >= X).all(axis=1)
    assert inside[:4].sum() >= 3 and right < 8.1  # ends are quantiles, of four rows nearly all
    assert inside.mean() > 0.9
