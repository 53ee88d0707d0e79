"""Sampled coefficients come with errors that are what they say."""

import numpy as np
import pytest
from expansion_pool import groups_of, largest_difference, random_network, rows_of
from sklearn.exceptions import ConvergenceWarning

from skinterp.expansion import CategoricalExpansion
from skinterp.expansion._sampling import Estimate, draw


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


def test_what_the_time_does_not_allow_is_said():
    sizes = (4,) * 8
    network = random_network(sizes, (16, 16), "relu")
    with pytest.warns(ConvergenceWarning, match=r"max_seconds=0\.01 with a standard error of"):
        found = fitted(network, sizes, method="sampling", precision=1e-5, max_seconds=0.01)
    assert 0.0 < found.error_ < np.sqrt(found.total_variance_)


def test_deep_networks_beyond_enumeration_are_sampled():
    sizes = (4,) * 12
    network = random_network(sizes, (6, 6), "tanh", scale=0.4)
    found = fitted(network, sizes, order=1, precision=0.1)
    assert found.method_ == "sampling"
    assert 0.0 < found.truncation_r2_["measure"][0] <= 1.0


def test_merged_estimates_are_those_of_all_rows():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(30, 2))

    def estimate(rows):
        mean = rows.mean(axis=0)
        return Estimate(len(rows), {(): mean}, {(): ((rows - mean) ** 2).sum(axis=0)})

    both, all_rows = estimate(data[:12]).merged(estimate(data[12:])), estimate(data)
    assert both.n_rows == 30
    assert np.allclose(both.means[()], data.mean(axis=0))
    assert np.allclose(both.errors()[()], data.std(axis=0, ddof=1) / np.sqrt(30))
    assert np.allclose(both.squares[()], all_rows.squares[()])


def test_rows_are_drawn_from_the_measure():
    weights = [np.array([0.7, 0.3, 0.0]), np.array([0.5, 0.5])]
    rows = draw(weights, 4000, np.random.default_rng(0))
    shares = np.bincount(rows[:, 0], minlength=3) / 4000
    assert np.allclose(shares, weights[0], atol=0.03)
