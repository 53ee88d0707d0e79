"""How many digits the numbers of a formula need, so that what is printed answers as the formula.

A constant may be off as far as the values stay, relative to their spread over rows of data; then
all constants are rounded at once, and get further digits until the answers are the same.
"""

from typing import NamedTuple

import numpy as np

from skinterp.expression._evaluate import constant_changes
from skinterp.utils import MOST_DIGITS, PRECISION, digits_within, round_to_digits

_MOST_ROWS = 1000
_TOGETHER = 10.0  # times the error of one constant may come from all together
_FAR = 1e4  # a column this many spreads from 0 reads better as a distance from a round number


class Digits(NamedTuple):
    """Significant digits to show: as many as asked for, and as many as each number needs.

    Parameters
    ----------
    asked : int or None
        Digits at least; None is all.
    needs : dict of float to int
        Digits that numbers need, by their absolute values.
    """

    asked: int | None
    needs: dict

    def of(self, value):
        """Return the digits of a number.

        Parameters
        ----------
        value : float
            The number.

        Returns
        -------
        int or None
            The digits; None is all.
        """
        if self.asked is None:
            return None
        return max(self.asked, self.needs.get(abs(value), 0))


def as_digits(digits):
    """Return digits asked for as `Digits`."""
    return digits if isinstance(digits, Digits) else Digits(digits, {})


def spread(values):
    """Return the spread of values: of standard and median deviation the smaller one, not 0.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Finite numbers.

    Returns
    -------
    float
        The spread; the size of the values where they are constant.
    """
    if not len(values):
        return 1.0
    with np.errstate(over="ignore"):
        sizes = [1.5 * np.median(np.abs(values - np.median(values))), values.std()]
    known = [size for size in sizes if np.isfinite(size) and size > 0.0]
    return float(min(known, default=np.abs(values).max() or 1.0))


def _decisions(values, threshold):
    return np.zeros(len(values), dtype=bool) if threshold is None else values > threshold


def needed_digits(expression, X, threshold=None):
    """Return the digits that the constants of a formula, and its threshold, need.

    Parameters
    ----------
    expression : Expression
        The formula.
    X : ndarray of shape (n_samples, n_features)
        Rows that it was fitted on.
    threshold : float or None, default=None
        The threshold that decides.

    Returns
    -------
    dict of float to int
        Significant digits, by absolute value of the number.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.expression import needed_digits, parse
    >>> X = 1e6 + np.linspace(-1.0, 1.0, 100).reshape(-1, 1)
    >>> needed_digits(parse("0.123456789*(x0 - 1000000.123456)"), X)
    {0.123456789: 5, 1000000.123456: 11}
    """
    X = X[:: max(1, len(X) // _MOST_ROWS)]
    constants = expression.constants
    exact = expression.evaluate(X)
    known = np.isfinite(exact)
    tolerance = PRECISION * spread(exact[known])

    def error(values):
        """Return the root mean square change of the values."""
        with np.errstate(all="ignore"):
            squares = ((values[known] - exact[known]) / tolerance) ** 2
        return np.sqrt(squares.mean()) if len(squares) else 0.0

    changed, needs = constant_changes(expression, X), {}
    for k, constant in enumerate(constants):
        digits = _fewest(constant, lambda c, k=k: error(changed(k, c)))
        needs[abs(constant)] = max(digits, needs.get(abs(constant), 1))
    if threshold is not None:
        digits = digits_within(threshold, tolerance)
        needs[abs(threshold)] = max(digits, needs.get(abs(threshold), 1))
    decided = _decisions(exact[known], threshold)

    def is_enough(digits):
        numbers = [round_to_digits(c, digits[abs(c)]) for c in constants]
        values = expression.with_constants(numbers).evaluate(X)
        shown = threshold and round_to_digits(threshold, digits[abs(threshold)])
        is_alike = np.array_equal(_decisions(values[known], shown), decided)
        return is_alike and error(values) <= _TOGETHER

    return more_until(needs, is_enough)


def _fewest(constant, error):
    """Return the fewest digits of a constant that keep an error at most 1."""
    digits = range(1, MOST_DIGITS)
    return next((n for n in digits if error(round_to_digits(constant, n)) <= 1.0), MOST_DIGITS)


def more_until(needs, is_enough):
    """Give every number one more digit until this is enough, or all have all.

    Parameters
    ----------
    needs : dict of float to int
        Significant digits, by absolute value of the number.
    is_enough : callable
        Tells it, from such a dict.

    Returns
    -------
    dict of float to int
        The digits.
    """
    while not is_enough(needs) and min(needs.values(), default=MOST_DIGITS) < MOST_DIGITS:
        needs = {value: min(digits + 1, MOST_DIGITS) for value, digits in needs.items()}
    return needs


def affine_digits(slopes, constant, sizes, answers_spread):
    """Return the digits that the numbers of an affine function need.

    Parameters
    ----------
    slopes : ndarray of shape (d,)
        The slopes.
    constant : float
        The constant.
    sizes : ndarray of shape (d,)
        Root mean square of each input.
    answers_spread : float
        Spread of the values that the function is used for.

    Returns
    -------
    dict of float to int
        Significant digits, by absolute value of the number.
    """
    used = np.flatnonzero(slopes)
    answers_spread = answers_spread or abs(constant)
    tolerance, needs = PRECISION * answers_spread / np.sqrt(len(used) + 1.0), {}
    pairs = [*zip(slopes[used].tolist(), sizes[used].tolist()), (float(constant), 1.0)]
    for value, size in pairs:
        digits = digits_within(value, tolerance / size if size else np.inf)
        needs[abs(value)] = max(digits, needs.get(abs(value), 1))
    return needs


def round_centres(mean, scale):
    """Return a round number in the midst of each column that lies far from 0, else 0.

    Parameters
    ----------
    mean, scale : ndarray of shape (n_features,)
        Means and standard deviations of the columns.

    Returns
    -------
    ndarray of shape (n_features,)
        The numbers: of those within a standard deviation of the mean one of fewest digits.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.expression import round_centres
    >>> round_centres(np.array([0.5, 1701234567.0]), np.array([1.0, 40.0]))
    array([0.0000000e+00, 1.7012346e+09])
    """
    far = np.flatnonzero((scale > 0.0) & (np.abs(mean) > _FAR * scale))
    centres = np.zeros(len(mean))
    for j in far:
        centres[j] = round_to_digits(mean[j], digits_within(mean[j], scale[j]))
    return centres
