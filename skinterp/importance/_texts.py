"""Importances as texts: the cells of rows, and aligned columns."""

from numbers import Real

import numpy as np

from skinterp.table import as_table, cells_of
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


def shown_rows(network, X, features):
    """Return the cells of the user's columns at rows.

    Parameters
    ----------
    network : Network
        The network.
    X : array-like or data frame of shape (n, n_columns)
        The rows, as the user gave them.
    features : ndarray of shape (n, n_features)
        The same, as the network takes them.

    Returns
    -------
    ndarray of shape (n, n_columns)
        The cells; of a table with categories or gaps of type object.
    """
    table, rows = network.user_table, as_table(X)
    if table is None:
        return features
    if table.takes(rows):
        rows = table.rows(features)
    places = {feature.column.name: feature.column.index for feature in table.features}
    cells = np.empty((len(features), len(table.column_names)), dtype=object)
    for k, name in enumerate(table.column_names):
        cells[:, k] = cells_of(rows, places[name])
    return cells


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
