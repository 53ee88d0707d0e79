"""Time of the importances on wine, and of the views of hidden units on digits.

``python benchmarks/importance.py [--quick]``.
"""

import argparse
import os
import time
import warnings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
from sklearn.datasets import load_digits, load_wine
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.evaluation import compare_importances
from skinterp.hidden import class_template, top_units, unit_report, weight_images
from skinterp.importance import importance_stability, refit_on_features


def timed(name, function, *args, **options):
    """Print the seconds a call took, and return what it returned."""
    start = time.perf_counter()
    result = function(*args, **options)
    print(f"| {name} | {time.perf_counter() - start:.1f} s |", flush=True)
    return result


def wine(quick):
    """Compare all methods, train again and again, and train on few inputs."""
    X, y = load_wine(return_X_y=True, as_frame=True)
    estimator = make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=2000, random_state=0))
    network = estimator.fit(X, y)
    n_repeats = 4 if quick else 20
    print("| wine, 13 inputs, one hidden layer of 8 | time |\n|---|---|")
    timed("all methods and surrogates, compared", compare_importances, network, X, y)
    name = f"{n_repeats} trainings, all methods"
    one = timed(f"{name}, one job", importance_stability, estimator, X, y, n_repeats=n_repeats)
    two = timed(
        f"{name}, two jobs", importance_stability, estimator, X, y, n_repeats=n_repeats, n_jobs=2
    )
    assert np.array_equal(one.shares, two.shares)
    ranking = [X.columns[j] for j in one.mean_ranks[-2].argsort()]
    sizes = [1, 3] if quick else None
    timed(
        "trainings on the first k inputs, against a forest's and random ones, two jobs",
        refit_on_features,
        estimator,
        X,
        y,
        ranking,
        sizes=sizes,
        n_jobs=2,
    )


def digits():
    """Look into a 64-100-10 network."""
    X, y = load_digits(return_X_y=True)
    network = MLPClassifier((100,), alpha=1.0, tol=1e-3, max_iter=1000, random_state=0).fit(X, y)
    print("\n| digits, 64-100-10 | time |\n|---|---|")
    timed("weight images of all units", weight_images, network, (8, 8))
    timed("top units of a class", top_units, network, X, 3)
    timed("template of a class", class_template, network, X, 3, (8, 8))
    timed("report of a unit, with its maximum", lambda: unit_report(network, X, 0).maximum)


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer trainings")
    quick = parser.parse_args().quick
    warnings.simplefilter("ignore")
    wine(quick)
    digits()


if __name__ == "__main__":
    main()
