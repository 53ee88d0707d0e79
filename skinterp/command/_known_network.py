"""The table and the network of a call: the user's, or one trained on a part of the rows."""

from typing import NamedTuple

import numpy as np

from skinterp.command._columns import listed
from skinterp.command._data import Data, inputs_of, prepare
from skinterp.command._networks import FileNetwork, held_out_splits
from skinterp.command._selection import names_of
from skinterp.command._sequences import read_with_positions
from skinterp.command._suspicions import repeated_rows
from skinterp.network import Network, as_network, default_network
from skinterp.utils import counted
from skinterp.utils._splits import held_out_split

HELD_OUT = 0.25


class KnownNetwork(NamedTuple):
    """A network and the rows it is asked about.

    Parameters
    ----------
    data : Data
        The table.
    network : Network
        The network.
    X : array-like or data frame of shape (n, d)
        The rows, as the network takes them.
    y : ndarray of shape (n,)
        The target, in the network's classes.
    cv : list of tuple of ndarray or None
        Folds whose test rows the network has not seen; None where it is the user's.
    lines : list of str
        What to know of the network.
    """

    data: Data
    network: Network
    X: object
    y: np.ndarray
    cv: list | None
    lines: list


def _own_network(file_network, data, classes):
    """Return the user's network, rows and folds, and lines about them."""
    network, y, note = file_network.match(data.y, data.task, classes)
    unnamed = []
    if network.feature_names is None and network.user_table is None:
        unnamed = [
            "The network does not know the names of its inputs: the table's columns are taken in "
            f"their order, {listed(data.X.columns)}."
        ]
        network = network.renamed(list(data.X.columns))
    line = (
        f"Network {network!r} from {file_network.path}: its accuracy is flattering on rows that "
        "trained it."
    )
    return network, y, None, [line, *unnamed, *[note] * bool(note)]


def _trained_network(data, seed):
    """Return the default network, trained on a part of the rows, folds, and lines about them."""
    X, y, task = data.X, data.y, data.task
    kind = "regression" if task == "regression" else "binary"
    strata = None if task == "regression" else y
    seen, held = held_out_split(len(X), HELD_OUT, strata, seed)
    model = default_network(kind, random_state=seed, X=X).fit(X.iloc[seen], y[seen])
    network, score = as_network(model), model.score(X.iloc[held], y[held])
    measure = "R2" if task == "regression" else "accuracy"
    again = repeated_rows(X, y, seen, held)
    line = (
        f"Network {network!r}: held-out {measure} {score:.3f}, trained on {len(seen)} rows; "
        f"all scores below are on the other {len(held)}."
    )
    return network, y, held_out_splits(seen, held, y, task, seed), [line, *again]


def read_network(args, progress):
    """Return the network of a call, read or trained, and its rows.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    progress : callable
        ``progress(stage, done)`` is told what begins, and what the stage before gave.

    Returns
    -------
    KnownNetwork
        Network and rows.
    """
    progress("reading the table")
    raw, file_network = read_with_positions(args, args.max_rows), None
    if args.network is not None:
        n_columns = len(inputs_of(args, raw.frame))
        file_network = FileNetwork(args.network, args.trust, n_columns)
    data = prepare(args, raw, file_network)
    X = data.X
    progress("training the network", f"{len(X)} rows of {counted(X.shape[1], 'input')} are read")
    if file_network is None:
        network, y, cv, lines = _trained_network(data, args.random_state)
    else:
        classes = names_of("--classes", args.classes)
        network, y, cv, lines = _own_network(file_network, data, classes)
    X = X if network.user_table is not None else X.to_numpy()  # faster for forests than frames
    return KnownNetwork(data, network, X, y, cv, lines)
