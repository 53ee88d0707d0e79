"""Exact trees against enumeration, finite differences and their own text."""

import json
import pickle

import numpy as np
import pytest
from exact_oracles import FailingProgram, enumerated_depths, value_by_text
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import (
    SQUARE,
    SQUARE_ENDS,
    SQUARE_OFFSETS,
    SQUARE_SLOPES,
    networks,
    preactivations,
    random_network,
    uniform,
)
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skinterp.exact import (
    ExactTreeClassifier,
    ExactTreeRegressor,
    LinearProgramWarning,
    count_regions,
    piecewise_linear,
)
from skinterp.exact.pieces import _halfspace_cells, _programs, _subtrees
from skinterp.network import as_network

few = settings(max_examples=25, deadline=None)


def relative_error(found, expected):
    expected = np.reshape(expected, np.shape(found))
    return np.abs(found - expected).max() / (1.0 + np.abs(expected).max())


def moved(network, scale, shift):
    """Return the same network of inputs ``x * scale + shift``."""
    first, *others = network.layers
    coefs = [first.weights / scale[:, np.newaxis], *(layer.weights for layer in others)]
    biases = [first.bias - (shift / scale) @ first.weights, *(layer.bias for layer in others)]
    names = [(a.name, a.slope) if a.name == "leaky_relu" else a.name for _, _, a in network.layers]
    return as_network((coefs, biases, names))


def test_the_text_of_the_published_network_has_its_pieces():
    tree = ExactTreeRegressor(SQUARE, mode="whole").fit(np.array([[-2.5], [2.5]]))
    text = tree.export_text(digits=17, max_depth=None)
    ends = [-2.5, *SQUARE_ENDS, 2.5]
    for k in range(5):
        x = 0.5 * (ends[k] + ends[k + 1])
        expected = SQUARE_SLOPES[k] * x + SQUARE_OFFSETS[k]
        within = 1e-6 * (1 + abs(x))  # slopes and offsets to 1e-6
        assert value_by_text(text, {"x0": x}) == [pytest.approx(expected, abs=within)]
        leaf = tree.apply([[x]])[0]
        assert tree.coef_[leaf, 0, 0] == pytest.approx(SQUARE_SLOPES[k], abs=1e-6)
    assert text.count("value = ") == 5 and tree.depth_ == tree.tree_.depths.max()


@few
@given(networks(max_layers=2, max_units=4), st.sampled_from(["data", "whole"]))
def test_the_text_computes_what_the_network_computes(network, mode):
    d = network.n_features_in
    X = uniform(40, d)
    tree = ExactTreeRegressor(network, mode=mode, max_leaves=None).fit(X)
    text = tree.export_text(digits=17, max_depth=None)
    names = [f"x{j}" for j in range(d)]
    read = [value_by_text(text, dict(zip(names, x.tolist(), strict=True))) for x in X[:15]]
    assert relative_error(np.array(read), network.raw_values(X[:15])) <= 1e-9


@settings(max_examples=15, deadline=None)
@given(networks(max_inputs=3, max_layers=2, max_units=3))
def test_leaves_are_the_patterns_that_enumeration_finds(network):
    depths = enumerated_depths(network, -2.0, 2.0)
    tree = ExactTreeRegressor(network, mode="whole", box=(-2, 2), max_leaves=None)
    leaves = {row.tobytes() for row in tree.fit(uniform(20, network.n_features_in)).tree_.patterns}
    assert {p for p, depth in depths.items() if depth > 1e-7} <= leaves
    assert all(depths[p] > -1e-9 for p in leaves)
    thick = all(abs(depth) > 1e-7 for depth in depths.values())
    if thick:
        n_regions = sum(depth > 0 for depth in depths.values())
        assert n_regions == count_regions(network, (-2, 2)).n_regions == tree.n_leaves_


@pytest.mark.parametrize("sizes", [[5, 6, 1], [6, 4, 3, 1]])
def test_leaves_of_many_inputs_are_the_patterns_that_enumeration_finds(sizes):
    network = random_network(sizes, 1, damage=("zeros",))
    depths = enumerated_depths(network, -2.0, 2.0)
    tree = ExactTreeRegressor(network, mode="whole", box=(-2, 2)).fit(uniform(20, sizes[0]))
    expected = {pattern for pattern, depth in depths.items() if depth > 1e-8}
    assert {row.tobytes() for row in tree.tree_.patterns} == expected
    assert count_regions(network, (-2, 2), method="exact").n_regions == len(expected)


@few
@given(networks(), st.sampled_from(["data", "whole"]))
def test_functions_of_leaves_have_the_slopes_of_the_network(network, mode):
    d, h = network.n_features_in, 1e-6
    X = uniform(100, d)
    tree = ExactTreeRegressor(network, mode=mode, max_leaves=None).fit(X)
    Z = preactivations(network, X)
    steps = h * np.eye(d)
    for x, z, leaf in zip(X[:20], Z[:20], tree.apply(X[:20]), strict=True):
        near = np.vstack([x + steps, x - steps])
        if ((preactivations(network, near) > 0) != (z > 0)).any():
            continue
        raw = network.raw_values(near)
        slopes = (raw[:d] - raw[d:]).T / (2 * h)
        size = 1 + np.abs(raw).max()
        np.testing.assert_allclose(tree.coef_[leaf], slopes, atol=1e-8 * size / h * 1e-1)


@few
@given(
    networks(max_layers=2),
    st.sampled_from(["data", "whole"]),
    st.lists(st.integers(-6, 6), min_size=4, max_size=4),
    st.lists(st.sampled_from([0.0, 1.0, 100.0]), min_size=4, max_size=4),
)
def test_units_and_offsets_of_inputs_do_not_matter(network, mode, powers, shifts):
    d = network.n_features_in
    scale = 10.0 ** np.array(powers[:d])
    shift = scale * np.array(shifts[:d])
    other = moved(network, scale, shift)
    U = uniform(300, d)
    tree = ExactTreeRegressor(other, mode=mode, max_leaves=None).fit(U[:100] * scale + shift)
    X = np.concatenate([U, 3 * U]) * scale + shift
    assert relative_error(tree.predict(X), other.predict(X)) <= 1e-9


@few
@given(networks(), st.sampled_from(["data", "whole"]))
def test_paths_lead_from_the_root_to_the_leaf(network, mode):
    d = network.n_features_in
    tree = ExactTreeRegressor(network, mode=mode, max_leaves=None).fit(uniform(60, d))
    nodes = tree.tree_
    rows = np.concatenate([uniform(60, d), uniform(200, d, reach=4, seed=1)])
    for leaf, passed in zip(tree.apply(rows), tree.decision_path(rows).toarray(), strict=True):
        assert passed[0] == 1 or nodes.n_leaves == 1
        ends = nodes.leaf_of[(passed > 0) & (nodes.units < 0)]
        assert ends.tolist() == ([leaf] if leaf >= 0 else [])
        inner = np.flatnonzero((passed > 0) & (nodes.units >= 0))
        children = np.concatenate([nodes.children_left[inner], nodes.children_right[inner]])
        assert passed[children].sum() == len(inner) - (leaf < 0 and len(inner) > 0)


def test_rows_exactly_on_borders_are_answered_to_the_last_bit():
    # small whole numbers, so that no operation rounds
    first = np.array([[1.0, -1.0, 2.0], [1.0, 1.0, 0.0]])
    second = np.array([[1.0, -2.0], [3.0, 1.0], [-1.0, 4.0]])
    coefs, biases = [first, second, [[1.0], [-3.0]]], [[0.0, 2.0, -2.0], [-1.0, 4.0], [5.0]]
    network = as_network((coefs, biases, ["relu", ("leaky_relu", 0.25), "identity"]))
    X = np.array([[i, j] for i in range(-4, 5) for j in range(-4, 5)], dtype=float)
    assert (preactivations(network, X) == 0).sum() > 20
    for mode in ("data", "whole"):
        tree = ExactTreeRegressor(network, mode=mode).fit(X)
        np.testing.assert_array_equal(tree.predict(X), network.predict(X))
        leaves, nodes = tree.apply(X), tree.tree_
        ends = (tree.decision_path(X).toarray() > 0) & (nodes.units < 0)
        np.testing.assert_array_equal(nodes.leaf_of[ends.argmax(axis=1)], leaves)
        assert (ends.sum(axis=1) == 1).all()
        if mode == "data":  # on its border a unit is off
            np.testing.assert_array_equal(nodes.patterns[leaves], preactivations(network, X) > 0)


def test_data_mode_answers_regions_that_no_row_has_visited():
    network = random_network([3, 30, 20, 2], 0)
    tree = ExactTreeRegressor(network).fit(uniform(20, 3, reach=0.5))
    fresh = uniform(3000, 3, reach=20, seed=8)
    assert (tree.apply(fresh) == -1).mean() > 0.9
    assert relative_error(tree.predict(fresh), network.predict(fresh)) <= 1e-9
    assert tree.n_leaves_ == len(tree.coef_) == len(tree.intercept_) == len(tree.counts_)
    again = pickle.loads(pickle.dumps(tree))
    np.testing.assert_array_equal(again.predict(fresh), tree.predict(fresh))
    np.testing.assert_array_equal(again.coef_, tree.coef_)


def test_rows_of_weight_zero_visit_no_leaf():
    network = random_network([2, 8, 1], 0)
    X = uniform(200, 2)
    weight = (X[:, 0] > 0).astype(float)
    some = ExactTreeRegressor(network).fit(X, sample_weight=weight)
    alone = ExactTreeRegressor(network).fit(X[weight > 0])
    np.testing.assert_array_equal(some.tree_.patterns, alone.tree_.patterns)
    assert some.counts_.sum() == weight.sum()


def test_max_leaves_is_the_largest_number_allowed():
    network, X = random_network([2, 6, 1], 0), uniform(400, 2)
    for mode in ("data", "whole"):
        n_leaves = ExactTreeRegressor(network, mode=mode, max_leaves=None).fit(X).n_leaves_
        tree = ExactTreeRegressor(network, mode=mode, max_leaves=n_leaves).fit(X)
        assert tree.n_leaves_ == n_leaves
        reached = f"reached {n_leaves} leaves" if mode == "whole" else f"visits, {n_leaves}."
        with pytest.raises(ValueError, match=reached):
            ExactTreeRegressor(network, mode=mode, max_leaves=n_leaves - 1).fit(X)


def test_rows_outside_the_box_are_refused_in_fit_and_answered_afterwards():
    network, X = random_network([2, 6, 1], 0), uniform(50, 2)
    X[7, 1] = 3.5
    wording = "Got 1 of 50 rows outside instead, such as 3.5 in 'x1', which goes from -2 to 2"
    with pytest.raises(ValueError, match=wording):
        ExactTreeRegressor(network, mode="whole", box=(-2, 2)).fit(X)
    tree = ExactTreeRegressor(network, mode="whole", box=(-2, 2)).fit(X[:7])
    assert (tree.apply(X) == -1).nonzero()[0].tolist() == [7]
    np.testing.assert_allclose(tree.predict(X), network.predict(X), atol=1e-9)


@pytest.mark.parametrize("box", [(-2, 2), "unbounded"])
def test_without_any_linear_program_nothing_is_pruned_and_all_is_exact(monkeypatch, box):
    network, X = random_network([5, 3, 2, 1], 0), uniform(100, 5)

    monkeypatch.setattr(_subtrees, "MAX_VERTEX_DIMENSIONS", 0)
    monkeypatch.setattr(_halfspace_cells, "_POINTS_PER_DIMENSION", 0)
    monkeypatch.setattr(_programs, "linear_program", lambda *bounds: FailingProgram())
    with pytest.warns(LinearProgramWarning) as caught:
        tree = ExactTreeRegressor(network, mode="whole", box=box).fit(X)
    named = {str(w.message).split(" failed")[0].split("about ")[1] for w in caught}
    assert named <= {
        f"unit {j} of hidden layer {k}" for j, k in [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)]
    }
    assert len(named) >= 4 and "status solver lost" in str(caught[0].message)
    assert tree.n_leaves_ <= tree.n_patterns_ == 32
    for rows in (X, uniform(2000, 5, seed=3)):
        assert relative_error(tree.predict(rows), network.predict(rows)) <= 1e-9


def test_identity_layers_count_in_the_names_of_units():
    coefs = [np.eye(2), np.eye(2), np.ones((2, 1))]
    network = (coefs, [np.zeros(2), np.ones(2), [0.0]], ["identity", "relu", "identity"])
    pieces = piecewise_linear(network)
    assert pieces.n_units == 2 and pieces.unit_name(1) == "unit 1 of hidden layer 1"


def test_frames_give_names_and_must_keep_them():
    pandas = pytest.importorskip("pandas")
    network = random_network([2, 4, 1], 0)
    table = pandas.DataFrame(uniform(60, 2), columns=["dose", "time"])
    tree = ExactTreeRegressor(network, mode="whole").fit(table)
    assert tree.feature_names_in_.tolist() == ["dose", "time"]
    assert "dose" in tree.export_text() and "x0" not in tree.export_text()
    np.testing.assert_allclose(tree.predict(table), network.predict(table.to_numpy()))
    with pytest.raises(ValueError, match="feature names"):
        tree.predict(table[["time", "dose"]])


def test_text_is_cut_at_its_depth_with_the_leaves_below():
    tree = ExactTreeRegressor(random_network([2, 6, 5, 1], 0), mode="whole").fit(uniform(99, 2))
    whole, cut = tree.export_text(max_depth=None), tree.export_text(max_depth=2)
    below = [int(part.split(" leaves")[0]) for part in cut.split("... (")[1:]]
    shown = cut.count("value = ")
    assert below and sum(below) + shown == tree.n_leaves_ == whole.count("value = ")
    assert max(line.count("|") for line in cut.split("\n")) == 1
    assert max(line.count("|") for line in whole.split("\n")) == tree.depth_ - 1


def test_clones_share_the_fitted_network_and_nothing_else():
    network = random_network([2, 4, 1], 0)
    tree = ExactTreeRegressor(network, mode="whole", box=(-3, 3), max_leaves=77).fit(uniform(9, 2))
    other = clone(tree)
    assert other.network is network and other.get_params() == tree.get_params()
    with pytest.raises(NotFittedError):
        other.predict(uniform(3, 2))
    for name in ("n_leaves_", "depth_", "n_patterns_"):
        with pytest.raises((NotFittedError, AttributeError)):
            getattr(other, name)


@pytest.mark.parametrize("what", [ExactTreeClassifier, ExactTreeRegressor])
@pytest.mark.parametrize(
    "X, wording",
    [
        ([[np.nan, 1.0], [0.0, 1.0]], "NaN"),
        ([[np.inf, 1.0], [0.0, 1.0]], "infini"),
        ([[1.0, 2.0, 3.0], [0.0, 1.0, 2.0]], "2"),
        ([1.0, 2.0], "2D array"),
    ],
)
def test_bad_rows_are_refused(what, X, wording):
    task = ["a", "b"] if what is ExactTreeClassifier else None
    network = random_network([2, 4, 1], 0, task=task)
    with pytest.raises(ValueError, match=wording):
        what(network).fit(X)
    with pytest.raises(ValueError, match=wording):
        what(network).fit(uniform(20, 2)).predict(X)


def test_numbers_of_leaves_and_patterns_are_plain_and_may_be_huge():
    tree = ExactTreeRegressor(random_network([4, 60, 60, 1], 0)).fit(uniform(50, 4))
    assert tree.n_patterns_ == 2**120 and tree.n_leaves_ <= 50
    json.dumps([tree.n_leaves_, tree.depth_, tree.n_patterns_])
