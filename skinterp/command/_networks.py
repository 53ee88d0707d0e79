"""The network of a call: the user's file, or one trained on the table."""

import warnings

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

from skinterp.command._commands import BadCall
from skinterp.command._kinds import WORDS
from skinterp.command._network_files import load_model
from skinterp.explanation import N_FOLDS
from skinterp.network import as_network

LEAST_FOLD = 10


class FileNetwork:
    """A network from a file, and how it is read again once the classes are known.

    Parameters
    ----------
    path : str
        The file.
    trust : bool
        Whether code of its author may run.
    n_columns : int
        Number of columns of the table, for models that do not know how many they take.
    """

    def __init__(self, path, trust, n_columns):
        self.path, self.n_columns = path, n_columns
        self.model = load_model(path, trust)
        self.network = self._read()

    def _read(self, **options):
        try:
            return as_network(self.model, **options)
        except (TypeError, ValueError, RuntimeError) as error:
            if "n_features_in=" in str(error) and "n_features_in" not in options:
                return self._read(n_features_in=self.n_columns, **options)
            raise BadCall(f"--network {self.path}: {error}") from error

    def match(self, y, task, classes=()):
        """Return the network and the target in its classes.

        Parameters
        ----------
        y : ndarray of shape (n,)
            The target.
        task : {"classification", "regression"}
            What it asks for.
        classes : sequence of str, default=()
            The classes of its outputs, as the call says.

        Returns
        -------
        network : Network
            The network.
        y : ndarray of shape (n,)
            The target.
        note : str or None
            What was assumed.

        Raises
        ------
        BadCall
            If the tasks or the classes differ.
        """
        network, note = self.network, None
        if classes:
            network = self._with_given_classes(_like(classes, y))
        elif task == "classification" and as_classes(y, network.classes) is None:
            labels = np.unique(y).tolist()
            network = self._with_classes(labels)
            if network is not self.network:
                said = ", ".join(map(str, labels))
                note = f"The network's outputs are taken for the classes {said}, in this order."
        if (network.task == "regression") != (task == "regression"):
            raise BadCall(
                f"--network is made for {network.task}, but the target for {task}; --task says "
                "how the target is read."
            )
        if task == "regression":
            return network, y, note
        matched = as_classes(y, network.classes)
        if matched is None:
            known = {_text(label) for label in network.classes.tolist()}
            unknown = [label for label in np.unique(y).tolist() if _text(label) not in known]
            raise BadCall(
                f"The target has classes {unknown} that --network does not know. "
                f"Its classes are {network.classes.tolist()}."
            )
        return network, matched, note

    def _with_given_classes(self, labels):
        try:
            return self._read(classes=labels)
        except BadCall as error:
            if "do not apply" not in str(error):
                raise
            raise BadCall(
                f"--classes must be left out for --network {self.path}, which knows its own: "
                f"{None if self.network.classes is None else self.network.classes.tolist()}."
            ) from error

    def _with_classes(self, labels):
        """Return the network with classes for its outputs; as it is if it knows its own."""
        try:
            return self._read(classes=labels)
        except BadCall:
            return self.network


def _text(label):
    """Return a label as a text that is the same however the label was stored."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return str(label)


def _like(classes, y):
    """Return classes given as texts as whole numbers where the target has these."""
    try:
        return [int(label) for label in classes] if y.dtype.kind == "i" else list(classes)
    except ValueError:
        return list(classes)


def as_classes(y, classes):
    """Return labels as those of a network that mean the same.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Labels, as a table holds them.
    classes : ndarray of shape (n_classes,) or None
        Labels of the network.

    Returns
    -------
    ndarray of shape (n,) or None
        The network's labels; None if it does not know one of them.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.command._networks import as_classes
    >>> as_classes(np.array(["yes", "no"]), np.array([False, True]))
    array([ True, False])
    """
    if classes is None:
        return None
    places = {_text(label): k for k, label in enumerate(classes.tolist())}
    labels, codes = np.unique(y, return_inverse=True)
    found = [places.get(_text(label), -1) for label in labels.tolist()]
    if -1 in found and classes.dtype.kind == "b":
        words = {
            word: places.get(str(bool(k)), -1) for pair in WORDS for k, word in enumerate(pair)
        }
        words |= {"0": places.get("False", -1), "1": places.get("True", -1)}
        found = [words.get(_text(label).casefold(), -1) for label in labels.tolist()]
    return None if -1 in found else classes[np.array(found)[codes]]


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
        with warnings.catch_warnings():  # of a class with one row held out
            warnings.simplefilter("ignore", UserWarning)
            splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
            folds = list(splitter.split(held, y[held]))
    return [(np.concatenate([seen, held[train]]), held[test]) for train, test in folds]
