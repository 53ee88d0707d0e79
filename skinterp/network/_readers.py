"""From whatever the user has to a `Network`: the registry of readers, and their choice."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from skinterp.network._given_task import read_as
from skinterp.network._network import Network
from skinterp.utils import Registry

WAY_OUT = (
    "Pass a callable on the same rows, as_network(model.predict_proba, returns='probabilities', "
    "classes=model.classes_) or, for regression, as_network(model.predict), or the head on "
    "extracted features."
)


@dataclass(frozen=True)
class Reader:
    """How models of one kind are read as networks.

    Parameters
    ----------
    name : str
        Name of the reader.
    read : callable
        ``read(model, **options) -> Network``; imports its library itself, and only there. It is
        given the options in `options` that the user passed. Names given by the user are set after.
    libraries : tuple of str, default=()
        Root packages of the models' classes, such as ``("torch",)``: models are recognised by
        these names, never by importing the library.
    recognises : callable or None, default=None
        ``recognises(model) -> bool`` for models that no library's name tells apart.
    options : tuple of str, default=()
        Options of :func:`as_network` that the reader takes beside `feature_names`; others are
        refused by name.
    accepts : str, default=""
        What it reads, for the list in the error about a model that no reader takes.
    kind : str, default=""
        What its models are called in errors; by default the name of their class.
    position : int, default=0
        Where several readers take a model, the lowest position wins, then the closest class.

    Examples
    --------
    >>> from skinterp.network import READERS, Reader, as_network, register_reader
    >>> class Doubler:
    ...     def forward(self, X):
    ...         return 2.0 * X[:, 0]
    >>> read = lambda model: as_network(model.forward)
    >>> reader = register_reader(Reader("doubler", read, recognises=lambda m: type(m) is Doubler))
    >>> as_network(Doubler()).predict([[3.0]])
    array([6.])
    >>> READERS.unregister("doubler")
    """

    name: str
    read: Callable
    libraries: tuple = ()
    recognises: Callable | None = None
    options: tuple = ()
    accepts: str = ""
    kind: str = ""
    position: int = 0

    def distance(self, model):
        """Return how closely a model is of this kind.

        Parameters
        ----------
        model : object
            The model.

        Returns
        -------
        int or None
            How many classes lie between the model's own and the one, itself or a base, whose root
            package is in `libraries`; 0 where `recognises` says so; None for other models.
        """
        if self.recognises is not None and self.recognises(model):
            return 0
        roots = [kind.__module__.partition(".")[0] for kind in type(model).__mro__]
        return next((k for k, root in enumerate(roots) if root in self.libraries), None)


READERS = Registry("reader", Reader, ["skinterp.network.readers"])
register_reader = READERS.register


def find_reader(model):
    """Return the reader of a model.

    Parameters
    ----------
    model : object
        The model.

    Returns
    -------
    Reader or None
        The reader; None if there is none.
    """
    distances = {name: reader.distance(model) for name, reader in READERS.items()}
    found = [READERS[name] for name, distance in distances.items() if distance is not None]
    return min(found, key=lambda reader: (reader.position, distances[reader.name]), default=None)


def _refuse(kind, options):
    """Refuse options that a model of this kind answers itself."""
    if options:
        raise ValueError(f"Options that do not apply to {kind}: {', '.join(options)}.")


def as_network(
    model,
    *,
    gradient=None,
    n_features_in=None,
    n_outputs=None,
    classes=None,
    feature_names=None,
    task=None,
    returns=None,
    unknown_steps=None,
):
    """Read a trained model as a `Network`, by the reader of its library.

    Parameters
    ----------
    model : Network, estimator, tuple or callable
        - a `Network`: returned as it is;
        - a fitted `MLPClassifier` or `MLPRegressor`, a `Pipeline` of the steps in `STEPS` ending
          in one: affine steps are folded exactly into the first layer, so that values and
          gradients are in the units of the pipeline's input; imputers, encoders and bins are read
          as features of the user's table (numbers, indicators, flags of missing values); smooth
          steps with their derivative; or a grid search, `FrozenEstimator` or
          `TransformedTargetRegressor` around these;
        - a ``torch.nn.Module``, script or exported program: a chain of layers as dense layers,
          everything else by torch's autograd; a fitted skorch net, alone or behind such steps;
        - plain arrays ``(coefs, intercepts, activations)``: one weight matrix (n_in, n_out), bias
          and activation per layer, the output layer included; leaky ReLU with its slope as
          ``("leaky_relu", 0.3)``. A last "logistic" means a binary classifier (several columns:
          multilabel), "softmax" a multiclass one, all else a regression;
        - a `keras.Model` of Keras 3, or the path of a ``.keras`` file;
        - an `onnx.ModelProto`, or the path of a ``.onnx`` file;
        - a callable ``X -> values`` that takes rows, for example ``model.decision_function``:
          a data frame where the rows asked about are one, else a float64 array (n, d). Values are
          (n,) or (n, n_outputs); what they are is said by `returns`.
    gradient : callable or None, default=None
        For a callable: its gradient ``X -> (n, d)`` or ``(n, n_outputs, d)``. If None, central
        differences are used.
    n_features_in : int or None, default=None
        For a callable: the number of inputs, if it should be checked; for a torch module, if none
        of its layers says it.
    n_outputs : int or None, default=None
        For a callable: the number of columns it returns; None means one, or as `classes` says.
    classes : array-like or None, default=None
        For a callable, arrays, a torch, Keras or ONNX model: the class labels, saying that the
        values are logits.
    feature_names : sequence of str or None, default=None
        The names of the inputs, for anything that does not know them itself.
    task : {"regression", "binary", "multiclass", "multilabel"} or None, default=None
        For a callable, arrays, a torch, Keras or ONNX model that does not say it: what it was
        trained for. Of a classifier the values are logits then, and the labels 0, 1, ... unless
        `classes` names them. A task that contradicts the model is refused.
    returns : {"logits", "probabilities", "values", "labels"} or None, default=None
        For a callable: what it returns. Logits are one column for two classes, else one per class;
        probabilities one per class, or of two classes the second one's only; labels, which have no
        slopes, do for trees and linear models. All but "values" need `classes`. If None, logits if
        `classes` is given, else values; what looks like something else is refused.
    unknown_steps : {"refuse", "differences"} or None, default=None
        For a pipeline: what becomes of steps whose derivative is not known. By default they are
        refused by name; "differences" asks the step itself, with slopes by central differences.

    Returns
    -------
    Network
        The network; a `DenseNetwork` where it is a chain of layers.

    Raises
    ------
    TypeError
        If the model is not supported; says what is.
    NotFittedError
        If the model is not fitted.
    RuntimeError
        If the network read does not reproduce the model's own outputs.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skinterp.network import as_network
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), solver="lbfgs", max_iter=1000, random_state=0)
    >>> network = as_network(make_pipeline(StandardScaler(), mlp).fit(X, y))
    >>> network
    DenseNetwork(4-8-3, relu, multiclass)
    >>> network.margin(2).gradient(X).shape
    (150, 4)
    """
    given = {
        "gradient": gradient,
        "n_features_in": n_features_in,
        "n_outputs": n_outputs,
        "classes": classes,
        "returns": returns,
        "unknown_steps": unknown_steps,
    }
    given = {name: value for name, value in given.items() if value is not None}
    if isinstance(model, Network):
        _refuse("a Network", [*given, *["feature_names"] * (feature_names is not None)])
        return model if task is None else read_as(lambda: model, task, False)
    if isinstance(model, type):
        raise TypeError(
            f"as_network needs a fitted model. Got the class {model.__name__} instead of an "
            f"instance; try {model.__name__}(...).fit(X, y)."
        )
    reader = find_reader(model)
    if reader is None:
        accepted = [reader.accepts for reader in READERS.values() if reader.accepts]
        raise TypeError(
            f"A network must be {', '.join(accepted[:-1])}, or {accepted[-1]}. "
            f"Got {model!r} instead."
        )
    kind = reader.kind or f"a {type(model).__name__}"
    _refuse(kind, [name for name in given if name not in reader.options])
    if task is None:
        return reader.read(model, **given).renamed(feature_names)
    given.pop("classes", None)
    read = partial(reader.read, model, **given)
    network = read_as(read, task, "classes" in reader.options, classes)
    return network.renamed(feature_names)


def network_for(model, X):
    """Read a model as the network that is asked about a table.

    Parameters
    ----------
    model : object
        Anything `as_network` takes.
    X : array-like or data frame of shape (n_samples, n_columns)
        The rows. A callable is given data frames where X is one, and what it returns is checked.

    Returns
    -------
    Network
        The network.

    Examples
    --------
    >>> import pandas as pd
    >>> from skinterp.network import network_for
    >>> X = pd.DataFrame({"site": ["a", "b"], "dose": [1.0, 2.0]})
    >>> network = network_for(lambda X: X["dose"] * (X["site"] == "b"), X)
    >>> network.predict(X)
    array([0., 2.])
    >>> network.feature_names
    ('[site = a]', '[site = b]', 'dose')
    """
    network = as_network(model).for_table(X)
    network.check_values(X)
    return network
