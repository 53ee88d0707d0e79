"""What exact trees offer, and what they refuse."""

import pickle

import numpy as np
import pytest
from exact_oracles import FailingProgram
from random_networks import SQUARE, random_network, uniform
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.datasets import load_iris, make_circles
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network, compare_surrogates, fidelity_score
from skinterp.exact import (
    ExactTreeClassifier,
    ExactTreeRegressor,
    LinearProgramWarning,
    LinearRegions,
    breakpoints,
    count_regions,
    piecewise_linear,
    slice_regions,
)
from skinterp.exact.pieces import _programs, _subtrees

TREES = [
    (ExactTreeClassifier, {"mode": "data"}),
    (ExactTreeClassifier, {"mode": "whole"}),
]


@pytest.fixture(scope="module")
def circles():
    X, y = make_circles(300, noise=0.1, random_state=0)
    mlp = MLPClassifier((8, 8), solver="lbfgs", max_iter=500, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y), X, y


@pytest.mark.parametrize("mode", ["data", "whole"])
def test_apply_and_decision_path_agree_with_the_tree(circles, mode):
    model, X, _ = circles
    tree = ExactTreeClassifier(model, mode=mode).fit(X)
    leaves, path = tree.apply(X), tree.decision_path(X)
    assert leaves.min() >= 0 and leaves.max() < tree.n_leaves_
    assert issparse(path) and path.shape == (len(X), len(tree.tree_.units))
    assert path.sum(axis=1).max() - 1 <= tree.depth_
    np.testing.assert_array_equal(tree.counts_, np.bincount(leaves, minlength=tree.n_leaves_))
    passed = path.toarray().astype(bool)
    for row, x in zip(passed[:40], X[:40], strict=True):
        for node in np.flatnonzero(row & (tree.tree_.units >= 0)):
            test = x @ tree.tree_.slopes[node] + tree.tree_.offsets[node]
            child = (tree.tree_.children_right if test > 0 else tree.tree_.children_left)[node]
            assert row[child]


def test_both_modes_answer_alike_in_the_users_units(circles):
    model, X, _ = circles
    data, whole = (ExactTreeClassifier(model, mode=mode).fit(X) for mode in ("data", "whole"))
    assert (
        data.n_leaves_
        <= whole.n_leaves_
        == count_regions(model, (X.min(axis=0), X.max(axis=0))).n_regions
    )
    far = uniform(2000, 2, reach=5)
    for tree in (data, whole):
        np.testing.assert_allclose(tree.predict_proba(far), model.predict_proba(far), atol=1e-9)
        assert fidelity_score(tree, far) == 1.0
        assert (
            tree.complexity_ >= 3 * (2 * tree.n_leaves_ - 1) - 2
        )  # two slopes and a constant each


def test_text_and_plot_have_names_and_answers(circles):
    pandas = pytest.importorskip("pandas")
    model, X, _ = circles
    table = pandas.DataFrame(X, columns=["width", "height"])
    tree = ExactTreeClassifier(model, mode="whole").fit(table)
    text = tree.export_text(max_depth=2)
    assert "width" in text and "height" in text
    full = ExactTreeRegressor(SQUARE, mode="whole").fit(np.linspace(-2, 2, 50)[:, np.newaxis])
    assert full.export_text(max_depth=None).count("y =") == 5 or "x0" in full.export_text()
    display = tree.plot(max_depth=2)
    display.figure_.canvas.draw()
    words = " ".join(text.get_text() for text in display.ax_.texts)
    assert "width" in words or "height" in words


def test_clone_keeps_the_network_and_pickles_are_alike(circles):
    model, X, _ = circles
    tree = ExactTreeClassifier(model)
    assert clone(tree).network is model
    tree.fit(X)
    again = pickle.loads(pickle.dumps(tree))
    np.testing.assert_array_equal(tree.apply(X), again.apply(X))


def test_an_unfitted_network_is_trained_in_every_fold():
    X, y = load_iris(return_X_y=True)
    mlp = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0)
    model = make_pipeline(StandardScaler(), mlp)
    scores = cross_val_score(ExactTreeClassifier(model), X, y, cv=3)
    expected = cross_val_score(model, X, y, cv=3)
    np.testing.assert_array_equal(scores, expected)


def test_trees_of_several_outputs_and_of_views_are_their_networks():
    X, y = load_iris(return_X_y=True)
    mlp = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
    network = as_network(mlp)
    margin = network.difference(0, 2)
    tree = ExactTreeRegressor(margin).fit(X)
    np.testing.assert_allclose(tree.predict(X), margin.value(X), rtol=1e-9, atol=1e-9)
    two = MLPRegressor(hidden_layer_sizes=(5,), solver="lbfgs", max_iter=500, random_state=0)
    two.fit(X[:, :2], X[:, 2:])
    tree = ExactTreeRegressor(two, mode="whole").fit(X[:, :2])
    np.testing.assert_allclose(tree.predict(X[:, :2]), two.predict(X[:, :2]), atol=1e-9)
    hidden = network.unit(0, 3)
    tree = ExactTreeRegressor(hidden, mode="whole").fit(X)
    np.testing.assert_allclose(tree.predict(X), hidden.value(X), atol=1e-9)
    assert tree.n_leaves_ <= 2


@pytest.mark.parametrize("mode", ["data", "whole"])
@pytest.mark.parametrize(
    "network, n_leaves",
    [
        (([[[2.0], [-1.0]]], [[0.5]], ["logistic"]), 1),  # no hidden layer
        (([[[1.0], [1.0]], [[2.0]]], [[0.0], [0.0]], ["relu", "logistic"]), 2),  # a single unit
        (([[[0.0], [0.0]], [[2.0]]], [[1.0], [0.0]], ["relu", "logistic"]), 1),  # constant output
        (([[[1.0], [1.0]], [[2.0]]], [[0.0], [1.0]], ["identity", "logistic"]), 1),
    ],
)
def test_trivial_networks_are_trivial_trees(network, n_leaves, mode):
    X = uniform(200, 2)
    tree = ExactTreeClassifier(network, mode=mode).fit(X)
    assert tree.n_leaves_ == n_leaves and tree.depth_ == n_leaves - 1
    np.testing.assert_allclose(tree.predict_proba(X), as_network(network).predict_proba(X))
    tree.export_text()
    tree.plot()
    regions = LinearRegions(network).fit(X)
    assert regions.n_regions_ == n_leaves
    assert len(regions.inequalities(0)) >= 3
    assert len(slice_regions(network, X)) == n_leaves
    assert len(breakpoints(network, X)) >= 1


@pytest.mark.parametrize("what", [ExactTreeClassifier, LinearRegions])
def test_smooth_networks_are_refused_with_advice(circles, what):
    _, X, y = circles
    smooth = MLPClassifier((4,), activation="tanh", max_iter=2000, random_state=0).fit(X, y)
    wording = "tanh in layer 0 instead, which is smooth: use SymbolicSurrogateClassifier or Tree"
    for call in (
        lambda: what(smooth).fit(X),
        lambda: slice_regions(smooth, X),
        lambda: breakpoints(smooth, X),
        lambda: count_regions(smooth, (-1, 1)),
        lambda: piecewise_linear(smooth),
    ):
        with pytest.raises(ValueError, match=wording):
            call()


@pytest.mark.parametrize("activation", ["hardtanh", "relu6", "hardsigmoid", "hardswish", "mish"])
def test_other_activations_are_refused_by_name(activation):
    network = random_network([2, 4, 1], 0, activation)
    smooth = "smooth" if activation in ("hardswish", "mish") else "not read here"
    message = (
        f"identity, relu or leaky_relu. Got {activation} in layer 0 instead, which is {smooth}"
    )
    with pytest.raises(ValueError, match=message):
        ExactTreeRegressor(network).fit(uniform(10, 2))


def test_functions_without_layers_and_log_odds_are_refused():
    network = as_network(lambda X: X[:, 0], n_features_in=2)
    with pytest.raises(ValueError, match="needs the layers of a network"):
        ExactTreeRegressor(network).fit(uniform(10, 2))
    three = random_network([2, 4, 3], 0, task=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"are smooth: take network\.difference"):
        ExactTreeRegressor(three.margin(0)).fit(uniform(10, 2))


@pytest.mark.parametrize("what", [ExactTreeClassifier, LinearRegions])
@pytest.mark.parametrize(
    "box, wording",
    [
        ((0, 0), "lower bounds of box must be below the upper ones. Got 0 and 0 for 'x0'"),
        (([0, 3], [1, 2]), "Got 3 and 2 for 'x1'"),
        ((0, np.nan), "must be below"),
        (([0, 0, 0], [1, 1, 1]), r"box must be .*of shape \(2,\)"),
        (5, "box must be None, 'unbounded' or a pair"),
        ("huge", "box must be None, 'unbounded' or a pair"),
        ((-0.5, 0.5), "rows|lies|outside"),
    ],
)
def test_bad_boxes_and_rows_outside_are_refused(circles, what, box, wording):
    model, X, _ = circles
    with pytest.raises(ValueError, match=wording):
        what(model, box=box).fit(X)


@pytest.mark.parametrize(
    "mode, wording",
    [
        ("data", r"number of regions that X visits, \d+. Got 3 instead"),
        ("whole", "Got 3 instead, and reached 4 leaves with more to come: .*mode='data'"),
    ],
)
def test_too_many_leaves_are_refused_with_the_count_reached(circles, mode, wording):
    model, X, _ = circles
    with pytest.raises(ValueError, match=wording):
        ExactTreeClassifier(model, mode=mode, max_leaves=3).fit(X)


def test_a_failed_linear_program_prunes_nothing_and_is_named(monkeypatch):
    network = random_network([5, 3, 2, 1], 0)
    X = uniform(100, 5)
    right = ExactTreeRegressor(network, mode="whole").fit(X)
    solve = _programs.linear_program
    monkeypatch.setattr(_subtrees, "MAX_VERTEX_DIMENSIONS", 0)
    monkeypatch.setattr(
        _programs, "linear_program", lambda *bounds: FailingProgram(solve(*bounds), 3)
    )
    with pytest.warns(LinearProgramWarning, match="about unit . of hidden layer . failed"):
        tree = ExactTreeRegressor(network, mode="whole").fit(X)
    assert tree.n_leaves_ >= right.n_leaves_
    np.testing.assert_allclose(tree.predict(X), network.predict(X), atol=1e-9)
    near = uniform(2000, 5, seed=3)
    np.testing.assert_allclose(tree.predict(near), network.predict(near), atol=1e-9)


def test_the_wrong_task_is_refused():
    with pytest.raises(ValueError, match="ExactTreeClassifier"):
        ExactTreeClassifier(SQUARE).fit(uniform(10, 1))
    with pytest.raises(ValueError, match="ExactTreeRegressor"):
        ExactTreeRegressor(random_network([1, 3, 1], 0, task=["a", "b"])).fit(uniform(10, 1))


def test_exact_trees_are_compared_beside_the_others(circles):
    model, X, y = circles
    table = compare_surrogates(model, X, y, ["tree", "exact"], cv=3, random_state=0)
    frame = table.to_frame()
    assert "exact" in str(table)
    assert frame.shape[0] >= 2


def test_half_bounded_boxes_hold_the_regions_beyond_them():
    network = random_network([1, 6, 1], 3)
    X = np.linspace(5, 9, 50)[:, np.newaxis]
    tree = ExactTreeRegressor(network, mode="whole", box=([5], [np.inf])).fit(X)
    inside = breakpoints(network, box=(5, 1e6))
    assert tree.n_leaves_ == len(inside)
