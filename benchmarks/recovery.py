"""Recovery of known concepts from trained networks: skinterp beside gplearn and Operon.

``python benchmarks/recovery.py [--quick] [--no-peers] [--jobs 2]`` trains (or loads) the networks
of ``concepts.py``, searches each with default settings and writes ``recovery.json`` and the table
``RESULTS.md``. See README.md for what is measured.
"""

import argparse
import json
import os
import platform
import resource
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import concepts
import numpy as np
from joblib import Parallel, delayed

from skinterp import SymbolicSurrogateClassifier, as_network
from skinterp.expression import parse

HERE = Path(__file__).parent
RECOVERED, MARGIN = 0.995, 0.005
# Peers get as long as the search took, but never less than this (Operon counts whole seconds).
LEAST_BUDGET = 3.0
N_CONCEPT, N_BOUNDARY = 2_000, 100_000


def truth_complexity(problem):
    """Return the nodes of the true formula as written."""
    formula = concepts.ALL_PROBLEMS[problem][0].replace("pi", repr(np.pi))
    return parse(formula).complexity


def mean_cosine(problem, gradient):
    """Return mean |cos| between a gradient function and the concept's on fresh points."""
    X = concepts.uniform(problem, N_CONCEPT, seed=987)
    true, found = concepts.concept_gradient(problem, X), gradient(X)
    with np.errstate(all="ignore"):
        norm = np.linalg.norm(true, axis=1) * np.linalg.norm(found, axis=1)
        cosine = np.abs((true * found).sum(axis=1)) / norm
    return float(np.where(np.isfinite(cosine), cosine, 0.0).mean())


def numerical_gradient(values, step=1e-5):
    """Return a function that differentiates `values` by central differences."""

    def gradient(X):
        columns = []
        for j in range(X.shape[1]):
            e = np.zeros(X.shape[1])
            e[j] = step
            columns.append((values(X + e) - values(X - e)) / (2 * step))
        return np.stack(columns, axis=1)

    return gradient


def accuracy(problem, classify):
    """Return the accuracy of a classifier against the noise-free truth on fresh points."""
    X = concepts.uniform(problem, N_BOUNDARY, seed=123)
    return float(np.mean(classify(X) == concepts.truth(problem, X)))


def run_skinterp(problem, X, model, y=None):
    """Search with default settings, with labels if given; return the record of the run."""
    cpu, wall = time.process_time(), time.perf_counter()
    surrogate = SymbolicSurrogateClassifier(network=model, random_state=0).fit(X, y)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu

    def cosine(expression):
        return mean_cosine(problem, lambda Z: expression.value_and_gradient(Z)[1])

    on_front = [cosine(c.expression) for c in surrogate.front_]
    columns = [(c.cost, c.loss, c.fidelity) for c in surrogate.front_]
    selected = next(k for k, c in enumerate(surrogate.front_) if c.selected)
    return {
        "concept": cosine(surrogate.equation_.expression),
        "accuracy": accuracy(problem, surrogate.predict),
        "complexity": surrogate.complexity_,
        "wall": wall,
        "cpu": cpu,
        "selected": selected,
        "front": [(*c, cosine_) for c, cosine_ in zip(columns, on_front, strict=True)],
        "noise_floor": surrogate.front_.noise_floor,
        "best_on_front": max(on_front),
        "loss": surrogate.front_.selected.loss,
        "equation": str(surrogate.equation_),
    }


def run_peer(peer, problem, X, model, budget, seed):
    """Search by a peer within a budget; return the record of the run."""
    from peers import PEERS

    network = as_network(model)
    logits, start = network.margin().value(X), time.perf_counter()
    values, threshold, greater, size = PEERS[peer](
        X, (logits > 0).astype(int), logits, budget, seed
    )
    wall = time.perf_counter() - start

    def classify(Z):
        return ((values(Z) > threshold) == greater).astype(int)

    return {
        "concept": mean_cosine(problem, numerical_gradient(values)),
        "accuracy": accuracy(problem, classify),
        "complexity": size,
        "wall": wall,
    }


def network_noise(problem, network):
    """Return the loss of the true concept's gradients against the network's own directions."""
    from skinterp.matching import direction_loss
    from skinterp.sampling import boundary_field

    X = concepts.uniform(problem, 4000, seed=55)
    field = boundary_field(network.margin(), X, n_points=600, random_state=0)
    gradients = concepts.concept_gradient(problem, field.points) * field.scale
    return direction_loss(field.directions, gradients, field.weights)


def run(problem, activation, seed, peers, with_labels=False):
    """Run one cell of the benchmark."""
    model = concepts.network(problem, seed, activation)
    X, y = concepts.data(problem, seed)[:2]
    record = {
        "problem": problem,
        "activation": activation,
        "seed": seed,
        "network_accuracy": accuracy(problem, model.predict),
        "network_loss_of_truth": network_noise(problem, as_network(model)),
        "skinterp": run_skinterp(problem, X, model, y if with_labels else None),
    }
    record["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    budget = max(LEAST_BUDGET, record["skinterp"]["wall"])
    for peer in peers:
        record[peer] = run_peer(peer, problem, X, model, budget, seed)
    return record


def _rates(records, who):
    concept = [r[who]["concept"] >= RECOVERED for r in records]
    near = [r[who]["accuracy"] >= r["network_accuracy"] - MARGIN for r in records]
    better = [r[who]["accuracy"] > r["network_accuracy"] for r in records]
    return np.mean(concept), np.mean(near), np.mean(better)


def is_law(record):
    """Tell whether a formula is the law: next to no error, at most twice the truth's nodes."""
    error, own = 1 - record["skinterp"]["accuracy"], 1 - record["network_accuracy"]
    short = record["skinterp"]["complexity"] <= 2 * truth_complexity(record["problem"])
    return short and error <= max(0.3 * own, 0.002)


def _cause(record):
    """Say why a concept was missed: the selection, the network's gradients, or the search."""
    mine = record["skinterp"]
    if mine["best_on_front"] >= RECOVERED:
        return "selection"
    return "network" if record["network_loss_of_truth"] > mine["loss"] else "search"


def table(records, peers):
    """Return the results as Markdown."""
    lines = ["| method | concept >= 0.995 | accuracy >= network - 0.005 | better than network |"]
    lines.append("|---|---|---|---|")
    for who in ("skinterp", *peers):
        concept, near, better = _rates(records, who)
        lines.append(f"| {who} | {concept:.1%} | {near:.1%} | {better:.1%} |")
    wall = np.array([r["skinterp"]["wall"] for r in records])
    lines += [
        "",
        f"Law (error at most 0.002 or 0.3 of the network's, nodes at most twice the truth's): "
        f"{np.mean([is_law(r) for r in records]):.1%}.",
        "",
        f"Time of a fit: median {np.median(wall):.1f} s, 90 % {np.quantile(wall, 0.9):.1f} s, "
        f"largest {wall.max():.1f} s. Peak memory {max(r['peak_mb'] for r in records):.0f} MB.",
        "",
        "| problem | concept | boundary | complexity / truth (median) | median time | missed by |",
        "|---|---|---|---|---|---|",
    ]
    for problem in sorted({r["problem"] for r in records}):
        mine = [r for r in records if r["problem"] == problem]
        concept, near, _ = _rates(mine, "skinterp")
        size = np.median([r["skinterp"]["complexity"] for r in mine]) / truth_complexity(problem)
        missed = [_cause(r) for r in mine if r["skinterp"]["concept"] < RECOVERED]
        causes = ", ".join(f"{missed.count(c)} {c}" for c in dict.fromkeys(missed)) or "-"
        seconds = np.median([r["skinterp"]["wall"] for r in mine])
        n = len(mine)
        lines.append(
            f"| {problem} | {round(concept * n)}/{n} | {round(near * n)}/{n} | {size:.2f} | "
            f"{seconds:.1f} s | {causes} |"
        )
    return "\n".join(lines)


def main():
    """Run the benchmark and write its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--problems", nargs="+", default=list(concepts.PROBLEMS))
    parser.add_argument("--validation", action="store_true", help="run V01-V12 instead")
    parser.add_argument("--composites", action="store_true", help="run C01-C14 instead")
    parser.add_argument("--labels", action="store_true", help="pass the labels to fit")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--output", type=Path, default=HERE / "recovery.json")
    args = parser.parse_args()
    peers = (
        () if args.no_peers else ("gplearn, labels", "gplearn, rank of logits", "Operon, logits")
    )
    problems = args.problems
    if args.validation or args.composites:
        problems = concepts.VALIDATION if args.validation else concepts.COMPOSITES
    cells = [
        (problem, activation, seed)
        for seed in (args.seeds[:1] if args.quick else args.seeds)
        for problem in problems
        for activation in ("relu", "tanh")
    ]
    tasks = (delayed(run)(*cell, peers, args.labels) for cell in cells)
    records = Parallel(n_jobs=args.jobs, verbose=1)(tasks)
    text = table(records, peers)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    args.output.write_text(json.dumps({"machine": machine, "records": records}, indent=1))
    print(f"{len(records)} runs on {machine}\n\n{text}")


if __name__ == "__main__":
    main()
