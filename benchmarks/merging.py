"""What merging linear regions that give one class leaves of them.

``python benchmarks/merging.py [--quick]``: networks trained on columns of real tables, in the box
of the data, and verification networks (5 inputs, 6 x 50 units, random weights) in small boxes
around a point of the decision boundary.
"""

import argparse
import os
import time
from itertools import pairwise

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.exact import class_regions

VERIFICATION = (5, 50, 50, 50, 50, 50, 50, 5)
N_ROWS = 20_000


def trained(X, y, sizes):
    """Return a trained ReLU network behind a scaler."""
    mlp = MLPClassifier(sizes, alpha=0.01, max_iter=2000, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y)


def tables(quick):
    """Yield the name, network and box of networks trained on real tables."""
    iris, wine = load_iris(return_X_y=True), load_wine(return_X_y=True)
    cancer = load_breast_cancer(return_X_y=True)
    cases = [
        ("breast cancer", cancer, [0, 1], (20, 20)),
        ("breast cancer", cancer, [0, 1, 4], (20, 20)),
        ("iris", iris, [0, 1, 2, 3], (10,)),
        ("wine", wine, [0, 6, 9, 12], (12,)),
        ("breast cancer", cancer, [0, 1, 2, 3, 4], (10,)),
        ("breast cancer", cancer, [0, 1, 2, 3, 4, 5], (12,)),
    ]
    for name, (X, y), columns, sizes in cases[:3] if quick else cases:
        X = X[:, columns]
        title = f"{name}, {len(columns)} inputs, {'x'.join(map(str, sizes))}"
        yield title, trained(X, y, sizes), (X.min(axis=0), X.max(axis=0))


def on_boundary(network, X):
    """Return a point of the decision boundary between two rows."""
    answers = network.predict(X)
    start, end = X[0], X[answers != answers[0]][0]
    for _ in range(50):
        middle = 0.5 * (start + end)
        same = network.predict(middle[np.newaxis])[0] == answers[0]
        start, end = (middle, end) if same else (start, middle)
    return start


def verification(quick):
    """Yield the name, network and box of networks of random weights, on their boundary."""
    widths = (0.02, 0.05) if quick else (0.02, 0.05, 0.1)
    for seed in range(1 if quick else 3):
        rng = np.random.RandomState(seed)
        shapes = list(pairwise(VERIFICATION))
        coefs = [rng.standard_normal(shape) * np.sqrt(2 / shape[0]) for shape in shapes]
        biases = [0.5 * rng.standard_normal(n_out) for _, n_out in shapes]
        activations = ["relu"] * (len(shapes) - 1) + ["softmax"]
        X = rng.uniform(-1, 1, (4000, VERIFICATION[0]))
        raw = as_network((coefs, biases, activations), classes=list("abcde")).raw_values(X)
        biases[-1] = biases[-1] - np.median(raw, axis=0)  # classes about as frequent
        network = as_network((coefs, biases, activations), classes=list("abcde"))
        center = on_boundary(network, X)
        for width in widths:
            yield f"5-6x50-5, seed {seed}, +-{width}", network, (center - width, center + width)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer networks")
    quick = parser.parse_args().quick
    print(
        "| network | linear regions | classes | tree leaves | convex cells | boundary pieces "
        "| in the 8 largest | same answers | CPU s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, network, box in (*tables(quick), *verification(quick)):
        start = time.process_time()
        found = class_regions(network, box=box, max_regions=None)
        seconds = time.process_time() - start
        X = np.random.RandomState(0).uniform(*box, (N_ROWS, len(box[0])))
        same = (found.predict(X) == as_network(network).predict(X)).mean()
        print(
            f"| {name} | {found.n_regions} | {len(set(found.labels.tolist()))} "
            f"| {found.tree.n_leaves} | {found.n_cells} | {len(found.shares)} "
            f"| {100 * found.shares[:8].sum():.0f} % | {100 * same:.3f} % | {seconds:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
