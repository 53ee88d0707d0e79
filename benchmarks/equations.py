"""The default equation on tables, beside the linear model, a tree and the commonest answer.

    python benchmarks/equations.py [--seeds 2] [--half chosen|reported] [--tables NAME ...]

Tables are those of ``forms.py``, of ISLP and statsmodels where they are installed, and one of five
classes of which the network nearly always answers one. Every second table served to choose the
thresholds of the selection ("chosen"), the others were looked at afterwards ("reported").
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
from forms import fidelity, tables
from joblib import Memory
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.base import FORMS

FORMS_BESIDE = "linear", "tree"
ISLP = {
    "OJ": "Purchase",
    "Carseats": "Sales",
    "Default": "default",
    "Auto": "mpg",
    "Boston": "medv",
    "Wage": "wage",
    "College": "Private",
    "Credit": "Balance",
}
STATSMODELS = {"fair": "rate_marriage", "anes96": "PID", "modechoice": "choice", "star98": None}
MOST_ROWS, LOSS_ALLOWED = 3000, 0.01
memory = Memory(Path(__file__).parent / ".cache", verbose=0)


def rare_classes(rng):
    """Return five inputs and five classes, of which one holds about 85 % of the rows."""
    X = rng.normal(size=(3000, 5))
    scores = np.column_stack([
        X[:, 0] * X[:, 1] - 2.6,
        X[:, 1] - X[:, 2] ** 2 - 1.6,
        X[:, 3] + X[:, 4] - 2.2,
        np.exp(X[:, 2]) - X[:, 3] - 4.6,
    ])  # fmt: skip
    best = scores.argmax(axis=1)
    return X, np.where(scores.max(axis=1) > 0, best + 1, 0)


def _numbers(frame, target):
    """Return a frame's inputs as numbers, texts as indicators, its target and its kind."""
    import pandas as pd

    frame = frame.dropna().head(MOST_ROWS)
    frame = frame.drop(columns=[c for c in frame if c == "name"])
    y = frame[target].to_numpy()
    X = pd.get_dummies(frame.drop(columns=target), drop_first=True).to_numpy(dtype=float)
    classifies = y.dtype.kind not in "fi" or len(np.unique(y)) < 10
    return X[:, np.ptp(X, axis=0) > 0], y if classifies else y.astype(float), classifies


def installed_tables():
    """Yield tables of ISLP and statsmodels, where these are installed."""
    try:
        from ISLP import load_data

        for name, target in ISLP.items():
            yield name, *_numbers(load_data(name), target)
    except ImportError:
        print("ISLP is not installed")
    try:
        from statsmodels import datasets
    except ImportError:
        print("statsmodels is not installed")
        return
    for name, target in STATSMODELS.items():
        data = getattr(datasets, name).load_pandas()
        yield name, *_numbers(data.data, target or data.endog.columns[0])


def all_tables():
    """Yield all tables, every second one "chosen"."""
    names = [*tables(), ("five classes", *rare_classes(np.random.RandomState(0)), True)]
    for k, table in enumerate([*names, *installed_tables()]):
        yield ("chosen", "reported")[k % 2], *table


@memory.cache
def trained(X, y, classifies, seed, sizes):
    """Return a pipeline trained on three quarters of a table, and both parts of it."""
    split = {"random_state": seed, "stratify": y if classifies else None}
    train, new, y_train, _ = train_test_split(X, y, **split)
    if not classifies:
        y_train = (y_train - y_train.mean()) / y_train.std()
    kind = MLPClassifier if classifies else MLPRegressor
    mlp = kind(hidden_layer_sizes=sizes, max_iter=500, random_state=seed)
    return make_pipeline(StandardScaler(), mlp).fit(train, y_train), train, new


def trivial(network, train, new):
    """Return the fidelity of the commonest answer, or of the mean."""
    answers = network.predict(train)
    if network.task == "regression":
        return fidelity(network, np.full(len(new), answers.mean()), new)
    labels, counts = np.unique(answers, return_counts=True)
    return fidelity(network, np.full(len(new), labels[counts.argmax()]), new)


def measure(network, train, new):
    """Return fidelity, atoms and seconds of the equation and of what stands beside it."""
    record = {"trivial": trivial(network, train, new)}
    for name in ("symbolic", *FORMS_BESIDE):
        surrogate = FORMS[name].make(network.task, 0).set_params(network=network)
        start = time.process_time()
        surrogate.fit(train)
        seconds = time.process_time() - start
        record[name] = fidelity(network, surrogate.predict(new), new)
        record[f"{name} atoms"], record[f"{name} seconds"] = surrogate.complexity_, seconds
        if name == "symbolic":
            record["text"] = surrogate.export_text()
            record["notes"] = sorted({note for f in surrogate.fronts_ for note in f.notes})
    return record


def report(records):
    """Print a row per table, and how often the equation falls behind."""
    print("\n| table | equation | linear | tree | commonest | atoms | seconds |")
    print("|---" * 7 + "|")
    for name in dict.fromkeys(r["table"] for r in records):
        rows = [r for r in records if r["table"] == name]
        mean = {
            key: np.mean([r[key] for r in rows]) for key in rows[0] if _is_number(rows[0], key)
        }
        cells = [f"{mean[key]:.3f}" for key in ("symbolic", *FORMS_BESIDE, "trivial")]
        print(
            f"| {name} | {' | '.join(cells)} | {mean['symbolic atoms']:.0f} | "
            f"{mean['symbolic seconds']:.1f} |"
        )
    for beside in (*FORMS_BESIDE, "trivial"):
        behind = [r for r in records if r["symbolic"] < r[beside] - LOSS_ALLOWED]
        lost = [r[beside] - r["symbolic"] for r in behind]
        print(
            f"more than {LOSS_ALLOWED} below {beside}: {len(behind)} of {len(records)} networks, "
            f"by {np.mean(lost or [0]):.3f}, at most {max(lost, default=0):.3f}"
        )
    mean = {key: np.mean([r[key] for r in records]) for key in ("symbolic", *FORMS_BESIDE)}
    print("means: " + ", ".join(f"{key} {value:.3f}" for key, value in mean.items()))


def _is_number(record, key):
    return isinstance(record[key], float | int) and key != "seed"


def main():
    """Measure and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--half", choices=("chosen", "reported"), default=None)
    parser.add_argument("--tables", nargs="*", default=None)
    parser.add_argument("--output", type=Path, default=None, help="a file of records in JSON")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    records = []
    for half, name, X, y, classifies in all_tables():
        if given.half not in (None, half) or (given.tables and name not in given.tables):
            continue
        sizes = (50,) * 6 if name == "five classes" else (50, 50)
        for seed in range(given.seeds):
            model, train, new = trained(X, y, classifies, seed, sizes)
            record = measure(as_network(model), train, new)
            records.append({"half": half, "table": name, "seed": seed, **record})
            shown = {k: round(v, 3) for k, v in record.items() if _is_number(record, k)}
            print(name, seed, shown, flush=True)
            if given.output is not None:
                given.output.write_text(json.dumps(records, indent=1))
    for half in ("chosen", "reported"):
        print(f"\n{half}")
        report([r for r in records if r["half"] == half] or records)


if __name__ == "__main__":
    main()
