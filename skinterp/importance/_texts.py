"""Importances as texts: the cells of rows, and aligned columns."""

from numbers import Real

import numpy as np

from skinterp.utils import number_text, one_line

_DIGITS = 7  # of cells; of large numbers as many as show thousandths


def shown_cell(value):
    """Return a cell of a row as text: texts as they are, numbers with the digits that they need.

    Parameters
    ----------
    value : object
        The cell.

    Returns
    -------
    str
        The text.
    """
    if not isinstance(value, Real) or isinstance(value, bool | np.bool_):
        return one_line(str(value))
    before = len(str(int(abs(value)))) if np.isfinite(value) and abs(value) < 1e12 else 0
    return number_text(value, max(_DIGITS, before + 4))


def text_columns(lines):
    """Return lines of cells as texts in columns, the first of them to the left.

    Parameters
    ----------
    lines : sequence of sequence of str
        The cells.

    Returns
    -------
    list of str
        A text per line.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            text.rjust(max(width, 12)) if k else text.ljust(width)
            for k, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
