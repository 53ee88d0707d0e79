"""A drawn network has the connections of the network, and their signs and strengths."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from random_networks import random_network, uniform

from skinterp import as_network
from skinterp.display import NetworkDisplay
from skinterp.display._signs import PLUS
from skinterp.network import raw_value_names
from skinterp.pruning import PrunedMLPRegressor
from skinterp.pruning._unit_equations import layer_texts

X = uniform(80, 4)
SCALES = [None, np.ones(4), np.array([1e-12, 1.0, 1e6, 1e12])]


def drawn_lines(display):
    """Return the lines of connections, by the places where they begin and end."""
    lines = [line for line in display.plot().ax_.lines if len(line.get_xdata()) == 2]
    return {(*line.get_xdata(), *np.round(line.get_ydata(), 9)): line for line in lines}


@pytest.mark.parametrize("seed", range(5))
def test_every_connection_is_a_line_of_its_sign(seed):
    rng = np.random.default_rng(seed)
    layers = [rng.normal(size=shape) * (rng.random(shape) < 0.7) for shape in ((4, 5), (5, 2))]
    layers[0][:, 0], layers[1][0] = 1.0, 0.0  # a unit that nothing reads
    display = NetworkDisplay(layers, list("abcd"), ["yes", "no"])
    lines = list(drawn_lines(display).values())
    read = layers[1].any(axis=1)
    expected = np.concatenate([layers[0][:, read].ravel(), layers[1].ravel()])
    expected = expected[expected != 0]
    assert len(lines) == len(expected)
    positive = sum(to_rgba(line.get_color()) == to_rgba(PLUS) for line in lines)
    assert positive == np.count_nonzero(expected > 0)
    widths = [line.get_linewidth() for line in lines if line.get_xdata()[0] == 1]
    share = np.abs(layers[1][layers[1] != 0]) / np.abs(layers[1]).max()
    np.testing.assert_allclose(np.sort(widths), 0.4 + 4.6 * np.sort(share), atol=1e-9)
    assert "h0_0" not in [text.get_text() for text in display.ax_.texts]


@pytest.mark.parametrize("scale", SCALES[1:], ids=str)
def test_units_of_measurement_do_not_change_the_picture(scale):
    network = random_network([4, 3, 1], 1, "tanh")
    (weights, bias, activation), *rest = network.layers
    scaled = as_network(
        (
            [weights / scale[:, np.newaxis], *(w for w, _, _ in rest)],
            [bias, *(b for _, b, _ in rest)],
            [str(activation), *(str(a) for _, _, a in rest)],
        )
    )
    first = NetworkDisplay.from_estimator(network, X).strengths
    second = NetworkDisplay.from_estimator(scaled, X * scale).strengths
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-12)


def test_a_pruned_network_draws_itself():
    network = random_network([4, 8, 1], 0)
    pruned = PrunedMLPRegressor(network, n_weights=8, n_tuning_steps=5, random_state=0).fit(X)
    own, asked = pruned.displays()[-1], NetworkDisplay.from_estimator(pruned, X)
    for a, b in zip(own.strengths, asked.strengths, strict=True):
        np.testing.assert_allclose(a, b)
    assert len(drawn_lines(own)) == sum(map(np.count_nonzero, own._connections())) <= 8


@pytest.mark.parametrize("task", [("no", "ill"), ("a", "b", "c"), None])
def test_outputs_are_named_by_their_classes(task):
    network = random_network(
        [4, 3, {None: 2}.get(task, len(task or ()) % 2 * 2 + 1)], 0, task=task
    )
    display = NetworkDisplay.from_estimator(network)
    names = {None: ["output 0", "output 1"]}.get(task)
    if task is not None:
        names = [f"logit of {label}" for label in task[-len(display.output_names) :]]
    assert list(display.output_names) == names
    assert {*names} <= {text.get_text() for text in display.plot().ax_.texts}


def test_texts_and_pictures_call_outputs_alike():
    for sizes, task in (([4, 3, 1], None), ([4, 3, 2], None), ([4, 3, 1], ("no", "ill"))):
        network = random_network(sizes, 0, task=task)
        names = raw_value_names(network)
        assert tuple(NetworkDisplay.from_estimator(network).output_names) == names
        text = "\n".join(layer_texts(network, list("abcd")))
        assert all(f"{name} = " in text for name in names)


@pytest.mark.parametrize("layers", [[np.ones((30, 30)), np.ones((30, 1))], [np.zeros((2, 1))]])
def test_what_is_no_picture_is_refused(layers):
    display = NetworkDisplay(layers, [f"x{i}" for i in range(len(layers[0]))], ["y"])
    assert not display.is_small
    with pytest.raises(ValueError, match=r"1 to 400 connections .* make it smaller by Pruned"):
        display.plot()


def test_networks_without_layers_are_refused():
    with pytest.raises(TypeError, match=r"must be a network with layers.* Got CallableNetwork"):
        NetworkDisplay.from_estimator(as_network(lambda x: x[:, 0]))
