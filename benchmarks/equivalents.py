"""Formulas with the same decision boundary: which one do the networks' gradients prefer off it?

``python benchmarks/equivalents.py`` prints, for the true formula and an equally simple one with
the same boundary, the loss ``1 - |mean cos|`` of gradients on the boundary, in bands of growing
width around it and on all rows, averaged over the ten networks of each problem. Where the second
column is no larger than the first, no method that sees the network only can tell which is true.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import concepts
import numpy as np

from skinterp import as_network
from skinterp.expression import parse
from skinterp.matching import direction_loss
from skinterp.sampling import band_field, boundary_field, data_field

SAME_BOUNDARY = {
    "P06": "x0*x1 - (x2 - x3)**2 - (x4 - x5)**2",
    "P12": "x0*(x2 + 1.05) - 0.88*x0*x1 - 0.5*x1",
    "V01": "x0*x1 - x2",
    "V12": "x0*x1*x3 - 4*x2",
}
FIELDS = {
    "boundary": (boundary_field, {}),
    "band 0.1": (band_field, {"width": 0.1}),
    "band 0.3": (band_field, {"width": 0.3}),
    "all rows": (data_field, {}),
}


def losses(problem, expression, activation, seed):
    """Return the loss of a formula on every field of one network."""
    view = as_network(concepts.network(problem, seed, activation)).margin()
    X, found = concepts.data(problem, seed)[0], []
    for strategy, options in FIELDS.values():
        field = strategy(view, X, n_points=600, random_state=0, **options)
        gradients = expression.value_and_gradient(field.points)[1] * field.scale
        found.append(direction_loss(field.directions, gradients, field.weights))
    return found


def main():
    """Print the table."""
    print("| problem | formula | nodes | " + " | ".join(FIELDS) + " |")
    print("|---|---|---|" + "---|" * len(FIELDS))
    for problem, other in SAME_BOUNDARY.items():
        for formula in (concepts.ALL_PROBLEMS[problem][0], other):
            expression = parse(formula)
            seeds = range(5) if problem in concepts.PROBLEMS else range(2)
            runs = [
                losses(problem, expression, activation, seed)
                for seed in seeds
                for activation in ("relu", "tanh")
            ]
            cells = " | ".join(f"{mean:.4f}" for mean in np.mean(runs, axis=0))
            print(f"| {problem} | `{formula}` | {expression.complexity} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
