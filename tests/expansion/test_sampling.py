"""Sampled coefficients come with errors that are what they say."""

from itertools import product

import numpy as np
import pytest
from expansion_pool import groups_of, largest_difference, random_network, rows_of
from sklearn.exceptions import ConvergenceWarning

from skinterp.expansion import CategoricalExpansion
from skinterp.expansion._sampling import Estimate, _moments, draw, draw_rare


def fitted(network, sizes, **options):
    options = {"groups": groups_of(sizes), "random_state": 0, **options}
    return CategoricalExpansion(network, **options).fit(rows_of(sizes))


@pytest.mark.parametrize("measure", ["uniform", "marginals"])
def test_intervals_cover_the_truth_at_their_nominal_rate(measure):
    sizes, inside = (3, 2, 4, 3), []
    for seed in range(60):
        network = random_network(sizes, (6, 6), "relu", seed=seed, scale=0.7)
        truth = fitted(network, sizes, measure=measure).expansion_.terms
        drawn = fitted(
            network, sizes, measure=measure, method="sampling", precision=0.03, random_state=seed
        ).expansion_
        for S, term in truth.items():
            inside.append((np.abs(drawn.terms[S] - term) <= 1.96 * drawn.errors[S]).ravel())
    assert np.concatenate(inside).mean() == pytest.approx(0.95, abs=0.02)


def test_precision_is_reached_and_reported():
    sizes = (3,) * 6
    network = random_network(sizes, (8, 8), "tanh", seed=1)
    coarse, fine = (fitted(network, sizes, method="sampling", precision=p) for p in (0.1, 0.01))
    for found, precision in ((coarse, 0.1), (fine, 0.01)):
        size = np.sqrt(found.total_variance_)
        assert found.error_ <= 1.2 * precision * size
        worst = max(np.max(error) for error in found.standard_errors_.values())
        assert worst == pytest.approx(found.error_)
    truth = fitted(network, sizes)
    assert fine.total_variance_ == pytest.approx(truth.total_variance_, rel=0.02)
    assert np.allclose(
        fine.variance_by_order_, truth.variance_by_order_[:2], atol=0.02 * truth.total_variance_
    )
    assert {"error", "value"} <= set(fine.to_frame().columns)
    assert "error" not in truth.to_frame().columns


def test_terms_average_to_zero_exactly():
    sizes = (3, 2, 4)
    drawn = fitted(random_network(sizes, (4, 4)), sizes, method="sampling", precision=0.2)
    for S, term in drawn.expansion_.terms.items():
        for axis in range(1, 1 + len(S)):
            assert np.abs(term.mean(axis=axis)).max() < 1e-12


def test_the_same_seed_gives_the_same_for_any_number_of_jobs():
    sizes = (3,) * 5
    network = random_network(sizes, (5, 5), "relu", n_outputs=2)
    options = {"method": "sampling", "precision": 0.05}
    one, two, other = (
        fitted(network, sizes, n_jobs=n, random_state=seed, **options).expansion_.terms
        for n, seed in ((1, 0), (2, 0), (1, 1))
    )
    assert largest_difference(one, two) == 0.0
    assert largest_difference(one, other) > 0.0


def test_sampling_that_runs_out_of_time_warns():
    sizes = (4,) * 8
    network = random_network(sizes, (16, 16), "relu")
    with pytest.warns(ConvergenceWarning, match=r"max_seconds=0\.01 and \d+ rows with"):
        found = fitted(network, sizes, method="sampling", precision=1e-5, max_seconds=0.01)
    assert 0.0 < found.error_ < np.sqrt(found.total_variance_)
    assert "stopped after max_seconds=0.01" in str(found.expansion_)


def test_deep_networks_beyond_enumeration_are_sampled():
    sizes = (4,) * 12
    network = random_network(sizes, (6, 6), "tanh", scale=0.4)
    found = fitted(network, sizes, order=1, precision=0.1)
    assert found.method_ == "sampling"
    assert 0.0 < found.truncation_r2_["measure"][0] <= 1.0


def test_merged_estimates_are_those_of_all_rows():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(30, 2))

    ratios = rng.uniform(0.2, 2.0, size=30)

    def estimate(rows, w):
        moments = _moments(rows, w / w.sum(), w**2)
        return Estimate(len(rows), w.sum(), (w**2).sum(), *({(): part} for part in moments))

    for weights in (np.ones(30), ratios):
        both = estimate(data[:12], weights[:12]).merged(estimate(data[12:], weights[12:]))
        mean = weights @ data / weights.sum()
        rest = (weights**2) @ (data - mean) ** 2
        assert both.n_rows == 30
        assert np.allclose(both.means[()], mean)
        assert np.allclose(both.squares[()], rest)
        assert np.allclose(both.drifts[()], (weights**2) @ (data - mean))
        assert np.allclose(both.errors()[()], np.sqrt(rest * 30 / 29) / weights.sum())
    plain = estimate(data, np.ones(30)).errors()[()]
    assert np.allclose(plain, data.std(axis=0, ddof=1) / np.sqrt(30))


def test_rows_are_drawn_from_the_measure():
    weights = [np.array([0.7, 0.3, 0.0]), np.array([0.5, 0.5])]
    rows = draw(weights, 4000, np.random.default_rng(0))
    shares = np.bincount(rows[:, 0], minlength=3) / 4000
    assert np.allclose(shares, weights[0], atol=0.03)


def test_rare_categories_are_drawn_and_count_what_they_should():
    weights = [np.array([0.998, 0.001, 0.001]), np.array([0.5, 0.5]), np.array([0.9, 0.1, 0.0])]
    rows, ratios = draw_rare(weights, 40_000, np.random.default_rng(0))
    assert ratios.max() <= 2.0 and ratios.mean() == pytest.approx(1.0, abs=0.02)
    for i, w in enumerate(weights):
        shares = np.bincount(rows[:, i], ratios, minlength=len(w)) / ratios.sum()
        assert np.allclose(shares, w, atol=0.01)
    assert np.bincount(rows[:, 0])[1] > 1000  # of 40 without
    even, ratios = draw_rare([np.array([0.5, 0.5, 0.0])], 100, np.random.default_rng(0))
    assert (ratios == 1.0).all() and even.max() == 1


def test_intervals_cover_what_rare_categories_do():
    rare = np.array([0.998, 0.001, 0.001])
    rows = np.array(list(product(range(3), repeat=3)), dtype=float)

    def gate(X):
        return np.maximum(0.0, 3.0 * (X == 1).sum(axis=1) - 2.0)

    options = {"measure": [rare] * 3}
    truth = CategoricalExpansion(gate, **options).fit(rows)
    inside = []
    for seed in range(40):
        found = CategoricalExpansion(gate, method="sampling", random_state=seed, **options).fit(
            rows
        )
        assert found.error_ <= 0.03 * np.sqrt(truth.total_variance_)
        for S, term in truth.expansion_.terms.items():
            difference = np.abs(found.expansion_.terms[S] - term)
            inside.append((difference <= 1.96 * found.expansion_.errors[S] + 1e-12).ravel())
    assert np.concatenate(inside).mean() == pytest.approx(0.95, abs=0.03)


def test_a_difference_too_rare_to_be_drawn_warns():
    def motif(X):
        return (X[:, :12] == 3).all(axis=1).astype(float)

    rows = np.full((4, 14), 3.0)
    rows[1:] = np.arange(3)[:, np.newaxis]
    with pytest.warns(ConvergenceWarning, match="too rare under the measure"):
        found = CategoricalExpansion(motif, order=1, method="sampling", precision=0.2).fit(rows)
    assert np.isnan(found.error_) and np.isnan(found.truncation_r2_["measure"]).all()


def test_additive_functions_are_exact():
    rows = np.array(list(product(range(3), repeat=4)), dtype=float)
    found = CategoricalExpansion(lambda X: X @ [1.0, -2.0, 0.0, 3.0], method="sampling").fit(rows)
    assert np.allclose(found.fields_["x3"], [-3.0, 0.0, 3.0]) and found.error_ < 1e-10


def test_sampling_a_constant_network_is_exact():
    rows = np.array(list(product(range(3), repeat=3)), dtype=float)
    found = CategoricalExpansion(lambda X: np.full(len(X), 2.5), method="sampling").fit(rows)
    assert found.constant_ == pytest.approx(2.5) and found.error_ < 1e-12
    assert (found.truncation_r2_["measure"] == 1.0).all()
