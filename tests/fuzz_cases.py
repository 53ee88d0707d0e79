"""Random tables, targets and networks, as odd as those people have."""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline

from skinterp import as_network, default_network

WORDS = [
    "x0",
    "x1",
    "age",
    "dose",
    "t",
    "e",
    "pi",
    "class",
    "lambda",
    "x^2",
    "it's",
    "Größe",
    "<b>",
    "a*b",
    "1",
    "%d{}$",
    "y",
]
NAMES = (*WORDS, "a b", 'quo"te', "", " ", "[k = v]", "new\nline", "n" * 200, "x0 ")
ROWS = (2, 3, 5, 12, 30, 80)
EDGES = ((0.5, 0.75), (0.9, 0.97), (1.0, 1.0))  # ranks where classes change; of 1.0: single rows
LABELS = (("no", "yes", "maybe"), (0, 1, 2), (-1, 5, 7), (False, True), ("a b", "<i>", "'"))


def numbers(rng, n, offset, scale):
    return scale * (offset + rng.normal(size=n))


NUMBERS = {
    "plain": lambda rng, n: rng.normal(size=n),
    "far": lambda rng, n: numbers(rng, n, 10 ** rng.uniform(0, 9), 10 ** rng.uniform(-12, 12)),
    "scaled": lambda rng, n: numbers(rng, n, rng.normal(), 10 ** rng.uniform(-12, 12)),
    "constant": lambda rng, n: np.full(n, rng.choice([0.0, 1.0, -999.0, 1e12, 1e-12])),
    "skewed": lambda rng, n: rng.lognormal(0, 3, n),
    "counts": lambda rng, n: rng.poisson(2, n),
    "years": lambda rng, n: rng.integers(1990, 2024, n),
    "outlier": lambda rng, n: np.append(rng.normal(size=n - 1), 1e6),
    "single precision": lambda rng, n: rng.normal(size=n).astype(np.float32),
    "sentinels": lambda rng, n: np.where(rng.random(n) < 0.2, -999.0, 20 + rng.normal(size=n)),
    "identifiers": lambda rng, n: rng.permutation(n) + 100_000,
}


def gaps(rng, n, values):
    cells = pd.Series(values)
    cells[rng.random(n) < 0.3] = None
    return cells


def days(rng, n):
    return pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 3000, n), unit="D")


CELLS = {
    "texts": lambda rng, n: rng.choice(["a", "it's", 'c, "d"', "", "<e>"], n),
    "rare text": lambda rng, n: np.where(np.arange(n) == n - 1, "rare", "often"),
    "one text": lambda rng, n: np.full(n, "same"),
    "yes/no": lambda rng, n: rng.random(n) < 0.5,
    "category": lambda rng, n: pd.Categorical(rng.choice(["x", "y"], n), ["z", "y", "x"]),
    "identifiers in texts": lambda rng, n: np.array([f"id-{k}" for k in rng.permutation(n)]),
    "dates": days,
    "gaps in numbers": lambda rng, n: gaps(rng, n, numbers(rng, n, 1e3, 10.0)),
    "gaps in texts": lambda rng, n: gaps(rng, n, rng.choice(["a", "b"], n).astype(object)),
    "gaps in dates": lambda rng, n: gaps(rng, n, days(rng, n)),
    "nullable": lambda rng, n: gaps(rng, n, rng.integers(0, 9, n).astype(object)).astype("Int64"),
}


class Case(NamedTuple):
    """A table, a target, and what network to explain: all that a run needs, as small seeds."""

    kinds: tuple
    copied: bool
    names: tuple | None
    n_rows: int
    task: str
    labels: tuple
    target_scale: float
    target_offset: float
    edges: tuple
    network: str
    activation: str
    seed: int

    @property
    def rng(self):
        return np.random.default_rng(self.seed)

    def table(self):
        """Return the rows."""
        rng = self.rng
        columns = [{**NUMBERS, **CELLS}[kind](rng, self.n_rows) for kind in self.kinds]
        columns += columns[:1] * self.copied
        if self.names is None:
            return np.column_stack(columns)
        frame = pd.concat([pd.Series(column) for column in columns], axis=1)
        return frame.set_axis(list(self.names[: len(columns)]), axis=1)

    def target(self):
        """Return what is learned, a function of the columns with noise."""
        score = standard(self.table()) @ [1.0, -0.7, 0.4, 0.2, 0.1, 0.05][: self.width]
        score = score + 0.2 * self.rng.normal(size=self.n_rows)
        if self.task == "regression":
            return self.target_offset + self.target_scale * score
        n_classes = min(len(self.labels), 2 if self.task == "binary" else 3)
        ranks = score.argsort().argsort() / self.n_rows
        codes = np.digitize(ranks, self.edges[: n_classes - 1])
        codes[:n_classes] = np.arange(n_classes)[: self.n_rows]
        return np.array(self.labels)[codes]

    @property
    def width(self):
        return len(self.kinds) + self.copied

    def trained(self):
        """Return the network, fitted."""
        X, y = self.table(), self.target()
        if self.network == "callable":
            return asked(X, y, self.task)
        if self.network == "arrays":
            return arrays(X, y, self.task, self.activation)
        front = default_network("regression", X=X)[0]
        kind = MLPRegressor if self.task == "regression" else MLPClassifier
        options = {"solver": "lbfgs", "max_iter": 40, "random_state": 0}
        mlp = kind(hidden_layer_sizes=(4,), activation=self.activation, **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return make_pipeline(front, mlp).fit(X, y)


def standard(X):
    """Return columns of numbers of spread 1: codes of texts, 0 for gaps."""
    columns = []
    for _, values in pd.DataFrame(X).items():
        if values.dtype.kind not in "iuf" or not isinstance(values.dtype, np.dtype):
            values = pd.Series(pd.factorize(values)[0])
        values = values.to_numpy(dtype=float)
        known = ~np.isnan(values)
        values = np.where(known, values - values[known].sum() / max(known.sum(), 1), 0.0)
        columns.append(values / (values.std() or 1.0))
    return np.column_stack(columns)


def places(X):
    """Return means and spreads of columns."""
    X = np.asarray(X, dtype=float)
    return X.mean(axis=0), np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)


def asked(X, y, task):
    """Return a function of the rows, with the names of the columns."""
    (mean, spread), n_classes = places(X), len(np.unique(y))

    def function(rows):
        z = (np.asarray(rows, dtype=float) - mean) / spread
        value = z[:, 0] + z[:, -1] * z[:, 0] / 2
        if task == "regression":
            return y.mean() + (y.std() or 1.0) * value
        return value if n_classes == 2 else np.stack([value, -value, z[:, -1]], axis=1)

    names = list(X.columns) if hasattr(X, "columns") else None
    given = {"classes": np.unique(y)} if task != "regression" else {"returns": "values"}
    return as_network(function, n_features_in=X.shape[1], feature_names=names, **given)


def arrays(X, y, task, activation):
    """Return a network of random weights that take the raw columns."""
    (mean, spread), rng = places(X), np.random.default_rng(0)
    n_classes = len(np.unique(y))
    n_out = n_classes if task != "regression" and n_classes > 2 else 1
    first = rng.normal(size=(X.shape[1], 5)) / spread[:, None]
    layers = [first, rng.normal(size=(5, n_out))]
    biases = [-mean @ first, rng.normal(size=n_out)]
    last = "identity" if task == "regression" else "softmax" if n_out > 1 else "logistic"
    names = list(X.columns) if hasattr(X, "columns") else None
    classes = None if task == "regression" else np.unique(y)
    return as_network((layers, biases, [activation, last]), classes=classes, feature_names=names)


@st.composite
def cases(draw, most_columns=4):
    """Draw a case."""
    network = draw(st.sampled_from(["pipeline", "pipeline", "callable", "arrays"]))
    pool = NUMBERS if network != "pipeline" else {**NUMBERS, **CELLS}
    kinds = tuple(draw(st.lists(st.sampled_from(sorted(pool)), min_size=1, max_size=most_columns)))
    names = tuple(draw(st.permutations(NAMES))[: most_columns + 1])
    if not set(kinds) - set(NUMBERS):
        names = draw(
            st.sampled_from([names, tuple(f"x{j}" for j in range(most_columns + 1)), None])
        )
    return Case(
        kinds,
        draw(st.booleans()),
        names,
        draw(st.sampled_from(ROWS)),
        draw(st.sampled_from(["regression", "binary", "multiclass"])),
        draw(st.sampled_from(LABELS)),
        draw(st.sampled_from([1.0, 1e-12, 1e-5, 1e6, 1e12, 0.0])),
        draw(st.sampled_from([0.0, 1.0, 1e3, -1e6])),
        draw(st.sampled_from(EDGES)),
        network,
        draw(st.sampled_from(["relu", "tanh", "logistic", "identity"])),
        draw(st.integers(0, 10**6)),
    )
