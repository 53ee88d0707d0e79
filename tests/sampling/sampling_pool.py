"""Views with known answers, and data, that the tests of this folder share."""

from itertools import pairwise

import numpy as np
from sklearn.neural_network import MLPClassifier

from skinterp.network import as_network


def normal_rows(n, d, seed=0):
    """Return rows of independent standard normal inputs."""
    return np.random.RandomState(seed).standard_normal((n, d))


def linear_view(weights, bias=0.0):
    """Return ``x @ weights + bias`` as a view of a dense network."""
    weights = np.asarray(weights, dtype=float)[:, None]
    return as_network(([weights], [np.array([bias])], ["identity"])).output()


def dense_view(sizes, activation="tanh", seed=0, divide_by=1.0):
    """Return a network with random weights, its inputs divided by `divide_by` first."""
    rng = np.random.RandomState(seed)
    shapes = list(pairwise(sizes))
    coefs = [rng.standard_normal(shape) for shape in shapes]
    intercepts = [0.5 * rng.standard_normal(n_out) for _, n_out in shapes]
    coefs[0] = coefs[0] / np.broadcast_to(divide_by, (sizes[0],))[:, None]
    activations = [activation] * (len(shapes) - 1) + ["identity"]
    return as_network((coefs, intercepts, activations)).output()


def ellipse_view():
    """Return ``x0**2 + 2 * x1**2 - 1`` with its exact gradient."""
    return as_network(
        lambda X: X[:, 0] ** 2 + 2 * X[:, 1] ** 2 - 1,
        gradient=lambda X: X * [2.0, 4.0],
        n_features_in=2,
    ).output()


def trained_ellipse(activation="tanh"):
    """Return the margin of a network trained on ``x0**2 + 2 * x1**2 > 1``, and its rows."""
    X = np.random.RandomState(0).uniform(-1.5, 1.5, size=(600, 2))
    model = MLPClassifier((20,), activation=activation, alpha=1e-2, solver="lbfgs", max_iter=500)
    model.set_params(random_state=0)
    return as_network(model.fit(X, X[:, 0] ** 2 + 2 * X[:, 1] ** 2 > 1)).margin(), X


def assert_same_field(one, other):
    """Assert that two fields are identical, array by array."""
    for name in ("points", "directions", "values", "weights", "scale", "on_boundary", "lengths"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.dropped == other.dropped
