"""The rule for networks: fitted ones are used as they are, unfitted ones are trained in `fit`."""

import pickle

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from surrogate_pool import (
    CLASSIFIERS,
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

from skinterp import TreeSurrogateClassifier, as_network, fidelity_score
from skinterp.base import needs_training

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.fixture(params=SURROGATES, ids=lambda surrogate: surrogate.__name__)
def surrogate(request):
    return request.param


def weights_of(pipeline):
    """Return a copy of all weights of a pipeline's network."""
    return [w.copy() for w in (*pipeline[-1].coefs_, *pipeline[-1].intercepts_)]


def test_what_needs_training():
    model = fitted("binary")
    ready = [model, model[-1], as_network(model), FrozenEstimator(model), len, ([], [], [])]
    assert [needs_training(network) for network in ready] == [False] * len(ready)
    assert needs_training(None)
    assert needs_training(unfitted("binary"))
    assert needs_training(GridSearchCV(unfitted("binary"), {}))
    assert not needs_training(type(model))


def test_clone_shares_a_fitted_network(surrogate):
    model = fitted(task_of(surrogate))
    for network in (model, as_network(model), FrozenEstimator(model), np.sum):
        estimator = fast(surrogate, network)
        assert clone(estimator).network is network
        assert clone(clone(Pipeline([("s", estimator)]))).named_steps["s"].network is network


def test_clone_copies_an_unfitted_network_and_all_else(surrogate):
    network = unfitted(task_of(surrogate), alpha=0.7)
    twin = clone(fast(surrogate, network))
    assert twin.network is not network
    assert twin.network[-1].alpha == 0.7
    assert twin.random_state == 0


def test_clone_keeps_requests_for_weights(surrogate):
    with config_context(enable_metadata_routing=True):
        for network in (unfitted(task_of(surrogate)), fitted(task_of(surrogate))):
            twin = clone(fast(surrogate, network).set_fit_request(sample_weight=True))
            assert twin.get_metadata_routing().fit.requests == {"sample_weight": True}


def test_clone_is_unfitted(surrogate):
    estimator = fast(surrogate, fitted(task_of(surrogate))).fit(rows())
    assert not hasattr(clone(estimator), "network_")
    assert hasattr(estimator, "network_")


def test_a_fitted_network_is_not_changed_by_a_grid_search(surrogate):
    task = task_of(surrogate)
    model = fitted(task)
    before = weights_of(model)
    name = "max_leaf_nodes" if "Tree" in surrogate.__name__ else "max_features"
    search = GridSearchCV(fast(surrogate, model), {name: [2, 3, 4]}, scoring=fidelity_score, cv=3)
    search.fit(rows(), target(rows(), task))
    assert search.best_estimator_.network is model
    assert search.best_estimator_.network_ == as_network(model)
    for was, now in zip(before, weights_of(model)):
        np.testing.assert_array_equal(was, now)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_fitted_network_needs_no_target(surrogate):
    estimator = fast(surrogate, fitted(task_of(surrogate)))
    assert not estimator.__sklearn_tags__().target_tags.required
    scores = cross_validate(estimator, rows(), scoring=fidelity_score, cv=3)["test_score"]
    assert (scores > 0.4).all()


def test_a_target_makes_no_difference_to_a_fitted_network(surrogate):
    X, task = rows(), task_of(surrogate)
    estimator = fast(surrogate, fitted(task))
    without = estimator.fit(X).predict(X)
    np.testing.assert_array_equal(estimator.fit(X, target(X, task)[::-1]).predict(X), without)


def test_an_unfitted_network_is_trained_in_every_fold(surrogate):
    X, task = rows(), task_of(surrogate)
    network = unfitted(task)
    result = cross_validate(
        fast(surrogate, network),
        X,
        target(X, task),
        cv=3,
        scoring=fidelity_score,
        return_estimator=True,
        return_indices=True,
    )
    assert len({estimator.network_ for estimator in result["estimator"]}) == 3
    for estimator, train in zip(result["estimator"], result["indices"]["train"]):
        expected = clone(network).fit(X[train], target(X, task)[train])
        assert estimator.network_ == as_network(expected)
    assert needs_training(network)


def test_fit_leaves_an_unfitted_network_unfitted(surrogate):
    network, X = unfitted(task_of(surrogate)), rows()
    estimator = fast(surrogate, network)
    assert estimator.__sklearn_tags__().target_tags.required
    estimator.fit(X, target(X, task_of(surrogate)))
    assert estimator.network is network
    assert needs_training(network)


def test_settings_of_an_unfitted_network_are_tuned():
    X, y = rows(), target(rows(), "binary")
    search = GridSearchCV(
        fast(TreeSurrogateClassifier, unfitted("binary")),
        {"network__mlpclassifier__alpha": [1e-3, 10.0]},
        cv=3,
    ).fit(X, y)
    alpha = search.best_params_["network__mlpclassifier__alpha"]
    assert search.best_estimator_.network[-1].alpha == alpha
    expected = unfitted("binary", alpha=alpha).fit(X, y)
    assert search.best_estimator_.network_ == as_network(expected)


def test_settings_of_a_fitted_network_are_refused(surrogate):
    model = fitted(task_of(surrogate))
    name = f"network__{model.steps[-1][0]}__alpha"
    estimator = fast(surrogate, model)
    with pytest.raises(ValueError, match=r"already fitted and is used as it is.*clone\(network\)"):
        estimator.set_params(**{name: 5.0})
    assert model[-1].alpha == 0.1
    for network in (as_network(model), len):
        with pytest.raises(ValueError, match="already fitted"):
            fast(surrogate, network).set_params(network__alpha=1)
    with pytest.raises(ValueError, match=r"because network is None.*default_network"):
        fast(surrogate).set_params(network__alpha=1)
    estimator.set_params(**{"network": clone(model), name: 5.0})
    assert estimator.network[-1].alpha == 5.0
    assert estimator.set_params(random_state=3).random_state == 3


def test_networks_in_a_grid_are_used_as_they_are_when_read_first():
    X, y = rows(), target(rows(), "binary")
    networks = [as_network(fitted("binary")), as_network(fitted("binary", rows(150, seed=1)))]
    search = GridSearchCV(fast(TreeSurrogateClassifier), {"network": networks}, cv=2).fit(X, y)
    assert search.best_estimator_.network_ is search.best_params_["network"]
    assert search.best_estimator_.network_ in networks


@pytest.mark.parametrize("read", [as_network, FrozenEstimator, lambda model: model])
def test_all_that_holds_the_same_network_gives_the_same_surrogate(surrogate, read):
    X, model = rows(), fitted(task_of(surrogate))
    expected = fast(surrogate, model).fit(X)
    estimator = fast(surrogate, read(model)).fit(X)
    assert estimator.network_ == expected.network_
    np.testing.assert_array_equal(estimator.predict(X), expected.predict(X))


def test_no_network_means_the_default_one(surrogate):
    X, task = rows(), task_of(surrogate)
    y = target(X, task)
    estimator = fast(surrogate).fit(X, y)
    assert estimator.network_.hidden_layer_sizes == (60, 60)
    assert estimator.network_.task == task
    assert fast(surrogate).fit(X, y).network_ == estimator.network_
    assert estimator.network is None


@pytest.mark.parametrize("surrogate_class", CLASSIFIERS)
def test_the_default_network_of_several_classes(surrogate_class):
    X = rows()
    estimator = fast(surrogate_class).fit(X, target(X, "multiclass"))
    assert estimator.network_.task == "multiclass"
    assert estimator.classes_.tolist() == ["ash", "birch", "cedar"]
    assert estimator.score(X, target(X, "multiclass")) > 0.7


def test_training_sees_the_data_frame_and_keeps_its_names(surrogate):
    X, task = frame(), task_of(surrogate)
    seen = []

    def look(table):
        seen.append(list(table.columns))
        return table

    network = unfitted(task)
    network.steps.insert(0, ("look", FunctionTransformer(look, feature_names_out="one-to-one")))
    with pytest.raises(TypeError):
        fast(surrogate, network).fit(X, target(X, task))
    assert seen[0] == list(X.columns)
    estimator = fast(surrogate, unfitted(task)).fit(X, target(X, task))
    assert estimator.network_.feature_names == tuple(X.columns)
    assert estimator.feature_names_in_.tolist() == list(X.columns)


def test_names_come_from_the_rows_or_else_from_the_network(surrogate):
    task = task_of(surrogate)
    named, bare = fitted(task, frame()), fitted(task)
    assert fast(surrogate, bare).fit(frame())._input_names == tuple(frame().columns)
    assert fast(surrogate, named).fit(rows())._input_names == tuple(frame().columns)
    assert fast(surrogate, bare).fit(rows())._input_names == ("x0", "x1", "x2", "x3")


def test_inside_a_pipeline_the_network_takes_what_the_steps_give(surrogate):
    task = task_of(surrogate)
    X = rows()
    scaler = StandardScaler().fit(X)
    inner = unfitted(task).fit(scaler.transform(X), target(X, task))
    pipeline = make_pipeline(StandardScaler(), fast(surrogate, inner)).fit(X)
    assert pipeline[-1].network is inner
    assert fidelity_score(pipeline, X) > 0.4
    scores = cross_validate(pipeline, X, scoring=fidelity_score, cv=3)["test_score"]
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("surrogate_class", SURROGATES)
def test_weights_reach_the_training(surrogate_class):
    X, task = rows(), task_of(surrogate_class)
    y, weight = target(X, task), np.random.RandomState(0).randint(0, 3, len(X)).astype(float)
    network = unfitted(task)
    step = network.steps[-1][0]
    expected = clone(network).fit(X, y, **{f"{step}__sample_weight": weight})
    estimator = fast(surrogate_class, network).fit(X, y, sample_weight=weight)
    assert estimator.network_ == as_network(expected)
    bare = network[-1].set_params(hidden_layer_sizes=(2,))
    scaled = StandardScaler().fit_transform(X)
    estimator = fast(surrogate_class, bare).fit(scaled, y, sample_weight=weight)
    assert estimator.network_ == as_network(clone(bare).fit(scaled, y, sample_weight=weight))


@pytest.mark.parametrize("surrogate_class", SURROGATES)
def test_fitted_surrogates_are_small_and_survive_pickling(surrogate_class):
    task = task_of(surrogate_class)
    X = np.concatenate([rows(seed=seed) for seed in range(100)])
    estimator = fast(surrogate_class, as_network(fitted(task))).fit(X)
    text = pickle.dumps(estimator)
    assert len(text) < X.nbytes / 20
    twin = pickle.loads(text)
    np.testing.assert_array_equal(twin.predict(X), estimator.predict(X))
    assert twin.network_ == estimator.network_


@pytest.mark.parametrize("surrogate_class", REGRESSORS)
def test_regressors_explain_scalar_views(surrogate_class):
    network, X = as_network(fitted("multiclass")), rows()
    for view in (network.margin(2), network.unit(0, 1), network.difference(0, 1)):
        estimator = fast(surrogate_class, view).fit(X)
        assert estimator.network_ is view
        assert fidelity_score(estimator, X) > 0.3


@pytest.mark.parametrize("surrogate_class", REGRESSORS)
def test_regressors_explain_several_outputs(surrogate_class):
    X, y = rows(), target(rows(), "multioutput")
    estimator = fast(surrogate_class, unfitted("multioutput")).fit(X, y)
    assert estimator.predict(X).shape == (len(X), 2)
    assert estimator.score(X, y) > 0.5
    assert fidelity_score(estimator, X) > 0.5
    single = fast(surrogate_class, unfitted("regression")).fit(X, y[:, [0]])
    assert single.predict(X).shape == (len(X),)


def test_random_states_decide_all(surrogate):
    X, task = rows(), task_of(surrogate)
    y = target(X, task)
    results = [fast(surrogate).fit(X, y).predict(X) for _ in range(2)]
    np.testing.assert_array_equal(*results)


def test_ordinary_use_warns_of_nothing(surrogate, recwarn):
    X = rows(500)
    fast(surrogate).fit(X, target(X, task_of(surrogate)))
    assert not [warning for warning in recwarn if warning.category is ConvergenceWarning]
