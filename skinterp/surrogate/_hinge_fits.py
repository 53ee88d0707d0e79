"""From a network to the terms of a hinge surrogate, to their coefficients, and to formulas."""

from functools import reduce
from operator import add, mul

import numpy as np

from skinterp.base import finite
from skinterp.expression import Constant, Variable, apply, round_centres
from skinterp.matching._linear import fit_logistic, standardise
from skinterp.surrogate._hinge_search import Asked, Factor, forward, own_atoms, pruned, term_values
from skinterp.surrogate._knots import knots_of
from skinterp.surrogate._margins import MOST_NUMBERS, constant_logits
from skinterp.utils import digits_within, round_to_digits

N_KNOTS = 12
MOST_ROWS = 4000
_SLOPES = 0.1  # what all slopes count together, beside values
_FORWARD = 1.5  # terms of the forward selection, of those that may stay
_C = 1e3
_ROUND = 0.1  # how far from its mean an input's product may be centred, in deviations


def asked_slopes(network, margins, X, weight):
    """Return a network's values and slopes at points, in standardised inputs.

    Parameters
    ----------
    network : Network
        The network.
    margins : Margins
        Its values at points.
    X : ndarray of shape (n_samples, n_features)
        Rows of the data, which are standardised.
    weight : ndarray of shape (n_samples,)
        Their weights.

    Returns
    -------
    asked : Asked
        Values and slopes.
    knots : list of ndarray
        Knots of the standardised inputs.
    mean, scale : ndarray of shape (n_features,)
        What was subtracted, and divided by.
    """
    Z, mean, scale = standardise(X, weight)
    varies = scale > 0.0
    divisor = np.where(varies, scale, 1.0)
    knots = knots_of(Z, weight, N_KNOTS)
    moves = np.array([len(k) > 0 for k in knots]) & (network.moves != 0.0)
    knots = [k if can else k[:0] for k, can in zip(knots, moves, strict=True)]
    slopes = finite(_jacobian(network, margins.points) * np.where(moves, divisor, 0.0))
    if network.task == "multiclass":
        slopes = slopes - slopes.mean(axis=1, keepdims=True)
    values = margins.values - margins.near @ margins.values
    size = np.sum(margins.near[:, np.newaxis] * values**2)
    steep = np.einsum("i,iok->", margins.near, slopes**2)
    ratio = np.where(moves, _SLOPES * size / steep if steep > 1e-200 * size else 0.0, 0.0)
    points = np.where(varies, (margins.points - mean) / divisor, 0.0)
    return Asked(points, values, slopes, margins.near, ratio), knots, mean, scale


def _jacobian(network, points):
    """Return derivatives (n_points, n_outputs, n_features), those of numbers not missing only."""
    slopes = network.jacobian(points)
    if network.user_table is not None:
        slopes = slopes * network.moves_at(points)[:, np.newaxis, :]
    return slopes


def most_points(network, n_features):
    """Return at how many points the slopes of a network fit in memory."""
    return max(500, MOST_NUMBERS // (n_features * network.n_outputs))


def selected_terms(asked, knots, mean, scale, *, max_terms, max_degree, max_atoms):
    """Return the terms of a hinge surrogate, in raw units.

    Parameters
    ----------
    asked : Asked
        What to follow.
    knots : list of ndarray
        Knots of the standardised inputs.
    mean, scale : ndarray of shape (n_features,)
        What was subtracted from the inputs, and divided by.
    max_terms, max_degree : int
        How many terms there may be, and how many factors a term may have.
    max_atoms : int or None
        How much there may be to read.

    Returns
    -------
    tuple of tuple of Factor
        The terms, factors that are inputs before hinges.
    """
    n_terms = int(np.ceil(_FORWARD * max_terms))
    terms = forward(asked, knots, n_terms, max_degree)
    raw = [_in_raw_units(term, mean, scale) for term in terms]
    own, n_rows = list(map(own_atoms, raw)), len(np.unique(asked.Z, axis=0))
    bounds = {"max_terms": max_terms, "max_atoms": max_atoms}
    return tuple(raw[k] for k in pruned(asked, terms, own, n_rows, **bounds))


def _in_raw_units(term, mean, scale):
    """Return a term of inputs as they are, those of products about a round number."""
    factors, far = [], round_centres(mean, scale)
    for factor in term:
        j, knot = factor.feature, far[factor.feature]
        if factor.sign:
            knot = mean[j] + scale[j] * factor.knot
        elif len(term) > 1:
            knot = round_to_digits(mean[j], digits_within(mean[j], _ROUND * scale[j]))
            knot = 0.0 if abs(mean[j]) <= _ROUND * scale[j] else knot
        factors.append(Factor(j, factor.sign, float(knot)))
    return tuple(sorted(factors, key=lambda f: (f.sign != 0, f)))


def term_columns(terms, X):
    """Return the values of terms on rows."""
    if not terms:
        return np.zeros((len(X), 0))
    return np.column_stack([term_values(term, X)[0] for term in terms])


def fitted_coefficients(columns, margins, network):
    """Fit coefficients of terms: least squares of values, or a softmax to sharpened probabilities.

    Parameters
    ----------
    columns : ndarray of shape (n_points, n_terms)
        Values of the terms.
    margins : Margins
        What the network answers.
    network : Network
        The network.

    Returns
    -------
    coefficients : ndarray of shape (n_outputs, n_terms)
        The coefficients; of several classes those of the first are 0.
    intercepts : ndarray of shape (n_outputs,)
        The intercepts.
    """
    Z, mean, scale = standardise(columns, margins.weight)
    scale = np.where(scale > 0.0, scale, np.inf)
    if network.task == "regression" or not columns.shape[1]:
        root = np.sqrt(margins.weight)[:, np.newaxis]
        centre = margins.weight @ margins.values
        if network.task != "regression":
            centre = constant_logits(margins, network)
        solution = np.linalg.lstsq(Z * root, (margins.values - centre) * root, rcond=1e-10)[0]
        coefficients = solution.T / scale
        intercepts = centre - coefficients @ mean
    else:
        sharpened = network.probabilities(margins.values / margins.scale)
        solution, constants = fit_logistic(Z, sharpened, margins.weight, _C)
        coefficients = margins.scale * solution / scale
        intercepts = margins.scale * constants - coefficients @ mean
    if network.task == "multiclass":
        coefficients, intercepts = coefficients - coefficients[0], intercepts - intercepts[0]
    return coefficients, intercepts


def factor_expression(factor):
    """Return a factor as a formula."""
    x, knot = Variable(factor.feature), factor.knot
    if factor.sign < 0:
        return apply("max", 0.0, Constant(knot) - x)
    apart = x - knot if knot > 0.0 else (x + -knot if knot else x)
    return apply("max", 0.0, apart) if factor.sign else apart


def sum_expression(terms, coefficients, intercept):
    """Return a sum of terms as a formula.

    Parameters
    ----------
    terms : sequence of tuple of Factor
        The terms.
    coefficients : ndarray of shape (n_terms,)
        Their coefficients; those at 0 are left out.
    intercept : float
        The constant, left out at 0.

    Returns
    -------
    Expression
        The formula.
    """
    parts = [
        reduce(mul, map(factor_expression, term), Constant(float(c)))
        for term, c in zip(terms, coefficients, strict=True)
        if c
    ]
    if intercept or not parts:
        parts.append(Constant(float(intercept)))
    return reduce(add, parts)
