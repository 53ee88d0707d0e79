"""The search: dictionary, beam, tuned constants, evolved terms, and the front they leave."""

import time
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np
from sklearn.utils import check_random_state

from skinterp.expression import OPERATORS
from skinterp.matching import DirectionObjective, ValueObjective
from skinterp.search._beam import COMBINING_COST, beam_search, merit
from skinterp.search._dictionary import N_SINGLE, enumerate_terms, stack
from skinterp.search._formulas import finish
from skinterp.search._front import LOSS_FLOOR, Candidate, make_front, pareto, scores
from skinterp.search._terms import TermSpace, distinct_terms, varies
from skinterp.search._tuning import MAX_CONSTANTS, tune, variants

DEFAULT_OPERATORS = (
    "add", "sub", "mul", "div", "square", "cube", "sqrt", "exp", "log", "sin", "cos",
)  # fmt: skip
MAX_TERMS_IN_DICTIONARY, N_GUARD, MIN_ENERGY = 2000, 1000, 1e-4
STRONG, MIN_STRONG = 0.01, 3
N_FINISHED, N_TUNED, N_BASES, N_SEEDS = 30, 6, 6, 60
SEARCH_PRICE = 0.06
# Below this loss and infidelity a formula is as good as the network lets it be.
GOOD_LOSS, GOOD_INFIDELITY = 2e-3, 0.01


@dataclass(frozen=True)
class SearchSettings:
    """How to search.

    Parameters
    ----------
    prices : dict of str to float
        Price of each operator allowed.
    max_terms : int, default=5
        Largest number of terms in a sum.
    max_cost : float, default=40
        Largest cost of a formula.
    n_islands : int, default=2
        Independent populations of evolved terms; 0 does not evolve.
    n_jobs : int or None, default=None
        Islands evolved at once.
    deadline : float or None, default=None
        Value of ``time.monotonic()`` at which to stop.
    """

    prices: dict
    max_terms: int = 5
    max_cost: float = 40.0
    n_islands: int = 2
    n_jobs: int | None = None
    deadline: float | None = None

    def should_stop(self):
        """Tell whether the deadline has passed."""
        return self.deadline is not None and time.monotonic() > self.deadline


class Problem:
    """A gradient field, the rows a formula must be defined on, and the losses of formulas.

    Parameters
    ----------
    field : GradientField
        Where the network was asked.
    X : ndarray of shape (m, p)
        Rows on which every formula must be defined.
    fidelity : callable
        ``fidelity(values) -> float``: agreement of a formula's values on `X` with the network.
    settings : SearchSettings
        How to search.
    match_values : bool, default=False
        Match values and gradients (regression) instead of directions (classification).
    """

    def __init__(self, field, X, fidelity, settings, *, match_values=False):
        self.full_field, self.X, self.settings = field, X, settings
        self.fidelity_of, self.match_values = fidelity, match_values
        self.ranked = rank_inputs(field, X)
        self.n_strong = count_strong(field, self.ranked)
        active = sorted(self.ranked)
        self.field = replace(field, directions=field.directions[:, active])
        guard = guard_rows(X)
        geometry = (field.points, guard, field.scale, active)
        self.space = TermSpace(*geometry, settings.prices)
        # sums, signs and coefficients are part of any formula, whatever operators are allowed
        every = {name: operator.price for name, operator in OPERATORS.items()}
        self.evaluator = TermSpace(*geometry, {**every, **settings.prices})

    def objective(self, values, gradients):
        """Return the objective over terms, given at the field's points."""
        kind = ValueObjective if self.match_values else DirectionObjective
        return kind(self.field, values, gradients)

    def objective_of(self, parts):
        """Return the objective over given expressions; None where one is undefined."""
        terms = [self.evaluator.term(part) for part in parts]
        if any(t is None or not varies(t) for t in terms):
            return None
        return self.objective(*stack(terms, self.space.n))

    def solve(self, parts):
        """Return loss and coefficients of a sum of terms; None where it is undefined."""
        objective = self.objective_of(parts)
        return None if objective is None else objective.solve(range(len(parts)))

    def loss(self, expression):
        """Return the loss of a formula as it stands; infinite where it is undefined."""
        objective = self.objective_of([expression])
        return np.inf if objective is None else objective.loss(np.ones(1))

    def spread(self, expression):
        """Return the standard deviation of an expression at the field's points."""
        return float(np.nanstd(expression.evaluate(self.field.points))) or 1.0

    def offset(self, expression):
        """Return the intercept that centres a formula on the network's values."""
        values = expression.evaluate(self.field.points)
        return float(self.field.weights @ (self.field.values - values))

    def sign(self, expression):
        """Return the sign of the mean cosine: -1 if the formula falls where the network rises."""
        term = self.evaluator.term(expression)
        if term is None:
            return 1.0
        total = np.einsum("n,nd,nd->", self.field.weights, self.field.directions, term.gradients)
        return -1.0 if total < 0 else 1.0

    def candidate(self, expression):
        """Return a formula as a candidate for the front; None where it is undefined."""
        values, loss = expression.evaluate(self.X), self.loss(expression)
        if not (np.isfinite(values).all() and np.isfinite(loss)):
            return None
        cost = expression.cost(self.settings.prices)
        return Candidate(expression, loss, cost, self.fidelity_of(values))


def rank_inputs(field, X):
    """Return the inputs that a field points along, strongest first, constants left out.

    Parameters
    ----------
    field : GradientField
        The field.
    X : ndarray of shape (m, p)
        Rows of data.

    Returns
    -------
    list of int
        At most 30 inputs.

    Raises
    ------
    ValueError
        If every input is constant.
    """
    energy = np.einsum("n,nd->d", field.weights, field.directions**2)
    varies = np.ptp(X, axis=0) > 0
    if not varies.any():
        raise ValueError("X must have at least one column that varies. Got constant columns only.")
    order = np.argsort(-np.where(varies, energy, -1.0), kind="stable")
    strong = [int(j) for j in order if varies[j] and energy[j] >= MIN_ENERGY]
    return strong[:N_SINGLE] or [int(order[0])]


def count_strong(field, ranked):
    """Return how many of the ranked inputs are strong enough to enter terms of several inputs.

    Parameters
    ----------
    field : GradientField
        The field.
    ranked : list of int
        Inputs, the strongest first.

    Returns
    -------
    int
        Those with at least 1 % of the strongest one's energy, and no fewer than three.
    """
    energy = np.einsum("n,nd->d", field.weights, field.directions**2)[ranked]
    return max(MIN_STRONG, int((energy >= STRONG * energy[0]).sum()))


def guard_rows(X):
    """Return rows that bound the domain: evenly spread ones and those of each column's extremes.

    Parameters
    ----------
    X : ndarray of shape (m, p)
        Rows of data.

    Returns
    -------
    ndarray of shape (k, p)
        Some of them.
    """
    spread = np.linspace(0, len(X) - 1, min(len(X), N_GUARD)).astype(int)
    extremes = np.concatenate([X.argmin(axis=0), X.argmax(axis=0)])
    return X[np.unique(np.concatenate([spread, extremes]))]


def linear_loss(problem):
    """Return the loss of the best linear formula in all active inputs.

    Parameters
    ----------
    problem : Problem
        The problem.

    Returns
    -------
    float
        The loss.
    """
    terms = [problem.space.variable(j) for j in problem.space.active]
    return problem.objective(*stack(terms, problem.space.n)).solve(range(len(terms)))[0]


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
        if not self.found:
            raise ValueError(
                "No formula is defined on all rows within max_complexity="
                f"{self.settings.max_cost:g} with the operators "
                f"{sorted(self.settings.prices)}. Allow more."
            )
        return make_front(
            self.found.values(),
            feature_names,
            noise_floor=self.noise_floor,
            linear_loss=linear_loss(self.problem),
            notes=self.notes,
        )

    def best(self):
        """Return the candidate that would be selected now."""
        front = pareto(self.found.values())
        return front[int(np.argmin(scores(front, floor=max(LOSS_FLOOR, self.noise_floor))))]

    def _done(self, stage):
        if self.settings.should_stop():
            self.notes.append("time budget reached: the best formulas found until then are kept")
            return True
        best = self.best()
        good = best.loss <= max(GOOD_LOSS, 2 * self.noise_floor)
        good = good and 1 - best.fidelity <= GOOD_INFIDELITY
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
        self.terms = distinct_terms(terms, problem.field.weights, MAX_TERMS_IN_DICTIONARY)
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
            should_stop=self.settings.should_stop,
        )
        self.combinations = combinations
        self._take(terms, combinations)
        self.progress(f"beam: {len(combinations)} combinations, loss {self.best().loss:.2e}")

    def _leaders(self, n):
        """Return the sums of terms with the best merit."""
        price, prices = SEARCH_PRICE, self.settings.prices

        def rank(parts):
            cost = sum(p.cost(prices) for p in parts) + COMBINING_COST * (len(parts) - 1)
            return merit(self.pool[parts] + self.noise_floor, cost, price), str(parts)

        return sorted(self.pool, key=rank)[:n]

    def _tuned(self):
        for parts in self._leaders(N_TUNED):
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
        self.terms = distinct_terms(merged, self.problem.field.weights, MAX_TERMS_IN_DICTIONARY)
        self._beam(self.terms)


def operator_prices(operators=None):
    """Return the prices of a set of operators, negation free.

    Parameters
    ----------
    operators : sequence of str, dict of str to float, or None, default=None
        Names, or names with prices; None is the default set.

    Returns
    -------
    dict of str to float
        Prices, with "neg".

    Raises
    ------
    ValueError
        If an operator does not exist, none is given or a price is not positive.
    """
    if operators is None:
        operators = DEFAULT_OPERATORS
    if isinstance(operators, str) or not len(operators):
        raise ValueError(
            f"operators must be a non-empty collection of names out of {sorted(OPERATORS)}. "
            f"Got {operators!r} instead."
        )
    unknown = [name for name in operators if name not in OPERATORS]
    if unknown:
        raise ValueError(
            f"operators must be names out of {sorted(OPERATORS)}. Got {unknown} instead."
        )
    prices = {name: OPERATORS[name].price for name in operators}
    if isinstance(operators, dict):
        prices = dict(operators)
    if not all(isinstance(price, Real) and 0 < price < np.inf for price in prices.values()):
        raise ValueError(f"prices of operators must be positive numbers. Got {prices} instead.")
    return {"neg": 1.0, **{name: float(price) for name, price in prices.items()}}
