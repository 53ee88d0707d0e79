"""Linear programs that differ little from one to the next: HiGHS kept warm, or scipy."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

try:
    import highspy
except ImportError:  # the extra "exact"
    highspy = None  # type: ignore[assignment]

OPTIMAL, INFEASIBLE, UNBOUNDED = "optimal", "infeasible", "unbounded"
_TOLERANCE = 1e-9
_OF_SCIPY = {0: OPTIMAL, 2: INFEASIBLE, 3: UNBOUNDED}


class Solution(NamedTuple):
    """What came out of a linear program.

    Parameters
    ----------
    status : str
        "optimal", "infeasible", "unbounded", or what the solver says of its failure.
    x : ndarray of shape (n,) or None
        The best point; None if there is none.
    """

    status: str
    x: np.ndarray | None


class Row(NamedTuple):
    """A constraint ``slopes @ x <= bound``.

    Parameters
    ----------
    slopes : ndarray of shape (n,)
        Slopes.
    bound : float
        Right side.
    """

    slopes: np.ndarray
    bound: float


class ColdProgram:
    """Maximise ``cost @ x`` within bounds and constraints, each program from scratch.

    Parameters
    ----------
    lower, upper : ndarray of shape (n,)
        Bounds of x, maybe infinite.
    """

    def __init__(self, lower, upper):
        self.bounds = np.column_stack([lower, upper])

    def maximise(self, cost, rows):
        """Return the best point where all constraints hold.

        Parameters
        ----------
        cost : ndarray of shape (n,)
            What to maximise.
        rows : sequence of Row
            The constraints.

        Returns
        -------
        Solution
            Status and point.
        """
        constraints = {}
        if rows:
            slopes, right = zip(*rows)
            constraints = {"A_ub": np.array(slopes), "b_ub": np.array(right)}
        options = {"primal_feasibility_tolerance": _TOLERANCE}
        found = linprog(-cost, bounds=self.bounds, method="highs", options=options, **constraints)
        status = _OF_SCIPY.get(found.status, f"scipy's {found.status}")
        return Solution(status, found.x if status == OPTIMAL else None)


class WarmProgram:
    """Maximise ``cost @ x`` within bounds and constraints, from the last program's basis.

    Constraints that the last program began with, too, stay in the solver's model; those after
    them are exchanged.

    Parameters
    ----------
    lower, upper : ndarray of shape (n,)
        Bounds of x, maybe infinite.
    """

    def __init__(self, lower, upper):
        self._model = highspy.Highs.__base__()  # without the banner that Highs prints
        self._model.setOptionValue("output_flag", False)
        for name, value in {
            "threads": 1,
            "presolve": "off",
            "solver": "simplex",
            "primal_feasibility_tolerance": _TOLERANCE,
        }.items():
            self._model.setOptionValue(name, value)
        self._columns = np.arange(len(lower), dtype=np.int32)
        self._model.addVars(len(lower), np.asarray(lower, float), np.asarray(upper, float))
        self._model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._rows, self._cost = [], None

    def maximise(self, cost, rows):
        """Return the best point where all constraints hold.

        Parameters
        ----------
        cost : ndarray of shape (n,)
            What to maximise.
        rows : sequence of Row
            The constraints.

        Returns
        -------
        Solution
            Status and point.
        """
        self._exchange(rows)
        if cost is not self._cost:
            self._model.changeColsCost(len(cost), self._columns, np.asarray(cost, float))
            self._cost = cost
        solution = self._solved()
        if solution.status not in (OPTIMAL, INFEASIBLE, UNBOUNDED):
            self._model.clearSolver()
            solution = self._solved()
        return solution

    def _exchange(self, rows):
        kept = 0
        for old, new in zip(self._rows, rows):
            if old is not new:
                break
            kept += 1
        if kept < len(self._rows):
            gone = np.arange(kept, len(self._rows), dtype=np.int32)
            self._model.deleteRows(len(gone), gone)
        for row in rows[kept:]:
            n = len(self._columns)
            self._model.addRow(-highspy.kHighsInf, row.bound, n, self._columns, row.slopes)
        self._rows = list(rows)

    def _solved(self):
        self._model.run()
        status = self._model.getModelStatus()
        statuses = highspy.HighsModelStatus
        if status == statuses.kOptimal:
            return Solution(OPTIMAL, np.array(self._model.getSolution().col_value))
        known = {statuses.kInfeasible: INFEASIBLE, statuses.kUnbounded: UNBOUNDED}
        return Solution(known.get(status, self._model.modelStatusToString(status)), None)


def linear_program(lower, upper):
    """Return a linear program within bounds: warm where HiGHS's own library is installed.

    Parameters
    ----------
    lower, upper : ndarray of shape (n,)
        Bounds of x, maybe infinite.

    Returns
    -------
    WarmProgram or ColdProgram
        The program, without constraints yet.
    """
    return (ColdProgram if highspy is None else WarmProgram)(lower, upper)


class DepthProgram:
    """Looks for the deepest points of polytopes, best of such as share their first constraints.

    Parameters
    ----------
    bounds : ndarray of shape (d, 2)
        The box, maybe infinite.
    """

    def __init__(self, bounds):
        d = len(bounds)
        self._sides = [Row(np.append(a, 1.0), b) for a, b in zip(*box_constraints(bounds))]
        self._cost = np.append(np.zeros(d), 1.0)
        free = np.full(d, np.inf)
        self._program = linear_program(np.append(-free, -np.inf), np.append(free, 1.0))

    @staticmethod
    def row(slopes, bound):
        """Return the constraint ``slopes @ x <= bound``, slopes not all 0, as one of depths."""
        norm = np.linalg.norm(slopes)
        return Row(np.append(slopes / norm, 1.0), bound / norm)

    def deepest(self, rows):
        """Find a point as deep as possible inside the box and constraints.

        Parameters
        ----------
        rows : sequence of Row
            The constraints, made by `row`.

        Returns
        -------
        status : str
            That of the linear program.
        point : ndarray of shape (d,) or None
            The point, if there is one.
        depth : float
            The radius of a ball around it inside all constraints, 1 at most; negative if there is
            no such point.
        """
        solution = self._program.maximise(self._cost, [*self._sides, *rows])
        if solution.x is None:
            return solution.status, None, 0.0
        return solution.status, solution.x[:-1], solution.x[-1]


def box_constraints(bounds):
    """Return the finite sides of a box as ``A x <= b``, lower ones first.

    Parameters
    ----------
    bounds : ndarray of shape (d, 2)
        The box, maybe infinite.

    Returns
    -------
    A : ndarray of shape (n_sides, d)
        Slopes.
    b : ndarray of shape (n_sides,)
        Right sides.
    """
    d = len(bounds)
    A = np.concatenate([-np.eye(d), np.eye(d)])
    b = np.concatenate([-bounds[:, 0], bounds[:, 1]])
    return A[np.isfinite(b)], b[np.isfinite(b)]
