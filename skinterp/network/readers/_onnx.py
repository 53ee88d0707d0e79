"""Reading ONNX models and files of the kind that tabular networks are exported to."""

from pathlib import Path

import numpy as np

from skinterp.network._graph_scores import (
    as_probabilities,
    end_of,
    network_of_scores,
    probing_points,
)
from skinterp.network._onnx_operations import read_operation
from skinterp.network._readers import Reader, register_reader
from skinterp.network._translator import Batch, End, Operation, Translator
from skinterp.network._verify import verify
from skinterp.utils import import_optional

_PURPOSE = "Reading an ONNX model"
_TOLERANCES = {np.float32: 1e-5, np.float64: 1e-6}  # attributes are float32 in any case
_FLOAT, _DOUBLE = 1, 11  # types of tensors


def _is_file(model):
    return isinstance(model, str | Path) and str(model).lower().endswith(".onnx")


def _loaded(model):
    """Return a checked model, and onnx."""
    if not _is_file(model) and type(model).__name__ != "ModelProto":
        raise TypeError(
            f"{type(model).__name__} is a onnx model that cannot be read: it must be an "
            "onnx.ModelProto or the path of a .onnx file. Pass a callable X -> values instead."
        )
    onnx = import_optional("onnx", "onnx", _PURPOSE)
    protobuf = import_optional("google.protobuf.message", "onnx", _PURPOSE)
    if _is_file(model) and not Path(model).is_file():
        raise FileNotFoundError(f"There is no file {str(model)!r}.")
    try:
        proto = onnx.load(str(model)) if _is_file(model) else model
        onnx.checker.check_model(proto)
    except (protobuf.DecodeError, onnx.checker.ValidationError, OSError) as error:
        name = repr(str(model)) if _is_file(model) else "The model"
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"{name} is no valid ONNX model ({reason}). Export it again.") from error
    return proto, onnx


def _constants(graph, onnx):
    """Return the initialisers by name, floats in double precision."""
    constants = {}
    for tensor in graph.initializer:
        array = onnx.numpy_helper.to_array(tensor)
        if array.dtype.kind not in "biuOSU":
            array = array.astype(np.float64)
            if array.ndim and not np.isfinite(array).all():
                raise ValueError(
                    f"The weights {tensor.name!r} of the ONNX model are not all finite, so it has "
                    "no values to explain. Train it again."
                )
        constants[tensor.name] = array
    return constants


def _input(graph, constants):
    """Return name, shape and type of the one input."""
    inputs = [value for value in graph.input if value.name not in constants]
    if len(inputs) != 1:
        names = ", ".join(value.name for value in inputs)
        raise TypeError(
            "An ONNX model must have one input, a table of all columns. Got "
            f"{len(inputs)} inputs ({names}) instead; export it with one, or pass a callable."
        )
    kind = inputs[0].type.tensor_type
    shape = [dim.dim_value for dim in kind.shape.dim]
    if len(shape) < 2 or not all(shape[1:]):
        raise TypeError(
            "The input of an ONNX model must have the shape (n_rows, n_features), the number of "
            f"features stated. Got {[dim.dim_value or '?' for dim in kind.shape.dim]} instead."
        )
    if kind.elem_type not in (_FLOAT, _DOUBLE):
        raise TypeError(
            f"The input of an ONNX model must be float32 or float64. Got that of "
            f"{inputs[0].name!r}, type {kind.elem_type}, instead."
        )
    return inputs[0].name, shape, np.float32 if kind.elem_type == _FLOAT else np.float64


def _operation(node, onnx):
    """Return a node of an ONNX graph with its attributes as numbers, texts and arrays."""

    def plain(value):
        if isinstance(value, onnx.TensorProto):
            value = onnx.numpy_helper.to_array(value)
            return value.astype(np.float64) if value.dtype.kind == "f" else value
        if isinstance(value, bytes):
            return value.decode()
        return [plain(part) for part in value] if isinstance(value, list | tuple) else value

    attributes = {a.name: plain(onnx.helper.get_attribute_value(a)) for a in node.attribute}
    return Operation(node.op_type, node.name, tuple(node.input), tuple(node.output), attributes)


def _scores(graph, found):
    """Return the one value that the outputs show, and what they say of labels."""
    values = [found.values[output.name] for output in graph.output]
    ends = [value for value in values if isinstance(value, End)]
    scores = [value.scores if isinstance(value, End) else value for value in values]
    scores = [value for value in scores if isinstance(value, Batch)]
    if len({value[::3] for value in scores}) != 1:
        raise TypeError(
            "An ONNX model must have one output beside the labels. Got "
            f"{', '.join(output.name for output in graph.output)} instead; export it with one."
        )
    classes = next((end.classes for end in ends if end.classes is not None), None)
    return scores[0], classes, bool(ends)


def _cut(proto, onnx, name):
    """Return the model up to one tensor, without what makes labels and tables of it."""
    needed, nodes = {name}, []
    for node in reversed(proto.graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.insert(0, node)
    part = onnx.ModelProto()
    part.CopyFrom(proto)
    del part.graph.node[:], part.graph.output[:]
    part.graph.node.extend(nodes)
    part.graph.output.append(onnx.ValueInfoProto(name=name))
    return part


def _own_operations(onnx):
    """Return operations that the reference implementation gets wrong.

    Before version 14 it takes the means and variances of the rows, as in training.
    """
    op_run = import_optional("onnx.reference.op_run", "onnx", _PURPOSE)

    class BatchNormalization(op_run.OpRun):
        def _run(self, x, scale, bias, mean, var, epsilon=1e-5, **_):
            shape = (-1, *[1] * (x.ndim - 2))
            scale, bias, mean, var = (part.reshape(shape) for part in (scale, bias, mean, var))
            return (((x - mean) / np.sqrt(var + epsilon) * scale + bias).astype(x.dtype),)

    return [BatchNormalization]


def _answers(proto, onnx, rows, shape, input_name, name):
    """Return what the reference implementation of ONNX gives for a tensor, a line for each row."""
    reference = import_optional("onnx.reference", "onnx", _PURPOSE)
    session = reference.ReferenceEvaluator(_cut(proto, onnx, name), new_ops=_own_operations(onnx))
    n_rows, found = shape[0] or len(rows), []
    with np.errstate(all="ignore"):
        for k in range(0, len(rows) - n_rows + 1, n_rows):
            block = rows[k : k + n_rows].reshape(-1, *shape[1:])
            found.append(np.reshape(session.run([name], {input_name: block})[0], (n_rows, -1)))
    return np.concatenate(found)


def read_onnx(model, classes=None):
    """Read an ONNX model.

    Parameters
    ----------
    model : onnx.ModelProto, str or Path
        The model, or the path of a ``.onnx`` file. Nothing in it is executed but the operations
        of ONNX.
    classes : array-like or None, default=None
        The class labels; of a model that does not end in probabilities they say that its values
        are logits. None takes the labels in the model, else 0, 1, ...

    Returns
    -------
    DenseNetwork or GraphNetwork
        The network, in double precision.

    Raises
    ------
    TypeError
        If the model has operations, inputs or outputs that cannot be read.
    ValueError
        If it is no valid model, or has weights that are not finite.
    RuntimeError
        If the network's outputs differ from the model's.
    """
    proto, onnx = _loaded(model)
    constants = _constants(proto.graph, onnx)
    name, shape, dtype = _input(proto.graph, constants)
    found = Translator(shape[1:], shape[0] or 2, name)
    found.values.update(constants)
    for node in proto.graph.node:
        read_operation(found, _operation(node, onnx))
    scores, labels, has_labels = _scores(proto.graph, found)
    values, link = end_of(found, scores)
    kind = link
    if link is None and has_labels:
        kind = "softmax" if np.prod(values.shape) > 1 else "logistic"
    network = network_of_scores(found, values, kind, labels if classes is None else classes)
    points = probing_points(found.nodes, shape[0]).astype(dtype)
    answers = _answers(proto, onnx, points, shape, name, scores.name)
    expected = as_probabilities(answers, network.task, link)
    rows = points[: len(expected)].astype(np.float64)
    verify(network, rows, expected, "the ONNX model", _TOLERANCES[dtype])
    return network


register_reader(
    Reader(
        "onnx",
        read_onnx,
        libraries=("onnx",),
        recognises=_is_file,
        options=("classes",),
        accepts="an onnx.ModelProto or the path of a .onnx file",
        kind="an ONNX model",
    )
)
