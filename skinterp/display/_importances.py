"""Importances of the inputs by several methods, beside each other."""

import numpy as np

from skinterp.display._display import PALETTE, Display, cycle, label, labels, legend_beside, tidy

_HATCHES = (None, "////", "....", "xxxx")


class ImportancesDisplay(Display):
    """Importances of the inputs, one group of bars per input and one bar per method.

    Methods measure in their own units, so each is shown relative to its largest value.

    Parameters
    ----------
    importances : dict of str to array-like of shape (n_features,)
        The importances, by method.
    feature_names : sequence of str of length n_features
        The names of the inputs.
    max_features : int, default=20
        How many inputs to show, the most important ones by the mean over the methods.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import ImportancesDisplay
    >>> methods = {"impurity": [0.7, 0.2, 0.1], "permutation": [0.30, 0.15, 0.0]}
    >>> display = ImportancesDisplay(methods, ["age", "weight", "height"]).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['age', 'weight', 'height']
    """

    def __init__(self, importances, feature_names, *, max_features=20):
        self.importances = importances
        self.feature_names = feature_names
        self.max_features = max_features

    @property
    def _n_shown(self):
        return min(self.max_features, len(self.feature_names))

    @property
    def _size(self):
        group = max(0.26, 0.1 * len(self.importances) + 0.08)
        return 7.6, max(2.2, 1.0 + group * self._n_shown)

    def _relative(self):
        """Return the importances, each method divided by its largest value."""
        table = np.array([np.asarray(values, float) for values in self.importances.values()])
        largest = np.abs(table).max(axis=1, keepdims=True)
        return np.divide(table, largest, out=np.zeros_like(table), where=largest > 0)

    def _draw(self, ax):
        table = self._relative()
        shown = np.argsort(-table.mean(axis=0), kind="stable")[: self._n_shown]
        height = 0.8 / len(table)
        centres = np.arange(len(shown))
        for i, (name, row) in enumerate(zip(self.importances, table)):
            ax.barh(
                centres - 0.4 + (i + 0.5) * height,
                row[shown],
                height=height,
                color=cycle(PALETTE, i),
                hatch=_HATCHES[(i // len(PALETTE)) % len(_HATCHES)],
                label=label(name, 28),
            )
        ax.set_yticks(centres, labels([self.feature_names[j] for j in shown], 32))
        ax.set_ylim(len(shown) - 0.5, -0.5)
        ax.set_xlabel("Importance, relative to the largest of the method")
        if len(shown) < len(self.feature_names):
            ax.set_title(
                f"The {len(shown)} most important of {len(self.feature_names)} inputs",
                loc="left",
                fontsize="medium",
            )
        tidy(ax, grid="x")
        legend_beside(ax)
