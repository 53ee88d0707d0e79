"""Boundaries of slices where borders, ties and units make them hard to find."""

from itertools import pairwise

import numpy as np
import pytest
from random_networks import random_network, uniform

from skinterp.exact import breakpoints, slice_regions
from skinterp.network import as_network

HALF = ([[[1.0], [0.5]], [[1.0]]], [[0.0], [0.0]], ["relu", "identity"])


def lost_rays(sizes, hidden, task, n_networks):
    """Return how many networks without biases change class more often than they have rays.

    Around the origin, where all borders of such networks meet, every change of class is a ray of
    the boundary.
    """
    angles, lost = np.linspace(0, 2 * np.pi, 2001), 0
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    for seed in range(n_networks):
        network = random_network(sizes, seed, hidden, ("unbiased",), task=task)
        answers = network.predict(ring)
        n_rays = 0
        for line in slice_regions(network, box=(-2, 2)).boundary:
            for start, end in pairwise(line):
                along = np.linspace(start, end, 400)
                n_rays += np.abs(np.diff(np.linalg.norm(along, axis=1) > 1)).sum()
        lost += n_rays < (answers[1:] != answers[:-1]).sum()
    return lost


def test_boundaries_along_borders_are_found_from_corners_near_the_origin():
    assert lost_rays([2, 3, 1], "relu", ["a", "b"], 40) == 0


def test_boundaries_along_borders_are_found_where_three_logits_tie():
    assert lost_rays([2, 3, 1, 3, 3], ("leaky_relu", 0.2), ["a", "b", "c"], 60) == 0


@pytest.mark.parametrize("last", [[[1.0]], [[1.0, 2.0, -1.0]]])
def test_regions_where_all_logits_tie_are_drawn_as_the_class_of_the_network(last):
    n_outputs = len(last[0])
    layers = [[[1.0], [0.0]], last], [[0.0], [0.0] * n_outputs]
    kind, classes = ("softmax", list("abc")) if n_outputs > 1 else ("logistic", list("ab"))
    network = as_network((*layers, ["relu", kind]), classes=classes)
    display = slice_regions(network, box=(-2, 2)).plot()
    left = [k for k, p in zip(display.values, display.polygons, strict=True) if p[:, 0].mean() < 0]
    assert [classes[k] for k in left] == network.predict([[-1.0, 0.0]]).tolist()


def test_points_outside_a_slice_are_in_no_region():
    assert slice_regions(HALF, box=(-2, 2)).locate([[5, 5], [-9, 0]]).tolist() == [-1, -1]


def test_slices_and_lines_are_printed_in_one_short_line():
    regions = slice_regions(random_network([2, 20, 1], 0), box=(-2, 2))
    line = breakpoints(random_network([1, 20, 1], 0), box=(-2, 2))
    assert len(str(regions)) < 300 and len(str(line)) < 300


def test_a_boundary_along_an_axis_is_found_from_thin_polygons():
    damage = ("zeros", "unbiased")
    network = random_network([3, 6, 3, 6, 4], 445653, damage=damage, task=list("abcd"))
    regions = slice_regions(network, origin=np.zeros(3), box=(-2, 2))
    across = np.linspace([0.008238, 0.97441311], [-0.01544068, 0.98241881], 9)
    assert len(set(network.predict(regions.inputs(across)))) == 2
    assert any(np.allclose(line[:, 0], 0.0) and line[:, 1].max() == 2 for line in regions.boundary)


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
