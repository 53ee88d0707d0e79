"""From whatever the user has to a `Network`: one reader per library, found by name."""

from skinterp.network._arrays import read_arrays
from skinterp.network._callable import CallableNetwork
from skinterp.network._network import Network
from skinterp.network._sklearn import read_sklearn

# Root package of the model's class -> reader. Models are recognised by this name, never by
# importing their library; an adapter imports its library inside the reader.
_READERS = {"sklearn": read_sklearn}
_WITHOUT_READER = ("torch", "keras", "tf_keras", "tensorflow", "onnx", "onnxruntime")

_ALLOWED = (
    "a fitted MLPClassifier or MLPRegressor, a pipeline ending in one, "
    "(coefs, intercepts, activations), or a callable X -> values"
)


def _library_of(model):
    """Return the first known root package among the model's class and its bases."""
    roots = (kind.__module__.partition(".")[0] for kind in type(model).__mro__)
    return next((root for root in roots if root in _READERS or root in _WITHOUT_READER), None)


def _refuse(kind, **options):
    """Refuse options that a model of this kind answers itself."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise ValueError(f"Options that do not apply to {kind}: {', '.join(given)}.")


def as_network(
    model,
    *,
    gradient=None,
    n_features_in=None,
    n_outputs=None,
    classes=None,
    feature_names=None,
):
    """Read a trained model as a `Network`.

    Parameters
    ----------
    model : Network, estimator, tuple or callable
        - a `Network`: returned as it is;
        - a fitted `MLPClassifier` or `MLPRegressor`, a `Pipeline` of affine steps ending in one
          (folded exactly into the first layer, so that values and gradients are in the units of
          the pipeline's input), or a grid search, `FrozenEstimator` or
          `TransformedTargetRegressor` around these;
        - plain arrays ``(coefs, intercepts, activations)``: one weight matrix (n_in, n_out), bias
          and activation per layer, the output layer included; leaky ReLU with its slope as
          ``("leaky_relu", 0.3)``. A last "logistic" means a binary classifier (several columns:
          multilabel), "softmax" a multiclass one, all else a regression;
        - a callable ``X -> values`` that takes a float64 array (n, d), for example
          ``model.decision_function``. Values are (n,) or (n, n_outputs); logits if `classes`
          is given (one column for two classes, else one per class).
    gradient : callable or None, default=None
        For a callable: its gradient ``X -> (n, d)`` or ``(n, n_outputs, d)``. If None, central
        differences are used.
    n_features_in : int or None, default=None
        For a callable: the number of inputs, if it should be checked.
    n_outputs : int or None, default=None
        For a callable: the number of columns it returns; None means one, or as `classes` says.
    classes : array-like or None, default=None
        For a callable or arrays: the class labels, saying that the values are logits.
    feature_names : sequence of str or None, default=None
        The names of the inputs, for anything that does not know them itself.

    Returns
    -------
    Network
        The network; a `DenseNetwork` unless the model is a callable.

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
    callable_only = {
        "gradient": gradient,
        "n_features_in": n_features_in,
        "n_outputs": n_outputs,
    }
    if isinstance(model, Network):
        _refuse("a Network", **callable_only, classes=classes, feature_names=feature_names)
        return model
    if isinstance(model, type):
        raise TypeError(
            f"as_network needs a fitted model. Got the class {model.__name__} instead of an "
            f"instance; try {model.__name__}(...).fit(X, y)."
        )
    library = _library_of(model)
    if library in _WITHOUT_READER:
        raise TypeError(
            f"{type(model).__name__} is a {library} model, which cannot be read yet. Pass a "
            "callable on numpy arrays meanwhile: as_network(lambda X: ..., gradient=..., "
            "classes=...), returning logits if classes are given."
        )
    if library is not None:
        _refuse(f"a {type(model).__name__}", **callable_only, classes=classes)
        return _READERS[library](model).renamed(feature_names)
    if isinstance(model, tuple | list) and len(model) == 3:
        _refuse("arrays", **callable_only)
        return read_arrays(model, classes).renamed(feature_names)
    if callable(model):
        return CallableNetwork(
            model, classes=classes, feature_names=feature_names, **callable_only
        )
    raise TypeError(f"A network must be {_ALLOWED}. Got {model!r} instead.")
