"""The inequalities that bound a linear region, without redundant ones."""

import warnings
from dataclasses import dataclass

import numpy as np

from skinterp.exact.pieces._halfspace_cells import LinearProgramWarning
from skinterp.exact.pieces._programs import (
    INFEASIBLE,
    OPTIMAL,
    DepthProgram,
    Row,
    box_constraints,
    linear_program,
)
from skinterp.exact.pieces._vertex_cells import VertexCells
from skinterp.expression import ColumnSpread, condition_text
from skinterp.utils import TableResult

_RAYS_PER_DIMENSION = 20
_MAX_VERTEX_DIMENSIONS = 4  # a region between many units has many vertices
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
    VertexCells or None
        The polytope as the only cell, whose constraint ``2 * d + k`` is the k-th; None if it has
        no inside.
    """
    polytope, ids = VertexCells.box(A.T, -b, len(b)), np.zeros((1, 2), dtype=int)
    while True:
        if (polytope.side >= 0).all(axis=0).any():
            return None
        outside = (polytope.side > 0).any(axis=0)
        if not outside.any():
            return polytope
        worst = np.where(outside, polytope.values.max(axis=0), -np.inf).argmax(keepdims=True)
        (polytope,) = polytope.halves(worst, 2 * d + worst, ids, keep=(-1,))


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
    slack, free = b - A @ point, np.full(A.shape[1], np.inf)
    program, rows, n_failed = linear_program(-free, free), list(map(Row, A, b)), 0
    rays = random_state.standard_normal((_RAYS_PER_DIMENSION * A.shape[1], A.shape[1]))
    needed = dict.fromkeys(_first_hits(A, slack, rays).tolist())  # in the order found
    for i in range(len(A)):
        while i not in needed:
            beyond = Row(A[i], b[i] + 1.0)
            status, x = program.maximise(A[i], [*(rows[k] for k in needed), beyond])
            if status == OPTIMAL and A[i] @ x <= b[i] + _SLACK:
                break
            n_failed += status != OPTIMAL
            hit = [] if x is None else _first_hits(A, slack, (x - point)[np.newaxis]).tolist()
            found = i if not hit or hit[0] in needed else hit[0]
            needed[found] = None
    _warn_failed(n_failed)
    return np.array(sorted(needed), dtype=int)


def _warn_failed(n_failed):
    if n_failed:
        warnings.warn(
            f"{n_failed} linear programs failed: as many of the inequalities may be redundant.",
            LinearProgramWarning,
            stacklevel=2,
        )


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

    Warns
    -----
    LinearProgramWarning
        If a linear program fails: what it was about is kept.
    """
    d = len(bounds)
    if d <= _MAX_VERTEX_DIMENSIONS and np.isfinite(bounds).all():
        polytope = polytope_within(A, b, d)
        if polytope is None:
            return np.arange(len(b)), np.arange(2 * d)
        facets = polytope.facets()
        return facets[facets >= 2 * d] - 2 * d, facets[facets < 2 * d]
    box_A, box_b = box_constraints(bounds)
    program = DepthProgram(bounds)
    status, point, depth = program.deepest([program.row(*row) for row in zip(A, b)])
    if status != OPTIMAL or depth <= _SLACK:
        _warn_failed((len(b) + len(box_b)) * (status not in (OPTIMAL, INFEASIBLE)))
        return np.arange(len(b)), np.arange(len(box_b))
    needed = _by_programs(np.vstack([A, box_A]), np.append(b, box_b), point, random_state)
    return needed[needed < len(b)], needed[needed >= len(b)] - len(b)
