"""Reading scikit-learn's multilayer perceptrons, and whatever wraps them."""

import numpy as np
from sklearn.base import is_regressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils.validation import check_is_fitted

from skinterp.network._activations import IDENTITY, as_activation
from skinterp.network._affine import read_chain
from skinterp.network._dense import DenseNetwork, Layer
from skinterp.network._readers import Reader, find_reader, register_reader
from skinterp.network._table_steps import holds_categories_or_gaps, read_table_steps
from skinterp.network._verify import N_POINTS, verify
from skinterp.utils import import_optional, unwrap

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
    chain = read_chain(transformer, "transformer")
    scales = [affine.scale for affine in chain]
    if any(scale is None for scale in scales):
        raise TypeError(
            f"The target's transformer {transformer!r} mixes several outputs, which cannot "
            "be folded into the network. Scale the outputs one by one, or pass a callable."
        )
    *hidden, last = layers
    if last.activation != IDENTITY and chain:
        hidden, eye = [*hidden, last], np.eye(len(last.bias))
        last = Layer(eye, np.zeros(len(eye)), IDENTITY)
    for affine, scale in zip(reversed(chain), reversed(scales)):
        bias = (last.bias - affine.offset) / scale + affine.center
        last = Layer(last.weights / scale, bias, IDENTITY)
    return [*hidden, last]


def _fold(layers, chain):
    """Return layers that take what comes before a chain of affine maps."""
    (weights, bias, activation), *rest = layers
    for affine in reversed(chain):
        weights, bias = affine.fold(weights, bias)
    return [Layer(weights, bias, activation), *rest]


def _points(chain, width):
    """Return random points in the range the network was trained for."""
    width = chain[-1].matrix.shape[1] if chain else width
    points = np.random.RandomState(0).standard_normal((N_POINTS, width))
    for affine in reversed(chain):
        points = affine.undo(points)
    return points


def _as_fitted_on(X, names):
    """Return the points as the kind of table the model was fitted on."""
    if names is None:
        return X
    pandas = import_optional("pandas", "plot", _CHECKING)
    return pandas.DataFrame(X, columns=list(names))


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
    network = reader.read(model)
    if not isinstance(network, DenseNetwork):
        raise TypeError(
            f"Behind other steps a network must be a chain of dense layers, into which the steps "
            f"can be folded. Got {network!r} instead; explain it on the transformed columns: "
            "as_network(model[-1]) and model[:-1].transform(X)."
        )
    return network


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


def read_sklearn(model):
    """Read a fitted scikit-learn model.

    Parameters
    ----------
    model : estimator
        A fitted multilayer perceptron, or an estimator whose own reader reads it as dense layers,
        a pipeline of affine steps ending in one, or a grid search, frozen estimator or
        transformed-target regressor around these.

    Returns
    -------
    DenseNetwork
        The network, taking the columns the model takes.

    Raises
    ------
    TypeError
        If the model, or a step in front of it, is not supported.
    NotFittedError
        If it is not fitted.
    RuntimeError
        If the network's outputs differ from the model's.
    """
    found = unwrap(model)
    own = _own_network(found.model)
    inner = _perceptron(found.model) if own is None else own
    names, table = found.feature_names, None
    if any(holds_categories_or_gaps(step) for _, step in found.steps):
        table, affine = read_table_steps(found.steps, names, found.steps[0][1].n_features_in_)
        chain, names = [affine], table.feature_names
    else:
        chain = [affine for name, step in found.steps for affine in read_chain(step, name)]
    points = _points(chain, inner.n_features_in)
    layers = inner.layers
    for target in reversed(found.targets):
        layers = _undo_scaling(layers, target.transformer_)
    layers = _fold(layers, chain)
    network = DenseNetwork(layers, inner.task, inner.classes, names, inner.n_hidden, table)
    if table is not None:
        points = table.example(points)
        rows = table.rows(points, table.names and import_optional("pandas", "plot", _CHECKING))
    else:
        rows = _as_fitted_on(points, names)
    verify(network, points, _expected(model, found, own, rows), type(model).__name__)
    return network


register_reader(
    Reader(
        "scikit-learn",
        read_sklearn,
        libraries=("sklearn",),
        accepts="a fitted MLPClassifier or MLPRegressor, a pipeline ending in one",
    )
)
