"""Counterfactuals and maxima that are proven, against a million points and projected descent.

    python benchmarks/never_beaten.py [--quick] [--pairs N]

Random networks (2 to 8 inputs, one or two hidden layers, two to four classes, some with dead,
doubled or missing weights, units of 1e-6, 1 and 1e6 beside offsets) and random rows. Every answer
is checked by the network itself; nothing that either opponent finds may be nearer, or larger.
"""

import argparse
import itertools
import time
from collections import Counter

import numpy as np

from skinterp import as_network
from skinterp.exact import extreme_output, nearest_counterfactual

N_STARTS, N_STEPS, N_POINTS = 50, 150, 1_000_000
ORDERS = {"l1": 1, "l2": 2, "linf": np.inf}
BEATEN = 1e-5  # relative: the solver's tolerance and more


def pair(seed):
    """Return a random network, a row, a box, scales and which inputs may change."""
    rng = np.random.default_rng(seed)
    d, n_classes = rng.integers(2, 9), rng.integers(2, 5)
    sizes = [d, *rng.integers(3, 9, rng.integers(1, 3)), 1 if n_classes == 2 else n_classes]
    unit, offset = rng.choice([1e-6, 1.0, 1e6]), rng.uniform(-50, 50, d)
    coefs = [rng.standard_normal(shape) for shape in itertools.pairwise(sizes)]
    biases = [0.5 * rng.standard_normal(n) for n in sizes[1:]]
    damage = rng.integers(0, 6)
    if damage == 1:
        coefs[0][rng.uniform(size=coefs[0].shape) < 0.4] = 0.0
    elif damage == 2:
        coefs[0][:, -1], biases[0][-1] = 0.0, -1.0
    elif damage == 3:
        coefs[0][:, 0], biases[0][0] = coefs[0][:, -1], biases[0][-1]
    elif damage == 4:
        biases = [np.zeros_like(b) for b in biases]
    biases[0] = biases[0] - offset @ coefs[0]
    coefs[0] = coefs[0] / unit
    hidden = ["relu", ("leaky_relu", 0.2)][rng.integers(0, 2)]
    last = "logistic" if n_classes == 2 else "softmax"
    names = [*[hidden] * (len(coefs) - 1), last]
    network = as_network((coefs, biases, names), classes=[f"c{k}" for k in range(n_classes)])
    low, high = unit * (offset - 2.0), unit * (offset + 2.0)
    x = rng.uniform(low, high)
    free = rng.uniform(size=d) < 0.8
    free[rng.integers(0, d)] = True
    scale = unit * rng.uniform(0.5, 2.0, d)
    target = None
    if rng.uniform() < 0.5:
        others = [c for c in network.classes if c != network.predict(x[np.newaxis])[0]]
        target = rng.choice(others)
    return network, x, (low, high), scale, free, target, rng


def margins(network, now, target):
    """Return a function of raw values: how far points are on the wanted side."""
    classes = network.classes.tolist()

    def margin(raw):
        raw = np.column_stack([np.zeros(len(raw)), raw[:, 0]]) if len(classes) == 2 else raw
        wanted = (
            [classes.index(target)] if target else [k for k in range(len(classes)) if k != now]
        )
        others = [k for k in range(len(classes)) if k not in wanted]
        return raw[:, wanted].max(axis=1) - raw[:, others].max(axis=1)

    return margin


def slopes(function, X, scale):
    """Return forward differences of a function of rows, in steps of the scale."""
    step = 1e-6
    base = function(X)
    return np.column_stack(
        [(function(X + step * scale * e) - base) / step for e in np.eye(X.shape[1])]
    )


def drawn(low, high, x, free, rng, reach, scale):
    """Yield a million points of the box, half of them within a distance of the row."""
    for k in range(10):
        u = rng.uniform(size=(N_POINTS // 10, len(x)))
        lower, upper = low, high
        if k % 2 and np.isfinite(reach):
            lower, upper = np.maximum(low, x - reach * scale), np.minimum(high, x + reach * scale)
        yield np.where(free, lower + u * (upper - lower), x)


def descended(margin_of, x, low, high, scale, free, order, rng):
    """Return points of projected descent: towards the class, and, once there, towards the row."""
    Z = np.where(free, rng.uniform(low, high, (N_STARTS, len(x))), x)
    best, nearest = np.inf, None
    for k in range(N_STEPS):
        values = margin_of(Z)
        there = values > 0.0
        size = np.linalg.norm((Z - x) / scale, order, axis=1)
        if there.any() and size[there].min() < best:
            best = size[there].min()
            nearest = Z[there][size[there].argmin()]
        gradient = slopes(margin_of, Z, scale) * free
        squared = (gradient**2).sum(axis=1)[:, np.newaxis]
        step = (np.abs(values)[:, np.newaxis] + 1e-9) * gradient / np.maximum(squared, 1e-300)
        rate = 0.5 * 0.97**k
        away = np.where(there[:, np.newaxis], rate * (x - Z), 1.05 * step * scale)
        Z = np.where(free, np.clip(Z + away, low, high), x)
    return best, nearest


def check_counterfactual(seed, norm):
    """Return what became of one question: a word, and by how much it was beaten."""
    network, x, (low, high), scale, free, target, rng = pair(seed)
    now = network.classes.tolist().index(network.predict(x[np.newaxis])[0])
    order, margin = ORDERS[norm], margins(network, now, target)
    found = nearest_counterfactual(
        network, x, target, box=(low, high), features=np.flatnonzero(free).tolist(), norm=norm,
        scale=scale, time_budget=10,
    )  # fmt: skip

    def margin_of(X):
        return margin(network.raw_values(X))

    if found.point is not None and not margin_of(found.point[np.newaxis])[0] > 0.0:
        return "wrong answer", np.inf
    best = descended(margin_of, x, low, high, scale, free, order, rng)[0]
    for X in drawn(low, high, x, free, rng, found.distance, scale):
        X = X[margin_of(X) > 0.0]
        if len(X):
            best = min(best, np.linalg.norm((X - x) / scale, order, axis=1).min())
    if best < found.distance * (1.0 - BEATEN):
        return ("beaten" if found.is_proven else "beaten, not proven"), found.distance / best - 1.0
    if not found.is_proven:
        return "not proven", 0.0
    return ("infeasible" if found.point is None else "proven"), 0.0


def check_maximum(seed):
    """Return what became of the largest raw value in a box."""
    network, x, (low, high), scale, free, _, rng = pair(seed)
    low, high = np.where(free, low, x), np.where(free, high, x)
    found = extreme_output(network, (low, high), output=0, time_budget=10)

    def value(X):
        return network.raw_values(X)[:, 0]

    best = max(value(X).max() for X in drawn(low, high, x, free, rng, np.inf, scale))
    Z = rng.uniform(low, high, (N_STARTS, len(x)))
    for k in range(N_STEPS):
        gradient = slopes(value, Z, scale) * free
        size = np.maximum(np.linalg.norm(gradient, axis=1, keepdims=True), 1e-300)
        Z = np.clip(Z + 2.0 * 0.96**k * scale * gradient / size, low, high)
        best = max(best, value(Z).max())
    beaten = best - found.value
    if beaten > BEATEN * max(1.0, abs(best)):
        return "beaten" if found.is_proven else "beaten, not proven", beaten
    return ("proven" if found.is_proven else "not proven"), 0.0


def main():
    """Print how many of each were proven, infeasible, or beaten."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="five pairs a question")
    parser.add_argument("--pairs", type=int, default=200)
    args = parser.parse_args()
    n = 5 if args.quick else args.pairs
    print("| question | pairs | CPU s a pair | what became of them |")
    print("|---|---|---|---|")
    questions = {f"nearest, {norm}": (check_counterfactual, norm) for norm in ORDERS}
    for name, (check, *rest) in {**questions, "largest value": (check_maximum,)}.items():
        start, words = time.process_time(), Counter()
        for seed in range(n):
            word, by = check(seed, *rest)
            words[word] += 1
            if word.startswith(("beaten", "wrong", "not")):
                print(f"  (pair {seed}, {name}: {word}, by {by:.2g})", flush=True)
        seconds = (time.process_time() - start) / n
        told = ", ".join(f"{word} {count}" for word, count in words.most_common())
        print(f"| {name} | {n} | {seconds:.2f} | {told} |", flush=True)


if __name__ == "__main__":
    main()
