"""Steps of which nothing is known: asked as they are, with slopes by central differences."""

import numpy as np

from skinterp.network._steps import Step, quiet, register_step, transform
from skinterp.utils import import_optional


def _rows_for(step, X):
    """Return rows as the step was fitted on: a data frame with its names, or an array."""
    names = getattr(step, "feature_names_in_", None)
    if names is None:
        return X.copy()
    pandas = import_optional("pandas", "plot", "Asking a step fitted on a data frame")
    return pandas.DataFrame(X, columns=names)


def _value(step, X):
    return transform(step, _rows_for(step, X))


def _precision(step, X):
    """Return the type of floats that a step calculates in, or hands on."""
    with quiet():
        kind = np.asarray(step.transform(_rows_for(step, X[:1]))).dtype
    return kind if kind.kind == "f" else np.float64


def _pull(step, X, cotangent):
    """Return the gradient by central differences of each column, in proportion to its size."""
    gradient, root = np.empty(X.shape), np.cbrt(np.finfo(_precision(step, X)).eps)
    for j in range(X.shape[1]):
        width = root * max(X[:, j].std(), root * np.abs(X[:, j]).max(initial=0.0)) or root
        above, below = X.copy(), X.copy()
        above[:, j] += width
        below[:, j] -= width
        apart = (above[:, j] - below[:, j])[:, np.newaxis]
        change = _value(step, above) - _value(step, below)
        gradient[:, j] = (cotangent * change / apart).sum(axis=1)
    return gradient


register_step(Step("differences", (), value=_value, pull=_pull))
