"""Random piecewise-linear networks, hostile ones included, and slow independent oracles."""

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from skinterp.network import as_network

# The network of "Neural Networks are Decision Trees" (arXiv 2210.05189) for y = x**2 on
# [-2.5, 2.5]: leaky ReLU of slope 0.3; 16 leaves before empty branches are removed, 5 after.
SQUARE = (
    [
        [[-1.4179759, -2.8445313]],
        [[-0.5544684, 1.9344753], [-1.9900331, 0.7888605]],
        [[2.1596546], [1.5730182]],
    ],
    [[-1.6503011, 0.919415], [-1.6572077, 0.57638633], [1.4195966]],
    [("leaky_relu", 0.3), ("leaky_relu", 0.3), "identity"],
)
# Its pieces: where each ends, slope, offset.
SQUARE_ENDS = [-1.163842797, 0.112146497, 0.323221952, 0.998715341]
SQUARE_SLOPES = [-3.667660713, -1.003839254, 2.373108387, 0.547069132, 3.470931053]
SQUARE_OFFSETS = [-3.220932961, -0.120662928, -0.49937582, 0.09084034, -2.829265118]


def random_network(sizes, seed, hidden="relu", damage=(), task=None):
    """Return a network of random weights, some of them damaged.

    Damage: "zeros" sets a third of the weights to 0, "dead" makes a unit of each layer constant,
    "doubled" doubles a unit, "unbiased" sets all biases to 0, so that all borders meet in one
    point.
    """
    rng = np.random.RandomState(seed)
    shapes = list(pairwise(sizes))
    coefs = [rng.standard_normal(shape) for shape in shapes]
    biases = [0.5 * rng.standard_normal(n_out) for _, n_out in shapes]
    for W, b in zip(coefs[:-1], biases[:-1], strict=True):
        if "zeros" in damage:
            W[rng.uniform(size=W.shape) < 1 / 3] = 0.0
        if "dead" in damage:
            W[:, -1] = 0.0
        if "doubled" in damage:
            W[:, 0], b[0] = W[:, -1], b[-1]
    if "unbiased" in damage:
        biases = [np.zeros_like(b) for b in biases]
    options = {} if task is None else {"classes": list(task)}
    activations = [hidden] * (len(shapes) - 1) + [
        "identity" if task is None else "logistic" if sizes[-1] == 1 else "softmax"
    ]
    return as_network((coefs, biases, activations), **options)


@st.composite
def networks(draw, max_inputs=4, max_layers=3, max_units=6, outputs=(1, 2, 3), min_inputs=1):
    """Draw a small network, often with zero weights, dead or doubled units or without biases."""
    d = draw(st.integers(min_inputs, max_inputs))
    hidden = draw(st.lists(st.integers(1, max_units), min_size=1, max_size=max_layers))
    activation = draw(st.sampled_from(["relu", "relu", ("leaky_relu", 0.2), "identity"]))
    damage = draw(st.sets(st.sampled_from(["zeros", "dead", "doubled", "unbiased"])))
    n_outputs = draw(st.sampled_from(outputs))
    seed = draw(st.integers(0, 10**6))
    return random_network([d, *hidden, n_outputs], seed, activation, damage)


def uniform(n, d, reach=2.0, seed=0):
    """Return points of a box around the origin."""
    return np.random.RandomState(seed).uniform(-reach, reach, size=(n, d))


def preactivations(network, X):
    """Return the inputs of all bending units, layer by layer, by plain multiplication."""
    H, found = X, []
    for W, b, activation in network.layers[:-1]:
        Z = H @ W + b
        slope = {"relu": 0.0, "identity": 1.0}.get(activation.name, activation.slope)
        H = np.where(Z > 0, Z, slope * Z)
        if activation.name != "identity":
            found.append(Z)
    return np.concatenate(found, axis=1) if found else np.empty((len(X), 0))


def border_points(network, n, seed=0, reach=2.0):
    """Return points on borders, where units switch, found by bisection on random segments."""
    d = network.n_features_in
    start, end = uniform(n, d, reach, seed), uniform(n, d, reach, seed + 1)
    low, high = preactivations(network, start), preactivations(network, end)
    if not low.shape[1]:
        return start
    unit = np.random.RandomState(seed).randint(low.shape[1], size=n)
    rows = np.arange(n)
    cross = (low[rows, unit] > 0) != (high[rows, unit] > 0)
    start, end, unit, positive = (
        values[cross] for values in (start, end, unit, low[rows, unit] > 0)
    )
    for _ in range(60):
        middle = 0.5 * (start + end)
        same = (preactivations(network, middle)[np.arange(len(unit)), unit] > 0) == positive
        start = np.where(same[:, np.newaxis], middle, start)
        end = np.where(same[:, np.newaxis], end, middle)
    return np.concatenate([start, end, np.zeros((1, d))])


def sampled_patterns(network, X, margin=0.0):
    """Return the set of activation patterns of rows whose units are all farther than a margin."""
    Z = preactivations(network, X)
    sure = (np.abs(Z) > margin).all(axis=1)
    return {row.tobytes() for row in np.unique(Z[sure] > 0, axis=0)}
