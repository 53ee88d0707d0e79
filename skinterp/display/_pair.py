"""The couplings of one pair of variables, category by category."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    Display,
    label,
    label_inches,
    labels,
    title_inches,
    wrapped,
    write_title,
)
from skinterp.display._matrix import draw_matrix, label_columns, write_in_cell
from skinterp.display._signs import DARK, fold_over_signs, signed_colours
from skinterp.utils import number_text


@dataclass(eq=False, repr=False)
class PairDisplay(Display):
    """The couplings of one pair of variables as a heat map, with numbers where they fit.

    Parameters
    ----------
    couplings : array-like of shape (q_i, q_j)
        The couplings.
    names : pair of str
        Names of the two variables.
    categories : pair of sequence
        Their categories.
    name : str, default="coupling"
        What the numbers are.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import PairDisplay
    >>> pair = PairDisplay([[1, -1], [-1, 1]], ("cap", "odour"), (["a", "b"], ["x", "y"]))
    >>> pair.plot().ax_.get_ylabel()
    'cap'
    """

    couplings: object
    names: object
    categories: object
    _: KW_ONLY
    name: str = "coupling"
    title: str = ""

    @property
    def figure_size(self):
        n, m = np.shape(self.couplings)
        beside, below = (label_inches(labels(part, 16)) for part in self.categories)
        width, height = min(11.0, max(2.8, 0.5 * m)), min(9.0, max(1.6, 0.36 * n))
        down, across = map(label_inches, ([label(name)] for name in self.names))
        below += 0.7 + title_inches(self.title)
        return max(width, across) + beside + 1.6, max(height, down) + below

    def draw(self, ax):
        values = np.asarray(self.couplings, dtype=float)
        limit = fold_over_signs(values)
        bar = {"label": wrapped(self.name, 24), "shrink": 0.9}
        draw_matrix(ax, values, bar, aspect="auto", **signed_colours(limit))
        rows, columns = (labels(part, 16) for part in self.categories)
        label_columns(ax, columns, 5)
        ax.set_yticks(range(len(rows)), rows)
        ax.set(xlabel=label(self.names[1]), ylabel=label(self.names[0]))
        write_title(ax, self.title, width=int(8 * self.figure_size[0]))
        if max(values.shape) <= 12:
            for (i, j), value in np.ndenumerate(values):
                text = number_text(value, 2) if abs(value) > 1e-9 * limit else "0"
                write_in_cell(ax, i, j, text, abs(value) > DARK * limit, "x-small")
