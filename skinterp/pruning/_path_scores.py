"""How well the networks of a pruning do on given rows."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import accuracy_score, r2_score

from skinterp.display import PruningPathDisplay
from skinterp.utils import Result, aligned, check_labels
from skinterp.utils._which_rows import NEW


@dataclass(frozen=True, eq=False, repr=False)
class PathScores(Result):
    """Scores of the networks of a pruning on given rows, largest network first.

    Parameters
    ----------
    n_weights, n_units : tuple of int
        Sizes of the networks.
    fidelity : ndarray of shape (n_networks,)
        Agreement with the network that was pruned: share of equal classes, or R2.
    accuracy : ndarray of shape (n_networks,)
        Accuracy, or R2, against the target; nan without one.
    metric : {"accuracy", "R2"}
        What is measured against the target.
    n_rows : int
        Number of rows.
    """

    n_weights: tuple
    n_units: tuple
    fidelity: np.ndarray
    accuracy: np.ndarray
    metric: str
    n_rows: int

    @property
    def best(self):
        """Index of the smallest network that is nowhere beaten by a larger one.

        By the target, or by fidelity where there is none.
        """
        scores = self.fidelity if np.isnan(self.accuracy).any() else self.accuracy
        return int(len(scores) - 1 - np.argmax(scores[::-1]))

    @property
    def verdict(self):
        """What the scores say of pruning, as a sentence."""
        k = self.best
        if np.isnan(self.accuracy).any():
            weights, fidelity = (
                f"{self.n_weights[k]} of {self.n_weights[0]} weights",
                self.fidelity[k],
            )
            if self.metric == "accuracy":
                return f"{weights} answer as the network on {fidelity:.1%} of the {NEW}."
            return f"{weights} follow the network with R2 {fidelity:.3f} on the {NEW}."
        small, whole = self.accuracy[k], self.accuracy[0]
        said = f"{self.n_weights[k]} weights {small:.3f}, all {self.n_weights[0]} {whole:.3f}"
        if k == 0:
            return f"{self.metric} on the {NEW}: no smaller network is as good as the whole."
        relation = "better than" if small > whole else "as good as"
        return f"{self.metric} on the {NEW}: {said}; the smaller network is {relation} the whole."

    def _columns(self):
        return {
            "n_weights": self.n_weights,
            "n_units": self.n_units,
            "fidelity": self.fidelity,
            self.metric: self.accuracy,
        }

    def display(self, selected=None):
        """Return the display of the scores against the number of weights.

        Parameters
        ----------
        selected : int or None, default=None
            Index of the network to mark; None marks `best`.

        Returns
        -------
        PruningPathDisplay
            The display, not drawn yet.
        """
        selected = self.best if selected is None else selected
        return PruningPathDisplay(
            self.n_weights,
            self.fidelity,
            accuracy=self.accuracy,
            selected=selected,
            rows=NEW,
            fidelity_rows=NEW,
            metric=self.metric,
        )

    def __str__(self):
        has_target = not np.isnan(self.accuracy).any()
        head = ["weights", "units", "fidelity", *[self.metric] * has_target]
        rows = [
            [str(w), str(u), f"{f:.3f}", *[f"{a:.3f}"] * has_target]
            for w, u, f, a in zip(self.n_weights, self.n_units, self.fidelity, self.accuracy)
        ]
        title = f"{self.n_rows} {NEW}:"
        return "\n".join([title, aligned(head, rows, left=()), self.verdict])


def path_scores(path, X, y=None):
    """Measure the networks of a path on rows.

    Parameters
    ----------
    path : PruningPath
        The networks, the one that was pruned first.
    X : ndarray of shape (n_samples, n_features)
        Rows, as the networks take them.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
        Target.

    Returns
    -------
    PathScores
        The scores.

    Raises
    ------
    ValueError
        If y is not one value per row, or has labels that the network does not know.
    """
    score = r2_score if path.metric == "R2" else accuracy_score
    answers = [step.network.predict(X) for step in path]
    if y is not None and len(y) != len(answers[0]):
        raise ValueError(
            f"y must have one value per row of X, {len(answers[0])}. Got {len(y)} instead."
        )
    if y is not None and path[0].network.task in ("binary", "multiclass"):
        y = check_labels(y, path[0].network.classes)
    against = [np.nan] * len(path) if y is None else [score(y, a) for a in answers]
    return PathScores(
        tuple(step.n_weights for step in path),
        tuple(step.n_units for step in path),
        np.array([score(answers[0], a) for a in answers], dtype=float),
        np.array(against, dtype=float),
        path.metric,
        len(answers[0]),
    )
