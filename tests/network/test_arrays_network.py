"""Networks given as plain arrays."""

import numpy as np
import pytest
from network_pool import fitted, mlp_for, points, random_arrays, task_data
from scipy.special import softmax

from skinterp.network import as_network


@pytest.mark.parametrize(
    ("last", "n_outputs", "task", "classes"),
    [
        ("identity", 1, "regression", None),
        ("exp", 2, "regression", None),
        (("leaky_relu", 0.3), 1, "regression", None),
        ("logistic", 1, "binary", [0, 1]),
        ("sigmoid", 1, "binary", [0, 1]),
        ("logistic", 3, "multilabel", [0, 1, 2]),
        ("softmax", 3, "multiclass", [0, 1, 2]),
        ("softmax", 2, "binary", [0, 1]),
    ],
)
def test_the_last_activation_tells_the_task(last, n_outputs, task, classes):
    network = as_network(random_arrays((3, 4, n_outputs), "tanh", last))
    assert network.task == task
    assert (None if classes is None else network.classes.tolist()) == classes


@pytest.mark.parametrize(
    ("n_outputs", "classes", "task"),
    [(1, ["no", "yes"], "binary"), (2, ["no", "yes"], "binary"), (3, "abc", "multiclass")],
)
def test_classes_say_that_the_outputs_are_logits(n_outputs, classes, task):
    arrays = random_arrays((3, 4, n_outputs), "tanh")
    network, X = as_network(arrays, classes=list(classes)), points(20, 3)
    raw = as_network(arrays).raw_values(X)
    logits = np.hstack([np.zeros_like(raw), raw]) if n_outputs == 1 else raw
    assert network.task == task
    np.testing.assert_allclose(network.predict_proba(X), softmax(logits, axis=1))
    np.testing.assert_array_equal(network.predict(X), np.array(list(classes))[logits.argmax(1)])


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
def test_the_arrays_of_a_model_are_the_model(task):
    X, y = task_data(task)
    model = fitted(mlp_for(task), X, y)
    activations = [model.activation] * 2 + [model.out_activation_]
    classes = None if task == "regression" else model.classes_
    network = as_network((model.coefs_, model.intercepts_, activations), classes=classes)
    assert network == as_network(model)


def test_lists_and_names_are_understood():
    arrays = [[[[1], [2]]], [[0.5]], ["identity"]]
    network = as_network(arrays, feature_names=["length", "width"])
    assert network.feature_names == ("length", "width")
    assert network.predict([[1, 1]]) == 3.5


def changed(part, layer, value):
    """Return sound arrays with one thing changed."""
    arrays = random_arrays((3, 4, 5, 2), "tanh")
    arrays[part][layer] = value
    return arrays


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (changed(0, 0, np.ones(3)), r"weights of layer 0 must be a matrix.*Got shape \(3,\)"),
        (changed(0, 1, np.ones((7, 5))), "weights of layer 1 must have 4 rows.*Got 7 instead"),
        (changed(0, 2, np.ones((5, 0))), "weights of layer 2 must be a matrix"),
        (changed(1, 2, np.ones(3)), r"bias of layer 2 must have shape \(2,\).*Got shape \(3,\)"),
        (
            changed(1, 1, np.full(5, np.nan)),
            "must be finite. Got NaN or infinity in layer 1 instead",
        ),
        (changed(2, 0, "sine"), "activation must be one of .*Got 'sine'"),
        (changed(2, 0, "softmax"), "activation must be one of .*Got 'softmax'"),
        (changed(2, 1, "leaky_relu"), "comes with a slope"),
        (([], [], []), r"Got \(0, 0, 0\) of them instead"),
        (([np.eye(2)], [np.ones(2)], ["relu", "relu"]), r"Got \(1, 1, 2\) of them instead"),
        (random_arrays((3, 1), "tanh", "softmax"), "softmax needs two outputs or more. Got 1"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arrays, message):
    with pytest.raises(ValueError, match=message):
        as_network(arrays)


@pytest.mark.parametrize("arrays", [([np.eye(2)], [np.ones(2)], "relu"), (1, 2, 3)])
def test_three_sequences_are_needed(arrays):
    with pytest.raises(TypeError, match=r"\(coefs, intercepts, activations\).*three sequences"):
        as_network(arrays)


@pytest.mark.parametrize(
    ("last", "n_outputs", "classes", "message"),
    [
        ("identity", 3, ["a", "b"], r"classes must be 3 different labels.*Got \['a', 'b'\]"),
        ("identity", 1, ["a", "a"], r"classes must be 2 different labels"),
        ("logistic", 1, ["a", "b", "c"], "classes must be 2 different labels"),
        ("tanh", 1, ["a", "b"], "last activation must be identity.*Got tanh instead"),
    ],
)
def test_classes_that_do_not_fit_are_refused(last, n_outputs, classes, message):
    with pytest.raises(ValueError, match=message):
        as_network(random_arrays((3, 4, n_outputs), "tanh", last), classes=classes)


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a", "b"], "must be 3 names.*Got 2"), (["a", "b", "a"], "must differ from one another")],
)
def test_names_that_do_not_fit_are_refused(names, message):
    with pytest.raises(ValueError, match=f"feature_names {message}"):
        as_network(random_arrays((3, 4, 1), "tanh"), feature_names=names)
