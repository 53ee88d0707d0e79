"""Folds on other engines: the same results bit for bit; predictions on dask frames."""

import warnings

import dask
import distributed
import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from sklearn.neural_network import MLPClassifier

from skinterp import (
    LinearSurrogateClassifier,
    TreeSurrogateClassifier,
    as_network,
    compare_surrogates,
)

X = pd.DataFrame(np.random.RandomState(0).normal(size=(240, 3)), columns=["a", "b", "c"])
Y = (X["a"] * X["b"] + X["c"] > 0).to_numpy()
FORMS = {
    "tree": TreeSurrogateClassifier(n_queries=200, random_state=0),
    "linear": LinearSurrogateClassifier(),
}


@pytest.fixture(scope="module")
def network():
    model = MLPClassifier((8,), max_iter=1000, random_state=0, solver="lbfgs", alpha=0.1)
    return as_network(model.fit(X, Y))


@pytest.fixture(scope="module")
def alone(network):
    return compare_surrogates(network, X, Y, FORMS, cv=2)


@pytest.fixture(scope="module")
def cluster():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
        with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
            yield client


def assert_same(found, expected):
    for form, scores in expected.scores.items():
        for metric, values in scores.items():
            if metric != "seconds":
                np.testing.assert_array_equal(found.scores[form][metric], values)
    for name, estimator in expected.estimators.items():
        assert found.estimators[name].export_text() == estimator.export_text()
        assert found.estimators[name].network is found.network


def test_processes_give_the_same(network, alone):
    assert_same(compare_surrogates(network, X, Y, FORMS, cv=2, n_jobs=2), alone)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same(network, alone, cluster):
    with parallel_config(backend="dask"):
        found = compare_surrogates(network, X, Y, FORMS, cv=2, n_jobs=2)
    assert_same(found, alone)


def test_threads_give_the_same(network, alone):
    with parallel_config(backend="threading"):
        assert_same(compare_surrogates(network, X, Y, FORMS, cv=2, n_jobs=2), alone)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", FORMS)
def test_surrogates_predict_on_frames_in_parts(alone, form):
    from dask.dataframe import from_pandas

    parts = from_pandas(X, npartitions=3)
    surrogate = alone.estimators[form]
    lazy = parts.map_partitions(surrogate.predict, meta=np.empty(0, dtype=bool))
    found = np.concatenate([np.asarray(part) for part in dask.compute(*lazy.to_delayed())])
    np.testing.assert_array_equal(found, surrogate.predict(X))
