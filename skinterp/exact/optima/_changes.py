"""Inputs that a network answers otherwise, as changes of a row: in numbers and in levels."""

from dataclasses import dataclass

import numpy as np

from skinterp.base import change_text
from skinterp.network import input_names
from skinterp.utils import PrintedInNotebooks, number_text


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
            change_text(name, before, self.shown[name])
            for name, (before, _) in self.changes.items()
        )
        end = "proven" if self.is_proven else f"none nearer than {number_text(self.bound, 4)}"
        distance = f"{self.norm} distance {number_text(self.distance, 4)}, {end}"
        return f"class {self.answer} at {changes} ({distance})"


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
