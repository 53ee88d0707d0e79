"""Cosines, the direction loss and the distance to a level set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matching_pool import unit
from scipy.spatial.distance import cosine

from skinterp.matching import cosines, direction_loss, sampson_distance

RNG = np.random.RandomState(0)
U, G = unit(RNG.normal(size=(30, 4))), RNG.normal(size=(30, 4))
VECTORS = arrays(float, (5, 3), elements=st.floats(allow_nan=True, allow_infinity=True))


def test_cosines_are_those_of_scipy():
    expected = [1 - cosine(u, g) for u, g in zip(U, G, strict=True)]
    np.testing.assert_allclose(cosines(U, G), expected)


@pytest.mark.parametrize("length", [1e-300, 1e-160, 1e160, 1e300])
def test_cosines_do_not_depend_on_the_length_of_gradients(length):
    np.testing.assert_allclose(cosines(U, G * length), cosines(U, G), rtol=1e-6)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_gradient_without_a_direction_has_cosine_zero(bad):
    gradients = G.copy()
    gradients[3] = bad
    assert cosines(U, gradients)[3] == 0.0
    np.testing.assert_array_equal(np.delete(cosines(U, gradients), 3), np.delete(cosines(U, G), 3))


@given(gradients=VECTORS)
def test_cosines_are_within_one_and_the_loss_between_zero_and_one(gradients):
    directions = unit(np.array([[1.0, 2, 3], [1, 0, 0], [-1, 1, 0], [1e-3, 1, 1], [1, 1, 1]]))
    assert (np.abs(cosines(directions, gradients)) <= 1.0).all()
    assert 0.0 <= direction_loss(directions, gradients) <= 1.0


@given(gradients=arrays(float, (30, 4), elements=st.floats(-10, 10)))
def test_a_field_agrees_with_itself_entirely(gradients):
    gradients = gradients + np.where(np.abs(gradients).sum(axis=1, keepdims=True) < 1e-3, 1.0, 0.0)
    loss = direction_loss(unit(gradients), gradients * RNG.uniform(0.1, 9, size=(30, 1)))
    assert 0.0 <= loss < 1e-12


def test_the_sign_is_free_but_the_same_everywhere():
    assert direction_loss(U, -3 * U) == pytest.approx(0.0, abs=1e-15)
    assert direction_loss(U, -G) == direction_loss(U, G)
    half = np.where(np.arange(30)[:, None] < 15, 1.0, -1.0)
    assert direction_loss(U, half * U) == pytest.approx(1.0)


def test_unrelated_fields_lose_everything():
    east, north = np.tile([1.0, 0.0], (6, 1)), np.tile([0.0, 5.0], (6, 1))
    assert direction_loss(east, north) == 1.0


def test_weights_are_repetitions():
    counts = np.arange(30) % 4
    repeated = direction_loss(np.repeat(U, counts, axis=0), np.repeat(G, counts, axis=0))
    assert direction_loss(U, G, counts) == pytest.approx(repeated)
    assert direction_loss(U, G, np.full(30, 7.0)) == pytest.approx(direction_loss(U, G))


# distance


def test_distance_to_a_plane_is_exact():
    normal, points = np.array([3.0, -4.0, 12.0]), RNG.normal(size=(20, 3))
    distance = sampson_distance(points @ normal, np.tile(normal, (20, 1)), level=2.0)
    foot = points - ((points @ normal - 2.0) / 169.0)[:, None] * normal
    np.testing.assert_allclose(distance, np.linalg.norm(points - foot, axis=1))


def test_distance_to_a_circle_is_exact_to_first_order_and_free_of_the_formula():
    angle = np.linspace(0, 6, 15)
    points = 1.001 * np.column_stack([np.cos(angle), np.sin(angle)])
    squares = (points**2).sum(axis=1)
    distance = sampson_distance(squares, 2 * points, 1.0)
    np.testing.assert_allclose(distance, 0.001, rtol=2e-3)
    logs = sampson_distance(np.log(squares), 2 * points / squares[:, None], 0.0)
    np.testing.assert_allclose(logs, distance, rtol=2e-3)


def test_without_a_gradient_the_level_is_infinitely_far_unless_one_is_on_it():
    distance = sampson_distance(np.array([1.0, 2.0]), np.zeros((2, 3)), 1.0)
    np.testing.assert_array_equal(distance, [0.0, np.inf])
