"""Labels as evidence: which of the formulas found do they prefer, and with which constants?"""

from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from skinterp.expression import Operation
from skinterp.expression._sums import as_sum, weighted_sum
from skinterp.matching import fit_labels
from skinterp.matching._likelihood import near_rows
from skinterp.search._additive import component_of
from skinterp.search._beam import sum_cost
from skinterp.search._boundary_forms import boundary_forms, upright
from skinterp.search._families import similar
from skinterp.search._formulas import SUMS, operators_of
from skinterp.search._front import LOSS_FLOOR, Candidate, pareto, scores
from skinterp.search._refit import DIGIT_PRICE, Refit, refit
from skinterp.search._regressed import label_ranks, logistic_steps, regressed

# A unit of -2 log L counts as this much of a selection score, divided by two.
KAPPA = 0.1
# A rival must be this much more likely than the choice without labels, in -2 log L.
GATE = 6.0
COST_PRICE = 1.2
N_RANKED, N_REFITTED, N_ROWS = 80, 6, 20_000
N_FIRST, N_ROUNDS, N_TRIED = 3, 2, 3
N_FURTHER, N_SUMS, N_NEAR = 8, 40, 1000
# A refit may not leave the network's answers by more than this, or half of its own errors.
FIDELITY_LOST = 0.01
# Labels that the network answers no better than this are not what it was trained on.
LEAST_AGREEMENT = 0.55
# A form with the same boundary must be this much more likely, or cheaper at equal likelihood.
SAME_BOUNDARY_GATE, CHEAPER, EQUAL, TURNED = 4.0, 3.5, 0.5, 3.0
N_FORMS, N_ROUNDINGS = 60, 6


@dataclass(frozen=True)
class Labels:
    """Rows and labels that choose among formulas.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Rows.
    yes : ndarray of bool of shape (n,)
        Whether each row is of the class explained.
    log_odds : ndarray of shape (n,)
        The network's log-odds of it.
    """

    X: np.ndarray
    yes: np.ndarray
    log_odds: np.ndarray

    @property
    def agreement(self):
        """Share of the labels that the network answers right."""
        return float(np.mean((self.log_odds > 0) == self.yes))

    def fit(self, expression):
        """Return the fit of the labels by a formula; None where it is undefined."""
        values = expression.evaluate(self.X)
        if not np.isfinite(values).all() or np.ptp(values) == 0.0:
            return None
        return fit_labels(values, self.yes)

    def refit(self, expression, fit, width=1):
        """Return a formula with its constants fitted to the labels."""
        return refit(expression, self.X, self.yes, fit, width=width)

    @cached_property
    def near(self):
        """The rows next to the network's boundary, where labels tell formulas apart."""
        return near_rows(self.log_odds, 0.0, n_near=N_NEAR)

    def accuracy(self, expression, threshold):
        """Return the share of labels on the right side of a threshold."""
        return float(np.mean((expression.evaluate(self.X) > threshold) == self.yes))

    def fidelity(self, expression, threshold):
        """Return the share of the network's answers on the right side of a threshold."""
        return float(np.mean((expression.evaluate(self.X) > threshold) == (self.log_odds > 0)))


def labels_of(view, X, yes, rng):
    """Return rows and labels, a sample of many.

    Parameters
    ----------
    view : ScalarView
        The network's log-odds of the class.
    X : ndarray of shape (n, p)
        Rows.
    yes : ndarray of bool of shape (n,)
        Labels.
    rng : RandomState
        Draws the sample.

    Returns
    -------
    Labels or None
        The labels; None if they are all the same.
    """
    if len(X) > N_ROWS:
        rows = rng.choice(len(X), size=N_ROWS, replace=False)
        X, yes = X[rows], yes[rows]
    return Labels(X, yes, view.value(X)) if yes.any() and not yes.all() else None


class Rival(NamedTuple):
    """A formula refitted to labels, with what the network says of it."""

    refit: Refit
    candidate: Candidate

    @property
    def description(self):
        """Length of the description of labels and formula, half of -2 log L and prices."""
        return (
            self.refit.deviance / 2
            + COST_PRICE * self.candidate.cost
            + DIGIT_PRICE * self.refit.n_digits
        )


def structure(expression):
    """Return the tokens of a formula without the values of its constants."""
    return tuple("c" if isinstance(token, float) else token for token in expression.postfix)


def _ranked(problem, candidates, labels, floor):
    """Return formulas found with their fits, best first by score and labels."""
    score = scores(candidates, floor=floor)
    scored = {id(c): (c, s) for c, s in zip(candidates, score)}
    best = [candidates[k] for k in np.argsort(score, kind="stable")[:N_RANKED]]
    found = []
    for key in dict.fromkeys(map(id, [*best, *pareto(candidates)])):
        candidate, s = scored[key]
        fit = labels.fit(candidate.expression)
        if fit is not None:
            found.append((s + KAPPA * fit.deviance / 2, candidate.expression, fit))
    return _one_per_structure(found)


def _one_per_structure(found):
    """Return (expression, fit) of (rank, expression, fit), best first, one for each structure."""
    first = {}
    for _, expression, fit in sorted(found, key=itemgetter(0)):
        first.setdefault(structure(expression), (expression, fit))
    return list(first.values())


def _described(problem, labels, expressions):
    """Yield formulas as they are with the lengths of their descriptions and their fits."""
    for expression in expressions:
        fit = labels.fit(expression)
        if fit is not None:
            cost = expression.cost(problem.settings.prices)
            yield fit.deviance / 2 + COST_PRICE * cost, expression, fit


def rival_of(problem, labels, expression, fit=None, width=1):
    """Refit a formula to labels and judge it on the network.

    Parameters
    ----------
    problem : Problem
        Judges formulas on the network.
    labels : Labels
        The labels.
    expression : Expression
        The formula.
    fit : LabelFit or None, default=None
        The fit of the labels with its constants as they are.
    width : int, default=1
        Orders of rounding that are tried.

    Returns
    -------
    Rival or None
        The refitted formula; None where it is undefined or too long.
    """
    fit = labels.fit(expression) if fit is None else fit
    found = None if fit is None else labels.refit(expression, fit, width)
    if found is None:
        return None
    candidate = problem.candidate(found.expression)
    if candidate is None or candidate.cost > problem.settings.max_cost:
        return None
    return Rival(found, candidate)


def _without_a_term(expression):
    """Yield a sum with one of its terms left out, each in turn."""
    parts, coefficients, _ = as_sum(expression)
    for k in range(len(parts) if len(parts) > 1 else 0):
        rest = parts[:k] + parts[k + 1 :]
        yield weighted_sum(rest, coefficients[:k] + coefficients[k + 1 :])


def _shortened(problem, labels, rival):
    """Drop terms of a refitted sum while the description gets shorter."""
    while True:
        shorter = [
            r
            for expression in _without_a_term(rival.refit.expression)
            if (r := rival_of(problem, labels, expression)) is not None
        ]
        best = min(shorter, key=lambda r: r.description, default=rival)
        if best.description >= rival.description:
            return rival
        rival = best


def _moves(problem, labels, expression):
    """Yield formulas next to a formula: another function of a quantity, an input more."""
    parts, coefficients, _ = as_sum(expression)
    X, prices = labels.X[labels.near], problem.settings.prices
    for k, (part, c) in enumerate(zip(parts, coefficients)):
        component = component_of(part)
        values = part.evaluate(X)
        for other in similar(component, part, X, labels.X, prices):
            h = other.evaluate(X)
            h, centred = h - h.mean(), values - values.mean()
            factor = (h @ centred) / max(float(h @ h), 1e-300)
            if np.isfinite(factor) and factor != 0.0:
                changed = (*coefficients[:k], c * factor, *coefficients[k + 1 :])
                yield weighted_sum((*parts[:k], other, *parts[k + 1 :]), changed)
    if len(parts) == 1 and {"mul", "div"} <= {*prices}:
        for j in problem.ranked:
            x = problem.space.variable(j)
            if (x.values > 0).all():
                yield Operation("mul", (expression, x.expression))
                yield Operation("div", (expression, x.expression))


def _improved(problem, labels, rival):
    """Move to neighbours while the description of labels and formula gets shorter."""
    allowed = {*problem.settings.prices, *SUMS, *operators_of(rival.refit.expression)}
    for _ in range(N_ROUNDS):
        moves = _moves(problem, labels, rival.refit.expression)
        moves = (e for e in moves if operators_of(e) <= allowed)
        trials = sorted(_described(problem, labels, moves), key=itemgetter(0))
        tried = [rival_of(problem, labels, e, fit) for _, e, fit in trials[:N_TRIED]]
        tried = [r for r in tried if r is not None]
        best = min(tried, key=lambda r: r.description, default=rival)
        if best.description >= rival.description:
            return rival
        rival = best
    return rival


def same_boundary(problem, labels, rival):
    """Return the form with the same boundary that labels prefer on evidence, else the rival.

    Parameters
    ----------
    problem : Problem
        Judges formulas on the network.
    labels : Labels
        The labels.
    rival : Rival
        The formula chosen so far.

    Returns
    -------
    Rival
        The formula to take.
    """
    before, prices, forms = rival.refit, problem.settings.prices, []
    for expression in boundary_forms(before.expression, before.threshold, labels.X):
        cost = expression.cost(prices)
        if not operators_of(expression) <= {*prices, *SUMS, *operators_of(before.expression)}:
            continue
        if cost <= min(problem.settings.max_cost, rival.candidate.cost + 6.0):
            forms.append((cost, str(expression), expression))
    best = rival
    forms.sort(key=lambda form: form[:2])
    for cost, _, expression in forms[:N_FORMS]:
        fit = labels.fit(expression)
        if fit is None:
            continue
        gain, cheaper = before.deviance - fit.deviance, rival.candidate.cost - cost
        if gain >= SAME_BOUNDARY_GATE or (cheaper >= CHEAPER and gain >= -EQUAL):
            found = rival_of(problem, labels, expression, fit)
            if found is not None and found.description < best.description:
                best = found
    return best


def total_scores(rivals, floor):
    """Return selection scores of rivals, labels and digits included."""
    own = scores([r.candidate for r in rivals], floor=floor)
    lengths = [r.refit.deviance / 2 + DIGIT_PRICE * r.refit.n_digits for r in rivals]
    return own + KAPPA * np.array(lengths)


def _products(search, labels):
    """Return products of powers that labels like best."""
    if search.products is None:
        return []
    near = labels.near
    logarithms = search.products.logarithms(labels.X[near])
    # factors may be positive on the rows of the search, but not on all of these
    logarithms = np.where(np.isfinite(logarithms).all(axis=0), logarithms, 0.0)
    return search.products.by_labels(logarithms, labels.yes[near])


def _sums(search, labels):
    """Return sums of the beams and of additive models that labels like best."""
    near, own, found = labels.near, search.sums, []
    X, yes, prices = labels.X[near], labels.yes[near], search.problem.settings.prices
    if not own:
        return []
    place = {p: k for k, p in enumerate(dict.fromkeys(p for parts in own for p in parts))}
    values = np.stack([np.nan_to_num(part.evaluate(X)) for part in place], axis=1)
    for size in {len(parts) for parts in own}:
        group = [parts for parts in own if len(parts) == size]
        subsets = [[place[p] for p in parts] for parts in group]
        costs = [sum_cost(parts, prices) for parts in group]
        by_labels, by_field = regressed(values, yes, subsets), [own[parts] for parts in group]
        for coefficients in (by_labels, np.stack(by_field)):
            ranks = label_ranks(values, yes, subsets, coefficients, costs)
            found += zip(ranks.tolist(), group, coefficients)
    found.sort(key=itemgetter(0))  # stable: ties stay in the order they were found in
    best = []
    for parts, c in dict.fromkeys((parts, tuple(c)) for _, parts, c in found[:N_SUMS]):
        c = logistic_steps(values[:, [place[p] for p in parts]], yes, np.array(c))
        best.append(weighted_sum(parts, c / np.abs(c).max()))
    return best


def _further(search, labels):
    """Return formulas that the search did not finish and labels like best, with their fits."""
    formulas = [*_sums(search, labels), *_products(search, labels)]
    return _one_per_structure(_described(search.problem, labels, formulas))[:N_FURTHER]


def _is_better(rival, own):
    """Tell whether labels prefer a rival on evidence: more likely, or as likely and shorter."""
    likelier = rival.refit.deviance <= own.refit.deviance - GATE
    return likelier or rival.description <= own.description - GATE / 2


def choose(search, chosen, labels):
    """Choose among formulas by labels, their constants fitted to them.

    Parameters
    ----------
    search : Search
        What was found.
    chosen : Candidate
        The choice without labels.
    labels : Labels
        The labels.

    Returns
    -------
    list of Rival
        The refitted formulas, the chosen one first; empty where constants fitted to the labels
        leave the network.
    """
    problem, floor = search.problem, max(LOSS_FLOOR, search.noise_floor)
    own = rival_of(problem, labels, chosen.expression)
    # where labels say that the network errs, a law need not follow it
    least = chosen.fidelity - max(FIDELITY_LOST, (1.0 - labels.agreement) / 2.0)
    if own is None or own.candidate.fidelity < least:
        return []
    ranked = _ranked(problem, list(search.candidates.values()), labels, floor)
    trials = [*ranked[:N_REFITTED], *_further(search, labels)]
    rivals = [rival_of(problem, labels, expression, fit) for expression, fit in trials]
    rivals = [r for r in rivals if r is not None]
    able = [r for r in rivals if r.candidate.fidelity >= least and _is_better(r, own)]
    every = [own, *able]
    order = np.argsort(total_scores(every, floor), kind="stable")
    best = {}
    for k in order:
        best.setdefault(structure(every[k].refit.expression), every[k])
    firsts = [_shortened(problem, labels, rival) for rival in list(best.values())[:N_FIRST]]
    firsts = [_improved(problem, labels, rival) for rival in firsts]
    firsts = [same_boundary(problem, labels, rival) for rival in firsts]
    first = firsts[int(np.argmin(total_scores(firsts, floor)))]
    turned = upright(first.refit.expression, labels.X)
    again = None if turned is None else rival_of(problem, labels, turned, width=N_ROUNDINGS)
    if again is None or again.description > first.description + TURNED:
        again = rival_of(problem, labels, first.refit.expression, width=N_ROUNDINGS)
        again = min([first, again or first], key=lambda r: r.description)
    first = again
    return [first, *(every[k] for k in order[1:]), *(r for r in rivals if r not in able)]
