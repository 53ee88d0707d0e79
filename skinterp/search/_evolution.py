"""Terms evolved by gplearn: what would improve the combinations found so far?

gplearn grows, crosses and mutates the programs. They are evaluated here, with real mathematics,
exact gradients and shared subtrees, because its own loop sees predictions only.
"""

import numpy as np
from gplearn._program import _Program
from gplearn.functions import make_function
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from skinterp.expression import OPERATORS, Constant, Operation, Variable
from skinterp.expression._operators import Carrier
from skinterp.search._beam import COMBINING_COST, SEARCH_PRICE, merit
from skinterp.search._dictionary import stack
from skinterp.search._terms import carries, distinct_terms

POPULATION, GENERATIONS, TOURNAMENT, PATIENCE = 150, 25, 7, 8
INIT_DEPTH, CONST_RANGE, POINT_REPLACE = (1, 3), (-3.0, 3.0), 0.1
# Cumulated probabilities of crossover, subtree, hoist; the rest is point mutation.
CROSSOVER, SUBTREE, HOIST = 0.6, 0.8, 0.85
MAX_TERM_COST = 16.0
N_KEPT = 20


def function_set(prices):
    """Return gplearn functions that stand for the operators allowed.

    Parameters
    ----------
    prices : dict of str to float
        Price of each operator allowed.

    Returns
    -------
    list of gplearn functions
        Their names are the operators'; gplearn never evaluates them.
    """
    stand_ins = {1: np.negative, 2: np.add}
    arities = {name: OPERATORS[name].arity for name in sorted(prices)}
    return [
        make_function(function=stand_ins[arity], name=name, arity=arity, wrap=False)
        for name, arity in arities.items()
        if not OPERATORS[name].constant_last
    ]


def to_expression(program, inputs):
    """Convert a gplearn program, a flat list in prefix order, to an expression.

    Parameters
    ----------
    program : list
        Functions, feature indices and constants.
    inputs : sequence of int
        The input that each feature index stands for.

    Returns
    -------
    Expression
        The same tree.
    """
    stack_ = []
    for node in reversed(program):
        if hasattr(node, "arity"):
            args = tuple(stack_.pop() for _ in range(node.arity))
            stack_.append(Operation(node.name, args))
        elif isinstance(node, (int, np.integer)):
            stack_.append(Variable(inputs[node]))
        else:
            stack_.append(Constant(round(float(node), 2)))
    return stack_.pop()


def to_program(expression, functions, inputs):
    """Convert an expression to a gplearn program; None if an operator is not in the set.

    Parameters
    ----------
    expression : Expression
        The tree.
    functions : dict of str to gplearn function
        The function set by name.
    inputs : sequence of int
        The input that each feature index stands for.

    Returns
    -------
    list or None
        Functions, feature indices and constants in prefix order.
    """
    if isinstance(expression, Constant):
        return [float(expression.value)]
    if isinstance(expression, Variable):
        return [inputs.index(expression.index)] if expression.index in inputs else None
    parts = [to_program(arg, functions, inputs) for arg in expression.args]
    if expression.operator_name not in functions or None in parts:
        return None
    return [functions[expression.operator_name], *(node for part in parts for node in part)]


class _Breeder:
    """Makes programs from programs through gplearn's genetic operators."""

    def __init__(self, functions, n_inputs, rng):
        self.rng = rng
        self.settings = {
            "function_set": functions,
            "arities": {f.arity: [g for g in functions if g.arity == f.arity] for f in functions},
            "init_depth": INIT_DEPTH,
            "init_method": "half and half",
            "n_features": n_inputs,
            "const_range": CONST_RANGE,
            "metric": None,
            "p_point_replace": POINT_REPLACE,
            "parsimony_coefficient": 0.0,
        }

    def program(self, nodes=None):
        return _Program(**self.settings, random_state=self.rng, program=nodes)

    def child(self, parent, donor):
        program, method = self.program(parent), self.rng.uniform()
        if method < CROSSOVER:
            return program.crossover(donor, self.rng)[0]
        if method < SUBTREE:
            return program.subtree_mutation(self.rng)[0]
        if method < HOIST:
            return program.hoist_mutation(self.rng)[0]
        return program.point_mutation(self.rng)[0]


class _Fitness:
    """Scores programs by the best combination that their term completes; each only once."""

    def __init__(self, problem, base_terms, bases):
        self.problem, self.space = problem, problem.space
        self.base_terms, self.bases = base_terms, bases
        self.merits, self.terms = {}, {}

    def __call__(self, programs):
        expressions = [to_expression(program, self.space.active) for program in programs]
        fresh = [e for e in dict.fromkeys(expressions) if e not in self.merits]
        self.merits.update(dict.fromkeys(fresh, np.inf))
        cheap = [e for e in fresh if e.cost(self.space.prices) <= MAX_TERM_COST]
        terms = map(self.space.term, cheap)
        # spikes would win: their coefficients are decided by a few points
        terms = [t for t in terms if t is not None and carries(t, self.space.even_weights)]
        if terms:
            self._score(terms)
        return np.array([self.merits[expression] for expression in expressions])

    def _score(self, terms):
        m = len(self.base_terms)
        objective = self.problem.objective(*stack(self.base_terms + terms, self.space.n))
        costs = np.array([term.cost for term in terms])
        best = merit(objective.singles()[m:], costs, SEARCH_PRICE)
        for subset, cost in self.bases:
            loss = objective.extensions(subset)[m:]
            best = np.fmin(best, merit(loss, costs + cost + COMBINING_COST, SEARCH_PRICE))
        for term, value in zip(terms, best, strict=True):
            self.merits[term.expression], self.terms[term.expression] = float(value), term


def _evolve_island(carrier, fitness, seeds, functions, seed):
    """Evolve one population and return the best terms it has seen."""
    rng = check_random_state(seed)
    breeder = _Breeder(functions, len(fitness.space.active), rng)
    population = list(seeds[: POPULATION // 2])
    population += [breeder.program().program for _ in range(POPULATION - len(population))]
    best, stale = np.inf, 0
    for _ in range(GENERATIONS):
        merits = fitness(population)
        stale = 0 if merits.min() < best - 1e-3 else stale + 1
        best = min(best, merits.min())
        if stale >= PATIENCE or fitness.problem.settings.should_stop():
            break
        entrants = rng.randint(len(population), size=(2 * len(population), TOURNAMENT))
        winners = entrants[np.arange(len(entrants)), np.argmin(merits[entrants], axis=1)]
        elite = [population[k] for k in np.argsort(merits, kind="stable")[:2]]
        children = [
            breeder.child(population[a], population[b])
            for a, b in zip(winners[::2], winners[1::2], strict=True)
        ]
        population = elite + children[: len(population) - 2]
    ranked = sorted(fitness.terms, key=lambda e: (fitness.merits[e], str(e)))
    return [fitness.terms[expression] for expression in ranked[: 4 * N_KEPT]]


def bases_of(leaders, base_terms, prices):
    """Return the sums that a term may join: each leader, whole and without one of its terms.

    Parameters
    ----------
    leaders : list of tuple of Expression
        Sums of terms.
    base_terms : dict of Expression to Term
        Their terms.
    prices : dict of str to float
        Price of each operator.

    Returns
    -------
    list of (tuple of int, float)
        The base terms and the cost of each sum; a whole leader is given a start, the cost of
        combining one term.
    """
    index = {expression: k for k, expression in enumerate(base_terms)}
    bases = []
    for parts in leaders:
        for k in range(len(parts) + 1):
            others = parts[:k] + parts[k + 1 :]
            cost = sum(part.cost(prices) for part in others) + COMBINING_COST * (len(parts) - 2)
            bases += [(tuple(index[part] for part in others), cost)] if others else []
    return bases


def evolve_terms(problem, base_terms, bases, seeds, random_state):
    """Evolve terms whose fitness is how much a sum improves by taking them in.

    Parameters
    ----------
    problem : Problem
        The problem; its settings say how many populations are evolved, how many at once, and
        when to stop. The result depends on their number, but not on `n_jobs`.
    base_terms : list of Term
        Terms of the sums to improve.
    bases : list of (tuple of int, float)
        The base terms and the cost of each sum; a term alone competes too.
    seeds : list of Expression
        Terms to start from, beside random ones.
    random_state : int, RandomState instance or None
        Seeds the populations.

    Returns
    -------
    list of Term
        The best distinct terms of all populations.
    """
    rng = check_random_state(random_state)
    space, settings = problem.space, problem.settings
    functions = function_set(space.prices)
    by_name = {function.name: function for function in functions}
    programs = [to_program(expression, by_name, space.active) for expression in seeds]
    programs = [program for program in programs if program is not None]
    island_seeds = rng.randint(np.iinfo(np.int32).max, size=settings.n_islands)
    results = Parallel(n_jobs=settings.n_jobs)(
        delayed(_evolve_island)(
            Carrier(space.prices),
            _Fitness(problem, base_terms, bases),
            programs,
            functions,
            int(seed),
        )
        for seed in island_seeds
    )
    terms = [term for island in zip(*results, strict=False) for term in island]
    return distinct_terms(terms, space.even_weights, N_KEPT * settings.n_islands)
