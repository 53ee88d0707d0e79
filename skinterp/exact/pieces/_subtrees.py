"""Every linear region of a network inside a box: the search, divided among processes."""

import time
import warnings
from functools import partial
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs

from skinterp.exact.pieces import _programs
from skinterp.exact.pieces._arrangement import Step, vertex_steps, whole_pile
from skinterp.exact.pieces._halfspace_cells import LinearProgramWarning, halfspace_steps, whole_box
from skinterp.exact.pieces._vertex_cells import VertexCells

MAX_VERTEX_DIMENSIONS = 8
# With so many inputs warm linear programs are faster than vertices, if nobody wants these.
_FEWER_WITH_PROGRAMS = 7
# Searches by vertices are divided when so many cells wait, into fewer parts, as these are faster
# with many cells each; those by programs into as many as an interruption should lose little of.
_MANY_CELLS, _N_DEALT, _N_SUBTREES = 1024, 32, 128
# Arrays of a step that have a row for each cut; the others have one for each region.
_N_OF_CUTS = 5


class Limits(NamedTuple):
    """When to end a search.

    Parameters
    ----------
    end : float
        Value of ``time.monotonic()``; a region is found in any case.
    most : float
        Number of regions beyond which to end.
    """

    end: float
    most: float

    def within(self, steps):
        """Yield steps until a limit is passed."""
        n_regions = 0
        for step in steps:
            yield step
            n_regions += len(step.regions)
            if n_regions and (n_regions > self.most or time.monotonic() > self.end):
                return


def steps_in_box(pieces, coordinates, failed, vertices, limits, n_jobs=None):
    """Search a box for all linear regions of a network, by vertices or by linear programs.

    Vertices are exact and fast, but more than 2^d a cell; linear programs work with any number of
    inputs and without a box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    coordinates : BoxCoordinates
        The coordinates of the box.
    failed : list of tuple of str
        Takes what each linear program that fails was about, and its status.
    vertices : bool
        Whether the vertices of the regions are wanted.
    limits : Limits
        When to end.
    n_jobs : int or None, default=None
        Parts of the box searched at once. Steps do not depend on it.

    Yields
    ------
    Step
        What is cut, and the regions found; a cell is cut before its halves.

    Warns
    -----
    LinearProgramWarning
        If a linear program fails.
    """
    bounds, most = coordinates.bounds, MAX_VERTEX_DIMENSIONS
    if not vertices and _programs.highspy is not None:
        most = min(most, _FEWER_WITH_PROGRAMS)
    if len(bounds) <= most and np.isfinite(bounds).all():
        steps = _by_vertices(pieces, coordinates, vertices, limits, n_jobs)
    else:
        steps = _telling(_by_programs(pieces, coordinates, failed, limits, n_jobs), failed)
    return limits.within(steps) if effective_n_jobs(n_jobs) == 1 else steps


def _telling(steps, failed):
    """Yield steps, and warn of the linear programs that have failed by then."""
    n_told = 0
    for step in steps:
        for name, status in failed[n_told:]:
            warnings.warn(
                f"The linear program about {name} failed (status {status}): the branch is kept, "
                "so that the result stays exact, but it may be empty.",
                LinearProgramWarning,
                stacklevel=3,
            )
        n_told = len(failed)
        yield step


def _by_vertices(pieces, coordinates, vertices, limits, n_jobs):
    """Yield the steps of a search by vertices, divided as soon as many cells wait."""
    piles, n_cells = whole_pile(pieces, coordinates), 1
    for found in vertex_steps(pieces, piles, n_cells):
        step = _kept(Step(*found), vertices)
        n_cells += 2 * len(step.cut)
        yield step
        if sum(len(cells.ids) for pile in piles for cells in pile) >= _MANY_CELLS:
            break
    search = partial(_part_by_vertices, pieces, n_cells, vertices)
    numbers = np.arange(n_cells)
    for steps in _searched(search, _dealt(piles), [], limits, n_jobs):
        n_cells += yield from _renumbered(steps, numbers, n_cells)


def _part_by_vertices(pieces, n_cells, vertices, piles, _failed):
    return (_kept(Step(*found), vertices) for found in vertex_steps(pieces, piles, n_cells))


def _kept(step, vertices):
    """Return a step without what nobody reads: all of its cells, or the functions on them."""
    return step._replace(cells=step.cells.without_values() if vertices else None)


def _dealt(piles):
    """Deal cells out to parts of a search, those of each layer in turn."""
    joined = [VertexCells.joined(pile) if pile else None for pile in piles]
    parts = []
    for k in range(_N_DEALT):
        masks = [np.arange(len(cells.ids)) % _N_DEALT == k if cells else [] for cells in joined]
        part = [[c.take(m)] if np.any(m) else [] for c, m in zip(joined, masks)]
        parts += [part] if any(part) else []
    return parts


def _by_programs(pieces, coordinates, failed, limits, n_jobs):
    """Yield the steps of a search by linear programs, depth first, as if it were not divided."""
    bounds, stack, n_cells = coordinates.bounds, [whole_box(pieces, coordinates)], 1
    if effective_n_jobs(n_jobs) == 1:
        yield from _part_by_programs(pieces, bounds, n_cells, stack, failed)
        return
    seen = {}
    for found in halfspace_steps(pieces, bounds, stack, 1, failed, breadth_first=True):
        step = Step(*found)
        seen[int([*step.cut, *step.regions][0])] = step
        n_cells += 2 * len(step.cut)
        if len(stack) >= _N_SUBTREES:
            break
    order, waiting = _depth_first(seen), {cell.number: cell for cell in stack}
    search = partial(_part_by_programs, pieces, bounds, n_cells)
    parts = [[waiting[number]] for number in order if number in waiting]
    results, numbers = _searched(search, parts, failed, limits, n_jobs), np.zeros(n_cells, int)
    n_cells = 1
    for number in order:
        if number in waiting:
            n_cells += yield from _renumbered(next(results), numbers, n_cells)
            continue
        halves = seen[number].halves
        numbers[halves] = n_cells + np.arange(halves.size).reshape(halves.shape)
        n_cells += yield from _renumbered([seen[number]], numbers, n_cells)


def _part_by_programs(pieces, bounds, n_cells, stack, failed):
    return (Step(*found) for found in halfspace_steps(pieces, bounds, stack, n_cells, failed))


def _depth_first(seen):
    """Return the numbers of all cells in the order of a search depth first."""
    order, stack = [], [0]
    while stack:
        order.append(stack.pop())
        if order[-1] in seen:
            stack += seen[order[-1]].halves.ravel().tolist()
    return order


def _searched(search, parts, failed, limits, n_jobs):
    """Yield the steps of each part, searched one after the other or in processes."""
    if effective_n_jobs(n_jobs) == 1:
        yield from (search(part, failed) for part in parts)
        return
    end = time.time() + limits.end - time.monotonic()  # a clock that processes share
    work = (delayed(_listed)(search, part, end, limits.most) for part in parts)
    results = Parallel(n_jobs=n_jobs, return_as="generator")(work)
    try:
        for steps, wrong in results:
            failed += wrong
            yield _unpacked(*steps)
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # tasks may be cancelled
            results.close()


def _listed(search, part, end, most):
    """Return the steps of a part, and what linear programs that failed were about."""
    failed, limits = [], Limits(time.monotonic() + end - time.time(), most)
    return _packed(list(limits.within(search(part, failed)))), failed


def _packed(steps):
    """Return steps as few arrays, which are quick to send; those with cells are as they are."""
    if not steps or steps[0].cells is not None:
        return steps, None
    sizes = np.array([(len(step.cut), len(step.regions)) for step in steps])
    return [np.concatenate(arrays) for arrays in zip(*(step[:-1] for step in steps))], sizes


def _unpacked(arrays, sizes):
    """Return the steps that were packed."""
    if sizes is None:
        return arrays
    of_cuts, of_regions = np.cumsum(sizes, axis=0)[:-1].T
    ends = [of_cuts] * _N_OF_CUTS + [of_regions] * (len(arrays) - _N_OF_CUTS)
    parts = zip(*(np.split(array, end) for array, end in zip(arrays, ends)))
    return (Step(*part, None) for part in parts)


def _renumbered(steps, numbers, n_cells):
    """Yield steps of a part with the numbers of one search; return how many cells are new.

    `numbers` are those of the cells from before the division; new ones begin with `n_cells`.
    """
    base, n_new = len(numbers), 0

    def final(cells):
        before = numbers[np.minimum(cells, base - 1)]
        return np.where(cells < base, before, cells + (n_cells - base))

    for step in steps:
        n_new += 2 * len(step.cut)
        regions, cells = final(step.regions), step.cells
        cells = None if cells is None else cells._replace(ids=regions)
        yield step._replace(
            cut=final(step.cut), halves=final(step.halves), regions=regions, cells=cells
        )
    return n_new
