"""Networks that are no chain of layers: values, exact derivatives, folding."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_pool import ACTIVATIONS, central_differences, points
from scipy.special import erf, expit

from skinterp.exact import LinearRegions
from skinterp.network import (
    DenseNetwork,
    GraphNetwork,
    Node,
    as_activation,
    network_of_graph,
    network_to_sympy,
)
from skinterp.network._activations import Activation

INPUT = Node("input", (), (3,))


def affine(source, shape, seed=0):
    rng = np.random.RandomState(seed)
    return Node("affine", (source,), (rng.standard_normal(shape), rng.standard_normal(shape[1])))


def activated(source, spec):
    return Node("activation", (source,), (as_activation(spec),))


def scaled(source, factor, shift=0.0, width=3):
    return Node("scale", (source,), (np.full(width, factor), np.full(width, shift)))


def residual(spec):
    """Return nodes of a residual network of three inputs and two outputs."""
    return [
        INPUT, affine(0, (3, 3)), activated(1, spec), affine(2, (3, 3), 1), Node("add", (0, 3)),
        activated(4, spec), affine(5, (3, 2), 2),
    ]  # fmt: skip


@pytest.mark.parametrize("spec", ACTIVATIONS, ids=str)
def test_residual_networks_are_evaluated_and_differentiated_exactly(spec):
    network, X = network_of_graph(residual(spec)), points(40, 3)
    nodes, f = residual(spec), as_activation(spec).value
    (A, a), (B, b), (C, c) = (node.arguments for node in nodes if node.operation == "affine")
    expected = f(X + f(X @ A + a) @ B + b) @ C + c
    np.testing.assert_allclose(network.raw_values(X), expected, rtol=1e-13, atol=1e-13)
    slopes = central_differences(network.raw_values, X)
    np.testing.assert_allclose(network.jacobian(X), slopes, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("nodes", "function"),
    [
        ([INPUT, Node("sub", (0, 0))], lambda X: 0 * X),
        ([INPUT, Node("mul", (0, 0))], lambda X: X * X),
        ([INPUT, Node("normalise", (0,), (0.1,))],
         lambda X: (X - X.mean(1)[:, None]) / np.sqrt(X.var(1) + 0.1)[:, None]),
        ([INPUT, affine(0, (3, 1)), Node("mul", (0, 1))], None),
        ([INPUT, affine(0, (3, 1)), Node("sub", (1, 0))], None),
        ([INPUT, activated(0, "exp"), Node("div", (0, 1))], lambda X: X * np.exp(-X)),
        ([INPUT, Node("concat", (0, 0)), Node("columns", (1,), ([5, 0, 0],))], None),
        ([INPUT, Node("constant", (), ([2.0],)), activated(0, "exp"), Node("div", (1, 2))],
         lambda X: 2 * np.exp(-X)),
        ([INPUT, Node("constant", (), ([1.0, 2.0],)), Node("concat", (1, 0))],
         lambda X: np.c_[np.ones(len(X)), np.full(len(X), 2.0), X]),
        ([INPUT, Node("constant", (), ([1.0, 2.0],))], lambda X: np.tile([1.0, 2.0], (len(X), 1))),
    ],
)  # fmt: skip
def test_every_operation_has_its_derivative(nodes, function):
    network, X = GraphNetwork(nodes), points(20, 3)
    if function:
        np.testing.assert_allclose(network.raw_values(X), function(X), atol=1e-15)
    slopes = central_differences(network.raw_values, X)
    np.testing.assert_allclose(network.jacobian(X), slopes, rtol=1e-6, atol=1e-7)
    folded = network_of_graph(nodes)
    np.testing.assert_allclose(folded.raw_values(X), network.raw_values(X), atol=1e-13)


def test_chains_become_dense_networks_with_affine_maps_multiplied():
    nodes = [
        INPUT, scaled(0, 1.0, -2.0), scaled(1, 0.5), Node("columns", (2,), ([2, 1],)),
        affine(3, (2, 4)), scaled(4, 3.0, 1.0, 4), activated(5, "identity"), activated(6, "tanh"),
        affine(7, (4, 2)), Node("columns", (8,), ([1],)), affine(0, (3, 3)),
    ]  # fmt: skip
    nodes = nodes[:-1]
    dense, X = network_of_graph(nodes), points(30, 3)
    assert isinstance(dense, DenseNetwork) and dense.hidden_layer_sizes == (4,)
    graph = GraphNetwork(nodes)
    np.testing.assert_allclose(dense.raw_values(X), graph.raw_values(X), rtol=1e-12)
    np.testing.assert_allclose(dense.jacobian(X), graph.jacobian(X), rtol=1e-12)


def test_what_the_output_does_not_need_is_left_out():
    nodes = [INPUT, affine(0, (3, 9)), affine(0, (3, 2)), activated(2, "relu")]
    network = network_of_graph(nodes)
    assert repr(network) == "DenseNetwork(3-2, regression)"
    assert network.layers[0].activation.name == "relu"


@pytest.mark.parametrize(
    ("gate", "name", "function"),
    [
        ([activated(1, "logistic")], "silu", lambda z: z * expit(z)),
        ([activated(1, "softplus"), activated(2, "tanh")], "mish",
         lambda z: z * np.tanh(np.log1p(np.exp(z)))),
        ([scaled(1, np.sqrt(0.5)), Node("activation", (2,), (Activation("erf"),)),
          scaled(3, 1.0, 1.0)], "gelu", lambda z: z * (1 + erf(z / np.sqrt(2)))),
        ([scaled(1, np.sqrt(0.5)), Node("activation", (2,), (Activation("erf"),)),
          scaled(3, 0.5, 0.5)], "gelu", lambda z: z * (1 + erf(z / np.sqrt(2))) / 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_activations_spelled_out_are_recognised(gate, name, function, turned):
    nodes = [INPUT, affine(0, (3, 3)), *gate]
    inputs = (1, len(nodes) - 1)
    nodes += [Node("mul", inputs[::-1] if turned else inputs), affine(len(nodes), (3, 1))]
    network, X = network_of_graph(nodes), points(30, 3)
    assert isinstance(network, DenseNetwork) and network.layers[0].activation.name == name
    (A, a), (B, b) = nodes[1].arguments, nodes[-1].arguments
    np.testing.assert_allclose(network.raw_values(X), function(X @ A + a) @ B + b, rtol=1e-12)


@pytest.mark.parametrize(
    ("rate", "offset", "factor", "shift"),
    [
        ([0.5**0.5, 0.5**0.5, 0.5**0.5], [0.0, 0.0, 0.3], 1.0, 1.0),
        ([0.5**0.5, 0.5**0.5, 0.7], [0.0, 0.0, 0.0], 1.0, 1.0),
        ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0], 1.0, 1.0),
        ([0.5**0.5, 0.5**0.5, 0.5**0.5], [0.0, 0.0, 0.0], 1.0, 0.9),
    ],
)
def test_gates_that_only_look_like_a_gelu_stay_what_they_are(rate, offset, factor, shift):
    nodes = [INPUT, affine(0, (3, 3)), Node("scale", (1,), (np.array(rate), np.array(offset))),
             activated(2, "erf"), scaled(3, factor, shift), Node("mul", (1, 4))]  # fmt: skip
    network, X = network_of_graph(nodes), points(30, 3)
    z = X @ nodes[1].arguments[0] + nodes[1].arguments[1]
    expected = z * (factor * erf(z * rate + offset) + shift)
    np.testing.assert_allclose(network.raw_values(X), expected, rtol=1e-12)


def test_products_that_only_look_alike_stay_products():
    nodes = [INPUT, affine(0, (3, 3)), activated(0, "logistic"), Node("mul", (1, 2))]
    network, X = network_of_graph(nodes), points(30, 3)
    assert isinstance(network, GraphNetwork)
    np.testing.assert_allclose(network.raw_values(X), GraphNetwork(nodes).raw_values(X))


def test_a_shared_affine_map_is_not_multiplied_away():
    nodes = [INPUT, affine(0, (3, 3)), affine(1, (3, 3), 1), activated(2, "relu"),
             Node("add", (1, 3)), activated(4, "identity")]  # fmt: skip
    network, X = network_of_graph(nodes), points(30, 3)
    np.testing.assert_allclose(network.raw_values(X), GraphNetwork(nodes).raw_values(X))


@st.composite
def graphs(draw):
    """Draw a graph of operations of any kind, most of them behind the last ones."""
    widths, nodes = [3], [INPUT]
    for seed in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["affine", "affine", "scale", "columns", "activation", "pair",
                                     "concat", "gate", "normalise"]))  # fmt: skip
        i = draw(st.integers(max(0, len(nodes) - 2), len(nodes) - 1))
        j = draw(st.integers(0, len(nodes) - 1))
        rng, k = np.random.RandomState(seed), widths[i]
        if kind == "affine":
            k = draw(st.integers(1, 4))
            nodes.append(affine(i, (widths[i], k), seed))
        elif kind == "scale":
            nodes.append(Node("scale", (i,), (rng.standard_normal(k), rng.standard_normal(k))))
        elif kind == "columns":
            nodes.append(Node("columns", (i,), (rng.randint(k, size=3),)))
            k = 3
        elif kind == "activation":
            name = draw(st.sampled_from(["tanh", "identity", "relu", "softsign", "logistic"]))
            nodes.append(activated(i, name))
        elif kind == "pair" and (widths[j] == k or 1 in (k, widths[j])):
            nodes.append(Node(draw(st.sampled_from(["add", "sub"])), (i, j)))
            k = max(k, widths[j])
        elif kind == "concat":
            nodes.append(Node("concat", (i, j)))
            k += widths[j]
        elif kind == "gate":
            nodes += [activated(i, "logistic"), Node("mul", (i, len(nodes)))]
            widths.append(k)
        elif kind == "normalise":
            nodes.append(Node("normalise", (i,), (0.5,)))
        else:
            continue
        widths.append(k)
    return nodes


@settings(max_examples=300, deadline=None)
@given(nodes=graphs())
def test_folding_changes_nothing(nodes):
    graph, network, X = GraphNetwork(nodes), network_of_graph(nodes), points(8, 3)
    size = np.abs(graph.raw_values(X)).max() + 1.0
    np.testing.assert_allclose(network.raw_values(X), graph.raw_values(X), atol=1e-9 * size)
    slopes = graph.jacobian(X)
    scale = np.abs(slopes).max() + 1.0
    np.testing.assert_allclose(network.jacobian(X), slopes, atol=1e-9 * scale)
    if isinstance(network, GraphNetwork):
        assert len(network.nodes) <= len(nodes) + 1


def test_graph_networks_are_values():
    network = network_of_graph(residual("relu"), "binary", ["a", "b"])
    network = network_of_graph([*residual("relu"), affine(6, (2, 1))], "binary", ["a", "b"])
    again = pickle.loads(pickle.dumps(network))
    assert again == network and hash(again) == hash(network)
    assert network != network_of_graph(
        [*residual("tanh"), affine(6, (2, 1))], "binary", ["a", "b"]
    )
    with pytest.raises(ValueError, match="read-only"):
        network.nodes[1].arguments[0][0, 0] = 1.0
    named = network.renamed(["x", "y", "z"])
    X = points(10, 3)
    np.testing.assert_array_equal(named.margin().value(X), network.raw_values(X)[:, 0])
    assert set(named.predict(X)) <= {"a", "b"}


def test_memory_is_bounded():
    network = network_of_graph(residual("relu"))
    assert network.block_rows * sum(network.widths) * 3 <= 2**18
    X = points(3 * network.block_rows + 5, 3)
    np.testing.assert_array_equal(network.raw_values(X)[-1:], network.raw_values(X[-1:]))


def test_what_needs_layers_refuses_graphs():
    network = network_of_graph(residual("relu"))
    with pytest.raises(TypeError, match=r"operations, but no layers.*Cut the model"):
        network.unit(0, 0)
    with pytest.raises(ValueError, match=r"needs the layers.*GraphNetwork"):
        LinearRegions(network.output(0)).fit(points(10, 3))
    with pytest.raises(ValueError, match=r"A formula needs a network with layers\. Got Gr"):
        network_to_sympy(network)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([affine(0, (3, 3))], "first node of a graph, and only it, must be the input"),
        ([INPUT, INPUT], "first node of a graph"),
        ([INPUT, Node("conv", (0,))], r"must be one of input, constant.*Got 'conv' of \(0,\)"),
        ([INPUT, affine(1, (3, 3))], r"of earlier nodes. Got 'affine' of \(1,\)"),
        ([INPUT, affine(0, (4, 3))], r"Node 1 \(affine\) needs weights \(3, m\).*Got shapes"),
        ([INPUT, scaled(0, 1.0, width=2)], r"Node 1 \(scale\) needs a factor and a shift of 3"),
        ([INPUT, scaled(0, np.nan)], r"Node 1 \(scale\) has numbers that are not finite"),
        ([INPUT, Node("columns", (0,), ([3],))], "needs indices from 0 to 2"),
        ([INPUT, affine(0, (3, 2)), Node("add", (0, 1))], r"same width.*Got widths \(3, 2\)"),
    ],
)
def test_graphs_that_do_not_fit_are_refused(nodes, message):
    with pytest.raises(ValueError, match=message):
        GraphNetwork(nodes)


SIZE = Node("activation", (1,), (Activation("leaky_relu", -1.0),))


@pytest.mark.parametrize(
    "gate",
    [
        [scaled(1, np.sqrt(0.5), 0.2), Node("activation", (2,), (Activation("erf"),)),
         scaled(3, 1.0, 1.0)],
        [scaled(1, 0.6), Node("activation", (2,), (Activation("erf"),)), scaled(3, 1.0, 1.0)],
        [scaled(0, np.sqrt(0.5)), Node("activation", (2,), (Activation("erf"),)),
         scaled(3, 1.0, 1.0)],
        [scaled(1, np.sqrt(0.5)), Node("activation", (2,), (Activation("erf"),)),
         scaled(3, 1.0, 0.5)],
        [SIZE, scaled(2, 1.0, 2.0)],
        [activated(1, "softplus"), scaled(2, 1.0, 1.0)],
    ],
)  # fmt: skip
@pytest.mark.parametrize("operation", ["mul", "div"])
def test_gates_that_only_look_alike_are_no_activations(gate, operation):
    nodes = [INPUT, affine(0, (3, 3)), *gate, Node(operation, (1, len(gate) + 1))]
    network, X = network_of_graph(nodes), points(30, 3)
    np.testing.assert_allclose(network.raw_values(X), GraphNetwork(nodes).raw_values(X))


def test_a_quotient_by_one_and_the_size_is_softsign():
    nodes = [INPUT, affine(0, (3, 3)), SIZE, scaled(2, 1.0, 1.0), Node("div", (1, 3))]
    network, X = network_of_graph(nodes), points(30, 3)
    assert isinstance(network, DenseNetwork) and network.layers[0].activation.name == "softsign"
    np.testing.assert_allclose(network.raw_values(X), GraphNetwork(nodes).raw_values(X))
