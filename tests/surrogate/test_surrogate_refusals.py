"""Surrogates refuse wrong networks and data, and say what to do."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from surrogate_pool import (
    CLASSIFIERS,
    NAMES,
    REGRESSORS,
    SURROGATES,
    fast,
    fitted,
    frame,
    rows,
    target,
    task_of,
    unfitted,
)

from skinterp import TreeSurrogateClassifier, as_network
from skinterp.network import default_network


@pytest.fixture(params=SURROGATES, ids=lambda surrogate: surrogate.__name__)
def surrogate(request):
    return request.param


@pytest.fixture(params=CLASSIFIERS, ids=lambda surrogate: surrogate.__name__)
def classifier(request):
    return request.param


@pytest.fixture(params=REGRESSORS, ids=lambda surrogate: surrogate.__name__)
def regressor(request):
    return request.param


# networks


def test_an_unfitted_network_without_target(surrogate):
    for network in (None, unfitted(task_of(surrogate))):
        with pytest.raises(ValueError, match=r"requires y to be passed.*not fitted yet.*Pass y"):
            fast(surrogate, network).fit(rows())


def test_a_regression_network_in_a_classifier(classifier):
    other = classifier.__name__.replace("Classifier", "Regressor")
    X = rows()
    with pytest.raises(ValueError, match=f"Got a regression network instead: use {other}, or"):
        fast(classifier, fitted("regression")).fit(X)
    with pytest.raises(ValueError, match="pass classes= to as_network"):
        fast(classifier, lambda X: X[:, 0]).fit(X)
    for network in (MLPRegressor(), default_network("regression")):
        with pytest.raises(ValueError, match=f"which is a regressor: use {other}"):
            fast(classifier, network).fit(X, target(X, "binary"))


def test_a_classifying_network_in_a_regressor(regressor):
    other = regressor.__name__.replace("Regressor", "Classifier")
    X = rows()
    for task in ("binary", "multiclass"):
        with pytest.raises(ValueError, match=f"Got a {task} network.*use {other}.*margin.k."):
            fast(regressor, fitted(task)).fit(X)
    with pytest.raises(ValueError, match=f"which is a classifier: use {other}"):
        fast(regressor, MLPClassifier()).fit(X, X[:, 0])


def test_a_multilabel_network(surrogate):
    X = rows()
    y = (X[:, [0, 2]] > X[:, [0, 2]].mean(axis=0)).astype(int)
    network = unfitted("binary").fit(X, y)
    match = "multilabel network instead"
    if surrogate in CLASSIFIERS:
        match += r": explain one label at a time by \w+Regressor\(network=.*margin\(k\)"
    with pytest.raises(ValueError, match=match):
        fast(surrogate, network).fit(X)


def test_a_model_without_gradients(surrogate):
    X, y = rows(), target(rows(), "binary")
    for forest in (RandomForestClassifier(2).fit(X, y), LogisticRegression().fit(X, y)):
        with pytest.raises(TypeError, match=r"has no gradients.*Pass a fitted MLPClassifier"):
            fast(surrogate, forest).fit(X)


def test_a_class_instead_of_a_network():
    with pytest.raises(TypeError, match="Got the class MLPClassifier instead of an instance"):
        TreeSurrogateClassifier(MLPClassifier).fit(rows())


def test_a_network_for_another_number_of_columns(surrogate):
    with pytest.raises(ValueError, match="X has 3 features, but the network expects 4"):
        fast(surrogate, fitted(task_of(surrogate))).fit(rows()[:, :3])


def test_a_network_for_other_columns(surrogate):
    estimator = fast(surrogate, fitted(task_of(surrogate), frame()))
    with pytest.raises(ValueError, match=r"missing from X: 'dose'; unexpected in X: 'DOSE'"):
        estimator.fit(frame().rename(columns={"dose": "DOSE"}))
    with pytest.raises(ValueError, match="in another order"):
        estimator.fit(frame()[NAMES[::-1]])


def test_a_network_without_finite_values(surrogate):
    classes = [0, 1] if surrogate in CLASSIFIERS else None
    network = as_network(
        lambda X: np.where(X[:, 1] > 1, np.nan, X[:, 1]), n_features_in=4, classes=classes
    )
    if surrogate is TreeSurrogateClassifier:
        return  # it asks for classes only, and NaN is not above 0
    with pytest.raises(
        ValueError, match=r"must have finite values.*Got NaN.*at \d+ of \d+ points"
    ):
        fast(surrogate, network).fit(rows())


def test_weights_that_a_network_does_not_take(surrogate):
    class Deaf(MLPClassifier if surrogate in CLASSIFIERS else MLPRegressor):
        def fit(self, X, y):
            return super().fit(X, y)

    X, y = rows(), target(rows(), task_of(surrogate))
    with pytest.raises(ValueError, match=r"sample_weight cannot be passed on.*Deaf\.fit"):
        fast(surrogate, Deaf()).fit(X, y, sample_weight=np.ones(len(X)))


# data


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("ready", [True, False])
def test_values_that_are_not_finite(surrogate, value, ready):
    task = task_of(surrogate)
    network = fitted(task) if ready else unfitted(task)
    X = frame()
    X.loc[3, "a b"] = value
    with pytest.raises(ValueError, match=r"must be finite.*column\(s\) 'a b'"):
        fast(surrogate, network).fit(X, target(frame(), task))
    estimator = fast(surrogate, fitted(task)).fit(frame())
    with pytest.raises(ValueError, match=r"contains (NaN|infinity)"):
        estimator.predict(X)


@pytest.mark.parametrize("ready", [True, False])
def test_strings(surrogate, ready):
    task = task_of(surrogate)
    network = fitted(task) if ready else unfitted(task)
    X = frame().assign(dose="low")
    with pytest.raises(ValueError, match=r"must hold numbers only.*columns 'dose'"):
        fast(surrogate, network).fit(X, target(frame(), task))


def test_one_row(surrogate):
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        fast(surrogate, fitted(task_of(surrogate))).fit(rows()[:1])


def test_no_rows(surrogate):
    with pytest.raises(ValueError, match=r"0 sample\(s\)"):
        fast(surrogate, fitted(task_of(surrogate))).fit(frame().iloc[:0])


def test_repeated_column_names(surrogate):
    X = frame().set_axis(["a", "b", "a", "c"], axis=1)
    for network in (fitted(task_of(surrogate)), unfitted(task_of(surrogate))):
        with pytest.raises(ValueError, match="duplicate column names: 'a'"):
            fast(surrogate, network).fit(X, target(frame(), task_of(surrogate)))


def test_rows_to_predict_with_other_columns(surrogate):
    estimator = fast(surrogate, fitted(task_of(surrogate))).fit(frame())
    with pytest.raises(ValueError, match="feature names should match"):
        estimator.predict(frame()[NAMES[::-1]])
    with pytest.raises(ValueError, match="missing"):
        estimator.predict(frame()[NAMES[:3]])
    estimator.fit(rows())
    with pytest.raises(ValueError, match=r"X has 3 features, but \w+ is expecting 4"):
        estimator.predict(rows()[:, :3])


def test_one_class_to_train_on(classifier):
    for network in (None, unfitted("binary")):
        with pytest.raises(ValueError, match=r"at least two classes.*Got one class, 'ash'"):
            fast(classifier, network).fit(rows(), np.full(200, "ash"))
    weight = (target(rows(), "binary") == "ash").astype(float)
    with pytest.raises(ValueError, match="Got one class, 'ash'"):
        fast(classifier, unfitted("binary")).fit(rows(), target(rows(), "binary"), weight)


def test_labels_that_the_network_does_not_know(classifier):
    y = target(rows(), "binary")
    estimator = fast(classifier, fitted("binary"))
    with pytest.raises(ValueError, match=r"does not know: \['elm'\].*\['ash', 'birch'\]"):
        estimator.fit(rows(), np.where(y == "ash", "elm", y))
    with pytest.raises(ValueError, match=r"does not know: \[0, 1\]"):
        estimator.fit(rows(), (y == "ash").astype(int))
    assert estimator.fit(rows(), np.full(200, "ash")).classes_.tolist() == ["ash", "birch"]


def test_numbers_for_classes(classifier):
    for network in (fitted("binary"), unfitted("binary")):
        with pytest.raises(ValueError, match="Unknown label type: continuous"):
            fast(classifier, network).fit(rows(), rows()[:, 1])


def test_strings_for_numbers(regressor):
    with pytest.raises(ValueError, match=r"needs numbers as y. Got values of type <U5 instead"):
        fast(regressor, fitted("regression")).fit(rows(), target(rows(), "binary"))


def test_a_target_of_another_length(surrogate):
    y = target(rows(), task_of(surrogate))[:-1]
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fast(surrogate, fitted(task_of(surrogate))).fit(rows(), y)


def test_bad_weights(surrogate):
    estimator = fast(surrogate, fitted(task_of(surrogate)))
    with pytest.raises(ValueError, match="at least one non-zero"):
        estimator.fit(rows(), sample_weight=np.zeros(200))
    with pytest.raises(ValueError, match="Negative values"):
        estimator.fit(rows(), sample_weight=-np.ones(200))
    with pytest.raises(ValueError, match="shape"):
        estimator.fit(rows(), sample_weight=np.ones(3))


# parameters and order of calls


@pytest.mark.parametrize(
    "options",
    [
        {"max_leaf_nodes": 1},
        {"max_depth": 0},
        {"min_samples_leaf": 0.5},
        {"n_queries": -1},
        {"random_state": np.random.default_rng(0)},
        {"max_features": 0},
        {"C": 0.0},
        {"alpha": -1.0},
    ],
    ids=lambda options: next(iter(options)) + "=" + type(next(iter(options.values()))).__name__,
)
def test_bad_parameters(surrogate, options):
    (name,) = options
    if name not in surrogate().get_params():
        return
    estimator = surrogate(fitted(task_of(surrogate))).set_params(**options)
    with pytest.raises(ValueError, match=f"The '{name}' parameter of {surrogate.__name__} must"):
        estimator.fit(rows())


def test_asking_before_fit(surrogate):
    estimator = fast(surrogate, fitted(task_of(surrogate)))
    for method in ("predict", "predict_proba", "decision_function", "apply"):
        if hasattr(estimator, method):
            with pytest.raises(NotFittedError, match=surrogate.__name__):
                getattr(estimator, method)(rows())
    with pytest.raises(NotFittedError, match=surrogate.__name__):
        estimator.export_text()
    for attribute in ("feature_importances_", "equation_", "equations_", "coef_", "tree_"):
        assert not hasattr(estimator, attribute)


def test_an_unfitted_model_that_is_no_network():
    X, y = rows(), target(rows(), "binary")
    with pytest.raises(TypeError, match="KNeighborsClassifier has no gradients"):
        TreeSurrogateClassifier(KNeighborsClassifier()).fit(X, y)


def test_booleans_and_integers_are_numbers(surrogate):
    X = pd.DataFrame({"on": [True, False] * 50, "n": range(100)})
    classes = [0, 1] if surrogate in CLASSIFIERS else None
    network = as_network(lambda X: X[:, 1] - 50 * X[:, 0] - 20, n_features_in=2, classes=classes)
    estimator = fast(surrogate, network).fit(X)
    assert estimator._input_names == ("on", "n")
    assert len(estimator.predict(X)) == 100
