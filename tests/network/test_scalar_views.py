"""Scalar views: what they compute, that they are networks, what they refuse."""

import numpy as np
import pytest
from network_pool import central_differences, fitted, mlp_for, points, random_network, task_data
from scipy.special import logit

from skinterp.network import Network, ScalarView, as_network


def views_of(network):
    """Return one view of each kind."""
    views = [network.unit(0, 1), network.unit(-1, 0, before_activation=True)]
    views.append(network.output() if network.n_outputs == 1 else network.output(0))
    if network.classes is not None:
        views += [network.margin(0), network.margin(1)]
    if network.n_outputs > 1:
        views.append(network.difference(1, 0))
    return views


VIEWS = [
    view
    for last, k in [("identity", 1), ("exp", 3), ("tanh", 2), ("logistic", 1), ("logistic", 2)]
    + [("softmax", 3)]
    for view in views_of(random_network((4, 6, 5, k), "tanh", last))
]


@pytest.mark.parametrize("view", VIEWS, ids=repr)
def test_gradient_equals_central_differences(view):
    X = points(15, 4)
    np.testing.assert_allclose(view.gradient(X), central_differences(view.value, X), atol=1e-8)


@pytest.mark.parametrize("view", VIEWS, ids=repr)
def test_a_view_is_a_regression_network_with_one_output(view):
    X = points(15, 4)
    assert isinstance(view, Network)
    assert (view.task, view.n_outputs, view.n_features_in, view.classes) == (
        "regression", 1, 4, None,
    )  # fmt: skip
    np.testing.assert_array_equal(view.predict(X), view.value(X))
    np.testing.assert_array_equal(view.raw_values(X)[:, 0], view.value(X))
    np.testing.assert_array_equal(view.jacobian(X)[:, 0], view.gradient(X))
    np.testing.assert_array_equal(view.pullback(X, [[2.0]]), 2.0 * view.gradient(X))
    np.testing.assert_array_equal(view.output().value(X), view.value(X))
    values, gradients = view.value_and_gradient(X)
    np.testing.assert_allclose(values, view.value(X), rtol=1e-13)
    np.testing.assert_array_equal(gradients, view.gradient(X))
    assert as_network(view) is view


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_margins_are_the_log_odds_of_the_models_probabilities(task):
    X, y = task_data(task)
    model = fitted(mlp_for(task), X, y)
    network, proba = as_network(model), model.predict_proba(X)
    for k in range(len(model.classes_)):
        margin = network.margin(k).value(X)
        decided = np.abs(margin) < 20  # beyond it the probability has lost the digits
        np.testing.assert_allclose(margin[decided], logit(proba[decided, k]), rtol=1e-6, atol=1e-8)


def test_the_margin_of_a_label_is_its_logit():
    X, y = task_data("multilabel")
    model = fitted(mlp_for("multilabel"), X, y)
    network, proba = as_network(model), model.predict_proba(X)
    for k in range(3):
        margin = network.margin(k).value(X)
        decided = np.abs(margin) < 20
        np.testing.assert_allclose(margin[decided], logit(proba[decided, k]), rtol=1e-6, atol=1e-8)


def test_the_binary_margin_is_the_logit_and_its_negative():
    network, X = random_network((3, 5, 1), last="logistic"), points(9, 3)
    np.testing.assert_array_equal(network.margin().value(X), network.output().value(X))
    np.testing.assert_array_equal(network.margin(0).value(X), -network.margin(1).value(X))
    np.testing.assert_array_equal(network.difference(0, 1).value(X), network.margin(0).value(X))
    assert network.margin() == network.margin(1)


def test_huge_logits_give_finite_margins_and_gradients():
    coefs = [np.array([[1e6, 0.0, -1e6]])]
    network = as_network((coefs, [np.zeros(3)], ["softmax"]))
    X = np.array([[-5.0], [0.0], [7.0]])
    for k in range(3):
        assert np.isfinite(network.margin(k).value(X)).all()
        assert np.isfinite(network.margin(k).gradient(X)).all()
    assert network.margin(0).value(X)[2] == pytest.approx(7e6)


def test_a_difference_of_outputs_is_their_difference():
    network, X = random_network((3, 5, 4), last="exp"), points(9, 3)
    raw = network.raw_values(X)
    np.testing.assert_allclose(network.difference(3, 1).value(X), raw[:, 3] - raw[:, 1])


@pytest.mark.parametrize("layer", [0, 1, -1, -2])
def test_a_unit_is_a_column_of_the_hidden_activations(layer):
    network, X = random_network((3, 6, 5, 2)), points(9, 3)
    for before in (False, True):
        expected = network.hidden_activations(X, layer, before)[:, 4]
        np.testing.assert_allclose(network.unit(layer, 4, before).value(X), expected, rtol=1e-13)


def test_a_view_of_a_view_reaches_the_hidden_units():
    network = random_network((3, 6, 5, 2))
    assert network.output(1).unit(0, 2).name == network.unit(0, 2).name
    assert network.output(1).unit(0, 2) == network.unit(0, 2)


def test_names_can_be_read():
    iris = random_network((2, 3, 3), last="softmax", classes=["setosa", "versicolor", "virginica"])
    assert iris.margin(0).name == "margin of 'setosa'"
    assert iris.difference(1, 2).name == "'versicolor' against 'virginica'"
    assert iris.output(1).name == "output 1"
    assert iris.unit(-1, 2).name == "unit 2 of hidden layer 0"
    assert iris.unit(0, 2, True).name == "unit 2 of hidden layer 0 before activation"
    assert random_network((2, 3, 1), last="logistic").margin().name == "margin of class 1"
    assert random_network((2, 3, 1)).output().name == "output"
    assert repr(iris.margin(0)).startswith("ScalarView(margin of 'setosa', of DenseNetwork(2-3-3")


def test_names_of_inputs_are_handed_on():
    network = random_network((2, 3, 1), feature_names=["length", "width"])
    assert (
        network.output().feature_names == network.unit(0, 0).feature_names == ("length", "width")
    )
    assert isinstance(network.unit(0, 0), ScalarView)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda n: n.output(3), ValueError, r"k must be one of \[0, 1, 2\]\. Got 3 instead"),
        (lambda n: n.output(-1), ValueError, r"k must be one of \[0, 1, 2\]\. Got -1 instead"),
        (lambda n: n.margin("b"), ValueError, r"k must be one of .* Got 'b' instead"),
        (lambda n: n.margin(), ValueError, r"k must be one of .* Got None instead"),
        (lambda n: n.margin(3), ValueError, r"k must be one of \[0, 1, 2\]"),
        (lambda n: n.difference(1, 1), ValueError, "two different outputs. Got 1 twice"),
        (lambda n: n.difference(1, 3), ValueError, r"k must be one of \[0, 1, 2\]"),
        (lambda n: n.unit(1, 0), ValueError, "layer.* must be between -1 and 0. Got 1"),
        (lambda n: n.unit(0.5, 0), TypeError, "layer.* must be an integer index. Got 0.5"),
        (lambda n: n.unit(0, 6), ValueError, "unit of hidden layer 0 must be between 0 and 5"),
    ],
)
def test_an_index_out_of_range_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(random_network((4, 6, 3), last="softmax"))


@pytest.mark.parametrize("what", ["margin", "predict_proba"])
def test_a_regression_has_no_classes(what):
    network = random_network((4, 6, 1))
    argument = points(2, 4) if what == "predict_proba" else 0
    with pytest.raises(ValueError, match=f"{what} needs a classifier.* regression"):
        getattr(network, what)(argument)
