"""Links: monotone maps from the values of a formula to log-odds or predictions."""

import math
from dataclasses import dataclass

import numpy as np

_LARGEST = np.finfo(float).max


def check_finite(**parameters):
    for name, value in parameters.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number. Got {value!r} instead.")


def _check_knots(knots_x, knots_y):
    if len(knots_x) != len(knots_y) or not knots_x:
        raise ValueError(
            "knots_x and knots_y must have the same length, at least 1. "
            f"Got {len(knots_x)} and {len(knots_y)} instead."
        )
    for name, knots in (("knots_x", knots_x), ("knots_y", knots_y)):
        if not np.isfinite(knots).all():
            raise ValueError(f"{name} must be finite numbers. Got {knots} instead.")
    if not np.all(np.diff(knots_x) > 0):
        raise ValueError(f"knots_x must increase strictly. Got {knots_x} instead.")
    steps = np.diff(knots_y)
    if not (np.all(steps >= 0) or np.all(steps <= 0)):
        raise ValueError(f"knots_y must be monotone. Got {knots_y} instead.")


@dataclass(frozen=True)
class LogisticLink:
    """Log-odds that grow in proportion to the distance from the threshold.

    Parameters
    ----------
    threshold : float
        Value of the formula with log-odds 0.
    slope : float
        Log-odds per unit of the formula; negative if larger values mean the first class.

    Examples
    --------
    >>> LogisticLink(threshold=1.0, slope=2.0).log_odds([1.0, 2.5])
    array([0., 3.])
    """

    threshold: float
    slope: float

    def __post_init__(self):
        check_finite(threshold=self.threshold, slope=self.slope)

    def log_odds(self, values):
        """Compute log-odds of the second class.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Values of the formula.

        Returns
        -------
        ndarray of shape (n_samples,)
            The log-odds, nan for nan.
        """
        values = np.clip(np.asarray(values, dtype=float), -_LARGEST / 2, _LARGEST / 2)
        with np.errstate(over="ignore"):
            return self.slope * (values - self.threshold)


@dataclass(frozen=True)
class IsotonicLink:
    """Log-odds that are monotone and piecewise linear, and constant beyond the end knots.

    Parameters
    ----------
    knots_x : tuple of float
        Strictly increasing values of the formula.
    knots_y : tuple of float
        Monotone log-odds at the knots.

    Examples
    --------
    >>> IsotonicLink((0.0, 1.0), (-2.0, 2.0)).log_odds([-5.0, 0.75])
    array([-2.,  1.])
    """

    knots_x: tuple
    knots_y: tuple

    def __post_init__(self):
        for name in ("knots_x", "knots_y"):
            object.__setattr__(self, name, tuple(float(knot) for knot in getattr(self, name)))
        _check_knots(self.knots_x, self.knots_y)

    def log_odds(self, values):
        """Compute log-odds of the second class.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Values of the formula.

        Returns
        -------
        ndarray of shape (n_samples,)
            The log-odds, nan for nan.
        """
        return np.interp(values, self.knots_x, self.knots_y)


@dataclass(frozen=True)
class LinearLink:
    """Predictions that are a linear function of the formula, for regression.

    Parameters
    ----------
    slope : float
        Prediction per unit of the formula.
    intercept : float
        Prediction where the formula is 0.

    Examples
    --------
    >>> from skinterp.expression import Variable
    >>> print(LinearLink(slope=2.0, intercept=-1.0).apply(Variable(0) ** 2))
    2*x0**2 - 1
    """

    slope: float
    intercept: float

    def __post_init__(self):
        check_finite(slope=self.slope, intercept=self.intercept)

    def apply(self, expression):
        """Put the link into a formula.

        Parameters
        ----------
        expression : Expression
            The formula.

        Returns
        -------
        Expression
            The formula of the predictions.
        """
        return self.slope * expression + self.intercept
