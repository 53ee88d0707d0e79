"""All weights of a network: units aligned in sign and sorted, the answers the same."""

import numpy as np
import pytest
from random_networks import random_network, uniform

from skinterp import as_network
from skinterp.display import WeightMatricesDisplay
from skinterp.hidden import weight_matrices

X = uniform(30, 4)
TASKS = {"regression": (1, None), "binary": (1, ("ill", "well")), "three": (3, ("a", "b", "c"))}


def network_of(task, hidden="tanh", sizes=(5, 3), seed=0):
    n, classes = TASKS[task]
    return random_network([4, *sizes, n], seed, hidden, task=classes)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("hidden", ["tanh", "relu", "identity", "logistic"])
@pytest.mark.parametrize("sizes", [(5,), (5, 3)])
def test_aligned_and_sorted_networks_answer_alike(task, hidden, sizes):
    network = network_of(task, hidden, sizes)
    found = weight_matrices(network)
    answers = found.aligned_network.raw_values(X)
    np.testing.assert_allclose(answers, network.raw_values(X), atol=1e-10)
    for k, layer in enumerate(found.aligned_network.layers[:-1]):
        np.testing.assert_array_equal(found.matrices[k], layer.weights)
    assert [sorted(order.tolist()) for order in found.orders] == [list(range(n)) for n in sizes]
    is_odd = hidden in ("tanh", "identity")
    assert is_odd or all((signs == 1.0).all() for signs in found.signs)


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_outgoing_weights_of_odd_units_are_positive_and_fall(task):
    found = weight_matrices(network_of(task))
    outgoing = found.matrices[-1][:, 0]
    assert (outgoing > 0).all() and (np.diff(outgoing) <= 0).all()
    lengths = np.linalg.norm(found.matrices[1], axis=1)
    assert (np.diff(lengths) <= 1e-12).all()
    strongest = found.matrices[1][np.arange(5), np.abs(found.matrices[1]).argmax(axis=1)]
    assert (strongest > 0).all()


def test_units_of_relu_keep_their_sign_and_are_sorted_by_it():
    network = network_of("regression", "relu", (5,))
    outgoing = weight_matrices(network).matrices[-1][:, 0]
    np.testing.assert_array_equal(outgoing, np.sort(network.layers[1].weights[:, 0])[::-1])


@pytest.mark.parametrize("turn", [[1, 0, 2, 4, 3], [4, 3, 2, 1, 0]])
def test_the_order_and_the_signs_of_units_do_not_matter(turn):
    network = network_of("binary", sizes=(5,))
    (W, b, _), (V, c, _) = network.layers
    signs = np.array([1.0, -1.0, -1.0, 1.0, -1.0])
    weights = [(W * signs)[:, turn], (V * signs[:, np.newaxis])[turn]]
    other = as_network((weights, [(b * signs)[turn], c], ["tanh", "logistic"]))
    first, second = weight_matrices(network), weight_matrices(other)
    for one, two in zip(first.matrices, second.matrices, strict=True):
        np.testing.assert_allclose(one, two)


@pytest.mark.parametrize(("label", "k"), [("ill", 0), ("well", 1), (1, 1)])
def test_a_class_of_two_has_its_sign(label, k):
    network = network_of("binary", "relu", (5,))
    found = weight_matrices(network, label=label)
    weights = network.layers[1].weights[:, 0] * (1 if k else -1)
    np.testing.assert_allclose(found.matrices[-1][:, 0], np.sort(weights)[::-1])
    assert "for" in found.display().title and str(label) in found.display().title


def test_weights_of_several_classes_are_less_their_mean():
    network = network_of("three", "relu", (5,))
    found = weight_matrices(network, label="b")
    weights = network.layers[1].weights
    weights = (weights - weights.mean(axis=1, keepdims=True))[:, 1]
    np.testing.assert_allclose(found.matrices[-1][:, 0], np.sort(weights)[::-1])
    np.testing.assert_allclose(weight_matrices(network).matrices[-1].sum(axis=1), 0, atol=1e-12)


def test_with_rows_units_of_inputs_cancel():
    scale = np.array([1e6, 1e-12, 1.0, 3.0])
    network = network_of("regression")
    (W, b, a), *rest = network.layers
    other = network.with_layers([(W / scale[:, np.newaxis], b, a), *rest])
    first, second = weight_matrices(network, X), weight_matrices(other, X * scale + 5)
    np.testing.assert_allclose(first.matrices[0], second.matrices[0], rtol=1e-3)
    assert first.per_deviation and "per deviation" in str(first)


def test_tables_texts_and_pictures_hold_all_weights():
    found = weight_matrices(network_of("three"))
    table = found.to_frame()
    assert len(table) == sum(matrix.size for matrix in found.matrices)
    np.testing.assert_array_equal(table["weight"][:20], found.matrices[0].ravel())
    assert str(found).count("from") == 3
    display = found.plot()
    assert isinstance(display, WeightMatricesDisplay)
    for ax, matrix, units in zip(display.axes_, found.matrices, found.names[1:], strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), matrix)
        assert [text.get_text() for text in ax.get_xticklabels()] == list(units)


def test_of_large_matrices_the_first_are_shown():
    found = weight_matrices(network_of("regression", sizes=(40,)))
    display = found.plot(max_units=10)
    assert display.axes_[0].images[0].get_array().shape == (4, 10)
    assert "4 x 10 of 4 x 40" in display.axes_[0].get_title(loc="left")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: weight_matrices(([[[1.0]]], [[0.0]], ["identity"])), "needs a hidden layer"),
        (lambda: weight_matrices(network_of("three"), label="d"), r"label must be .*'c'\]"),
        (lambda: weight_matrices(lambda X: X[:, 0]), "needs a network with layers"),
        (lambda: WeightMatricesDisplay([[[1.0]]], [["a"]]).plot(), "names must be 2"),
        (lambda: WeightMatricesDisplay([[[1.0]]], [["a", "b"], ["c"]]).plot(), "row of a matrix"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_titles_are_written_whole():
    X = np.random.default_rng(0).normal(size=(30, 3))
    network = random_network([3, 2, 1], 0, task=("ok", "ill"))
    display = weight_matrices(network, X).plot()
    titles = [" ".join(ax.get_title(loc="left").split()) for ax in display.axes_[:2]]
    assert titles == ["into hidden layer 0, per deviation", "into the output"]
    assert max(map(len, display.axes_[0].get_title(loc="left").split("\n"))) < 34
