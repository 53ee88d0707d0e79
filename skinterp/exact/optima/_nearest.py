"""The nearest point that a network answers as wanted, among numbers and levels of categories."""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from skinterp.exact.optima._balance import balanced, unit_sizes
from skinterp.exact.optima._branching import INTERRUPTED, branch_and_bound
from skinterp.exact.optima._problems import ORDERS, Nearest
from skinterp.exact.optima._setting import Setting, ended
from skinterp.exact.pieces._search import end_of

_TOLERANCE = 1e-6
_N_DRAWN = 4000
_SHARES = 4  # of the time left, of which the next combination of levels takes one
_LEAST = 1e-3  # seconds
_WIDER = 1.0 + 1e-6  # than the distance of a point known


@dataclass
class NearestPoint:
    """The nearest point found, and a bound below the distances of all.

    Parameters
    ----------
    distance : float
        Its distance; infinite if there is none.
    point : ndarray of shape (d,) or None
        The point.
    bound : float
        No point is nearer.
    n_boxes : int
        Number of boxes looked at.
    notes : dict of str to None
        What says that the bound is not the distance.
    is_interrupted : bool
        Whether the user ended the search.
    """

    distance: float = np.inf
    point: np.ndarray | None = None
    bound: float = np.inf
    n_boxes: int = 0
    notes: dict = field(default_factory=dict)
    is_interrupted: bool = False

    def offer(self, distance, point):
        """Take a point if it is nearer."""
        if distance < self.distance:
            self.distance, self.point = float(distance), point


class Question(NamedTuple):
    """What is asked: the nearest point of a setting that reaches one of several goals.

    Parameters
    ----------
    setting : Setting
        The network in a box.
    x : ndarray of shape (d,)
        Where distances are measured from.
    goals : list of ndarray of shape (n_functions, n_outputs)
        Functions of the outputs; a goal is reached where none of its own is positive.
    accepts : callable
        Tells of points (n, d) whether a goal is reached indeed.
    scale : ndarray of shape (d,)
        What counts as a step of 1 along each input.
    norm : {"l1", "l2", "linf"}
        The distance.
    """

    setting: Setting
    x: np.ndarray
    goals: list
    accepts: object
    scale: np.ndarray
    norm: str


def level_distance(n_changes, level_cost, norm):
    """Return what changes of levels count, each like the step of one more input.

    Parameters
    ----------
    n_changes : ndarray of int of shape (n,)
        How many there are.
    level_cost : float
        What each counts.
    norm : {"l1", "l2", "linf"}
        The distance.

    Returns
    -------
    ndarray of shape (n,)
        Distances.
    """
    order = ORDERS[norm]
    return level_cost * (np.minimum(n_changes, 1) if order == np.inf else n_changes ** (1 / order))


def _total(steps, cost, norm):
    """Return the distance of steps in numbers and the cost of levels."""
    return float(np.linalg.norm([steps, cost], ORDERS[norm]))


def _left(total, cost, norm):
    """Return how far numbers may step, where levels have a cost, within a distance."""
    if norm == "linf" or np.isinf(total):
        return total
    order = ORDERS[norm]
    return max(0.0, total**order - cost**order) ** (1 / order)


def nearest_point(question, rows, costs, time_budget):
    """Return the nearest point that reaches a goal, with the levels of one of several rows.

    Parameters
    ----------
    question : Question
        The question.
    rows : ndarray of shape (n_rows, d)
        The row with other levels.
    costs : ndarray of shape (n_rows,)
        What these cost, which rises from row to row.
    time_budget : float or None
        Seconds after which to end.

    Returns
    -------
    NearestPoint
        The point.
    """
    best, norm = NearestPoint(), question.norm
    reached = np.flatnonzero(question.accepts(rows))
    if reached.size:
        best.offer(costs[reached[0]], rows[reached[0]])
    end = end_of(time_budget)
    for k, (row, cost) in enumerate(zip(rows, costs)):
        if cost >= best.distance:
            break
        if k and (best.is_interrupted or time.monotonic() > end):
            best.bound = min(best.bound, cost)
            left = f"{len(rows) - k} of {len(rows)} combinations of levels were not looked at."
            best.notes[left] = None
            break
        setting = question.setting.at(row)
        if setting.moving.any():
            steps, point = _drawn(question, setting, row)
            best.offer(_total(steps, cost, norm), point)
            n_left = min(len(rows) - k, _SHARES)
            _look(question, setting, row, cost, best, (end - time.monotonic()) / n_left)
    return best


def _look(question, setting, row, cost, best, seconds):
    """Look for the nearest point with the levels of a row, for each goal in turn."""
    end = time.monotonic() + seconds
    for k, C in enumerate(question.goals):
        if best.is_interrupted:
            best.bound = min(best.bound, cost)
            break
        share = (end - time.monotonic()) / (len(question.goals) - k)
        reach = _left(best.distance, cost, question.norm)
        budget = None if np.isinf(seconds) else max(share, _LEAST)
        found, point = _nearest(question, setting, row, C, reach, budget)
        bound = max(0.0, min(found.bound, found.value))
        best.bound = min(best.bound, _total(bound, cost, question.norm))
        best.n_boxes += found.n_boxes
        best.is_interrupted = found.stopped == INTERRUPTED
        best.notes |= dict.fromkeys(ended(found, _TOLERANCE) if found.bound < reach else ())
        best.offer(_total(found.value, cost, question.norm), point)


def _nearest(question, setting, row, C, reach, time_budget):
    """Return the nearest point at which functions of the outputs are not positive."""
    scale, accepts = question.scale, question.accepts
    steps = reach * scale * _WIDER
    part = setting.within(row - steps, row + steps) if np.isfinite(reach) else setting
    moving = part.moving
    start = (row - part.middle)[moving] / part.half
    functions = part.functions(C)
    problem = Nearest(
        balanced(functions, unit_sizes(functions)),
        start,
        part.half / scale[moving],
        question.norm,
        lambda u: accepts(part.inputs(u)),
    )
    found = branch_and_bound(problem, _TOLERANCE, time_budget)
    return found, None if found.point is None else part.inputs(found.point[np.newaxis])[0]


def _drawn(question, setting, row):
    """Return the distance of the nearest accepted point of random ones, and the point."""
    rng = np.random.RandomState(0)
    X = setting.inputs(rng.uniform(-1.0, 1.0, (_N_DRAWN, len(setting.half))))
    X = X[question.accepts(X)]
    if not len(X):
        return np.inf, None
    steps = distances(X, row, question.scale, question.norm)
    return steps.min(), X[steps.argmin()]


def distances(X, x, scale, norm):
    """Return the distances of points from a row.

    Parameters
    ----------
    X : ndarray of shape (n_points, d)
        Points.
    x : ndarray of shape (d,)
        The row.
    scale : ndarray of shape (d,)
        What counts as a step of 1 along each input.
    norm : {"l1", "l2", "linf"}
        The distance.

    Returns
    -------
    ndarray of shape (n_points,)
        Distances.
    """
    return np.linalg.norm((X - x) / scale, ORDERS[norm], axis=1)
