"""The inequalities that bound a linear region, without redundant ones."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from skinterp.exact.pieces._polytopes import (
    MAX_VERTEX_DIMENSIONS,
    VertexPolytope,
    box_constraints,
    inner_point,
    signs,
)
from skinterp.expression import ColumnSpread, condition_text
from skinterp.utils import TableResult

_RAYS_PER_DIMENSION = 20
_SLACK = 1e-9  # by which a redundant constraint may be passed, in units of the box


@dataclass(frozen=True, eq=False, repr=False)
class Inequalities(TableResult):
    """A convex region ``slopes @ x <= bounds``, in input units.

    Parameters
    ----------
    slopes : ndarray of shape (n_inequalities, d)
        Slopes.
    bounds : ndarray of shape (n_inequalities,)
        Right sides.
    sources : tuple of str
        Where each comes from: a hidden unit, or a side of the box.
    names : tuple of str
        Names of the inputs.
    spread : ColumnSpread or None, default=None
        The data, against which the digits shown are chosen.
    """

    slopes: np.ndarray
    bounds: np.ndarray
    sources: tuple[str, ...]
    names: tuple[str, ...]
    spread: ColumnSpread | None = None

    def __len__(self):
        return len(self.bounds)

    def contains(self, X):
        """Return which rows satisfy all inequalities.

        Parameters
        ----------
        X : array-like of shape (n_samples, d)
            Rows.

        Returns
        -------
        ndarray of bool of shape (n_samples,)
            Whether they do.
        """
        return np.all(np.asarray(X) @ self.slopes.T <= self.bounds, axis=1)

    def _columns(self):
        columns = dict(zip(self.names, self.slopes.T))
        return {**columns, "bound": self.bounds, "source": self.sources}

    def __str__(self):
        return "\n".join(
            condition_text(slopes, -bound, self.names, False, above=">=", spread=self.spread)
            for slopes, bound in zip(self.slopes, self.bounds)
        )


def polytope_within(A, b, d):
    """Return the polytope ``A x <= b`` within the box [-1, 1]^d.

    Parameters
    ----------
    A : ndarray of shape (n_constraints, d)
        Slopes.
    b : ndarray of shape (n_constraints,)
        Right sides.
    d : int
        Number of dimensions; few, because the polytope is known by its vertices.

    Returns
    -------
    polytope : VertexPolytope or None
        The polytope; None if it has no inside.
    cuts : list of int
        The constraints that were cut by: constraint ``2 * d + k`` of the polytope is ``cuts[k]``.
    """
    polytope, cuts = VertexPolytope.box(d), []
    while True:
        side = signs(polytope.points, A.T, -b)
        if (side >= 0).all(axis=0).any():
            return None, cuts
        outside = (side > 0).any(axis=0)
        if not outside.any():
            return polytope, cuts
        excess = np.where(outside, (polytope.points @ A.T - b).max(axis=0), -np.inf)
        j = int(excess.argmax())
        polytope = polytope.halves(A[j], -b[j], side[:, j])[0]
        cuts.append(j)


def _first_hits(A, slack, directions):
    """Return the constraint that each ray from an inner point meets first."""
    speed = directions @ A.T
    with np.errstate(divide="ignore"):
        distance = np.where(speed > 0, slack / speed, np.inf)
    return distance.argmin(axis=1)[np.isfinite(distance.min(axis=1))]


def _by_programs(A, b, point, random_state):
    """Return which of the constraints ``A x <= b`` are needed, from a point inside.

    Rays from the point find most of them; a linear program decides about each other one, against
    those found so far (Clarkson 1994).
    """
    slack = b - A @ point
    rays = random_state.standard_normal((_RAYS_PER_DIMENSION * A.shape[1], A.shape[1]))
    needed = set(_first_hits(A, slack, rays).tolist())
    for i in range(len(A)):
        while i not in needed:
            known = sorted(needed)
            result = linprog(
                -A[i],
                A_ub=np.vstack([A[known], A[i]]),
                b_ub=np.append(b[known], b[i] + 1.0),
                bounds=(None, None),
                method="highs",
            )
            if result.status == 0 and A[i] @ result.x <= b[i] + _SLACK:
                break
            ray = None if result.x is None else (result.x - point)[np.newaxis]
            hit = [] if ray is None else _first_hits(A, slack, ray).tolist()
            needed.add(i if not hit or hit[0] in needed else hit[0])
    return np.array(sorted(needed), dtype=int)


def needed_constraints(A, b, bounds, random_state):
    """Return the constraints that bound a polytope, each side of it once.

    Parameters
    ----------
    A : ndarray of shape (n_constraints, d)
        Slopes, of length 1.
    b : ndarray of shape (n_constraints,)
        Right sides.
    bounds : ndarray of shape (d, 2)
        The box: -1 and 1, or infinite.
    random_state : RandomState
        Draws rays.

    Returns
    -------
    kept : ndarray of int
        Those of the constraints that are needed; all if the polytope has no inside.
    sides : ndarray of int
        Those of the sides of the box that are: the finite lower ones first, then the upper ones.
    """
    d = len(bounds)
    if d <= MAX_VERTEX_DIMENSIONS and np.isfinite(bounds).all():
        polytope, cuts = polytope_within(A, b, d)
        if polytope is None:
            return np.arange(len(b)), np.arange(2 * d)
        facets = polytope.facets()
        inner = facets[facets >= 2 * d] - 2 * d
        return np.array(cuts, dtype=int)[inner], facets[facets < 2 * d]
    box_A, box_b = box_constraints(bounds)
    status, point, depth = inner_point(A, b, bounds)
    if status != 0 or depth <= _SLACK:
        return np.arange(len(b)), np.arange(len(box_b))
    needed = _by_programs(np.vstack([A, box_A]), np.append(b, box_b), point, random_state)
    return needed[needed < len(b)], needed[needed >= len(b)] - len(b)
