"""Penalised least squares of additive terms, their smoothness, and bounds on their course.

The coefficients minimise ``sum_i w_i |f(x_i) - sum_j B_j(x_i) b_j|^2 + sum_j l_j b_j' S_j b_j``.
The penalties l_j are those of restricted maximum likelihood, found by the iteration of S. N. Wood
and M. Fasiolo, "A generalized Fellner-Schall method for smoothing parameter optimization",
Biometrics 73, 2017.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import lsq_linear

_RIDGE = 1e-9  # relative to the mean size of a column; what copied inputs are told apart by
_LEAST, _LARGEST = 1e-9, 1e4
_N_ROUNDS = 40


class Sums(NamedTuple):
    """Weighted sums over the points, of centred columns.

    Parameters
    ----------
    gram : ndarray of shape (p, p)
        Products of columns.
    right : ndarray of shape (p, n_outputs)
        Products with the outputs.
    total : ndarray of shape (n_outputs,)
        Squares of the outputs.
    means : ndarray of shape (p,)
        Means of the columns.
    centre : ndarray of shape (n_outputs,)
        Means of the outputs.
    """

    gram: np.ndarray
    right: np.ndarray
    total: np.ndarray
    means: np.ndarray
    centre: np.ndarray


class Fitted(NamedTuple):
    """Coefficients, and what they rest on.

    Parameters
    ----------
    coefficients : ndarray of shape (p, n_outputs)
        The coefficients.
    penalties : ndarray of shape (n_terms,)
        What bends of each term cost.
    freedom : ndarray of shape (n_terms,)
        Effective degrees of freedom of each term.
    covariance : ndarray of shape (p, p)
        Of the coefficients, but for the variance of the residual.
    variance : ndarray of shape (n_outputs,)
        Of the residual, over the number of points.
    """

    coefficients: np.ndarray
    penalties: np.ndarray
    freedom: np.ndarray
    covariance: np.ndarray
    variance: np.ndarray


def weighted_sums(columns, weight, values):
    """Return sums over the points.

    Parameters
    ----------
    columns : ndarray of shape (n_points, p)
        The columns of all terms.
    weight : ndarray of shape (n_points,)
        Weights that add up to 1.
    values : ndarray of shape (n_points, n_outputs)
        What to follow.

    Returns
    -------
    Sums
        The sums.
    """
    means, centre = weight @ columns, weight @ values
    columns, apart = columns - means, values - centre
    weighted = columns.T * weight
    total = weight @ apart**2
    return Sums(weighted @ columns, weighted @ apart, total, means, centre)


def _places(penalties):
    ends = np.cumsum([0, *(len(S) for S in penalties)])
    return [slice(a, b) for a, b in pairwise(ends)]


def _penalised(sums, matrices, strengths):
    """Return the matrix of the normal equations."""
    V = sums.gram.copy()
    for place, S, strength in zip(_places(matrices), matrices, strengths, strict=True):
        V[place, place] += strength * S
    size = np.trace(sums.gram) / max(len(V), 1) or 1.0
    V[np.diag_indices_from(V)] += _RIDGE * size + 1e-13 * np.diag(V)
    return V


def solve(sums, matrices, strengths, n_points):
    """Solve the penalised least squares for given penalties.

    Parameters
    ----------
    sums : Sums
        Sums over the points.
    matrices : list of ndarray
        The penalty of each term.
    strengths : ndarray of shape (n_terms,)
        What the penalties are multiplied with.
    n_points : int
        Number of points.

    Returns
    -------
    Fitted
        The coefficients.
    """
    V = _penalised(sums, matrices, strengths)
    root = np.sqrt(np.diag(V))  # columns of one size
    scaled = V / root / root[:, np.newaxis]
    if len(V):  # SciPy 1.13 solves nothing empty
        scaled = cho_solve(cho_factor(scaled), np.eye(len(V)))
    inverse = scaled / root / root[:, np.newaxis]
    b = inverse @ sums.right
    per_column = np.einsum("ij,ji->i", inverse, sums.gram)
    freedom = np.array([per_column[place].sum() for place in _places(matrices)])
    loss = sums.total - 2.0 * np.sum(b * sums.right, axis=0) + np.sum(b * (sums.gram @ b), axis=0)
    left = max(n_points - 1.0 - freedom.sum(), 1.0)
    variance = np.maximum(loss, 1e-12 * sums.total) / left
    return Fitted(b, np.asarray(strengths), freedom, inverse, variance)


def smoothed(sums, matrices, n_points):
    """Choose the penalties by restricted maximum likelihood, and solve.

    Parameters
    ----------
    sums : Sums
        Sums over the points.
    matrices : list of ndarray
        The penalty of each term.
    n_points : int
        Number of points.

    Returns
    -------
    Fitted
        The coefficients.
    """
    places, diagonal = _places(matrices), np.diag(sums.gram)
    pairs = list(zip(places, matrices, strict=True))
    sizes = [diagonal[p].sum() / max(np.trace(S), 1e-300) for p, S in pairs]
    ranks = [np.linalg.matrix_rank(S, hermitian=True) for S in matrices]
    strengths = np.array([1e-3 * size if rank else 0.0 for size, rank in zip(sizes, ranks)])
    bounds = np.array(sizes) * _LEAST, np.array(sizes) * _LARGEST
    for _ in range(_N_ROUNDS):
        fitted, before = solve(sums, matrices, strengths, n_points), strengths.copy()
        variance = fitted.variance.sum()
        for k, (place, S) in enumerate(pairs):
            if not ranks[k]:
                continue
            b = fitted.coefficients[place]
            bend = np.sum(b * (S @ b))
            spare = ranks[k] - strengths[k] * np.sum(fitted.covariance[place, place] * S)
            ratio = variance * max(spare, 1e-12) / max(strengths[k] * bend, 1e-300)
            strengths[k] = np.clip(strengths[k] * ratio, bounds[0][k], bounds[1][k])
        moved = np.abs(np.log(np.where(before > 0, strengths / np.where(before, before, 1), 1)))
        if moved.max(initial=0.0) < 0.05:
            break
    return solve(sums, matrices, strengths, n_points)


def monotone(sums, matrices, fitted, signs):
    """Solve again with terms that only rise, or only fall.

    Parameters
    ----------
    sums : Sums
        Sums over the points.
    matrices : list of ndarray
        The penalty of each term.
    fitted : Fitted
        The solution without bounds.
    signs : sequence of int
        1 for terms that may only rise, -1 for those that may only fall, 0 for others.

    Returns
    -------
    Fitted
        The solution: coefficients of a spline that rise make a spline that rises.
    """
    if not any(signs):
        return fitted
    V = _penalised(sums, matrices, fitted.penalties)
    steps, least = np.eye(len(V)), np.full(len(V), -np.inf)
    for place, sign in zip(_places(matrices), signs, strict=True):
        n = place.stop - place.start
        if sign and n == 1:
            steps[place, place], least[place] = sign, 0.0
        elif sign:
            steps[place, place] = np.tril(np.ones((n, n))) * np.r_[1.0, np.full(n - 1, sign)]
            least[place.start + 1 : place.stop] = 0.0
    upper = np.linalg.cholesky(V).T
    solved = []
    for right in sums.right.T:
        target = np.linalg.solve(upper.T, right)
        found = lsq_linear(upper @ steps, target, (least, np.inf), method="bvls", tol=1e-12)
        solved.append(steps @ found.x)
    return fitted._replace(coefficients=np.stack(solved, axis=1))


def sizes_of(freedom):
    """Return how many numbers it takes to draw each term: its degrees of freedom, 1 at least."""
    return np.maximum(1, np.round(freedom)).astype(int)


def bounded(sums, matrices, fitted, n_points, most):
    """Make terms smoother until there is no more than a bound to read.

    Parameters
    ----------
    sums : Sums
        Sums over the points.
    matrices : list of ndarray
        The penalty of each term.
    fitted : Fitted
        The solution without bound.
    n_points : int
        Number of points.
    most : int
        Bound of the sum of `sizes_of` the terms.

    Returns
    -------
    Fitted
        The solution; its sizes exceed the bound only where there are more terms.
    """
    if sizes_of(fitted.freedom).sum() <= most:
        return fitted
    low, high, best = 0.0, 9.0, None
    for _ in range(12):
        middle = (low + high) / 2.0
        floors = np.array([S.any() for S in matrices]) * fitted.penalties.max()
        raised = np.maximum(fitted.penalties, floors * 1e-9) * 10.0**middle
        tried = solve(sums, matrices, raised, n_points)
        if sizes_of(tried.freedom).sum() <= most:
            high, best = middle, tried
        else:
            low, last = middle, tried
    return last if best is None else best
