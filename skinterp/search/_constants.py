"""Constants of a formula with their intervals and units."""

from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from skinterp.expression import constant_units, measure
from skinterp.expression._units import NUMBER
from skinterp.search._sums import free_constants
from skinterp.utils import TableResult, digits_within, number_text

CONFIDENCE = 0.9
# Constants whose estimates are correlated beyond this are said to move together.
CORRELATED = 0.9
# An interval this many times as long as its constant says that nothing fixes it.
NOT_FIXED = 1e6


@dataclass(frozen=True, repr=False)
class Constants(TableResult):
    """The constants of a formula with their intervals, from the likelihood of labels.

    Parameters
    ----------
    places : tuple of str
        What each constant belongs to: a term, or the threshold.
    values : ndarray of shape (k,)
        The constants as printed.
    estimates : ndarray of shape (k,)
        The most likely ones.
    low, high : ndarray of shape (k,)
        The ends of the intervals, of 90 % unless said otherwise.
    notes : tuple of str, default=()
        Constants that move together.
    units : tuple of str, default=()
        Their units; empty without units.
    source : {"labels", "network"}, default="labels"
        What the intervals come from: the likelihood of labels, or a bootstrap of the points at
        which the network was asked.

    Notes
    -----
    Intervals by labels are ``estimate +- 1.64 s`` with the curvature of the likelihood (the
    observed information). They hold if the form is right and the noise acts on a monotone
    function of it; a constant of a wrong form has no true value. Intervals by the network alone
    say how far its own boundary (or values) fix the constants: not how far the network is off.
    """

    places: tuple
    values: np.ndarray
    estimates: np.ndarray
    low: np.ndarray
    high: np.ndarray
    notes: tuple = ()
    units: tuple = ()
    source: str = "labels"

    _index = "constant of"

    def _columns(self):
        return {
            "constant of": list(self.places),
            "printed": self.values,
            "estimate": self.estimates,
            "low": self.low,
            "high": self.high,
            **({"unit": list(self.units)} if self.units else {}),
        }

    @property
    def are_told(self):
        """Whether every interval is shorter than ten times its constant."""
        return bool((self.high - self.low <= 10.0 * np.abs(self.estimates) + 1e-300).all())

    def texts(self):
        """Write each constant with its interval, in the digits that the interval supports.

        Returns
        -------
        list of (str, str, str, str)
            Place, value with its unit, and the ends of the interval; "not fixed" for an interval
            a million times as long as its constant.
        """
        units = self.units or ("",) * len(self.places)
        found = []
        for place, unit, *numbers in zip(self.places, units, self.values, self.low, self.high):
            step = (numbers[2] - numbers[1]) / 20.0
            value, low, high = (_within(number, step) for number in numbers)
            if abs(numbers[0]) * NOT_FIXED < numbers[2] - numbers[1] and numbers[0] != 0.0:
                value, low, high = number_text(numbers[0]), "not fixed", "not fixed"
            shown = value + unit[1:] if unit.startswith("1/") else f"{value} {unit}".strip()
            found.append((place, shown, low, high))
        return found

    def __str__(self):
        width = max(map(len, self.places), default=0)
        lines = [
            f"{place:>{width}}: {value} ({low} to {high})"
            for place, value, low, high in self.texts()
        ]
        return "\n".join([*lines, *self.notes])


def _within(number, step):
    """Write a number to a step of rounding."""
    if not (np.isfinite(step) and step > 0):
        return number_text(number)
    return number_text(number, max(2, digits_within(number, step)))


def places_of(writing, names, units=None, *, keep_unit=False):
    """Return what the parameters of a writing belong to, and their units.

    Parameters
    ----------
    writing : Writing
        The writing.
    names : tuple of str
        Names of the inputs.
    units : tuple of Unit or None, default=None
        Units of the inputs.
    keep_unit : bool, default=False
        Whether every coefficient is a parameter (regression), and the last an intercept.

    Returns
    -------
    places : list of str
        Terms, "threshold" or "intercept" last.
    units : tuple of str
        Units of the parameters; empty without units.
    """
    places, inner, parts = [], [], writing.parts
    for part in parts:
        free = free_constants(part)
        places += [f"in {part.format(names)}"] * sum(free)
        if units is not None:
            inner += [u for u, is_free in zip(constant_units(part, units), free) if is_free]
    outer = [part.format(names) for part in parts]
    outer.append("intercept" if keep_unit else "threshold")
    kept = [k for k in range(len(outer)) if keep_unit or k != writing.unit]
    places += [outer[k] for k in kept]
    if units is None:
        return places, ()
    own = [measure(part, units).unit for part in parts]
    # the unit of a regression's answers is not known: constants are per one of it
    base = NUMBER if keep_unit else own[min(writing.unit, len(parts) - 1)]
    coefficients = [base / unit for unit in own] + [base]
    return places, tuple(str(u) for u in (*inner, *(coefficients[k] for k in kept)))


def moving_together(places, covariance):
    """Say which constants are correlated.

    Parameters
    ----------
    places : sequence of str
        What they belong to.
    covariance : ndarray of shape (k, k)
        Their covariance.

    Returns
    -------
    list of str
        A sentence for each pair.
    """
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    safe = np.where(spread > 0, spread, 1.0)
    with np.errstate(all="ignore"):
        correlation = covariance / np.outer(safe, safe)
    return [
        f"the constants of {places[i]} and {places[j]} move together "
        f"(correlation {correlation[i, j]:.2f})"
        for i in range(len(places))
        for j in range(i)
        if abs(correlation[i, j]) > CORRELATED
    ]


def constants_of(found, names, units=None):
    """Return the constants of a refitted formula with their intervals.

    Parameters
    ----------
    found : Refit
        The formula.
    names : tuple of str
        Names of the inputs.
    units : tuple of Unit or None, default=None
        Units of the inputs.

    Returns
    -------
    Constants
        Inner constants and coefficients in the order of the formula, the threshold last.
    """
    shown = copy(found.writing)
    shown.parts = found.writing.parts_of(found.rounded)
    places, own = places_of(shown, names, units)
    spread = np.sqrt(np.maximum(np.diag(found.covariance), 0.0))
    reach = norm.ppf(0.5 + CONFIDENCE / 2.0) * spread
    notes = moving_together(places, found.covariance)
    low, high = found.parameters - reach, found.parameters + reach
    return Constants(tuple(places), found.rounded, found.parameters, low, high, tuple(notes), own)
