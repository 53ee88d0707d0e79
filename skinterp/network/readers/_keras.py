"""Reading Keras models and .keras files: the layers of a model as nodes of a graph."""

import json
import sys
import zipfile
from pathlib import Path

import numpy as np

from skinterp.network._graph_scores import (
    as_probabilities,
    end_of,
    network_of_scores,
    probing_points,
)
from skinterp.network._keras_layers import (
    ACTIVATIONS,
    FOREIGN,
    LAYERS,
    OPERATIONS_OF_KERAS,
    array_of,
)
from skinterp.network._readers import WAY_OUT, Reader, register_reader
from skinterp.network._translator import Translator
from skinterp.network._verify import verify
from skinterp.utils import checked_count, import_optional

_SINGLE, _HALF = 1e-5, 1e-2  # Keras multiplies float64 matrices in float32, too
_LOSSES = {  # whose predictions are of classes: the link behind the values
    "binary_crossentropy": "logistic",
    "binary_focal_crossentropy": "logistic",
    "categorical_crossentropy": "softmax",
    "categorical_focal_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
}
_CALL_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


# files


def _is_file(model):
    return isinstance(model, str | Path) and str(model).lower().endswith(".keras")


def _foreign_code(config):
    """Yield the names of what a configuration asks for that is not Keras's own, or is code."""
    if isinstance(config, dict):
        module, name = config.get("module"), config.get("class_name")
        is_own = not module or str(module).partition(".")[0] in ("keras", "builtins")
        if name and (not is_own or "Lambda" in str(name) or config.get("registered_name")):
            registered = config.get("registered_name") or name
            if not is_own or "Lambda" in str(name) or ">" in str(registered):
                yield str(registered)
        config = list(config.values())
    if isinstance(config, list):
        for part in config:
            yield from _foreign_code(part)


def _check_file(path):
    """Refuse a file that is none of Keras, or that asks for code beside Keras's own."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"{str(path)!r} is no valid .keras file ({error}). Save the model again by "
            'model.save("model.keras").'
        ) from error
    foreign = sorted(set(_foreign_code(config)))
    if foreign:
        raise ValueError(
            f"{str(path)!r} asks for code that is not Keras's own ({', '.join(foreign)}), which "
            "is not run from a file. If you trust it, load it by keras.saving.load_model with "
            "custom_objects, and pass the model."
        )


def _keras():
    """Import Keras; says what to do about a missing backend."""
    try:
        return import_optional("keras", "keras", "Reading a .keras file")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"Keras needs its backend, and {error.name} is not installed. Set the environment "
            "variable KERAS_BACKEND to one that is, such as torch."
        ) from error


def _loaded(path):
    """Return the model of a .keras file, compiled where that is possible."""
    _check_file(path)
    keras = _keras()
    try:
        return keras.saving.load_model(path, safe_mode=True)
    except Exception as error:  # whatever Keras raises for a damaged file
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{str(path)!r} cannot be loaded by Keras {keras.__version__} ({reason}). Load it "
            "yourself, and pass the model."
        ) from error


# the graph of a model


def _is_keras(thing):
    return type(thing).__module__.partition(".")[0] == "keras"


def _flat(values):
    """Return the values in lists, and lists of lists, in their order."""
    if isinstance(values, list):
        return [part for value in values for part in _flat(value)]
    return [values]


def _refusal(operation, reason):
    name = f"Layer {operation.name!r} ({type(operation).__name__})"
    return TypeError(f"{name} of the Keras model cannot be read: {reason}. {WAY_OUT}")


def _check_foreign(operation):
    """Refuse layers that no table of numbers goes through."""
    names = [kind.__name__ for kind in type(operation).__mro__ if kind.__module__[:5] == "keras"]
    word = next((word for word in FOREIGN if any(word in name for name in names)), None)
    if word is not None:
        raise _refusal(
            operation, f"{FOREIGN[word]} models are no networks that take a table of numbers"
        )


class _Walker:
    """A walk through the graphs of Keras tensors, adding what it meets to a graph of ours."""

    def __init__(self, keras, graph):
        self.keras, self.graph = keras, graph

    def values(self, tensors, known):
        """Return the values of Keras tensors, some of which are known."""
        return [self._value(tensor, known) for tensor in tensors]

    def _value(self, tensor, known):
        if not isinstance(tensor, self.keras.KerasTensor):
            is_number = isinstance(tensor, self.keras.Variable) or hasattr(tensor, "shape")
            return array_of(tensor) if is_number else tensor
        if id(tensor) not in known:
            operation, node_index, _ = tensor._keras_history
            node = operation._inbound_nodes[node_index]
            inputs = self.values(_flat(list(node.arguments.args)), known)
            extra = [v for v in node.arguments.kwargs.values() if not isinstance(v, bool | None)]
            found = self.read(operation, [*inputs, *self.values(_flat(extra), known)])
            if len(node.output_tensors) != 1:
                raise _refusal(operation, "it has several outputs")
            known[id(node.output_tensors[0])] = found
        return known[id(tensor)]

    def read(self, operation, inputs):
        """Read one layer or operation."""
        _check_foreign(operation)
        is_layer = isinstance(operation, self.keras.layers.Layer)
        function = (LAYERS if is_layer else OPERATIONS_OF_KERAS).get(type(operation).__name__)
        try:
            if function is not None and _is_keras(operation):
                found = function(self.graph, operation, *inputs)
                if not found.link and any(getattr(value, "link", "") for value in inputs):
                    raise TypeError("it follows a softmax, which must be the end of the model")
                activation = getattr(operation, "activation", None)
                return found if activation is None else self._activated(activation, found)
            if is_layer:
                return self._inside(operation, inputs)
        except (TypeError, ValueError, IndexError, NotImplementedError) as error:
            if "Keras model cannot be read" in str(error):
                raise
            raise _refusal(operation, error) from error
        names = sorted(OPERATIONS_OF_KERAS if not is_layer else LAYERS)
        raise _refusal(operation, f"it is not known. Known are {', '.join(names)}")

    def _activated(self, function, z):
        """Apply an activation of Keras, or a function made of Keras's operations."""
        name = getattr(function, "__name__", "")
        is_own = getattr(function, "__module__", "").partition(".")[0] == "keras"
        if is_own and name in ACTIVATIONS:
            return ACTIVATIONS[name](self.graph, z)
        return self._called(function, [z], self.keras.config.floatx())

    def _inside(self, layer, inputs):
        """Read a model inside a model, or a layer by the operations that it calls."""
        if not isinstance(layer, self.keras.Model) or not getattr(layer, "inputs", None):
            return self._called(layer.call, inputs, layer.compute_dtype)
        known = {id(tensor): value for tensor, value in zip(layer.inputs, inputs)}
        return self._single(layer.outputs, known)

    def _called(self, function, inputs, dtype):
        """Read a function by the operations that it calls."""
        tensors = [self.keras.KerasTensor((None, *value.shape), dtype) for value in inputs]
        known = {id(tensor): value for tensor, value in zip(tensors, inputs)}
        try:
            outputs = _flat(function(*tensors))
        except _CALL_ERRORS as error:
            reason = str(error).strip().partition("\n")[0]
            raise TypeError(f"its code is none of Keras's operations ({reason})") from error
        return self._single(outputs, known)

    def _single(self, outputs, known):
        if len(outputs) != 1:
            raise TypeError(f"it has {len(outputs)} outputs, of which one can be explained")
        return self._value(outputs[0], known)


# the model


def _width(model, n_features_in):
    """Return the number of inputs of a model that does not state its input."""
    if n_features_in is not None:
        return checked_count(n_features_in, "n_features_in", 1)
    for weight in model.weights:
        if len(weight.shape) in (1, 2):
            return int(weight.shape[0])
    raise ValueError(
        f"{type(model).__name__} does not say how many inputs it takes; pass n_features_in=..."
    )


def _input_shape(model, n_features_in):
    """Return the shape of a row, refusing several inputs or unknown sizes."""
    inputs = getattr(model, "inputs", None) or []
    if len(inputs) > 1:
        names = ", ".join(tensor.name for tensor in inputs)
        raise TypeError(
            "A Keras model must have one input, a table of all columns. Got "
            f"{len(inputs)} inputs ({names}) instead; join them in a model that splits its "
            "columns, or pass a callable."
        )
    if not inputs:
        return (_width(model, n_features_in),)
    shape = inputs[0].shape[1:]
    if not shape or None in shape:
        raise TypeError(
            "The input of a Keras model must have the shape (None, n_features), the number of "
            f"features stated. Got {tuple(inputs[0].shape)} instead."
        )
    if n_features_in is not None and n_features_in != np.prod(shape):
        raise ValueError(
            f"n_features_in must be {np.prod(shape)} for this model. Got {n_features_in} instead."
        )
    return tuple(shape)


def _check_weights(model):
    """Refuse a model without weights, or with weights that are no finite numbers."""
    if not model.built or not model.weights:
        raise ValueError(
            f"The {type(model).__name__} model has no weights yet. Call it on rows, or train it, "
            "before it is read."
        )
    for weight in model.weights:
        if not np.isfinite(array_of(weight)).all():
            raise ValueError(
                f"The weights {weight.path!r} of the Keras model are not all finite, so it has no "
                "values to explain. Train it again, for example with a lower learning rate."
            )


def _kind(model, link, width, classes):
    """Return the link behind the values, from the model's end or its loss."""
    loss = getattr(model, "loss", None)
    if link is not None or loss is None:
        return link
    name = loss if isinstance(loss, str) else getattr(loss, "name", getattr(loss, "__name__", ""))
    kind = _LOSSES.get(name)
    if kind is None:
        return None
    takes_logits = hasattr(loss, "get_config") and loss.get_config().get("from_logits")
    if not takes_logits and classes is None:
        raise ValueError(
            f"The model ends without sigmoid or softmax, but its loss {name} takes probabilities. "
            "If its values are logits, say so by classes=[...] (and train it with "
            "from_logits=True)."
        )
    return kind


def read_keras(model, n_features_in=None, classes=None):
    """Read a Keras 3 model or a ``.keras`` file.

    Sequential and functional models are read layer by layer, models and layers written as classes
    by the operations of Keras that they call.

    Parameters
    ----------
    model : keras.Model, str or Path
        The model, or the path of a ``.keras`` file, of which nothing is run that is not Keras's.
    n_features_in : int or None, default=None
        The number of inputs, for a model that does not state it.
    classes : array-like or None, default=None
        The class labels; of a model that does not end in probabilities they say that its values
        are logits.

    Returns
    -------
    DenseNetwork or GraphNetwork
        The network, in double precision.

    Raises
    ------
    TypeError
        If the model has layers, inputs or outputs that cannot be read.
    ValueError
        If it has no weights, or weights that are not finite, or the file is damaged or asks for
        code that is not Keras's.
    RuntimeError
        If the network's outputs differ from the model's.
    """
    if _is_file(model):
        model = _loaded(model)
    keras = sys.modules.get("keras")  # loaded by any real model
    if keras is None or not isinstance(model, keras.Model):
        raise TypeError(
            f"{type(model).__name__} is a keras model, but no keras.Model of Keras 3, so that it "
            f"cannot be read. {WAY_OUT}"
        )
    _check_weights(model)
    shape = _input_shape(model, n_features_in)
    graph = Translator(shape)
    scores = _Walker(keras, graph).read(model, [graph.source])
    values, link = end_of(graph, scores)
    network = network_of_scores(
        graph, values, _kind(model, link, int(np.prod(values.shape)), classes), classes
    )
    points = probing_points(graph.nodes)
    rows = points.astype(model.compute_dtype if model.compute_dtype == "float64" else "float32")
    answers = model(rows.reshape(-1, *shape), training=False)
    answers = array_of(keras.ops.stop_gradient(answers)).reshape(len(rows), -1)
    expected = as_probabilities(answers, network.task, link)
    tolerance = _SINGLE if model.compute_dtype in ("float32", "float64") else _HALF
    verify(network, rows.astype(np.float64), expected, "the Keras model", tolerance)
    return network


register_reader(
    Reader(
        "keras",
        read_keras,
        libraries=("keras",),
        recognises=_is_file,
        options=("n_features_in", "classes"),
        accepts="a Keras model or the path of a .keras file",
        kind="a Keras model",
    )
)
