"""Reading plain arrays: ``(coefs, intercepts, activations)``."""

from skinterp.network._activations import IDENTITY, as_activation
from skinterp.network._dense import DenseNetwork, Layer
from skinterp.network._readers import Reader, register_reader
from skinterp.network._tasks import task_of, with_one_logit

_FORM = (
    "A network as arrays is (coefs, intercepts, activations): for every layer, the output layer "
    "included, a weight matrix, a bias and an activation."
)


def _check_lengths(coefs, intercepts, activations):
    """Refuse parts that are no sequences of the same length."""
    parts = (coefs, intercepts, activations)
    if isinstance(activations, str) or not all(hasattr(part, "__len__") for part in parts):
        kinds = ", ".join(type(part).__name__ for part in parts)
        raise TypeError(f"{_FORM} Got ({kinds}) instead of three sequences.")
    lengths = tuple(map(len, parts))
    if len(set(lengths)) > 1 or not lengths[0]:
        raise ValueError(f"{_FORM} Got {lengths} of them instead.")


def _link(activation):
    """Return the last activation and the task it stands for, None if it does not say."""
    name = activation if isinstance(activation, str) else activation[0]
    if name in ("logistic", "sigmoid", "softmax"):
        return IDENTITY, "softmax" if name == "softmax" else "logistic"
    return as_activation(activation), None


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
    _check_lengths(coefs, intercepts, activations)
    last, link = _link(activations[-1])
    if classes is not None and link is None and last != IDENTITY:
        raise ValueError(
            "With classes=, the last activation must be identity (the outputs are logits), "
            f"logistic or softmax. Got {last} instead."
        )
    activations = [*map(as_activation, activations[:-1]), last]
    network = DenseNetwork(map(Layer, coefs, intercepts, activations))
    task, classes = task_of(link, network.n_outputs, classes)
    is_pair = task == "binary" and network.n_outputs == 2
    layers = with_one_logit(network.layers) if is_pair else network.layers
    return DenseNetwork(layers, task, classes)


register_reader(
    Reader(
        "arrays",
        read_arrays,
        recognises=lambda model: isinstance(model, tuple | list) and len(model) == 3,
        options=("classes",),
        accepts="(coefs, intercepts, activations)",
        kind="arrays",
        position=1,
    )
)
