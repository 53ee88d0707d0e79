"""A fitted sum of curves, levels and pairs: its parts, their shares and their formulas."""

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import add

import numpy as np
from scipy.interpolate import BSpline, PPoly

from skinterp.expression import Constant, Variable, apply
from skinterp.surrogate._additive_fits import (
    bounded,
    monotone,
    sizes_of,
    smoothed,
    solve,
    weighted_sums,
)
from skinterp.surrogate._additive_terms import DEGREE, Curve, Levels, Pair

_BAND = 2.0  # standard deviations of half a band
_UNEVEN = 100.0  # cubes of this many least distances of knots cancel to ten digits


@dataclass(frozen=True, eq=False)
class AdditiveModel:
    """A sum of terms.

    Parameters
    ----------
    terms : list of Curve, Levels and Pair
        The terms.
    coefficients : list of ndarray of shape (n_columns, n_outputs)
        Their coefficients.
    means : list of ndarray of shape (n_columns,)
        Means of their columns over the points, so that each part has the mean 0.
    intercept : ndarray of shape (n_outputs,)
        The mean of the sum.
    fitted : Fitted
        Smoothness and covariance.
    places : list of slice
        Where the columns of each term are.
    """

    terms: list
    coefficients: list
    means: list
    intercept: np.ndarray
    fitted: object
    places: list

    def part(self, k, rows):
        """Return the values of a term."""
        return (self.terms[k].columns(rows) - self.means[k]) @ self.coefficients[k]

    def values(self, rows):
        """Return the sum on rows."""
        parts = (self.part(k, rows) for k in range(len(self.terms)))
        return sum(parts, np.zeros((len(rows), len(self.intercept)))) + self.intercept

    def width(self, k, rows):
        """Return half the width of the band of a term."""
        columns, place = self.terms[k].columns(rows) - self.means[k], self.places[k]
        covariance = self.fitted.covariance[place, place]
        spread = np.einsum("ij,jk,ik->i", columns, covariance, columns)
        return _BAND * np.sqrt(np.maximum(spread, 0.0) * self.fitted.variance[:, np.newaxis])

    @property
    def sizes(self):
        """How many numbers it takes to draw each term."""
        return sizes_of(self.fitted.freedom)

    def expression(self, output):
        """Return the sum as a formula, of one output."""
        parts, constant = [], float(self.intercept[output])
        for term, b, means in zip(self.terms, self.coefficients, self.means, strict=True):
            formula, more = _formula(term, b[:, output])
            parts += formula
            constant += more - float(means @ b[:, output])
        return reduce(add, [*parts, Constant(constant)])


def fit_terms(terms, points, weight, values, *, smoothing, signs=None, most=None):
    """Fit a sum of terms.

    Parameters
    ----------
    terms : list of Curve, Levels and Pair
        The terms.
    points : ndarray of shape (n_points, n_features)
        Where to follow the values.
    weight : ndarray of shape (n_points,)
        Weights that add up to 1.
    values : ndarray of shape (n_points, n_outputs)
        The values.
    smoothing : float or "reml"
        What bends cost.
    signs : sequence of int or None, default=None
        For each term whether it may only rise (1) or fall (-1).
    most : int or None, default=None
        How much there may be to read.

    Returns
    -------
    AdditiveModel
        The sum.
    """
    blocks = [term.columns(points) for term in terms]
    columns = np.hstack(blocks) if blocks else np.zeros((len(points), 0))
    sums, matrices = weighted_sums(columns, weight, values), [term.penalty for term in terms]
    n_points = len(np.unique(points, axis=0))
    if smoothing == "reml":
        fitted = smoothed(sums, matrices, n_points)
    else:
        fitted = solve(sums, matrices, np.full(len(terms), float(smoothing)), n_points)
    if most is not None:
        fitted = bounded(sums, matrices, fitted, n_points, most)
    fitted = monotone(sums, matrices, fitted, signs or [0] * len(terms))
    ends = np.cumsum([0, *(block.shape[1] for block in blocks)]).tolist()  # skops saves no others
    places = [slice(a, b) for a, b in pairwise(ends)]
    return AdditiveModel(
        list(terms),
        [fitted.coefficients[place] for place in places],
        [sums.means[place] for place in places],
        sums.centre,
        fitted,
        places,
    )


def _within(variable, low, high):
    """Return how far an input is above a number, not more than up to the end of its range.

    Both ends are exact however far the input is, as a difference of two hinges would not be.
    """
    return apply("max", 0.0, (high - low) - apply("max", 0.0, high - variable))


def _curve_parts(curve):
    """Return functions of an input whose sums are its splines, and how these are made of them.

    Returns
    -------
    functions : list of Expression
        A line, a square and a cube, and a cube from each inner knot on; of knots so unevenly
        spaced that these would cancel, a line, a square and a cube between two knots.
    matrix : ndarray of shape (n_columns, 1 + n_functions)
        Each spline as a constant and these.
    """
    x, scale = Variable(curve.feature), curve.scale
    if curve.is_line:
        return [_within(x, curve.low, curve.high)], np.array([[0.0, 1.0 / scale]])
    knots = np.unique(curve.knots)
    starts, pieces = curve.low + scale * knots[:-1], _pieces(curve, len(knots) - 1)
    if knots[-1] > _UNEVEN * np.diff(knots).min():
        ends = [*starts[1:], curve.high]
        bases = [_within(x, start, end) for start, end in zip(starts, ends, strict=True)]
        functions = [power for base in bases for power in (base, base**2, base**3)]
        matrix = np.hstack([pieces[:, 3, :1], *np.moveaxis(pieces[:, 2::-1], 2, 0)])
        return functions, matrix / scale ** np.r_[0, np.tile([1, 2, 3], len(bases))]
    base = _within(x, curve.low, curve.high)
    functions = [base, base**2, base**3]
    functions += [_within(x, start, curve.high) ** 3 for start in starts[1:]]
    matrix = np.hstack([pieces[:, ::-1, 0], np.diff(pieces[:, 0])])
    return functions, matrix / scale ** np.r_[0, 1, 2, [3] * len(starts)]


def _pieces(curve, n_pieces):
    """Return the coefficients of each spline, from the cube down, between each two knots."""
    n_columns = len(curve.knots) - DEGREE - 1
    splines = [
        PPoly.from_spline(BSpline(curve.knots, column, DEGREE)) for column in np.eye(n_columns)
    ]
    first = np.searchsorted(splines[0].x, 0.0, side="right") - 1
    return np.stack([spline.c[:, first : first + n_pieces] for spline in splines])


def _basis_parts(base):
    if isinstance(base, Levels):
        n = len(base.features)
        return [Variable(j) for j in base.features], np.hstack([np.zeros((n, 1)), np.eye(n)])
    return _curve_parts(base)


def _formula(term, b):
    """Return the summands of a term as formulas, and its constant."""
    if not isinstance(term, Pair):
        functions, matrix = _basis_parts(term)
        numbers = b @ matrix
        return _scaled(numbers[1:], functions), float(numbers[0])
    one, first = _basis_parts(term.first)
    other, second = _basis_parts(term.second)
    table = first.T @ b.reshape(len(first), len(second)) @ second
    off = term.taken_off @ b
    left, right = off[1 : 1 + len(first)] @ first, off[1 + len(first) :] @ second
    table[:, 0] -= left
    table[0] -= right
    table[0, 0] -= off[0]
    parts = _scaled(table[1:, 0], one) + _scaled(table[0, 1:], other)
    for row, function in zip(table[1:, 1:], one, strict=True):
        inner = _scaled(row, other)
        parts += [function * reduce(add, inner)] if inner else []
    return parts, float(table[0, 0])


def _scaled(numbers, functions):
    return [float(c) * f for c, f in zip(numbers, functions, strict=True) if c]


def variances(model, rows, weight):
    """Return the variance of each term over weighted rows, all outputs together."""
    share = weight / weight.sum()
    parts = [model.part(k, rows) for k in range(len(model.terms))]
    return np.array([np.sum(share @ (p - share @ p) ** 2) for p in parts])


def is_curve(term):
    """Tell whether a term is a curve of a number."""
    return isinstance(term, Curve)
