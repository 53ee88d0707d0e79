"""Composites: quantities through which several inputs act, merged pair by pair.

``f(s(a, b), c, ...)`` changes with a and b along the gradient of s wherever it is, so that s is
read from the two inputs' part of the field, whatever f is. The composite of the pair that leaves
the best additive model takes the place of its inputs, until none helps.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from skinterp.expression._monomials import product
from skinterp.matching._composites import line_loss, line_ratio
from skinterp.search._additive import MOST_COMPONENTS, add_models, model_of
from skinterp.search._families import GIVEN_UP, SMALL
from skinterp.search._focus import projected, share_of
from skinterp.utils import round_to_digits

# A sum of two terms, x2 its constant: (terms, with +x2, with -x2, whether a and b may be swapped).
SUMS = (
    (("x0", "x1"), "x0 + x2*x1", "x0 - x2*x1", False),
    (("x0**2", "x1**2"), "x0**2 + x2*x1**2", "x0**2 - x2*x1**2", False),
    (("x0", "x1**2"), "x0 + x2*x1**2", "x0 - x2*x1**2", True),
    (("x0*x1", "x0"), "x0*(x1 + x2)", "x0*(x1 - x2)", True),
    (("x1/x0", "1/x0"), "x0/(x1 + x2)", "x0/(x1 - x2)", True),
)
PLAIN = ("x0*x1", "x0/x1")
# The inputs' part of the field must matter, and each input in a composite, too.
LEAST_SHARE, LEAST_PART = 1e-3, 1e-2
MOST_POWER, MOST_OFF = 4.0, 0.2
# On a boundary in two quantities, a curve, every function of both runs along some other.
FEW = 2
N_TRIED, FLOOR, PRICE, BY_PAIR = 10, 1e-3, 0.12, 0.5
# A merger must lower the loss by this share, unless its pair fits so well; below this all is said.
CHANGE, FITS, GOOD_LOSS = 0.1, 0.03, 1.5e-3
# Mergers in a row that need not gain; a model so close is read in any case.
PATIENCE, CLOSE = 2, 0.05


class Composite(NamedTuple):
    """A quantity of two components: its term, and the loss on their part of the field."""

    loss: float
    term: object


def composites_of(problem, a, b):
    """Return the quantities of two components along whose gradients the field runs.

    Parameters
    ----------
    problem : Problem
        The problem.
    a, b : Term
        Components without common inputs.

    Returns
    -------
    list of Composite
        The quantities, the best first.
    """
    inputs = np.flatnonzero((np.abs(a.gradients) + np.abs(b.gradients)).max(axis=0))
    if share_of(problem.field, inputs) < LEAST_SHARE:
        return []
    part = projected(problem.field, inputs)
    directions, weights = part.directions[:, inputs], part.weights
    own = [(np.abs(t.gradients) > 0).any(axis=0)[inputs] for t in (a, b)]

    def composite(term):
        if term is None:
            return None
        gradients = term.gradients[:, inputs]
        lengths = np.einsum("ij,ij->i", gradients, gradients)
        lengths = np.where(lengths > 0, lengths, 1.0)
        parts = [weights @ ((gradients[:, j] ** 2).sum(axis=1) / lengths) for j in own]
        if min(parts) < LEAST_PART:
            return None
        return Composite(line_loss(directions, gradients, weights), term)

    def ratio(first, second):
        if first is None or second is None:
            return np.inf
        both = (first.gradients[:, inputs], second.gradients[:, inputs])
        return line_ratio(directions, *both, weights)

    found = [composite(term) for term in problem.space.formulas([a, b], *PLAIN)]
    for texts, plus, minus, swaps in SUMS:
        for pair in [(a, b), (b, a)][: 1 + swaps]:
            c = ratio(*problem.space.formulas(list(pair), *texts))
            if np.isfinite(c) and c != 0.0:
                trials = _rounded(problem, pair, c, plus, minus)
                found.append(_shortest([composite(term) for term in trials]))
    power = ratio(*problem.space.formulas([a, b], "log(x0)", "log(x1)"))
    found += [composite(term) for term in _powers(problem, a, b, power)]
    return _worth_their_cost(c for c in found if c is not None)


def _worth_their_cost(found):
    """Return the composites that are clearly better than all shorter ones, the best first."""
    kept = []
    for c in sorted(found, key=lambda c: (c.term.cost, c.loss)):
        if not kept or GIVEN_UP * c.loss + SMALL < kept[0].loss:
            kept.insert(0, c)
    return kept


def _rounded(problem, pair, c, plus, minus):
    """Yield a sum of two terms with its constant in few digits: 1, one, two, three digits, all."""
    text = plus if c > 0 else minus
    if "x2*" in text:
        yield problem.space.formulas(list(pair), text.replace("x2*", ""))[0]
    for digits in (1, 2, 3):
        constant = problem.space.constant(round_to_digits(abs(c), digits))
        yield problem.space.formulas([*pair, constant], text)[0]


def _shortest(trials):
    """Return the first of the trials that is nearly as good as the best one."""
    trials = [trial for trial in trials if trial is not None]
    if not trials:
        return None
    enough = GIVEN_UP * min(trial.loss for trial in trials) + SMALL
    return next(trial for trial in trials if trial.loss <= enough)


def _powers(problem, a, b, power):
    """Yield products of powers of halves next to given ones; plain ones are there already."""
    if not np.isfinite(power) or power == 0.0:
        return
    for unit in (1.0, abs(power)):
        first, second = 1.0 / unit, power / unit
        halves = np.round(2.0 * np.array([first, second])) / 2.0
        off = np.abs(halves - [first, second]).max()
        near = halves.all() and off < MOST_OFF and np.abs(halves).max() <= MOST_POWER
        if near and np.ptp(np.abs(halves)) > 0:
            powers = dict(zip((a.expression, b.expression), map(float, halves)))
            yield problem.space.term(product(powers))


def merged_models(search):
    """Yield additive models in which composites take the place of inputs, one pair more each time.

    Parameters
    ----------
    search : Search
        The search.

    Yields
    ------
    AdditiveModel
        The models.
    """
    problem = search.problem
    strong = problem.ranked[: min(problem.n_strong, MOST_COMPONENTS)]
    components = tuple(problem.space.variable(j).expression for j in strong)
    model, known = model_of(problem, components), {}
    good = max(GOOD_LOSS, 3.0 * search.noise_floor)
    best, n_in_vain = np.inf if model is None else model.profiles.loss, 0
    while model is not None and len(model.terms) > FEW and not search.settings.should_stop():
        pair_loss, merged = _merged(problem, model, known)
        if merged is None:
            return
        if pair_loss > FITS and merged.profiles.loss > (1 - CHANGE) * model.profiles.loss:
            return
        model, loss = merged, merged.profiles.loss
        is_gain = loss <= (1 - CHANGE) * best
        if is_gain or loss < CLOSE:
            yield model
        best, n_in_vain = min(best, loss), 0 if is_gain else n_in_vain + 1
        if loss < good or n_in_vain > PATIENCE:
            return


def _merged(problem, model, known):
    """Return the loss of the best pair, and the model with their composite in their place."""
    trials = []
    for pair in combinations(model.terms, 2):
        key = pair[0].expression, pair[1].expression
        if key not in known:
            known[key] = composites_of(problem, *pair)
        for c in known[key]:
            rank = np.log(c.loss + FLOOR) + PRICE * c.term.cost
            trials.append((rank, str(c.term.expression), key, c))
    best, found = np.inf, (np.inf, None)
    for _, _, key, c in sorted(trials, key=lambda trial: trial[:2])[:N_TRIED]:
        others = tuple(part for part in model.components if part not in key)
        merged = model_of(problem, (*others, c.term.expression))
        if merged is not None:
            rank = np.log(merged.profiles.loss + FLOOR) + BY_PAIR * np.log(c.loss + FLOOR)
            rank += PRICE * c.term.cost
            if rank < best:
                best, found = rank, (c.loss, merged)
    return found


def combine_composites(search):
    """Merge inputs that act only together, name the profiles, and add the sums.

    Parameters
    ----------
    search : Search
        The search.
    """
    with np.errstate(all="ignore"):
        add_models(search, merged_models(search))
    search.settings.report(f"composites: loss {search.best().loss:.2e}")
