"""Boxes in which categories vary: one part of numbers for each combination of their levels."""

import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from skinterp.exact.optima._balance import balanced, ordinary_factor, unit_sizes
from skinterp.exact.optima._branching import INTERRUPTED, OUT_OF_TIME, Minimum, branch_and_bound
from skinterp.exact.optima._levels import LevelChoice, level_combinations, open_choices
from skinterp.exact.optima._problems import LeastLargest
from skinterp.exact.optima._relaxations import relaxed
from skinterp.exact.optima._setting import Setting
from skinterp.exact.pieces._boxes import Box, checked_box
from skinterp.exact.pieces._search import end_of
from skinterp.network import as_network, input_names

_SHARES = 4  # of the time left, of which the next part takes one
_LEAST = 1e-3  # seconds
_N_SIZED = 20  # parts that tell how large units are


class LevelBoxes(NamedTuple):
    """A box as parts in which numbers vary, and categories are held.

    Parameters
    ----------
    parts : list of Setting
        The parts; one if no category varies.
    choices : tuple of LevelChoice
        The columns of categories that vary.
    """

    parts: list
    choices: tuple[LevelChoice, ...]

    @classmethod
    def of(cls, model, box):
        """Read a network and the box that a user asks for.

        A column of categories takes every level that the bounds of its indicators leave room for.
        """
        network = as_network(model)
        bounds = checked_box(box, names=input_names(network), flat=True)
        choices = open_choices(network, bounds)
        if not choices:
            return cls([Setting.of(network, bounds, may_be_flat=True)], ())
        held = np.zeros(len(bounds.lower), dtype=bool)
        held[np.concatenate([choice.group for choice in choices])] = True
        rows, _ = level_combinations(
            bounds.lower, choices, "hold some of them by equal bounds of their indicators"
        )
        lower, upper = (np.where(held, rows, side) for side in bounds)
        whole = Setting.of(network, (lower[0], upper[0]), may_be_flat=True)
        parts = [replace(whole, box=Box(*sides)) for sides in zip(lower, upper, strict=True)]
        return cls(parts, choices)

    @property
    def network(self):
        """The network."""
        return self.parts[0].network

    def levels(self, point):
        """Return the cell of each column of categories that varies, at a point, by its name."""
        return {choice.column.name: choice.cell(point) for choice in self.choices}

    def least_largest(self, C, tolerance, time_budget, is_enough=None):
        """Minimise the largest of some functions of the outputs over all parts.

        The part with the lowest bound comes first; one whose bound is no lower than the least
        value known is not looked at.

        Parameters
        ----------
        C : ndarray of shape (n_functions, n_outputs)
            Functions ``C @ outputs``.
        tolerance : float
            Relative difference of value and bound with which to end.
        time_budget : float or None
            Seconds after which to end without proof.
        is_enough : callable or None, default=None
            Tells from the least value and the bound of a part whether to end with it.

        Returns
        -------
        Minimum
            Value and bound; the point is one of inputs.
        """
        end = end_of(time_budget)
        functions, factor = _balanced([part.functions(C) for part in self.parts])
        bounds = np.array([_bound_of(pieces) for pieces in functions])
        best, bound = Minimum(), np.inf
        order = np.argsort(bounds, kind="stable")
        for n_done, k in enumerate(order):
            if best.is_near(bounds[k], tolerance):
                break
            left = end - time.monotonic()
            if n_done and (best.stopped == INTERRUPTED or left < 0.0):
                bound, best.stopped = min(bound, bounds[k]), best.stopped or OUT_OF_TIME
                break
            budget = max(left, _LEAST) / min(len(order) - n_done, _SHARES)
            found = _least_of(functions[k], tolerance, budget, is_enough, best)
            bound = min(bound, found.bound)
            best.n_boxes += found.n_boxes
            best.stopped = found.stopped or best.stopped
            if found.point is not None:
                best.offer(found.value, self.parts[k].inputs(found.point[np.newaxis])[0])
            if is_enough is not None and is_enough(best.value, -np.inf):
                break
        return replace(best, value=best.value / factor, bound=min(bound, best.value) / factor)


def _balanced(functions):
    """Return networks of parts with units and outputs of ordinary sizes, and their factor."""
    every = max(1, len(functions) // _N_SIZED)
    parts = [unit_sizes(pieces) for pieces in functions[::every]]
    sizes = [np.max(of_layer, axis=0) for of_layer in zip(*parts, strict=True)]
    sizes[-1] = np.full_like(sizes[-1], sizes[-1].max())
    return [balanced(pieces, sizes) for pieces in functions], float(ordinary_factor(sizes[-1])[0])


def _least_of(pieces, tolerance, seconds, is_enough, best):
    """Return the minimum of one part, as far as it may be lower than the best value known."""
    problem = LeastLargest(pieces)
    if not len(pieces.weights[0]):  # no number varies
        value, point = problem.value(np.empty((1, 0)))[0], np.empty(0)
        return Minimum(float(value), point, float(value), 1)

    def is_over(value, bound):
        return best.is_near(bound, tolerance) or (
            is_enough is not None and is_enough(value, bound)
        )

    budget = None if np.isinf(seconds) else seconds
    return branch_and_bound(problem, tolerance, budget, is_over)


def _bound_of(pieces):
    """Return a bound below the largest output in the box [-1, 1]^d."""
    side = np.ones((1, len(pieces.weights[0])))
    return relaxed(pieces, -side, side).least(-side, side).max()
