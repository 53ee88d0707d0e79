"""The writing of a classifier's equation that is printed, and the others of its boundary."""

from dataclasses import replace

from skinterp.expression._boundary_writings import boundary_writings, shown_writings
from skinterp.search._formulas import SUMS, operators_of

N_LISTED = 8


def canonical(equation, X, settings, *, keep=False):
    """Write an equation in the shortest way that decides alike on all rows; list the others.

    Parameters
    ----------
    equation : Equation
        A classifier's equation with its link.
    X : ndarray of shape (n, p)
        Rows.
    settings : SearchSettings
        Which operators are allowed, and how long a formula may be.
    keep : bool, default=False
        Whether to leave the equation as it is, and only list the others.

    Returns
    -------
    Equation
        The equation with `writings`; its classes on the rows and its log-odds are as before.
    """
    found = boundary_writings(equation.expression, equation.threshold, equation.greater, X)
    allowed = {*settings.prices, *SUMS, *operators_of(equation.expression)}
    able = [
        w
        for w in found
        if operators_of(w.expression) <= allowed
        and settings.cost(w.expression) <= settings.max_cost
    ]
    listed = {*found[:N_LISTED], next(w for w in found if w.kind == "found"), *able[:1]}
    for kind in ("ratio", "product"):
        listed.update([w for w in found if w.kind == kind][:1])
    shown = shown_writings([w for w in found if w in listed], equation.feature_names, X)
    equation = replace(equation, writings=shown)
    if keep or not able:
        return equation
    chosen = next(w for w in shown.entries if w[:4] == able[0][:4])
    return equation if chosen.kind == "found" else equation.written_as(chosen)
