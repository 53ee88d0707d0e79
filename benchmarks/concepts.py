"""Concept problems, their data and their trained networks, cached on disk.

Problems P01-P12: ``y = [g(x) * N(1, 0.01) > threshold]`` on 10,000 uniform points of a box,
8,000 of which train the network. P01-P06 are the experiments of arXiv 2401.04978 (P02 and P03 on
a box where the concept is identifiable).
"""

from pathlib import Path

import joblib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._testing import ignore_warnings

CACHE = Path(__file__).parent / ".cache"
N_ROWS, N_TRAIN = 10_000, 8_000

# name: (g, threshold, box)
PROBLEMS = {
    "P01": ("x0**2 + 2*x1**2", 1.0, [(-1, 1)] * 2),
    "P02": ("x0**2 + 3*x0*x1 + 2*x1**2", 2.0, [(-2, 2)] * 2),
    "P03": ("x0**2 + sin(x1 + x2)", 1.0, [(-2, 2)] * 3),
    "P04": ("exp(x0 - x1) - pi*x2", 1.0, [(-1, 1)] * 3),
    "P05": ("x0*exp(-(x1**2 + x2**2)/2)", 0.2, [(0, 2), (-2, 2), (-2, 2)]),
    "P06": ("x0*x1/((x2 - x3)**2 + (x4 - x5)**2)", 1.0, [(0, 2)] * 6),
    "P07": ("x0 + x3", 1.0, [(0, 1)] * 4),
    "P08": ("x0*x3 - x1*x2", 0.5, [(-2, 2)] * 4),
    "P09": ("x0**2/2 + x1**2/2", 0.3, [(-1, 1)] * 2),
    "P10": ("x1**2/2 + sin(x0)", 0.5, [(-2, 2)] * 2),
    "P11": ("x0*x1 + x2**2 - x3", 0.3, [(-1, 1)] * 15),
    "P12": ("x0/(0.5 + x0) - 0.8*x1/(1 + x2)", 0.1, [(0, 3)] * 3),
}

# Further problems on which nothing was tuned: they check that what was chosen on P01-P12 holds.
VALIDATION = {
    "V01": ("x0*x1/x2", 1.0, [(0.5, 3)] * 3),
    "V02": ("x0*exp(-x1) + x2", 0.5, [(-2, 2), (-1, 2), (-1, 1)]),
    "V03": ("sin(3*x0) + x1", 0.2, [(-1, 1), (-2, 2)]),
    "V04": ("(x0 - x1)**2 + x2", 1.0, [(-1, 1), (-1, 1), (0, 2)]),
    "V05": ("x0**2/(0.5 + x0**2) - x1", 0.1, [(0, 2), (-0.5, 1)]),
    "V06": ("x0*x1*x2", 0.1, [(-1, 1)] * 3),
    "V07": ("x0**3 - x1 + 0.5*x2", 0.0, [(-1, 1)] * 5),
    "V08": ("log(x0) + x1*x2", 0.3, [(0.2, 3), (-1, 1), (-1, 1)]),
    "V09": ("(x0**2 + x1**2)**0.5 - x2", 0.2, [(-1, 1), (-1, 1), (0, 1)]),
    "V10": ("cos(x0*x1) - x2**2", 0.3, [(-2, 2), (-2, 2), (-1, 1)]),
    "V11": ("x0 + 2*x1 - 3*x2", 0.5, [(-1, 1)] * 8),
    "V12": ("x0*x1 - 4*x2/x3", 0.0, [(0.5, 2)] * 4),
}
# Problems in which several inputs act through one quantity, inside another function.
COMPOSITES = {
    "C01": ("(x0*x1 - x2)**2 + x3", 1.0, [*[(-1, 1)] * 3, (-0.5, 1.5)]),
    "C02": ("sin(2*(x0 + x1)) + x2", 0.2, [(-1, 1)] * 3),
    "C03": ("log(x0/(x1 + 0.5)) + x2*x3", 0.2, [(0.2, 3), (0, 2), (-1, 1), (-1, 1)]),
    "C04": ("(x0 - x1)**2 + (x2 - x3)**2", 0.8, [(-1, 1)] * 4),
    "C05": ("exp(-(x0 - 0.5*x1)**2) - x2*x3", 0.6, [*[(-1.5, 1.5)] * 2, *[(-1, 1)] * 2]),
    "C06": ("x0*x1/(1 + x0*x1) - x2", 0.2, [(0, 3), (0, 3), (-0.5, 0.8)]),
    "C07": (
        "(x0/x1)**2/(1 + (x0/x1)**2) - x2/(x3 + 0.5)",
        0.1,
        [(0.2, 2), (0.2, 2), (0, 1), (0, 1)],
    ),
    "C08": ("(x0**2 + x1**2)**0.5 - x2*x3", 0.5, [(-1, 1)] * 4),
    "C09": ("cos(2*(x0 - x1)) + x2**2 - x3", 0.3, [(-1, 1)] * 4),
    "C10": ("(x0 + x1)*(x2 + x3)", 0.3, [(-1, 1)] * 4),
    "C11": ("exp(-x0*x1) + x2", 0.8, [(0, 2), (0, 2), (-0.5, 1)]),
    "C12": ("(x0*x1 - x2*x3)**2 + x4", 0.4, [*[(-1, 1)] * 4, (-0.3, 0.7)]),
    "C13": ("x0/(x1 + x2) - x3**2", 0.5, [*[(0.2, 2)] * 3, (-1, 1)]),
    "C14": ("(x0 - x1)**2*x2 - x3", 0.2, [(-1, 1), (-1, 1), (0, 2), (-0.5, 1)]),
}
ALL_PROBLEMS = {**PROBLEMS, **VALIDATION, **COMPOSITES}


def concept(name, X):
    """Value of the true concept of problem `name` at the rows of `X`."""
    scope = {f"x{j}": X[:, j] for j in range(X.shape[1])}
    scope.update(sin=np.sin, cos=np.cos, exp=np.exp, log=np.log, pi=np.pi)
    return eval(ALL_PROBLEMS[name][0], {"__builtins__": {}}, scope)


def concept_gradient(name, X, step=1e-6):
    """Gradient of the true concept by central differences, shape (n, d)."""
    columns = []
    for j in range(X.shape[1]):
        e = np.zeros(X.shape[1])
        e[j] = step
        columns.append((concept(name, X + e) - concept(name, X - e)) / (2 * step))
    return np.stack(columns, axis=1)


def uniform(name, n, seed):
    """Draw `n` uniform points of the problem's box."""
    low, high = np.array(ALL_PROBLEMS[name][2], dtype=float).T
    return np.random.RandomState(seed).uniform(low, high, size=(n, len(low)))


def truth(name, X):
    """Noise-free class of each row."""
    return (concept(name, X) > ALL_PROBLEMS[name][1]).astype(int)


def data(name, seed):
    """Noisy labelled rows of one problem and seed: (X_train, y_train, X_test, y_test)."""
    X = uniform(name, N_ROWS, seed)
    noise = np.random.RandomState(seed + 1000).normal(1.0, 0.01, N_ROWS)
    y = (concept(name, X) * noise > ALL_PROBLEMS[name][1]).astype(int)
    return X[:N_TRAIN], y[:N_TRAIN], X[N_TRAIN:], y[N_TRAIN:]


def network(name, seed, activation, cache=CACHE):
    """Train (or load) the 2x60 network of one problem, seed and activation."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / f"{name}-{activation}-{seed}.joblib"
    if path.exists():
        return joblib.load(path)
    X, y, _, _ = data(name, seed)
    mlp = MLPClassifier((60, 60), activation=activation, max_iter=500, random_state=seed)
    model = make_pipeline(StandardScaler(), mlp)
    with ignore_warnings(category=ConvergenceWarning):
        model.fit(X, y)
    joblib.dump(model, path, compress=3)
    return model
