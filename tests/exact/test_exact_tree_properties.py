"""Exact trees are their networks: everywhere, with no leaf missing and none too many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import (
    SQUARE,
    SQUARE_ENDS,
    SQUARE_OFFSETS,
    SQUARE_SLOPES,
    border_points,
    networks,
    preactivations,
    random_network,
    sampled_patterns,
    uniform,
)
from scipy.optimize import linprog

from skinterp.exact import ExactTreeClassifier, ExactTreeRegressor, breakpoints
from skinterp.network import as_network

BOX = (-2.0, 2.0)
small = settings(max_examples=40, deadline=None)


def close(tree_values, network_values):
    """Return whether values agree to 1e-9, relative to their size."""
    size = 1.0 + np.abs(network_values).max()
    return np.abs(tree_values - network_values).max() <= 1e-9 * size


def interior_point(network, pattern, lower, upper):
    """Return the deepest point of a region and its depth, by one linear program of our own."""
    d = network.n_features_in
    A, c, rows, right, at = np.eye(d), np.zeros(d), [], [], 0
    for W, b, activation in network.layers[:-1]:
        A, c = A @ W, c @ W + b
        if activation.name == "identity":
            continue
        on = pattern[at : at + len(c)]
        at += len(c)
        sign = np.where(on, -1.0, 1.0)
        rows.append((A * sign).T)
        right.append(-c * sign)
        slope = {"relu": 0.0}.get(activation.name, activation.slope)
        A, c = A * np.where(on, 1.0, slope), c * np.where(on, 1.0, slope)
    rows = np.concatenate([np.empty((0, d)), *rows])
    right = np.concatenate([np.empty(0), *right])
    norms = np.linalg.norm(rows, axis=1)
    assert (right[norms == 0] >= 0).all()
    rows, right, norms = rows[norms > 0], right[norms > 0], norms[norms > 0]
    sides = np.concatenate([np.eye(d), -np.eye(d)])
    M = np.column_stack([np.vstack([rows, sides]), np.append(norms, np.ones(2 * d))])
    limits = np.concatenate([right, np.full(d, upper), np.full(d, -lower)])
    goal = np.append(np.zeros(d), -1.0)
    found = linprog(goal, A_ub=M, b_ub=limits, bounds=(None, None), method="highs")
    return found.x[:d], found.x[d]


@pytest.mark.parametrize("box", [None, "unbounded", (-3, 3), ([-2.5], [np.inf])])
def test_the_published_network_has_five_leaves_of_sixteen(box):
    X = np.linspace(-2.5, 2.5, 101).reshape(-1, 1)
    tree = ExactTreeRegressor(SQUARE, mode="whole", box=box).fit(X)
    assert (tree.n_patterns_, tree.n_leaves_) == (16, 5)
    order = np.argsort([X[tree.apply(X) == leaf].mean() for leaf in range(5)])
    np.testing.assert_allclose(tree.coef_[order, 0, 0], SQUARE_SLOPES, rtol=0, atol=1e-6)
    np.testing.assert_allclose(tree.intercept_[order, 0], SQUARE_OFFSETS, rtol=0, atol=1e-6)


def test_breakpoints_of_the_published_network_are_the_published_ones():
    line = breakpoints(SQUARE, box=(-2.5, 2.5))
    np.testing.assert_allclose(line.breakpoints, SQUARE_ENDS, rtol=0, atol=1e-6)
    np.testing.assert_allclose(line.slopes[:, 0], SQUARE_SLOPES, rtol=0, atol=1e-6)
    np.testing.assert_allclose(line.offsets[:, 0], SQUARE_OFFSETS, rtol=0, atol=1e-6)


@small
@given(networks(), st.sampled_from(["data", "whole"]))
def test_a_tree_is_its_network_everywhere(network, mode):
    d = network.n_features_in
    tree = ExactTreeRegressor(network, mode=mode, box=BOX, max_leaves=None)
    tree.fit(uniform(50, d, seed=1))
    for X in (uniform(10_000, d, seed=2), border_points(network, 300), 3 * uniform(200, d)):
        assert close(tree.predict(X), network.predict(X))


@small
@given(networks())
def test_the_leaves_are_the_regions(network):
    d = network.n_features_in
    X = uniform(10_000, d)
    tree = ExactTreeRegressor(network, mode="whole", box=BOX, max_leaves=None).fit(X[:2])
    leaves = {row.tobytes() for row in tree.tree_.patterns}
    assert len(leaves) == tree.n_leaves_
    assert sampled_patterns(network, X, margin=1e-9) <= leaves
    for pattern in tree.tree_.patterns:
        point, depth = interior_point(network, pattern, *BOX)
        assert depth > 0
        leaf = tree.apply(point[np.newaxis])[0]
        assert depth < 1e-7 or (tree.tree_.patterns[leaf] == pattern).all()
        k = int(np.flatnonzero((tree.tree_.patterns == pattern).all(axis=1))[0])
        value = tree.coef_[k] @ point + tree.intercept_[k]
        assert close(value, network.raw_values(point[np.newaxis])[0])


@small
@given(networks(max_inputs=3, max_layers=2))
def test_linear_programs_and_vertices_find_the_same_leaves(network):
    d = network.n_features_in
    X = uniform(50, d)
    by_vertices = ExactTreeRegressor(network, mode="whole", box=BOX).fit(X)
    # nearly the same box, but without an end, so that it has no vertices
    lower, upper = np.full(d, -2.0), np.append(np.full(d - 1, 2.0), np.inf)
    by_programs = ExactTreeRegressor(network, mode="whole", box=(lower, upper)).fit(X)
    inside = {row.tobytes() for row in by_vertices.tree_.patterns}
    assert inside <= {row.tobytes() for row in by_programs.tree_.patterns}
    rows = uniform(3000, d, reach=6.0, seed=3)
    rows = rows[((rows >= lower) & (rows <= upper)).all(axis=1)]
    more = sampled_patterns(network, rows, margin=1e-9)
    assert more <= {row.tobytes() for row in by_programs.tree_.patterns}


def test_linear_programs_find_the_regions_that_sampling_finds_in_five_inputs():
    network = random_network([5, 4, 3, 1], 0)
    X = uniform(200_000, 5)
    tree = ExactTreeRegressor(network, mode="whole", box=BOX).fit(X[:10])
    leaves = {row.tobytes() for row in tree.tree_.patterns}
    found = sampled_patterns(network, X)
    assert found <= leaves
    for pattern in tree.tree_.patterns:
        assert pattern.tobytes() in found or interior_point(network, pattern, *BOX)[1] > 0


@small
@given(networks())
def test_data_mode_has_the_leaves_that_rows_visit(network):
    X = uniform(500, network.n_features_in, seed=5)
    tree = ExactTreeRegressor(network, max_leaves=None).fit(X)
    patterns = preactivations(network, X) > 0
    assert {row.tobytes() for row in tree.tree_.patterns} == {row.tobytes() for row in patterns}
    assert tree.counts_.sum() == len(X) and (tree.counts_ > 0).all()
    assert (tree.tree_.patterns[tree.apply(X)] == patterns).all()


@settings(max_examples=20, deadline=None)
@given(networks(outputs=(1, 3)), st.sampled_from(["data", "whole"]))
def test_classes_and_probabilities_are_those_of_the_network(drawn, mode):
    layers = drawn.layers
    coefs, biases = [layer.weights for layer in layers], [layer.bias for layer in layers]
    hidden = layers[0].activation
    name = (hidden.name, hidden.slope) if hidden.name == "leaky_relu" else hidden.name
    last, classes = ("logistic", ["a", "b"]) if drawn.n_outputs == 1 else ("softmax", [5, 7, 9])
    network = as_network((coefs, biases, [name] * (len(coefs) - 1) + [last]), classes=classes)
    X = uniform(1000, network.n_features_in, seed=7)
    tree = ExactTreeClassifier(network, mode=mode, box=BOX, max_leaves=None).fit(X[:30])
    raw = network.raw_values(X)
    sure = np.abs(raw[:, 0]) > 1e-9
    if drawn.n_outputs == 3:
        ordered = np.sort(raw, axis=1)
        sure = ordered[:, -1] - ordered[:, -2] > 1e-9
    assert (tree.predict(X)[sure] == network.predict(X)[sure]).all()
    assert close(tree.predict_proba(X), network.predict_proba(X))
    assert set(tree.classes_) == set(classes)
