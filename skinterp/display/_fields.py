"""Fields of an expansion: one number per variable and category."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    Display,
    label_inches,
    labels,
    title_inches,
    wrapped,
    write_title,
)
from skinterp.display._matrix import draw_matrix, label_columns, write_in_cell
from skinterp.display._signs import DARK, fold_over_signs, signed_colours


@dataclass(eq=False, repr=False)
class FieldsDisplay(Display):
    """Fields as a heat map, over variables and categories.

    Where all variables have the same categories these label the axis; otherwise each cell carries
    its category.

    Parameters
    ----------
    fields : sequence of array-like of shape (q_i,)
        The fields, one array per variable.
    names : sequence of str
        Names of the variables.
    categories : sequence of sequence
        Categories of each variable.
    max_variables : int, default=60
        How many variables to show, the ones with the largest fields.
    name : str, default="field"
        What the numbers are.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import FieldsDisplay
    >>> display = FieldsDisplay([[0.5, -0.5], [1.0, -1.0]], ["p1", "p2"], ["AC", "AC"]).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['A', 'C']
    """

    fields: object
    names: object
    categories: object
    _: KW_ONLY
    max_variables: int = 60
    name: str = "field"
    title: str = ""

    @property
    def _shown(self):
        size = [np.abs(field).max() for field in self.fields]
        return np.sort(np.argsort(size, kind="stable")[::-1][: self.max_variables])

    @property
    def _labels(self):
        return labels([self.names[i] for i in self._shown], 24)

    @property
    def _is_wide(self):
        """Whether the categories label an axis: several variables share them."""
        return len(self.names) > 1 and len(set(map(tuple, self.categories))) == 1

    @property
    def _n_categories(self):
        return max(map(len, self.categories))

    @property
    def figure_size(self):
        n, q, above = len(self._shown), self._n_categories, title_inches(self.title)
        if self._is_wide:
            below = label_inches(self._labels)
            return max(4.5, 2.0 + 0.3 * n), max(1.6, 0.9 + 0.27 * q) + below + above
        return max(5.0, 3.2 + 0.95 * q), max(2.2, 1.2 + 0.36 * n) + above

    def draw(self, ax):
        table = np.full((len(self._shown), self._n_categories), np.nan)
        for row, i in enumerate(self._shown):
            table[row, : len(self.fields[i])] = self.fields[i]
        limit = fold_over_signs(table)
        names = self._labels
        values = table.T if self._is_wide else table
        bar = {"label": wrapped(self.name, 24), "shrink": 0.9}
        draw_matrix(ax, values, bar, aspect="auto", **signed_colours(limit))
        ax.set_facecolor("#EEEEEE")
        if self._is_wide:
            label_columns(ax, names, 3)
            ax.set_yticks(range(len(self.categories[0])), labels(self.categories[0], 18))
            ax.set(xlabel="variable", ylabel="category")
        else:
            self._label_cells(ax, names, table, limit)
        which = ""
        if len(names) < len(self.names):
            which = f"The {len(names)} largest of {len(self.names)} variables"
        write_title(ax, self.title, which, width=int(9 * self.figure_size[0]))

    def _label_cells(self, ax, names, table, limit):
        ax.set_yticks(range(len(names)), names)
        ax.set(xticks=[], xlabel="category")
        for row, i in enumerate(self._shown):
            for k, category in enumerate(labels(self.categories[i], 12)):
                write_in_cell(ax, row, k, category, abs(table[row, k]) > DARK * limit)
