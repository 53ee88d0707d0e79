"""`PolynomialFeatures`: products of powers of the columns."""

import numpy as np
from sklearn.preprocessing import PolynomialFeatures

from skinterp.network._steps import Step, register_step


def _monomials(X, powers):
    """Return the products (n, m) of the columns of X to the powers (m, d)."""
    found = np.ones((len(X), len(powers)))
    for j, column in enumerate(powers.T):
        used = column > 0
        found[:, used] *= X[:, [j]] ** column[used]
    return found


def _pull(step, X, cotangent):
    powers, gradient = step.powers_, np.empty(X.shape)
    for j, column in enumerate(powers.T):
        used = column > 0
        lower = powers[used].copy()
        lower[:, j] -= 1
        gradient[:, j] = (cotangent[:, used] * column[used] * _monomials(X, lower)).sum(axis=1)
    return gradient


def _undo(step, Z):
    """Return the outputs that are the columns themselves."""
    single = [np.flatnonzero((step.powers_ == unit).all(axis=1)) for unit in
              np.eye(step.n_features_in_, dtype=int)]  # fmt: skip
    X = np.random.RandomState(0).standard_normal((len(Z), step.n_features_in_))
    for j, places in enumerate(single):
        X[:, j] = Z[:, places[0]] if len(places) else X[:, j]
    return X


register_step(Step("polynomial", (PolynomialFeatures,), pull=_pull, undo=_undo))
