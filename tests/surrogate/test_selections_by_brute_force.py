"""What hinges and sums of trees select, beside searches that try everything and share no code."""

import itertools

import numpy as np
import pytest

from skinterp.surrogate._hinge_search import Asked, Factor, forward, own_atoms, pruned, term_values
from skinterp.surrogate._knots import knots_of, weighted_quantiles
from skinterp.surrogate._tree_sums import grow_sum, leaf_columns

SEEDS = range(4)


def asked(seed, n=60, p=3, n_outputs=1, ratio=0.1):
    """Return points with the values and slopes of random smooth functions."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, p))
    A, b = rng.normal(size=(n_outputs, p)), rng.normal(size=n_outputs)
    angle = Z @ A.T + b
    values = np.sin(angle) + Z[:, :1] * Z[:, 1:2]
    slopes = np.cos(angle)[:, :, np.newaxis] * A
    slopes[:, :, 0] += Z[:, 1:2]
    slopes[:, :, 1] += Z[:, :1]
    weight = rng.uniform(0.5, 2.0, n)
    weight /= weight.sum()
    return Asked(Z, values - weight @ values, slopes, weight, np.full(p, ratio))


def stacked(question, function):
    """Return a function's values and slopes as one column in which squares add up."""
    value, own = function
    root = np.sqrt(question.weight)
    parts = [root * value]
    for j, share in enumerate(question.ratio):
        parts.append(np.sqrt(share) * root * own.get(j, np.zeros(len(value))))
    return np.concatenate(parts)


def targets(question):
    return np.stack(
        [
            stacked(question, (values, dict(enumerate(question.slopes[:, k].T))))
            for k, values in enumerate(question.values.T)
        ],
        axis=1,
    )


def left_over(question, terms):
    """Return the squared error of least squares on the terms and a constant."""
    constant = (np.ones(len(question.Z)), {})
    functions = [constant, *(term_values(term, question.Z) for term in terms)]
    A, B = np.stack([stacked(question, f) for f in functions], axis=1), targets(question)
    rest = B - A @ np.linalg.lstsq(A, B, rcond=None)[0]
    return float(np.sum(rest**2))


def factors(knots):
    """Return all factors that a term may have."""
    for j, places in enumerate(knots):
        yield Factor(j, 0, 0.0)
        yield from (Factor(j, sign, float(knot)) for sign in (1, -1) for knot in places)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("max_degree", "n_outputs"), [(1, 1), (2, 1), (2, 3)])
def test_each_hinge_is_the_one_that_leaves_least(seed, max_degree, n_outputs):
    question = asked(seed, n_outputs=n_outputs)
    knots = knots_of(question.Z, question.weight, 4)
    terms = forward(question, knots, 5, max_degree)
    assert len(terms) == 5
    for n, taken in enumerate(terms):
        before = terms[:n]
        parents = [(), *(t for t in before if len(t) < max_degree)]
        tried = [
            (*parent, factor)
            for parent, factor in itertools.product(parents, factors(knots))
            if factor.feature not in [own.feature for own in parent]
        ]
        least = min(left_over(question, [*before, trial]) for trial in tried)
        assert left_over(question, [*before, taken]) <= least + 1e-5 * left_over(question, before)


@pytest.mark.parametrize("seed", SEEDS)
def test_terms_are_taken_off_to_the_least_validation_error(seed):
    """Backward by hand: off goes what costs least per atom; of the subsets the best is kept."""
    question = asked(seed)
    terms = forward(question, knots_of(question.Z, question.weight, 4), 6, 2)
    own = list(map(own_atoms, terms))
    kept = pruned(question, terms, own, len(question.Z), max_terms=6)
    size_of = [sum(f.sign != 0 for f in term) for term in terms]
    now, errors = list(range(len(terms))), {}
    while now:
        size = 1.0 + sum(1.0 + 3.0 * size_of[k] for k in now)
        loss = left_over(question, [terms[k] for k in now])
        if size < len(question.Z):
            errors[tuple(now)] = loss / (1.0 - size / len(question.Z)) ** 2
        worse = {
            k: (left_over(question, [terms[i] for i in now if i != k]) - loss) / (own[k] + 1)
            for k in now
        }
        now.remove(min(worse, key=worse.get))
    assert tuple(kept) == min(errors, key=errors.get)


@pytest.mark.parametrize("most", [1, 2, 4])
def test_bounds_of_terms_and_atoms_are_kept(most):
    question = asked(0)
    terms = forward(question, knots_of(question.Z, question.weight, 4), 6, 2)
    own = list(map(own_atoms, terms))
    assert len(pruned(question, terms, own, 60, max_terms=most)) <= most
    kept = pruned(question, terms, own, 60, max_terms=6, max_atoms=2 * most)
    assert sum(own[k] + 1 for k in kept) + 1 <= 2 * most


@pytest.mark.parametrize("seed", SEEDS)
def test_slopes_of_terms_are_their_differences(seed):
    rng = np.random.default_rng(seed)
    Z, step = rng.normal(size=(50, 3)), 1e-6
    term = (Factor(0, 1, -0.2), Factor(1, -1, 0.4), Factor(2, 0, 0.1))
    _, slopes = term_values(term, Z)
    for j in range(3):
        ends = [Z.copy(), Z.copy()]
        ends[0][:, j] += step
        ends[1][:, j] -= step
        high, low = (term_values(term, end)[0] for end in ends)
        np.testing.assert_allclose(slopes[j], (high - low) / (2 * step), atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_weighted_quantiles_are_those_of_repeated_rows(seed):
    rng = np.random.default_rng(seed)
    values, counts = rng.normal(size=30), rng.integers(1, 5, 30)
    shares = [0.0, 0.1, 0.5, 0.77, 1.0]
    repeated = np.sort(np.repeat(values, counts))
    places = np.maximum(np.ceil(np.array(shares) * len(repeated)).astype(int) - 1, 0)
    found = weighted_quantiles(values, counts.astype(float), shares)
    np.testing.assert_array_equal(found, repeated[places])


def test_knots_lie_within_the_data_and_two_values_have_none():
    Z = np.column_stack([np.linspace(0, 1, 40), np.arange(40) % 2, np.arange(40) % 5])
    wide, two, few = knots_of(Z, np.ones(40), 6)
    assert wide.min() > 0 and wide.max() < 1 and len(wide) == 6 and np.all(np.diff(wide) > 0)
    assert len(two) == 0
    assert few.tolist() == [1, 2, 3]


def best_split(values, weight, rows, residual, least):
    """Return how much of the squared error the best cut of points takes, and its halves."""

    def error(part):
        mean = np.average(residual[part], axis=0, weights=weight[part])
        return np.sum(weight[part, np.newaxis] * (residual[part] - mean) ** 2)

    best = 0.0, None
    for column in values.T:
        for cut in np.unique(column[rows]):
            low, high = rows[column[rows] <= cut], rows[column[rows] > cut]
            if min(len(low), len(high)) >= least:
                gain = error(rows) - error(low) - error(high)
                if gain > best[0] * (1 + 1e-9):
                    best = gain, [low, high]
    return best


def grown_by_hand(values, followed, weight, n_trees, most, least):
    """Grow a sum of trees, trying every split of every leaf and every new tree at each step."""
    every, trees = np.arange(len(values)), []
    root = np.sqrt(weight)[:, np.newaxis]
    while True:
        leaves = [leaf for tree in trees for leaf in tree] or [every]
        columns = np.stack([np.isin(every, leaf) for leaf in leaves], axis=1).astype(float)
        fitted = np.linalg.lstsq(root * columns, root * followed, rcond=None)[0]
        residual = followed - columns @ fitted
        n_leaves = sum(map(len, trees))
        if n_leaves >= most:
            return trees
        options = [(k, leaf) for k, tree in enumerate(trees) for leaf in range(len(tree))]
        tried = [
            (*best_split(values, weight, trees[k][leaf], residual, least), k, leaf)
            for k, leaf in options
        ]
        if len(trees) < n_trees and n_leaves + 2 <= most:
            tried.append((*best_split(values, weight, every, residual, least), len(trees), 0))
        gain, halves, k, leaf = max(tried, key=lambda option: option[0], default=(0.0, None, 0, 0))
        if gain <= 1e-9:
            return trees
        if k == len(trees):
            trees.append([every])
        trees[k][leaf : leaf + 1] = halves


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("n_trees", "n_outputs", "least"), [(1, 1, 1), (2, 1, 3), (3, 2, 5)])
def test_sums_of_trees_take_the_split_that_gains_most(seed, n_trees, n_outputs, least):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(50, 3))
    followed = np.sign(values[:, :1]) + values[:, 1:2] * (values[:, 2:] > 0)
    followed = followed + 0.3 * rng.normal(size=(50, n_outputs))
    weight = rng.uniform(0.5, 2.0, 50)
    weight /= weight.sum()
    options = {"n_trees": n_trees, "max_depth": None, "min_samples_leaf": least}
    trees = grow_sum(values, followed, weight, max_leaf_nodes=7, **options)
    found = [{tuple(sorted(tree.rows[leaf])) for leaf in tree.leaves} for tree in trees]
    by_hand = grown_by_hand(values, followed, weight, n_trees, 7, least)
    assert found == [{tuple(sorted(leaf)) for leaf in tree} for tree in by_hand]
    columns = leaf_columns(trees, 50)
    assert (columns.sum(axis=1) == len(trees)).all()
