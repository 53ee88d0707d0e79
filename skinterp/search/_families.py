"""Families of functions of one quantity, and which of them a profile looks like."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from skinterp.expression import Constant, Operation, parse
from skinterp.expression._nodes import from_postfix
from skinterp.expression._sums import drop_neutral
from skinterp.search._formulas import SUMS, operators_of
from skinterp.utils import round_to_digits

N_GRID, N_ZOOMS, N_ENDS, N_REFINED, N_KEPT = 12, 2, 33, 10, 4
# Points of a profile are gathered in so many.
N_BINS = 100
MISFIT_FLOOR, COST_PRICE = 1e-3, 0.12
# Digits of a parameter may cost this much of the fit.
GIVEN_UP, SMALL = 1.1, 2e-4


@dataclass(frozen=True)
class Family:
    """Functions ``h(s; p)`` of a quantity s.

    Parameters
    ----------
    text : str
        The formula, s written x0 and the parameter x1; "pow" for a power.
    slope : callable
        ``slope(s, p) -> ndarray``: its derivative, NaN where the formula is undefined.
    grid : callable or None, default=None
        ``grid(s) -> ndarray``: parameters to try for values s; None for no parameter.
    """

    text: str
    slope: Callable
    grid: Callable | None = None


def _if_positive(z, values):
    return np.where(z > 0, values, np.nan)


def _shifts(s):
    """Return what may be added to s: it stays positive."""
    return np.ptp(s) * np.geomspace(0.02, 5.0, N_GRID) - s.min()


def _limits(s):
    """Return what s may be taken from: it stays positive."""
    return s.max() + np.ptp(s) * np.geomspace(0.02, 5.0, N_GRID)


def _centres(s):
    return np.linspace(s.min(), s.max(), N_GRID)


def _rates(s):
    rates = np.geomspace(0.3, 8.0, N_GRID // 2) / (s.std() or 1.0)
    return np.concatenate([-rates[::-1], rates])


def _frequencies(s):
    return np.geomspace(0.3, 6.0, N_GRID) / (s.std() or 1.0)


def _squared_rates(s):
    return np.geomspace(0.1, 10.0, N_GRID) / (np.mean(s**2) or 1.0)


def _halves(power):
    """Return grids of half-saturation constants of a Hill function."""

    def grid(s):
        size = np.abs(s)
        low, high = np.quantile(size[size > 0], [0.02, 0.98]) if (size > 0).any() else (1.0, 1.0)
        return np.geomspace(0.3 * low + 1e-300, 3.0 * high + 1e-300, N_GRID) ** power

    return grid


def _exponents(s):
    return np.array([-3.0, -2.5, -1.5, -0.75, -0.5, -0.25, 0.25, 0.33, 0.67, 0.75, 1.5, 2.5])


def _hill_slope(n):
    return lambda s, p: n * p * s ** (n - 1) / (p + s**n) ** 2


FAMILIES = (
    Family("x0", lambda s, p: np.ones_like(s + p)),
    Family("x0**2", lambda s, p: 2 * s),
    Family("x0**3", lambda s, p: 3 * s**2),
    Family("(x0**2)**2", lambda s, p: 4 * s**3),
    Family("(x0 - x1)**2", lambda s, p: 2 * (s - p), _centres),
    Family("log(x0)", lambda s, p: _if_positive(s, 1 / s)),
    Family("sqrt(x0)", lambda s, p: _if_positive(s, np.abs(s) ** -0.5)),
    Family("1/x0", lambda s, p: np.where(s != 0, -1 / s**2, np.nan)),
    Family("1/x0**2", lambda s, p: np.where(s != 0, -2 / s**3, np.nan)),
    Family("pow", lambda s, p: _if_positive(s, p * np.abs(s) ** (p - 1)), _exponents),
    Family("log(x0 + x1)", lambda s, p: _if_positive(s + p, 1 / (s + p)), _shifts),
    Family("log(x1 - x0)", lambda s, p: _if_positive(p - s, 1 / (s - p)), _limits),
    Family("sqrt(x0 + x1)", lambda s, p: _if_positive(s + p, np.abs(s + p) ** -0.5), _shifts),
    Family("1/(x0 + x1)", lambda s, p: _if_positive(s + p, -1 / (s + p) ** 2), _shifts),
    Family("1/(x1 - x0)", lambda s, p: _if_positive(p - s, 1 / (p - s) ** 2), _limits),
    Family("exp(x1*x0)", lambda s, p: np.exp(p * s), _rates),
    Family("exp(-x1*x0**2)", lambda s, p: s * np.exp(-p * s**2), _squared_rates),
    Family("sin(x1*x0)", lambda s, p: np.cos(p * s), _frequencies),
    Family("cos(x1*x0)", lambda s, p: np.sin(p * s), _frequencies),
    Family("x0/(x1 + x0)", lambda s, p: _if_positive(s + p, p / (p + s) ** 2), _halves(1)),
    Family("x0**2/(x1 + x0**2)", _hill_slope(2), _halves(2)),
    Family("x0**3/(x1 + x0**3)", lambda s, p: _if_positive(s, _hill_slope(3)(s, p)), _halves(3)),
    Family("(x0**2)**2/(x1 + (x0**2)**2)", _hill_slope(4), _halves(4)),
    Family("log(x0**2 + x1)", lambda s, p: s / (s**2 + p), _halves(2)),
    Family("sqrt(x0**2 + x1)", lambda s, p: s / np.sqrt(s**2 + p), _halves(2)),
)


@cache
def _tokens(text):
    return parse(text).postfix


def member(family, argument, parameter=None):
    """Return a function of a family, of a quantity.

    Parameters
    ----------
    family : Family
        The family.
    argument : Expression
        The quantity.
    parameter : float or None, default=None
        The parameter.

    Returns
    -------
    Expression
        The function.
    """
    if family.text == "pow":
        return Operation("pow", (argument, Constant(parameter)))
    tokens = []
    for token in _tokens(family.text):
        if isinstance(token, int) and token == 0:
            tokens.extend(argument.postfix)
        elif isinstance(token, int):
            tokens.append(float(parameter))
        else:
            tokens.append(token)
    return drop_neutral(from_postfix(tokens))


def _misfits(family, s, parameters, slope, weights, everywhere):
    """Return how badly slopes of a family fit a profile's, infinite where it is undefined.

    ``1 - (sum w d h')^2 / (sum w h'^2 sum w d^2)``: the amplitude drops out.
    """
    with np.errstate(all="ignore"):
        h = np.broadcast_to(family.slope(s[:, None], parameters), (len(s), len(parameters)))
        ends = np.broadcast_to(
            family.slope(everywhere[:, None], parameters), (len(everywhere), len(parameters))
        )
    defined = np.isfinite(ends).all(axis=0) & np.isfinite(h).all(axis=0)
    h = np.where(defined, h, 0.0)
    along = (weights * slope) @ h
    length = weights @ h**2 * (weights @ slope**2)
    good = defined & (length > 0)
    return np.where(good, 1.0 - along**2 / np.where(length > 0, length, 1.0), np.inf)


def _refined(family, grid, found, misfits):
    """Return the parameter that fits best, in few digits, and its misfit."""
    for _ in range(N_ZOOMS):
        k = int(np.argmin(found))
        low, high = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
        finer = np.linspace(low, high, N_GRID + 1)
        grid = np.unique(np.append(finer, grid[k]))
        found = misfits(family, grid)
    k = int(np.argmin(found))
    best, least = float(grid[k]), float(found[k])
    rounded = np.array([round_to_digits(best, digits) for digits in (1, 2, 3)])
    enough = misfits(family, rounded) <= GIVEN_UP * least + SMALL
    return (float(rounded[np.argmax(enough)]) if enough.any() else best), least


def _binned(s, slope, weights):
    """Return weighted means of a profile over as many points each, and the weights."""
    if len(s) <= N_BINS:
        return s, slope, weights
    order = np.argsort(s, kind="stable")
    starts = np.linspace(0, len(s), N_BINS + 1).astype(int)[:-1]
    weights = weights[order]
    totals = np.add.reduceat(weights, starts)
    kept = totals > 0
    means = [
        np.add.reduceat(weights * values[order], starts)[kept] / totals[kept]
        for values in (s, slope)
    ]
    return *means, totals[kept]


def identify(argument, s, slope, weights, everywhere, prices, n_kept=N_KEPT):
    """Return the functions that a profile looks like, the best first.

    Parameters
    ----------
    argument : Expression
        The quantity.
    s : ndarray of shape (n,)
        Its values at the points of the profile.
    slope : ndarray of shape (n,)
        Slope of the profile there.
    weights : ndarray of shape (n,)
        Trust in each point.
    everywhere : ndarray of shape (m,)
        All values at which a function must be defined.
    prices : dict of str to float
        Prices of the operators allowed.
    n_kept : int, default=4
        How many, at the most.

    Returns
    -------
    list of Expression
        The functions.
    """
    s, slope, weights = _binned(s, slope, weights)
    ends = np.quantile(everywhere, np.linspace(0, 1, N_ENDS))
    ends = np.append(ends, everywhere[np.argmin(np.abs(everywhere))])

    def misfits(family, parameters):
        return _misfits(family, s, parameters, slope, weights, ends)

    first = []
    for k, family in enumerate(FAMILIES):
        grid = np.zeros(1) if family.grid is None else np.sort(family.grid(everywhere))
        found = misfits(family, grid)
        if np.isfinite(found.min()):
            first.append((float(found.min()), k, grid, found))
    named = []
    for misfit, k, grid, found in sorted(first, key=lambda each: each[:2])[
        : max(N_REFINED, n_kept)
    ]:
        family, parameter = FAMILIES[k], None
        if family.grid is not None:
            parameter, misfit = _refined(family, grid, found, misfits)
        expression = member(family, argument, parameter)
        if operators_of(expression) <= {*prices, *SUMS}:
            cost = COST_PRICE * expression.cost(prices)
            named.append((np.log(misfit + MISFIT_FLOOR) + cost, k, expression))
    return [expression for _, _, expression in sorted(named, key=lambda e: e[:2])[:n_kept]]


def similar(component, part, X, everywhere, prices, n_kept=10):
    """Return functions of a quantity that are like a given one on some rows.

    Parameters
    ----------
    component : Expression
        The quantity.
    part : Expression
        The given function of it.
    X : ndarray of shape (n, p)
        Rows.
    everywhere : ndarray of shape (m, p)
        Rows on which a function must be defined.
    prices : dict of str to float
        Prices of the operators allowed.
    n_kept : int, default=10
        How many, at the most.

    Returns
    -------
    list of Expression
        The functions, the given one left out.
    """
    s, gradient = component.value_and_gradient(X)
    along = part.value_and_gradient(X)[1]
    length = np.einsum("ij,ij->i", gradient, gradient)
    slope = np.einsum("ij,ij->i", along, gradient) / np.where(length > 0, length, 1.0)
    ends, weights = component.evaluate(everywhere), np.full(len(s), 1.0 / len(s))
    if not (np.isfinite(slope).all() and np.isfinite(ends).all()) or np.ptp(ends) == 0.0:
        return []
    found = identify(component, s, slope, weights, ends, prices, n_kept)
    return [expression for expression in found if expression != part]
