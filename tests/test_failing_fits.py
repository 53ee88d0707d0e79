"""A fit that fails leaves an estimator as it was: unfitted, or as it was fitted before."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from test_estimator_checks import ESTIMATORS

from skinterp.base import NetworkEstimator


class Killed(RuntimeError):
    """What ends a fit somewhere in its middle."""


def table(seed=0):
    X = np.random.default_rng(seed).normal(size=(60, 3))
    return X, X[:, 0] - 0.5 * X[:, 1] * X[:, 2] > 0.1


def answer(estimator, X):
    return (estimator.predict if hasattr(estimator, "predict") else estimator.transform)(X)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_a_fit_that_fails_leaves_what_was_there_before(estimator, monkeypatch):
    X, y = table()
    estimator, whole = clone(estimator), NetworkEstimator._fit_network

    def half(self, X, y=None, sample_weight=None, **options):
        whole(self, X, y, sample_weight, **options)
        raise Killed

    def fails(X, y):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(NetworkEstimator, "_fit_network", half)
            estimator.fit(X, y)

    fails(X, y)
    with pytest.raises(NotFittedError):
        answer(estimator, X)
    before = answer(estimator.fit(X, y), X)
    fails(X[:, ::-1][:50], y[:50])
    np.testing.assert_array_equal(answer(estimator, X), before)
