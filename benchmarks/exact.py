"""Time, size and faithfulness of exact structure.

``python benchmarks/exact.py [--quick]``: two circles with growing networks, the gene switch, and
pruning. Where ``aletheia`` (aletheia-dnn on the package index) can be imported, it does the same
work beside. ``python benchmarks/exact.py --against DIR`` measures enumeration here and in another
checkout of the package, turn by turn; ``--proofs`` what networks reach in boxes; ``--jobs`` the
same searches in one process and in two.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from itertools import pairwise
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits, load_wine, make_circles
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.exact import (
    ExactTreeClassifier,
    ExactTreeRegressor,
    LinearRegions,
    count_regions,
    slice_regions,
)

with contextlib.suppress(ImportError):  # not in older checkouts
    from skinterp.exact import extreme_output, robustness_radius, verify_monotonicity

from skinterp.pruning import PrunedMLPClassifier

GENE_SWITCH = Path(__file__).parents[1] / "examples" / "data" / "gene_switch.csv"


def timed(function, *args, **options):
    """Return the seconds a call took, and what it returned."""
    start = time.perf_counter()
    result = function(*args, **options)
    return time.perf_counter() - start, result


def trained(X, y, sizes, **options):
    """Return a trained ReLU network behind a scaler."""
    options = {"max_iter": 500, "random_state": 0, **options}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_pipeline(StandardScaler(), MLPClassifier(sizes, **options)).fit(X, y)


def by_aletheia(model, X, y):
    """Return seconds and number of regions of aletheia-dnn; None without it."""
    try:
        from aletheia import UnwrapperClassifier
    except ImportError:
        return None
    mlp, X = model[-1], model[:-1].transform(X)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clf = UnwrapperClassifier(mlp.coefs_, mlp.intercepts_)
        seconds, _ = timed(clf.fit, X, y)
        summary = clf.summary()
    return seconds, "" if summary is None else len(summary)


def distinct_patterns(model, X):
    """Count the activation patterns of rows with numpy alone, as a check."""
    H, parts = model[:-1].transform(X), []
    for W, b in zip(model[-1].coefs_[:-1], model[-1].intercepts_[:-1], strict=True):
        H = np.maximum(H @ W + b, 0)
        parts.append(H > 0)
    return len(np.unique(np.hstack(parts), axis=0))


def circles(quick):
    """Growth with units: the visited regions with their inequalities, the whole tree, a slice."""
    X, y = make_circles(2000, noise=0.1, random_state=0)
    print("## Two circles, 2,000 rows\n")
    print(
        "| network | regions visited (numpy) | with inequalities | aletheia-dnn "
        "| regions in the box | whole tree | slice and boundary |\n|---|---|---|---|---|---|---|"
    )
    layers = [(10,) * 4, (40,) * 4] if quick else [(10,) * 4, (20,) * 4, (40,) * 4, (80,) * 4]
    for sizes in layers:
        model = trained(X, y, sizes)
        box = (X.min(axis=0), X.max(axis=0))

        def visit(model=model):
            regions = LinearRegions(model).fit(X)
            for region in range(regions.n_regions_):
                regions.inequalities(region)
            return regions

        seconds, regions = timed(visit)
        peer = by_aletheia(model, X, y)
        peer = "not installable" if peer is None else f"{peer[0]:.1f} s, {peer[1]} regions"
        whole = ExactTreeClassifier(model, mode="whole", max_leaves=None)
        whole_seconds, tree = timed(whole.fit, X)
        slice_seconds, slices = timed(slice_regions, model, X)
        area = np.prod(box[1] - box[0])
        assert abs(slices.areas.sum() / area - 1) < 1e-9
        assert regions.n_regions_ == distinct_patterns(model, X)
        print(
            f"| {'x'.join(map(str, sizes))} | {regions.n_regions_} "
            f"({distinct_patterns(model, X)}) | {seconds:.2f} s | {peer} | {tree.n_leaves_} "
            f"| {whole_seconds:.2f} s | {slice_seconds:.2f} s |",
            flush=True,
        )
    n_lines = 20 if quick else 200
    seconds, found = timed(count_regions, model, box, method="lines", n_lines=n_lines)
    print(f"\nThe last one by {n_lines} random lines: {found} ({seconds:.1f} s).\n")


def gene_switch(quick):
    """Rows and units with fifteen inputs: data mode, its error, and its memory."""
    table = pd.read_csv(GENE_SWITCH)
    X, y = table.drop(columns="active"), table["active"]
    print("## Gene switch, 15 inputs, data mode\n")
    print("| network | rows | leaves | time | largest error of the log-odds, relative |")
    print("|---|---|---|---|---|")
    for sizes in [(60, 60)] if quick else [(30, 30), (60, 60), (120, 120)]:
        model = trained(X, y, sizes, alpha=1.0)
        network = as_network(model)
        for n in (len(X),) if quick else (len(X) // 4, len(X) // 2, len(X)):
            tree = ExactTreeClassifier(model, max_leaves=None)
            seconds, _ = timed(tree.fit, X[:n])
            noise = np.random.RandomState(0).standard_normal((5000, X.shape[1]))
            fresh = pd.DataFrame(
                X.mean().to_numpy() + noise * X.std().to_numpy(), columns=X.columns
            )
            exact = network.raw_values(fresh.to_numpy())[:, 0]
            error = np.abs(tree.decision_function(fresh) - exact).max() / np.abs(exact).max()
            name = "x".join(map(str, sizes))
            print(f"| {name} | {n} | {tree.n_leaves_} | {seconds:.2f} s | {error:.0e} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory so far {peak:.0f} MB.\n")


def pruning(quick):
    """Weights kept at a fidelity of 0.98, and the fidelity on rows that `fit` has not seen."""
    table = pd.read_csv(GENE_SWITCH)
    sets = {
        "gene switch": (table.drop(columns="active"), table["active"]),
        "breast cancer": load_breast_cancer(return_X_y=True),
        "wine": load_wine(return_X_y=True),
    }
    if not quick:
        sets["digits"] = load_digits(return_X_y=True)
    print("## Pruning 2x60 networks to a fidelity of 0.98\n")
    print(
        "| data | criterion | weights | kept | inputs used | fidelity on unseen rows "
        "| lossless stage changes | time |\n|---|---|---|---|---|---|---|---|"
    )
    for name, (X, y) in sets.items():
        X_train, X_test, y_train, _ = train_test_split(X, y, test_size=0.4, random_state=0)
        model = trained(X_train, y_train, (60, 60))
        for criterion in (
            ["second_order"] if quick else ["second_order", "activation", "magnitude"]
        ):
            pruned = PrunedMLPClassifier(model, criterion=criterion, random_state=0)
            seconds, _ = timed(pruned.fit, X_train)
            whole, lossless = (step.network for step in pruned.path_[:2])
            rows = np.asarray(X_test, dtype=float)
            change = np.abs(whole.raw_values(rows) - lossless.raw_values(rows)).max()
            fidelity = np.mean(pruned.predict(X_test) == model.predict(X_test))
            n_weights = pruned.path_[0].n_weights
            print(
                f"| {name} | {criterion} | {n_weights} | {pruned.n_weights_} "
                f"({pruned.n_weights_ / n_weights:.1%}) | {len(pruned.used_features_)} of "
                f"{X.shape[1]} | {fidelity:.3f} | {change:.0e} | {seconds:.1f} s |",
                flush=True,
            )


def random_layers(sizes, seed=0):
    """Return a network of random weights."""
    rng = np.random.RandomState(seed)
    coefs = [rng.standard_normal(s) / np.sqrt(s[0]) for s in pairwise(sizes)]
    biases = [0.3 * rng.standard_normal(n) for n in sizes[1:]]
    return coefs, biases, ["relu"] * (len(coefs) - 1) + ["identity"]


def whole_box(sizes):
    """Return CPU seconds, number and digest of the regions in [-1, 1]^d."""
    d = sizes[0]
    tree = ExactTreeRegressor(random_layers(sizes), mode="whole", box=(-1, 1), max_leaves=None)
    start = time.process_time()
    tree.fit(np.zeros((2, d)))
    seconds = time.process_time() - start
    patterns = sorted(row.tobytes() for row in tree.tree_.patterns)
    return seconds, len(patterns), hashlib.sha256(b"".join(patterns)).hexdigest()[:12]


def minimal_inequalities(sizes):
    """Return CPU seconds, number of regions and the digest of their needed inequalities."""
    X = np.random.RandomState(0).uniform(-1, 1, (20, sizes[0]))
    regions = LinearRegions(random_layers(sizes), box=(-1, 1)).fit(X)
    start = time.process_time()
    found = [regions.inequalities(k) for k in range(regions.n_regions_)]
    seconds = time.process_time() - start
    sources = repr([sorted(some.sources) for some in found]).encode()
    return seconds, len(found), hashlib.sha256(sources).hexdigest()[:12]


def plane(sizes):
    """Return CPU seconds, number of regions and their digest on a plane of [-10, 10]^2."""
    start = time.process_time()
    options = {"origin": np.zeros(sizes[0]), "box": (-10, 10), "max_regions": None}
    found = slice_regions(random_layers(sizes), **options)
    seconds = time.process_time() - start
    patterns = sorted(row.tobytes() for row in found.patterns)
    return seconds, len(found), hashlib.sha256(b"".join(patterns)).hexdigest()[:12]


CASES = {
    "regions in the box": (
        whole_box,
        [(2, 20, 20, 1), (4, 12, 1), (5, 12, 1), (5, 8, 8, 1), (5, 20, 1), (6, 12, 1)]
        + [(7, 10, 1), (8, 8, 1), (8, 10, 1), (9, 9, 1), (12, 8, 1)],
    ),
    "needed inequalities": (
        minimal_inequalities,
        [(5, 20, 20, 1), (6, 50, 50, 1), (10, 50, 50, 1)],
    ),
    "plane": (plane, [(5, 50, 50, 50, 50, 50, 50, 5), (2, 40, 40, 40, 1)]),
}


def against(other, quick):
    """Compare the CPU time and the results of this checkout and another, turn by turn."""
    print("## Enumeration, old against new\n")
    print("| what | network | pieces | old, ms each | new, ms each | ratio | same |")
    print("|---|---|---|---|---|---|---|")
    for name, (_, sizes) in CASES.items():
        for size in sizes[:2] if quick else sizes:
            found = []
            for path in (other, Path(__file__).parents[1]):
                command = [sys.executable, __file__, "--case", name, json.dumps(size)]
                environment = os.environ | {"PYTHONPATH": str(path)}
                output = subprocess.run(
                    command, env=environment, stdout=subprocess.PIPE, check=True
                )
                found.append(json.loads(output.stdout))
            (old, n, *old_digest), (new, _, *new_digest) = found
            print(
                f"| {name} | {'-'.join(map(str, size))} | {n} | {1e3 * old / n:.3f} "
                f"| {1e3 * new / n:.3f} | {old / new:.1f} | {old_digest == new_digest} |",
                flush=True,
            )
    print()


def divided(quick):
    """Print the seconds of searches in one process and in two, and whether they find the same."""
    print("## Searches divided among processes\n")
    print("| network | regions | n_jobs=1 | n_jobs=2 | ratio | same |\n|---|---|---|---|---|---|")
    count_regions(random_layers((2, 9, 1)), (-1, 1), n_jobs=2)  # starts the workers
    for size in DIVIDED[:2] if quick else DIVIDED:
        found = []
        for n_jobs in (1, 2):
            tree = ExactTreeRegressor(
                random_layers(size), mode="whole", box=(-1, 1), max_leaves=None, n_jobs=n_jobs
            )
            seconds, tree = timed(tree.fit, np.zeros((2, size[0])))
            found.append((seconds, tree.tree_))
        (one, first), (two, second) = found
        same = all(np.array_equal(getattr(first, of), getattr(second, of)) for of in OF_TREES)
        print(
            f"| {'-'.join(map(str, size))} | {first.n_leaves} | {one:.1f} s | {two:.1f} s "
            f"| {one / two:.2f} | {same} |",
            flush=True,
        )
    print()


DIVIDED = [(4, 30, 30, 1), (9, 16, 1), (5, 24, 24, 1), (6, 22, 1), (12, 14, 1)]
OF_TREES = "slopes", "patterns"


def sampled_extreme(network, low, high, sign, n_points=100_000):
    """Return the best of random points and of projected gradient ascent from the best of them."""
    X = np.random.RandomState(0).uniform(low, high, (n_points, len(low)))
    values = sign * network.raw_values(X)[:, 0]
    best, X = values.max(), X[np.argsort(-values)[:100]]
    for k in range(100):
        gradient = sign * network.jacobian(X)[:, 0]
        norms = np.linalg.norm(gradient, axis=1, keepdims=True) + 1e-300
        X = np.clip(X + 0.1 * 0.93**k * (high - low) * gradient / norms, low, high)
        best = max(best, (sign * network.raw_values(X)[:, 0]).max())
    return sign * best


def proofs(quick):
    """Extremes of margins in boxes, against samples and ascent; counterfactuals; monotonicity."""
    print("## What a network reaches, proven\n")
    print("| network | half width | max, CPU s | boxes | gap | sampled below by |")
    print("|---|---|---|---|---|---|")
    acas, cases = (5, 50, 50, 50, 50, 50, 50, 5), []
    cases += [(acas, seed, width) for width in (0.02, 0.05, 0.1, 0.2) for seed in range(3)]
    cases += [((5, 20, 20, 1), 0, 1.0), ((8, 20, 20, 1), 0, 0.5), ((15, 30, 1), 0, 0.5)]
    for sizes, seed, width in cases[:3] if quick else cases:
        network = as_network(random_layers(sizes, seed))
        view = network.difference(0, 1) if sizes[-1] > 1 else network
        center = np.random.RandomState(seed).uniform(-0.5, 0.5, sizes[0])
        low, high = center - width, center + width
        start = time.process_time()
        found = extreme_output(view, (low, high), time_budget=60)
        seconds = time.process_time() - start
        dense = as_network(random_layers(sizes, seed))
        if sizes[-1] > 1:
            coefs, biases, names = random_layers(sizes, seed)
            coefs[-1] = coefs[-1][:, :1] - coefs[-1][:, 1:2]
            biases[-1] = biases[-1][:1] - biases[-1][1:2]
            dense = as_network((coefs, biases, names))
        best = sampled_extreme(dense, low, high, 1)
        print(
            f"| {'-'.join(map(str, sizes))}, seed {seed} | {width} | {seconds:.1f} "
            f"| {found.n_boxes} | {found.gap:.0e} | {found.value - best:.1e} |",
            flush=True,
        )
    X, y = load_breast_cancer(return_X_y=True)
    sets = {"breast cancer, 6 inputs": (X[:, :6], y)}
    if not quick:
        sets["wine, 13 inputs"] = load_wine(return_X_y=True)
    print("\n| data | question | rows | proven | CPU s a row | nearest row of another class |")
    print("|---|---|---|---|---|---|")
    for name, (X, y) in sets.items():
        model, scale = trained(X, y, (20, 10)), X.std(axis=0)
        box, rows = (X.min(axis=0), X.max(axis=0)), range(0, len(X), len(X) // 3)
        labels = model.predict(X)
        for norm, order in {"l1": 1, "l2": 2, "linf": np.inf}.items():
            start, ratios, proven = time.process_time(), [], 0
            for i in rows:
                found = robustness_radius(
                    model, X[i], box=box, norm=norm, scale=scale, time_budget=10
                )
                others = (X[labels != labels[i]] - X[i]) / scale
                ratios.append(np.linalg.norm(others, order, axis=1).min() / found.distance)
                proven += found.is_proven
            seconds = (time.process_time() - start) / len(ratios)
            print(
                f"| {name} | nearest counterfactual, {norm} | {len(ratios)} | {proven} "
                f"| {seconds:.2f} | {np.median(ratios):.1f} times as far |",
                flush=True,
            )
        answers, start = [], time.process_time()
        for j in range(X.shape[1]):
            part = X.mean(axis=0) - 0.5 * scale, X.mean(axis=0) + 0.5 * scale
            answers.append(verify_monotonicity(model, part, j, time_budget=20).holds)
        seconds = (time.process_time() - start) / X.shape[1]
        settled = sum(answer is not None for answer in answers)
        print(
            f"| {name} | rises with an input within half a deviation of the mean "
            f"| {len(answers)} inputs | {settled} | {seconds:.2f} | |",
            flush=True,
        )
    print()


def main():
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer sizes and criteria")
    parser.add_argument("--against", metavar="DIR", help="another checkout, to compare with")
    parser.add_argument("--proofs", action="store_true", help="what networks reach in boxes")
    parser.add_argument("--jobs", action="store_true", help="searches in two processes")
    parser.add_argument("--case", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    quick = options.quick
    if options.case:
        name, size = options.case
        print(json.dumps(CASES[name][0](tuple(json.loads(size)))))
        return
    if options.proofs:
        proofs(quick)
        return
    if options.jobs:
        divided(quick)
        return
    if options.against:
        against(options.against, quick)
        return
    circles(quick)
    gene_switch(quick)
    pruning(quick)


if __name__ == "__main__":
    main()
