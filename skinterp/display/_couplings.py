"""Strength of the couplings between variables, as a matrix."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import Display, label_inches, labels, title_inches, write_title
from skinterp.display._matrix import draw_matrix
from skinterp.display._signs import signed_colours


def average_product_corrected(strengths):
    """Subtract from each strength the average product of its two variables.

    Parameters
    ----------
    strengths : array-like of shape (n, n)
        Symmetric; the diagonal is ignored.

    Returns
    -------
    ndarray of shape (n, n)
        ``s_ij - s_i. s_.j / s_..`` with averages off the diagonal, which itself is 0.
    """
    strengths = np.array(strengths, dtype=float)
    np.fill_diagonal(strengths, 0.0)
    n = len(strengths)
    means = strengths.sum(axis=0) / max(1, n - 1)
    overall = means.mean()
    corrected = strengths - np.outer(means, means) / (overall or 1.0)
    np.fill_diagonal(corrected, 0.0)
    return corrected


@dataclass(eq=False, repr=False)
class CouplingsDisplay(Display):
    """Strength of the couplings between variables (Frobenius norms) as a matrix.

    Parameters
    ----------
    strengths : array-like of shape (n, n)
        Symmetric; the diagonal is ignored.
    names : sequence of str of length n
        Names of the variables.
    corrected : bool, default=False
        Whether to subtract the average product of each pair, which takes away what a variable
        shares with all others.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    References
    ----------
    S. D. Dunn, L. M. Wahl, G. B. Gloor, Bioinformatics 24, 2008, for the correction.

    Examples
    --------
    >>> from skinterp.display import CouplingsDisplay
    >>> display = CouplingsDisplay([[0.0, 1.0], [1.0, 0.0]], ["p1", "p2"]).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['p1', 'p2']
    """

    strengths: object
    names: object
    _: KW_ONLY
    corrected: bool = False
    title: str = ""

    @property
    def figure_size(self):
        side = min(8.0, max(2.4, 0.8 + 0.24 * len(self.names)))
        beside = label_inches(labels(self.names, 20))
        return side + beside + 1.4, side + beside + 0.4 + title_inches(self.title)

    @property
    def _values(self):
        values = np.array(self.strengths, dtype=float)
        values = average_product_corrected(values) if self.corrected else values
        np.fill_diagonal(values, np.nan)
        return values

    def draw(self, ax):
        values, n = self._values, len(self.names)
        limit = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
        blues = {"cmap": "Blues", "vmin": 0.0, "vmax": limit}
        colours = signed_colours(limit) if self.corrected else blues
        text = "coupling (norm, corrected)" if self.corrected else "coupling (norm)"
        bar = {"label": text, "shrink": 0.85}
        draw_matrix(ax, values, bar, **colours)
        ax.set_facecolor("#EEEEEE")
        step = max(1, -(-n // 32))
        ticks, names = range(0, n, step), labels(self.names, 20)[::step]
        ax.set_xticks(ticks, names, rotation=90 if max(map(len, names)) > 2 else 0)
        ax.set_yticks(ticks, names)
        ax.set_xlabel("variable")
        write_title(ax, self.title, width=int(8 * self.figure_size[0]))
