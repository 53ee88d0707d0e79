"""The layers and operations of Keras that can be read, as nodes of a graph; needs no Keras itself.

Each function takes the graph, the layer (or operation) and its inputs, and returns a `Batch`.
"""

import numpy as np

from skinterp.network._onnx_operations import OPERATIONS
from skinterp.network._translator import Batch

FOREIGN = {  # words in the names of layers that no table of numbers goes through
    "Conv": "convolutional",
    "Pool": "convolutional",
    "RNN": "recurrent",
    "LSTM": "recurrent",
    "GRU": "recurrent",
    "Bidirectional": "recurrent",
    "Attention": "attention",
    "Embedding": "embedding",
    "Lookup": "text",
    "TextVectorization": "text",
    "CategoryEncoding": "category",
    "Hash": "text",
}


def array_of(variable):
    """Return a variable or tensor as an array in double precision."""
    if isinstance(variable, Batch):
        return variable
    value = getattr(variable, "value", variable)  # the tensor of a variable
    if hasattr(value, "detach"):  # of torch
        value = value.detach().cpu().numpy()
    return np.asarray(value, dtype=np.float64)


# activations


def _soft_shrink(graph, z):
    below = graph.activate(graph.scale(z, -1.0, -0.5), "relu")
    above = graph.activate(graph.scale(z, 1.0, -0.5), "relu")
    return graph.join("sub", (above, below), z.shape)


def _tanh_shrink(graph, z):
    return graph.join("sub", (z, graph.activate(z, "tanh")), z.shape)


def _sparse_sigmoid(graph, z):
    return graph.scale(graph.activate(z, "hardtanh"), 0.5, 0.5)


def _sparse_plus(graph, z):
    share = _sparse_sigmoid(graph, z)
    square = graph.join("mul", (share, share), z.shape)
    return graph.join("add", (square, graph.activate(graph.scale(z, 1.0, -1.0), "relu")), z.shape)


def _leaky(graph, z, slope):
    return graph.activate(z, *(("relu",) if slope == 0.0 else ("leaky_relu", slope)))


def _gelu(graph, z, approximate=False):
    return graph.activate(z, "gelu_tanh" if approximate else "gelu")


def _plain(name):
    return lambda graph, z: graph.activate(z, name)


ACTIVATIONS = {
    "linear": lambda graph, z: z,
    "relu": _plain("relu"),
    "relu6": _plain("relu6"),
    "leaky_relu": lambda graph, z, negative_slope=0.2: _leaky(graph, z, negative_slope),
    "elu": lambda graph, z, alpha=1.0: graph.activate(z, "elu", alpha),
    "celu": lambda graph, z, alpha=1.0: graph.activate(z, "celu", alpha),
    "selu": _plain("selu"),
    "silu": _plain("silu"),
    "gelu": _gelu,
    "mish": _plain("mish"),
    "softplus": _plain("softplus"),
    "softsign": _plain("softsign"),
    "tanh": _plain("tanh"),
    "sigmoid": _plain("logistic"),
    "log_sigmoid": _plain("log_sigmoid"),
    "exponential": _plain("exp"),
    "squareplus": _plain("squareplus"),
    "hard_sigmoid": _plain("hardsigmoid"),
    "hard_silu": _plain("hardswish"),
    "hard_tanh": _plain("hardtanh"),
    "soft_shrink": _soft_shrink,
    "tanh_shrink": _tanh_shrink,
    "sparse_sigmoid": _sparse_sigmoid,
    "sparse_plus": _sparse_plus,
    "softmax": OPERATIONS["Softmax"],
    "log_softmax": OPERATIONS["LogSoftmax"],
}


# layers


def _dense(graph, layer, x):
    bias = array_of(layer.bias) if layer.use_bias else None
    return OPERATIONS["MatMul"](graph, x, array_of(layer.kernel), bias)


def _batch_normalisation(graph, layer, x, mask=None):
    shape = [1] * len(x.shape)
    shape[layer.axis - 1 if layer.axis > 0 else layer.axis] = -1
    mean, variance = array_of(layer.moving_mean), array_of(layer.moving_variance)
    factor = 1.0 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        factor = factor * array_of(layer.gamma)
    shift = (array_of(layer.beta) if layer.center else 0.0) - mean * factor
    return graph.scale(x, factor.reshape(shape), np.reshape(shift, shape))


def _layer_normalisation(graph, layer, x):
    if getattr(layer, "rms_scaling", False):
        raise TypeError("it scales by the root mean square")
    (axis,) = np.atleast_1d(layer.axis)
    scale = array_of(layer.gamma) if layer.scale else 1.0
    shift = array_of(layer.beta) if layer.center else 0.0
    return OPERATIONS["LayerNormalization"](graph, x, scale, shift, int(axis), layer.epsilon)


def _normalisation(graph, layer, x):
    mean = array_of(layer.mean).reshape(np.shape(layer.mean)[1:])
    spread = np.sqrt(array_of(layer.variance)).reshape(mean.shape)
    spread = np.maximum(spread, np.finfo(np.float32).eps if np.any(spread < 1e-7) else 0.0)
    if layer.invert:
        return graph.scale(x, spread, mean)
    return graph.scale(x, 1.0 / spread, -mean / spread)


def _rescaling(graph, layer, x):
    return graph.scale(x, array_of(layer.scale), array_of(layer.offset))


def _relu(graph, layer, x):
    if layer.threshold != 0.0:
        raise TypeError("its threshold is not 0, so that it jumps")
    found = _leaky(graph, x, float(layer.negative_slope))
    if layer.max_value is None:
        return found
    above = graph.activate(graph.scale(x, 1.0, -float(layer.max_value)), "relu")
    return graph.join("sub", (found, above), x.shape)


def _concatenated(graph, layer, *inputs):
    return OPERATIONS["Concat"](graph, *inputs, axis=layer.axis)


def _folded(name):
    """Return the reading of a layer that joins its inputs two at a time."""

    def read(graph, layer, *inputs):
        found = inputs[0]
        for value in inputs[1:]:
            found = OPERATIONS[name](graph, found, value)
        return found

    return read


def _average(graph, layer, *inputs):
    return graph.scale(_folded("Add")(graph, layer, *inputs), 1.0 / len(inputs))


def _larger(graph, a, b):
    """Return ``max(a, b) = a + relu(b - a)``."""
    return OPERATIONS["Add"](graph, a, graph.activate(OPERATIONS["Sub"](graph, b, a), "relu"))


def _maximum(graph, layer, *inputs):
    found = inputs[0]
    for value in inputs[1:]:
        found = _larger(graph, found, value)
    return found


def _minimum(graph, layer, *inputs):
    negative = [OPERATIONS["Mul"](graph, value, np.array(-1.0)) for value in inputs]
    return graph.scale(_maximum(graph, layer, *negative), -1.0)


def _reshaped(graph, layer, x):
    shape = tuple(getattr(layer, "target_shape", None) or layer.newshape[1:])
    return graph.move(x, lambda rows: rows.reshape(len(rows), *shape))


def _flat(graph, layer, x):
    if getattr(layer, "data_format", None) == "channels_first":
        x = graph.move(x, lambda rows: np.moveaxis(rows, 1, -1))
    return graph.move(x, lambda rows: rows.reshape(len(rows), -1))


def _permuted(graph, layer, x):
    return graph.move(x, lambda rows: np.transpose(rows, (0, *layer.dims)))


def _nothing(graph, layer, x, *_):
    return x


def _element(graph, operation, x, key):
    """Read ``x[:, key]``, slices and single columns."""
    key = key if isinstance(key, tuple) else (key,)
    return graph.move(x, lambda rows: rows[key])


def _moved(function):
    return lambda graph, operation, x: graph.move(x, lambda rows: function(rows, operation.axis))


def _summed(graph, operation, x, factor):
    """Read a sum (or a mean) over the one dimension of a row."""
    if len(x.shape) != 1 or list(np.ravel(operation.axis)) not in ([1], [-1]):
        raise TypeError("it must run over all numbers of a row")
    total = OPERATIONS["MatMul"](graph, x, np.full((x.shape[0], 1), factor))
    return total if operation.keepdims else total._replace(shape=())


def _power(graph, operation, x, exponent):
    if not isinstance(exponent, int) or not 1 <= exponent <= 8:
        raise TypeError("its exponent must be an integer from 1 to 8")
    found = x
    for _ in range(exponent - 1):
        found = graph.join("mul", (found, x), x.shape)
    return found


def _called(name):
    """Return the reading of an operation of two values, one of which may be a constant."""
    return lambda graph, operation, a, b: OPERATIONS[name](graph, a, b)


def _function(name, *options):
    """Return the reading of an operation that is an activation, its options attributes of it."""

    def read(graph, operation, x):
        return ACTIVATIONS[name](graph, x, *(getattr(operation, option) for option in options))

    return read


def _squareplus(graph, operation, x):
    size = np.sqrt(operation.b / 4.0)
    return graph.scale(graph.activate(graph.scale(x, 1.0 / size), "squareplus"), size)


LAYERS = {  # without the activation of those that have one
    "InputLayer": _nothing,
    "Dense": _dense,
    "Activation": _nothing,
    "BatchNormalization": _batch_normalisation,
    "LayerNormalization": _layer_normalisation,
    "Normalization": _normalisation,
    "Rescaling": _rescaling,
    "ReLU": _relu,
    "LeakyReLU": lambda graph, layer, x: _leaky(graph, x, float(layer.negative_slope)),
    "ELU": lambda graph, layer, x: graph.activate(x, "elu", float(layer.alpha)),
    "PReLU": lambda graph, layer, x: OPERATIONS["PRelu"](graph, x, array_of(layer.alpha)),
    "Softmax": lambda graph, layer, x, mask=None: OPERATIONS["Softmax"](graph, x, layer.axis),
    "Concatenate": _concatenated,
    "Add": _folded("Add"),
    "Subtract": _folded("Sub"),
    "Multiply": _folded("Mul"),
    "Average": _average,
    "Maximum": _maximum,
    "Minimum": _minimum,
    "Reshape": _reshaped,
    "Flatten": _flat,
    "Permute": _permuted,
    **dict.fromkeys(
        (
            "Dropout",
            "AlphaDropout",
            "GaussianDropout",
            "GaussianNoise",
            "ActivityRegularization",
            "Identity",
        ),
        _nothing,
    ),
}

OPERATIONS_OF_KERAS = {  # of keras.ops and of operators between values
    "Add": _called("Add"),
    "Subtract": _called("Sub"),
    "Multiply": _called("Mul"),
    "TrueDivide": _called("Div"),
    "Divide": _called("Div"),
    "Maximum": _maximum,
    "Minimum": _minimum,
    "Matmul": _called("MatMul"),
    "Concatenate": _concatenated,
    "Reshape": _reshaped,
    "Squeeze": _moved(np.squeeze),
    "ExpandDims": _moved(np.expand_dims),
    "GetItem": _element,
    "Sum": lambda graph, operation, x: _summed(graph, operation, x, 1.0),
    "Mean": lambda graph, operation, x: _summed(graph, operation, x, 1.0 / x.shape[-1]),
    "Clip": lambda graph, operation, x: OPERATIONS["Clip"](
        graph, x, operation.x_min, operation.x_max
    ),
    "Power": _power,
    "Negative": lambda graph, operation, x: graph.scale(x, -1.0),
    "Absolute": lambda graph, operation, x: graph.activate(x, "leaky_relu", -1.0),
    "Abs": lambda graph, operation, x: graph.activate(x, "leaky_relu", -1.0),
    "Square": lambda graph, operation, x: graph.join("mul", (x, x), x.shape),
    "Exp": _function("exponential"),
    "Erf": lambda graph, operation, x: graph.activate(x, "erf"),
    "Tanh": _function("tanh"),
    "Relu": _function("relu"),
    "Relu6": _function("relu6"),
    "LeakyRelu": _function("leaky_relu", "negative_slope"),
    "Elu": _function("elu", "alpha"),
    "Celu": _function("celu", "alpha"),
    "Selu": _function("selu"),
    "Silu": _function("silu"),
    "Gelu": _function("gelu", "approximate"),
    "Mish": _function("mish"),
    "Softplus": _function("softplus"),
    "Squareplus": _squareplus,
    "Softsign": _function("softsign"),
    "Sigmoid": _function("sigmoid"),
    "LogSigmoid": _function("log_sigmoid"),
    "HardSigmoid": _function("hard_sigmoid"),
    "HardSilu": _function("hard_silu"),
    "HardTanh": _function("hard_tanh"),
    "TanhShrink": _function("tanh_shrink"),
    "SparseSigmoid": _function("sparse_sigmoid"),
    "SparsePlus": _function("sparse_plus"),
    "Softmax": lambda graph, operation, x: OPERATIONS["Softmax"](graph, x, operation.axis),
    "LogSoftmax": lambda graph, operation, x: OPERATIONS["LogSoftmax"](graph, x, operation.axis),
}
