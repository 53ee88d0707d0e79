"""How the time of a symbolic fit grows with rows and with inputs.

``python benchmarks/scaling.py [--quick]``: ``x0*x1 + x2**2 - x3`` (``x0*x1`` with two inputs)
as an exact logit, so that no training time or network noise is in the figures.
"""

import argparse
import os
import resource
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np

from skinterp import SymbolicSurrogateClassifier, as_network


def exact_network(n_inputs):
    """Return a network whose logit is a steep function of a known concept, with its gradient."""

    def logit(X):
        g = X[:, 0] * X[:, 1]
        return 4 * np.tanh(g if n_inputs < 4 else g + X[:, 2] ** 2 - X[:, 3] - 0.2)

    def gradient(X):
        G = np.zeros_like(X)
        G[:, 0], G[:, 1] = X[:, 1], X[:, 0]
        if n_inputs >= 4:
            G[:, 2], G[:, 3] = 2 * X[:, 2], -1.0
        slope = 4 - logit(X) ** 2 / 4
        return slope[:, None] * G

    return as_network(logit, gradient=gradient, n_features_in=n_inputs, classes=[0, 1])


def measure(n_rows, n_inputs, repeats):
    """Return the median time of a fit and the equation found."""
    X = np.random.default_rng(0).uniform(-1, 1, size=(n_rows, n_inputs))
    network, times = exact_network(n_inputs), []
    for _ in range(repeats):
        start = time.perf_counter()
        surrogate = SymbolicSurrogateClassifier(network, random_state=0).fit(X)
        times.append(time.perf_counter() - start)
    return np.median(times), surrogate.equation_


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer sizes, one repeat")
    quick = parser.parse_args().quick
    repeats = 1 if quick else 3
    print("| rows (10 inputs) | time | equation |\n|---|---|---|")
    for n_rows in (10**3, 10**4) if quick else (10**3, 10**4, 10**5, 10**6):
        seconds, equation = measure(n_rows, 10, repeats)
        print(f"| {n_rows} | {seconds:.1f} s | `{equation}` |", flush=True)
    print("\n| inputs (5000 rows) | time | equation |\n|---|---|---|")
    for n_inputs in (2, 10) if quick else (2, 5, 10, 20, 50):
        seconds, equation = measure(5000, n_inputs, repeats)
        print(f"| {n_inputs} | {seconds:.1f} s | `{equation}` |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory {peak:.0f} MB.")


if __name__ == "__main__":
    main()
