"""Rows in the middle of a table, and what may move in a row."""

import numpy as np
import pytest
from mixed_tables import mixed_model, mixed_table

from skinterp import as_network
from skinterp.base import check_numbers, flags_of, groups_of, is_held, typical_row
from skinterp.exact import slice_regions
from skinterp.hidden import maximise_activation
from skinterp.importance import perturbation
from skinterp.sampling import project_on_boundary

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
TABLE = mixed_table()


@pytest.fixture(scope="module")
def network():
    return as_network(mixed_model(TABLE))


def assert_possible(network, rows):
    """Assert that features are those of rows: one level a column, gaps filled."""
    again = network.user_table.read(network.user_table.rows(rows))
    np.testing.assert_allclose(again, rows)


def test_a_typical_row_is_one_that_the_table_could_have(network):
    row = typical_row(network, network.check(TABLE))
    assert_possible(network, row[np.newaxis])
    rare = network.check(TABLE.assign(dose=np.nan))
    assert_possible(network, typical_row(network, rare)[np.newaxis])
    numbers = np.random.default_rng(0).normal(size=(9, 2))
    plain = as_network(lambda X: X[:, 0])
    np.testing.assert_array_equal(typical_row(plain, numbers), np.median(numbers, axis=0))
    assert [g.tolist() for g in groups_of(plain, 2)] == [[0], [1]]


def test_levels_and_missing_numbers_are_held(network):
    rows = network.check(TABLE)
    held, names = is_held(network, rows), network.feature_names
    np.testing.assert_array_equal(held[:, names.index("dose")], TABLE["dose"].isna())
    assert not held[:, names.index("age")].any() and held[:, names.index("[grade = 1]")].all()
    assert [names[k] for k in flags_of(network, names.index("dose"))] == ["[dose is missing]"]
    check_numbers(network, [names.index("dose")], "Inputs")
    with pytest.raises(ValueError, match=r"Inputs must be numbers.*\[grade = 1\]"):
        check_numbers(network, [names.index("[grade = 1]")], "Inputs")


def test_no_number_moves_where_it_is_missing(network):
    missing = TABLE.assign(dose=np.nan)
    found = maximise_activation(network.margin(), missing)
    assert_possible(network, found.points)
    found = perturbation(network, missing, n_repeats=1)
    assert found.values[found.feature_names.index("dose"), 0] == 0.0
    plane = slice_regions(network, TABLE, features=("age", "dose"), origin=missing.iloc[[0]])
    assert_possible(network, plane.inputs(plane.centroids))


def test_points_on_the_boundary_are_rows_that_the_table_could_have(network):
    points, _ = project_on_boundary(network.margin(), TABLE, random_state=0)
    flag = network.feature_names.index("[dose is missing]")
    assert len(points) > 50 and points[:, flag].any()
    assert_possible(network, points)
