"""The task that the user says, of models that do not say it, and of those that do."""

import pickle

import numpy as np
import pytest
from network_pool import fitted, mlp_for, random_arrays, task_data

from skinterp.network import GraphNetwork, Node, as_activation, as_network

X = np.random.default_rng(0).normal(size=(20, 3))
WEIGHTS = np.random.default_rng(1).normal(size=(3, 4))


def callable_of(n_outputs):
    return lambda X: X @ WEIGHTS[:, :n_outputs]


def arrays_of(n_outputs):
    return random_arrays((3, 4, n_outputs), "tanh")


@pytest.mark.parametrize("model", [callable_of, arrays_of])
@pytest.mark.parametrize(
    ("task", "n_outputs", "classes"),
    [
        ("binary", 1, [0, 1]),
        ("binary", 1, ["no", "yes"]),
        ("multiclass", 3, [0, 1, 2]),
        ("multiclass", 3, ["a", "b", "c"]),
        ("multilabel", 2, [0, 1]),
        ("multilabel", 2, ["wet", "cold"]),
        ("regression", 2, None),
    ],
)
def test_a_task_may_be_said(model, task, n_outputs, classes):
    options = {"n_outputs": n_outputs, "n_features_in": 3} if model is callable_of else {}
    named = {} if classes is None or classes[0] == 0 else {"classes": classes}
    made = model(n_outputs)
    network = as_network(made, task=task, **named, **options)
    plain = as_network(made, **options)
    assert network.task == task
    assert (network.classes is None) if classes is None else list(network.classes) == classes
    np.testing.assert_array_equal(network.raw_values(X), plain.raw_values(X))
    if task == "multilabel":
        expected = 1.0 / (1.0 + np.exp(-plain.raw_values(X)))
        np.testing.assert_allclose(network.predict_proba(X), expected)
    if model is arrays_of:
        assert pickle.loads(pickle.dumps(network)) == network
    twin = type(network)(*network.arguments())
    assert (twin.task, twin.n_outputs) == (network.task, network.n_outputs)


def test_two_logits_of_two_classes_become_one():
    network = as_network(arrays_of(2), task="binary")
    pair = as_network(arrays_of(2)).raw_values(X)
    np.testing.assert_allclose(network.raw_values(X)[:, 0], pair[:, 1] - pair[:, 0])


def test_graphs_are_given_a_task_too():
    affine = Node("affine", (0,), (np.eye(2), np.zeros(2)))
    bent = Node("activation", (1,), (as_activation("tanh"),))
    graph = GraphNetwork([Node("input", (), (2,)), affine, bent, Node("add", (0, 2))])
    found = graph.retasked("multilabel", [0, 1])
    assert pickle.loads(pickle.dumps(found)) == found and found.task == "multilabel"


@pytest.mark.parametrize(
    ("task", "model", "options", "match"),
    [
        ("ranking", arrays_of(1), {}, "task must be one of regression, .* Got 'ranking' instead"),
        ("regression", arrays_of(1), {"classes": [0, 1]}, "'regression' has no classes"),
        ("multiclass", arrays_of(1), {}, "needs three logits or more, one a class. Got a model"),
        ("binary", arrays_of(3), {}, "needs one or two logits. Got a model with 3 output"),
        ("binary", arrays_of(3), {"classes": list("abc")}, "must be 'multiclass', which the cla"),
        ("multilabel", arrays_of(3), {"classes": list("ab")}, "3 output.s. and 2 label"),
        ("multilabel", arrays_of(1), {}, "needs two logits or more"),
        ("multiclass", random_arrays((3, 2, 1), "tanh", "logistic"), {}, "must be 'binary', whic"),
        ("multilabel", random_arrays((3, 2, 2), "tanh", "tanh"), {}, r"Got .*tanh.* instead"),
        ("multiclass", callable_of(3), {}, "by n_outputs= or classes="),
    ],
)
def test_contradictions_are_refused(task, model, options, match):
    with pytest.raises(ValueError, match=match):
        as_network(model, task=task, **options)


def test_models_that_say_their_task_are_compared_with_it():
    model = fitted(mlp_for("multiclass"), *task_data("multiclass"))
    assert as_network(model, task="multiclass") == as_network(model)
    with pytest.raises(ValueError, match=r"task must be 'multiclass', which the model says its"):
        as_network(model, task="regression")
    with pytest.raises(ValueError, match="task must be 'multiclass'"):
        as_network(as_network(model), task="binary")
