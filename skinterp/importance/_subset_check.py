"""What networks of few inputs score beside those of all: tests, a verdict, a table, a picture."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from skinterp.display import SubsetsDisplay
from skinterp.utils import Result, aligned, counted, one_line, spread_text
from skinterp.utils._which_rows import HELD_OUT

RANKED, FOREST, RANDOM, ALL = "ranked", "forest", "random", "all"
SURE, FOLLOWS = 0.05, 0.8


def corrected_t_test(differences, test_share):
    """Return the p-value that paired differences over folds have mean zero.

    Folds share training rows, so that the variance of the mean is larger than 1/n of theirs:
    ``t = mean / sqrt((1 / n + test_share / (1 - test_share)) * var)`` (Nadeau and Bengio 2003).

    Parameters
    ----------
    differences : ndarray of shape (n_folds,)
        Differences.
    test_share : float
        Share of the rows that a fold tests on.

    Returns
    -------
    float
        Two-sided p-value; 1 if all differences are 0.
    """
    n, variance = len(differences), differences.var(ddof=1)
    if variance == 0.0:
        return 1.0 if differences.mean() == 0.0 else 0.0
    error = np.sqrt((1.0 / n + test_share / (1.0 - test_share)) * variance)
    return float(2.0 * student.sf(abs(differences.mean()) / error, n - 1))


@dataclass(frozen=True, eq=False, repr=False)
class FeatureSubsetCheck(Result):
    """Scores of networks trained on subsets of the inputs, fold by fold.

    Parameters
    ----------
    sizes : tuple of int
        Numbers of inputs, ascending.
    scores : dict of str to dict of str to ndarray of shape (n_sizes, n_folds)
        By "ranked", "forest" and "random" (mean over subsets), the metrics on held-out rows:
        "accuracy", "precision" and "recall" (mean over classes), or "R2".
    all_scores : dict of str to ndarray of shape (n_folds,)
        The metrics with all inputs.
    features : tuple of str
        The inputs in the order they were added.
    test_share : float
        Share of the rows that a fold tests on.
    n_features : int or None, default=None
        Number of all inputs; None is that of `features`.
    correlations : ndarray of shape (n_ranked, n_ranked) or None, default=None
        Correlations of the inputs in `features`, nan where one is no number; None is unknown.
    """

    sizes: tuple
    scores: dict
    all_scores: dict
    features: tuple
    test_share: float
    n_features: int | None = None
    correlations: np.ndarray | None = None

    @property
    def metric(self):
        """The metric of the verdict, and where none is asked for: "accuracy" or "R2"."""
        return "accuracy" if "accuracy" in self.all_scores else "R2"

    @property
    def _choices(self):
        """Other choices of as many inputs."""
        return tuple(kind for kind in self.scores if kind != RANKED)

    @property
    def _rivals(self):
        """Subsets that the ranked inputs are tested against: all inputs, and other choices."""
        return ALL, *self._choices

    def _checked(self, metric):
        """Return a metric, refusing others than there are; None is the first one."""
        if metric is None:
            return self.metric
        if metric not in self.all_scores:
            raise ValueError(
                f"metric must be one of {list(self.all_scores)}. Got {metric!r} instead."
            )
        return metric

    def p_values(self, against=ALL, metric=None):
        """Return the paired test of the ranked inputs against others, one per size.

        Parameters
        ----------
        against : {"all", "forest", "random"}, default="all"
            Networks trained on all inputs, or on as many chosen by a forest or at random.
        metric : {"accuracy", "precision", "recall", "R2"} or None, default=None
            What is tested; None is the accuracy, or R2.

        Returns
        -------
        ndarray of shape (n_sizes,)
            Two-sided p-values of the corrected t-test over folds.

        Raises
        ------
        ValueError
            If `against` or `metric` is none of these.
        """
        if against not in self._rivals:
            raise ValueError(
                f"against must be one of {list(self._rivals)}. Got {against!r} instead."
            )
        metric = self._checked(metric)
        other = self.all_scores if against == ALL else self.scores[against]
        differences = self.scores[RANKED][metric] - other[metric]
        return np.array([corrected_t_test(row, self.test_share) for row in differences])

    @property
    def enough(self):
        """Fewest ranked inputs that lose no more than one standard error against all of them."""
        scores, full = self.scores[RANKED][self.metric], self.all_scores[self.metric]
        error = full.std(ddof=1) / np.sqrt(len(full))
        good = scores.mean(axis=1) >= full.mean() - error
        return self.sizes[int(np.argmax(good))] if good.any() else self.sizes[-1]

    def _columns(self):
        """Return one line per kind of subset and size; p-values for the ranked inputs."""
        lines = []
        for kind, metrics in self.scores.items():
            columns = {"n_features": np.array(self.sizes)}
            for name, table in metrics.items():
                columns |= {f"{name}_mean": table.mean(axis=1), f"{name}_std": table.std(axis=1)}
            if kind == RANKED:
                columns |= {f"p_against_{rival}": self.p_values(rival) for rival in self._rivals}
            lines += [
                {"subset": kind} | dict(zip(columns, values)) for values in zip(*columns.values())
            ]
        return lines

    def display(self, metric=None):
        """Return the display of scores against the number of inputs.

        Parameters
        ----------
        metric : {"accuracy", "precision", "recall", "R2"} or None, default=None
            What is drawn, and tested against all inputs; None is the accuracy, or R2.

        Returns
        -------
        SubsetsDisplay
            The display, not drawn yet.

        Raises
        ------
        ValueError
            If there is no such metric.
        """
        metric = self._checked(metric)
        n_folds = len(self.all_scores[metric])
        return SubsetsDisplay(
            self.sizes,
            {kind: metrics[metric].mean(axis=1) for kind, metrics in self.scores.items()},
            {kind: metrics[metric].std(axis=1) for kind, metrics in self.scores.items()},
            reference=float(self.all_scores[metric].mean()),
            name=f"{metric}, {HELD_OUT}",
            p_values=self.p_values(metric=metric),
            title=f"networks of few inputs: means and deviations over {n_folds} folds",
        )

    @property
    def verdict(self):
        """What the scores say of the fewest inputs that are enough, as a sentence."""
        k = self.sizes.index(self.enough)
        few, full = self.scores[RANKED][self.metric][k], self.all_scores[self.metric]
        p = float(self.p_values(ALL)[k])
        n = len(self.features) if self.n_features is None else self.n_features
        figures = (
            f"{counted(self.enough, 'input')} {few.mean():.3f}, all {n} {full.mean():.3f} "
            f"(p = {p:.2g}, {len(full)} folds)"
        )
        if self.enough == n:
            said = "fewer do worse" if len(self.sizes) > 1 else "nothing is left out"
        elif p < SURE and few.mean() != full.mean():
            said = "fewer do better" if few.mean() > full.mean() else "all do better"
        else:
            said = "no difference is seen"
        return f"{figures}: {said}."

    @property
    def followers(self):
        """Inputs beyond those that are enough which only follow one of them.

        A dict of an input's name to the other's and their correlation, of 0.8 or more.
        """
        if self.correlations is None:
            return {}
        found, first = {}, np.abs(self.correlations[:, : self.enough])
        for j, name in enumerate(self.features[self.enough :], start=self.enough):
            known = np.where(np.isfinite(first[j]), first[j], 0.0)
            other = int(known.argmax())
            if known[other] >= FOLLOWS:
                found[name] = (self.features[other], float(self.correlations[j, other]))
        return found

    def _row(self, k, p_values):
        """Return the cells of a size: scores of the ranked inputs, p-values, other choices."""
        ranked = [spread_text(scores[k]) for scores in self.scores[RANKED].values()]
        tested = [f"{p[k]:.2g}" for p in p_values.values()]
        others = [spread_text(self.scores[kind][self.metric][k]) for kind in self._choices]
        return [str(self.sizes[k]), *ranked, *tested, *others]

    def __str__(self):
        p_values = {rival: self.p_values(rival) for rival in self._rivals}
        head = [
            "inputs",
            *self.all_scores,
            *(f"p against {rival}" for rival in p_values),
            *self._choices,
        ]
        whole = ["all", *map(spread_text, self.all_scores.values())]
        rows = [self._row(k, p_values) for k in range(len(self.sizes))]
        rows.append([*whole, *[""] * (len(head) - len(whole))])
        n_folds = len(self.all_scores[self.metric])
        follow = [
            f"{one_line(name)} follows {one_line(other)} (r = {r:.2f})."
            for name, (other, r) in self.followers.items()
        ]
        title = f"Means and deviations over {n_folds} folds, {HELD_OUT}"
        title += (
            f"; of other choices the {self.metric}, in the last columns:" if self._choices else ":"
        )
        return "\n".join([title, aligned(head, rows), self.verdict, *follow])
