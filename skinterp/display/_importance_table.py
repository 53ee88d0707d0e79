"""Importances by many methods as a table: shades for shares, numbers for ranks."""

from dataclasses import KW_ONLY, dataclass

import numpy as np
from scipy.stats import rankdata

from skinterp.display._display import label_inches, labels
from skinterp.display._matrix import draw_matrix, write_in_cell
from skinterp.display._rows import InputRowsDisplay
from skinterp.utils import number_text


@dataclass(eq=False, repr=False)
class ImportanceTableDisplay(InputRowsDisplay):
    """A table of inputs and methods: shaded by share, with the rank in each cell.

    Parameters
    ----------
    shares : dict of str to array-like of shape (n_features,)
        Importances by method, not negative; each is shown relative to its largest.
    feature_names : sequence of str of length n_features
        The names of the inputs.
    max_features : int, default=40
        How many inputs to show, those with the best mean ranks.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import ImportanceTableDisplay
    >>> shares = {"weights": [0.2, 0.8], "slopes": [0.4, 0.6]}
    >>> display = ImportanceTableDisplay(shares, ["age", "mass"]).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['mass', 'age']
    """

    shares: dict
    feature_names: object
    _: KW_ONLY
    max_features: int = 40

    @property
    def figure_size(self):
        beside = label_inches(labels(self.feature_names, 32))
        above = label_inches(labels(self.shares, 26))
        width, height = 0.55 * len(self.shares), max(1.9, 0.24 * self._n_shown)
        return beside + 0.77 * above + width + 1.0, 0.64 * above + height + 0.6

    def draw(self, ax):
        table = np.array(list(self.shares.values()), dtype=float)
        ranks = rankdata(-table, axis=1)
        shown = self._best(ranks.mean(axis=0))
        largest = table.max(axis=1, keepdims=True)
        shade = (table / np.where(largest > 0, largest, 1.0))[:, shown].T
        bar = {"shrink": 0.7, "pad": 0.02, "aspect": 25}
        bar = draw_matrix(ax, shade, bar, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        bar.set_label("Share, relative to\nthe method's largest;\nnumbers: ranks")
        bar.outline.set_visible(False)
        for i, j in np.ndindex(shade.shape):
            write_in_cell(ax, i, j, number_text(ranks[j, shown[i]], 3), shade[i, j] > 0.6, 8)
        turned = {"rotation": 40, "rotation_mode": "anchor", "ha": "left"}
        ax.set_xticks(range(len(self.shares)), labels(self.shares, 26), **turned)
        ax.xaxis.tick_top()
        ax.set_yticks(range(len(shown)), labels([self.feature_names[j] for j in shown], 32))
