"""Coverage of the 90 % intervals of constants, over data seeds.

``python benchmarks/intervals.py [--seeds 50]`` draws labels of three laws, refits the right form
to them, and counts how often the interval of each constant holds the true one.
"""

import argparse

import numpy as np

from skinterp.expression import parse
from skinterp.matching import fit_labels
from skinterp.search._label_choice import constants_of
from skinterp.search._refit import refit

# name: (start of the refit, its true parameters, threshold, relative noise of g, rows)
LAWS = {
    "gene switch": ("(x0/x1)**2 - 0.03*x2", {"x2": -0.04, "threshold": 1.0}, 0.1, 4000),
    "Michaelis-Menten": (
        "x0/(2 + x0) - 0.2*x1",
        {"in": 2.5, "x1": -0.3, "threshold": 0.2},
        0.03,
        4000,
    ),
    "decay": ("log(x0) - 0.4*x1*x2", {"x1*x2": -0.5, "threshold": -0.5}, 0.1, 2000),
}
TRUE = {
    "gene switch": lambda X: (X[:, 0] / X[:, 1]) ** 2 - 0.04 * X[:, 2],
    "Michaelis-Menten": lambda X: X[:, 0] / (2.5 + X[:, 0]) - 0.3 * X[:, 1],
    "decay": lambda X: np.log(X[:, 0]) - 0.5 * X[:, 1] * X[:, 2],
}
BOXES = {
    "gene switch": [(0.5, 5), (0.5, 3), (0, 40)],
    "Michaelis-Menten": [(0.2, 8), (0, 1.5)],
    "decay": [(0.3, 4), (0.2, 2), (0.2, 2)],
}


def covered(name, seed):
    """Return for each constant of a law whether its interval holds the true one."""
    start, truth, noise, n = LAWS[name]
    rng = np.random.default_rng(seed)
    low, high = np.array(BOXES[name], dtype=float).T
    X = rng.uniform(low, high, size=(n, len(low)))
    yes = TRUE[name](X) + noise * rng.normal(size=n) > truth["threshold"]
    expression = parse(start)
    found = refit(expression, X, yes, fit_labels(expression.evaluate(X), yes))
    names = tuple(f"x{j}" for j in range(len(low)))
    table, hits = constants_of(found, names), {}
    # in the units of the refit: ratios to the coefficient that is one
    outer = found.writing.outer_of(found.parameters)
    for place, a, b in zip(table.places, table.low, table.high):
        key = next((k for k in truth if place.startswith(k)), "another term's coefficient")
        hits[key] = a <= _true(name, key, outer, found.writing) <= b
    return hits


def _true(name, key, outer, writing):
    """Return the true value of a constant in the unit of a writing."""
    truth = {"first": 1.0, **LAWS[name][1]}
    sizes = [truth["first"], *[v for k, v in truth.items() if k not in ("first", "in")]]
    scale = abs(sizes[writing.unit])
    return truth[key] if key == "in" else truth.get(key, truth["first"]) / scale


def main():
    """Print the coverage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50)
    args = parser.parse_args()
    for name in LAWS:
        runs = [covered(name, seed) for seed in range(args.seeds)]
        for key in dict.fromkeys(k for run in runs for k in run):
            hits = [run[key] for run in runs if key in run]
            print(f"{name:18} {key:22} {np.mean(hits):.0%} of {len(hits)}")


if __name__ == "__main__":
    main()
