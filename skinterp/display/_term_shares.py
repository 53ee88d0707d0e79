"""Which output acts by which terms: shares of its variance."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import Display, label_inches, labels, title_inches, write_title
from skinterp.display._matrix import draw_matrix, write_in_cell

_WRITTEN = 0.05  # share that is written into its cell


@dataclass(eq=False, repr=False)
class TermSharesDisplay(Display):
    """Outputs, or hidden units, and terms: how much of each output's variance is by each term.

    Parameters
    ----------
    shares : array-like of shape (n_outputs, n_terms)
        Shares of the variance of each output, from 0 to 1.
    terms : sequence of str
        What the terms are of.
    names : sequence of str
        Names of the outputs.
    max_terms, max_outputs : int, default=20 and 40
        How many to show: the terms with the largest shares, and the first outputs.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import TermSharesDisplay
    >>> display = TermSharesDisplay([[0.9, 0.1], [0.0, 1.0]], ["odour", "ring"], ["a", "b"]).plot()
    >>> [text.get_text() for text in display.ax_.texts]
    ['10', '90', '100']
    """

    shares: object
    terms: object
    names: object
    _: KW_ONLY
    max_terms: int = 20
    max_outputs: int = 40
    title: str = ""

    @property
    def _shown(self):
        largest = np.asarray(self.shares, dtype=float).max(axis=0)
        return np.argsort(-largest, kind="stable")[: self.max_terms]

    @property
    def _texts(self):
        rows = list(self.names)[: self.max_outputs]
        return labels(rows, 28), labels([self.terms[k] for k in self._shown], 30)

    @property
    def figure_size(self):
        rows, columns = self._texts
        beside, above = label_inches(rows), label_inches(columns)
        width, height = 0.5 * len(columns), max(1.6, 0.26 * len(rows))
        height += title_inches(self.title)
        return max(3.6, beside + 0.77 * above + width + 1.2), 0.64 * above + height + 0.8

    def draw(self, ax):
        rows, columns = self._texts
        table = np.asarray(self.shares, dtype=float)[: len(rows), self._shown]
        bar = {"shrink": 0.8, "pad": 0.02, "aspect": 25, "label": "Share of the output's variance"}
        draw_matrix(ax, table, bar, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for i, j in zip(*np.nonzero(table >= _WRITTEN)):
            write_in_cell(ax, i, j, f"{100 * table[i, j]:.0f}", table[i, j] > 0.6, 8)
        turned = {"rotation": 40, "rotation_mode": "anchor", "ha": "left"}
        ax.set_xticks(range(len(columns)), columns, **turned)
        ax.xaxis.tick_top()
        ax.set_yticks(range(len(rows)), rows)
        write_title(ax, self.title, width=int(8 * self.figure_size[0]))
        if len(rows) < len(self.names):
            ax.set_xlabel(f"{len(rows)} of {len(self.names)} outputs; numbers are hundredths")
        else:
            ax.set_xlabel("Numbers are hundredths")
