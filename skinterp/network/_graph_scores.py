"""The end of a foreign model's graph: its logits, the link behind them, its task."""

import numpy as np
from scipy.special import expit, softmax

from skinterp.network._activations import Activation
from skinterp.network._graph import Node
from skinterp.network._graph_folding import network_of_graph
from skinterp.network._tasks import task_of
from skinterp.network._translator import Batch
from skinterp.network._verify import N_POINTS


def _is_logistic(graph, index):
    node = graph.nodes[index]
    return node.operation == "activation" and node.arguments[0] == Activation("logistic")


def _of_two_probabilities(graph, scores):
    """Return the logit of ``[1 - logistic(z), logistic(z)]``, None for another value."""
    node = graph.nodes[scores.node]
    if node.operation != "concat" or len(node.inputs) != 2:
        return None
    below, above = node.inputs
    other = graph.nodes[below]
    is_other = other.operation == "scale" and other.inputs == (above,)
    if not is_other or not _is_logistic(graph, above) or scores.shape != (2,):
        return None
    if not np.array_equal(np.ravel(other.arguments), [-1.0, 1.0]):
        return None
    return Batch(graph.nodes[above].inputs[0], (1,))


def end_of(graph, scores):
    """Take the link off the end of a graph.

    Parameters
    ----------
    graph : Translator
        The graph.
    scores : Batch
        What the model puts out.

    Returns
    -------
    values : Batch
        The logits, or the values.
    link : {"logistic", "softmax", "log-softmax"} or None
        The link behind them; None if there is none.
    """
    logit = _of_two_probabilities(graph, scores)
    if logit is not None:
        return logit, "logistic"
    if scores.link:
        return scores, scores.link
    if _is_logistic(graph, scores.node):
        return scores._replace(node=graph.nodes[scores.node].inputs[0]), "logistic"
    return scores, None


def network_of_scores(graph, values, kind, classes):
    """Make a network of a graph up to its logits.

    Parameters
    ----------
    graph : Translator
        The graph.
    values : Batch
        The logits, or the values.
    kind : {"logistic", "softmax", "log-softmax"} or None
        The link that turns logits into probabilities; None if the model does not say.
    classes : array-like or None
        The labels of the classes, if they are known.

    Returns
    -------
    DenseNetwork or GraphNetwork
        The network; of two classes it has one logit.
    """
    width = int(np.prod(values.shape))
    task, classes = task_of("softmax" if kind == "log-softmax" else kind, width, classes)
    nodes = graph.nodes[: values.node + 1]
    if task == "binary" and width == 2:
        nodes.append(Node("affine", (len(nodes) - 1,), (np.array([[-1.0], [1.0]]), np.zeros(1))))
    return network_of_graph(nodes, task, classes)


def probing_points(nodes, n_rows=None):
    """Draw points, of the size that the first scaling of a graph expects.

    Parameters
    ----------
    nodes : sequence of Node
        The graph.
    n_rows : int or None, default=None
        The least number of points.

    Returns
    -------
    ndarray of shape (n_points, n_features)
        The points.
    """
    shape = max(N_POINTS, n_rows or 0), nodes[0].arguments[0]
    points, source, scales = np.random.RandomState(0).standard_normal(shape), 0, []
    for index, node in enumerate(nodes):
        if node.operation == "scale" and node.inputs == (source,) and node.arguments[0].all():
            scales.append(node.arguments)
            source = index
    for factor, shift in reversed(scales):
        points = (points - shift) / factor
    return points


def as_probabilities(answers, task, link):
    """Return what a model answers as a network of the same task would.

    Parameters
    ----------
    answers : ndarray of shape (n, n_columns)
        What the model puts out.
    task : str
        The task.
    link : {"logistic", "softmax", "log-softmax"} or None
        The link at its end; None if it puts out logits.

    Returns
    -------
    ndarray of shape (n, n_columns)
        Probabilities; the values of a regression.
    """
    if task == "regression" or link == "softmax" or (link == "logistic" and task == "multilabel"):
        return answers
    if link == "logistic":
        return answers if answers.shape[1] == 2 else np.hstack([1.0 - answers, answers])
    if task == "multilabel":
        return expit(answers)
    if answers.shape[1] == 1:
        return expit(np.hstack([-answers, answers]))
    return softmax(answers.astype(np.float64), axis=1)
