"""Random networks over one-hot groups, and expansions by an independent implementation."""

from itertools import chain, combinations, pairwise, product

import numpy as np

from skinterp.network import as_network

NAMES = "abcdefghijklmnopqrstuvwxyz"


def groups_of(sizes):
    """Return one-hot groups by name."""
    starts = np.cumsum([0, *sizes])
    return {NAMES[i]: range(starts[i], starts[i + 1]) for i in range(len(sizes))}


def one_hot(codes, sizes):
    """Return rows of codes as one-hot columns."""
    return np.hstack([np.eye(q)[codes[:, i]] for i, q in enumerate(sizes)])


def all_codes(sizes):
    """Return all inputs."""
    return np.array(list(product(*map(range, sizes))))


def random_network(sizes, hidden=(5,), activation="tanh", n_outputs=1, seed=0, scale=1.0, **task):
    """Return a random network over one-hot columns."""
    rng = np.random.default_rng(seed)
    widths = [sum(sizes), *hidden, n_outputs]
    coefs = [scale * rng.normal(size=shape) for shape in pairwise(widths)]
    intercepts = [rng.normal(size=width) for width in widths[1:]]
    activations = [activation] * len(hidden) + ["identity"]
    return as_network((coefs, intercepts, activations), **task)


def rows_of(sizes, n=30, seed=0):
    """Return random one-hot rows."""
    rng = np.random.default_rng(seed)
    return one_hot(np.stack([rng.integers(q, size=n) for q in sizes], axis=1), sizes)


def measures(sizes, seed=0):
    """Return random probabilities of the categories."""
    rng = np.random.default_rng(seed)
    return [rng.dirichlet(np.ones(q)) for q in sizes]


def oracle(values, sizes, weights, order):
    """Expand by inclusion and exclusion of conditional means, one coefficient at a time.

    `values` are (n_inputs, n_outputs) at `all_codes(sizes)`.
    """
    codes = all_codes(sizes)
    share = np.prod([w[codes[:, i]] for i, w in enumerate(weights)], axis=0)

    def conditional_mean(held):
        """Average over the variables that are not held; also right where p(category) is 0."""
        is_met = np.all([codes[:, i] == c for i, c in held.items()] or [share >= 0], axis=0)
        rest = [w[codes[:, i]] for i, w in enumerate(weights) if i not in held]
        p = np.prod(rest, axis=0) if rest else np.ones(len(codes))
        return (values * (p * is_met)[:, np.newaxis]).sum(axis=0)

    terms = {}
    variables = range(len(sizes))
    for S in chain.from_iterable(combinations(variables, m) for m in range(order + 1)):
        term = np.empty((values.shape[1], *(sizes[i] for i in S)))
        for category in product(*(range(sizes[i]) for i in S)):
            held = dict(zip(S, category))
            inner = chain.from_iterable(combinations(S, m) for m in range(len(S) + 1))
            term[(slice(None), *category)] = sum(
                (-1) ** (len(S) - len(T)) * conditional_mean({i: held[i] for i in T})
                for T in inner
            )
        terms[S] = term
    return terms


def largest_difference(terms, others):
    """Return the largest difference of two sets of terms with the same keys."""
    assert set(terms) == set(others)
    return max(np.abs(terms[S] - others[S]).max() for S in terms)
