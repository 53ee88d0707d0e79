"""Boundaries of slices whose axes have very different units."""

import numpy as np
import pytest
from random_networks import random_network, uniform

from skinterp.exact import slice_regions
from skinterp.network import as_network


@pytest.mark.parametrize("damage", [(), ("unbiased",)])
@pytest.mark.parametrize(
    "scale, shift",
    [
        ([1.0, 1.0], [1e4, 1e4]),
        ([1.0, 1e4], [0.0, 1e6]),
        ([1e-6, 1e6], [0.0, 0.0]),
        ([1e-3, 1e6], [0.1, 1e10]),
    ],
)
def test_boundaries_are_zeros_in_any_units(scale, shift, damage):
    scale, shift = np.array(scale), np.array(shift)
    for seed in range(20):
        network = random_network([2, 3, 3, 1], seed, ("leaky_relu", 0.2), damage)
        first, *others = network.layers
        coefs = [first.weights / scale[:, np.newaxis], *(layer.weights for layer in others)]
        biases = [first.bias - (shift / scale) @ first.weights, *(layer.bias for layer in others)]
        names = [("leaky_relu", 0.2), ("leaky_relu", 0.2), "identity"]
        moved = as_network((coefs, biases, names))
        X = uniform(200, 2, seed=seed) * scale + shift
        regions = slice_regions(moved, X)
        size = np.abs(moved.raw_values(X)).max()
        for line in regions.boundary:
            assert np.abs(moved.raw_values(regions.inputs(line))).max() <= 1e-9 * size
