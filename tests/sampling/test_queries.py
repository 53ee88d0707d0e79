"""Queries: new points with the distribution of the data."""

import numpy as np
import pytest
from sampling_pool import normal_rows
from scipy.stats import ks_2samp

from skinterp.sampling import draw_queries
from skinterp.sampling._queries import MAX_DISCRETE, kernel_width


def correlated(n=400):
    """Return skewed, correlated columns in different units."""
    X = normal_rows(n, 4)
    X[:, 1] += 3.0 * X[:, 0]
    X[:, 2] = np.exp(X[:, 2] / 2) - X[:, 3]
    return X * [1e-9, 1.0, 1e6, 3.0] + [0.0, 100.0, 0.0, -5.0]


def test_means_deviations_and_correlations_are_those_of_the_data():
    X = correlated()
    points = draw_queries(X, 40_000, random_state=0)
    spread = X.std(axis=0)
    np.testing.assert_allclose(points.mean(axis=0) / spread, X.mean(axis=0) / spread, atol=0.03)
    np.testing.assert_allclose(points.std(axis=0), spread, rtol=0.06)
    np.testing.assert_allclose(np.corrcoef(points.T), np.corrcoef(X.T), atol=0.03)


def test_each_column_is_distributed_as_in_the_data():
    X = correlated(2000)
    points = draw_queries(X, 4000, random_state=0)
    for a, b in zip(X.T, points.T):
        assert ks_2samp(a, b).statistic < 0.06


def test_points_are_new_and_in_range():
    X = correlated()
    points = draw_queries(X, 1000, random_state=0)
    assert points.shape == (1000, 4)
    assert (points >= X.min(axis=0)).all()
    assert (points <= X.max(axis=0)).all()
    inner = ((points > X.min(axis=0)) & (points < X.max(axis=0))).all(axis=1)
    assert not {tuple(row) for row in points[inner]} & {tuple(row) for row in X}


def test_points_come_nearer_with_more_rows():
    assert kernel_width(100_000, 3) < kernel_width(1000, 3) < kernel_width(10, 3)
    assert kernel_width(100, 3) < kernel_width(100, 20) < 1.0
    # Silverman's rule of thumb for one column is 1.06 n^(-1/5).
    assert kernel_width(1000, 1) == pytest.approx(1.06 * 1000**-0.2, rel=0.01)


def test_integers_stay_integers():
    X = np.column_stack([np.arange(300) - 100, normal_rows(300, 1)])
    points = draw_queries(X, 500, random_state=0)
    np.testing.assert_array_equal(points[:, 0], np.round(points[:, 0]))
    assert len(np.unique(points[:, 0])) > 100


def test_discrete_columns_take_observed_values_only():
    values = np.array([0.1, 0.5, 2.0, 7.0])
    X = np.column_stack([values[np.arange(300) % 4], normal_rows(300, 1)])
    points = draw_queries(X, 2000, random_state=0)
    assert set(points[:, 0]) == set(values)
    many = np.sqrt(np.arange(MAX_DISCRETE + 1))[np.arange(300) % (MAX_DISCRETE + 1)]
    assert (
        len(np.unique(draw_queries(np.column_stack([many, X]), 500, random_state=0)[:, 0])) > 400
    )


def test_one_hot_columns_stay_consistent():
    hot = np.eye(3)[np.random.RandomState(0).choice(3, p=[0.7, 0.2, 0.1], size=300)]
    X = np.column_stack([hot, normal_rows(300, 2)])
    points = draw_queries(X, 2000, random_state=0)
    np.testing.assert_array_equal(points[:, :3].sum(axis=1), 1.0)
    np.testing.assert_allclose(points[:, :3].mean(axis=0), hot.mean(axis=0), atol=0.04)


def test_constant_columns_stay_constant():
    X = np.column_stack([np.full(50, 0.1 + 0.2), normal_rows(50, 2), np.zeros(50)])
    points = draw_queries(X, 100, random_state=0)
    assert (points[:, 0] == 0.1 + 0.2).all()
    assert (points[:, 3] == 0.0).all()
    np.testing.assert_array_equal(draw_queries(X[:, [0]], 5), X[:5, [0]])


def test_units_do_not_matter():
    X, units = correlated(), np.array([1e12, 1e-3, 1e-9, 1.0])
    plain, other = (draw_queries(Y, 200, random_state=0) for Y in (X, X * units))
    np.testing.assert_allclose(other, plain * units, rtol=1e-6, atol=1e-9)


def test_rows_are_drawn_by_weight():
    X = np.concatenate([normal_rows(100, 2), normal_rows(100, 2, seed=1) + 50.0])
    weight = np.repeat([3.0, 1.0], 100)
    points = draw_queries(X, 4000, sample_weight=weight, random_state=0)
    assert np.mean(points[:, 0] < 25) == pytest.approx(0.75, abs=0.05)
    even = draw_queries(X, 50, sample_weight=np.full(200, 0.3), random_state=1)
    np.testing.assert_allclose(even, draw_queries(X, 50, random_state=1), rtol=1e-9)


def test_the_last_digit_of_the_data_does_not_matter():
    X = correlated()
    nudged = X * (1.0 + 1e-13 * normal_rows(*X.shape, seed=5))
    points, others = (draw_queries(Y, 300, random_state=0) for Y in (X, nudged))
    assert np.abs((points - others) / X.std(axis=0)).max() < 1e-7


def test_seeds_decide_and_the_data_are_not_changed():
    X = correlated()
    X.setflags(write=False)
    one, same, other = (draw_queries(X, 20, random_state=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_no_queries_two_rows_and_more_columns_than_rows_are_allowed():
    X = correlated()
    assert draw_queries(X, 0).shape == (0, 4)
    assert draw_queries(X[:2], 7).shape == (7, 4)
    wide = normal_rows(5, 30)
    assert np.isfinite(draw_queries(wide, 10)).all()


@pytest.mark.parametrize("unit, offset", [(0.1, 0.0), (1e-9, 5e-3), (7.0, -1e6), (1.0, 1.7e9)])
def test_columns_on_a_grid_stay_on_it(unit, offset):
    steps = np.random.default_rng(0).integers(0, 200, size=300)
    X = np.column_stack([offset + unit * steps, normal_rows(300, 1)])
    points = draw_queries(X, 500, random_state=0)
    places = (points[:, 0] - offset) / unit
    np.testing.assert_allclose(places, np.round(places), atol=1e-3)
    same = draw_queries(np.column_stack([steps, X[:, 1]]), 500, random_state=0)
    np.testing.assert_allclose(places, same[:, 0], atol=1e-3)


def test_wide_tables_get_fewer_queries():
    assert draw_queries(normal_rows(5, 20_000), 5000).shape == (500, 20_000)
