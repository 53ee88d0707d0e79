"""What queries are worth: held-out fidelity of tree surrogates with and without them."""

import sys

import numpy as np
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_friedman1,
)
from sklearn.model_selection import KFold, StratifiedKFold

from skinterp import (
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
    as_network,
    default_network,
    fidelity_score,
)

LEAVES = (4, 8, 16, 32)
QUERIES = (0, 1000, 5000, 20000)


def tables():
    """Yield a name, rows, targets and whether they are classes."""
    digits = load_digits()
    chosen = np.isin(digits.target, [3, 8])
    yield "breast cancer", *load_breast_cancer(return_X_y=True), True
    yield "wine", *load_wine(return_X_y=True), True
    yield "iris", *load_iris(return_X_y=True), True
    yield "digits 3/8", digits.data[chosen], digits.target[chosen], True
    switch = np.genfromtxt("examples/data/gene_switch.csv", delimiter=",", skip_header=1)
    yield "gene switch", switch[:1500, :-1], switch[:1500, -1].astype(int), True
    yield "diabetes", *load_diabetes(return_X_y=True, scaled=False), False
    yield "friedman 1", *make_friedman1(400, noise=1.0, random_state=0), False


def measure(X, y, is_classes):
    """Return the mean held-out fidelity, by numbers of queries (rows) and leaves (columns)."""
    folds = (StratifiedKFold if is_classes else KFold)(5, shuffle=True, random_state=0)
    form = TreeSurrogateClassifier if is_classes else TreeSurrogateRegressor
    task = "multiclass" if is_classes else "regression"
    scores = []
    for train, test in folds.split(X, y):
        network = as_network(default_network(task, random_state=0).fit(X[train], y[train]))
        scores.append(
            [
                [
                    fidelity_score(
                        form(network, max_leaf_nodes=k, n_queries=n, random_state=0).fit(X[train]),
                        X[test],
                    )
                    for k in LEAVES
                ]
                for n in QUERIES
            ]
        )
    return np.mean(scores, axis=0)


def main():
    """Print a line per table and number of queries."""
    print(f"{'':14} queries " + "".join(f"{k:>4} leaves" for k in LEAVES))
    results = []
    for name, *table in tables():
        results.append(measure(*table))
        for n, row in zip(QUERIES, results[-1]):
            print(f"{name:14} {n:7d} " + "".join(f"{value:11.3f}" for value in row))
            sys.stdout.flush()
    for n, row in zip(QUERIES, np.mean(results, axis=0)):
        print(f"{'mean':14} {n:7d} " + "".join(f"{value:11.3f}" for value in row))


if __name__ == "__main__":
    main()
