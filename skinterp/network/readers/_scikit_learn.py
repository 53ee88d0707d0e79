"""Reading scikit-learn's multilayer perceptrons, and whatever wraps them."""

import numpy as np
from sklearn.base import is_regressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils.validation import check_is_fitted

from skinterp.network._activations import IDENTITY, as_activation
from skinterp.network._dense import DenseNetwork, Layer
from skinterp.network._front import SteppedNetwork
from skinterp.network._readers import Reader, find_reader, register_reader
from skinterp.network._reading import Reading
from skinterp.network._steps import described, quiet, refusal
from skinterp.network._verify import N_POINTS, verify
from skinterp.utils import import_optional, is_identity, unwrap

UNKNOWN_STEPS = ("refuse", "differences")
_CHECKING = "Checking a network fitted on a data frame"


def _layers_of(mlp):
    last = mlp.out_activation_ if isinstance(mlp, MLPRegressor) else "identity"
    specs = [mlp.activation] * (mlp.n_layers_ - 2) + [last]
    layers = zip(mlp.coefs_, mlp.intercepts_, map(as_activation, specs))
    return [Layer(w.astype(np.float64), b.astype(np.float64), a) for w, b, a in layers]


def _task_of(mlp):
    """Return the task and the class labels of a perceptron."""
    if isinstance(mlp, MLPRegressor):
        return "regression", None
    if mlp.out_activation_ != "logistic":
        return "multiclass", mlp.classes_
    if mlp.n_outputs_ > 1:
        return "multilabel", np.arange(mlp.n_outputs_)
    return "binary", mlp.classes_


def _undo_scaling(layers, transformer):
    """Return layers whose outputs are transformed back by a fitted transformer of the target."""
    n_outputs = len(layers[-1].bias)
    reading = Reading(tuple(f"y{k}" for k in range(n_outputs)))
    columns = reading.follow([("transformer", transformer)], reading.columns())
    table, front = reading.finish(columns, None, n_outputs)
    if table is not None or front.stages:
        why = "which is not known to be affine"
        raise TypeError(refusal(transformer, "transformer", why))
    scale, offset = front.affine.scale, front.affine.offset
    if scale is None:
        raise TypeError(
            f"The target's transformer {transformer!r} mixes several outputs, which cannot "
            "be folded into the network. Scale the outputs one by one, or pass a callable."
        )
    *hidden, last = layers
    if last.activation != IDENTITY and not (np.all(scale == 1.0) and not offset.any()):
        hidden, eye = [*hidden, last], np.eye(n_outputs)
        last = Layer(eye, np.zeros(n_outputs), IDENTITY)
    return [*hidden, Layer(last.weights / scale, (last.bias - offset) / scale, last.activation)]


def _in_front(front, core, names, table):
    """Return a core network behind its front: affine steps are folded into dense layers."""
    if front.stages or not isinstance(core, DenseNetwork):
        return SteppedNetwork(front, core, names, table)
    (weights, bias, activation), *rest = core.layers
    layers = [Layer(*front.affine.fold(weights, bias), activation), *rest]
    return DenseNetwork(layers, core.task, core.classes, names, core.n_hidden, table)


def _rows_to_check(numbers, network, names):
    """Return likely rows as the model takes them, and the same as the network takes them."""
    table = network.user_table
    pandas = names and import_optional("pandas", "plot", _CHECKING)
    if table is None:
        points = numbers[np.isfinite(network.raw_values(numbers)).all(axis=1)]
        return pandas.DataFrame(points, columns=list(names)) if names else points, points
    features = np.stack([numbers[:, f.column.index] for f in table.features], axis=1)
    rows = table.rows(table.example(features), pandas, has_gaps=True)
    points = table.read(rows)
    finite = np.isfinite(network.raw_values(points)).all(axis=1)
    return rows[finite], points[finite]


def _own_network(model):
    """Return the network of what stands at the end, by its own reader; None for a perceptron."""
    if isinstance(model, MLPClassifier | MLPRegressor):
        return None
    name, reader = type(model).__name__, find_reader(model)
    if reader is None or reader.read is read_sklearn:
        raise TypeError(
            f"{name} has no gradients (or none that can be read); skinterp explains "
            "differentiable networks. Pass a fitted MLPClassifier or MLPRegressor, a pipeline "
            "ending in one, (coefs, intercepts, activations), or a callable X -> values such as "
            "lambda X: model.decision_function(X)."
        )
    return reader.read(model)


def _with_targets(core, targets):
    """Return a network whose predictions are transformed back, as those of the targets' models."""
    if not targets:
        return core
    if not isinstance(core, DenseNetwork):
        raise TypeError(
            f"A target can be transformed back in a chain of dense layers only. Got {core!r} "
            "instead; pass a callable X -> values such as model.predict."
        )
    layers = core.layers
    for target in reversed(targets):
        layers = _undo_scaling(layers, target.transformer_)
    return DenseNetwork(layers, core.task, core.classes, None, core.n_hidden)


def _n_columns(steps, core):
    """Return the number of the user's columns."""
    step = next((step for _, step in steps if not is_identity(step)), None)
    if step is None:
        return core.n_features_in
    check_is_fitted(step)
    if not hasattr(step, "n_features_in_"):
        raise TypeError(
            f"{described(step)} must say how many columns it was fitted on, as n_features_in_."
        )
    return step.n_features_in_


def _perceptron(mlp):
    """Return a fitted perceptron as a network."""
    check_is_fitted(mlp)
    return DenseNetwork(_layers_of(mlp), *_task_of(mlp))


def _expected(model, found, own, rows):
    """Return the model's outputs; of a last step read by its own reader, those of its network.

    That reader compared them with the model's own, which may take float32 only.
    """
    if own is None:
        ask = model.predict if is_regressor(model) else model.predict_proba
        return ask(rows)
    rows = np.asarray(found.transform(rows), dtype=np.float64)
    if own.task != "regression":
        return own.predict_proba(rows)
    values = own.raw_values(rows)
    for target in reversed(found.targets):
        values = target.transformer_.inverse_transform(values)
    return values


def read_sklearn(model, unknown_steps="refuse"):
    """Read a fitted scikit-learn model.

    Parameters
    ----------
    model : estimator
        A fitted multilayer perceptron, or an estimator with a reader of its own, a pipeline of
        steps ending in one, or a grid search, frozen estimator or transformed-target regressor
        around these.
    unknown_steps : {"refuse", "differences"}, default="refuse"
        What becomes of steps that are not known: refused by name, or asked as they are, with
        slopes by central differences.

    Returns
    -------
    DenseNetwork or SteppedNetwork
        The network, taking the columns the model takes; stepped where steps are smooth.

    Raises
    ------
    TypeError
        If the model, or a step in front of it, is not supported.
    ValueError
        If unknown_steps is none of the two.
    NotFittedError
        If it is not fitted.
    RuntimeError
        If the network's outputs differ from the model's.
    """
    if unknown_steps not in UNKNOWN_STEPS:
        raise ValueError(
            f"unknown_steps must be one of {', '.join(UNKNOWN_STEPS)}. "
            f"Got {unknown_steps!r} instead."
        )
    found = unwrap(model)
    own = _own_network(found.model)
    core = _with_targets(_perceptron(found.model) if own is None else own, found.targets)
    names, n_columns = found.feature_names, _n_columns(found.steps, core)
    reading = Reading(names or tuple(f"x{j}" for j in range(n_columns)), unknown_steps)
    columns = reading.follow(found.steps, reading.columns())
    table, front = reading.finish(columns, names, n_columns)
    if table is not None and names is None and table.is_ambiguous:
        raise TypeError(
            f"Rows of this table cannot be told from its features, because categories are numbers "
            f"and there are {n_columns} of both. Fit the pipeline on a data frame with names."
        )
    network = _in_front(front, core, names if table is None else table.feature_names, table)
    rows, points = _rows_to_check(reading.likely(columns, N_POINTS), network, names)
    if not len(points):
        inside = np.random.RandomState(0).uniform(0.05, 0.95, size=(N_POINTS, n_columns))
        rows, points = _rows_to_check(inside, network, names)
    with quiet():  # of columns without values, which the user has been told when training
        expected = _expected(model, found, own, rows)
    verify(network, points, expected, type(model).__name__)
    return network


register_reader(
    Reader(
        "scikit-learn",
        read_sklearn,
        libraries=("sklearn",),
        options=("unknown_steps",),
        accepts="a fitted MLPClassifier or MLPRegressor, a pipeline ending in one",
    )
)
