"""What equations say of themselves: text, shares of the inputs, the fronts they come from."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.display import ParetoFrontDisplay
from skinterp.sampling import feature_scale
from skinterp.utils import as_shares


def equation_shares(equations, X):
    """Return the importances of the inputs of equations, as shares.

    Parameters
    ----------
    equations : sequence of Equation
        The equations.
    X : ndarray of shape (n_samples, n_features)
        Rows; those where an equation is undefined are left out.

    Returns
    -------
    ndarray of shape (n_features,)
        Root mean square derivatives times standard deviations of the inputs, as shares; of several
        equations their mean.
    """
    scale, parts = feature_scale(X), []
    for equation in equations:
        slopes = equation.expression.value_and_gradient(X)[1]
        known = np.isfinite(slopes).all(axis=1)
        parts.append(as_shares(np.sqrt((slopes[known] ** 2).mean(axis=0)) * scale))
    return as_shares(np.mean(parts, axis=0))


class EquationsMixin:
    """Text, shares and displays of surrogates with `equations_` and `fronts_`."""

    def export_text(self):
        """Write the equations in the user's names and units.

        Returns
        -------
        str
            The formula; of a classifier the class and the condition for it, a line per class where
            there are more than two.
        """
        check_is_fitted(self)
        equations = self.equations_
        if not equations[0].is_classifier:
            return str(equations[0])
        if len(equations) == 1:
            return f"{equations[0].classes[1]} if {equations[0]}"
        lines = [f"{equation.classes[1]}: {equation}" for equation in equations]
        return "\n".join([*lines, "(the class with the largest calibrated log-odds wins)"])

    def input_shares(self, X):
        """Return the importances of the inputs, as shares.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_features,)
            Root mean square derivatives times standard deviations of the inputs, as shares; of
            several equations their mean.
        """
        return equation_shares(self.equations_, self._rows(X))

    def displays(self):
        """Return the displays of the fronts the equations were chosen from.

        Returns
        -------
        tuple of ParetoFrontDisplay
            One per equation, not drawn yet.
        """
        return tuple(ParetoFrontDisplay.from_front(front) for front in self.fronts_)
