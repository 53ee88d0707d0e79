"""ONNX models against the reference implementation of ONNX."""

import numpy as np
import onnx
import pytest
from network_pool import central_differences, points
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from scipy.special import logsumexp
from sklearn.neural_network import MLPClassifier

from skinterp import TreeSurrogateClassifier
from skinterp.exact import LinearRegions
from skinterp.network import DenseNetwork, GraphNetwork, as_network

FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE
node = helper.make_node


def weights(*shape, seed=0):
    return np.random.RandomState(seed).standard_normal(shape)


def model_of(
    nodes, constants, shape=(None, 4), outputs=("out",), dtype=FLOAT, opset=20, inputs=("x",)
):
    """Return a model whose float constants are of the dtype."""
    kind = np.float32 if dtype == FLOAT else np.float64
    arrays = {
        name: array.astype(kind) if np.asarray(array).dtype.kind == "f" else np.asarray(array)
        for name, array in constants.items()
    }
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info(name, dtype, shape) for name in inputs],
        [helper.make_tensor_value_info(name, dtype, ("n", "m")) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def mlp(activation, dtype=DOUBLE, end=(), outputs=("out",), n_out=3, constants=None, **options):
    """Return a model of one hidden layer, whose values are called "values"."""
    arrays = {"A": weights(4, 5), "a": weights(5), "B": weights(5, n_out), "b": weights(n_out)}
    nodes = [
        node("Gemm", ["x", "A", "a"], ["z"]),
        *activation,
        node("MatMul", ["h", "B"], ["m"]),
        node("Add", ["m", "b"], ["values"]),
        *(end or [node("Identity", ["values"], ["out"])]),
    ]
    return model_of(
        nodes, {**arrays, **(constants or {})}, outputs=outputs, dtype=dtype, **options
    )


def reference(model, X, name="out"):
    return ReferenceEvaluator(model).run([name], {"x": X})[0]


ACTIVATIONS = {
    "Relu": {}, "LeakyRelu": {"alpha": 0.2}, "Elu": {"alpha": 0.5}, "Selu": {},
    "Celu": {"alpha": 0.7}, "Gelu": {}, "Softplus": {}, "Softsign": {}, "Sigmoid": {},
    "HardSigmoid": {"alpha": 0.3, "beta": 0.4}, "HardSwish": {}, "Tanh": {}, "Mish": {}, "Exp": {},
    "Erf": {}, "Abs": {}, "Neg": {}, "Identity": {}, "Dropout": {},
}  # fmt: skip
CASES = {kind: [node(kind, ["z"], ["h"], **given)] for kind, given in ACTIVATIONS.items()} | {
    "Gelu tanh": [node("Gelu", ["z"], ["h"], approximate="tanh")],
    "other Selu": [node("Selu", ["z"], ["h"], alpha=1.2, gamma=0.8)],
    "Clip": [node("Clip", ["z", "low", "high"], ["h"])],
    "Clip from below": [node("Clip", ["z", "low"], ["h"])],
    "Clip from above": [node("Clip", ["z", "", "high"], ["h"])],
    "Clip to 6": [node("Clip", ["z", "zero", "six"], ["h"])],
    "PRelu": [node("PRelu", ["z", "slope"], ["h"])],
    "PRelu by unit": [node("PRelu", ["z", "slopes"], ["h"])],
    "Silu": [node("Sigmoid", ["z"], ["g"]), node("Mul", ["z", "g"], ["h"])],
    "LogSigmoid": [node("Sigmoid", ["z"], ["g"]), node("Log", ["g"], ["h"])],
    "batch norm": [node("BatchNormalization", ["z", "s", "d", "mean", "var"], ["n"]),
                   node("Relu", ["n"], ["h"])],
    "layer norm": [node("LayerNormalization", ["z", "s", "d"], ["n"]), node("Tanh", ["n"], ["h"])],
    "residual": [node("Gemm", ["z", "W"], ["f"], transB=1, alpha=0.5), node("Tanh", ["f"], ["t"]),
                 node("Add", ["z", "t"], ["h"])],
    "products": [node("Tanh", ["z"], ["t"]), node("Mul", ["z", "t"], ["p"]),
                 node("Exp", ["t"], ["e"]), node("Div", ["p", "e"], ["q"]),
                 node("Sub", ["q", "z"], ["h"])],
    "constants": [node("Constant", [], ["c"], value=numpy_helper.from_array(np.array(2.0))),
                  node("Div", ["c", "g"], ["r"]),
                  node("Sub", ["one", "r"], ["h"])],
    "columns": [node("Slice", ["z", "from", "to", "axes"], ["s1"]),
                node("Gather", ["z", "which"], ["s2"], axis=1),
                node("Concat", ["s1", "s2"], ["h"], axis=1)],
    "shapes": [node("Unsqueeze", ["z", "axes"], ["u"]), node("Shape", ["u"], ["shape"]),
               node("Reshape", ["u", "shape"], ["v"]),
               node("Transpose", ["v"], ["w"], perm=[0, 2, 1]),
               node("Squeeze", ["w", "two"], ["y"]), node("Cast", ["y"], ["k"], to=DOUBLE),
               node("Flatten", ["k"], ["h"])],
}  # fmt: skip
CASES["constants"].insert(0, node("Exp", ["z"], ["g"]))
EXTRA = {
    "low": np.array(-0.7), "high": np.array(0.4), "zero": np.array(0.0), "six": np.array(6.0),
    "slope": np.array([0.3]), "slopes": np.linspace(0.1, 0.5, 5), "s": weights(5), "d": weights(5),
    "mean": weights(5), "var": weights(5) ** 2 + 0.5, "W": weights(5, 5), "one": np.array([1.0]),
    "from": np.array([1]), "to": np.array([4]), "axes": np.array([1]), "two": np.array([2]),
    "which": np.array([0, 4]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_operation_computes_what_onnx_computes(case):
    model, X = mlp(CASES[case], constants=EXTRA), points(500, 4)
    network = as_network(model)
    assert network.task == "regression"
    expected = reference(model, X)
    error = np.abs(network.raw_values(X) - expected).max()
    assert error < 1e-6 * max(1.0, np.abs(expected).max())  # attributes are float32
    slopes = central_differences(network.raw_values, X)
    np.testing.assert_allclose(network.jacobian(X), slopes, rtol=1e-5, atol=1e-6)
    graph_only = ("layer norm", "residual", "products", "constants", "PRelu by unit", "columns")
    assert isinstance(network, GraphNetwork if case in graph_only else DenseNetwork)


@pytest.mark.parametrize("opset", [9, 11, 13, 17, 20])
def test_operations_of_all_versions_are_read(opset):
    """Axes and bounds were attributes once; the oracle is written out, as ONNX's has errors."""
    low, high = {"min": -0.5, "max": 0.8}, ["low", "high"]
    axes = {"axes": [2]} if opset < 13 else {}
    names = [] if opset < 13 else ["two"]
    nodes = [
        node("BatchNormalization", ["z", "s", "d", "mean", "var"], ["n"]),
        node("Dropout", ["n"], ["q"], **({"ratio": 0.5} if opset < 12 else {})),
        node("Unsqueeze", ["q", *names], ["u"], **axes),
        node("Squeeze", ["u", *names], ["v"], **axes),
        node("Clip", ["v"], ["h"], **low) if opset < 11 else node("Clip", ["v", *high], ["h"]),
    ]
    constants = {**EXTRA, "low": np.array(-0.5), "high": np.array(0.8)}
    model, X = mlp(nodes, FLOAT, opset=opset, constants=constants), points(100, 4)
    network = as_network(model)
    z = X @ weights(4, 5) + weights(5)
    n = (z - EXTRA["mean"]) / np.sqrt(EXTRA["var"] + 1e-5) * EXTRA["s"] + EXTRA["d"]
    expected = np.clip(n, -0.5, 0.8) @ weights(5, 3) + weights(3)
    np.testing.assert_allclose(network.raw_values(X), expected, atol=1e-5)
    assert network.hidden_layer_sizes == (5,)


@pytest.mark.parametrize(("dtype", "error"), [(FLOAT, 2e-6), (DOUBLE, 1e-13)])
def test_precision_is_that_of_the_model(dtype, error):
    model = mlp([node("Tanh", ["z"], ["h"])], dtype)
    X = points(1000, 4).astype(np.float32 if dtype == FLOAT else np.float64)
    expected = reference(model, X)
    found = as_network(model).raw_values(X)
    assert np.abs(found - expected).max() <= error * np.abs(expected).max()


def softmax_rows(raw):
    return np.exp(raw - logsumexp(raw, axis=1, keepdims=True))


@pytest.mark.parametrize("end", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize(("n_out", "task"), [(2, "binary"), (3, "multiclass")])
def test_a_softmax_is_read_as_logits(end, n_out, task):
    last = [node(end, ["values"], ["out"], axis=-1)]
    model, X = mlp([node("Relu", ["z"], ["h"])], end=last, n_out=n_out), points(50, 4)
    network = as_network(model, classes=["a", "b", "c"][:n_out])
    assert network.task == task and list(network.classes) == ["a", "b", "c"][:n_out]
    probabilities = softmax_rows(reference(model, X, "values"))
    np.testing.assert_allclose(network.predict_proba(X), probabilities, atol=1e-12)
    assert list(as_network(model).classes) == list(range(n_out))


@pytest.mark.parametrize(("n_out", "task"), [(1, "binary"), (3, "multilabel")])
def test_a_sigmoid_is_read_as_logits(n_out, task):
    last = [node("Sigmoid", ["values"], ["out"])]
    model, X = mlp([node("Relu", ["z"], ["h"])], end=last, n_out=n_out), points(50, 4)
    network = as_network(model)
    assert network.task == task
    np.testing.assert_allclose(network.raw_values(X), reference(model, X, "values"), atol=1e-12)


@pytest.mark.parametrize("n_out", [1, 2, 3])
def test_classes_say_that_values_are_logits(n_out):
    model, X = mlp([node("Relu", ["z"], ["h"])], n_out=n_out), points(50, 4)
    network = as_network(model, classes=list("abc")[: max(n_out, 2)])
    values = reference(model, X)
    logits = values if n_out == 1 else values - logsumexp(np.delete(values, -1, 1), 1)[:, None]
    np.testing.assert_allclose(
        network.margin(max(n_out, 2) - 1).value(X), logits[:, -1], atol=1e-12
    )


WOODS = ["ash", "fir", "oak"]
LABELS = {
    "texts": (np.array(WOODS, dtype=object), {"classlabels_strings": WOODS}),
    "numbers": (np.array([3, 5, 8]), {"classlabels_int64s": [3, 5, 8]}),
}  # fmt: skip


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("has_table", [False, True])
def test_classifiers_written_by_skl2onnx(labels, has_table):
    """The nodes that skl2onnx writes behind a standard scaler, with and without ZipMap."""
    classes, attributes = LABELS[labels]
    ml = {"domain": "ai.onnx.ml"}
    end = [
        node("Softmax", ["values"], ["p"]),
        node("ArgMax", ["p"], ["k"], axis=1),
        node("ArrayFeatureExtractor", ["classes", "k"], ["c"], **ml),
        node("Reshape", ["c", "flat"], ["label"]),
        node("ZipMap", ["p"], ["table"], **ml, **attributes) if has_table
        else node("Identity", ["p"], ["table"]),
    ]  # fmt: skip
    start = [
        node(
            "Scaler", ["x"], ["s"], offset=[1.0, 50.0, 0.0, -3.0], scale=[1.0, 0.1, 9.0, 2.0], **ml
        )
    ]
    model = mlp(
        [node("Relu", ["z"], ["h"])], FLOAT, end, ("label", "table"),
        constants={"classes": classes, "flat": np.array([-1])},
    )  # fmt: skip
    model.graph.node.insert(0, start[0])
    model.graph.node[1].input[0] = "s"
    network = as_network(model)
    assert network.classes.tolist() == classes.tolist()
    X = (points(50, 4) / [1.0, 0.1, 9.0, 2.0] + [1.0, 50.0, 0.0, -3.0]).astype(np.float32)
    assert isinstance(network, DenseNetwork) and network.hidden_layer_sizes == (5,)
    del model.graph.node[-1], model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("p", FLOAT, ("n", "m")))
    expected = reference(model, X, "p")
    np.testing.assert_allclose(network.predict_proba(X), expected, atol=1e-6)
    best = expected.max(axis=1) - np.median(expected, axis=1) > 1e-4
    np.testing.assert_array_equal(network.predict(X)[best], classes[expected.argmax(1)][best])


def test_binary_classifiers_written_by_skl2onnx():
    end = [
        node("Sigmoid", ["values"], ["q"]),
        node("Sub", ["one", "q"], ["n"]),
        node("Concat", ["n", "q"], ["out"], axis=1),
    ]
    model, X = mlp([node("Tanh", ["z"], ["h"])], end=end, n_out=1, constants=EXTRA), points(50, 4)
    network = as_network(model)
    assert network.task == "binary" and isinstance(network, DenseNetwork)
    np.testing.assert_allclose(network.predict_proba(X), reference(model, X), atol=1e-12)


def test_labels_alone_are_those_of_the_largest_logit():
    end = [node("ArgMax", ["values"], ["out"], axis=1, keepdims=0)]
    model, X = mlp([node("Relu", ["z"], ["h"])], end=end), points(50, 4)
    network = as_network(model)
    np.testing.assert_array_equal(network.predict(X), reference(model, X))


@pytest.mark.parametrize("dtype", [FLOAT, DOUBLE])
def test_networks_of_verification_with_their_normalisation_inside(dtype):
    """The shape of ACAS-Xu: five inputs as (1, 1, 1, 5), six layers of 50, five outputs."""
    sizes, nodes, constants, h = [5, *[50] * 6, 5], [], {}, "flat"
    centre, spread = np.array([2e4, 0.0, 0.0, 650.0, 600.0]), np.array([6e4, 6.3, 6.3, 1100, 1200])
    constants |= {"centre": centre.reshape(1, 1, 1, 5), "spread": spread.reshape(1, 1, 1, 5)}
    nodes += [
        node("Sub", ["x", "centre"], ["x1"]), node("Div", ["x1", "spread"], ["x2"]),
        node("Flatten", ["x2"], ["flat"]),
    ]  # fmt: skip
    for k in range(7):
        constants[f"W{k}"] = weights(sizes[k], sizes[k + 1], seed=k) * np.sqrt(2 / sizes[k])
        constants[f"b{k}"] = 0.1 * weights(sizes[k + 1], seed=k)
        nodes += [
            node("MatMul", [h, f"W{k}"], [f"m{k}"]),
            node("Add", [f"m{k}", f"b{k}"], [f"z{k}"]),
        ]
        h = f"z{k}"
        if k < 6:
            nodes.append(node("Relu", [h], [f"h{k}"]))
            h = f"h{k}"
    model = model_of(nodes, constants, (1, 1, 1, 5), ("z6",), dtype)
    network = as_network(model)
    assert repr(network) == "DenseNetwork(5-50-50-50-50-50-50-5, relu, regression)"
    X = points(100, 5) * spread + centre
    X = X.astype(np.float32 if dtype == FLOAT else np.float64)
    expected = np.concatenate([reference(model, x.reshape(1, 1, 1, 5), "z6") for x in X])
    allowed = (3e-6 if dtype == FLOAT else 1e-13) * np.abs(expected).max()
    assert np.abs(network.raw_values(X) - expected).max() <= allowed


@pytest.mark.parametrize("n_rows", [1, 7, 100])
def test_models_fixed_to_a_number_of_rows_are_read_for_any(n_rows):
    flat = [node("Reshape", ["z", "fixed"], ["r"]), node("Tanh", ["r"], ["h"])]
    model = mlp(flat, constants={"fixed": np.array([n_rows, 5])}, shape=(n_rows, 4))
    X = points(n_rows, 4)
    np.testing.assert_allclose(as_network(model).raw_values(X), reference(model, X), rtol=1e-12)
    wrong = mlp(flat, constants={"fixed": np.array([n_rows + 1, 5])}, shape=(n_rows, 4))
    with pytest.raises(TypeError, match=r"Reshape .* cannot be read"):
        as_network(wrong)


def test_files_are_read(tmp_path):
    model = mlp([node("Relu", ["z"], ["h"])])
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    assert as_network(path) == as_network(str(path)) == as_network(model)
    assert as_network(path, feature_names=list("abcd")).feature_names == tuple("abcd")


def test_other_tools_take_what_was_read():
    last = [node("Softmax", ["values"], ["out"])]
    model, X = mlp([node("Relu", ["z"], ["h"])], end=last), points(200, 4)
    surrogate = TreeSurrogateClassifier(model, max_leaf_nodes=4, random_state=0).fit(X)
    assert set(surrogate.predict(X)) <= {0, 1, 2}
    assert LinearRegions(as_network(model).output(0)).fit(X).n_regions_ > 1


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (node("Einsum", ["z"], ["h"], equation="ij->ij"),
         r"ONNX operation Einsum \(node ''\) is not known. Known are Abs, Add.*callable"),
        (node("Conv", ["z", "W"], ["h"]), "Conv .* convolutional, recurrent and attention.*head"),
        (node("LSTM", ["z", "W", "W"], ["h"]), "LSTM .* convolutional, recurrent and attention"),
        (node("Softmax", ["z"], ["h"]), "MatMul .* follows a softmax, which must be the end"),
        (node("MatMul", ["z", "z"], ["h"]), "MatMul .* its second input must be constant"),
        (node("Reshape", ["z", "flat"], ["h"]), "Reshape .* mixes the rows of a table"),
        (node("Transpose", ["z"], ["h"]), "Transpose .* mixes the rows of a table"),
        (node("Cast", ["z"], ["h"], to=TensorProto.INT64), "Cast .* rounds values that depend"),
        (node("Log", ["z"], ["h"]), "Log .* a logarithm is read behind Sigmoid and Softmax only"),
        (node("Add", ["z", "W"], ["h"]), "Add .* cannot be read: .*callable"),
        (node("Dropout", ["z", "", "true"], ["h"]), "Dropout .* in training mode"),
    ],
)  # fmt: skip
def test_operations_that_cannot_be_read_are_named(operation, message):
    constants = {"W": weights(5, 5, seed=1), "flat": np.array([-1]), "true": np.array(True)}
    with pytest.raises(TypeError, match=message):
        as_network(mlp([operation], constants=constants))


def test_weights_that_are_not_finite_are_refused():
    model = mlp([node("PRelu", ["z", "s"], ["h"])], constants={"s": np.full(5, np.nan)})
    with pytest.raises(ValueError, match="weights 's' of the ONNX model are not all finite"):
        as_network(model)


def test_several_inputs_or_outputs_are_refused():
    nodes = [node("Add", ["x", "y"], ["out"])]
    with pytest.raises(TypeError, match=r"one input, a table.*Got 2 inputs \(x, y\) instead"):
        as_network(model_of(nodes, {}, inputs=("x", "y")))
    model = mlp([node("Relu", ["z"], ["h"])], outputs=("z", "out"))
    with pytest.raises(TypeError, match=r"one output beside the labels\. Got z, out"):
        as_network(model)


@pytest.mark.parametrize("shape", [(4,), (None, None), (None, "n_features")])
def test_the_number_of_inputs_must_be_stated(shape):
    with pytest.raises(TypeError, match=r"must have the shape \(n_rows, n_features\).*Got \["):
        as_network(model_of([node("Relu", ["x"], ["out"])], {}, shape=shape))


def test_inputs_must_be_floats():
    model = model_of([node("Identity", ["x"], ["out"])], {}, dtype=TensorProto.INT64)
    with pytest.raises(TypeError, match=r"must be float32 or float64\. Got that"):
        as_network(model)


def test_a_wrong_number_of_classes_is_refused():
    model = mlp([node("Relu", ["z"], ["h"])])
    with pytest.raises(ValueError, match="classes must be 3 different labels"):
        as_network(model, classes=["a", "b"])
    with pytest.raises(ValueError, match="do not apply to an ONNX model: gradient"):
        as_network(model, gradient=abs)


def test_a_softmax_of_one_output_is_refused():
    last = [node("Softmax", ["values"], ["out"])]
    with pytest.raises(ValueError, match="softmax needs two outputs or more"):
        as_network(mlp([node("Relu", ["z"], ["h"])], end=last, n_out=1))


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", bytes(range(256))])
def test_corrupt_files_are_refused(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"model.onnx' is no valid ONNX model .*Export it again"):
        as_network(path)


def test_missing_files_are_refused():
    with pytest.raises(FileNotFoundError, match=r"There is no file .nowhere\.onnx"):
        as_network("nowhere.onnx")


def test_truncated_files_are_refused(tmp_path):
    path = tmp_path / "model.onnx"
    onnx.save(mlp([node("Relu", ["z"], ["h"])]), path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match="is no valid ONNX model"):
        as_network(path)


def test_other_readers_are_not_disturbed():
    X = points(40, 3)
    model = MLPClassifier((4,), solver="lbfgs", max_iter=500, random_state=0)
    assert as_network(model.fit(X, X[:, 0] > 0)).task == "binary"
