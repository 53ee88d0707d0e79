"""Proofs do not depend on the sizes of weights, nor on units of outputs."""

import numpy as np
import pytest
from random_networks import random_network, uniform

from skinterp import as_network
from skinterp.exact import extreme_output, nearest_counterfactual, reach_class
from skinterp.exact.optima._balance import balanced, ordinary_factor, unit_sizes
from skinterp.exact.optima._mixed_integer import MixedInteger
from skinterp.exact.optima._relaxations import relaxed
from skinterp.exact.pieces._piecewise import piecewise_linear

NORMS = ["l1", "l2", "linf"]
SIZES = [[2, 4, 3, 1], [3, 5, 3]]


def with_gains(network, hidden, outputs):
    """Return a network whose first layer, and whose outputs, are multiplied by gains."""
    layers = [[layer.weights, layer.bias] for layer in network.layers]
    for at, gain in ((0, hidden), (-1, outputs / hidden)):
        layers[at][0] = layers[at][0] * gain
    layers[0][1] = layers[0][1] * hidden
    layers[1:-1] = [[W, b * hidden] for W, b in layers[1:-1]]
    layers[-1][1] = layers[-1][1] * outputs
    activations = [layer.activation.name for layer in network.layers]
    weights, biases = zip(*layers, strict=True)
    return as_network((weights, biases, activations), classes=network.classes)


def some_network(sizes, seed):
    classes = ["no", "yes", "perhaps"][: max(2, sizes[-1])]
    return random_network(sizes, seed, task=classes)


@pytest.mark.parametrize("hidden, outputs", [(1.0, 1e-8), (1e8, 1.0), (1e-9, 1e6)])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_proofs_are_the_same_whatever_the_sizes_of_weights(sizes, hidden, outputs):
    for seed in (1,):
        network = some_network(sizes, seed)
        scaled, label = with_gains(network, hidden, outputs), network.classes[1]
        before, after = (extreme_output(of, (-2, 2), output=label) for of in (network, scaled))
        assert after.is_proven
        assert after.value == pytest.approx(outputs * before.value, rel=1e-5)
        assert after.bound == pytest.approx(outputs * before.bound, rel=1e-5)
        x = uniform(1, sizes[0], seed=seed)[0]
        for norm in NORMS:
            before, after = (
                nearest_counterfactual(of, x, box=(-2, 2), norm=norm) for of in (network, scaled)
            )
            assert after.is_proven
            assert after.distance == pytest.approx(before.distance, abs=1e-5)
        for label in network.classes:
            before, after = (reach_class(of, (-2, 2), label) for of in (network, scaled))
            assert after.is_reached == before.is_reached


def test_balanced_networks_are_the_same_function():
    pieces = piecewise_linear(with_gains(some_network([3, 5, 4, 3], 0), 1e-7, 1e5))
    sizes, points = unit_sizes(pieces), uniform(100, 3, reach=1.0)
    factor = ordinary_factor(sizes[-1])
    same = balanced(pieces, sizes)
    np.testing.assert_allclose(same.values(points), pieces.values(points) * factor, rtol=1e-12)
    assert all((size > 1e-4).all() and (size < 1e4).all() for size in unit_sizes(same))
    assert (ordinary_factor(np.array([0.0, 1e-2, 1.0, 1e2])) == 1.0).all()


def test_programs_by_switches_are_those_of_the_solver():
    pieces = piecewise_linear(random_network([2, 5, 1], 4))
    lower, upper = -np.ones(2), np.ones(2)
    units = relaxed(pieces, lower[np.newaxis], upper[np.newaxis]).of_box(0)
    program = MixedInteger.of_box(pieces, lower, upper, *units)
    assert program.n_units > 1
    cost = program.outputs[:, 0]
    bound, point = program.minimise_by_switches(cost, 2)
    assert bound == pytest.approx(program.minimise(cost, 2)[0], abs=1e-6)
    least = pieces.values(point[np.newaxis])[0, 0] - program.offsets[0]
    assert least == pytest.approx(bound, abs=1e-6)
    none = program.with_variables(
        -np.eye(1, len(cost)), np.array([-2.0]), np.empty(0), np.empty(0)
    )
    assert none.minimise_by_switches(cost, 2) == (np.inf, None)


def test_a_row_on_a_tie_has_its_nearest_counterfactual():
    # the row's region answers exactly 0 (both classes tie); the solver called the way out empty
    weights = [
        [[-2.1, -0.75], [-0.5, 0.12]],
        [[-0.2, 0.26], [0.64, -0.94]],
        [[-0.0024], [0.034]],
    ]
    biases = [[0.036, -0.9], [0.26, 0.4], [-(0.26 * -0.0024 + 0.4 * 0.034)]]
    network = as_network((weights, biases, ["relu", "relu", "logistic"]), classes=["no", "yes"])
    x, grid = np.array([0.62, 1.2]), np.linspace(-2.0, 2.0, 401)
    points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    reached = points[network.raw_values(points)[:, 0] > 1e-5]
    for norm, order in {"l1": 1, "linf": np.inf}.items():
        found = nearest_counterfactual(network, x, box=(-2, 2), norm=norm)
        nearest = np.linalg.norm(reached - x, order, axis=1).min()
        assert found.distance <= nearest + 1e-9
        assert found.bound > nearest - 0.03
