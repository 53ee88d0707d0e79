"""The stages of a search: dictionary, tuned constants, evolved terms."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skinterp.search._additive import combine_profiles
from skinterp.search._beam import SEARCH_PRICE, beam_search, merit
from skinterp.search._composites import combine_composites
from skinterp.search._dictionary import enumerate_terms, stack
from skinterp.search._products import combine_products, has_positive_inputs
from skinterp.search._terms import distinct_terms
from skinterp.search._tuning import MAX_CONSTANTS, tune, variants

N_FINISHED, N_TUNED, N_TUNED_SHORT, N_BASES, N_SEEDS = 30, 6, 4, 6, 60


def _always(search):
    return True


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a search.

    Parameters
    ----------
    name : str
        Its name.
    run : callable
        ``run(search)`` adds what it finds to the search.
    is_needed : callable, default=None
        ``is_needed(search) -> bool``; a stage that is not needed is left out. By default always.
    """

    name: str
    run: Callable
    is_needed: Callable = _always


def _promising(combinations, settings):
    """Return the combinations worth finishing: the front by cost, then the best by merit."""
    cheap = [c for c in combinations if c.cost <= settings.max_cost]
    front, best = [], np.inf
    for c in sorted(cheap, key=lambda c: (c.cost, c.loss)):
        if c.loss < best * 0.98:
            front.append(c)
            best = c.loss
    by_merit = sorted(cheap, key=lambda c: (merit(c.loss, c.cost, SEARCH_PRICE), c.subset))
    chosen = {c.subset: c for c in [*by_merit[: N_FINISHED // 2], *front[:N_FINISHED]]}
    return list(chosen.values())


def combine(search, terms):
    """Search sparse sums of terms by a beam, and add the promising ones.

    Parameters
    ----------
    search : Search
        The search.
    terms : list of Term
        Distinct terms.
    """
    problem, settings = search.problem, search.settings
    search.terms = terms
    search.combinations = beam_search(
        problem.objective(*stack(terms, problem.space.n)),
        np.array([term.cost for term in terms]),
        max_terms=settings.max_terms,
        max_cost=settings.max_cost,
        should_stop=settings.should_stop,
    )
    for c in search.combinations:
        search.sums[tuple(terms[k].expression for k in c.subset)] = c.coefficients
    for combination in _promising(search.combinations, settings):
        parts = tuple(terms[k].expression for k in combination.subset)
        search.add(parts, combination.coefficients, combination.loss)
    n = len(search.combinations)
    settings.report(f"beam: {n} combinations, loss {search.best().loss:.2e}")


def combine_dictionary(search):
    """Combine the terms of the dictionary.

    Parameters
    ----------
    search : Search
        The search.
    """
    problem = search.problem
    spreads = 2 * problem.full_field.scale
    terms = enumerate_terms(problem.space, problem.ranked, spreads, problem.n_strong)
    terms = distinct_terms(terms, problem.field.weights, search.max_terms)
    search.settings.report(f"dictionary of {len(terms)} terms")
    combine(search, terms)


def tune_constants(search):
    """Insert constants into the terms of the leading sums, and tune them.

    Parameters
    ----------
    search : Search
        The search.
    """
    short = search.leaders(N_TUNED_SHORT, max_terms=2)
    for parts in dict.fromkeys([*search.leaders(N_TUNED), *short]):
        for k, part in enumerate(parts):
            for variant in variants(part, search.problem.spread):
                _tune(search, (*parts[:k], variant, *parts[k + 1 :]))
    search.settings.report(f"tuned constants: loss {search.best().loss:.2e}")


def _tune(search, trial):
    too_many = sum(len(part.constants) for part in trial) > MAX_CONSTANTS
    if too_many or trial in search.tuned or search.settings.should_stop():
        return
    search.tuned.add(trial)
    parts = tune(trial, search.problem)
    solved = search.problem.solve(parts)
    if solved is not None:
        search.add(parts, solved[1], solved[0])


def combine_evolved(search):
    """Evolve terms that improve the leading sums, and combine them with the best terms so far.

    Parameters
    ----------
    search : Search
        The search.
    """
    # gplearn is slow to import and only needed here
    from skinterp.search._evolution import bases_of, evolve_terms

    used = [search.terms[k] for c in search.combinations for k in c.subset]
    used = list({t.expression: t for t in used}.values())
    seeds = [t.expression for t in used[:N_SEEDS]]
    problem, leaders = search.problem, search.leaders(N_BASES)
    base_terms = {p: problem.evaluator.term(p) for parts in leaders for p in parts}
    bases = bases_of(leaders, base_terms, search.settings.prices)
    base_terms = list(base_terms.values())
    search.has_evolved = True
    evolved = evolve_terms(problem, base_terms, bases, seeds, search.rng)
    terms = [*base_terms, *used, *evolved]
    combine(search, distinct_terms(terms, problem.field.weights, search.max_terms))


def _can_evolve(search):
    return search.settings.n_islands > 0 and not search.is_good()


def _wants_composites(search):
    return _matches_directions(search) and not search.is_good()


def _has_evolved(search):
    return search.has_evolved


def _matches_directions(search):
    return not search.problem.match_values


def _has_products(search):
    return _matches_directions(search) and has_positive_inputs(search)


STAGES = (
    Stage("dictionary", combine_dictionary),
    Stage("tuned constants", tune_constants),
    Stage("products", combine_products, _has_products),
    Stage("additive profiles", combine_profiles, _matches_directions),
    Stage("composites", combine_composites, _wants_composites),
    Stage("evolved terms", combine_evolved, _can_evolve),
    Stage("tuned constants of evolved terms", tune_constants, _has_evolved),
)
