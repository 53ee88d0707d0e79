"""Branch and bound over boxes of inputs: the best box first, small ones finished exactly."""

import heapq
import time
from dataclasses import dataclass
from itertools import count

import numpy as np

from skinterp.exact.optima._relaxations import relaxed
from skinterp.exact.pieces._search import end_of
from skinterp.utils import is_one_of_many

INTERRUPTED, OUT_OF_TIME = "was interrupted", "ended by its time_budget"
_AT_ONCE = 32  # boxes looked at together
_FLAT = 0.3  # of the steepest slope, that inputs without one count as: units may hide it
_LEAST_AGAIN = 1e-2  # width of a box below which a program is not followed by others
_SMALLEST = 1e-9  # width of a box, of the whole one, below which it is not split


@dataclass
class Minimum:
    """The least value found, and a bound below all values.

    Parameters
    ----------
    value : float
        The least value found; infinite if there is none.
    point : ndarray of shape (d,) or None
        Where.
    bound : float
        No value is lower, up to the solver's tolerance.
    n_boxes : int
        Number of boxes looked at.
    stopped : str
        Why the search ended without proof; empty if it did not.
    """

    value: float = np.inf
    point: np.ndarray | None = None
    bound: float = -np.inf
    n_boxes: int = 0
    stopped: str = ""

    def offer(self, value, point):
        """Take a value if it is lower."""
        if value < self.value:
            self.value, self.point = float(value), point

    def is_near(self, bound, tolerance):
        """Return whether a bound is the value, up to a relative tolerance."""
        return bound >= self.value - tolerance * max(1.0, abs(self.value))


def branch_and_bound(problem, tolerance, time_budget, is_enough=None):
    """Minimise over the box [-1, 1]^d.

    Parameters
    ----------
    problem : object
        With `pieces`, whose relaxation is used; `within` (boxes without what is no better than a
        value), `cut` (the same, by their relaxation); `look` (bounds, values and points of boxes);
        `finish` (bound, value and point of one box); and `is_small`, which tells from the number
        of units that may change sign in a box whether to finish it.
    tolerance : float
        Relative difference of value and bound with which to end.
    time_budget : float or None
        Seconds after which to end without proof.
    is_enough : callable or None, default=None
        Tells from the least value and the bound whether to end.

    Returns
    -------
    Minimum
        Value and bound.
    """
    best, order, closed = Minimum(), count(), np.inf
    end = end_of(time_budget)
    side = np.ones(len(problem.pieces.weights[0]))
    heap = []
    try:
        _look(problem, -side[np.newaxis], side[np.newaxis], best, heap, order)
        while heap:
            best.bound = min(heap[0][0], closed, best.value)
            if best.is_near(min(heap[0][0], closed), tolerance):
                break
            if is_enough is not None and is_enough(best.value, best.bound):
                break
            if time.monotonic() > end:
                best.stopped = OUT_OF_TIME
                break
            closed = min(closed, _step(problem, best, heap, order, end, tolerance))
    except KeyboardInterrupt:
        if is_one_of_many() or not np.isfinite(best.bound):
            raise
        best.stopped = INTERRUPTED  # in the middle of a step, whose boxes are not in the heap
    if not heap and best.stopped != INTERRUPTED:
        best.bound = min(closed, best.value)
    return best


def _look(problem, lower, upper, best, heap, order):
    """Bound boxes, and keep those that may hold a lower value than the best."""
    best.n_boxes += len(lower)
    lower, upper = problem.within(lower, upper, best.value)
    some = (lower <= upper).all(axis=1)
    if not some.any():
        return
    lower, upper = lower[some], upper[some]
    relaxation = relaxed(problem.pieces, lower, upper)
    bounds, values, points = problem.look(relaxation, lower, upper)
    least = int(values.argmin())
    best.offer(values[least], points[least])
    n_unstable = relaxation.n_unstable
    lower, upper = problem.cut(relaxation, lower, upper, best.value)
    for k in np.flatnonzero((bounds < best.value) & (lower <= upper).all(axis=1)):
        steepness = np.abs(relaxation.slopes[k]).sum(axis=0)
        units = relaxation.of_box(k)
        entry = bounds[k], next(order), lower[k], upper[k], steepness, n_unstable[k], units
        heapq.heappush(heap, entry)


def _step(problem, best, heap, order, end, tolerance):
    """Finish or split the best boxes, and return the least bound of those finished.

    A box is split, too, where the tolerance of the solver leaves a gap between bound and value.
    """
    lowers, uppers, closed = [], [], np.inf
    for _ in range(min(_AT_ONCE, len(heap))):
        if not heap or heap[0][0] >= best.value:
            break
        bound, _, lower, upper, steepness, n_unstable, units = heapq.heappop(heap)
        width = upper - lower
        if width.max() < _SMALLEST or problem.is_small(n_unstable):
            seconds = None if np.isinf(end) else max(0.1, end - time.monotonic())
            finished, value, point = problem.finish(lower, upper, *units, seconds)
            best.offer(value, point)
            finished = max(bound, finished)
            is_last = not n_unstable or width.max() < _LEAST_AGAIN
            if is_last or np.isinf(finished) or best.is_near(finished, tolerance):
                closed = min(closed, finished)
                continue
        j = int(((steepness + _FLAT * steepness.max() + _FLAT) * width).argmax())
        for half in (
            (lower[j], 0.5 * (lower[j] + upper[j])),
            (0.5 * (lower[j] + upper[j]), upper[j]),
        ):
            low, high = lower.copy(), upper.copy()
            low[j], high[j] = half
            lowers.append(low)
            uppers.append(high)
    if lowers:
        _look(problem, np.array(lowers), np.array(uppers), best, heap, order)
    return closed
