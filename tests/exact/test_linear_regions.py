"""Linear regions: their functions, minimal inequalities, borders, contributions, merging."""

import pickle

import numpy as np
import pytest
from exact_oracles import FailingProgram
from hypothesis import given, settings
from random_networks import networks, preactivations, random_network, uniform
from scipy.optimize import linprog
from sklearn.base import clone
from sklearn.datasets import load_iris, make_circles
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from skinterp.exact import LinearProgramWarning, LinearRegions
from skinterp.exact.pieces import _programs
from skinterp.exact.regions import _inequalities
from skinterp.network import as_network

small = settings(max_examples=30, deadline=None)


@pytest.fixture(scope="module")
def circles():
    X, y = make_circles(400, noise=0.1, random_state=0)
    model = MLPClassifier((12, 12), max_iter=3000, random_state=0).fit(X, y)
    return model, X, y


def largest_excess(A, b, i):
    """Return by how much inequality i can be broken where the others hold."""
    others = np.arange(len(b)) != i
    found = linprog(
        -A[i],
        A_ub=np.vstack([A[others], A[i]]),
        b_ub=np.append(b[others], b[i] + 1.0),
        bounds=(None, None),
    )
    return -found.fun - b[i] if found.status == 0 else -np.inf


@small
@given(networks())
def test_functions_of_regions_are_the_network(network):
    X = uniform(500, network.n_features_in)
    regions = LinearRegions(network).fit(X)
    index = regions.transform(X)[:, 0]
    values = np.einsum("rkj,rj->rk", regions.coef_[index], X) + regions.intercept_[index]
    raw = network.raw_values(X)
    assert np.abs(values - raw).max() <= 1e-9 * (1 + np.abs(raw).max())
    assert (regions.patterns_[index] == (preactivations(network, X) > 0)).all()
    np.testing.assert_array_equal(np.bincount(index), regions.counts_)
    for k in range(regions.n_regions_):
        np.testing.assert_allclose(regions.mean_response_[k], raw[index == k].mean(axis=0))


@small
@given(networks(max_layers=2))
def test_inequalities_are_the_region_and_none_is_redundant(network):
    d = network.n_features_in
    X = uniform(60, d)
    regions = LinearRegions(network, box=(-2, 2)).fit(X)
    near = uniform(4000, d, seed=9)
    patterns = preactivations(network, near) > 0
    for region in range(min(4, regions.n_regions_)):
        few, many = regions.inequalities(region), regions.inequalities(region, minimal=False)
        assert len(few) <= len(many)
        inside = few.contains(near)
        np.testing.assert_array_equal(inside, many.contains(near))
        np.testing.assert_array_equal(
            inside,
            (patterns == regions.patterns_[region]).all(axis=1) & (np.abs(near) <= 2).all(1),
        )
        norms = np.linalg.norm(few.slopes, axis=1)
        A, b = few.slopes / norms[:, np.newaxis], few.bounds / norms
        rows = [X[k] for k in np.flatnonzero(regions.transform(X)[:, 0] == region)]
        width = max(1e-6, regions.distance_to_border(np.array(rows)).max())
        if width > 1e-4:  # else rounding decides
            assert all(largest_excess(A, b, i) > 1e-10 for i in range(len(b)))


def test_inequalities_by_linear_programs_are_minimal_in_six_inputs():
    network = random_network([6, 10, 5, 1], 0)
    X = uniform(200, 6)
    regions = LinearRegions(network, box=(-2, 2)).fit(X)
    few, many = regions.inequalities(0), regions.inequalities(0, minimal=False)
    assert len(few) < len(many)
    norms = np.linalg.norm(few.slopes, axis=1)
    A, b = few.slopes / norms[:, np.newaxis], few.bounds / norms
    assert all(largest_excess(A, b, i) > 1e-9 for i in range(len(b)))
    near = X[regions.transform(X)[:, 0] == 0][0] + uniform(5000, 6, reach=0.5, seed=3)
    np.testing.assert_array_equal(few.contains(near), many.contains(near))
    assert few.contains(near).any() and not few.contains(near).all()


def test_an_unbounded_region_has_no_sides_of_a_box():
    network = random_network([2, 4, 1], 0)
    regions = LinearRegions(network, box="unbounded").fit(uniform(50, 2))
    for region in range(regions.n_regions_):
        assert "box" not in regions.inequalities(region).sources


def test_distances_to_borders_are_those_of_the_nearest_pattern_change():
    network = random_network([3, 8, 6, 1], 2)
    X = uniform(30, 3)
    distances = LinearRegions(network).fit(X).distance_to_border(X)
    rays = np.random.RandomState(0).standard_normal((40_000, 3))
    rays /= np.linalg.norm(rays, axis=1)[:, np.newaxis]
    for x, distance in zip(X, distances, strict=True):
        pattern = preactivations(network, x[np.newaxis])[0] > 0
        inside = preactivations(network, x + 0.999 * distance * rays) > 0
        assert (inside == pattern).all()
        outside = preactivations(network, x + (1.02 * distance + 1e-9) * rays) > 0
        assert (outside != pattern).any()


def test_scaled_distances_do_not_depend_on_units():
    network = random_network([3, 8, 1], 2)
    X = uniform(30, 3)
    factor = np.array([1.0, 100.0, 0.01])
    first = network.layers[0]
    coefs = [first.weights / factor[:, np.newaxis], network.layers[1].weights]
    biases = [first.bias, network.layers[1].bias]
    other = as_network((coefs, biases, ["relu", "identity"]))
    scaled = LinearRegions(network).fit(X).distance_to_border(X, scaled=True)
    again = LinearRegions(other).fit(X * factor).distance_to_border(X * factor, scaled=True)
    np.testing.assert_allclose(scaled, again)


def test_contributions_add_up_to_the_difference_from_the_reference():
    network = random_network([4, 6, 5, 2], 0)
    X = uniform(50, 4)
    regions = LinearRegions(network).fit(X)
    reference = np.array([0.1, -0.2, 0.0, 0.4])
    found = regions.contributions(X, reference)
    assert found.shape == (50, 2, 4)
    index = regions.transform(X)[:, 0]
    at_reference = regions.coef_[index] @ reference + regions.intercept_[index]
    np.testing.assert_allclose(found.sum(axis=2), network.raw_values(X) - at_reference)
    np.testing.assert_allclose(regions.contributions(X), regions.contributions(X, X.mean(axis=0)))
    with pytest.raises(ValueError, match=r"reference must have shape \(4,\)"):
        regions.contributions(X, [1.0])


def test_rows_in_regions_that_fit_has_not_visited_are_minus_one():
    network = random_network([2, 10, 1], 0)
    regions = LinearRegions(network, box=(-9, 9)).fit(uniform(5, 2, reach=0.1))
    far = uniform(100, 2, reach=9)
    assert (regions.transform(far) == -1).any()
    assert np.isfinite(regions.distance_to_border(far)).all()


def test_a_frame_has_names_shares_and_counts(circles):
    model, X, _ = circles
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(X, columns=["a", "b"])
    regions = LinearRegions(model).fit(table)
    frame = regions.to_frame()
    assert list(frame["count"]) == list(regions.counts_) and {"a", "b"} < set(frame.columns)
    np.testing.assert_allclose(frame[["share of 0", "share of 1"]].sum(axis=1), 1.0)
    assert "a" in str(regions.inequalities(0))
    assert len(regions.inequalities(0).to_frame()) == len(regions.inequalities(0))
    out = regions.set_output(transform="pandas").transform(table)
    assert list(out.columns) == ["region"]


def test_merging_keeps_the_decisions_and_reports_what_it_loses(circles):
    model, X, _ = circles
    regions = LinearRegions(model).fit(X)
    all_of_them, few = regions.merge(regions.n_regions_), regions.merge(6)
    assert all_of_them.fidelity_before == all_of_them.fidelity_after == 1.0
    assert 0.9 < few.fidelity_after <= 1.0 and few.n_groups == 6
    assert few.fidelity(X) == few.fidelity_after
    assert few.counts.sum() == len(X) and len(few.to_frame()) == 6
    np.testing.assert_array_equal(few.apply(X), few.labels[regions.transform(X)[:, 0]])
    assert np.mean(few.predict(X) == model.predict(X)) == few.fidelity_after
    fresh = uniform(300, 2, reach=1.0)
    assert set(few.apply(fresh)) <= set(range(6))
    for wrong in (0, regions.n_regions_ + 1):
        with pytest.raises(ValueError, match=f"n_regions must be from 1 to .* Got {wrong}"):
            regions.merge(wrong)


def test_equal_local_models_are_merged_without_loss():
    # twelve units that bend where they carry nothing: two slopes only
    shifts = np.linspace(-1, 1, 11)
    first = np.ones((1, 11))
    last = np.zeros((11, 1))
    last[5] = 2.0
    network = as_network(([first, last], [-shifts, [0.0]], ["relu", "identity"]))
    regions = LinearRegions(network).fit(np.linspace(-2, 2, 200).reshape(-1, 1))
    assert regions.n_regions_ == 12
    assert regions.merge(2).fidelity_after == pytest.approx(1.0, abs=1e-12)


def test_regions_are_cloned_pickled_and_used_in_pipelines(circles):
    model, X, y = circles
    regions = clone(LinearRegions(model)).fit(X)
    again = pickle.loads(pickle.dumps(regions))
    np.testing.assert_array_equal(regions.transform(X), again.transform(X))
    pipeline = make_pipeline(LinearRegions(model), LogisticRegression()).fit(X, y)
    assert pipeline.predict(X).shape == y.shape


def test_regions_of_many_classes_have_shares():
    X, y = load_iris(return_X_y=True)
    model = MLPClassifier((6,), max_iter=3000, random_state=0).fit(X, y)
    regions = LinearRegions(model).fit(X)
    np.testing.assert_allclose(regions.class_shares_.sum(axis=1), 1.0)
    overall = regions.counts_ @ regions.class_shares_ / len(X)
    np.testing.assert_allclose(overall, np.bincount(model.predict(X), minlength=3) / len(X))
    with pytest.raises(ValueError, match="region must be from 0 to"):
        regions.inequalities(regions.n_regions_)


@pytest.mark.parametrize("period", [1, 2])
def test_inequalities_that_failed_programs_were_about_are_kept_and_told(monkeypatch, period):
    regions = LinearRegions(random_network([6, 12, 1], 0), box=(-2, 2)).fit(uniform(50, 6))
    right, solve = regions.inequalities(0), _programs.linear_program

    def failing(*bounds):
        return FailingProgram(solve(*bounds), period)

    monkeypatch.setattr(_programs, "linear_program", solve if period > 1 else failing)
    monkeypatch.setattr(_inequalities, "linear_program", failing)
    with pytest.warns(LinearProgramWarning, match="of the inequalities may be redundant"):
        kept = regions.inequalities(0)
    rows = {tuple(row) for row in np.column_stack([kept.slopes, kept.bounds])}
    assert rows >= {tuple(row) for row in np.column_stack([right.slopes, right.bounds])}
    assert len(kept) > len(right)
