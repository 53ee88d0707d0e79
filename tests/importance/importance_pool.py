"""Reference networks and numbers.

Values computed with the formulas of R's NeuralNetTools 1.5 and nnet; weights of every unit are
written bias first, then one per input. "goh" is NeuralNetTools' form of Garson's shares.
"""

from itertools import pairwise

import numpy as np

from skinterp import as_network


def network_of(*layers, hidden="logistic", last="identity", **options):
    """Return a network from lists of units, each with its bias first."""
    coefs = [np.array(units)[:, 1:].T for units in layers]
    biases = [np.array(units)[:, 0] for units in layers]
    return as_network((coefs, biases, [hidden] * (len(layers) - 1) + [last]), **options)


TWO_TWO_ONE = network_of([[13.12, 1.49, 0.16], [-0.11, -0.19, -0.16]], [[0.56, -0.52, 0.81]])
TWO_TWO_TWO_ONE = network_of(
    [[0.1, 1, -2], [0.2, 0.5, 3]], [[0.3, 1.5, -1], [-0.4, 2, 0.5]], [[0.7, -1, 2]]
)
THREE_FIVE_ONE = network_of(
    [
        [0.4669239694, 0.6258897391, 0.7461725388, -0.4336706952],
        [0.8198076504, -0.2571924259, -0.3681366413, 0.2042333266],
        [1.2160856519, 0.2024147462, 0.3378321906, -0.1729751604],
        [4.7749026738, -0.7029615271, -1.0097313854, 0.5421194359],
        [-5.6126691546, -0.7396653892, -1.0099535358, 0.5646488818],
    ],
    [
        [
            -3.5408451135,
            -0.4135277662,
            2.1440614079,
            -2.0587363754,
            3.7984034458,
            4.5715198725,
        ]
    ],
)
THREE_FIVE_TWO = network_of(
    [
        [-0.21822022425, -0.01511810011, -0.16970943294, 0.09992266615],
        [2.22631670442, -0.47023188644, -0.69037937031, 0.34978679989],
        [1.75083644883, -0.44128631719, -0.43358588418, 0.21482071753],
        [1.32456609576, 0.33803872745, 0.27516114794, -0.13536251822],
        [1.06308553888, -0.3142503351, -0.20336303291, 0.10543173366],
    ],
    [
        [
            -0.12300139009,
            1.23025726189,
            0.12220241471,
            -0.08947577177,
            -0.54263574573,
            0.59419498615,
        ],
        [
            2.15392887984,
            -2.94233156606,
            -0.3808891435,
            1.2997819483,
            -1.48733921769,
            0.02913452738,
        ],
    ],
)
# Slopes of the functions that the networks of three inputs learnt, on 2000 rows of N(0, 1)^3.
SLOPES = np.array([[-0.07070096, -0.10204068, 0.05562761], [-0.13102571, 0.00611906, -0.01485399]])


def normal_rows(n=2000, d=3, seed=0):
    """Return standard normal rows."""
    return np.random.RandomState(seed).standard_normal((n, d))


def random_network(sizes, hidden="tanh", last="identity", seed=0, **options):
    """Return a network of random weights."""
    rng = np.random.RandomState(seed)
    shapes = list(pairwise(sizes))
    coefs = [rng.standard_normal(shape) for shape in shapes]
    biases = [0.5 * rng.standard_normal(n) for _, n in shapes]
    return as_network((coefs, biases, [hidden] * (len(shapes) - 1) + [last]), **options)
