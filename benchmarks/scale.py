"""What forms cost on large tables: CPU seconds and peak memory by rows, columns and workers.

    python benchmarks/scale.py [--quick] [--forms linear tree ...]

Every cell runs in a process of its own. The network is a 60-60 MLP with fixed weights, trained on
nothing: what is measured does not depend on what it has learned.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np

ROWS, COLUMNS, FORMS = (
    (10**4, 10**5, 10**6, 10**7),
    (10, 100, 500),
    ("linear", "tree", "hinges", "additive", "symbolic"),
)
MOST_CELLS = 10**8  # of a table; 0.8 GB


def network_of(n_columns):
    """Return weights of two hidden layers that depend on the first ten columns."""
    rng = np.random.default_rng(0)
    first = np.zeros((n_columns, 60))
    first[:10] = rng.normal(size=(10, 60))
    weights = [first, rng.normal(size=(60, 60)) / 8, rng.normal(size=(60, 1)) / 8]
    biases = [rng.normal(size=60), rng.normal(size=60), np.zeros(1)]
    return weights, biases, ["relu", "relu", "identity"]


def one_cell(form, n_rows, n_columns):
    """Fit a form and print its cost."""
    from skinterp.base import FORMS as KNOWN
    from skinterp.network import as_network

    X = np.random.default_rng(1).normal(size=(n_rows, n_columns))
    network = as_network(network_of(n_columns))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    KNOWN[form].make("regression", 0).set_params(network=network).fit(X)
    seconds = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "more": (after - before) / 2**20, "all": after / 2**20}))


def workers(n_jobs):
    """Compare forms on ten folds by one or several workers, and print the time on the clock."""
    from skinterp import compare_surrogates
    from skinterp.network import as_network

    X = np.random.default_rng(1).normal(size=(10**5, 10))
    network = as_network(network_of(10))
    forms = ["linear", "tree", "hinges"]
    compare_surrogates(network, X[:1000], None, forms, cv=2, n_jobs=n_jobs)  # starts the workers
    start = time.perf_counter()
    compare_surrogates(network, X, None, forms, cv=9, n_jobs=n_jobs)
    print(json.dumps({"seconds": time.perf_counter() - start}))


def measured(*arguments):
    """Return what a new process prints."""
    call = [sys.executable, __file__, "--cell", *map(str, arguments)]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        return None
    return json.loads(done.stdout.splitlines()[-1])


def main():
    """Measure and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--forms", nargs="*", default=FORMS)
    parser.add_argument("--cell", nargs="*", default=None, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.cell:
        what, *numbers = given.cell
        workers(int(numbers[0])) if what == "workers" else one_cell(what, *map(int, numbers))
        return
    rows, columns = (ROWS[:2], COLUMNS[:1]) if given.quick else (ROWS, COLUMNS)
    print("| rows | columns | " + " | ".join(f"{form}: s, GB" for form in given.forms) + " |")
    print("|---" * (2 + len(given.forms)) + "|")
    for n_columns in columns:
        for n_rows in rows:
            if n_rows * n_columns > MOST_CELLS:
                continue
            cells = []
            for form in given.forms:
                found = measured(form, n_rows, n_columns)
                failed = "failed" if found is None else None
                cells.append(failed or f"{found['seconds']:.1f}, {found['more']:.2f}")
            print(f"| {n_rows:,} | {n_columns} | {' | '.join(cells)} |", flush=True)
    for n_jobs in (1, 2) if given.quick else (1, 2, 4):
        print(f"workers {n_jobs}: {measured('workers', n_jobs)['seconds']:.1f} s on the clock")


if __name__ == "__main__":
    main()
