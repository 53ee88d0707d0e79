"""Fitted surrogates come back from pickle, joblib, copy and skops as they were."""

import copy
import pickle
from io import BytesIO

import joblib
import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils._testing import ignore_warnings

import skinterp
from skinterp.base import FORMS

X = np.random.default_rng(0).normal(size=(150, 3))
Y = X[:, 0] - X[:, 1] * X[:, 2]
SEARCH = {"random_state": 0, "max_complexity": 7, "time_budget": 0.5}
SURROGATES = [
    skinterp.TreeSurrogateClassifier(random_state=0, n_queries=200),
    skinterp.TreeSurrogateRegressor(random_state=0, n_queries=200),
    skinterp.LinearSurrogateClassifier(),
    skinterp.LinearSurrogateRegressor(),
    skinterp.ExactTreeClassifier(),
    skinterp.ExactTreeRegressor(),
    skinterp.PrunedMLPClassifier(random_state=0, n_tuning_steps=5),
    skinterp.PrunedMLPRegressor(random_state=0, n_tuning_steps=5),
    skinterp.SymbolicSurrogateClassifier(**SEARCH),
    skinterp.SymbolicSurrogateRegressor(**SEARCH),
    skinterp.TreeSurrogateClassifier(random_state=0, n_queries=50, n_trees=3),
    skinterp.TreeSurrogateRegressor(random_state=0, n_queries=50, n_trees=3),
    skinterp.HingeSurrogateClassifier(random_state=0, n_queries=50),
    skinterp.HingeSurrogateRegressor(random_state=0, n_queries=50),
    skinterp.AdditiveSurrogateClassifier(random_state=0, n_queries=50, n_pairs=1),
    skinterp.AdditiveSurrogateRegressor(random_state=0, n_queries=50, n_pairs=1),
]


def through_joblib(estimator):
    file = BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


def through_skops(estimator):
    sio = pytest.importorskip("skops.io")
    data = sio.dumps(estimator)
    return sio.loads(data, trusted=sio.get_untrusted_types(data=data))


WAYS = [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy, through_joblib, through_skops]


def test_every_form_is_saved():
    assert {kind for form in FORMS.values() for kind in form.estimators} <= set(
        map(type, SURROGATES)
    )


@pytest.mark.parametrize("surrogate", SURROGATES, ids=lambda s: type(s).__name__)
def test_saved_surrogates_answer_and_print_as_before(surrogate):
    is_classifier = "Classifier" in type(surrogate).__name__
    kind, y = (MLPClassifier, Y > 0) if is_classifier else (MLPRegressor, Y)
    with ignore_warnings():
        net = kind(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=50, random_state=0).fit(X, y)
        fitted = surrogate.set_params(network=net).fit(X)
        for way in WAYS:
            again = way(fitted)
            np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
            assert again.export_text() == fitted.export_text()
            assert again.complexity_ == fitted.complexity_


def test_a_saved_expression_is_short():
    from skinterp.expression import parse

    sio = pytest.importorskip("skops.io")
    expression = parse("+".join(f"{k}.5*x0*x1" for k in range(100)))
    data = sio.dumps(expression)
    assert len(data) < 10_000
    assert sio.loads(data, trusted=sio.get_untrusted_types(data=data)) == expression
