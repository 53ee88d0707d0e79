"""Fidelity of every form within 10, 20 and 40 atoms, beside EBM, FIGS and Operon.

    python benchmarks/forms.py [--quick] [--seeds 3]

Networks are scikit-learn's MLPs on tables that ship with it, and on simulated ones of public
formulas. All forms answer the same held-out rows; a peer follows the network's own answers, and
its size is counted in the same atoms: conditions and numbers. A peer that is not installed, or
cannot take a task, is said.
"""

import argparse
import time
import warnings
from collections import defaultdict

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.base import FORMS
from skinterp.network import as_network

SIZES = 10, 20, 40
OWN = "symbolic", "tree", "linear", "hinges", "additive", "pairs", "tree sum"
CLOSE = 0.01


def ishigami(rng):
    """Return the function of Ishigami and Homma, 1990."""
    X = rng.uniform(-np.pi, np.pi, (600, 3))
    a, b, c = X.T
    return X, np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def borehole(rng):
    """Return the flow of water through a borehole, Harper and Gupta, 1983."""
    low = [0.05, 100, 63070, 990, 63.1, 700, 1120, 9855]
    high = [0.15, 50000, 115600, 1110, 116, 820, 1680, 12045]
    X = rng.uniform(low, high, (600, 8))
    rw, r, tu, hu, tl, hl, length, kw = X.T
    ratio = np.log(r / rw)
    down = ratio * (1 + 2 * length * tu / (ratio * rw**2 * kw) + tu / tl)
    return X, 2 * np.pi * tu * (hu - hl) / down


def corners(rng):
    """Return thresholds that interact."""
    X = rng.uniform(-1, 1, (600, 4))
    inside = (X[:, 0] > 0.2) & (X[:, 1] < 0.3) | (X[:, 2] > 0.7)
    return X, inside.astype(int)


def tables():
    """Yield the name of each table, its rows, target, and whether it is of classes."""
    rng = np.random.RandomState(0)
    for name in ("breast_cancer", "wine", "iris"):
        yield name, *getattr(datasets, f"load_{name}")(return_X_y=True), True
    yield "diabetes", *datasets.load_diabetes(return_X_y=True), False
    X, y = datasets.load_digits(return_X_y=True)
    yield "digits, 10 components", PCA(10, random_state=0).fit_transform(X), y, True
    yield (
        "digits, 3 or 8",
        PCA(20, random_state=0).fit_transform(X[(y == 3) | (y == 8)]),
        *(
            y[(y == 3) | (y == 8)],
            True,
        ),
    )
    yield "friedman 1", *datasets.make_friedman1(600, noise=0.5, random_state=0), False
    yield "friedman 2", *datasets.make_friedman2(600, noise=20, random_state=0), False
    yield "friedman 3", *datasets.make_friedman3(600, noise=0.1, random_state=0), False
    yield "moons", *datasets.make_moons(500, noise=0.2, random_state=0), True
    yield "hastie", *datasets.make_hastie_10_2(1500, random_state=0), True
    yield "ishigami", *ishigami(rng), False
    yield "borehole", *borehole(rng), False
    yield "corners", *corners(rng), True


def networks(seeds, quick):
    """Yield a name, a network, and rows it was trained and not trained on."""
    for name, X, y, classifies in tables():
        if quick and name not in ("iris", "diabetes", "corners"):
            continue
        for seed in seeds:
            split = {"random_state": seed, "stratify": y if classifies else None}
            train, new, y_train, _ = train_test_split(X, y, **split)
            kind = MLPClassifier if classifies else MLPRegressor
            if not classifies:
                y_train = (y_train - y_train.mean()) / y_train.std()
            mlp = kind(hidden_layer_sizes=(50, 50), max_iter=500, random_state=seed)
            model = make_pipeline(StandardScaler(), mlp).fit(train, y_train)
            yield f"{name} {seed}", as_network(model), train, new


def fidelity(network, answers, X):
    """Return agreement with the network on rows."""
    score = r2_score if network.task == "regression" else accuracy_score
    return score(network.predict(X), answers)


# skinterp's own forms


def own(name, network, X, most, seed):
    """Return what a form of skinterp predicts by, and its atoms."""
    form = FORMS[name]
    surrogate = form.make(network.task, seed)
    surrogate.set_params(network=network, **form.bounds(surrogate, most, network.n_outputs))
    surrogate.fit(X)
    return surrogate.predict, surrogate.complexity_


# peers: each returns what it predicts by and its atoms, the best of a few settings


def best_of(models, network, X, most):
    """Return the most faithful of models, (predict, atoms) pairs, that are small enough."""
    small = [pair for pair in models if pair[1] <= most]
    if not small:
        raise ValueError("not so small")
    return max(small, key=lambda pair: fidelity(network, pair[0](X), X))


def ebm(network, X, most, seed):
    """Boosted profiles of `interpret`, of few bins and of the inputs that matter most."""
    from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor

    kind = ExplainableBoostingRegressor
    kind = kind if network.task == "regression" else ExplainableBoostingClassifier
    answers, models = network.predict(X), []
    if network.task != "regression":
        answers = np.searchsorted(network.classes, answers)
    n_numbers = network.n_outputs
    options = {"interactions": 0, "outer_bags": 2, "n_jobs": 1, "random_state": seed}
    whole = kind(max_bins=16, **options).fit(X, answers)
    order = np.argsort(-np.asarray(whole.term_importances()))
    for n_bins in (2, 4):
        n_inputs = int((most - n_numbers) // (n_numbers * n_bins + n_bins - 1))
        if n_inputs < 1:
            continue
        kept = np.sort(order[:n_inputs])
        model = kind(max_bins=n_bins + 2, **options).fit(X[:, kept], answers)
        atoms = n_numbers
        for scores in model.term_scores_:
            inner = np.atleast_2d(scores.T).T[1:-1]
            steps = 1 + np.count_nonzero(np.any(np.diff(inner, axis=0) != 0, axis=1))
            atoms += steps * n_numbers + steps - 1

        def predict(rows, model=model, kept=kept):
            found = model.predict(rows[:, kept])
            return found if network.task == "regression" else network.classes[found]

        models.append((predict, atoms))
    return best_of(models, network, X, most)


def figs(network, X, most, seed):
    """Sums of trees of `imodels`."""
    from imodels import FIGSClassifier, FIGSRegressor

    if network.task == "multiclass":
        raise ValueError("two classes only")
    answers, models = network.predict(X), []
    labels = answers if network.task == "regression" else answers == network.classes[1]
    kind = FIGSRegressor if network.task == "regression" else FIGSClassifier
    for n_rules in range((most - 1) // 2, most // 3, -1):
        model = kind(max_rules=n_rules, random_state=seed).fit(X, labels)
        atoms = 2 * n_rules + len(model.trees_)
        if atoms > most:
            continue

        def predict(rows, model=model):
            found = model.predict(rows)
            return found if network.task == "regression" else network.classes[found.astype(int)]

        models.append((predict, atoms))
        break
    return best_of(models, network, X, most)


def operon(network, X, most, seed):
    """Symbolic regression by Operon, of values or of clipped logits."""
    from pyoperon.sklearn import SymbolicRegressor

    if network.task == "multiclass":
        raise ValueError("two classes only")
    raw = network.raw_values(X)[:, 0]
    if network.task == "binary":
        raw = np.clip(raw, *np.quantile(raw, [0.05, 0.95]))
    model = SymbolicRegressor(
        allowed_symbols="add,sub,mul,div,sqrt,log,exp,sin,cos,square,constant,variable",
        optimizer_iterations=5,
        max_length=2 * most - 5,  # leaves, and two numbers around the formula
        max_evaluations=50_000,
        n_threads=1,
        random_state=seed + 1,
    ).fit(X, raw)

    def predict(rows):
        return network.answers(np.reshape(model.predict(np.ascontiguousarray(rows)), (-1, 1)))

    return best_of([(predict, (int(model.stats_["model_length"]) + 1) // 2)], network, X, most)


PEERS = {"EBM": ebm, "FIGS": figs, "Operon": operon}


def measure(network, train, new, most, seed):
    """Return fidelity, atoms and seconds by method, and why others are missing."""
    rows, missing = {}, {}
    methods = {name: lambda *a, n=name: own(n, *a) for name in OWN} | PEERS
    for name, method in methods.items():
        start = time.process_time()
        try:
            predict, atoms = method(network, train, most, seed)
            if atoms > most:
                raise ValueError("not so small")
            value = fidelity(network, predict(new), new)
        except (ImportError, ValueError, TypeError, AttributeError) as error:
            missing[name] = str(error).splitlines()[0][:60]
            continue
        rows[name] = value, atoms, time.process_time() - start
    return rows, missing


def main():
    """Measure and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three tables and one seed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--without", nargs="*", default=[], help="methods to leave out")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    for name in given.without:
        PEERS.pop(name, None)
    own_names = [name for name in OWN if name not in given.without]
    globals()["OWN"] = tuple(own_names)
    seeds = range(given.first, given.first + (1 if given.quick else given.seeds))
    found, reasons = defaultdict(dict), {}
    for name, network, train, new in networks(seeds, given.quick):
        for most in SIZES:
            rows, missing = measure(network, train, new, most, 0)
            found[most][name, network.task] = rows
            reasons |= missing
            shown = ", ".join(f"{m} {v:.3f}" for m, (v, _, _) in rows.items())
            print(f"{name}, {most} atoms: {shown}", flush=True)
    report(found, reasons)


def report(found, reasons):
    """Print means by method and size, and how often skinterp is first."""
    methods = [*OWN, *PEERS]
    print("\n| atoms | " + " | ".join(methods) + " | skinterp first or within .01 |")
    print("|---" * (len(methods) + 2) + "|")
    for kind in ("classes", "values"):
        for most, networks_ in found.items():
            chosen = [
                rows
                for (_, task), rows in networks_.items()
                if (task == "regression") == (kind == "values")
            ]
            means = [
                np.mean([max(rows[m][0], 0.0) for rows in chosen if m in rows] or [np.nan])
                for m in methods
            ]
            first = []
            for rows in chosen:
                best = max((rows[m][0] for m in OWN if m in rows), default=-np.inf)
                peers = max((rows[m][0] for m in PEERS if m in rows), default=-np.inf)
                first.append(best >= peers - CLOSE)
            cells = " | ".join("–" if np.isnan(mean) else f"{mean:.3f}" for mean in means)
            print(f"| {most}, {kind} | {cells} | {sum(first)} of {len(first)} |")
    seconds = defaultdict(list)
    for networks_ in found.values():
        for rows in networks_.values():
            for method, (_, _, spent) in rows.items():
                seconds[method].append(spent)
    print("\nMedian seconds: " + ", ".join(f"{m} {np.median(s):.2f}" for m, s in seconds.items()))
    print("Missing somewhere: " + ", ".join(f"{m} ({why})" for m, why in reasons.items()))


if __name__ == "__main__":
    main()
