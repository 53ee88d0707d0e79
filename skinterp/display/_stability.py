"""Mean ranks of the inputs by several methods, with where most ranks lie."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    MARKERS,
    PALETTE,
    cycle,
    label,
    tidy,
    title_inches,
    write_title,
)
from skinterp.display._rows import InputRowsDisplay, label_rows, row_centres

_NOISE = "a shuffled column"


@dataclass(eq=False, repr=False)
class RankStabilityDisplay(InputRowsDisplay):
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
    noise : array-like of shape (3, n_methods) or None, default=None
        Mean rank of a shuffled column by each method, and the ends of its interval: drawn as the
        last row.
    title : str, default=""
        What stands above.

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

    methods: object
    mean_ranks: object
    intervals: object
    feature_names: object
    _: KW_ONLY
    max_features: int = 20
    noise: object = None
    title: str = ""

    @property
    def figure_size(self):
        height = self._height(len(self.methods), 2.4, row=0.3, per_series=0.07, gap=0.1)
        return 7.8, height + title_inches(self.title)

    def draw(self, ax):
        ranks, (low, high) = np.asarray(self.mean_ranks), np.asarray(self.intervals, dtype=float)
        shown = self._best(ranks.mean(axis=0))
        ranks, low, high = ranks[:, shown], low[:, shown], high[:, shown]
        names = [self.feature_names[j] for j in shown]
        if self.noise is not None:
            extra = np.asarray(self.noise, dtype=float)[..., np.newaxis]
            rows = zip((ranks, low, high), extra)
            ranks, low, high = (np.concatenate(pair, axis=1) for pair in rows)
            names.append(_NOISE)
        for i, name in enumerate(self.methods):
            centre = ranks[i]
            reach = np.maximum([centre - low[i], high[i] - centre], 0.0)
            ax.errorbar(
                centre,
                row_centres(len(names), i, len(self.methods)),
                xerr=reach,
                fmt=cycle(MARKERS, i),
                color=cycle(PALETTE, i),
                markersize=4,
                linewidth=1.1,
                label=label(name, 34),
            )
        for edge in np.arange(1, len(names)) - 0.5:
            ax.axhline(edge, color="#E5E5E5", linewidth=0.6)
        label_rows(ax, names, 32)
        ax.set_xlim(0.5, len(self.feature_names) + 0.5 + (self.noise is not None))
        ax.set_xlabel("Rank (1 is the most important), mean and where 95 % lie")
        write_title(ax, *self.title.split("\n"))
        tidy(ax, grid="x")
