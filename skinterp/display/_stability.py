"""Mean ranks of the inputs by several methods, with where most ranks lie."""

import numpy as np

from skinterp.display._display import (
    MARKERS,
    PALETTE,
    Display,
    cycle,
    label,
    labels,
    legend_beside,
    tidy,
)


class RankStabilityDisplay(Display):
    """Mean ranks of the inputs over trainings, one marker with an interval per method.

    Parameters
    ----------
    methods : sequence of str
        The methods.
    mean_ranks : array-like of shape (n_methods, n_features)
        Mean ranks, 1 for the most important.
    intervals : array-like of shape (2, n_methods, n_features)
        Lower and upper ends.
    feature_names : sequence of str of length n_features
        The names of the inputs.
    max_features : int, default=20
        How many inputs to show, those with the best mean ranks.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import RankStabilityDisplay
    >>> ranks = [[1.2, 1.8], [1.0, 2.0]]
    >>> ends = [[[1, 1], [1, 2]], [[2, 2], [1, 2]]]
    >>> display = RankStabilityDisplay(["weights", "slopes"], ranks, ends, ["age", "mass"]).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['age', 'mass']
    """

    def __init__(self, methods, mean_ranks, intervals, feature_names, *, max_features=20):
        self.methods = methods
        self.mean_ranks = mean_ranks
        self.intervals = intervals
        self.feature_names = feature_names
        self.max_features = max_features

    @property
    def _n_shown(self):
        return min(self.max_features, len(self.feature_names))

    @property
    def _size(self):
        group = max(0.3, 0.07 * len(self.methods) + 0.1)
        return 7.8, max(2.4, 1.0 + group * self._n_shown)

    def _draw(self, ax):
        ranks, (low, high) = np.asarray(self.mean_ranks), np.asarray(self.intervals, dtype=float)
        shown = np.argsort(ranks.mean(axis=0), kind="stable")[: self._n_shown]
        places, step = np.arange(len(shown)), 0.8 / len(self.methods)
        for i, name in enumerate(self.methods):
            centre = ranks[i, shown]
            reach = np.maximum([centre - low[i, shown], high[i, shown] - centre], 0.0)
            ax.errorbar(
                centre,
                places - 0.4 + (i + 0.5) * step,
                xerr=reach,
                fmt=cycle(MARKERS, i),
                color=cycle(PALETTE, i),
                markersize=4,
                linewidth=1.1,
                label=label(name, 34),
            )
        for edge in places[1:] - 0.5:
            ax.axhline(edge, color="#E5E5E5", linewidth=0.6)
        ax.set_yticks(places, labels([self.feature_names[j] for j in shown], 32))
        ax.set_ylim(len(shown) - 0.5, -0.5)
        ax.set_xlim(0.5, len(self.feature_names) + 0.5)
        ax.set_xlabel("Rank (1 is the most important), mean and where 95 % lie")
        tidy(ax, grid="x")
        legend_beside(ax)
