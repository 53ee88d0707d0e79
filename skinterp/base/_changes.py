"""Changes of a row of the user's table: as texts, as numbers that are shown, as another row."""

from numbers import Real

import numpy as np

from skinterp.network import as_rows
from skinterp.table import as_table
from skinterp.utils import (
    DIGITS,
    MOST_DIGITS,
    digits_within,
    needed_text,
    one_line,
    round_to_digits,
)

_PART = 0.05  # of a change, by which the number shown may be off


def change_text(name, before, after):
    """Write a change, the value before with as many digits as tell it from the other one.

    Parameters
    ----------
    name : str
        What changes.
    before, after : object
        Numbers, or levels of a category.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> from skinterp.base import change_text
    >>> change_text("dose", 1.0, 2.5)
    'dose: 1 -> 2.5'
    """
    if not isinstance(after, Real) or isinstance(after, bool):
        return f"{name}: {one_line(str(before))} -> {one_line(str(after))}"
    return f"{name}: {' -> '.join(change_texts(before, after))}"


def change_texts(before, after, part=_PART):
    """Write a number before and after a change, with as many digits as tell them apart.

    Parameters
    ----------
    before, after : float
        The numbers.
    part : float, default=0.05
        Of the change, by which the number before may be off.

    Returns
    -------
    tuple of two str
        The texts.
    """
    needed = digits_within(before, part * abs(after - before)), digits_within(after, 0.0)
    pairs = zip((before, after), needed, strict=True)
    return tuple(needed_text(value, DIGITS, digits) for value, digits in pairs)


def shown_point(x, point, moved, accepts):
    """Return a point rounded to as few digits as keep it accepted, four at least.

    Its numbers are rounded to the nearest, or else away from those of the row, by no more than a
    small part of the change.

    Parameters
    ----------
    x, point : ndarray of shape (d,)
        The row and the point.
    moved : sequence of int
        The inputs that are printed.
    accepts : callable
        Tells of points (n, d) whether they are.

    Returns
    -------
    ndarray of shape (d,)
        The rounded point.
    """
    least = {j: digits_within(point[j], _PART * abs(point[j] - x[j]), DIGITS) for j in moved}
    for more in range(MOST_DIGITS - min(least.values(), default=MOST_DIGITS)):
        nearest, beyond = point.copy(), point.copy()
        for j, at_least in least.items():
            digits = min(at_least + more, MOST_DIGITS)
            nearest[j] = round_to_digits(point[j], digits)
            beyond[j] = _away(nearest[j], point[j], x[j], digits)
        found = accepts(np.array([nearest, beyond]))
        if found.any():
            return nearest if found[0] else beyond
    return point


def _away(rounded, value, before, digits):
    """Return a rounded value, a step of its last digit farther if it came nearer to another."""
    if rounded == value or (rounded < value) == (value < before):
        return rounded
    step = 10.0 ** (np.floor(np.log10(abs(value))) - digits + 1)
    return round_to_digits(rounded + np.copysign(step, value - before), digits)


def changed_row(network, x, point, choices, raw):
    """Return the user's row with the changes of a point, in the form that it came in.

    Parameters
    ----------
    network : Network
        The network.
    x, point : ndarray of shape (d,)
        The row and the point.
    choices : sequence of LevelChoice
        The categories that may change.
    raw : object
        The row as the user passed it.

    Returns
    -------
    data frame, Series or ndarray
        The row.
    """
    rows, moved = as_table(as_rows(raw)), np.flatnonzero(x != point).tolist()
    table = network.user_table
    if table is None or table.takes(rows):
        cells = {j: point[j] for j in moved}
    else:
        numbers = [(j, table.features[j]) for j in moved if table.features[j].is_number]
        cells = {f.column.index: f.column.cells(point[[j]])[0] for j, f in numbers}
        chosen = [choice for choice in choices if choice.changes(x, point)]
        cells |= {choice.column.index: choice.cell(point) for choice in chosen}
    if hasattr(rows, "iloc"):
        changed = rows.assign(**{rows.columns[k]: [cell] for k, cell in cells.items()})
        return changed.iloc[0] if np.ndim(raw) == 1 else changed
    changed = rows.astype(float if rows.dtype.kind in "iuf" else object)
    changed[0, list(cells)] = list(cells.values())
    return changed[0] if np.ndim(raw) == 1 else changed
