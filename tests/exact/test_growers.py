"""Growers return a tree and the leaf of each row, the same as looking the row up."""

import numpy as np
import pytest
from hypothesis import given, settings
from random_networks import networks, random_network, uniform
from sklearn.exceptions import NotFittedError

from skinterp.display import ObliqueTreeDisplay
from skinterp.exact import ExactTreeClassifier, ExactTreeRegressor, piecewise_linear
from skinterp.exact.pieces._boxes import Box
from skinterp.exact.trees._growers import GROWERS


@pytest.mark.parametrize("mode", sorted(GROWERS))
@settings(max_examples=30, deadline=None)
@given(network=networks(max_inputs=3, max_layers=2, max_units=4))
def test_rows_end_in_the_leaves_that_a_grower_returns(mode, network):
    d = network.n_features_in
    pieces, X, box = piecewise_linear(network), uniform(60, d), Box(np.full(d, -2), np.full(d, 2))
    tree, leaves, _ = GROWERS[mode](pieces, X, box, None)
    np.testing.assert_array_equal(leaves, tree.apply(X))
    np.testing.assert_array_equal(np.unique(leaves) < tree.n_leaves, True)


def test_trees_of_rows_have_the_leaves_that_rows_visit_and_trees_of_boxes_all():
    network, X = random_network([2, 6, 4, 1], 0), uniform(40, 2)
    box = Box(np.full(2, -2.0), np.full(2, 2.0))
    grown = {mode: GROWERS[mode](piecewise_linear(network), X, box, None) for mode in GROWERS}
    (tree, leaves, _), (whole_tree, _, _) = grown["data"], grown["whole"]
    assert set(leaves) == set(range(tree.n_leaves))
    visited = {row.tobytes() for row in tree.patterns}
    every = {row.tobytes() for row in whole_tree.patterns}
    assert visited < every


def test_the_display_of_an_exact_tree_is_what_plot_draws():
    network, X = random_network([2, 4, 1], 0, task=["a", "b"]), uniform(60, 2)
    tree = ExactTreeClassifier(network, mode="whole").fit(X)
    (display,) = tree.displays()
    assert isinstance(display, ObliqueTreeDisplay)
    assert display.texts == tree.plot().texts and display.max_depth is None
    with pytest.raises(NotFittedError):
        ExactTreeRegressor().displays()
