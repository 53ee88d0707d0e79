"""The search: dictionary, beam, tuned constants, evolved terms, and the front they leave."""

import numpy as np
from sklearn.utils import check_random_state

from skinterp.search._beam import COMBINING_COST, beam_search, merit
from skinterp.search._dictionary import enumerate_terms, stack
from skinterp.search._formulas import finish
from skinterp.search._front import LOSS_FLOOR, make_front, pareto, scores
from skinterp.search._problem import linear_loss
from skinterp.search._terms import distinct_terms
from skinterp.search._tuning import MAX_CONSTANTS, tune, variants

# The dictionary's gradients, terms x points x inputs, are held at once: this many numbers at most.
MAX_GRADIENTS, MIN_TERMS, MAX_TERMS = 2e7, 400, 2000
N_FINISHED, N_TUNED, N_TUNED_SHORT, N_BASES, N_SEEDS = 30, 6, 4, 6, 60
SEARCH_PRICE = 0.06
# Below this loss and infidelity a formula is as good as the network lets it be; if it is longer
# than this, evolved terms may yet say the same in short.
GOOD_LOSS, GOOD_INFIDELITY, GOOD_COST = 2e-3, 0.01, 15.0


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


class Search:
    """A search in stages; what it has found so far is never lost.

    Parameters
    ----------
    problem : Problem
        What to solve.
    noise_floor : float
        Loss that the network's own roughness accounts for.
    random_state : int, RandomState instance or None
        Seeds the evolution.
    progress : callable or None, default=None
        Called with a line of text at every stage.
    """

    def __init__(self, problem, *, noise_floor, random_state, progress=None):
        self.problem, self.settings = problem, problem.settings
        self.noise_floor = noise_floor
        room = MAX_GRADIENTS / problem.field.directions.size
        self.max_terms = int(np.clip(room, MIN_TERMS, MAX_TERMS))
        self.rng = check_random_state(random_state)
        self.progress = progress or (lambda message: None)
        self.found, self.pool, self.tuned, self.notes = {}, {}, set(), []

    def run(self):
        """Run all stages; an interruption keeps what was found before it."""
        stages = (self._from_dictionary, self._tuned, self._evolved, self._tuned)
        try:
            for stage in stages:
                if stage != self._from_dictionary and (not self.found or self._done(stage)):
                    break
                stage()
        except KeyboardInterrupt:
            if not self.found:
                raise
            self.notes.append("interrupted: the best formulas found until then are kept")
        return self

    def front(self, feature_names):
        """Return the front of all that was found."""
        self._check_found()
        return make_front(
            self.found.values(),
            feature_names,
            noise_floor=self.noise_floor,
            linear_loss=linear_loss(self.problem),
            notes=self.notes,
        )

    def _check_found(self):
        if not self.found:
            raise ValueError(
                "No formula is defined on all rows within max_complexity="
                f"{self.settings.max_cost:g} with the operators "
                f"{sorted(self.settings.prices)}. Allow more."
            )

    def best(self):
        """Return the candidate that would be selected now."""
        self._check_found()
        front = pareto(self.found.values())
        return front[int(np.argmin(scores(front, floor=max(LOSS_FLOOR, self.noise_floor))))]

    def _done(self, stage):
        if self.settings.should_stop():
            self.notes.append("time budget reached: the best formulas found until then are kept")
            return True
        best = self.best()
        good = best.loss <= max(GOOD_LOSS, 2 * self.noise_floor)
        good = good and 1 - best.fidelity <= GOOD_INFIDELITY and best.cost <= GOOD_COST
        return stage == self._evolved and (good or self.settings.n_islands == 0)

    def _take(self, terms, combinations):
        """Finish the promising combinations and remember their terms."""
        for combination in _promising(combinations, self.settings):
            parts = tuple(terms[k].expression for k in combination.subset)
            self._add(parts, combination.coefficients, combination.loss)

    def _add(self, parts, coefficients, loss):
        if parts in self.pool:
            return
        self.pool[parts] = loss
        candidate = finish(self.problem, parts, coefficients)
        if candidate is not None and candidate.cost <= self.settings.max_cost:
            known = self.found.get(candidate.expression)
            if known is None or candidate.loss < known.loss:
                self.found[candidate.expression] = candidate

    def _from_dictionary(self):
        problem = self.problem
        terms = enumerate_terms(
            problem.space, problem.ranked, 2 * problem.full_field.scale, problem.n_strong
        )
        self.terms = distinct_terms(terms, problem.field.weights, self.max_terms)
        self.progress(f"dictionary of {len(self.terms)} terms")
        self._beam(self.terms)

    def _beam(self, terms):
        objective = self.problem.objective(*stack(terms, self.problem.space.n))
        costs = np.array([term.cost for term in terms])
        combinations = beam_search(
            objective,
            costs,
            price=SEARCH_PRICE,
            max_terms=self.settings.max_terms,
            max_cost=self.settings.max_cost,
            should_stop=self.settings.should_stop,
        )
        self.combinations = combinations
        self._take(terms, combinations)
        self.progress(f"beam: {len(combinations)} combinations, loss {self.best().loss:.2e}")

    def _leaders(self, n, max_terms=np.inf):
        """Return the sums of at most `max_terms` terms with the best merit."""
        price, prices = SEARCH_PRICE, self.settings.prices

        def rank(parts):
            cost = sum(p.cost(prices) for p in parts) + COMBINING_COST * (len(parts) - 1)
            return merit(self.pool[parts] + self.noise_floor, cost, price), str(parts)

        return sorted((p for p in self.pool if len(p) <= max_terms), key=rank)[:n]

    def _tuned(self):
        short = self._leaders(N_TUNED_SHORT, max_terms=2)
        for parts in dict.fromkeys([*self._leaders(N_TUNED), *short]):
            for k, part in enumerate(parts):
                for variant in variants(part, self.problem.spread):
                    trial = (*parts[:k], variant, *parts[k + 1 :])
                    n_constants = sum(len(p.constants) for p in trial)
                    too_many = n_constants > MAX_CONSTANTS
                    if too_many or trial in self.tuned or self.settings.should_stop():
                        continue
                    self.tuned.add(trial)
                    self._tune(trial)
        self.progress(f"tuned constants: loss {self.best().loss:.2e}")

    def _tune(self, trial):
        parts = tune(trial, self.problem.solve)
        solved = self.problem.solve(parts)
        if solved is not None:
            self._add(parts, solved[1], solved[0])

    def _evolved(self):
        # gplearn is slow to import and only needed here
        from skinterp.search._evolution import Base, evolve_terms

        space, prices = self.problem.space, self.settings.prices
        leaders = self._leaders(N_BASES)
        base_terms = {p: self.problem.evaluator.term(p) for parts in leaders for p in parts}
        index = {p: k for k, p in enumerate(base_terms)}
        bases = [
            Base(
                tuple(index[p] for p in parts[:k] + parts[k + 1 :]),
                sum(p.cost(prices) for p in parts[:k] + parts[k + 1 :])
                + COMBINING_COST * (len(parts) - 2),
            )
            for parts in leaders
            for k in range(len(parts) + 1)
            if len(parts) - (k < len(parts)) > 0
        ]
        used = [self.terms[k] for c in self.combinations for k in c.subset]
        used = list({t.expression: t for t in used}.values())
        evolved = evolve_terms(
            space,
            self.problem.objective,
            list(base_terms.values()),
            bases,
            [t.expression for t in used[:N_SEEDS]],
            price=SEARCH_PRICE,
            n_islands=self.settings.n_islands,
            random_state=self.rng,
            n_jobs=self.settings.n_jobs,
            should_stop=self.settings.should_stop,
        )
        merged = [*base_terms.values(), *used, *evolved]
        self.terms = distinct_terms(merged, self.problem.field.weights, self.max_terms)
        self._beam(self.terms)
