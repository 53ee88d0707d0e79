"""Linear functions as they are printed: round distances, and the digits that answers need."""

from typing import NamedTuple

import numpy as np

from skinterp.expression import more_until, spread
from skinterp.utils import round_to_digits


class ShownFunction(NamedTuple):
    """A linear function as it is printed.

    Parameters
    ----------
    centres : ndarray of shape (n_features,)
        What is subtracted from the inputs: round numbers where these lie far from 0.
    constant : float
        The value there.
    needs : dict of float to int
        Digits that the numbers need, by their absolute values.
    """

    centres: np.ndarray
    constant: float
    needs: dict


def shown_functions(coefficients, intercepts, X, column_spread, decide):
    """Return linear functions as they are printed, in digits that keep what rows are answered.

    Parameters
    ----------
    coefficients : ndarray of shape (n_functions, n_features)
        Coefficients.
    intercepts : ndarray of shape (n_functions,)
        Intercepts.
    X : ndarray of shape (n_samples, n_features)
        Rows of the fit.
    column_spread : ColumnSpread
        Where the columns lie.
    decide : callable
        ``decide(values)`` says what the values, of shape (n_samples, n_functions), decide.

    Returns
    -------
    list of ShownFunction
        One for each.
    """
    exact = X @ coefficients.T + intercepts
    varies = [spread(values) for values in exact.T]
    functions = zip(coefficients, intercepts, varies, strict=True)
    shown = [ShownFunction(*column_spread.centred(*function)) for function in functions]
    distances, decided = X - shown[0].centres, decide(exact)

    def is_enough(needs):
        values = [
            distances @ _rounded(slopes, needs) + _rounded([constant], needs)
            for slopes, (_, constant, _) in zip(coefficients, shown, strict=True)
        ]
        return np.array_equal(decide(np.stack(values, axis=1)), decided)

    together = {}
    for size, digits in (pair for one in shown for pair in one.needs.items()):
        together[size] = max(digits, together.get(size, 1))
    needs = more_until(together, is_enough)
    return [one._replace(needs=needs) for one in shown]


def _rounded(values, needs):
    return np.array([round_to_digits(value, needs.get(abs(value), 1)) for value in values])
