"""Which task a network was trained for, from the link at its end and the class labels."""

import numpy as np

from skinterp.network._activations import IDENTITY
from skinterp.network._dense import Layer


def task_of(link, n_outputs, classes=None):
    """Return the task of a network and its class labels.

    Parameters
    ----------
    link : {"logistic", "softmax"} or None
        What turns the raw values into probabilities; None if the network does not say.
    n_outputs : int
        The number of raw values.
    classes : array-like or None, default=None
        The class labels, if the user names them: without link they say that raw values are logits.

    Returns
    -------
    task : {"regression", "binary", "multiclass", "multilabel"}
        The task.
    classes : ndarray or None
        The labels, 0, 1, ... if the user names none; None for regression.

    Raises
    ------
    ValueError
        If the labels do not fit the outputs.
    """
    if link is None and classes is None:
        return "regression", None
    if link == "softmax" and n_outputs == 1:
        raise ValueError("softmax needs two outputs or more. Got 1; use logistic instead.")
    if link == "logistic" and n_outputs > 1:
        task, n_classes = "multilabel", n_outputs
    else:
        n_classes = max(n_outputs, 2)
        task = "binary" if n_classes == 2 else "multiclass"
    classes = np.arange(n_classes) if classes is None else np.asarray(classes)
    if len(classes) != n_classes or len(set(classes.tolist())) != n_classes:
        raise ValueError(
            f"classes must be {n_classes} different labels for a network with {n_outputs} "
            f"output(s). Got {classes.tolist()} instead."
        )
    return task, classes


def with_one_logit(layers):
    """Return layers whose one logit is the second of two outputs minus the first.

    Parameters
    ----------
    layers : sequence of Layer
        Layers that end in two logits.

    Returns
    -------
    tuple of Layer
        The layers.
    """
    *hidden, (weights, bias, _) = layers
    difference = Layer(weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1], IDENTITY)
    return (*hidden, difference)
