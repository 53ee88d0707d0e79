"""The path of pruning: networks with their sizes and fidelities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skinterp.display import PruningPathDisplay
from skinterp.network import DenseNetwork
from skinterp.pruning._path_scores import path_scores, step_names
from skinterp.utils import Result, aligned
from skinterp.utils._which_rows import DRAWN, NOT_TUNED


def count_weights(network):
    """Return the number of weights that are not zero, biases not counted.

    Parameters
    ----------
    network : DenseNetwork
        The network.

    Returns
    -------
    int
        The number.
    """
    return int(sum(np.count_nonzero(layer.weights) for layer in network.layers))


@dataclass(frozen=True)
class PruningStep:
    """A network on the way of pruning.

    Parameters
    ----------
    n_weights : int
        Weights that are not zero, biases not counted.
    n_units : int
        Hidden units; none where no weight is left.
    fidelity : float
        Agreement with the network on rows that no weight was tuned on: share of equal classes, or
        R2.
    query_fidelity : float
        The same on points drawn like the data, `draw_queries`.
    accuracy : float
        Accuracy, or R2, against the target on these rows; nan without a target.
    network : DenseNetwork
        The pruned network, in input units.
    """

    n_weights: int
    n_units: int
    fidelity: float
    query_fidelity: float
    accuracy: float
    network: DenseNetwork

    @classmethod
    def measured(cls, whole, network, rows, score):
        """Return a step whose agreement with the whole network is measured.

        Parameters
        ----------
        whole : Network
            The network that is pruned.
        network : DenseNetwork
            The pruned one.
        rows : PruningRows
            Rows to measure on.
        score : callable
            Accuracy or R2, of the true answers and the others.

        Returns
        -------
        PruningStep
            The step.
        """

        def agreement(X):
            return float(score(whole.predict(X), network.predict(X)))

        target, predicted = rows.target, network.predict(rows.held)
        n_weights = count_weights(network)
        return cls(
            n_weights,
            sum(network.hidden_layer_sizes) if n_weights else 0,
            agreement(rows.held),
            agreement(rows.queries),
            np.nan if target is None else float(score(target, predicted)),
            network,
        )


class PruningPath(Result, Sequence):
    """The networks of a pruning, largest first: a sequence of `PruningStep`.

    Parameters
    ----------
    iterable : iterable of PruningStep
        The networks.
    selected : int or None, default=None
        Index of the one that the estimator selected.
    """

    selected = None  # of paths saved before it was kept

    def __init__(self, iterable=(), selected=None):
        self._steps = tuple(iterable)
        self.selected = selected

    def __getitem__(self, index):
        return self._steps[index]

    def __len__(self):
        return len(self._steps)

    def _values(self, name):
        return [getattr(step, name) for step in self]

    def _columns(self):
        names = ("n_weights", "n_units", "fidelity", "query_fidelity", "accuracy")
        columns = {name: self._values(name) for name in names}
        return {**columns, "hidden_layer_sizes": [s.network.hidden_layer_sizes for s in self]}

    def display(self, target_fidelity=None, selected=None):
        """Return the display of fidelity and accuracy against the number of weights.

        Parameters
        ----------
        target_fidelity : float or None, default=None
            Where to draw a line.
        selected : int or None, default=None
            Index of the network to mark; None marks the one `selected`, if any.

        Returns
        -------
        PruningPathDisplay
            The display, not drawn yet.
        """
        drawn = map(self._values, ("n_weights", "fidelity", "query_fidelity", "accuracy"))
        selected = self.selected if selected is None else selected
        options = {"target_fidelity": target_fidelity, "selected": selected, "metric": self.metric}
        return PruningPathDisplay(*drawn, **options)

    @property
    def metric(self):
        """What is measured against a target: "accuracy" or "R2"."""
        return "R2" if self[0].network.task == "regression" else "accuracy"

    def scores(self, X, y=None):
        """Measure the networks on rows, best such as neither training nor pruning has seen.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows, as the networks take them.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target; without it only fidelity is measured.

        Returns
        -------
        PathScores
            Fidelity and accuracy, or R2, of each network.

        Raises
        ------
        ValueError
            If X and y do not fit the networks, or each other.
        """
        return path_scores(self, self[0].network.check(X), y)

    def __str__(self):
        if not self:
            return "no networks"
        first, last = self[0], self[-1]
        head = ["network", "weights", "units", "fidelity", "drawn", "target"]
        rows = [
            [
                name,
                str(s.n_weights),
                str(s.n_units),
                f"{s.fidelity:.3f}",
                f"{s.query_fidelity:.3f}",
            ]
            + ["" if np.isnan(s.accuracy) else f"{s.accuracy:.3f}"]
            for name, s in zip(step_names(len(self), self.selected), self, strict=True)
        ]
        return "\n".join([
            f"{len(self)} networks of {first.n_weights} to {last.n_weights} weights; fidelity and "
            f"target on {NOT_TUNED}",
            f"(the network may have been trained on them: scores(X, y) measures on others), drawn "
            f"on {DRAWN}:",
            aligned(head, rows),
        ])  # fmt: skip
