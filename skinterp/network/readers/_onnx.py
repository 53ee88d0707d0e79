"""Reading ONNX models and files of the kind that tabular networks are exported to."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import expit, softmax

from skinterp.network._activations import Activation
from skinterp.network._graph import Node
from skinterp.network._graph_folding import network_of_graph
from skinterp.network._onnx_graph import Batch, End, Operation, Translator
from skinterp.network._onnx_operations import read_operation
from skinterp.network._readers import Reader, register_reader
from skinterp.network._verify import N_POINTS, verify
from skinterp.utils import import_optional

_PURPOSE = "Reading an ONNX model"
_TOLERANCES = {np.float32: 1e-5, np.float64: 1e-6}  # attributes are float32 in any case
_FLOAT, _DOUBLE = 1, 11  # types of tensors


class _Task(NamedTuple):
    """What the end of a model says: the logits (or values), the task, the labels, the link."""

    values: Batch
    task: str
    classes: object
    link: str


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


def _is_logistic(found, index):
    node = found.nodes[index]
    return node.operation == "activation" and node.arguments[0] == Activation("logistic")


def _of_two_probabilities(found, scores):
    """Return the logit of ``[1 - logistic(z), logistic(z)]``, None for another value."""
    node = found.nodes[scores.node]
    if node.operation != "concat" or len(node.inputs) != 2:
        return None
    below, above = node.inputs
    other = found.nodes[below]
    is_other = other.operation == "scale" and other.inputs == (above,)
    if not is_other or not _is_logistic(found, above) or scores.shape != (2,):
        return None
    if not np.array_equal(np.ravel(other.arguments), [-1.0, 1.0]):
        return None
    return Batch(found.nodes[above].inputs[0], (1,))


def _task(found, scores, classes, has_labels):
    """Return what the end of the model says."""
    width, last = int(np.prod(scores.shape)), found.nodes[scores.node]
    logit = _of_two_probabilities(found, scores)
    if logit is not None:
        return _Task(logit, "binary", classes, "two")
    if scores.link and width > 1:
        return _Task(scores, "binary" if width == 2 else "multiclass", classes, scores.link)
    if scores.link:
        raise TypeError("The ONNX model ends in a softmax of one output, which is always 1.")
    if _is_logistic(found, scores.node):
        inner = scores._replace(node=last.inputs[0])
        return _Task(inner, "binary" if width == 1 else "multilabel", classes, "logistic")
    if classes is not None or has_labels:
        return _Task(scores, "multiclass" if width > 2 else "binary", classes, "identity")
    return _Task(scores, "regression", None, "identity")


def _labels(task, given):
    """Return the labels of the classes: those given, those in the model, or numbers."""
    if task.task == "regression":
        return None
    width = int(np.prod(task.values.shape))
    n_classes = max(width, 2) if task.task != "multilabel" else width
    labels = task.classes if given is None else given
    labels = np.arange(n_classes) if labels is None else np.asarray(labels)
    if len(labels) != n_classes or len(set(labels.tolist())) != n_classes:
        raise ValueError(
            f"classes must be {n_classes} different labels for this ONNX model of {width} "
            f"output(s). Got {labels.tolist()} instead."
        )
    return labels


def _points(nodes, n_rows):
    """Return random points, of the size that the model's first scaling expects."""
    shape = max(N_POINTS, n_rows), nodes[0].arguments[0]
    points, source, scales = np.random.RandomState(0).standard_normal(shape), 0, []
    for index, node in enumerate(nodes):
        if node.operation == "scale" and node.inputs == (source,) and node.arguments[0].all():
            scales.append(node.arguments)
            source = index
    for factor, shift in reversed(scales):
        points = (points - shift) / factor
    return points


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


def _probabilities(values, task, link):
    """Return probabilities from what the model gives."""
    if link == "log-softmax":
        return np.exp(values)
    if link == "identity" and task != "regression":
        return _of_logits(values)
    if link == "logistic" and task == "binary":
        return np.hstack([1.0 - values, values])
    return values


def _of_logits(values):
    if values.shape[1] == 1:
        return expit(np.hstack([-values, values]))
    return softmax(values.astype(np.float64), axis=1)


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
    found = Translator(name, shape[1:], shape[0] or 2, constants)
    for node in proto.graph.node:
        read_operation(found, _operation(node, onnx))
    scores, labels, has_labels = _scores(proto.graph, found)
    task = _task(found, scores, labels if classes is None else classes, has_labels)
    labels = _labels(task, classes)
    nodes = found.nodes[: task.values.node + 1]
    if task.task == "binary" and task.values.shape[-1:] == (2,):
        nodes.append(Node("affine", (len(nodes) - 1,), (np.array([[-1.0], [1.0]]), np.zeros(1))))
    network = network_of_graph(nodes, task.task, labels)
    points = _points(nodes, shape[0]).astype(dtype)
    answers = _answers(proto, onnx, points, shape, name, scores.name)
    expected = _probabilities(answers, task.task, task.link)
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
