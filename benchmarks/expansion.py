"""Time, memory and error of expansions by method, and their growth in N, q and H.

Each case runs in a process of its own, so that its peak memory is its own. Networks are random,
with weights as after training: N(0, 1 / sqrt(N)) behind one-hot inputs.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from itertools import pairwise

import numpy as np
import psutil

from skinterp.expansion import CategoricalExpansion
from skinterp.network import as_network


def network_of(n, q, sizes, activation, seed=0):
    """Return a random network over `n` variables of `q` categories, its groups and rows."""
    rng = np.random.default_rng(seed)
    widths = [n * q, *sizes, 1]
    coefs = [
        rng.normal(size=(a, b)) / np.sqrt(n if k == 0 else a)
        for k, (a, b) in enumerate(pairwise(widths))
    ]
    intercepts = [0.5 * rng.normal(size=b) for b in widths[1:]]
    network = as_network((coefs, intercepts, [activation] * len(sizes) + ["identity"]))
    groups = [list(range(i * q, (i + 1) * q)) for i in range(n)]
    rows = np.eye(q)[rng.integers(q, size=(8, n))].reshape(8, -1)
    return network, groups, rows


def measure(n, q, sizes, activation, options):
    """Print a row of the table: time, peak memory, stated error in deviations, R2 of one case."""
    network, groups, rows = network_of(n, q, sizes, activation)
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    found = CategoricalExpansion(network, groups=groups, random_state=0, **options).fit(rows)
    seconds = time.perf_counter() - start
    workers = psutil.Process().children(recursive=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    peak += sum(worker.memory_info().rss for worker in workers) / 1e9
    error = found.error_ / np.sqrt(found.total_variance_)
    print(
        f"| {found.method_} | {n} | {q} | {'-'.join(map(str, sizes))} | {activation} "
        f"| {seconds:.1f} s | {peak:.2f} GB | {error:.0e} "
        f"| {found.truncation_r2_['measure'][-1]:.3f} |",
        flush=True,
    )


def run(*case, **options):
    """Run one case in a process of its own."""
    subprocess.run([sys.executable, __file__, "--case", json.dumps([*case, options])], check=True)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the largest case")
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--case", help="one case, as JSON")
    arguments = parser.parse_args()
    if arguments.case:
        measure(*json.loads(arguments.case))
        return
    jobs = {"n_jobs": arguments.n_jobs}
    print("| method | N | q | hidden | activation | time | peak memory | error | R2, order 2 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for activation in ("relu", "tanh"):
        run(100, 21, (100,), activation, method="convolution", **jobs)
    if arguments.quick:
        return
    run(100, 21, (100,), "relu", method="gaussian", **jobs)
    for n in (25, 50, 200):
        run(n, 21, (100,), "relu", method="convolution", **jobs)
    for q in (2, 4, 10):
        run(100, q, (100,), "relu", method="convolution", **jobs)
    for h in (10, 30, 300):
        run(100, 21, (h,), "relu", method="convolution", **jobs)
    for n in (6, 8, 9):
        run(n, 4, (20,), "relu", method="enumerate", **jobs)
        run(n, 4, (20,), "relu", method="convolution", **jobs)
    for n in (10, 30):
        run(n, 4, (50, 50), "relu", method="sampling", precision=0.05, **jobs)
    run(100, 21, (100,), "relu", gauge="reference", **jobs)


if __name__ == "__main__":
    main()
