"""One image explained by units: everything adds up, whatever the network and the class."""

import numpy as np
import pandas as pd
import pytest
from random_networks import random_network

from skinterp import as_network
from skinterp.hidden import explain_image
from skinterp.hidden._secants import input_shares

SHAPE = (3, 4)
RNG = np.random.default_rng(0)
X = RNG.uniform(0, 16, size=(30, 12))
LABELS = {1: ("ill", "well"), 3: ("a", "b", "c")}


def network_of(n_outputs, hidden="relu", sizes=(5,), task=True, seed=0):
    classes = LABELS[n_outputs] if task else None
    return random_network([12, *sizes, n_outputs], seed, hidden, task=classes)


def logit(network, x, k):
    raw = network.raw_values(x[np.newaxis])[0]
    if network.task == "binary":
        return raw[0] if k else -raw[0]
    return raw[k] - raw.mean() if network.task == "multiclass" else raw[k]


@pytest.mark.parametrize("hidden", ["relu", "tanh", "gelu", ("leaky_relu", 0.2)])
@pytest.mark.parametrize(("n_outputs", "task"), [(1, True), (3, True), (1, False), (3, False)])
@pytest.mark.parametrize("sizes", [(5,), (6, 4)])
def test_parts_and_pixels_add_up_to_the_answer(hidden, n_outputs, task, sizes):
    network = network_of(n_outputs, hidden, sizes, task)
    for k in range(2 if task and n_outputs == 1 else n_outputs):
        label = network.classes[k] if task else k
        found = explain_image(network, X[0], SHAPE, n_units=2, label=label, X=X)
        scale = 1e-10 * max(1.0, np.abs(found.maps).max())
        assert found.value == pytest.approx(logit(network, X[0], k), abs=scale)
        assert found.gap < scale
        np.testing.assert_allclose(found.maps.sum(axis=(1, 2)), found.contributions, atol=scale)
        means = np.mean([logit(network, row, k) for row in X])
        assert found.reference == pytest.approx(means, abs=scale)


def test_the_blank_image_is_the_reference_without_rows():
    network = network_of(3)
    found = explain_image(network, X[0].reshape(SHAPE), SHAPE)
    k = found.output[len("logit of ")]
    assert found.reference == pytest.approx(logit(network, np.zeros(12), "abc".index(k)))
    assert k == network.predict(X[:1])[0] == found.answer
    assert len(found.units) == len(found.contributions) == 5  # no others are left


@pytest.mark.parametrize("hidden", ["relu", "tanh"])
def test_maps_of_one_layer_are_expected_gradients(hidden):
    unit, rows = network_of(1, hidden, task=False).up_to(-1), X / 16
    found = input_shares(unit.layers, rows[0], rows[1:4], np.eye(5)[:2])
    middles = (np.arange(2000)[:, np.newaxis] + 0.5) / 2000
    expected = np.zeros((2, 12))
    for row in rows[1:4]:
        slopes = unit.jacobian(row + middles * (rows[0] - row))[:, :2].mean(axis=0)
        expected += slopes * (rows[0] - row) / 3
    np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())


def test_units_are_those_that_add_most_with_the_sign_of_the_class():
    network = network_of(1)
    ill, well = (explain_image(network, X[0], SHAPE, label=label, X=X) for label in LABELS[1])
    assert ill.units.tolist() == well.units.tolist()
    np.testing.assert_allclose(ill.contributions, -well.contributions)
    assert (np.diff(np.abs(ill.contributions)) <= 0).all()
    activation = network.hidden_activations(X, 0)
    j = well.units[0]
    part = (activation[0, j] - activation[:, j].mean()) * network.layers[1].weights[j, 0]
    assert well.contributions[0] == pytest.approx(part)


def test_a_number_added_to_all_logits_changes_nothing():
    network = network_of(3)
    weights, biases = zip(*[layer[:2] for layer in network.layers], strict=True)
    shifted = [weights[0], weights[1] + RNG.normal(size=(5, 1))], [biases[0], biases[1] + 7.0]
    other = as_network((*shifted, ["relu", "softmax"]), classes=LABELS[3])
    first, second = (explain_image(n, X[0], SHAPE, label="b", X=X) for n in (network, other))
    np.testing.assert_allclose(first.contributions, second.contributions, atol=1e-9)


def test_an_index_is_a_class_where_labels_are_texts():
    network = network_of(3)
    by_label, by_index = (explain_image(network, X[0], SHAPE, label=k) for k in ("b", 1))
    assert by_label.output == by_index.output == "logit of b, less the mean over classes"


def test_tables_texts_and_pictures_tell_the_parts():
    columns = [f"pixel {i}" for i in range(12)]
    network = network_of(3).renamed(columns)
    frame = pd.DataFrame(X, columns=columns)
    found = explain_image(network, frame.iloc[0], SHAPE, n_units=2, label="a", X=frame)
    table = found.to_frame()
    assert table.index.tolist() == [f"unit {j}" for j in found.units] + ["other units"]
    assert table["contribution"].sum() + found.reference == pytest.approx(found.value)
    text = str(found)
    assert "logit of a" in text and "mean of 30 rows" in text and "The network answers" in text
    display = found.plot()
    assert "logit of a" in display.figure_._suptitle.get_text()
    assert [ax.get_title() for ax in display.axes_[1:4]] == list(found.names)
    widths = [patch.get_width() for patch in display.axes_[-1].patches]
    np.testing.assert_allclose(widths, found.contributions)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda n: explain_image(n, X[0], (5, 5)), r"12 pixels, one per input. Got 5 x 5 = 25"),
        (lambda n: explain_image(n, X[0][:5], SHAPE), "12"),
        (lambda n: explain_image(n, X[0], SHAPE, label="d"), r"label must be .*'c'\].* Got 'd'"),
        (lambda n: explain_image(n, X[0], SHAPE, label=3), r"label must be .*'c'\].* Got 3"),
        (lambda n: explain_image(n, X[0], SHAPE, n_units=9), "n_units must be an integer from 1"),
        (lambda n: explain_image(lambda X: X[:, 0], X[0], SHAPE), "needs a network with layers"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(network_of(3))


def test_networks_without_hidden_layers_or_sums_are_refused():
    flat = as_network(([np.ones((12, 1))], [[0.0]], ["identity"]))
    with pytest.raises(ValueError, match=r"explain_image needs a hidden layer\. Got"):
        explain_image(flat, X[0], SHAPE)
    bent = ([np.ones((12, 2)), np.ones((2, 1))], [[0.0] * 2, [0.0]], ["relu", "softplus"])
    with pytest.raises(ValueError, match=r"sums over units\. Got 'softplus' behind the sum"):
        explain_image(bent, X[0], SHAPE)


@pytest.mark.parametrize("label", [0, 1, 2])
def test_a_sentence_names_what_speaks_for_and_against(label):
    network = network_of(3, sizes=(6,))
    found = explain_image(network, X[1], SHAPE, n_units=6, label="abc"[label], X=X)
    most, least = found.contributions.argmax(), found.contributions.argmin()
    said = str(found).splitlines()[-1]
    if found.contributions[most] > 0:
        assert f"Unit {found.units[most]} adds most to the {found.output}" in said
    if found.contributions[least] < 0:
        assert f"unit {found.units[least]} takes most from it: -" in said
    assert f"together give {found.contributions.sum():+.3g}"[:22] in said
