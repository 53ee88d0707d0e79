"""Two problems for branch and bound: the least largest output, and the nearest point."""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from skinterp.exact.optima._mixed_integer import MixedInteger
from skinterp.exact.pieces._affine_maps import output_maps
from skinterp.exact.pieces._boxes import BoxCoordinates
from skinterp.exact.pieces._piecewise import PiecewiseLinear
from skinterp.exact.pieces._programs import box_constraints
from skinterp.exact.pieces._search import search_box

ORDERS = {"l1": 1, "l2": 2, "linf": np.inf}
_FEW_UNITS = 6  # that may change sign in a box, with which it is one program
_FEW_ALTOGETHER = 24  # units of a network that is one program in any box
_FEW_FOR_REGIONS = 16  # units of a network, all of whose regions are looked at in any box
_FEW_REGIONS = 5, 12  # the same, where all its regions are looked at, of few and many inputs
_FEW_INPUTS = 8  # with more, splitting inputs does not help programs
_INSIDE = 1e-9, 1e-7, 1e-6  # by how much outputs are to be negative, if 0 is not enough
_TIED = 1e-6  # relative distance from a bound beyond which its point is a tie
_BISECTIONS = 30
_CLEARLY = 1e-8
_STRICTLY = 5e-10  # less than points are accepted with, more than exact ties
_DOUBLINGS, _DUAL_STEPS = 12, 25  # of multipliers
_THINNEST = 1e-12  # half width of a box
_ROUNDING = 1e-9  # of distances, by which boxes stay wider
_VIOLATED = 1e-6  # distance beyond a constraint, at which nothing satisfies all
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
    is_whole = len(pieces.weights[0]) > _FEW_INPUTS or pieces.n_units <= _FEW_ALTOGETHER
    return n_unstable <= _FEW_UNITS or is_whole


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

    def within(self, lower, upper, value):
        """Return the boxes."""
        return lower, upper

    def cut(self, relaxation, lower, upper, value):
        """Return the boxes without most of where an output is above a value."""
        return (lower, upper) if np.isinf(value) else relaxation.cut(lower, upper, value)

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
            few = _FEW_REGIONS[len(self.start) > _FEW_INPUTS]
            return n_unstable <= few or self.pieces.n_units <= _FEW_FOR_REGIONS
        return is_one_program(self.pieces, n_unstable)

    def distance(self, points):
        """Return the distances of points."""
        return np.linalg.norm((points - self.start) * self.size, ORDERS[self.norm], axis=-1)

    def value(self, points):
        """Return the distances of points, infinite where they are not accepted."""
        return np.where(self.accepts(points), self.distance(points), np.inf)

    def within(self, lower, upper, value):
        """Return the boxes without most of what is farther than a distance."""
        if np.isinf(value):
            return lower, upper
        gaps = np.abs(np.clip(self.start, lower, upper) - self.start) * self.size
        reach = np.full_like(gaps, value)
        if self.norm != "linf":
            order = ORDERS[self.norm]
            powers = gaps**order
            spare = value**order - powers.sum(axis=1, keepdims=True)
            reach = np.maximum(spare + powers, 0.0) ** (1 / order)
        reach = (reach + _ROUNDING * (1.0 + value)) / self.size
        return np.maximum(lower, self.start - reach), np.minimum(upper, self.start + reach)

    def cut(self, relaxation, lower, upper, value):
        """Return the boxes without most of where an output is positive."""
        return relaxation.cut(lower, upper, 0.0)

    def look(self, relaxation, lower, upper):
        """Return bounds of boxes, and the distances of a point of each."""
        slopes, offsets = relaxation.slopes, relaxation.offsets
        least = relaxation.least(lower, upper)
        worst = least.argmax(axis=1)
        bounds = self._reach(slopes, offsets, lower, upper)
        bounds = np.where(least.max(axis=1) > 0, np.inf, bounds)
        steepest = slopes[np.arange(len(lower)), worst]
        points = self._pulled(np.where(steepest > 0, lower, upper))
        return bounds, self.value(points), points

    def _reach(self, slopes, offsets, lower, upper):
        """Return lower bounds of the distance to where linear functions are not positive in boxes.

        By Lagrange's dual of the least squared or summed step, or of the largest: valid for every
        multiplier, and close for the best of them.
        """
        lower, upper = lower[:, np.newaxis], upper[:, np.newaxis]
        bound = self.distance(np.clip(self.start, lower, upper))
        return LEAST_STEPS[self.norm](self, slopes, offsets, lower, upper, bound).max(axis=1)

    def _is_inside(self, points):
        """Return whether all outputs are clearly negative: faster than `accepts`."""
        values = self.pieces.values(points)
        return (values < -_CLEARLY * (1.0 + np.abs(self.pieces.biases[-1]))).all(axis=1)

    def _pulled(self, points):
        """Return points pulled towards the start, as far as they stay inside."""
        inside = self._is_inside(points)
        steps = points[inside] - self.start
        near, far = np.zeros((len(steps), 1)), np.ones((len(steps), 1))
        for _ in range(_BISECTIONS if len(steps) else 0):
            middle = 0.5 * (near + far)
            found = self._is_inside(self.start + middle * steps)[:, np.newaxis]
            near, far = np.where(found, near, middle), np.where(found, middle, far)
        points = points.copy()
        points[inside] = self.start + far * steps
        return points

    def finish(self, lower, upper, lows, highs, seconds):
        """Return the bound, distance and point of one box, in coordinates where it is a cube."""
        middle, half = 0.5 * (lower + upper), np.maximum(0.5 * (upper - lower), _THINNEST)
        pieces = self.pieces.on_plane(middle, np.diag(half))
        start, size = (self.start - middle) / half, half * self.size
        part = self._replace(pieces=pieces, start=start, size=size)
        least = (
            part._by_regions(seconds)
            if self.norm == "l2"
            else part._by_programs(lows, highs, seconds)
        )
        found: list = []
        for inside in (0.0, *_INSIDE):
            found.append(least(inside))
            bound, u = found[-1]
            if u is None:
                return bound, np.inf, None
            point = self._beyond(np.clip(middle + half * u, lower, upper), lower, upper)
            value = self.value(point[np.newaxis])[0]
            if np.isfinite(value):
                break
        # where outputs are 0 on a region, as near as a closed program comes, the bound is that of
        # points as far inside as were tried: the tolerance of the solver
        is_tie = value - found[0][0] > _TIED * max(1.0, value)
        return max(found[0][0], bound) if is_tie else found[0][0], value, point

    def _beyond(self, point, lower, upper):
        """Return a point on the boundary, or one just behind it, away from the start."""
        steps = np.outer([1.0, *(1.0 + inside for inside in _INSIDE)], point - self.start)
        points = np.clip(self.start + steps, lower, upper)
        return points[int(np.isfinite(self.value(points)).argmax())]

    def _by_programs(self, lows, highs, seconds):
        """Return what finds the nearest point of the cube by a mixed-integer program."""
        d, none = len(self.start), np.empty(0)
        side = np.ones(d)
        network = MixedInteger.of_box(self.pieces, -side, side, lows, highs)
        size = 1.0 + np.abs(network.offsets)

        @cache
        def is_tied():
            """Return whether all outputs are nowhere clearly negative, only 0 at the least.

            Programs that want less than that have no points by a hair, where HiGHS 1.12 may end
            the process.
            """
            deepest = LeastLargest(self.pieces).finish(-side, side, lows, highs, seconds)[0]
            return deepest > -_INSIDE[-1] * size.max()

        def least(inside):
            if inside and is_tied():
                return np.inf, None
            right = -network.offsets - inside * size
            program = network.with_variables(network.outputs.T, right, none, none)
            program, cost = self._with_distance(program, d)
            if inside and program.n_units <= _FEW_UNITS:
                return program.minimise_by_switches(cost, d)
            return program.minimise(cost, d, seconds)

        return least

    def _by_regions(self, seconds):
        """Return what finds the nearest point of the cube, region by region."""
        d = len(self.start)
        side, sides = np.ones(d), np.tile([-1.0, 1.0], (d, 1))
        cube = BoxCoordinates(np.zeros(d), side, sides)
        found = search_box(self.pieces, cube, time_budget=seconds)
        coef, intercept = output_maps(self.pieces, found.patterns)
        box_A, box_b = box_constraints(sides)
        borders = [self.pieces.borders(pattern)[:2] for pattern in found.patterns]
        constraints = [
            (np.vstack([box_A, A, slopes]), np.concatenate([box_b, b]), offsets)
            for (A, b), slopes, offsets in zip(borders, coef, intercept)
        ]

        def least(inside):
            nearest, point = np.inf, None
            for A, b, offsets in constraints:
                beyond = _STRICTLY + inside * (1.0 + np.abs(offsets))
                right = np.concatenate([b, -offsets - beyond])
                u = nearest_in(A, right, self.start, self.size)
                distance = np.inf if u is None else self.distance(u)
                if distance < nearest:
                    nearest, point = distance, u
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


def _least_sum(problem, slopes, offsets, lower, upper, bound):
    """Return bounds of summed steps: the cheapest inputs move first, as far as the box goes."""
    point = np.clip(problem.start, lower, upper)
    height = offsets + (slopes * point).sum(axis=-1)
    room = np.where(slopes > 0, point - lower, upper - point) * np.abs(slopes)
    rate = np.abs(slopes) / problem.size
    order = np.argsort(-rate, axis=-1)
    room, rate = (np.take_along_axis(of, order, axis=-1) for of in (room, rate))
    before = np.cumsum(room, axis=-1) - room
    used = np.clip(height[..., np.newaxis] - before, 0.0, room)
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = np.where(used > 0, used / rate, 0.0).sum(axis=-1)
    return bound + cost


def _least_square(problem, slopes, offsets, lower, upper, bound):
    """Return bounds of squared steps, by bisection of the multiplier of the function."""
    size = problem.size**2
    low, high = np.zeros(offsets.shape), np.ones(offsets.shape)

    def point_of(multiplier):
        return np.clip(problem.start - multiplier[..., np.newaxis] * slopes / size, lower, upper)

    def height_of(point):
        return offsets + (slopes * point).sum(axis=-1)

    for _ in range(_DOUBLINGS):
        high = np.where(height_of(point_of(high)) > 0, 4.0 * high, high)
    for _ in range(_DUAL_STEPS):
        middle = 0.5 * (low + high)
        is_above = height_of(point_of(middle)) > 0
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    point = point_of(low)
    square = (size * (point - problem.start) ** 2).sum(axis=-1)
    dual = square + 2.0 * low * np.maximum(height_of(point), 0.0)
    return np.maximum(bound, np.sqrt(dual))


def _least_largest(problem, slopes, offsets, lower, upper, bound):
    """Return bounds of the largest step, by bisection: no smaller one reaches far enough."""
    low, high = bound + np.zeros(offsets.shape), np.full(offsets.shape, np.inf)
    widest = (
        np.maximum(np.abs(lower - problem.start), np.abs(upper - problem.start)) * problem.size
    ).max(axis=-1) + low
    high = widest
    for _ in range(_DUAL_STEPS):
        middle = 0.5 * (low + high)
        reach = middle[..., np.newaxis] / problem.size
        point = np.clip(problem.start - np.sign(slopes) * reach, lower, upper)
        is_above = offsets + (slopes * point).sum(axis=-1) > 0
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return low


LEAST_STEPS = {"l1": _least_sum, "l2": _least_square, "linf": _least_largest}


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
    if np.linalg.norm(residual) < _EMPTY or residual[-1] >= 0.0:
        return None
    steps = -residual[:-1] / residual[-1]
    # constraints that contradict each other by a hair, as on ties, end in any point
    return None if (h - G @ steps).max(initial=0.0) > _VIOLATED else start + steps / size
