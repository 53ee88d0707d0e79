"""Sums identified from additive profiles: each component's smooth profile, named by a family."""

from typing import NamedTuple

import numpy as np

from skinterp.expression._sums import as_sum
from skinterp.matching._profiles import Profiles, additive_profiles, line_basis, spline_basis
from skinterp.search._families import identify
from skinterp.search._terms import varies

N_LEADERS, N_SETS, N_MODELS, MOST_COMPONENTS, MIN_SHARE = 12, 30, 3, 8, 2e-3
MODEL_FLOOR, MODEL_PRICE = 1e-3, 0.12
N_SUMS, N_SPARE, SWEEPS, LOSS_FLOOR, PRICE = 6, 30, 2, 5e-4, 0.06
# With few inputs the boundary does not identify an additive model: a component is then fixed to
# each of these, and models of this loss, or this many times the best, are kept.
FEW_INPUTS, FIXED, MOST_LOSS, WORSE = (
    3,
    ("x0", "x0**2", "log(x0)", "exp(x0)", "exp(-x0)"),
    0.02,
    10.0,
)


def component_of(part):
    """Return the quantity that a term is a function of: an input, or what is inside a function.

    Parameters
    ----------
    part : Expression
        The term.

    Returns
    -------
    Expression
        Its largest argument that holds all its inputs, as deep as it goes.
    """
    while part.args:
        needed = set(part.variables)
        deeper = [arg for arg in part.args if set(arg.variables) == needed]
        others = [arg for arg in part.args if arg not in deeper and arg.variables]
        if len(deeper) != 1 or others:
            if len(needed) == 1:
                return _variable(part)
            break
        part = deeper[0]
        if part.token in ("add", "sub") and len(needed) == 1:
            return _variable(part)
    return part


def _variable(part):
    while part.args:
        part = next(arg for arg in part.args if arg.variables)
    return part


def components_of(parts):
    """Return the quantities that the terms of a sum are functions of.

    Parameters
    ----------
    parts : sequence of Expression
        The terms.

    Returns
    -------
    tuple of Expression
        Distinct quantities.
    """
    pieces = [piece for part in parts for piece in as_sum(part)[0]]
    return tuple(dict.fromkeys(component_of(piece) for piece in pieces))


class AdditiveModel(NamedTuple):
    """An additive model of some components: their terms, splines and profiles."""

    components: tuple
    terms: list
    bases: list
    profiles: Profiles

    def rank(self, prices):
        cost = sum(component.cost(prices) for component in self.components)
        return float(np.log(self.profiles.loss + MODEL_FLOOR) + MODEL_PRICE * cost)


def model_of(problem, components):
    """Fit an additive model; None where a component is undefined.

    Parameters
    ----------
    problem : Problem
        The problem.
    components : tuple of Expression
        The quantities.

    Returns
    -------
    AdditiveModel or None
        The model.
    """
    terms = [problem.evaluator.term(component) for component in components]
    if any(term is None or not varies(term) for term in terms):
        return None
    bases = [spline_basis(term.values[: problem.space.n]) for term in terms]
    gradients = [term.gradients for term in terms]
    return AdditiveModel(
        components, terms, bases, additive_profiles(problem.field, bases, gradients)
    )


def best_models(search):
    """Fit additive models of the inputs, and of the quantities in what was found; the best ones.

    Parameters
    ----------
    search : Search
        The search.

    Returns
    -------
    list of AdditiveModel
        Of the inputs first, then by loss and brevity.
    """
    problem = search.problem
    inputs = [problem.space.variable(j).expression for j in problem.ranked[: problem.n_strong]]
    sums = [*search.leaders(N_LEADERS), *((e,) for e in search.candidates)]
    sets = (components_of(parts) for parts in sums)
    short = {frozenset(s): s for s in sets if 0 < len(s) <= MOST_COMPONENTS}
    first = tuple(inputs[:MOST_COMPONENTS])
    short.pop(frozenset(first), None)
    models = [model_of(problem, components) for components in list(short.values())[:N_SETS]]
    prices = problem.settings.prices
    models = sorted((m for m in models if m is not None), key=lambda m: m.rank(prices))
    return [m for m in (model_of(problem, first), *models[:N_MODELS]) if m is not None]


class Reading(NamedTuple):
    """An additive model with the functions that its profiles look like.

    Parameters
    ----------
    terms : list of Term
        The components.
    profiles : Profiles
        Their profiles.
    choices : dict of int to tuple of Expression
        Functions that the profile of each component of some share looks like, the best first.
    """

    terms: list
    profiles: Profiles
    choices: dict

    def is_defined(self, problem):
        """Tell whether the first function of each component is defined on all rows."""
        return all(problem.evaluator.term(options[0]) for options in self.choices.values())

    def rank(self, prices):
        """Return the rank of the model with the first functions, the smaller the better."""
        cost = sum(options[0].cost(prices) for options in self.choices.values())
        return float(np.log(self.profiles.loss + LOSS_FLOOR) + PRICE * cost)


def combine_profiles(search):
    """Fit additive models, name their profiles, and add the sums.

    Parameters
    ----------
    search : Search
        The search.
    """
    with np.errstate(all="ignore"):
        add_models(search, best_models(search))
    search.settings.report(f"additive profiles: loss {search.best().loss:.2e}")


def add_models(search, models):
    """Name the profiles of additive models, and add the sums.

    Parameters
    ----------
    search : Search
        The search.
    models : iterable of AdditiveModel
        The models.
    """
    problem, prices, found = search.problem, search.settings.prices, []
    for model in models:
        if search.settings.should_stop():
            break
        readings = list(readings_of(problem, model))
        sums = identified_sums(problem, readings)
        found += [reading for reading in readings if reading.is_defined(problem)]
        for parts, (loss, coefficients) in sums[:N_SUMS]:
            search.add(parts, coefficients, loss)
        search.sums |= {parts: coefficients for parts, (_, coefficients) in sums[N_SUMS:N_SPARE]}
    known = [] if search.reading is None else [search.reading]
    search.reading = min([*known, *found], key=lambda r: r.rank(prices), default=None)


def readings_of(problem, model):
    """Yield readings of an additive model: as it is and, with few inputs, with one profile given.

    Parameters
    ----------
    problem : Problem
        The problem.
    model : AdditiveModel
        The model.

    Yields
    ------
    Reading
        Models whose profiles all look like something.
    """
    models = [(model.profiles, {})]
    if len(model.terms) <= FEW_INPUTS:
        models += _with_one_fixed(problem, model)
    best = min(profiles.loss for profiles, _ in models)
    for profiles, fixed in models:
        if not fixed or profiles.loss <= max(WORSE * best, MOST_LOSS):
            choices = _choices(problem, model.terms, profiles, fixed)
            if choices:
                yield Reading(model.terms, profiles, choices)


def identified_sums(problem, readings):
    """Return the sums that additive models look like.

    Parameters
    ----------
    problem : Problem
        The problem.
    readings : sequence of Reading
        The models.

    Returns
    -------
    list of (tuple of Expression, (float, ndarray))
        Terms, with the loss and the coefficients of their sum; the best first.
    """
    scores = {}
    for choices in dict.fromkeys(tuple(reading.choices.values()) for reading in readings):
        _score_sums(problem, choices, scores)
    order = sorted(scores, key=lambda parts: scores[parts][0])
    return [(parts, scores[parts][1]) for parts in order if scores[parts][1] is not None]


def _with_one_fixed(problem, model):
    """Yield profiles of models in which that of one component is given."""
    n, (_, terms, bases, _) = problem.space.n, model
    gradients = [term.gradients for term in terms]
    for k, term in enumerate(terms):
        for expression, shape in zip(FIXED, problem.space.formulas([term], *FIXED)):
            if shape is None or (expression == "x0" and len(terms) == 1):
                continue
            slope = _slope_of(shape, term)
            if slope is None:
                continue
            basis = line_basis(shape.values[:n], slope)
            chosen = [*bases[:k], basis, *bases[k + 1 :]]
            yield additive_profiles(problem.field, chosen, gradients), {k: shape.expression}


def _slope_of(shape, term):
    """Return dh/ds of a function of a component at the field's points."""
    squared = np.einsum("ij,ij->i", term.gradients, term.gradients)
    if not (squared > 0).all():
        return None
    return np.einsum("ij,ij->i", shape.gradients, term.gradients) / squared


def _choices(problem, terms, profiles, fixed):
    """Return the functions that each component's profile looks like; components of no share go."""
    found, n, prices = {}, problem.space.n, problem.settings.prices
    for k, (term, slope, share) in enumerate(zip(terms, profiles.slopes, profiles.shares)):
        if share < MIN_SHARE:
            continue
        if k in fixed:
            found[k] = (fixed[k],)
            continue
        squared = np.einsum("ij,ij->i", term.gradients, term.gradients)
        weights, values = profiles.weights * squared, term.values
        options = identify(term.expression, values[:n], slope, weights, values, prices)
        if not options:
            return {}
        found[k] = tuple(options)
    return found


def _score_sums(problem, choices, scores):
    """Score sums of one function of every component, by coordinate descent."""
    prices = problem.settings.prices

    def score(parts):
        if parts not in scores:
            solved = problem.solve(parts)
            cost = sum(part.cost(prices) + 3.0 for part in parts)
            value = np.inf if solved is None else np.log(solved[0] + LOSS_FLOOR) + PRICE * cost
            scores[parts] = value, solved
        return scores[parts][0]

    current = tuple(options[0] for options in choices)
    for _ in range(SWEEPS):
        before = current
        for k, options in enumerate(choices):
            trials = [(*current[:k], option, *current[k + 1 :]) for option in options]
            current = min(trials, key=score)
        if current == before:
            break
