"""Affine maps in front of a network: applied, folded, undone, moved."""

import numpy as np
import pytest
from scipy import sparse

from skinterp.network._affine import affine_map, scaling

rng = np.random.default_rng(0)
MATRIX = rng.normal(size=(3, 2))
CENTER, OFFSET = rng.normal(size=3), rng.normal(size=2)
X = rng.normal(size=(7, 3))


def by_hand(X):
    return np.array([[sum((x - CENTER) * column) for column in MATRIX.T] for x in X]) + OFFSET


def test_a_map_subtracts_multiplies_and_adds():
    assert np.allclose(affine_map(MATRIX, CENTER, OFFSET)(X), by_hand(X))
    assert np.allclose(affine_map(MATRIX)(X), X @ MATRIX)


def test_a_folded_layer_answers_as_the_layer_behind_the_map():
    weights, bias = rng.normal(size=(2, 4)), rng.normal(size=4)
    folded, moved = affine_map(MATRIX, CENTER, OFFSET).fold(weights, bias)
    assert np.allclose(X @ folded + moved, by_hand(X) @ weights + bias)


@pytest.mark.parametrize("matrix", [np.diag([2.0, 0.5, -3.0]), [[1.0, 1.0], [1.0, -1.0]]])
def test_what_is_undone_is_mapped_back(matrix):
    matrix = np.array(matrix)
    found = affine_map(matrix, rng.normal(size=len(matrix)), rng.normal(size=len(matrix)))
    Z = rng.normal(size=(5, len(matrix)))
    assert np.allclose(found(found.undo(Z)), Z)


def test_a_column_that_is_dropped_is_undone_to_its_centre():
    found = affine_map(np.array([[2.0, 0.0], [0.0, 0.0]]), [1.0, 5.0], [0.5, 0.0])
    assert np.allclose(found.undo(np.array([[4.5, 0.0]])), [[3.0, 5.0]])


def test_inputs_stand_at_other_places_and_those_without_are_left_out():
    found = affine_map(MATRIX, offset=OFFSET).moved({0: 3, 2: 1}, 5)
    wide = rng.normal(size=(4, 5))
    kept = wide[:, [3, 1]] @ MATRIX[[0, 2]]
    assert found.matrix.shape == (5, 2)
    assert np.allclose(found(wide), kept + OFFSET)


def test_scaling_is_known_as_such():
    assert scaling([2.0, 3.0], [1.0, 1.0]).scale.tolist() == [2.0, 3.0]
    assert scaling([2.0, 3.0])(np.ones((1, 2))).tolist() == [[2.0, 3.0]]
    assert scaling([2.0, 0.0]).scale is None
    assert affine_map(np.array([[1.0, 1.0], [0.0, 1.0]])).scale is None
    assert affine_map(np.array([[0.0, 1.0], [1.0, 0.0]])).scale is None
    assert affine_map(np.ones((2, 1))).scale is None
    assert affine_map(sparse.eye_array(3)).scale.tolist() == [1.0] * 3
