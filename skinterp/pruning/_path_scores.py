"""How well the networks of a pruning do on given rows, and whether a difference is seen."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student
from sklearn.metrics import accuracy_score, r2_score

from skinterp.display import PruningPathDisplay
from skinterp.utils import Result, aligned, check_labels, counted
from skinterp.utils._which_rows import NEW

_SURE = 0.05  # p-value from which a difference is seen
_SHOWN = 0.0005  # smaller differences are none in three digits


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
    errors : ndarray of shape (n_networks,) or None, default=None
        Paired standard errors of the differences of the accuracy, or R2, to the first network;
        None is unknown, so that no difference is seen.
    selected : int or None, default=None
        Index of the network that the estimator selected, if it is known.

    Notes
    -----
    A difference is seen where the two-sided t-test of the paired differences is below 0.05;
    for the network that is `best` on these very rows, below 0.05 divided by the number of
    networks it was chosen from (Bonferroni). Accuracies differ by ``(b - c) / n``, where b rows
    are answered rightly by one network only, and c by the other; their error is that of
    ``b + 1/2`` and ``c + 1/2``, so that few rows are not sure (Agresti and Min). Errors of R2 are
    those of the mean difference of squared errors, over the variance of the target on the rows.

    References
    ----------
    A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched
    proportions", Statistics in Medicine 24, 2005.
    """

    n_weights: tuple
    n_units: tuple
    fidelity: np.ndarray
    accuracy: np.ndarray
    metric: str
    n_rows: int
    errors: np.ndarray | None = None
    selected: int | None = None

    @property
    def best(self):
        """Index of the smallest network that is nowhere beaten by a larger one.

        By the target, or by fidelity where there is none.
        """
        scores = self.fidelity if np.isnan(self.accuracy).any() else self.accuracy
        return int(len(scores) - 1 - np.argmax(scores[::-1]))

    @property
    def _told(self):
        """The index of the network that is told of: the one selected, or else the best."""
        return self.best if self.selected is None else self.selected

    @property
    def verdict(self):
        """What the scores say of pruning, as a sentence."""
        k = self._told
        if np.isnan(self.accuracy).any():
            weights, fidelity = (
                f"{self.n_weights[k]} of {self.n_weights[0]} weights",
                self.fidelity[k],
            )
            if self.metric == "accuracy":
                return f"{weights} answer as the network on {fidelity:.1%} of the {NEW}."
            return f"{weights} follow the network with R2 {fidelity:.3f} on the {NEW}."
        return self._against_target()

    def _against_target(self):
        """Return the sentence on the network selected, or else on the one best on these rows."""
        on, k = f"{self.metric} on the {NEW}", self._told
        whole = f"all {self.n_weights[0]} {self.accuracy[0]:.3f}"
        if k == 0:
            none = "no smaller network scores as high"
            none = none if self.selected is None else "the whole network was selected"
            return f"{on}: {whole}; {none}."
        chosen = "selected " if self.selected is not None else ""
        error = "" if self.errors is None else f" (standard error {self.errors[k]:.2g})"
        said = f"{counted(self.n_weights[k], 'weight')} {chosen}{self.accuracy[k]:.3f}"
        by = f", a difference of {self.accuracy[k] - self.accuracy[0]:+.3f}{error}"
        best = f"; chosen from {len(self.accuracy)} networks by these very rows"
        return f"{on}: {said}, {whole}{by}: {self._relation(k)}{best if not chosen else ''}."

    def _relation(self, k):
        """Return what is seen of a network beside the whole one."""
        difference = self.accuracy[k] - self.accuracy[0]
        error = np.nan if self.errors is None else self.errors[k]
        if self.n_rows < 2 or np.isnan(error) or abs(difference) < _SHOWN:
            return "no difference is seen"
        t = abs(difference) / error if error > 0.0 else np.inf
        n_choices = 1 if self.selected is not None else max(1, len(self.accuracy) - 1)
        if 2.0 * student.sf(t, self.n_rows - 1) * n_choices >= _SURE:
            return "no difference is seen"
        return f"the smaller network is {'better' if difference > 0 else 'worse'} than the whole"

    def _columns(self):
        return {
            "n_weights": self.n_weights,
            "n_units": self.n_units,
            "fidelity": self.fidelity,
            self.metric: self.accuracy,
            "error_of_difference": np.full(len(self.fidelity), np.nan)
            if self.errors is None
            else self.errors,
        }

    def display(self, selected=None):
        """Return the display of the scores against the number of weights.

        Parameters
        ----------
        selected : int or None, default=None
            Index of the network to mark; None marks the one `selected`, or
            else `best`.

        Returns
        -------
        PruningPathDisplay
            The display, not drawn yet.
        """
        selected = self._told if selected is None else selected
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
        head = ["network", "weights", "units", "fidelity", *[self.metric] * has_target]
        rows = [
            [name, str(w), str(u), f"{f:.3f}", *[f"{a:.3f}"] * has_target]
            for name, w, u, f, a in zip(
                step_names(len(self.fidelity), self.selected),
                self.n_weights,
                self.n_units,
                self.fidelity,
                self.accuracy,
            )
        ]
        title = f"{self.n_rows} {NEW}:"
        return "\n".join([title, aligned(head, rows), self.verdict])


def step_names(n, selected=None):
    """Return what the networks of a path are: the whole one, the same in fewer units, pruned ones.

    Parameters
    ----------
    n : int
        How many there are.
    selected : int or None, default=None
        Index of the one that was selected.

    Returns
    -------
    list of str
        Such as "whole", "lossless", "pruned, selected".
    """
    names = ["whole", "lossless", *["pruned"] * (n - 2)][:n]
    return [f"{name}, selected" if k == selected else name for k, name in enumerate(names)]


def _errors(metric, y, answers):
    """Return paired standard errors of the differences of networks to the first, in a metric."""
    y, n = np.asarray(y), len(y)
    table = [np.asarray(a).reshape(n, -1) for a in answers]
    if metric == "R2":
        y = y.reshape(n, -1).astype(float)
        variance = ((y - y.mean(axis=0)) ** 2).mean(axis=0)
        squares = [
            ((a - y) ** 2 / np.where(variance > 0, variance, 1)).mean(axis=1) for a in table
        ]
        if n < 2:
            return np.full(len(table), np.nan)
        return np.array([(s - squares[0]).std(ddof=1) / np.sqrt(n) for s in squares])
    right = [(a == y.reshape(n, -1)).all(axis=1) for a in table]
    won = np.array([(r & ~right[0]).sum() + 0.5 for r in right])
    lost = np.array([(right[0] & ~r).sum() + 0.5 for r in right])
    error = np.sqrt(won + lost - (won - lost) ** 2 / (n + 2.0)) / (n + 2.0)
    return np.where(won + lost > 1.0, error, 0.0)  # no row is answered otherwise


def checked_target(network, y):
    """Return a target whose labels, of a classifier, are those that the network knows.

    Parameters
    ----------
    network : Network
        The network.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs) or None
        Target.

    Returns
    -------
    array-like or None
        The target.

    Raises
    ------
    ValueError
        If there are labels that the network does not know.
    """
    classifies = y is not None and network.task in ("binary", "multiclass")
    return check_labels(y, network.classes) if classifies else y


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
    y = checked_target(path[0].network, y)
    against = [np.nan] * len(path) if y is None else [score(y, a) for a in answers]
    return PathScores(
        tuple(step.n_weights for step in path),
        tuple(step.n_units for step in path),
        np.array([score(answers[0], a) for a in answers], dtype=float),
        np.array(against, dtype=float),
        path.metric,
        len(answers[0]),
        None if y is None else _errors(path.metric, y, answers),
        path.selected,
    )
