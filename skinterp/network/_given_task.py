"""A task that the user says: given to models that do not say it, compared with those that do."""

import numpy as np

from skinterp.network._default import TASKS
from skinterp.network._dense import DenseNetwork


def _contradiction(task, network, why):
    return ValueError(f"task must be {network.task!r}, {why}. Got {task!r} instead.")


def _n_classes(task, network):
    """Return how many classes a task has that a model of logits without labels is given."""
    allowed = (1, 2) if task == "binary" else range(3, network.n_outputs + 1)
    if network.n_outputs not in allowed:
        outputs = "one or two logits" if task == "binary" else "three logits or more, one a class"
        raise ValueError(
            f"task={task!r} needs {outputs}. Got a model with {network.n_outputs} output(s); of a "
            "callable say how many it has by n_outputs= or classes=."
        )
    return 2 if task == "binary" else network.n_outputs


def _multilabel(network, classes):
    """Return a network whose values are logits of labels that may hold together."""
    if isinstance(network, DenseNetwork) and network.layers[-1].activation.name != "identity":
        last = network.layers[-1].activation
        raise ValueError(
            f"The values of a classifier must be logits. Got those of {last} instead."
        )
    labels = np.arange(network.n_outputs) if classes is None else np.asarray(classes)
    if len(labels) != network.n_outputs or network.n_outputs < 2:
        raise ValueError(
            f"task='multilabel' needs two logits or more, one a label. Got {network.n_outputs} "
            f"output(s) and {len(labels)} label(s) instead."
        )
    return network.retasked("multilabel", labels)


def read_as(read, task, takes_classes, classes=None):
    """Read a model for a task that the user says.

    Parameters
    ----------
    read : callable
        ``read(**options) -> Network``; takes `classes` if `takes_classes`.
    task : {"regression", "binary", "multiclass", "multilabel"}
        The task.
    takes_classes : bool
        Whether models of this kind may leave their task open.
    classes : array-like or None, default=None
        The labels, if the user names them.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    ValueError
        If there is no such task, or the model says another.
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}. Got {task!r} instead.")
    if task == "regression" and classes is not None:
        raise ValueError(f"task='regression' has no classes. Got classes={classes!r} as well.")
    labels = {} if classes is None else {"classes": classes}
    if task == "multilabel" and takes_classes:
        network = read()
        if network.task == "regression":
            return _multilabel(network, classes)
        network = read(**labels)
    else:
        network = read(**labels)
    if network.task == task:
        return network
    if network.task != "regression" or not takes_classes:
        why = "which the classes and outputs say" if labels else "which the model says itself"
        raise _contradiction(task, network, why)
    return read(classes=np.arange(_n_classes(task, network)))
