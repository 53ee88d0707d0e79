"""Importances of the inputs by several methods, beside each other."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import PALETTE, area_style, label, tidy
from skinterp.display._rows import InputRowsDisplay


@dataclass(eq=False, repr=False)
class ImportancesDisplay(InputRowsDisplay):
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

    importances: dict
    feature_names: object
    _: KW_ONLY
    max_features: int = 20

    @property
    def figure_size(self):
        return 7.6, self._height(len(self.importances))

    def draw(self, ax):
        table = np.array(list(self.importances.values()), dtype=float)
        largest = np.abs(table).max(axis=1, keepdims=True)
        table = table / np.where(largest > 0, largest, 1.0)
        shown = self._best(-table.mean(axis=0))
        for i, (name, row) in enumerate(zip(self.importances, table)):
            style = area_style(PALETTE, i)
            self._bars(ax, i, len(table), row[shown], label=label(name, 28), **style)
        self._label_inputs(ax, shown, "most important")
        ax.set_xlabel("Importance, relative to the largest of the method")
        tidy(ax, grid="x")
