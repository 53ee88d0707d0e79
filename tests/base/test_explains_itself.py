"""Every estimator explains itself, by defaults where it knows nothing better."""

import numpy as np
import pandas as pd
import pytest
from estimator_pool import public_estimators
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import NearestCentroid

from skinterp.base import ClassifierSurrogate, ExplainsItself, RegressorSurrogate, explains
from skinterp.network import as_network

NAMES = ["dose", "age", "site"]
X = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)), columns=NAMES)
CLASSIFIER = as_network(
    lambda X: 3 * X[:, 0] + X[:, 1], classes=["no", "yes"], feature_names=NAMES
)
REGRESSOR = as_network(lambda X: 3 * X[:, 0] + X[:, 1], feature_names=NAMES)


class Centroids(ClassifierSurrogate):
    """The nearest centroid of the network's classes."""

    def __init__(self, network=None):
        self.network = network

    def fit(self, X, y=None):
        X = self._fit_network(X, y)
        self.model_ = NearestCentroid().fit(X, self.network_.predict(X))
        self.complexity_ = self.model_.centroids_.size
        return self

    def predict(self, X):
        rows = self._rows(X)
        return self.model_.predict(rows)


class Copy(RegressorSurrogate):
    """The network itself."""

    def __init__(self, network=None):
        self.network = network

    def fit(self, X, y=None):
        self._fit_network(X, y)
        return self

    def predict(self, X):
        return self.network_.predict(self._rows(X))


class Duck(BaseEstimator):
    """No estimator of ours, but fitted and with answers."""

    def fit(self, X, y=None):
        self.complexity_ = 3
        return self

    def predict(self, X):
        return np.asarray(X)[:, 2]


def test_the_text_names_the_estimator_and_its_size():
    assert Centroids(CLASSIFIER).fit(X).export_text() == "Centroids, complexity 6"
    assert Copy(REGRESSOR).fit(X).export_text() == "Copy"


def test_shares_follow_what_inputs_change():
    for surrogate in (Centroids(CLASSIFIER).fit(X), Copy(REGRESSOR).fit(X)):
        shares = surrogate.input_shares(X)
        assert shares.sum() == pytest.approx(1.0) and (np.argsort(-shares)[:2] == [0, 1]).all()
        assert shares[2] < 0.02 and shares[0] > 0.7


def test_shares_of_rows_without_names_are_the_same():
    values = X.to_numpy()
    surrogate = Copy(lambda X: X[:, 0] - X[:, 2]).fit(values)
    np.testing.assert_array_equal(
        surrogate.input_shares(values), surrogate.input_shares(values.tolist())
    )
    assert surrogate.input_shares(values)[1] == 0.0


def test_shares_leave_the_rows_as_they_are():
    before = X.copy()
    Copy(REGRESSOR).fit(X).input_shares(X)
    pd.testing.assert_frame_equal(X, before)


def test_inputs_that_change_nothing_have_no_shares():
    constant = Copy(lambda X: np.ones(len(X))).fit(X.to_numpy())
    assert not constant.input_shares(X.to_numpy()).any()


def test_there_are_no_displays_by_default():
    assert Copy(REGRESSOR).fit(X).displays() == ()


@pytest.mark.parametrize("method", ["export_text", "input_shares"])
def test_an_estimator_that_is_not_fitted_is_refused(method):
    arguments = [X] if method == "input_shares" else []
    with pytest.raises(NotFittedError):
        getattr(Copy(REGRESSOR), method)(*arguments)


def test_estimators_of_strangers_are_explained_by_the_defaults():
    duck = Duck().fit(X)
    assert explains(duck) is ExplainsItself and explains(Copy(REGRESSOR)) is Copy
    assert ExplainsItself.export_text(duck) == "Duck, complexity 3"
    assert ExplainsItself.input_shares(duck, X).argmax() == 2


@pytest.mark.parametrize("kind", public_estimators(), ids=lambda kind: kind.__name__)
def test_every_public_estimator_explains_itself(kind):
    assert issubclass(kind, ExplainsItself)


def test_the_default_network_needs_no_random_state():
    centroids = Centroids().fit(X, np.where(X["dose"] > 0, "yes", "no"))
    assert (centroids.predict(X) == np.where(X["dose"] > 0, "yes", "no")).mean() > 0.8
