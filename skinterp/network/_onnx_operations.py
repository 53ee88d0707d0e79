"""The operations of ONNX that can be read, each as nodes of a graph; needs no onnx itself."""

import numpy as np

from skinterp.network._activations import as_activation
from skinterp.network._graph import Node
from skinterp.network._translator import Batch, End

_FLOATS = (1, 10, 11, 16)  # types of tensors to which Cast keeps a number what it is
_SELU = {"alpha": 1.6732632, "gamma": 1.0507010}
_FOREIGN = ("Conv", "Pool", "RNN", "LSTM", "GRU", "Attention", "Embedding", "Scan", "Loop")


def _applied(graph, kind, function, values, attributes):
    """Return what an operation gives; of labels and tables by class, the same again."""
    ends = [value for value in values if isinstance(value, End)]
    if ends and kind != "ArrayFeatureExtractor":
        return ends[0]
    if kind not in _ENDING and any(isinstance(v, Batch) and v.link for v in values):
        raise TypeError("it follows a softmax, which must be the end of the model")
    return function(graph, *values, **attributes)


def _batch(value, what="its first input"):
    if not isinstance(value, Batch):
        raise TypeError(f"{what} must depend on the input of the model")
    return value


def _constant(value, what):
    if isinstance(value, Batch):
        raise TypeError(f"{what} must be constant")
    return value


# affine maps


def _product(graph, batch, weights, bias=None):
    batch, weights = _batch(batch), np.asarray(_constant(weights, "its second input"))
    if not batch.shape or np.prod(batch.shape[:-1]) != 1 or np.prod(weights.shape[:-2]) != 1:
        raise TypeError(f"it multiplies several matrices at once (shape {batch.shape} in a row)")
    matrix = weights.reshape(weights.shape[-2:]) if weights.ndim > 1 else weights[:, np.newaxis]
    bias = np.zeros(matrix.shape[1]) if bias is None else np.asarray(bias)
    shape = batch.shape[:-1] + (matrix.shape[1:] if weights.ndim > 1 else ())
    row = np.broadcast_to(bias, (1, matrix.shape[1]))[0]
    return graph.add(batch, "affine", matrix, row, shape=shape)


def _gemm(graph, batch, weights, bias=None, alpha=1.0, beta=1.0, transA=0, transB=0):
    if transA:
        raise TypeError("it transposes the table")
    weights = np.asarray(_constant(weights, "its second input"))
    weights = alpha * (weights.T if transB else weights)
    return _product(graph, batch, weights, None if bias is None else beta * np.asarray(bias))


def _normalise(graph, batch, scale, shift, mean, var, epsilon=1e-5, training_mode=0, **_):
    if training_mode:
        raise TypeError("the model is in training mode; export it in evaluation mode")
    factor = scale / np.sqrt(var + epsilon)
    shape = (-1, *[1] * (len(_batch(batch).shape) - 1))
    return graph.scale(batch, factor.reshape(shape), (shift - mean * factor).reshape(shape))


def _normalise_rows(graph, batch, scale, shift=0.0, axis=-1, epsilon=1e-5, **_):
    shape = _batch(batch).shape
    first = axis % (len(shape) + 1) - 1
    if first < 0 or np.prod(shape[:first]) != 1:
        raise TypeError("it must run over all numbers of a row")
    inner = graph.add(batch, "normalise", float(epsilon))
    return graph.scale(inner, scale, 0.0 if shift is None else shift)


def _scaler(graph, batch, offset=0.0, scale=1.0):
    offset, scale = np.asarray(offset, dtype=float), np.asarray(scale, dtype=float)
    return graph.scale(_batch(batch), scale, -offset * scale)


# sums, products and their like


def _arithmetic(name, function):
    """Return the reading of an operation of two values that are broadcast."""

    def read(graph, a, b):
        if not isinstance(a, Batch) and not isinstance(b, Batch):
            return function(np.asarray(a), np.asarray(b))
        shapes = [
            (graph.n_rows, *v.shape) if isinstance(v, Batch) else np.shape(v) for v in (a, b)
        ]
        shape = np.broadcast_shapes(*shapes)[1:]
        a, b = (
            graph.move(v, lambda rows: np.broadcast_to(rows, (graph.n_rows, *shape)))
            if isinstance(v, Batch)
            else graph.row(v, shape)
            for v in (a, b)
        )
        return _combine(graph, name, a, b, shape)

    return read


def _combine(graph, name, a, b, shape):
    """Return the value of an operation of two values of one shape, at least one a batch."""
    if isinstance(a, Batch) and isinstance(b, Batch):
        return graph.join(name, (a, b), shape)
    if isinstance(a, Batch):
        with np.errstate(divide="ignore"):
            scale = {"add": (1.0, b), "sub": (1.0, -b), "mul": (b,), "div": (1.0 / b,)}[name]
        return graph.scale(a, *scale)
    if name == "div":
        graph.nodes.append(Node("constant", (), (a.ravel(),)))
        return graph.join(name, (Batch(len(graph.nodes) - 1, shape), b), shape)
    return graph.scale(b, *{"add": (1.0, a), "sub": (-1.0, a), "mul": (a,)}[name])


# activations


def _plain(*spec):
    return lambda graph, batch: graph.activate(_batch(batch), *spec)


def _prelu(graph, batch, slope):
    slope = np.asarray(_constant(slope, "the slope"))
    if np.ptp(slope) == 0.0:
        return graph.activate(_batch(batch), "leaky_relu", slope.flat[0])
    slope = graph.row(slope, _batch(batch).shape)
    below = graph.scale(graph.activate(graph.scale(batch, -1.0), "relu"), -slope)
    return graph.join("add", (graph.activate(batch, "relu"), below), batch.shape)


def _selu(graph, batch, alpha=_SELU["alpha"], gamma=_SELU["gamma"]):
    if np.allclose([alpha, gamma], list(_SELU.values()), rtol=1e-6, atol=0.0):
        return graph.activate(_batch(batch), "selu")
    return graph.scale(graph.activate(_batch(batch), "elu", alpha), gamma)


def _clip(graph, batch, low=None, high=None, min=None, max=None):
    low, high = (float(np.asarray(end if end is not None else old if old is not None else other))
                 for end, old, other in ((low, min, -np.inf), (high, max, np.inf)))  # fmt: skip
    batch = _batch(batch)
    if (low, high) in ((0.0, 6.0), (-1.0, 1.0)):
        return graph.activate(batch, "relu6" if high == 6.0 else "hardtanh")
    if np.isinf(high):
        found = batch if np.isinf(low) else graph.activate(graph.scale(batch, 1.0, -low), "relu")
        return found if np.isinf(low) else graph.scale(found, 1.0, low)
    if np.isinf(low):
        return graph.scale(graph.activate(graph.scale(batch, -1.0, high), "relu"), -1.0, high)
    rate = 2.0 / (high - low)
    inner = graph.activate(graph.scale(batch, rate, -rate * (low + high) / 2.0), "hardtanh")
    return graph.scale(inner, 1.0 / rate, (low + high) / 2.0)


def _hard_sigmoid(graph, batch, alpha=0.2, beta=0.5):
    inner = graph.scale(_batch(batch), 6.0 * alpha, 6.0 * beta - 3.0)
    return graph.activate(inner, "hardsigmoid")


# numbers that only move


def _moving(function):
    """Return the reading of an operation that moves numbers, of a constant or of a batch."""

    def read(graph, value, *constants, **attributes):
        constants = [None if c is None else _constant(c, "its indices") for c in constants]
        if isinstance(value, Batch):
            return graph.move(value, lambda rows: function(rows, *constants, **attributes))
        return function(np.asarray(value), *constants, **attributes)

    return read


def _reshape(array, shape, allowzero=0):
    kept = (
        array.shape[k] if size == 0 and not allowzero else size for k, size in enumerate(shape)
    )
    return array.reshape(tuple(map(int, kept)))


def _slice(array, starts, ends, axes=None, steps=None):
    axes = range(len(starts)) if axes is None else axes
    steps = np.ones(len(starts), dtype=int) if steps is None else steps
    index = [slice(None)] * array.ndim
    for start, end, axis, step in zip(*map(np.asarray, (starts, ends, axes, steps))):
        stop = None if step < 0 and end < -array.shape[axis] else int(end)
        index[axis] = slice(int(start), stop, int(step))
    return array[tuple(index)]


def _squeeze(array, axes=None):
    return np.squeeze(array, None if axes is None else tuple(np.asarray(axes).tolist()))


def _flatten(array, axis=1):
    axis = axis % (array.ndim + 1) if axis < 0 else axis
    return array.reshape(int(np.prod(array.shape[:axis])), -1)


def _concat(graph, *values, axis):
    if not any(isinstance(value, Batch) for value in values):
        return np.concatenate([np.atleast_1d(value) for value in values], axis)
    batches = [value if isinstance(value, Batch) else _as_batch(graph, value) for value in values]
    sizes = np.cumsum([0, *(np.prod(batch.shape, dtype=int) for batch in batches)])
    if axis % (len(batches[0].shape) + 1) == 0:
        raise TypeError("it joins rows")
    parts = [
        np.tile(
            np.arange(start, end).reshape(1, *batch.shape), (graph.n_rows, *[1] * len(batch.shape))
        )
        for start, end, batch in zip(sizes, sizes[1:], batches)
    ]
    order = np.concatenate(parts, axis)[0]
    joined = graph.join("concat", batches, (int(sizes[-1]),))
    if np.array_equal(order.ravel(), np.arange(sizes[-1])):
        return joined._replace(shape=order.shape)
    return graph.add(joined, "columns", order.ravel(), shape=order.shape)


def _as_batch(graph, constant):
    """Return a constant as a value of every row."""
    constant = np.asarray(constant)
    row = graph.row(constant, constant.shape[1:])
    graph.nodes.append(Node("constant", (), (row.ravel(),)))
    return Batch(len(graph.nodes) - 1, row.shape)


# the rest


def _cast(graph, value, to, **_):
    if isinstance(value, Batch):
        if to not in _FLOATS:
            raise TypeError("it rounds values that depend on the input")
        return value
    return np.asarray(value, dtype=np.float64 if to in _FLOATS else np.int64)


def _given(graph, **attributes):
    (value,) = attributes.values()
    return np.asarray(value)


def _dropout(graph, batch, ratio=None, training=None, **_):
    if training is not None and np.any(training):
        raise TypeError("the model is in training mode; export it in evaluation mode")
    return batch


def _linked(link):
    def read(graph, batch, axis=-1):
        if axis % (len(_batch(batch).shape) + 1) != len(batch.shape):
            raise TypeError("it must run over the last dimension")
        return batch._replace(link=link)

    return read


def _log(graph, batch):
    batch = _batch(batch)
    if batch.link == "softmax":
        return batch._replace(link="log-softmax")
    node = graph.nodes[batch.node]
    if node.operation != "activation" or node.arguments[0] != as_activation("logistic"):
        raise TypeError("a logarithm is read behind Sigmoid and Softmax only")
    return graph.activate(batch._replace(node=node.inputs[0]), "log_sigmoid")


def _zip_map(graph, batch, classlabels_int64s=None, classlabels_strings=None):
    labels = classlabels_int64s if classlabels_strings is None else classlabels_strings
    return End(_batch(batch), np.asarray(labels), False)


def _feature_of(graph, classes, end):
    if not isinstance(end, End):
        raise TypeError("it is read as the choice of a class label only")
    return end._replace(classes=np.asarray(classes).ravel())


OPERATIONS = {
    "Gemm": _gemm,
    "MatMul": _product,
    "BatchNormalization": _normalise,
    "LayerNormalization": _normalise_rows,
    "Scaler": _scaler,
    "Add": _arithmetic("add", np.add),
    "Sub": _arithmetic("sub", np.subtract),
    "Mul": _arithmetic("mul", np.multiply),
    "Div": _arithmetic("div", lambda a, b: a // b if a.dtype.kind in "iu" else a / b),
    "Abs": _plain("leaky_relu", -1.0),
    "Neg": lambda graph, batch: graph.scale(_batch(batch), -1.0),
    "Relu": _plain("relu"),
    "LeakyRelu": lambda graph, batch, alpha=0.01: graph.activate(
        _batch(batch), "leaky_relu", alpha
    ),
    "PRelu": _prelu,
    "Elu": lambda graph, batch, alpha=1.0: graph.activate(_batch(batch), "elu", alpha),
    "Celu": lambda graph, batch, alpha=1.0: graph.activate(_batch(batch), "celu", alpha),
    "Selu": _selu,
    "Gelu": lambda graph, batch, approximate="none": graph.activate(
        _batch(batch), "gelu_tanh" if approximate == "tanh" else "gelu"
    ),
    "Clip": _clip,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _plain("hardswish"),
    "Softplus": _plain("softplus"),
    "Softsign": _plain("softsign"),
    "Sigmoid": _plain("logistic"),
    "Tanh": _plain("tanh"),
    "Mish": _plain("mish"),
    "Exp": _plain("exp"),
    "Erf": _plain("erf"),
    "Flatten": _moving(_flatten),
    "Reshape": _moving(_reshape),
    "Transpose": _moving(lambda array, perm=None: np.transpose(array, perm)),
    "Squeeze": _moving(_squeeze),
    "Unsqueeze": _moving(
        lambda array, axes: np.expand_dims(array, tuple(np.asarray(axes).tolist()))
    ),
    "Slice": _moving(_slice),
    "Gather": _moving(lambda array, indices, axis=0: np.take(array, indices, axis)),
    "Concat": _concat,
    "Shape": lambda graph, value: np.array(
        (graph.n_rows, *value.shape) if isinstance(value, Batch) else np.shape(value)
    ),
    "Dropout": _dropout,
    "Identity": lambda graph, value: value,
    "Cast": _cast,
    "Constant": _given,
    "Softmax": _linked("softmax"),
    "Log": _log,
    "LogSoftmax": _linked("log-softmax"),
    "ArgMax": lambda graph, batch, **_: End(_batch(batch)),
    "Binarizer": lambda graph, batch, **_: End(_batch(batch)),
    "ArrayFeatureExtractor": _feature_of,
    "ZipMap": _zip_map,
}
_ENDING = (
    "Log",
    "ArgMax",
    "Binarizer",
    "ZipMap",
    "Identity",
    "Cast",
    "Reshape",
    "Squeeze",
    "Flatten",
)


def _refusal(kind, name):
    if any(word in kind for word in _FOREIGN):
        return (
            f"{kind} (node {name!r}) is no operation of networks on tables: convolutional, "
            "recurrent and attention models cannot be read. Pass the head of the model on the "
            "extracted features, or a callable X -> values."
        )
    return (
        f"The ONNX operation {kind} (node {name!r}) is not known. Known are "
        f"{', '.join(sorted(OPERATIONS))}. Pass a callable X -> values instead."
    )


def read_operation(graph, operation):
    """Read one operation and store what it gives.

    Parameters
    ----------
    graph : Translator
    What was read before.
    operation : Operation
    The operation.

    Raises
    ------
    TypeError
    If it is not known, or does what cannot be read.
    """
    kind, name, inputs, outputs, attributes = operation
    function = OPERATIONS.get(kind)
    if function is None:
        raise TypeError(_refusal(kind, name))
    values = [graph.values[name] for name in inputs]
    try:
        found = _applied(graph, kind, function, values, attributes)
    except (TypeError, ValueError, IndexError) as error:
        raise TypeError(
            f"The ONNX operation {kind} (node {name!r}) cannot be read: {error}. Pass a "
            "callable X -> values instead."
        ) from error
    if isinstance(found, Batch):
        found = found._replace(name=outputs[0])
    graph.values.update(dict.fromkeys(outputs[1:]))
    graph.values[outputs[0]] = found
