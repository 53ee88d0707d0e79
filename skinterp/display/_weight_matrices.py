"""All weight matrices of a small network as heat maps, from the inputs to the outputs."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    PanelsDisplay,
    along,
    check_one_each,
    label,
    label_inches,
    labels,
    wrapped,
)
from skinterp.display._matrix import draw_matrix, write_in_cell
from skinterp.display._signs import DARK, fold_over_signs, signed_colours

_CELL, _BAR, _LETTERS = 0.27, 1.0, 22  # inches of a cell and a colour bar; letters of a name
_FEW = 60  # cells whose numbers are written
_LETTER = 0.08  # inches of a letter above a matrix
_WIDE = 0.62  # inches of a cell with a number


@dataclass(eq=False, repr=False)
class WeightMatricesDisplay(PanelsDisplay):
    """Weight matrices as heat maps beside each other: plus in red, minus in blue.

    Parameters
    ----------
    matrices : sequence of array-like of shape (n_read, n_units)
        A matrix per layer: what is read along the rows, what reads along the columns.
    names : sequence of sequence of str
        Names of the inputs, of the units of each hidden layer, and of the outputs: one more than
        there are matrices.
    titles : sequence of str or None, default=None
        What stands above each matrix.
    max_units : int, default=30
        How many rows and columns of a matrix to show, the first ones.
    name : str, default="weight"
        What the numbers are.
    title : str, default=""
        What stands above all.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes, one per matrix, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if names do not fit the matrices.

    Examples
    --------
    >>> from skinterp.display import WeightMatricesDisplay
    >>> names = [["age", "mass"], ["unit 0"], ["ill"]]
    >>> display = WeightMatricesDisplay([[[1.0], [-2.0]], [[0.5]]], names).plot()
    >>> [text.get_text() for text in display.axes_[0].get_yticklabels()]
    ['age', 'mass']
    """

    matrices: object
    names: object
    _: KW_ONLY
    titles: object = None
    max_units: int = 30
    name: str = "weight"
    title: str = ""

    @property
    def _shown(self):
        """Return the cells that are shown of each matrix, with names of rows and columns."""
        check_one_each(self.names, len(self.matrices) + 1, "names", "layer, and the outputs")
        shown = []
        for matrix, read, units in zip(self.matrices, self.names, self.names[1:], strict=False):
            matrix = np.asarray(matrix, dtype=float)
            check_one_each(read, len(matrix), "names", "row of a matrix")
            check_one_each(units, matrix.shape[1], "names", "column of a matrix")
            some = slice(self.max_units)
            cells = matrix[some, some]
            shown.append((cells, labels(read[some], _LETTERS), labels(units[some], _LETTERS)))
        return shown

    @staticmethod
    def _width(cells, read):
        side = _WIDE if cells.size <= _FEW else _CELL
        return max(side * cells.shape[1], 0.9) + label_inches(read) + _BAR

    def _above(self, shown):
        """Return the lines that stand above each matrix: its whole title, and what is shown."""
        found = []
        for k, (cells, read, _) in enumerate(shown):
            letters = max(16, int((self._width(cells, read) - label_inches(read)) / _LETTER))
            title = "" if self.titles is None else wrapped(self.titles[k], letters)
            n_rows, n_columns = np.shape(self.matrices[k])
            cut = cells.shape != (n_rows, n_columns)
            part = [f"{cells.shape[0]} x {cells.shape[1]} of {n_rows} x {n_columns}"] * cut
            found.append([*title.split("\n"), *part])
        return found

    @property
    def figure_size(self):
        shown = self._shown
        tallest = max(len(cells) for cells, _, _ in shown)
        below = max(label_inches(units) for _, _, units in shown)
        above = 0.16 * (max(map(len, self._above(shown))) - 1)
        height = max(_CELL * tallest, 1.6) + below + 0.9 + above + 0.35 * bool(self.title)
        return max(4.0, sum(self._width(cells, read) for cells, read, _ in shown)), height

    def draw_panels(self, figure):
        shown = self._shown
        titles = self._above(shown)
        widths = [self._width(cells, read) for cells, read, _ in shown]
        axes = figure.subplots(1, len(shown), squeeze=False, width_ratios=widths)[0]
        for k, (ax, (cells, read, units)) in enumerate(zip(axes, shown, strict=True)):
            limit = fold_over_signs(cells)
            bar = {"shrink": 0.8, "pad": 0.03, "aspect": 24}
            bar = draw_matrix(ax, cells, bar, aspect="auto", **signed_colours(limit))
            bar.outline.set_visible(False)
            ax.set_yticks(range(len(read)), read)
            ax.set_xticks(range(len(units)), units, rotation=90)
            if cells.size <= _FEW:
                self._write(ax, cells, limit)
            ax.set_title("\n".join(titles[k]), fontsize="small", loc="left")
        bar.set_label(along(self.name, self.figure_size[1] - 1.0))
        if self.title:
            figure.suptitle(label(self.title, 70), fontsize="medium")
        return axes

    @staticmethod
    def _write(ax, cells, limit):
        for (i, j), value in np.ndenumerate(cells):
            is_dark = abs(value) > DARK * limit
            write_in_cell(ax, i, j, f"{value:.2g}", is_dark, size="x-small")
