"""What a front says of itself beside the commonest answer and the linear model."""

from dataclasses import replace

import numpy as np

from skinterp.search._linear_path import is_linear
from skinterp.search._selection import is_gain

# A linear formula that is this faithful needs no excuse.
ENOUGH = 0.95
COMMONEST, LINEAR = "the commonest answer", "a linear one"
NO_FORMULA = "no formula found is more faithful than "


def compared_note(front, held):
    """Return what to say of the choice of a front that is hardly better than what is trivial.

    Parameters
    ----------
    front : Front
        The front, with its choice.
    held : HeldPoints
        Points on which formulas are compared.

    Returns
    -------
    str or None
        The note; None where the choice is better than the commonest answer (or the mean), and
        than any linear formula on the front, or faithful enough.
    """
    chosen = held.agreement(front.selected.expression)
    if not is_gain(chosen - held.constant_agreement()):
        what = COMMONEST if held.target.dtype == bool else "a constant"
        return f"{NO_FORMULA}{what}"
    if chosen.mean() >= ENOUGH:
        return None
    linear = [held.agreement(c.expression) for c in front if is_linear(c.expression)]
    best = max(linear, key=np.mean, default=None)
    if is_linear(front.selected.expression) or (best is not None and is_gain(best - chosen)):
        return f"{NO_FORMULA}{LINEAR}"
    return None


def compared(front, held):
    """Return a front with a note on its choice, where there is something to say.

    Parameters
    ----------
    front : Front
        The front.
    held : HeldPoints
        Points on which formulas are compared.

    Returns
    -------
    Front
        The front.
    """
    note = compared_note(front, held)
    return front if note is None else replace(front, notes=(*front.notes, note))
