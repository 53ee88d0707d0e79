"""Networks and data that the tests of this folder share."""

from itertools import pairwise

import numpy as np
from sklearn.datasets import make_classification, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils._testing import ignore_warnings

from skinterp.network import as_network

ACTIVATIONS = [
    "identity",
    "logistic",
    "tanh",
    "relu",
    ("leaky_relu", 0.3),
    "softplus",
    "elu",
    "selu",
    "silu",
    "gelu",
    ("elu", 0.5),
    "celu",
    ("celu", 0.5),
    "gelu_tanh",
    "softsign",
    "hardtanh",
    "relu6",
    "hardsigmoid",
    "hardswish",
    "mish",
    "log_sigmoid",
    "erf",
    "squareplus",
]
TASKS = ["binary", "multiclass", "multilabel", "regression", "multioutput", "poisson"]


def random_arrays(sizes, activation, last="identity", seed=0):
    """Return (coefs, intercepts, activations) with random weights."""
    rng = np.random.RandomState(seed)
    shapes = list(pairwise(sizes))
    coefs = [rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in shapes]
    intercepts = [0.3 * rng.standard_normal(n_out) for _, n_out in shapes]
    return coefs, intercepts, [activation] * (len(shapes) - 1) + [last]


def random_network(sizes, activation="tanh", last="identity", seed=0, **options):
    """Return a network with random weights."""
    return as_network(random_arrays(sizes, activation, last, seed), **options)


def points(n, d, seed=1):
    """Return normal points."""
    return np.random.RandomState(seed).standard_normal((n, d))


def central_differences(function, X, step=1e-6):
    """Return the derivative of every output by every input: an independent oracle."""
    columns = []
    for j in range(X.shape[1]):
        e = np.zeros(X.shape[1])
        e[j] = step
        columns.append((function(X + e) - function(X - e)) / (2 * step))
    return np.stack(columns, axis=-1)


def task_data(task, n=80, d=5):
    """Return X and y of a small problem."""
    X = points(n, d) * [1.0, 10.0, 0.1, 3.0, 1.0] + [0.0, 50.0, 1.0, -2.0, 5.0]
    if task in ("binary", "multiclass"):
        n_classes = 2 if task == "binary" else 3
        y = make_classification(n, n_informative=3, n_classes=n_classes, random_state=0)[1]
        return X, np.array(["ash", "birch", "cedar"])[y]
    if task == "multilabel":
        return X, make_multilabel_classification(n, n_classes=3, random_state=0)[1]
    y = np.column_stack([X[:, 0] + np.sin(X[:, 3]), X[:, 2] * X[:, 4]])
    if task == "poisson":
        return X, np.random.RandomState(0).poisson(np.exp(y[:, 0] / 3))
    return X, y[:, 0] if task == "regression" else y


def mlp_for(task, **options):
    """Return an unfitted multilayer perceptron for the task."""
    options = {"hidden_layer_sizes": (8, 6), "max_iter": 15, "random_state": 0, **options}
    if task in ("binary", "multiclass", "multilabel"):
        return MLPClassifier(**options)
    if task == "poisson":
        options["loss"] = "poisson"
    return MLPRegressor(**options)


@ignore_warnings(category=ConvergenceWarning)
def fitted(model, X, y):
    """Fit a model, which need not converge for a test."""
    return model.fit(X, y)
