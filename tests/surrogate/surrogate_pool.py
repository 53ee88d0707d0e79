"""Networks, data and surrogates that the tests of this folder share."""

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._testing import ignore_warnings

from skinterp import (
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
)

NAMES = ["dose", "a b", "x^2", "class"]
LABELS = np.array(["ash", "birch", "cedar"])
CLASSIFIERS = [TreeSurrogateClassifier, LinearSurrogateClassifier]
REGRESSORS = [TreeSurrogateRegressor, LinearSurrogateRegressor]
SURROGATES = [*CLASSIFIERS, *REGRESSORS]


def rows(n=200, seed=0):
    """Return rows of four correlated inputs in different units."""
    X = np.random.RandomState(seed).standard_normal((n, 4))
    X[:, 1] += 0.8 * X[:, 0]
    return X * [1e-6, 1.0, 200.0, 3.0] + [5e-6, 0.0, 1000.0, -2.0]


def frame(n=200, seed=0):
    """Return the same rows as a data frame with odd column names."""
    return pd.DataFrame(rows(n, seed), columns=NAMES)


def target(X, task):
    """Return a target of the task: binary, multiclass, regression or multioutput."""
    z = (np.asarray(X) - [5e-6, 0.0, 1000.0, -2.0]) / [1e-6, 1.0, 200.0, 3.0]
    score = 0.4 * z[:, 0] * z[:, 1] + z[:, 2] - 0.5 * z[:, 3]
    if task == "binary":
        return LABELS[(score > 0).astype(int)]
    if task == "multiclass":
        return LABELS[np.digitize(score, [-0.5, 0.8])]
    return score if task == "regression" else np.column_stack([score, z[:, 3]])


def unfitted(task, **options):
    """Return a small unfitted network for the task."""
    options = {
        "hidden_layer_sizes": (6,),
        "solver": "lbfgs",
        "max_iter": 150,
        "alpha": 0.1,
        "random_state": 0,
        **options,
    }
    kind = MLPClassifier if task in ("binary", "multiclass") else MLPRegressor
    return make_pipeline(StandardScaler(), kind(**options))


@ignore_warnings(category=ConvergenceWarning)
def fitted(task, X=None):
    """Return a small network trained on the rows."""
    X = rows() if X is None else X
    return unfitted(task).fit(X, target(X, task))


def task_of(surrogate):
    """Return a task that a surrogate class explains."""
    return "binary" if surrogate in CLASSIFIERS else "regression"


def fast(surrogate, network=None, **options):
    """Return a surrogate that is fitted fast."""
    if surrogate in (TreeSurrogateClassifier, TreeSurrogateRegressor):
        options = {"n_queries": 300, **options}
    return surrogate(network, random_state=0, **options)
