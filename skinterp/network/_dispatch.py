"""From whatever the user has to a `Network`."""

from skinterp.network._network import Network
from skinterp.network._readers import READERS, find_reader


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
):
    """Read a trained model as a `Network`, by the reader of its library.

    Parameters
    ----------
    model : Network, estimator, tuple or callable
        - a `Network`: returned as it is;
        - a fitted `MLPClassifier` or `MLPRegressor`, a `Pipeline` of affine steps ending in one
          (folded exactly into the first layer, so that values and gradients are in the units of
          the pipeline's input), or a grid search, `FrozenEstimator` or
          `TransformedTargetRegressor` around these;
        - a ``torch.nn.Module``, script or exported program: a chain of layers as dense layers,
          everything else by torch's autograd; a fitted skorch net, alone or behind affine steps;
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
        For a callable: the number of inputs, if it should be checked; for a torch module, if none
        of its layers says it.
    n_outputs : int or None, default=None
        For a callable: the number of columns it returns; None means one, or as `classes` says.
    classes : array-like or None, default=None
        For a callable, arrays or a torch module: the class labels, saying that the values are
        logits.
    feature_names : sequence of str or None, default=None
        The names of the inputs, for anything that does not know them itself.

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
    }
    given = {name: value for name, value in given.items() if value is not None}
    if isinstance(model, Network):
        _refuse("a Network", [*given, *["feature_names"] * (feature_names is not None)])
        return model
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
    return reader.read(model, **given).renamed(feature_names)
