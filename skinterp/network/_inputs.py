"""What every tool asks of a network first: its layers, its names, and rows that fit it."""

import numpy as np

from skinterp.network._dense import DenseNetwork
from skinterp.network._front import SteppedNetwork
from skinterp.network._network import ScalarView
from skinterp.utils import feature_names_of, value_names


def dense_of(network, owner):
    """Return the fully connected network behind a network or a linear view of one.

    Parameters
    ----------
    network : Network
        The network.
    owner : str
        Who needs layers, for the error.

    Returns
    -------
    DenseNetwork
        The network.

    Raises
    ------
    ValueError
        If there are no layers.
    """
    if isinstance(network, ScalarView) and network.network.n_outputs == 1:
        network = network.network
    if not isinstance(network, DenseNetwork):
        why = why_no_layers(network)
        raise ValueError(f"{owner} needs a network with layers. Got {network!r} instead.{why}")
    return network


def hidden_of(network, owner):
    """Return the network whose hidden layers can be looked into: dense, or behind smooth steps.

    Parameters
    ----------
    network : Network
        The network.
    owner : str
        Who needs hidden layers, for the error.

    Returns
    -------
    DenseNetwork or SteppedNetwork
        The network.

    Raises
    ------
    ValueError
        If there are none.
    """
    if isinstance(network, ScalarView) and network.network.n_outputs == 1:
        network = network.network
    if isinstance(network, SteppedNetwork) and isinstance(network.core, DenseNetwork):
        return network
    return dense_of(network, owner)


def why_no_layers(network):
    """Say which smooth steps stand in front of the layers of a network, and the way out.

    Parameters
    ----------
    network : Network
        A network, or a view of one.

    Returns
    -------
    str
        A sentence, to be added to an error; empty where there are no steps.
    """
    inner = network.network if isinstance(network, ScalarView) else network
    return f" {inner.no_layers}" if isinstance(inner, SteppedNetwork) else ""


def input_names(network, X=None):
    """Return the names of the inputs: those of X, else of the network, else x0, x1, ...

    Parameters
    ----------
    network : Network
        The network.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows.

    Returns
    -------
    tuple of str
        The names.
    """
    names = None if X is None or network.user_table is not None else feature_names_of(X)
    n_features = network.n_features_in
    if n_features is None and X is not None:
        n_features = len(X[0]) if not hasattr(X, "shape") else X.shape[1]
    return names or network.feature_names or tuple(f"x{j}" for j in range(n_features))


def as_rows(x):
    """Return one row, or a table, as a table whose names can be compared with a network's.

    Parameters
    ----------
    x : array-like of shape (n_features,) or (1, n_features), Series, or data frame
        The row; a Series with names of the inputs becomes a data frame.

    Returns
    -------
    data frame or ndarray of shape (n_rows, n_features)
        The table.

    Examples
    --------
    >>> from skinterp.network import as_rows
    >>> as_rows([1.0, 2.0]).shape
    (1, 2)
    """
    if hasattr(x, "columns"):
        return x
    if hasattr(x, "to_frame") and hasattr(x, "index"):
        return x.to_frame().T
    return np.atleast_2d(np.asarray(x))


def checked_row(network, x, name="x"):
    """Return one row that a network can be asked at, as an array.

    Parameters
    ----------
    network : Network
        The network.
    x : array-like of shape (n_features,) or (1, n_features), Series, or data frame of one row
        The row; names are compared with those of the network's inputs.
    name : str, default="x"
        What it is called, for the error.

    Returns
    -------
    ndarray of shape (n_features,)
        The row.

    Raises
    ------
    ValueError
        If x has several rows, other columns than the network, or values that are not finite
        numbers.
    """
    rows = network.check(as_rows(x))
    if len(rows) != 1:
        raise ValueError(f"{name} must be one row. Got {len(rows)} rows instead.")
    return rows[0]


def output_names(network):
    """Return what the raw values of a network are called.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    tuple of str
        Of a classifier the labels of the classes (of two, the second), else "output", numbered if
        there are several; of a view its name.
    """
    if isinstance(network, ScalarView):
        return (network.name,)
    if network.task == "binary":
        return (str(network.classes[1]),)
    if network.classes is not None:
        return tuple(str(label) for label in network.classes)
    if network.n_outputs == 1:
        return ("output",)
    return tuple(f"output {k}" for k in range(network.n_outputs))


def first_class(network):
    """Return the class whose logit is the only value of a network with the sign turned.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    str or None
        Label of the first of two classes; None of other networks, and of views.
    """
    is_binary = network.task == "binary" and not isinstance(network, ScalarView)
    return str(network.classes[0]) if is_binary else None


def raw_value_names(network):
    """Return the raw values of a network as the left sides of equations are called.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    tuple of str
        Such as "logit of b" of a classifier; of a regression "value", or "output", numbered, if
        there are several.
    """
    return value_names(network.n_outputs, network.classes)
