"""Inputs that a network answers otherwise, as changes of a row: in numbers and in levels."""

from dataclasses import dataclass
from numbers import Real

import numpy as np

from skinterp.network import as_rows, input_names
from skinterp.table import as_table
from skinterp.utils import (
    DIGITS,
    MOST_DIGITS,
    PrintedInNotebooks,
    digits_within,
    needed_text,
    number_text,
    one_line,
    round_to_digits,
)

_PART = 0.05  # of a change, by which the number shown may be off


@dataclass(frozen=True, eq=False)
class Counterfactual(PrintedInNotebooks):
    """The nearest input found that a network answers otherwise.

    Parameters
    ----------
    point : ndarray of shape (n_features,) or None
        The input, in input units; None if there is none in the box, or none was found.
    answer : object
        The class of the point.
    distance : float
        Its distance, in units of `scale` and `level_cost`; infinite if there is no point.
    bound : float
        Proven bound: no input of the box that is nearer is answered so, up to the tolerance of
        the solver; infinite if none of the box is.
    changes : dict of str to tuple of two
        Of the inputs and categories that change, the value before and after.
    shown : dict of str to object
        The values after as they are printed: rounded, but such that a row with them is answered
        so, too.
    row : object
        x with these changes in full, as the table, Series or array that it is; None without a
        point.
    norm : {"l1", "l2", "linf"}
        How distances are measured.
    n_boxes : int
        Number of boxes looked at.
    unfinished : tuple of str
        What says that the bound is not the distance; empty if it is.
    """

    point: np.ndarray | None
    answer: object
    distance: float
    bound: float
    changes: dict
    shown: dict
    row: object
    norm: str
    n_boxes: int
    unfinished: tuple[str, ...] = ()

    @property
    def is_proven(self):
        """Whether no nearer input is answered so, up to a millionth."""
        return not self.unfinished

    def __str__(self):
        if self.point is None:
            if self.is_proven:
                return "no counterfactual in the box"
            return f"no counterfactual found, none nearer than {number_text(self.bound, 4)}"
        changes = ", ".join(
            _change_text(name, before, self.shown[name])
            for name, (before, _) in self.changes.items()
        )
        end = "proven" if self.is_proven else f"none nearer than {number_text(self.bound, 4)}"
        distance = f"{self.norm} distance {number_text(self.distance, 4)}, {end}"
        return f"class {self.answer} at {changes} ({distance})"


def _change_text(name, before, after):
    """Write a change, the value before with as many digits as tell it from the other one."""
    if not isinstance(after, Real) or isinstance(after, bool):
        return f"{name}: {one_line(str(before))} -> {one_line(str(after))}"
    needed = digits_within(after, 0.0), digits_within(before, _PART * abs(after - before))
    texts = (needed_text(v, DIGITS, n) for v, n in zip((after, before), needed))
    return f"{name}: {' -> '.join(reversed([*texts]))}"


def changes_of(network, x, point, choices):
    """Return what changes from a row to a point, by name.

    Parameters
    ----------
    network : Network
        The network.
    x, point : ndarray of shape (d,)
        The row and the point.
    choices : sequence of LevelChoice
        The categories that may change.

    Returns
    -------
    dict of str to tuple of two
        Numbers, or cells of categories, before and after.
    """
    names, of_levels = input_names(network), {j for choice in choices for j in choice.group}
    moved = [j for j in np.flatnonzero(x != point).tolist() if j not in of_levels]
    numbers = {names[j]: (float(x[j]), float(point[j])) for j in moved}
    chosen = [choice for choice in choices if choice.changes(x, point)]
    return numbers | {c.column.name: (c.cell(x), c.cell(point)) for c in chosen}


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
