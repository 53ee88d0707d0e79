"""Reading plain arrays: ``(coefs, intercepts, activations)``."""

import numpy as np

from skinterp.network._activations import IDENTITY, as_activation
from skinterp.network._dense import DenseNetwork, Layer

_FORM = "(coefs, intercepts, activations), one weight matrix, bias and activation per layer"


def _link(activation):
    """Return the last activation and the task it stands for, None if it does not say."""
    name = activation if isinstance(activation, str) else activation[0]
    if name in ("logistic", "sigmoid", "softmax"):
        return IDENTITY, "softmax" if name == "softmax" else "logistic"
    return as_activation(activation), None


def _task(link, n_outputs, classes):
    """Return the task and the class labels."""
    if link is None and classes is None:
        return "regression", None
    if link == "logistic" and n_outputs > 1:
        task, n_classes = "multilabel", n_outputs
    else:
        n_classes = max(n_outputs, 2)
        task = "binary" if n_classes == 2 else "multiclass"
    classes = np.arange(n_classes) if classes is None else np.asarray(classes)
    if classes.shape != (n_classes,):
        raise ValueError(
            f"classes must be the {n_classes} labels of a network with {n_outputs} output(s). "
            f"Got {classes.tolist()} instead."
        )
    return task, classes


def read_arrays(arrays, classes=None):
    """Read a network given as plain arrays.

    Parameters
    ----------
    arrays : tuple (coefs, intercepts, activations)
        For every layer its weights (n_in, n_out), its bias (n_out,) and its activation, the
        output layer included. A last "logistic" means a binary classifier (several columns: a
        multilabel one), a last "softmax" a multiclass one, all else a regression.
    classes : array-like or None, default=None
        The class labels. With a last activation "identity" they say that the outputs are logits.

    Returns
    -------
    DenseNetwork
        The network.
    """
    coefs, intercepts, activations = arrays
    if isinstance(activations, str) or not len(coefs) == len(intercepts) == len(activations):
        got = activations if isinstance(activations, str) else len(activations)
        raise ValueError(
            f"A network as arrays is {_FORM} including the output layer. "
            f"Got {len(coefs)} coefs, {len(intercepts)} intercepts, activations {got!r} instead."
        )
    if not len(coefs):
        raise ValueError(f"A network as arrays is {_FORM}. Got no layer instead.")
    last, link = _link(activations[-1])
    if classes is not None and link is None and last != IDENTITY:
        raise ValueError(
            "With classes=, the last activation must be identity (the outputs are logits), "
            f"logistic or softmax. Got {last} instead."
        )
    activations = [*map(as_activation, activations[:-1]), last]
    layers = [Layer(*layer) for layer in zip(coefs, intercepts, activations)]
    n_outputs = np.shape(coefs[-1])[-1]
    if link == "softmax" and n_outputs == 1:
        raise ValueError("softmax needs two outputs or more. Got 1; use logistic instead.")
    task, classes = _task(link, n_outputs, classes)
    if task == "binary" and n_outputs == 2:
        layers[-1] = _difference(*layers[-1])
    return DenseNetwork(layers, task, classes)


def _difference(weights, bias, activation):
    """Return the layer whose one logit is the second output minus the first."""
    weights, bias = np.asarray(weights, np.float64), np.asarray(bias, np.float64)
    return Layer(weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1], activation)
