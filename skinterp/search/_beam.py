"""Beam search over sparse combinations of terms, each solved in closed form."""

from dataclasses import dataclass

import numpy as np

N_SINGLES, N_PAIRS, N_EXTENSIONS, N_SOLVED, BEAM_WIDTH = 60, 300, 12, 200, 40
# Nodes that a further term brings beside its own: a sum, a product, a coefficient.
COMBINING_COST = 3.0
# What a unit of cost must bring in log-loss.
SEARCH_PRICE = 0.06
LOSS_FLOOR = 1e-6
# Terms whose pairs are scored at once, so that their matrices stay in the cache.
ROWS_AT_ONCE = 64


@dataclass(frozen=True)
class Combination:
    """A linear combination of terms of a dictionary.

    Parameters
    ----------
    subset : tuple of int
        Indices of the terms.
    coefficients : ndarray of shape (m,)
        Their coefficients.
    loss : float
        Loss of the objective that solved it.
    cost : float
        Price of the terms and of combining them.
    """

    subset: tuple
    coefficients: np.ndarray
    loss: float
    cost: float


def merit(loss, cost, price):
    """Return ``log loss + price * cost``, small for short and close formulas.

    Parameters
    ----------
    loss : float or ndarray
        Losses.
    cost : float or ndarray
        Costs.
    price : float
        What a unit of cost must bring in log-loss.

    Returns
    -------
    float or ndarray
        The merit.
    """
    return np.log(np.maximum(loss, LOSS_FLOOR)) + price * cost


def sum_cost(parts, prices):
    """Return the cost of a sum of terms and of combining them.

    Parameters
    ----------
    parts : sequence of Expression
        The terms.
    prices : dict of str to float
        Price of each operator.

    Returns
    -------
    float
        The cost.
    """
    return sum(part.cost(prices) for part in parts) + COMBINING_COST * (len(parts) - 1)


def _ranked(rank, n):
    """Return the positions of the n smallest finite numbers, the smallest first."""
    n = min(n, len(rank))
    top = np.sort(np.argpartition(rank, n - 1)[:n]) if n else np.array([], dtype=int)
    top = top[np.argsort(rank[top], kind="stable")]
    return top[np.isfinite(rank[top])]


def _best_pairs(objective, costs, price, max_cost):
    found, ranks, K = [], [], len(costs)
    for start in range(0, K, ROWS_AT_ONCE):
        first = np.arange(start, min(start + ROWS_AT_ONCE, K))
        cost = costs[first, None] + costs + COMBINING_COST
        rank = merit(objective.pairs(slice(start, first[-1] + 1)), cost, price)
        rank[(cost > max_cost) | (np.arange(K) <= first[:, None])] = np.inf
        top = _ranked(rank.ravel(), N_PAIRS)
        found += [(start + int(k // K), int(k % K)) for k in top]
        ranks.append(rank.ravel()[top])
    return [found[k] for k in _ranked(np.concatenate(ranks), N_PAIRS)]


def beam_search(
    objective, costs, *, price=SEARCH_PRICE, max_terms=5, max_cost=np.inf, should_stop=None
):
    """Search combinations of up to `max_terms` terms, keeping the best of every size.

    All singles and pairs are scored; larger combinations extend the best 40 of the
    size before (three times as many pairs) by every term. Scores are closed forms of the
    objective; the best of them are solved exactly (reweighted).

    Parameters
    ----------
    objective : DirectionObjective or ValueObjective
        What to minimise.
    costs : ndarray of shape (K,)
        Cost of each term.
    price : float, default=0.06
        What a unit of cost must bring in log-loss.
    max_terms : int, default=5
        Largest number of terms.
    max_cost : float, default=inf
        Largest cost of a combination.
    should_stop : callable or None, default=None
        Asked between sizes; True ends the search with what it has.

    Returns
    -------
    list of Combination
        All combinations solved, by rising cost.
    """
    solved = {}

    def solve(subsets):
        keys = [tuple(sorted(int(k) for k in subset)) for subset in subsets]
        new = [key for key in dict.fromkeys(keys) if key not in solved]
        if new:
            losses, coefficients = objective.solve_all(new)
            sizes = costs[np.array(new)].sum(axis=1) + COMBINING_COST * (len(new[0]) - 1)
            for key, c, loss, cost in zip(new, coefficients, losses.tolist(), sizes.tolist()):
                solved[key] = Combination(key, c, loss, cost)
        return [solved[key] for key in keys]

    rank = np.where(costs <= max_cost, merit(objective.singles(), costs, price), np.inf)
    beam = solve([(k,) for k in _ranked(rank, N_SINGLES)])
    for size in range(2, max_terms + 1):
        if len(costs) < size or (should_stop is not None and should_stop()):
            break
        if size == 2:
            subsets = _best_pairs(objective, costs, price, max_cost)
        else:
            subsets = _best_extensions(objective, costs, price, beam, max_cost)
        grown = {s.subset: s for s in solve(subsets)}
        ranked = sorted(grown.values(), key=lambda s: (merit(s.loss, s.cost, price), s.subset))
        beam = ranked[: BEAM_WIDTH * (3 if size == 2 else 1)]
    return sorted(solved.values(), key=lambda s: (s.cost, s.loss, s.subset))


def _best_extensions(objective, costs, price, beam, max_cost):
    """Return the most promising extensions by one term of the combinations in a beam."""
    ranks = {}
    for combination in beam:
        rank = merit(objective.extensions(combination.subset), costs, price)
        rank = rank + price * combination.cost
        rank[list(combination.subset)] = np.inf
        rank[costs + combination.cost + COMBINING_COST > max_cost] = np.inf
        for k in _ranked(rank, N_EXTENSIONS):
            subset = tuple(sorted((*combination.subset, int(k))))
            ranks[subset] = min(rank[k], ranks.get(subset, np.inf))
    return sorted(ranks, key=lambda subset: (ranks[subset], subset))[:N_SOLVED]
