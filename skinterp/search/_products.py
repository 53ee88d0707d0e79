"""Products of powers, with brackets: a beam in logarithms, whose gradients add up."""

from dataclasses import replace
from functools import cached_property
from itertools import combinations, permutations

import numpy as np

from skinterp.expression._monomials import product
from skinterp.search._dictionary import stack
from skinterp.search._formulas import operators_of
from skinterp.search._front import LOSS_FLOOR, PRICE
from skinterp.search._regressed import label_ranks, logistic_steps, regressed
from skinterp.search._terms import carries
from skinterp.search._tuning import tune
from skinterp.utils import round_to_digits

EXPONENTS = np.array([1.0, -1.0, 2.0, -2.0, 0.5, -0.5])
N_INPUTS, N_STEPS, WIDTH, N_FINISHED, N_TUNED = 8, 5, 15, 8, 3
FIELD_WIDTH, N_EXTENDED = 40, 20
N_BY_LABELS, N_BY_FIELD = 25, 25
MOST_EXPONENT, N_ROUNDED, MOST_OFF, POWER_COST = 4.0, 2, 0.3, 2.0
# Constants in brackets ``1 - c*t`` take this much of what keeps them positive.
SHARES = (0.35, 0.7, 0.95)


def _factor(term, n, weights):
    """Return the logarithm of a term, with the term's expression and cost.

    None where the term is not positive on all rows, or nearly zero on few.
    """
    if term is None or not (term.values > 0).all():
        return None
    values = term.values[:n]
    logarithm = replace(term, values=np.log(values), gradients=term.gradients / values[:, None])
    return logarithm if carries(logarithm, weights) else None


def _brackets(space, term):
    """Return ``1 - c*t`` and ``1 + c*t`` of a positive term."""
    if term is None or not (term.values > 0).all():
        return []
    size, unit, found = float(term.values.max()), space.constant(1.0), []
    if size < 1.0:
        found.append(space.apply("sub", unit, term))
    else:
        found += space.formulas([term], "1 + x0")
    for share in SHARES:
        parts = [term, space.constant(round_to_digits(share / size, 2))]
        found += space.formulas(parts, "1 - x1*x0")
    typical = round_to_digits(1.0 / float(np.median(term.values)), 2)
    return [*found, *space.formulas([term, space.constant(typical)], "1 + x1*x0")]


def factors_of(problem):
    """Return the factors that products are made of: inputs, sums and differences of two, brackets.

    Parameters
    ----------
    problem : Problem
        The problem.

    Returns
    -------
    list of Term
        Logarithms of factors that are positive on all rows.
    """
    space = problem.space
    inputs = [space.variable(j) for j in problem.ranked[: min(problem.n_strong, N_INPUTS)]]
    inputs = [x for x in inputs if (x.values > 0).all()]
    terms = list(inputs)
    for x in inputs:
        terms += _brackets(space, x)
    for a, b in combinations(inputs, 2):
        terms.append(space.apply("add", a, b))
        terms += _brackets(space, space.apply("mul", a, b))
    for a, b in permutations(inputs, 2):
        terms.append(space.apply("sub", a, b))
        terms += _brackets(space, space.apply("div", a, b))
    found = [_factor(term, space.n, problem.field.weights) for term in terms]
    return [factor for factor in found if factor is not None]


def _canonical(chosen):
    """Return exponents up to a factor: the smallest one is 1, the largest factor positive."""
    chosen = sorted(chosen)
    unit = min(abs(exponent) for _, exponent in chosen)
    sign = 1.0 if sum(exponent for _, exponent in chosen) >= 0 else -1.0
    return tuple((k, sign * exponent / unit) for k, exponent in chosen)


def _extended(beam, A, B, costs):
    """Return the best products with one factor more, as (rank, key, price)."""
    trials = {}
    for chosen, cost, e in beam:
        taken = [k for k, _ in chosen]
        Ae, Be, a, b = A @ e, B @ e, np.diag(A), np.diag(B)
        for exponent in EXPONENTS:
            top = e @ Ae + 2 * exponent * Ae + exponent**2 * a
            length = e @ Be + 2 * exponent * Be + exponent**2 * b
            quotient = np.where(length > 1e-12, top / np.maximum(length, 1e-12), 1.0)
            quotient[taken] = np.inf
            price = cost + costs + 1.0 + POWER_COST * (abs(exponent) != 1.0)
            rank = np.log(np.maximum(quotient, 0.0) + LOSS_FLOOR) + PRICE * price
            for k in np.argsort(rank)[:N_EXTENDED]:
                if np.isfinite(rank[k]):
                    key = _canonical((*chosen, (int(k), float(exponent))))
                    known = trials.get(key, (np.inf, key, 0.0))
                    trials[key] = min(known, (float(rank[k]), key, float(price[k])))
    return sorted(trials.values())


def _rounded(subset, exponents):
    """Yield products whose exponents are multiples of one half, next to given ones."""
    trials = []
    for unit in np.abs(exponents):
        rounded = np.round(2.0 * exponents / unit) / 2.0
        if (np.abs(rounded) <= MOST_EXPONENT).all() and rounded.any():
            off = float(np.abs(exponents / unit - rounded).max())
            trials.append((off, tuple(rounded)))
    for off, rounded in sorted(trials)[:N_ROUNDED]:
        if off < MOST_OFF:
            chosen = [(k, float(e)) for k, e in zip(subset, rounded) if e]
            if len(chosen) > 1:
                yield _canonical(chosen)


class Products:
    """Products of powers of factors, ranked by a gradient field in closed form.

    Parameters
    ----------
    problem : Problem
        The problem.
    factors : list of Term
        Logarithms of the factors.
    """

    def __init__(self, problem, factors):
        self.factors = factors
        self.allowed = {"add", "sub", "neg", *problem.settings.prices}
        objective = problem.objective(*stack(factors, problem.space.n))
        sizes = np.outer(objective.lengths, objective.lengths)
        self.A, self.B = objective.A * sizes, objective.B * sizes
        self.costs = np.array([factor.cost for factor in self.factors])

    @cached_property
    def by_field(self):
        """Products of two factors or more by their rank in the field, the best first."""
        beam, found = [((), 0.0, np.zeros(len(self.factors)))], {}
        for _ in range(N_STEPS):
            trials = _extended(beam, self.A, self.B, self.costs)[:FIELD_WIDTH]
            found.update({key: rank for rank, key, _ in trials})
            beam = [(key, price, self._vector(key)) for _, key, price in trials]
        order = sorted((key for key in found if len(key) > 1), key=lambda key: (found[key], key))
        return self._allowed(order)

    def by_labels(self, logarithms, yes):
        """Return products that labels like best, their exponents by regression and rounded.

        Those that the field likes best follow.

        Parameters
        ----------
        logarithms : ndarray of shape (n, k)
            Logarithms of the factors on rows next to the boundary.
        yes : ndarray of bool of shape (n,)
            Labels.

        Returns
        -------
        list of Expression
            Products of two factors or more, the best first.
        """
        found, factors = {}, range(len(self.factors))

        def followed(subsets):
            ranks = self._label_ranks(subsets, logarithms, yes)
            order = np.argsort(ranks, kind="stable")[:WIDTH]
            found.update((subsets[k], float(ranks[k])) for k in order)
            return [subsets[k] for k in order]

        inputs = [k for k in factors if self.factors[k].expression.is_variable]
        plain = [s for m in range(2, N_STEPS) for s in combinations(inputs, m)]
        beam = [(), *followed(plain)] if plain else [()]
        for _ in range(N_STEPS):
            subsets = {tuple(sorted((*s, k))) for s in beam for k in factors if k not in s}
            subsets = sorted(s for s in subsets.difference(found) if len(s) <= N_STEPS)
            if not subsets:
                break
            beam = followed(subsets)
        keys = []
        for subset in sorted(found, key=lambda s: (found[s], s)):
            if len(subset) > 1:
                values = logarithms[:, list(subset)]
                start = regressed(values, yes, [range(len(subset))])[0]
                keys += _rounded(subset, logistic_steps(values, yes, start))
        return self._allowed(dict.fromkeys(keys))[:N_BY_LABELS] + self.by_field[:N_BY_FIELD]

    def _label_ranks(self, subsets, logarithms, yes):
        """Return ranks of sets of factors by the labels that their best powers get wrong."""
        ranks = np.empty(len(subsets))
        for size in {len(s) for s in subsets}:
            group = [k for k, s in enumerate(subsets) if len(s) == size]
            chosen = np.array([subsets[k] for k in group])
            costs = self.costs[chosen].sum(axis=1) + size
            coefficients = regressed(logarithms, yes, chosen)
            ranks[group] = label_ranks(logarithms, yes, chosen, coefficients, costs)
        return ranks

    def _allowed(self, keys):
        expressions = (self.expression(key) for key in keys)
        return [e for e in expressions if operators_of(e) <= self.allowed]

    def _vector(self, key):
        vector = np.zeros(len(self.factors))
        for k, exponent in key:
            vector[k] = exponent
        return vector

    def expression(self, key):
        """Return a product as an expression."""
        return product({self.factors[k].expression: exponent for k, exponent in key})

    def logarithms(self, X):
        """Return the logarithms (n, k) of the factors on rows."""
        values = [factor.expression.evaluate(X) for factor in self.factors]
        with np.errstate(all="ignore"):
            return np.log(np.stack(values, axis=1))


def combine_products(search):
    """Search products of powers of inputs, sums and brackets, and add the best.

    Parameters
    ----------
    search : Search
        The search.
    """
    problem, added, factors = search.problem, [], factors_of(search.problem)
    if not factors:
        return
    search.products = Products(problem, factors)
    for expression in search.products.by_field[:N_FINISHED]:
        solved = problem.solve((expression,))
        if solved is not None:
            search.add((expression,), solved[1], solved[0])
            added.append((solved[0], expression))
    for _, expression in added[:N_TUNED]:
        if expression.constants and not search.settings.should_stop():
            parts = tune((expression,), problem)
            solved = problem.solve(parts)
            if solved is not None:
                search.add(parts, solved[1], solved[0])
    n_factors = len(search.products.factors)
    search.settings.report(f"products of {n_factors} factors: loss {search.best().loss:.2e}")


def has_positive_inputs(search):
    """Tell whether two strong inputs are positive, so that products of powers are defined.

    Parameters
    ----------
    search : Search
        The search.

    Returns
    -------
    bool
        Whether there are.
    """
    problem = search.problem
    strong = problem.ranked[: problem.n_strong]
    n_positive = sum(bool((problem.space.variable(j).values > 0).all()) for j in strong)
    return n_positive > 1 and "mul" in problem.settings.prices
