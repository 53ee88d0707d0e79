"""Convex polytopes cut by hyperplanes: known by their vertices, or asked by linear programs.

Both kinds live in coordinates where the box is [-1, 1] and answer the same questions:
which of many affine functions change sign inside, and what are the two halves. Vertices are
exact and fast but as many as 2^d; linear programs work in any dimension and without a box.
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog

MAX_VERTEX_DIMENSIONS = 4
_ROUNDING = 1e-12  # of the sum of the absolute terms of an affine function
_THIN = 1e-9  # inner radius below which a polytope is empty, in units of the box
_OPTIMAL, _INFEASIBLE = 0, 2


class LinearProgramWarning(UserWarning):
    """A linear program failed; the branch it should have decided about was kept."""


def signs(points, A, c):
    """Return the signs of affine functions at points, 0 where rounding leaves them open.

    Parameters
    ----------
    points : ndarray of shape (n_points, d)
        Where.
    A : ndarray of shape (d, n_functions)
        Slopes.
    c : ndarray of shape (n_functions,)
        Offsets.

    Returns
    -------
    ndarray of shape (n_points, n_functions)
        -1, 0 or 1.
    """
    values = points @ A + c
    size = np.maximum(1.0, np.abs(points))  # points are known to rounding of the box's size
    noise = _ROUNDING * (size @ np.abs(A) + np.abs(c))
    return np.where(np.abs(values) > noise, np.sign(values), 0.0)


@dataclass(frozen=True)
class VertexPolytope:
    """A bounded polytope, known by its vertices.

    Parameters
    ----------
    points : ndarray of shape (n_vertices, d)
        The vertices.
    tight : ndarray of bool of shape (n_vertices, n_constraints)
        Which constraints hold with equality at each vertex (the double description).
    """

    points: np.ndarray
    tight: np.ndarray

    @classmethod
    def box(cls, d):
        """Return the box [-1, 1]^d; its sides are constraints 0 to 2d - 1."""
        corners = np.stack(np.meshgrid(*[[-1.0, 1.0]] * d, indexing="ij"), axis=-1)
        points = corners.reshape(-1, d)
        return cls(points, np.concatenate([points < 0, points > 0], axis=1))

    @property
    def center(self):
        """A point inside."""
        return self.points.mean(axis=0)

    def sides(self, A, c):
        """Return which functions, none of which changes sign inside, are positive."""
        return self.center @ A + c > 0

    def split(self, A, c, start, layer):
        """Cut by the first function, from `start`, that changes sign inside.

        Returns the polytope, the index of the function, and the halves where it is negative and
        positive; None and no halves if there is none. The functions are those of the units of a
        hidden layer.
        """
        side = signs(self.points, A[:, start:], c[start:])
        cutting = np.flatnonzero((side > 0).any(axis=0) & (side < 0).any(axis=0))
        if not cutting.size:
            return self, None, ()
        j = start + int(cutting[0])
        return self, j, self.halves(A[:, j], c[j], side[:, cutting[0]])

    def halves(self, a, c, side):
        """Return the parts where ``x @ a + c`` is negative and positive, one constraint more."""
        new, common = self._crossings(self.points @ a + c, side)
        tight = np.column_stack([self.tight, side == 0])
        common = np.column_stack([common, np.ones(len(new), dtype=bool)])
        return tuple(
            VertexPolytope(
                np.concatenate([self.points[side * sign >= 0], new]),
                np.concatenate([tight[side * sign >= 0], common]),
            )
            for sign in (-1, 1)
        )

    def _crossings(self, values, side):
        """Return where edges cross the hyperplane, and the constraints tight on each edge."""
        low, high = np.flatnonzero(side < 0), np.flatnonzero(side > 0)
        i, j = (index.ravel() for index in np.meshgrid(low, high, indexing="ij"))
        common = self.tight[i] & self.tight[j]
        likely = common.sum(axis=1) >= self.points.shape[1] - 1
        i, j, common = i[likely], j[likely], common[likely]
        # an edge: no third vertex lies on all that its two ends share
        shared = common.sum(axis=1)
        overlaps = common.astype(np.float32) @ self.tight.T.astype(np.float32)
        edge = (overlaps >= shared[:, np.newaxis]).sum(axis=1) == 2
        i, j, common = i[edge], j[edge], common[edge]
        share = (values[i] / (values[i] - values[j]))[:, np.newaxis]
        return self.points[i] + share * (self.points[j] - self.points[i]), common

    def facets(self):
        """Return the indices of the constraints that bound the polytope, each facet once."""
        on = self.tight.T  # constraints by vertices
        candidates = np.flatnonzero(on.sum(axis=1) >= self.points.shape[1])
        sets = on[candidates].astype(np.float32)
        size = sets.sum(axis=1)
        inside = (sets @ sets.T >= size[:, None]) & (size[None, :] > size[:, None])
        maximal = candidates[~inside.any(axis=1)]
        _, first = np.unique(on[maximal], axis=0, return_index=True)
        return np.sort(maximal[first])


def box_constraints(bounds):
    """Return the finite sides of a box as ``A x <= b``, lower ones first."""
    d = len(bounds)
    A = np.concatenate([-np.eye(d), np.eye(d)])
    b = np.concatenate([-bounds[:, 0], bounds[:, 1]])
    return A[np.isfinite(b)], b[np.isfinite(b)]


def inner_point(A, b, bounds):
    """Find a point as deep inside ``A x <= b`` and bounds as possible.

    Parameters
    ----------
    A : ndarray of shape (n_constraints, d)
        Slopes, none of them a zero row.
    b : ndarray of shape (n_constraints,)
        Right sides.
    bounds : ndarray of shape (d, 2)
        Lower and upper bounds, maybe infinite.

    Returns
    -------
    status : int
        That of the linear program: 0 if solved, 2 if there is no such point.
    point : ndarray of shape (d,) or None
        The point.
    depth : float
        The radius of a ball around it inside all constraints, 1 at most.
    """
    d = len(bounds)
    norms = np.linalg.norm(A, axis=1)
    box_A, box_b = box_constraints(bounds)
    slopes = np.vstack([A / norms[:, None], box_A])
    result = linprog(
        np.append(np.zeros(d), -1.0),  # the depth, to be maximised
        A_ub=np.column_stack([slopes, np.ones(len(slopes))]),
        b_ub=np.append(b / norms, box_b),
        bounds=[(None, None)] * d + [(None, 1.0)],
        method="highs",
    )
    if result.status != _OPTIMAL:
        return result.status, None, 0.0
    return result.status, result.x[:d], result.x[d]


@dataclass(frozen=True)
class HalfspacePolytope:
    """A polytope ``A x <= b`` within bounds that may be infinite, asked by linear programs.

    Parameters
    ----------
    A : ndarray of shape (n_constraints, d)
        Slopes.
    b : ndarray of shape (n_constraints,)
        Right sides.
    bounds : ndarray of shape (d, 2)
        Lower and upper bound of each coordinate.
    center : ndarray of shape (d,) or None
        A point inside; None if the linear program that looked for one failed.
    known : tuple of bool
        Without a center: which of the functions looked at so far are positive.
    """

    A: np.ndarray
    b: np.ndarray
    bounds: np.ndarray
    center: np.ndarray | None
    known: tuple = ()

    @classmethod
    def box(cls, bounds):
        """Return a box."""
        d = len(bounds)
        lower, upper = bounds.T
        center = np.clip(np.zeros(d), lower + 1.0, np.maximum(lower + 1.0, upper - 1.0))
        return cls(np.empty((0, d)), np.empty(0), bounds, center)

    def sides(self, A, c):
        """Return which functions, none of which changes sign inside, are positive."""
        if self.center is None:
            return np.array(self.known, dtype=bool)
        return self.center @ A + c > 0

    def split(self, A, c, start, layer):
        """Cut by the first function, from `start`, that changes sign inside.

        Returns the polytope, the index of the function, and the halves where it is negative and
        positive; None and no halves if there is none. The functions are those of the units of a
        hidden layer.
        """
        known = list(self.sides(A, c)[:start])
        for j in range(start, len(c)):
            name = f"unit {j} of hidden layer {layer}"
            halves = self._halves(A[:, j], c[j], name, known)
            if None not in halves:
                return self, j, halves
            known.append(halves[1] is not None)
        return replace(self, known=tuple(known)), None, ()

    def _halves(self, a, c, name, known):
        """Return the parts where a function is negative and positive; None for empty ones."""
        ends = a[:, np.newaxis] * np.where((a == 0.0)[:, np.newaxis], 0.0, self.bounds)
        low, high = ends.min(axis=1).sum() + c, ends.max(axis=1).sum() + c
        if not low < 0 < high:
            return (None, self) if low >= 0 and high > 0 else (self, None)
        at_center = 0.0
        if self.center is not None:
            at_center = signs(self.center[np.newaxis], a[:, np.newaxis], np.atleast_1d(c))[0, 0]
        return tuple(
            self._half(a, c, sign, name, self.center if at_center == sign else None, known)
            for sign in (-1, 1)
        )

    def _half(self, a, c, sign, name, center, known):
        """Return the part where the function has a sign; None if it is empty."""
        A, b = np.vstack([self.A, -sign * a]), np.append(self.b, sign * c)
        if center is None:
            status, center, depth = inner_point(A, b, self.bounds)
            if status == _INFEASIBLE or (status == _OPTIMAL and depth <= _THIN):
                return None
            if status != _OPTIMAL:
                warnings.warn(
                    f"The linear program about {name} failed (status {status}): the branch is "
                    "kept, so that the result stays exact, but it may be empty.",
                    LinearProgramWarning,
                    stacklevel=2,
                )
        return HalfspacePolytope(A, b, self.bounds, center, (*known, sign > 0))


def box_polytope(bounds):
    """Return a box as a polytope, by vertices if it has few enough, else by linear programs.

    Parameters
    ----------
    bounds : ndarray of shape (d, 2)
        The box: -1 and 1, or infinite.

    Returns
    -------
    VertexPolytope or HalfspacePolytope
        The polytope.
    """
    if len(bounds) <= MAX_VERTEX_DIMENSIONS and np.isfinite(bounds).all():
        return VertexPolytope.box(len(bounds))
    return HalfspacePolytope.box(bounds)
