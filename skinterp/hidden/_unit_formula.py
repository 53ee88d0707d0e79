"""A formula of the input of a unit, by gradient matching."""

from dataclasses import dataclass

import numpy as np

from skinterp.expression import Equation, IsotonicLink
from skinterp.matching import monotone_link
from skinterp.search import SearchSettings, explain_values, operator_prices
from skinterp.utils._which_rows import NEW

_N_QUERIES = 600
_MAX_COST = 40.0


@dataclass(frozen=True, eq=False)
class UnitFormula:
    """Formula of the input of a unit before its activation; of an output, of the output itself.

    Parameters
    ----------
    equation : Equation
        The formula.
    r2 : float
        How much of the unit's variance it explains on the rows, after the activation.
    activation : str or None
        The activation around the formula; None for an output.
    link : IsotonicLink or None, default=None
        The monotone function from the formula to the unit's values, of a formula found by
        directions; None for one that follows values.
    """

    equation: Equation
    r2: float
    activation: str | None
    link: IsotonicLink | None = None

    def __str__(self):
        text = str(self.equation)
        if self.link is not None:
            return f"formula, up to a monotone function: {text} (R2 {self.r2:.3f}, {NEW})"
        if self.activation not in (None, "identity"):
            text = f"{self.activation}({text})"
        return f"formula: {text} (R2 {self.r2:.3f}, {NEW})"


def find_formula(dense, location, rows, names, random_state, match):
    """Search for a formula of a unit.

    Parameters
    ----------
    dense : DenseNetwork
        The network.
    location : UnitLocation
        The unit.
    rows : ndarray of shape (n_samples, n_features)
        Rows.
    names : tuple of str
        Names of the inputs.
    random_state : int or None
        Seeds the search.
    match : {"values", "directions"}
        Whether the formula follows the unit's values, or the directions of its gradients only.

    Returns
    -------
    UnitFormula
        The formula.
    """
    settings = SearchSettings(operator_prices(None), max_cost=_MAX_COST, n_points=_N_QUERIES)
    view, activation = location.view, None
    values = view.value(rows)
    if location.is_hidden:
        view = dense.unit(location.layer, location.column, before_activation=True)
        activation = dense.layers[location.layer].activation
    equation, _ = explain_values(view, rows, settings, names, random_state, match)
    found, link = equation.values(rows), None
    if match == "directions":
        link, activation = monotone_link(found, values), None
        found = link.log_odds(found)
    elif activation is not None:
        found = activation.value(found)
    r2 = float(1.0 - np.mean((found - values) ** 2) / values.var())
    name = None if activation is None else str(activation)
    return UnitFormula(equation.shown_on(rows), r2, name, link)
