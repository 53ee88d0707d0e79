"""The second search of a classifier: a formula that follows the values of its margin.

Directions on the boundary say what decides, whatever the scale of the margin; on tables where no
short formula follows them, values and gradients of the margin on the rows may give a more faithful
one. What is found competes with the formulas of the first search as a boundary: its scale and its
intercept are left out.
"""

from dataclasses import replace

import numpy as np

from skinterp.expression._sums import as_sum
from skinterp.sampling import data_field
from skinterp.search._formulas import finish
from skinterp.search._front import pareto
from skinterp.search._linear_path import is_linear
from skinterp.search._problem import Problem
from skinterp.search._search import Search
from skinterp.search._selection import is_gain

# Infidelity on held points that leaves something to gain, and the seed of the second search.
LEFT, SEED = 0.03, 0


def best_agreement(search, held):
    """Return the agreement of the most faithful formula of a search, if it leaves something.

    Parameters
    ----------
    search : Search
        The search, linear formulas included.
    held : HeldPoints
        Points it has not seen.

    Returns
    -------
    ndarray of shape (n,) or None
        Its agreement at the points; None where it is enough, or better than any linear formula.
    """
    best = {True: np.zeros(1), False: np.zeros(1)}
    for candidate in pareto(search.candidates.values()):
        kind, agreement = is_linear(candidate.expression), held.agreement(candidate.expression)
        best[kind] = max(best[kind], agreement, key=np.mean)
    linear, other = best[True].mean(), best[False].mean()
    return best[True] if other <= linear < 1.0 - LEFT else None


def add_by_values(search, view, fidelity, held):
    """Search by values and gradients of a margin, where directions found no more than a line.

    What is found and is more faithful by more than a standard error of the difference is added to
    the candidates.

    Parameters
    ----------
    search : Search
        The search by directions.
    view : ScalarView
        The margin.
    fidelity : callable
        ``fidelity(values) -> float`` on the rows of the problem.
    held : HeldPoints
        Points on which formulas are compared.
    """
    before = best_agreement(search, held) if search.may_go_on() else None
    if before is None:
        return
    problem, settings = search.problem, search.settings
    rng = np.random.RandomState(SEED)
    n_points = max(2, settings.n_points // 2)
    field = data_field(view, problem.X, n_points=n_points, random_state=rng)
    # what does not matter on the boundary is no part of it, whatever it does to values elsewhere
    options = {"match_values": True, "ranked": problem.ranked}
    second = Problem(field, problem.X, fidelity, replace(settings, n_islands=0), **options)
    try:
        found = Search(second, noise_floor=0.0, random_state=rng).run()
    except ValueError:  # nothing is defined on all rows within the limits
        return
    search.notes.extend(found.notes)
    for candidate in pareto(found.candidates.values()):
        parts, coefficients, _ = as_sum(candidate.expression)
        again = finish(problem, parts, np.array(coefficients))
        is_allowed = again is not None and again.cost <= settings.max_cost
        if is_allowed and is_gain(held.agreement(again.expression) - before):
            search.candidates.setdefault(again.expression, again)
