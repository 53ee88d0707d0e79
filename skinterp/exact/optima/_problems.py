"""Two problems for branch and bound: the least largest output, and the nearest point."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from skinterp.exact.optima._mixed_integer import MixedInteger
from skinterp.exact.pieces._affine_maps import output_maps
from skinterp.exact.pieces._boxes import BoxCoordinates
from skinterp.exact.pieces._piecewise import PiecewiseLinear
from skinterp.exact.pieces._search import search_box

ORDERS = {"l1": 1, "l2": 2, "linf": np.inf}
_DUALS = {"l1": np.inf, "l2": 2, "linf": 1}
_FEW_UNITS = 6  # that may change sign in a box, with which it is one program
_FEW_REGIONS = 8, 12  # the same, where all its regions are looked at, of few and many inputs
_FEW_INPUTS = 8  # with more, splitting inputs does not help programs
_INSIDE = 1e-9, 1e-7, 1e-6  # by how much outputs are to be negative, if 0 is not enough
_BISECTIONS = 30
_EMPTY = 1e-9  # residual of least squares below which no point satisfies constraints


def is_one_program(pieces, n_unstable):
    """Return whether a box is best solved as one mixed-integer program.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    n_unstable : int
        Number of units that may change sign in the box.

    Returns
    -------
    bool
        Whether it is.
    """
    return n_unstable <= _FEW_UNITS or len(pieces.weights[0]) > _FEW_INPUTS


class LeastLargest(NamedTuple):
    """Minimise the largest output of a network.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network, as a function of coordinates of the box.
    """

    pieces: PiecewiseLinear

    def is_small(self, n_unstable):
        """Return whether a box in which so many units may change sign is one program."""
        return is_one_program(self.pieces, n_unstable)

    def value(self, points):
        """Return the largest output at points."""
        return self.pieces.values(points).max(axis=1)

    def look(self, relaxation, lower, upper):
        """Return bounds of boxes, and the values of a point of each."""
        least = relaxation.least(lower, upper)
        worst = least.argmax(axis=1)
        slopes = relaxation.slopes[np.arange(len(lower)), worst]
        points = np.where(slopes > 0, lower, upper)
        return least.max(axis=1), self.value(points), points

    def finish(self, lower, upper, lows, highs, seconds):
        """Return the bound, value and point of one box, by a mixed-integer program."""
        program = MixedInteger.of_box(self.pieces, lower, upper, lows, highs)
        d, K = len(lower), len(program.offsets)
        rows = np.column_stack([program.outputs.T, -np.ones(K)])
        free = np.array([np.inf])
        program = program.with_variables(rows, -program.offsets, -free, free)
        cost = np.append(np.zeros(len(program.lower) - 1), 1.0)
        bound, point = program.minimise(cost, d, seconds)
        if point is None:
            return bound, np.inf, None
        point = np.clip(point, lower, upper)
        return bound, self.value(point[np.newaxis])[0], point


class Nearest(NamedTuple):
    """Find the nearest point at which no output of a network is positive.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network, as a function of coordinates of the box.
    start : ndarray of shape (d,)
        Where distances are measured from.
    size : ndarray of shape (d,)
        Length of a unit step along each coordinate.
    norm : {"l1", "l2", "linf"}
        The distance.
    accepts : callable
        Tells of points (n, d) whether they are reached indeed.
    """

    pieces: PiecewiseLinear
    start: np.ndarray
    size: np.ndarray
    norm: str
    accepts: object

    def is_small(self, n_unstable):
        """Return whether a box in which so many units may change sign is to be finished."""
        if self.norm == "l2":
            return n_unstable <= _FEW_REGIONS[len(self.start) > _FEW_INPUTS]
        return is_one_program(self.pieces, n_unstable)

    def distance(self, points):
        """Return the distances of points."""
        return np.linalg.norm((points - self.start) * self.size, ORDERS[self.norm], axis=-1)

    def value(self, points):
        """Return the distances of points, infinite where they are not accepted."""
        return np.where(self.accepts(points), self.distance(points), np.inf)

    def look(self, relaxation, lower, upper):
        """Return bounds of boxes, and the distances of a point of each."""
        least = relaxation.least(lower, upper)
        worst = least.argmax(axis=1)
        rows = np.arange(len(lower))
        bounds = self.distance(np.clip(self.start, lower, upper))
        steps = relaxation.slopes / self.size
        heights = relaxation.offsets + relaxation.slopes @ self.start
        slopes = np.linalg.norm(steps, _DUALS[self.norm], axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(heights > 0, heights / slopes, 0.0).max(axis=1)
        bounds = np.where(least.max(axis=1) > 0, np.inf, np.maximum(bounds, reach))
        corners = np.where(relaxation.slopes[rows, worst] > 0, lower, upper)
        points = self._pulled(corners)
        return bounds, self.value(points), points

    def _pulled(self, points):
        """Return points pulled towards the start, as far as they stay accepted."""
        reached = self.accepts(points)
        steps = points[reached] - self.start
        near, far = np.zeros((len(steps), 1)), np.ones((len(steps), 1))
        for _ in range(_BISECTIONS if len(steps) else 0):
            middle = 0.5 * (near + far)
            accepted = self.accepts(self.start + middle * steps)[:, np.newaxis]
            near, far = np.where(accepted, near, middle), np.where(accepted, middle, far)
        points = points.copy()
        points[reached] = self.start + far * steps
        return points

    def finish(self, lower, upper, lows, highs, seconds):
        """Return the bound, distance and point of one box."""
        if self.norm == "l2":
            least = self._by_regions(lower, upper, seconds)
        else:
            least = self._by_programs(lower, upper, lows, highs, seconds)
        bound, point = least(0.0)
        for inside in _INSIDE:
            if point is None or np.isfinite(self.value(point[np.newaxis])[0]):
                break
            _, point = least(inside)
        value = np.inf if point is None else self.value(point[np.newaxis])[0]
        return bound, value, point

    def _by_programs(self, lower, upper, lows, highs, seconds):
        """Return what finds the nearest point of a box by a mixed-integer program."""
        d = len(lower)
        network = MixedInteger.of_box(self.pieces, lower, upper, lows, highs)

        def least(inside):
            none = np.empty(0)
            right = -network.offsets - inside * (1.0 + np.abs(network.offsets))
            program = network.with_variables(network.outputs.T, right, none, none)
            program, cost = self._with_distance(program, d)
            bound, point = program.minimise(cost, d, seconds)
            return bound, None if point is None else np.clip(point, lower, upper)

        return least

    def _by_regions(self, lower, upper, seconds):
        """Return what finds the nearest point of a box, region by region."""
        middle, half = 0.5 * (lower + upper), 0.5 * (upper - lower)
        part = self.pieces.on_plane(middle, np.diag(half))
        box = BoxCoordinates(
            np.zeros(len(half)), np.ones(len(half)), np.tile([-1.0, 1.0], (len(half), 1))
        )
        found = search_box(part, box, time_budget=seconds)
        coef, intercept = output_maps(part, found.patterns)
        borders = [part.borders(pattern)[:2] for pattern in found.patterns]
        start, size = (self.start - middle) / half, half * self.size

        def least(inside):
            nearest, point = np.inf, None
            for (A, b), slopes, offsets in zip(borders, coef, intercept):
                right = -offsets - inside * (1.0 + np.abs(offsets))
                A, b = (
                    np.vstack([A, slopes, np.eye(len(half)), -np.eye(len(half))]),
                    np.concatenate([b, right]),
                )
                u = nearest_in(A, np.append(b, np.ones(2 * len(half))), start, size)
                distance = np.inf if u is None else np.linalg.norm((u - start) * size)
                if distance < nearest:
                    nearest, point = distance, np.clip(middle + half * u, lower, upper)
            return (-np.inf if found.stopped else nearest), point

        return least

    def _with_distance(self, program, d):
        """Return the program with the distance as the sum of its last variables, and its cost."""
        n, n_new = len(program.lower), d if self.norm == "l1" else 1
        rows = np.zeros((2 * d, n + n_new))
        index, columns = (
            np.arange(d),
            n + (np.arange(d) if self.norm == "l1" else np.zeros(d, int)),
        )
        rows[index, index], rows[d + index, index] = self.size, -self.size
        rows[index, columns] = rows[d + index, columns] = -1.0
        right = np.concatenate([self.size * self.start, -self.size * self.start])
        bounds = np.zeros(n_new), np.full(n_new, np.inf)
        cost = np.append(np.zeros(n), np.ones(n_new))
        return program.with_variables(rows, right, *bounds), cost


def nearest_in(A, b, start, size):
    """Return the point of ``A x <= b`` that is nearest to another one, by least squares.

    Parameters
    ----------
    A : ndarray of shape (n_constraints, d)
        Slopes.
    b : ndarray of shape (n_constraints,)
        Right sides.
    start : ndarray of shape (d,)
        The other point.
    size : ndarray of shape (d,)
        Length of a unit step along each coordinate.

    Returns
    -------
    ndarray of shape (d,) or None
        The point; None if nothing satisfies the constraints.

    References
    ----------
    C. L. Lawson and R. J. Hanson, "Solving least squares problems", 1974, chapter 23: least
    distance programming.
    """
    G, h = -A / size, A @ start - b  # G y >= h of the steps y
    norms = np.linalg.norm(G, axis=1)
    used = norms > 0
    if (h[~used] > 0).any():
        return None
    G, h = G[used] / norms[used, np.newaxis], h[used] / norms[used]
    E, f = np.vstack([G.T, h]), np.append(np.zeros(len(start)), 1.0)
    residual = E @ nnls(E, f)[0] - f
    if np.linalg.norm(residual) < _EMPTY:
        return None
    return start - residual[:-1] / residual[-1] / size
