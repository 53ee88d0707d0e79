"""Time and memory of exact input gradients, against a forward pass.

    python benchmarks/jacobian.py [--quick]

Prints, per network, the seconds of a forward pass, the ratio of a gradient's time to it (per
output for a Jacobian), scikit-learn's own forward pass in the same unit, and the peak memory of
the gradient beyond its input and its result. Figures are in `jacobian.md`.
"""

import argparse
import time
import tracemalloc
from itertools import pairwise

import numpy as np
from sklearn.neural_network import MLPRegressor

from skinterp.network import as_network

MB = 2**20
NETWORKS = [  # sizes, activation
    ((15, 60, 60, 1), "relu"),
    ((15, 60, 60, 1), "tanh"),
    ((15, 60, 60, 1), "logistic"),
    ((15, 60, 60, 1), ("leaky_relu", 0.1)),
    ((15, 60, 60, 1), "softplus"),
    ((15, 60, 60, 1), "gelu"),
    ((100, 60, 60, 1), "relu"),
    ((100, 300, 300, 300, 1), "relu"),
    ((100, 100, 1), "tanh"),
    ((64, 60, 60, 10), "relu"),
]


def random_mlp(sizes, activation):
    """Return plain arrays with random weights."""
    rng = np.random.RandomState(0)
    shapes = list(pairwise(sizes))
    coefs = [rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in shapes]
    intercepts = [rng.standard_normal(shape[1]) for shape in shapes]
    return coefs, intercepts, [activation] * (len(shapes) - 1) + ["identity"]


def sklearn_model(coefs, intercepts, activations):
    """Return scikit-learn's network of the same weights, None if it has no such activation."""
    if activations[0] not in ("relu", "tanh", "logistic"):
        return None
    model = MLPRegressor(activation=activations[0])
    model.coefs_, model.intercepts_, model.n_layers_ = coefs, intercepts, len(coefs) + 1
    model.out_activation_, model.n_outputs_ = "identity", len(intercepts[-1])
    model.n_features_in_ = len(coefs[0])
    return model


def best_time(function, X, repeats):
    """Return the shortest of a few runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(X)
        times.append(time.perf_counter() - start)
    return min(times)


def peak_memory(function, X):
    """Return the bytes needed at most, beyond the argument and the result."""
    tracemalloc.start()
    result = function(X)
    peak = tracemalloc.get_traced_memory()[1] - result.nbytes
    tracemalloc.stop()
    return peak


def measure(sizes, activation, n_rows, repeats):
    """Print one line of the table."""
    arrays = random_mlp(sizes, activation)
    network, model = as_network(arrays), sklearn_model(*arrays)
    X = np.random.RandomState(1).standard_normal((n_rows, sizes[0]))
    n_outputs = sizes[-1]
    derivative = network.output().gradient if n_outputs == 1 else network.jacobian
    forward = best_time(network.raw_values, X, repeats)
    ratio = best_time(derivative, X, repeats) / forward / n_outputs
    own = "" if model is None else f"{best_time(model.predict, X, repeats) / forward:.2f}"
    memory = peak_memory(derivative, X) / MB
    name = activation if isinstance(activation, str) else activation[0]
    shape = "-".join(map(str, sizes))
    print(
        f"| {shape} | {name} | {n_rows:,} | {forward:.3f} | {ratio:.2f} | {own} | {memory:.0f} |"
    )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rows and runs")
    quick = parser.parse_args().quick
    n_rows, repeats = (20_000, 3) if quick else (100_000, 5)
    print("| network | activation | rows | forward (s) | gradient / forward, per output "
          "| scikit-learn's predict / forward | peak beyond input and result (MB) |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")
    for sizes, activation in NETWORKS:
        measure(sizes, activation, n_rows, repeats)
    if not quick:
        measure((100, 60, 60, 1), "tanh", 1_000_000, 3)


if __name__ == "__main__":
    main()
