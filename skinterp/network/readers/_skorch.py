"""Reading skorch's nets: the module they trained, with their classes."""

import copy

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from skinterp.network._activations import as_activation
from skinterp.network._dense import DenseNetwork
from skinterp.network._readers import Reader, as_network, register_reader
from skinterp.network._verify import N_POINTS, verify

_TOLERANCE = 1e-4  # float32; measured: below 1e-6


def _as_regression(network, n_columns, owner):
    """Return a network whose Sigmoid at the end is a scaling of its values, not a link."""
    if network.task == "regression":
        return network
    is_logistic = network.task == "multilabel" or (network.task == "binary" and n_columns == 1)
    if not (is_logistic and isinstance(network, DenseNetwork)):
        raise TypeError(
            f"{owner} is a regressor, but its module ends in probabilities, which cannot be read "
            "as values here. Pass net.module_.eval(), or a callable X -> values."
        )
    *hidden, last = network.layers
    return DenseNetwork([*hidden, last._replace(activation=as_activation("logistic"))])


def _check_threshold(net):
    """Refuse a binary classifier that does not choose the more probable class."""
    threshold = getattr(net, "threshold", 0.5)
    if threshold != 0.5:
        raise ValueError(
            f"A binary classifier must choose the more probable class (threshold=0.5). Got "
            f"threshold={threshold!r} instead; explain net.module_.eval(), whose margin is "
            "compared with another number then."
        )


def _answers(net, X):
    """Return the probabilities or values of a net."""
    if not is_classifier(net):
        return net.predict(X)
    answers = net.predict_proba(X)
    return np.exp(answers) if (answers < 0.0).any() else answers  # of a LogSoftmax at the end


def read_skorch(net):
    """Read a fitted skorch net.

    Parameters
    ----------
    net : skorch.NeuralNetClassifier, NeuralNetBinaryClassifier or NeuralNetRegressor
        The net.

    Returns
    -------
    DenseNetwork or TorchNetwork
        The network of its module, with the net's class labels.

    Raises
    ------
    TypeError
        If its module cannot be read.
    NotFittedError
        If the net is not fitted.
    RuntimeError
        If the network's outputs differ from the net's `predict_proba` or `predict`, as those of
        a net with a criterion that does not go with the end of its module.
    """
    owner = type(net).__name__
    check_is_fitted(net, "module_")
    module = copy.deepcopy(net.module_).eval()
    if is_classifier(net):
        _check_threshold(net)
    network = as_network(module, classes=net.classes_ if is_classifier(net) else None)
    is_double = any(str(tensor.dtype) == "torch.float64" for tensor in module.parameters())
    points = np.random.RandomState(0).standard_normal((N_POINTS, network.n_features_in))
    points = points.astype(np.float64 if is_double else np.float32)
    expected = _answers(net, points)
    if not is_classifier(net):
        network = _as_regression(network, expected[0].size, owner)
    verify(network, points, expected, owner, _TOLERANCE)
    return network


register_reader(
    Reader("skorch", read_skorch, libraries=("skorch",), accepts="a fitted skorch net")
)
