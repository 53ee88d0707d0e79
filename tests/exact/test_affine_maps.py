"""Affine functions under a pattern are what the units compute there."""

import numpy as np
from hypothesis import given
from random_networks import networks, preactivations, uniform

from skinterp.exact import piecewise_linear
from skinterp.exact.pieces._affine_maps import unit_map
from skinterp.exact.trees._oblique import is_above


@given(network=networks())
def test_the_map_of_a_unit_is_its_preactivation(network):
    pieces, X = piecewise_linear(network), uniform(5, network.n_features_in)
    Z, starts = preactivations(network, X), pieces.starts
    for x, z, pattern in zip(X, Z, pieces.patterns(X), strict=True):
        for layer in range(len(pieces.slopes)):
            for unit in range(starts[layer + 1] - starts[layer]):
                slopes, offset = unit_map(pieces, layer, unit, pattern)
                np.testing.assert_allclose(x @ slopes + offset, z[starts[layer] + unit], atol=1e-9)


def test_a_row_on_a_hyperplane_is_not_above_it_as_a_unit_at_zero_is_off():
    X, slopes = np.array([[1.0, 2.0]] * 3), np.array([[2.0, -1.0], [2.0, 0.0], [0.0, -1.0]])
    assert is_above(X, slopes, 0.0).tolist() == [False, True, False]
    assert is_above(X, slopes, np.array([1.0, -2.0, 3.0])).tolist() == [True, False, True]
