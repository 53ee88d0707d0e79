"""The network of a call: the user's file, or one trained on the table."""

import pickle

import joblib
import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

from skinterp.command._commands import BadCall
from skinterp.network import as_network

N_FOLDS, LEAST_FOLD = 5, 10
# What reading a file that is no pickle, or of classes that are not here, may raise.
UNPICKLING = (
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)


def load_network(path, names, X):
    """Return the user's network and X in its order of columns.

    Parameters
    ----------
    path : str
        A file saved by joblib.
    names : tuple of str
        Names of the columns of X.
    X : ndarray of shape (n, d)
        The table.

    Returns
    -------
    network : Network
        The network.
    names : tuple of str
        Names of its inputs.
    X : ndarray of shape (n, d)
        The table in this order of columns.

    Raises
    ------
    BadCall
        If the file holds no network, or one of other columns.
    """
    try:
        model = joblib.load(path)
    except OSError as error:
        raise BadCall(f"--network {path} cannot be read: {error.strerror or error}.") from error
    except UNPICKLING as error:
        raise BadCall(f"--network {path} is not a model saved by joblib: {error}.") from error
    try:
        network = as_network(model)
    except (TypeError, ValueError) as error:
        raise BadCall(f"--network {path}: {error}") from error
    expected = network.feature_names
    if expected is not None:
        missing = [name for name in expected if name not in names]
        if missing:
            raise BadCall(f"--network {path} needs columns that the data lack: {missing}.")
        return network, expected, X[:, [names.index(name) for name in expected]]
    if network.n_features_in not in (None, X.shape[1]):
        raise BadCall(
            f"--network {path} expects {network.n_features_in} features. The data have "
            f"{X.shape[1]} beside the target."
        )
    return as_network(model, feature_names=names), names, X


def check_target(network, y, task):
    """Refuse a network that does not predict the target.

    Parameters
    ----------
    network : Network
        The network.
    y : ndarray of shape (n,)
        The target.
    task : {"classification", "regression"}
        What it asks for.

    Raises
    ------
    BadCall
        If the tasks or the classes differ.
    """
    if (network.task == "regression") != (task == "regression"):
        raise BadCall(f"--network is made for {network.task}, but the target for {task}.")
    unknown = [] if task == "regression" else np.setdiff1d(y, network.classes).tolist()
    if unknown:
        raise BadCall(
            f"The target has classes {unknown} that --network does not know. "
            f"Its classes are {network.classes.tolist()}."
        )


def held_out_splits(seen, held, y, task, seed):
    """Return folds whose test rows the network has not seen.

    Parameters
    ----------
    seen : ndarray of int
        Rows that trained the network; they are in every training part.
    held : ndarray of int
        The others, split into folds.
    y : ndarray of shape (n,)
        Targets.
    task : {"classification", "regression"}
        Whether to stratify.
    seed : int
        Seed of the folds.

    Returns
    -------
    list of tuple of ndarray
        Training and test rows of each fold.
    """
    if task == "regression":
        # R2 on a few rows is noise, and on one row it has no meaning
        n_folds = max(2, min(N_FOLDS, len(held) // LEAST_FOLD))
        folds = KFold(n_folds, shuffle=True, random_state=seed).split(held)
    else:
        least = int(np.unique(y[held], return_counts=True)[1].min())
        n_folds = max(2, min(N_FOLDS, least))
        folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(held, y[held])
    return [(np.concatenate([seen, held[train]]), held[test]) for train, test in folds]
