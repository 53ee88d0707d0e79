"""Fidelity: agreement with the network explained, wherever scikit-learn takes a scorer."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skinterp import (
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
    as_network,
    fidelity_score,
)

X = np.random.RandomState(0).standard_normal((150, 3)) * [1.0, 5.0, 0.1]
Y = np.where(X[:, 0] * X[:, 1] > 0.0, "yes", "no")


def binary():
    """Return a network of two classes."""
    return as_network(lambda X: X[:, 0] * X[:, 1], n_features_in=3, classes=["no", "yes"])


def regression():
    """Return a regression network."""
    return as_network(lambda X: X[:, 0] * X[:, 1], n_features_in=3)


def tree(network=None, **options):
    """Return a small tree surrogate."""
    return TreeSurrogateClassifier(
        network or binary(), n_queries=100, random_state=0, max_leaf_nodes=4, **options
    )


def test_classifiers_the_share_of_rows_that_agree():
    surrogate = tree().fit(X)
    score = fidelity_score(surrogate, X)
    assert type(score) is float
    assert score == np.mean(surrogate.predict(X) == Y) == accuracy_score(Y, surrogate.predict(X))
    assert score < 1.0


def test_regressors_r2_to_the_network():
    surrogate = LinearSurrogateRegressor(regression()).fit(X)
    score = fidelity_score(surrogate, X)
    assert type(score) is float
    assert score == r2_score(X[:, 0] * X[:, 1], surrogate.predict(X))


def test_several_outputs_count_alike():
    network = as_network(lambda X: X[:, :2] ** 2, n_outputs=2, n_features_in=3)
    surrogate = TreeSurrogateRegressor(network, n_queries=0).fit(X)
    answers, values = network.predict(X), surrogate.predict(X)
    expected = np.mean([r2_score(answers[:, k], values[:, k]) for k in range(2)])
    assert fidelity_score(surrogate, X) == pytest.approx(expected)


def test_the_target_is_ignored():
    surrogate = tree().fit(X)
    assert fidelity_score(surrogate, X, ["junk"]) == fidelity_score(surrogate, X)


def test_fidelity_is_perfect_for_a_perfect_surrogate():
    network = as_network(lambda X: X @ [1.0, 2.0, 3.0] + 4.0, n_features_in=3)
    surrogate = LinearSurrogateRegressor(network, alpha=0.0).fit(X)
    assert fidelity_score(surrogate, X) == pytest.approx(1.0)


def test_a_given_network_is_compared_with():
    other = as_network(lambda X: X[:, 0], classes=["no", "yes"])
    surrogate = tree().fit(X)
    assert fidelity_score(surrogate, X, network=other) == np.mean(
        surrogate.predict(X) == other.predict(X)
    )
    assert fidelity_score(surrogate, X, network=binary()) == fidelity_score(surrogate, X)
    model = MLPClassifier((4,), solver="lbfgs", max_iter=500, random_state=0).fit(X, Y)
    agreement = np.mean(surrogate.predict(X) == model.predict(X))
    assert fidelity_score(surrogate, X, network=model) == agreement


def test_any_estimator_is_compared_with_a_given_network():
    forest = RandomForestClassifier(10, random_state=0).fit(X, Y)
    assert fidelity_score(forest, X, network=binary()) == np.mean(forest.predict(X) == Y)
    values = X[:, 0] * X[:, 1]
    forest = RandomForestRegressor(10, random_state=0).fit(X, values)
    assert fidelity_score(forest, X, network=regression()) == r2_score(values, forest.predict(X))
    pipeline = make_pipeline(StandardScaler(), DummyClassifier()).fit(X, Y)
    expected = np.mean(pipeline.predict(X) == Y)
    assert fidelity_score(pipeline, X, network=binary()) == expected


def test_all_that_wraps_a_surrogate():
    plain = tree().fit(X)
    expected = fidelity_score(plain, X)
    search = GridSearchCV(tree(), {"max_leaf_nodes": [4]}, cv=2, scoring=fidelity_score).fit(X)
    assert fidelity_score(search, X) == expected
    assert fidelity_score(FrozenEstimator(plain), X) == expected
    assert fidelity_score(make_pipeline(tree()).fit(X), X) == expected
    assert fidelity_score(make_pipeline("passthrough", tree()).fit(X), X) == expected
    both = make_pipeline(search).fit(X)
    assert fidelity_score(both, X) == expected


def test_a_pipelines_network_takes_what_the_steps_give():
    scaled = as_network(lambda Z: (Z[:, 0] - 0.5) * (Z[:, 1] - 0.5), classes=["no", "yes"])
    pipeline = make_pipeline(StandardScaler(), MinMaxScaler(), tree(scaled)).fit(X)
    inner = pipeline[:-1].transform(X)
    expected = np.mean(pipeline.predict(X) == scaled.predict(inner))
    assert fidelity_score(pipeline, X) == expected
    selected = make_pipeline(SelectKBest(k=1), LinearSurrogateClassifier(random_state=0))
    network = MLPClassifier((3,), solver="lbfgs", max_iter=500, alpha=0.1, random_state=0)
    selected.set_params(linearsurrogateclassifier__network=network).fit(X, Y)
    assert 0.5 < fidelity_score(selected, X) <= 1.0


def test_data_frames_are_passed_on_as_they_are():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    network = as_network(
        lambda X: X[:, 0] * X[:, 1], classes=["no", "yes"], feature_names=["a", "b", "c"]
    )
    for surrogate in (tree(network).fit(frame), make_pipeline(tree(network)).fit(frame)):
        score = fidelity_score(surrogate, frame)
        assert score == fidelity_score(tree(network).fit(X), X)
        with pytest.raises(ValueError, match=r"columns of X differ|feature names"):
            fidelity_score(surrogate, frame.rename(columns={"a": "z"}))


def test_it_scores_in_every_tool():
    surrogate, leaves = tree(), [2, 4, 8]
    assert (cross_val_score(surrogate, X, scoring=fidelity_score, cv=3) > 0.4).all()
    scoring = {"fidelity": fidelity_score, "accuracy": "accuracy"}
    result = cross_validate(surrogate, X, Y, scoring=scoring, cv=3, return_train_score=True)
    np.testing.assert_array_equal(result["test_fidelity"], result["test_accuracy"])
    np.testing.assert_array_equal(result["train_fidelity"], result["train_accuracy"])
    options = {"scoring": fidelity_score, "cv": 3}
    search = RandomizedSearchCV(
        surrogate, {"max_leaf_nodes": leaves}, n_iter=2, random_state=0, **options
    ).fit(X)
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()
    assert search.score(X) == fidelity_score(search.best_estimator_, X)
    curve = validation_curve(
        surrogate, X, Y, param_name="max_leaf_nodes", param_range=leaves, **options
    )
    assert curve[0].mean(axis=1)[-1] > curve[0].mean(axis=1)[0]
    assert np.isfinite(learning_curve(surrogate, X, Y, train_sizes=[0.5, 1.0], **options)[2]).all()


# refusals


def test_an_estimator_without_network():
    forest = RandomForestClassifier(2).fit(X, Y)
    with pytest.raises(TypeError, match=r"RandomForestClassifier explains no network.*network="):
        fidelity_score(forest, X)
    with pytest.raises(TypeError, match=r"DummyClassifier explains no network"):
        fidelity_score(make_pipeline(StandardScaler(), DummyClassifier()).fit(X, Y), X)


def test_values_are_not_compared_with_classes():
    with pytest.raises(ValueError, match=r"DummyRegressor predicts values, but the network class"):
        fidelity_score(DummyRegressor().fit(X, X[:, 0]), X, network=binary())
    with pytest.raises(ValueError, match=r"predicts classes, but the network values.*margin"):
        fidelity_score(tree().fit(X), X, network=regression())


def test_an_unfitted_estimator():
    for estimator in (tree(), make_pipeline(tree()), GridSearchCV(tree(), {})):
        with pytest.raises(NotFittedError):
            fidelity_score(estimator, X)


def test_a_model_that_is_no_network():
    with pytest.raises(TypeError, match="has no gradients"):
        fidelity_score(tree().fit(X), X, network=RandomForestClassifier(2).fit(X, Y))
