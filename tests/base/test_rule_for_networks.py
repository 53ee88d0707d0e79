"""The rule for networks: fitted ones are used as they are, unfitted ones are trained in fit."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.base import ClassifierSurrogate, RegressorSurrogate, needs_training, train
from skinterp.base._estimator import check_two_classes, repeated
from skinterp.base._logits import LogitsMixin
from skinterp.base._surrogate import finite

X = np.random.default_rng(0).normal(size=(60, 2))
Y = np.where(X[:, 0] > 0, "yes", "no")
BINARY = as_network(lambda X: 3 * X[:, 0], classes=["no", "yes"], n_features_in=2)
THREE = as_network(
    lambda X: np.column_stack([X, -X.sum(axis=1)]), classes=["a", "b", "c"], n_features_in=2
)
VALUES = as_network(lambda X: X[:, 0] - X[:, 1], n_features_in=2)
PAIR = as_network(([np.eye(2)], [np.zeros(2)], ["identity"]))
pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


def mlp(alpha=1.0):
    return MLPClassifier((2,), solver="lbfgs", alpha=alpha, max_iter=50, random_state=0)


class Lines(LogitsMixin, ClassifierSurrogate):
    """The logits of the network, as they are."""

    def __init__(self, network=None, power=1, random_state=None):
        self.network, self.power, self.random_state = network, power, random_state

    def fit(self, X, y=None, sample_weight=None):
        self.rows_, self.weight_ = self._fit_weighted(X, y, sample_weight)
        return self

    def _raw_values(self, rows):
        return self.network_.raw_values(rows)


class Values(RegressorSurrogate):
    """The values of the network, as they are."""

    def __init__(self, network=None):
        self.network = network

    def fit(self, X, y=None, sample_weight=None):
        self.rows_, self.y_ = self._fit_repeated(X, y, sample_weight)
        return self

    def predict(self, X):
        return self.network_.predict(self._rows(X))


# What is trained


@pytest.mark.parametrize(
    ("network", "trained"),
    [
        (None, True),
        (LogisticRegression(), True),
        (make_pipeline(StandardScaler(), Ridge()), True),
        (LogisticRegression().fit(X, Y), False),
        (BINARY, False),
        (lambda X: X[:, 0], False),
        (LogisticRegression, False),
        (([[[1.0], [1.0]]], [[0.0]], ["identity"]), False),
    ],
)
def test_only_estimators_that_are_not_fitted_need_training(network, trained):
    assert needs_training(network) is trained


def test_training_leaves_the_users_estimator_as_it_was():
    model = Ridge()
    fitted = train(model, X, X[:, 0])
    assert fitted is not model and not hasattr(model, "coef_")
    with pytest.raises(ValueError, match="y must be passed, because network is not fitted"):
        train(model, X, None)


def test_weights_reach_the_last_step_and_are_refused_where_there_is_no_place_for_them():
    weight = np.where(X[:, 1] > 0, 1.0, 0.0)
    pipeline = train(make_pipeline(StandardScaler(), Ridge()), X, X[:, 0], weight)
    Z = StandardScaler().fit_transform(X)
    np.testing.assert_allclose(pipeline[-1].coef_, Ridge().fit(Z, X[:, 0], weight).coef_)

    class Stubborn(Ridge):
        def fit(self, X, y):
            return super().fit(X, y)

    with pytest.raises(ValueError, match=r"because Stubborn\.fit does not take it"):
        train(Stubborn(), X, X[:, 0], weight)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.floats(0.01, 100))
def test_rows_are_repeated_by_their_share_of_the_weight(weights, unit):
    weights = np.array(weights, dtype=float)
    taken = repeated(weights * unit)
    assert len(taken) == len(weights) and (np.diff(taken) >= 0).all()
    counts = np.bincount(taken, minlength=len(weights))
    share = weights / weights.sum() * len(weights)
    assert (np.abs(counts - share) <= 1.0 + 1e-6).all()


@pytest.mark.parametrize("y", [["a", "a"], [1, 1, 1]])
def test_one_class_is_not_enough(y):
    with pytest.raises(ValueError, match=r"at least two classes to train a network\. Got one"):
        check_two_classes(y)
    assert check_two_classes([2, 0, 2]).tolist() == [0, 2]


# Networks in estimators


def test_a_fitted_network_survives_clone_copy_and_pickle():
    model = mlp().fit(X, Y)
    lines = Lines(model, power=3).fit(X)
    again = clone(lines)
    assert again.network is model and again.power == 3 and not hasattr(again, "network_")
    np.testing.assert_array_equal(clone(lines).fit(X).predict(X), model.predict(X))
    read = pickle.loads(pickle.dumps(lines))
    np.testing.assert_array_equal(read.predict(X), lines.predict(X))
    assert copy.copy(lines).network_ is lines.network_


def test_an_unfitted_network_is_cloned_and_trained_again():
    model = mlp(alpha=5.0)
    lines = Lines(model).fit(X, Y)
    assert not hasattr(model, "coefs_")
    assert clone(lines).network is not model
    np.testing.assert_array_equal(lines.predict(X), mlp(alpha=5.0).fit(X, Y).predict(X))


def test_parameters_inside_a_fitted_network_are_not_set():
    fitted = LogisticRegression().fit(X, Y)
    assert Lines(LogisticRegression()).set_params(network__C=0.5).network.C == 0.5
    for network, said in ((fitted, "already fitted"), (None, "network is None")):
        with pytest.raises(ValueError, match=rf"network__C cannot be set, because .*{said}"):
            Lines(network).set_params(network__C=0.5)
    swapped = Lines(fitted).set_params(network=LogisticRegression(), network__C=0.5)
    assert swapped.network.C == 0.5 and fitted.C == 1.0


@pytest.mark.parametrize(
    ("surrogate", "y", "said"),
    [
        (Lines(), None, "Lines requires y to be passed, but the target y is None"),
        (Lines(DummyRegressor()), Y, "Lines cannot explain DummyRegressor, which is a regressor"),
        (Values(DummyClassifier()), X[:, 0], "which is a classifier"),
        (Lines(VALUES), None, "needs a classifying network. Got a regression network"),
        (Values(BINARY), None, "needs a regression network. Got a binary network"),
        (Values(PAIR), None, "explains one output. Got a network with 2 outputs"),
        (Lines(BINARY), np.array(["no", "maybe"] * 30), r"does not know: \['maybe'\]"),
        (Values(VALUES), Y, "needs numbers as y"),
        (Lines(LogisticRegression()), np.full(60, "a"), "at least two classes"),
    ],
)
def test_networks_and_targets_that_do_not_fit_are_refused(surrogate, y, said):
    with pytest.raises((ValueError, TypeError), match=said):
        surrogate.fit(X, y)


def test_what_is_not_fitted_does_not_predict():
    with pytest.raises(NotFittedError):
        Lines(BINARY).predict(X)
    with pytest.raises(ValueError, match="3 features"):
        Lines(BINARY).fit(X).predict(np.zeros((2, 3)))


@pytest.mark.parametrize("network", [BINARY, THREE], ids=["binary", "three"])
def test_answers_follow_from_the_logits(network):
    lines, raw = Lines(network).fit(X), network.raw_values(X)
    scores, probabilities = lines.decision_function(X), lines.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    if network is BINARY:
        np.testing.assert_allclose(scores, raw[:, 0])
        np.testing.assert_allclose(probabilities[:, 1], 1 / (1 + np.exp(-scores)))
    else:
        exps = np.exp(raw)
        np.testing.assert_allclose(probabilities, exps / exps.sum(axis=1, keepdims=True))
    best = lines.classes_[probabilities.argmax(axis=1)]
    np.testing.assert_array_equal(lines.predict(X), best)


def test_only_the_proportions_of_weights_matter_and_rows_of_none_are_left_out():
    weight = np.where(X[:, 1] > 0, 2.0, 0.0)
    first, second = (Lines(BINARY).fit(X, None, w) for w in (weight, 0.35 * weight))
    np.testing.assert_array_equal(first.rows_, X[X[:, 1] > 0])
    np.testing.assert_allclose(first.weight_, second.weight_)
    with pytest.raises(ValueError, match="at least one non-zero"):
        Lines(BINARY).fit(X, None, np.zeros(60))
    with pytest.raises(ValueError, match="Negative"):
        Lines(BINARY).fit(X, None, -np.ones(60))


def test_targets_are_repeated_with_their_rows():
    weight = np.where(X[:, 1] > 0, 3.0, 0.0)
    values = Values(VALUES).fit(X, X[:, 0], weight)
    np.testing.assert_array_equal(values.rows_[:, 0], values.y_)
    assert set(values.y_) <= set(X[X[:, 1] > 0, 0])


def test_names_are_those_of_the_table_of_the_network_or_numbers():
    frame = pd.DataFrame(X, columns=["dose", "age"])
    assert Lines(BINARY).fit(frame)._input_names == ("dose", "age")
    assert Lines(BINARY).fit(X)._input_names == ("x0", "x1")
    named = as_network(lambda X: X[:, 0], classes=["n", "y"], feature_names=["p", "q"])
    assert Lines(named).fit(X)._input_names == ("p", "q")
    with pytest.raises(ValueError, match="feature names"):
        Lines(BINARY).fit(frame).predict(frame[["age", "dose"]])


def test_tags_ask_for_a_target_only_where_a_network_is_trained():
    assert not Lines(BINARY).__sklearn_tags__().target_tags.required
    assert Lines(MLPClassifier()).__sklearn_tags__().target_tags.required
    assert not Values(VALUES).__sklearn_tags__().target_tags.multi_output


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_answers_that_are_not_finite_are_counted(bad):
    answers = np.zeros((5, 2))
    assert finite(answers) is answers
    answers[[1, 3], 1] = bad
    with pytest.raises(ValueError, match="at 2 of 5 points"):
        finite(answers)


def test_a_network_of_one_answer_is_warned_of():
    with pytest.warns(UserWarning, match="answers with one class, 'no', at all 4 points"):
        Lines(BINARY)._warn_of_one_class(np.array(["no"] * 4))
