"""How a unit depends on the inputs of the network: slopes, and the best linear description."""

from dataclasses import dataclass

import numpy as np

from skinterp.expression import ColumnSpread, affine_text
from skinterp.hidden._unit_condition import is_constant
from skinterp.sampling import feature_scale
from skinterp.utils._which_rows import NEW

_MOST_INPUTS = 6  # that are written out


@dataclass(frozen=True, eq=False)
class LinearDescription:
    """Mean slopes of a unit, and the linear function of the inputs that describes it best.

    Parameters
    ----------
    feature_names : tuple of str
        Names of the inputs of the network.
    slopes : ndarray of shape (n_features,)
        Mean derivative of the unit by the inputs.
    coef : ndarray of shape (n_features,)
        Coefficients by least squares on the rows, in input units.
    intercept : float
        Their intercept.
    r2 : float
        How much of the unit's variance they explain on the rows; nan if it has none.
    spread : ColumnSpread or None, default=None
        The rows, against which the digits shown are chosen.
    """

    feature_names: tuple
    slopes: np.ndarray
    coef: np.ndarray
    intercept: float
    r2: float
    spread: ColumnSpread | None = None

    def __str__(self):
        n_inputs = np.count_nonzero(self.coef)
        if n_inputs > _MOST_INPUTS:
            return f"linear in {n_inputs} inputs: R2 {self.r2:.3f}, {NEW}"
        function = self.coef, self.intercept, self.feature_names
        text = affine_text(*function, digits=3, spread=self.spread)
        return f"linear: {text} (R2 {self.r2:.3f}, {NEW})"


def least_squares(X, values):
    """Return coefficients, intercept and R2 of least squares; without any for a constant unit."""
    scale = feature_scale(X)
    used = scale > 0
    coef = np.zeros(X.shape[1])
    if is_constant(values) or not used.any():
        return coef, float(values.mean()), np.nan
    mean = X.mean(axis=0)
    Z = (X - mean)[:, used] / scale[used]
    solution = np.linalg.lstsq(Z, values - values.mean(), rcond=None)[0]
    coef[used] = solution / scale[used]
    residual = values - values.mean() - Z @ solution
    return coef, float(values.mean() - mean @ coef), float(1.0 - residual.var() / values.var())
