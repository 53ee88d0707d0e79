"""Searches of a box for linear regions that may end early, and say what they have not seen."""

import time
import warnings
from dataclasses import dataclass, field
from numbers import Real

import numpy as np
from scipy.stats import binomtest

from skinterp.exact.pieces._activation_patterns import find_patterns
from skinterp.exact.pieces._subtrees import Limits, steps_in_box
from skinterp.utils import is_one_of_many, number_text

_N_POINTS = 4000  # drawn to estimate how much of a box is missing
_CONFIDENCE = 0.95


@dataclass
class BoxSearch:
    """What a search for all linear regions of a network in a box has found.

    Parameters
    ----------
    steps : list of Step
        Cuts and regions, in the order found.
    n_regions : int
        How many regions there are in them.
    stopped : str
        Why the search ended before the whole box was covered; empty if it is.
    failed : list of tuple of str
        What each linear program that failed was about, and its status.
    """

    steps: list = field(default_factory=list)
    n_regions: int = 0
    stopped: str = ""
    failed: list = field(default_factory=list)

    @property
    def patterns(self):
        """Activation patterns of the regions, (n_regions, n_units)."""
        return np.concatenate([step.patterns for step in self.steps])

    @property
    def polytopes(self):
        """Vertices of the regions, a list of arrays, where cells are known by vertices."""
        cells = [step.cells for step in self.steps if step.cells is not None]
        return [points for of_step in cells for points in of_step.polytopes]

    @property
    def failures(self):
        """What says that linear programs failed, one text or none."""
        if not self.failed:
            return ()
        return (
            f"{len(self.failed)} linear programs failed, the first about {self.failed[0][0]}: the "
            "branches were kept, so that some of the regions may be empty.",
        )

    def missing(self, pieces, coordinates):
        """Estimate which share of the volume of a bounded box is in no region found.

        Parameters
        ----------
        pieces : PiecewiseLinear
            The network.
        coordinates : BoxCoordinates
            The coordinates of the box.

        Returns
        -------
        share : float
            Of random points, how many have another pattern than all regions found; nan without
            bounds.
        interval : tuple of two float
            95 % confidence interval (Clopper and Pearson).
        """
        if not self.stopped:
            return 0.0, (0.0, 0.0)
        if not np.isfinite(coordinates.bounds).all():
            return np.nan, (np.nan, np.nan)
        u = np.random.RandomState(0).uniform(-1.0, 1.0, (_N_POINTS, len(coordinates.bounds)))
        patterns = pieces.patterns(coordinates.points(u))
        n_missing = int((find_patterns(self.patterns, patterns) < 0).sum())
        low, high = binomtest(n_missing, _N_POINTS).proportion_ci(_CONFIDENCE)
        return n_missing / _N_POINTS, (float(low), float(high))

    def unfinished(self, pieces, coordinates):
        """Return what says that regions are missing or linear programs failed, and warn.

        Parameters
        ----------
        pieces : PiecewiseLinear
            The network.
        coordinates : BoxCoordinates
            The coordinates of the box.

        Returns
        -------
        tuple of str
            Texts, none if all is there.
        """
        notes = self.failures  # LinearProgramWarning has said so
        if self.stopped:
            share, interval = self.missing(pieces, coordinates)
            note = (
                f"The search for regions {self.stopped} after {self.n_regions} regions; "
                f"{missing_text(share, interval)}."
            )
            warnings.warn(note, UserWarning, stacklevel=4)
            notes = (note, *notes)
        return notes


def missing_text(share, interval):
    """Write which share of a box is missing.

    Parameters
    ----------
    share : float
        The share, nan if it is not known.
    interval : tuple of two float
        Its interval.

    Returns
    -------
    str
        The text.
    """
    if np.isnan(share):
        return "of a box without bounds no share can be given"
    share, low, high = (number_text(100.0 * value, 3) for value in (share, *interval))
    return f"they leave out {share} % [{low}, {high}] of the box"


def search_box(
    pieces,
    coordinates,
    *,
    time_budget=None,
    max_regions=None,
    keep=False,
    vertices=False,
    n_jobs=None,
):
    """Search a box for all linear regions, until it is covered, told to stop, or interrupted.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    coordinates : BoxCoordinates
        The coordinates of the box.
    time_budget : float or None, default=None
        Seconds after which to end, with a region at least.
    max_regions : int or None, default=None
        Number of regions beyond which to end.
    keep : bool, default=False
        Whether an interruption ends the search with what it has, instead of being handed on.
    vertices : bool, default=False
        Whether to keep the vertices of all regions, in boxes that have few inputs: they may take
        a hundred times the memory of the rest.
    n_jobs : int or None, default=None
        Parts of the box searched at once; what is found does not depend on it.

    Returns
    -------
    BoxSearch
        What was found.
    """
    checked_budget(time_budget)
    most = np.inf if max_regions is None else max_regions
    found, limits = BoxSearch(), Limits(end_of(time_budget), most)
    try:
        for step in steps_in_box(pieces, coordinates, found.failed, vertices, limits, n_jobs):
            found.steps.append(step)
            found.n_regions += len(step.regions)
            if found.n_regions > most:
                found.stopped = "reached max_regions"
                break
        else:
            found.stopped = "ended by its time_budget"
    except KeyboardInterrupt:
        if not keep or not found.n_regions or is_one_of_many():
            raise
        found.stopped = "was interrupted"
    if _is_covered(found):
        found.stopped = ""
    return found


def _is_covered(found):
    """Return whether no cell is left open: every cut has made one more."""
    return found.n_regions == 1 + sum(len(step.cut) for step in found.steps)


def checked_budget(time_budget):
    """Refuse a time budget that is not a positive number of seconds or None.

    Parameters
    ----------
    time_budget : float or None
        The budget.
    """
    is_number = isinstance(time_budget, Real) and not isinstance(time_budget, bool)
    if time_budget is not None and not (is_number and time_budget > 0):
        raise ValueError(
            f"time_budget must be a positive number of seconds or None. Got {time_budget!r} "
            "instead."
        )


def end_of(time_budget):
    """Return the value of `time.monotonic()` at which a time budget, from now on, is used up.

    Parameters
    ----------
    time_budget : float or None
        Seconds; None is no limit.

    Returns
    -------
    float
        The end, infinite without a limit.
    """
    return np.inf if time_budget is None else time.monotonic() + time_budget
