"""Reading scikit-learn's multilayer perceptrons, and what users wrap around them."""

from typing import NamedTuple

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skinterp.network._activations import IDENTITY, as_activation
from skinterp.network._affine import is_identity, read_chain
from skinterp.network._dense import DenseNetwork, Layer
from skinterp.network._verify import N_POINTS, verify
from skinterp.utils import import_optional
from skinterp.utils._sklearn import BaseSearchCV


class _Reading(NamedTuple):
    """What was found in a model: layers, and the affine maps in front of them."""

    layers: tuple
    task: str
    classes: np.ndarray | None
    names: tuple | None
    chain: tuple = ()
    n_hidden: int | None = None

    def fold(self):
        """Return the network that takes the user's own columns."""
        (weights, bias, activation), *rest = self.layers
        for affine in reversed(self.chain):
            weights, bias = affine.fold(weights, bias)
        layers = (Layer(weights, bias, activation), *rest)
        return DenseNetwork(layers, self.task, self.classes, self.names, self.n_hidden)

    def points(self):
        """Return random points in the range the network was trained for."""
        width = self.chain[-1].matrix.shape[1] if self.chain else len(self.layers[0].weights)
        points = np.random.RandomState(0).standard_normal((N_POINTS, width))
        for affine in reversed(self.chain):
            points = affine.undo(points)
        return points


def _names_of(model):
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else tuple(str(name) for name in names)


def _layers_of(mlp, last):
    specs = [mlp.activation] * (mlp.n_layers_ - 2) + [last]
    layers = zip(mlp.coefs_, mlp.intercepts_, map(as_activation, specs))
    return tuple(Layer(w.astype(np.float64), b.astype(np.float64), a) for w, b, a in layers)


def _read_regressor(mlp):
    return _Reading(_layers_of(mlp, mlp.out_activation_), "regression", None, _names_of(mlp))


def _read_classifier(mlp):
    task, classes = "multiclass", mlp.classes_
    if mlp.out_activation_ == "logistic":
        task = "binary"
        if mlp.n_outputs_ > 1:
            task, classes = "multilabel", np.arange(mlp.n_outputs_)
    return _Reading(_layers_of(mlp, "identity"), task, classes, _names_of(mlp))


def _read_pipeline(pipeline):
    *steps, (_, last) = pipeline.steps
    reading = _read(last)
    chain = [affine for name, step in steps for affine in read_chain(step, name)]
    first = next((step for _, step in pipeline.steps if not is_identity(step)), last)
    return reading._replace(chain=(*chain, *reading.chain), names=_names_of(first))


def _read_search(search):
    if not search.refit:
        raise ValueError(
            f"{type(search).__name__} with refit=False holds no fitted network; use refit=True."
        )
    return _read(search.best_estimator_)


def _read_frozen(frozen):
    return _read(frozen.estimator)


def _read_transformed_target(model):
    """Read a TransformedTargetRegressor: undo the scaling of the target in the last layer."""
    reading = _read(model.regressor_)
    chain = read_chain(model.transformer_, "transformer")
    scales = [affine.scale for affine in chain]
    if any(scale is None for scale in scales):
        raise TypeError(
            f"The target's transformer {model.transformer_!r} mixes several outputs, which cannot "
            "be folded into the network. Scale the outputs one by one, or pass a callable."
        )
    *hidden, last = reading.layers
    n_hidden = len(hidden) if reading.n_hidden is None else reading.n_hidden
    if last.activation != IDENTITY and chain:
        hidden, eye = [*hidden, last], np.eye(len(last.bias))
        last = Layer(eye, np.zeros(len(eye)), IDENTITY)
    for affine, scale in zip(reversed(chain), reversed(scales)):
        bias = (last.bias - affine.offset) / scale + affine.center
        last = Layer(last.weights / scale, bias, IDENTITY)
    return reading._replace(layers=(*hidden, last), n_hidden=n_hidden)


_READERS = {
    MLPClassifier: _read_classifier,
    MLPRegressor: _read_regressor,
    Pipeline: _read_pipeline,
    BaseSearchCV: _read_search,
    FrozenEstimator: _read_frozen,
    TransformedTargetRegressor: _read_transformed_target,
}


def _read(model):
    reader = next((read for kind, read in _READERS.items() if isinstance(model, kind)), None)
    if reader is None:
        name = type(model).__name__
        raise TypeError(
            f"{name} has no gradients (or none that can be read); skinterp explains "
            "differentiable networks. Pass a fitted MLPClassifier or MLPRegressor, a pipeline "
            "ending in one, (coefs, intercepts, activations), or a callable X -> values such as "
            "lambda X: model.decision_function(X)."
        )
    check_is_fitted(model)
    return reader(model)


def _as_fitted_on(X, names):
    """Return the points as the kind of table the model was fitted on."""
    if names is None:
        return X
    pandas = import_optional("pandas", "plot", "Checking a network fitted on a data frame")
    return pandas.DataFrame(X, columns=list(names))


def read_sklearn(model):
    """Read a fitted scikit-learn model.

    Parameters
    ----------
    model : estimator
        A fitted multilayer perceptron, a pipeline of affine steps ending in one, or a grid
        search, frozen estimator or transformed-target regressor around these.

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
    reading = _read(model)
    network, points = reading.fold(), reading.points()
    table = _as_fitted_on(points, reading.names)
    ask = model.predict if network.task == "regression" else model.predict_proba
    verify(network, points, ask(table), type(model).__name__)
    return network
