"""A formula of the input of a unit, by gradient matching."""

from dataclasses import dataclass

import numpy as np

from skinterp.expression import Equation
from skinterp.search import SearchSettings, explain_values, operator_prices

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
    """

    equation: Equation
    r2: float
    activation: str | None

    def __str__(self):
        text = str(self.equation)
        if self.activation not in (None, "identity"):
            text = f"{self.activation}({text})"
        return f"formula: {text} (R2 {self.r2:.3f})"


def find_formula(dense, location, rows, names, random_state):
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
    equation, _ = explain_values(view, rows, settings, names, random_state)
    found = equation.values(rows)
    error = (found if activation is None else activation.value(found)) - values
    r2 = float(1.0 - np.mean(error**2) / values.var())
    return UnitFormula(
        equation.shown_on(rows), r2, None if activation is None else str(activation)
    )
