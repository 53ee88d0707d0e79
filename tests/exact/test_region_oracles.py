"""Linear regions against vertices, optimisation and least squares."""

import numpy as np
import pytest
from exact_oracles import FailingProgram, nearest_border, region_constraints, vertices_of, with_box
from hypothesis import given, settings
from random_networks import networks, preactivations, random_network, uniform
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score

from skinterp.exact import LinearProgramWarning, LinearRegions
from skinterp.exact.pieces import _programs
from skinterp.exact.regions import _inequalities
from skinterp.network import as_network

few = settings(max_examples=20, deadline=None)
HALF = ([[[1.0], [0.5]], [[1.0]]], [[0.0], [0.0]], ["relu", "identity"])


def unit_rows(inequalities):
    norms = np.linalg.norm(inequalities.slopes, axis=1)
    return inequalities.slopes / norms[:, np.newaxis], inequalities.bounds / norms


def same_points(one, other):
    """Return whether two sets of points are the same to 1e-7."""
    gaps = np.linalg.norm(one[:, np.newaxis] - other, axis=2)
    return gaps.min(axis=0).max() < 1e-7 and gaps.min(axis=1).max() < 1e-7


@few
@given(networks(max_inputs=3, max_layers=2, max_units=4))
def test_regions_have_the_vertices_of_all_their_constraints_and_sides_are_needed(network):
    d = network.n_features_in
    X = uniform(30, d)
    regions = LinearRegions(network, box=(-2, 2)).fit(X)
    wide = regions.distance_to_border(X) > 1e-3
    for k in np.unique(regions.transform(X[wide])[:, 0])[:4]:
        every = with_box(*region_constraints(network, regions.patterns_[k]), d, -2.0, 2.0)
        corners = vertices_of(*every)
        A, b = unit_rows(regions.inequalities(k))
        assert same_points(vertices_of(A, b), corners)
        for slope, bound in zip(A, b, strict=True):
            on = corners[np.abs(corners @ slope - bound) < 1e-7]
            # a side holds d corners that span it, and no two sides are the same
            assert np.linalg.matrix_rank(on - on[0], tol=1e-9) == d - 1
        assert len(np.unique(np.round(np.column_stack([A, b]), 7), axis=0)) == len(b)


@pytest.mark.parametrize("seed", range(4))
def test_vertices_and_linear_programs_leave_the_same_inequalities(monkeypatch, seed):
    network = random_network([3, 8, 5, 1], seed)
    regions = LinearRegions(network, box=(-2, 2)).fit(uniform(40, 3))
    by_vertices = [regions.inequalities(k) for k in range(6)]
    monkeypatch.setattr(_inequalities, "_MAX_VERTEX_DIMENSIONS", 0)
    for k, expected in enumerate(by_vertices):
        found = regions.inequalities(k)
        one, two = (
            sorted(zip(some.sources, some.bounds.tolist(), some.slopes.tolist(), strict=True))
            for some in (found, expected)
        )
        assert one == two


def test_a_failed_linear_program_leaves_out_no_inequality(monkeypatch):
    network = random_network([6, 10, 1], 0)
    regions = LinearRegions(network, box=(-2, 2)).fit(uniform(50, 6))
    right = regions.inequalities(0)

    monkeypatch.setattr(_inequalities, "linear_program", lambda *bounds: FailingProgram())
    with pytest.warns(LinearProgramWarning, match="may be redundant"):
        careful = regions.inequalities(0)
    assert set(zip(right.sources, right.bounds, strict=True)) <= set(
        zip(careful.sources, careful.bounds, strict=True)
    )
    near = uniform(4000, 6, seed=3)
    np.testing.assert_array_equal(right.contains(near), careful.contains(near))
    monkeypatch.setattr(_programs, "linear_program", lambda *bounds: FailingProgram())
    with pytest.warns(LinearProgramWarning, match="may be redundant"):
        assert len(regions.inequalities(0)) == len(regions.inequalities(0, minimal=False))


@pytest.mark.parametrize("damage", [(), ("zeros",), ("unbiased",), ("doubled", "dead")])
@pytest.mark.parametrize("hidden", ["relu", ("leaky_relu", 0.3)])
def test_distances_to_borders_are_those_that_optimisation_finds(hidden, damage):
    network = random_network([3, 5, 4, 1], 5, hidden, damage)
    X = uniform(12, 3)
    patterns = preactivations(network, X) > 0
    found = LinearRegions(network).fit(X).distance_to_border(X)
    expected = [nearest_border(network, *case) for case in zip(X, patterns, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8)


def test_points_on_a_border_are_no_distance_from_it():
    network = (
        [[[1.0, 1.0], [0.0, 2.0]], [[1.0], [1.0]]],
        [[0.0, -2.0], [0.0]],
        ["relu", "identity"],
    )
    X = np.array([[0.0, 0.25], [2.0, 0.0], [0.0, 1.0], [3.0, 4.0]])
    regions = LinearRegions(network, box=(-9, 9)).fit(X)
    expected = [0.0, 0.0, 0.0, 3.0]
    np.testing.assert_allclose(regions.distance_to_border(X), expected, atol=1e-12)


@pytest.mark.parametrize("hidden, damage", [("identity", ()), ("relu", ("constant",))])
def test_networks_without_borders_have_one_region_and_infinite_distances(hidden, damage):
    network = random_network([2, 3, 1], 0, hidden)
    if damage:
        coefs = [np.zeros((2, 3)), network.layers[1].weights]
        network = as_network((coefs, [[1.0, -1.0, 0.0], [0.5]], ["relu", "identity"]))
    X = uniform(30, 2)
    regions = LinearRegions(network).fit(X)
    assert regions.n_regions_ == 1 and np.isinf(regions.distance_to_border(X)).all()
    assert set(regions.inequalities(0).sources) == {"box"} and len(regions.inequalities(0)) == 4
    assert regions.inequalities(0, minimal=False).contains([X.mean(axis=0)]).all()
    merged = regions.merge(1)
    np.testing.assert_allclose(merged.predict(X), network.predict(X), atol=1e-9)


@pytest.mark.parametrize("d", [2, 6])
def test_a_region_without_inside_keeps_all_its_inequalities(d):
    # both units are off only where x0 is 0, which rows can be exactly
    first = np.zeros((d, 2))
    first[0] = [1.0, -1.0]
    network = ([first, [[1.0], [1.0]]], [[0.0, 0.0], [0.0]], ["relu", "identity"])
    X = uniform(30, d)
    X[:10, 0] = 0.0
    regions = LinearRegions(network, box=(-2, 2)).fit(X)
    flat = int(regions.transform(X[:1])[0, 0])
    assert regions.n_regions_ == 3 and regions.counts_[flat] == 10
    few, many = regions.inequalities(flat), regions.inequalities(flat, minimal=False)
    assert few.sources == many.sources and few.contains(X).tolist() == [True] * 10 + [False] * 20
    assert {"unit 0 of hidden layer 0", "unit 1 of hidden layer 0"} < set(few.sources)
    np.testing.assert_array_equal(regions.distance_to_border(X[:10]), 0.0)


def test_sources_of_inequalities_name_the_units_that_switch():
    coefs = [np.eye(2), [[1.0], [1.0]], [[1.0]]]
    biases = [[0.0, -1.0], [-2.0], [0.0]]
    network = as_network((coefs, biases, ["relu", "relu", "identity"]))
    regions = LinearRegions(network, box=(-5, 5)).fit(np.array([[4.0, 4.0], [0.5, 1.5]]))
    on = int(regions.transform([[4.0, 4.0]])[0, 0])
    inequalities = regions.inequalities(on)
    assert set(inequalities.sources) == {
        "unit 0 of hidden layer 0", "unit 1 of hidden layer 0", "unit 0 of hidden layer 1", "box",
    }  # fmt: skip
    # x0 >= 0, x1 >= 1, x0 + x1 >= 3, below the box
    np.testing.assert_array_equal(inequalities.contains([[1, 2.5], [1, 1.5], [6, 2]]), [1, 0, 0])
    assert "-x0 - x1 <= -3" in str(inequalities) and "x1 >= 1" in str(inequalities)


def test_contributions_have_the_slopes_of_the_network():
    network = random_network([3, 6, 4], 0, task=["a", "b", "c", "d"])
    X, h, reference = uniform(40, 3), 1e-6, np.array([0.0, 1.0, 2.0])
    regions = LinearRegions(network).fit(X)
    found = regions.contributions(X, reference)
    inside = regions.distance_to_border(X) > 2 * h
    assert inside.sum() > 30
    for j, step in enumerate(h * np.eye(3)):
        slope = (network.raw_values(X + step) - network.raw_values(X - step)) / (2 * h)
        expected = slope * (X[:, [j]] - reference[j])
        np.testing.assert_allclose(found[inside, :, j], expected[inside], atol=1e-7)


def test_contributions_in_unvisited_regions_are_those_of_their_own_function():
    network = random_network([2, 9, 6, 1], 0)
    regions = LinearRegions(network, box=(-9, 9)).fit(uniform(6, 2, reach=0.3))
    far = uniform(100, 2, reach=9)
    assert (regions.transform(far) == -1).mean() > 0.5
    at_zero = network.raw_values(far)[:, 0] - regions.contributions(far, [0.0, 0.0]).sum(
        axis=(1, 2)
    )
    own = LinearRegions(network, box=(-9, 9)).fit(far)
    np.testing.assert_allclose(at_zero, own.intercept_[own.transform(far)[:, 0], 0], atol=1e-9)


def test_merged_functions_are_the_least_squares_of_their_rows():
    network = random_network([3, 10, 6, 2], 2)
    X = uniform(500, 3)
    regions = LinearRegions(network).fit(X)
    merged = regions.merge(3)
    raw, group = network.raw_values(X), merged.apply(X)
    assert merged.n_groups == 3 and "merged into 3" in str(merged)
    for k in range(3):
        rows = group == k
        design = np.column_stack([X[rows], np.ones(rows.sum())])
        expected = np.linalg.lstsq(design, raw[rows], rcond=None)[0]
        found = design @ np.vstack([merged.coef[k].T, merged.intercept[k]])
        np.testing.assert_allclose(found, design @ expected, atol=1e-4 * np.abs(raw).max())
    assert merged.fidelity_before == pytest.approx(1.0, abs=1e-12)
    assert merged.fidelity_after == pytest.approx(r2_score(raw, merged.predict(X)))
    losses = [1 - regions.merge(k).fidelity_after for k in (1, 3, 12, regions.n_regions_)]
    assert losses == sorted(losses, reverse=True) and losses[-1] < 1e-9
    frame = merged.to_frame()
    assert frame["count"].sum() == 500 and frame["regions"].sum() == regions.n_regions_


def test_the_frame_of_several_outputs_has_every_number():
    network = random_network([2, 5, 2], 0)
    X = uniform(80, 2)
    regions = LinearRegions(network).fit(X)
    frame = regions.to_frame()
    for k in range(2):
        np.testing.assert_array_equal(frame[f"intercept [{k}]"], regions.intercept_[:, k])
        np.testing.assert_array_equal(frame[f"mean response [{k}]"], regions.mean_response_[:, k])
        for j in range(2):
            np.testing.assert_array_equal(frame[f"x{j} [{k}]"], regions.coef_[:, k, j])
    np.testing.assert_array_equal(frame["n_active"], regions.patterns_.sum(axis=1))
    assert frame["count"].tolist() == sorted(frame["count"], reverse=True)
    assert not hasattr(regions, "class_shares_")


def test_rows_of_weight_zero_visit_no_region():
    network, X = random_network([2, 8, 1], 0), uniform(200, 2)
    weight = (X[:, 0] > 0).astype(float)
    regions = LinearRegions(network).fit(X, sample_weight=weight)
    assert regions.counts_.sum() == weight.sum()
    expected = {row.tobytes() for row in preactivations(network, X[weight > 0]) > 0}
    assert {row.tobytes() for row in regions.patterns_} == expected


def test_half_bounded_boxes_have_their_finite_sides():
    network = random_network([2, 3, 1], 1)
    X = np.abs(uniform(60, 2)) + 0.1
    regions = LinearRegions(network, box=([0.0, -np.inf], [np.inf, np.inf])).fit(X)
    sides = [s for k in range(regions.n_regions_) for s in zip(
        regions.inequalities(k).sources, regions.inequalities(k).slopes.tolist(), strict=True
    ) if s[0] == "box"]  # fmt: skip
    assert all(slope == [-1.0, 0.0] for _, slope in sides) and sides


@pytest.mark.parametrize("region", [-1, 10**6])
def test_regions_that_do_not_exist_are_refused(region):
    regions = LinearRegions(random_network([2, 4, 1], 0)).fit(uniform(40, 2))
    with pytest.raises(ValueError, match=f"region must be from 0 to .* Got {region} instead"):
        regions.inequalities(region)


def test_unfitted_regions_refuse_every_question():
    regions = LinearRegions(random_network([2, 4, 1], 0))
    for call in (
        lambda: regions.transform([[0.0, 1.0]]),
        lambda: regions.merge(2),
        lambda: regions.to_frame(),
        lambda: regions.distance_to_border([[0.0, 1.0]]),
        lambda: regions.contributions([[0.0, 1.0]]),
        lambda: regions.get_feature_names_out(),
    ):
        with pytest.raises(NotFittedError):
            call()


def test_rows_satisfy_the_inequalities_of_their_own_regions():
    for seed in range(40):
        X = uniform(50, 2, seed=seed) * [1.0, 1e-3] + [100.0, 0.0]
        regions = LinearRegions(HALF).fit(X)
        index = regions.transform(X)[:, 0]
        for k in range(regions.n_regions_):
            assert regions.inequalities(k).contains(X[index == k]).all()


def test_inequalities_of_unfitted_regions_are_refused():
    with pytest.raises(NotFittedError):
        LinearRegions(HALF).inequalities(0)
