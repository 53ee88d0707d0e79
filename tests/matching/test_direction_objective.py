"""The closed form for directions, against eigenproblems and formulas solved independently."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_pool import make_field, matrix_of, misalignment, monomials, random_problem, unit
from scipy.linalg import eigh
from scipy.optimize import minimize

from skinterp.matching import DirectionObjective, direction_loss
from skinterp.matching._directions import _smallest_of_arrows
from skinterp.network import as_network
from skinterp.sampling import boundary_field

PROBLEMS = [(seed, boundary) for seed in range(3) for boundary in (False, True)]


def smallest_quotient(field, values, gradients, subset):
    """Return the smallest quotient over all coefficients of a subset, by scipy."""
    S = list(subset)
    # Lengths of order one keep the reference itself accurate; the quotient does not change.
    size = np.abs(gradients[:, :, S]).max(axis=(0, 1))
    values, gradients = values[:, S] / size, gradients[:, :, S] / size

    def length(c):
        return field.weights @ ((gradients @ c) ** 2).sum(axis=1)

    def off(c):
        return misalignment(field, values, gradients, c) * length(c) if length(c) else 0.0

    A, B = matrix_of(off, len(S)), matrix_of(length, len(S))
    return eigh(A, B, eigvals_only=True)[0]


def exact_field(gradient_of, n=200, seed=0, on_boundary=False, points=None):
    """Return points and the field of a known gradient there."""
    if points is None:
        points = np.random.RandomState(seed).uniform(-2, 2, size=(n, 2))
    return points, make_field(points, gradient_of(points), on_boundary=on_boundary)


@pytest.mark.parametrize(("seed", "boundary"), PROBLEMS)
class TestAgainstScipy:
    def test_the_quotient_of_a_term_is_its_smallest_eigenvalue(self, seed, boundary):
        problem = random_problem(seed, on_boundary=boundary)
        expected = [misalignment(*problem, unit_vector) for unit_vector in np.eye(7)]
        np.testing.assert_allclose(DirectionObjective(*problem).singles(), expected)

    def test_the_quotients_of_pairs_are_smallest_eigenvalues(self, seed, boundary):
        problem = random_problem(seed, on_boundary=boundary)
        pairs = DirectionObjective(*problem).pairs()
        for i in range(7):
            for j in range(i):
                expected = smallest_quotient(*problem, [i, j])
                np.testing.assert_allclose([pairs[i, j], pairs[j, i]], expected, rtol=1e-6)

    @pytest.mark.parametrize("subset", [[2], [0, 4], [6, 1, 3], [0, 1, 2, 3]])
    def test_the_quotients_of_extensions_are_smallest_eigenvalues(self, seed, boundary, subset):
        problem = random_problem(seed, on_boundary=boundary)
        extensions = DirectionObjective(*problem).extensions(subset)
        for k in set(range(7)) - set(subset):
            expected = smallest_quotient(*problem, [*subset, k])
            np.testing.assert_allclose(extensions[k], expected, rtol=1e-6, atol=1e-8)

    def test_extensions_of_one_term_are_its_pairs(self, seed, boundary):
        objective = DirectionObjective(*random_problem(seed, on_boundary=boundary))
        pairs = objective.pairs()
        for k in range(7):
            np.testing.assert_allclose(objective.extensions([k]), pairs[k], rtol=1e-6)

    def test_solve_states_the_loss_of_its_coefficients(self, seed, boundary):
        field, values, gradients = random_problem(seed, on_boundary=boundary)
        objective = DirectionObjective(field, values, gradients)
        loss, coefficients = objective.solve([5, 0, 3])
        combined = gradients[:, :, [5, 0, 3]] @ coefficients
        assert loss == pytest.approx(direction_loss(field.directions, combined, field.weights))
        every = np.zeros(7)
        every[[5, 0, 3]] = coefficients
        assert objective.loss(every) == pytest.approx(loss)


# known answers


def ellipse(points):
    return points * [2.0, 4.0]


@pytest.mark.parametrize("on_boundary", [False, True])
def test_coefficients_of_a_known_form_are_recovered(on_boundary):
    """On the boundary x^2 + 2 y^2 = 1 itself, and anywhere."""
    angle = np.linspace(0, 6.2, 60)
    boundary = np.column_stack([np.cos(angle), np.sin(angle) / np.sqrt(2)])
    points, field = exact_field(
        ellipse, points=boundary if on_boundary else None, on_boundary=on_boundary
    )
    values, gradients = monomials(points)
    objective = DirectionObjective(field, values, gradients)
    for subset in ([2, 3], [2, 3, 4], [0, 1, 2, 3, 4]):
        loss, coefficients = objective.solve(subset)
        assert loss < 1e-9
        found = dict(zip(subset, coefficients / coefficients[subset.index(2)], strict=True))
        np.testing.assert_allclose(found.pop(2), 1.0)
        np.testing.assert_allclose(found.pop(3), 2.0, rtol=1e-4)
        np.testing.assert_allclose(list(found.values()), 0.0, atol=1e-4)


def test_a_monotone_function_of_the_concept_changes_nothing():
    """A logit exp(3 g) has gradients longer by factors of thousands, in the same directions."""
    points, plain = exact_field(ellipse)
    g = points[:, 0] ** 2 + 2 * points[:, 1] ** 2
    warped = make_field(points, ellipse(points) * np.exp(3 * g)[:, None])
    values, gradients = monomials(points)
    for field in (plain, warped):
        loss, (a, b) = DirectionObjective(field, values, gradients).solve([2, 3])
        assert loss < 1e-12
        assert b / a == pytest.approx(2.0)


def test_the_right_pair_has_the_smallest_quotient():
    points, field = exact_field(ellipse)
    pairs = DirectionObjective(field, *monomials(points)).pairs()
    first, second = np.unravel_index(np.argmin(pairs), pairs.shape)
    assert {first, second} == {2, 3}


def test_positions_on_a_boundary_correct_its_normals():
    """All normals of the line x1 = 0.1 * x0 are tilted alike; its points are where they are."""
    x = np.linspace(-3, 3, 30)
    line, tilted = np.column_stack([x, 0.1 * x]), np.tile([0.2, 1.0], (30, 1))
    error = {}
    for on_boundary in (False, True):
        field = make_field(line, tilted, on_boundary=on_boundary)
        _, (a, b) = DirectionObjective(field, *monomials(line)).solve([0, 1])
        error[on_boundary] = abs(a / b + 0.1)
    assert error[False] == pytest.approx(0.3)
    assert error[True] < 0.3 * error[False]


def bent(p):
    return np.column_stack([1 + p[:, 0] ** 2, 2 + np.sin(p[:, 1])])


def wavy(p):
    """Return gradients whose lengths differ by a factor of thousands."""
    wave = np.column_stack([p[:, 0] + 0.1 * p[:, 1], 2 * p[:, 1] + 0.3 * np.sin(3 * p[:, 0])])
    return np.exp(2 * p[:, :1]) * wave


@pytest.mark.parametrize(
    ("gradient_of", "subset"),
    [(bent, [0, 1]), (bent, [5, 1]), (bent, [0, 1, 2, 3]), (wavy, [2, 3]), (wavy, [1, 2, 3, 4])],
)
def test_reweighting_reaches_the_smallest_loss_of_unit_gradients(gradient_of, subset):
    """Where the terms can follow the field at all, as a general minimiser finds it."""
    points, field = exact_field(gradient_of)
    values, gradients = monomials(points)

    def loss_of(coefficients):
        combined = gradients[:, :, subset] @ coefficients
        return direction_loss(field.directions, combined, field.weights)

    starts = np.random.RandomState(0).normal(size=(4, len(subset)))
    best = min(minimize(loss_of, start, method="Nelder-Mead").fun for start in starts)
    assert best < 0.1
    assert DirectionObjective(field, values, gradients).solve(subset)[0] <= 1.03 * best


def test_a_formula_of_a_network_is_recovered_from_its_boundary():
    view = as_network(
        lambda X: np.tanh(X[:, 0] * X[:, 1] - 0.5 * X[:, 0] ** 2 - 0.2), n_features_in=2
    ).output()
    X = np.random.RandomState(0).uniform(-2, 2, size=(400, 2))
    field = boundary_field(view, X, smoothing=0, random_state=0)
    values, gradients = monomials(field.points)
    gradients = gradients * field.scale[None, :, None]
    loss, coefficients = DirectionObjective(field, values, gradients).solve([2, 4])
    assert loss < 1e-6
    assert coefficients[0] / coefficients[1] == pytest.approx(-0.5, rel=1e-3)


# invariances


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), exponents=st.lists(st.integers(-60, 60), min_size=4, max_size=4))
def test_scaling_terms_scales_their_coefficients_alone(seed, exponents):
    field, values, gradients = random_problem(seed, K=4, on_boundary=True)
    factors = 10.0 ** np.array(exponents) * [1, -1, 1, -1]
    plain = DirectionObjective(field, values, gradients)
    scaled = DirectionObjective(field, values * factors, gradients * factors)
    loss, coefficients = plain.solve(range(4))
    scaled_loss, scaled_coefficients = scaled.solve(range(4))
    assert scaled_loss == pytest.approx(loss, rel=1e-6)
    ratio = scaled_coefficients * factors / coefficients
    np.testing.assert_allclose(ratio / ratio[0], 1.0, rtol=1e-4)
    for method in ("singles", "pairs"):
        np.testing.assert_allclose(getattr(scaled, method)(), getattr(plain, method)(), rtol=1e-6)


@pytest.mark.parametrize("boundary", [False, True])
def test_weights_count_as_repetitions(boundary):
    field, values, gradients = random_problem(0, n=20, on_boundary=boundary)
    counts = 1 + np.arange(20) % 3
    rows = np.repeat(np.arange(20), counts)
    options = {"on_boundary": field.on_boundary}
    weighted = make_field(field.points, field.directions, weights=counts.astype(float), **options)
    repeated = make_field(
        field.points[rows], field.directions[rows], on_boundary=field.on_boundary[rows]
    )
    one = DirectionObjective(weighted, values, gradients)
    two = DirectionObjective(repeated, values[rows], gradients[rows])
    np.testing.assert_allclose(one.pairs(), two.pairs(), rtol=1e-9, atol=1e-12)
    assert one.solve([0, 2, 3])[0] == pytest.approx(two.solve([0, 2, 3])[0], rel=1e-2)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_further_term_never_raises_the_quotient(seed):
    objective = DirectionObjective(*random_problem(seed, on_boundary=True))
    singles, pairs = objective.singles(), objective.pairs()
    off_diagonal = ~np.eye(7, dtype=bool)
    assert (pairs <= np.minimum(singles[:, None], singles) + 1e-9)[off_diagonal].all()
    extensions = objective.extensions([0, 1])
    assert (extensions[2:] <= pairs[0, 1] + 1e-9).all()


def test_constants_added_to_terms_change_nothing():
    field, values, gradients = random_problem(1, on_boundary=True)
    shifted = DirectionObjective(field, values + np.abs(values).max(axis=0) * 100, gradients)
    plain = DirectionObjective(field, values, gradients)
    np.testing.assert_allclose(shifted.pairs(), plain.pairs(), rtol=1e-6)
    assert shifted.solve([0, 1, 2])[0] == pytest.approx(plain.solve([0, 1, 2])[0])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), m=st.integers(1, 5), twins=st.booleans())
def test_smallest_eigenvalues_of_arrows_are_those_of_lapack(seed, m, twins):
    rng = np.random.default_rng(seed)
    diagonal = np.sort(rng.uniform(size=m) ** rng.integers(1, 8))
    diagonal[-1] = diagonal[0] if twins else diagonal[-1]
    diagonal = np.sort(diagonal)
    border = rng.normal(size=(m, 30)) * 10.0 ** rng.uniform(-9, 1, size=(m, 30))
    border[rng.uniform(size=border.shape) < 0.2] = 0.0
    corner = rng.uniform(size=30) * 10.0 ** rng.uniform(-6, 1, size=30)
    arrows = np.zeros((30, m + 1, m + 1))
    arrows[:, range(m), range(m)], arrows[:, m, m] = diagonal, corner
    arrows[:, :m, m] = arrows[:, m, :m] = border.T
    expected, size = np.linalg.eigvalsh(arrows)[:, 0], np.abs(arrows).max(axis=(1, 2))
    found = _smallest_of_arrows(diagonal, border, corner)
    assert (np.abs(found - expected) <= 1e-12 * size).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_inputs_that_are_in_few_terms_or_none_change_nothing(seed):
    """Products are formed input by input where terms have few, and all at once elsewhere."""
    field, values, gradients = random_problem(seed, K=6)
    gradients = gradients.copy()
    for k in range(6):  # each has one input, and the last input is in none
        gradients[:, np.arange(gradients.shape[1]) != k % (gradients.shape[1] - 1), k] = 0.0
    problem = field, values, gradients
    objective = DirectionObjective(*problem)
    np.testing.assert_allclose(objective.extensions([0])[1], smallest_quotient(*problem, [0, 1]))
    np.testing.assert_allclose(objective.pairs()[2:4], objective.pairs(slice(2, 4)))
    loss, c = objective.solve([0, 1, 2])
    assert loss == pytest.approx(
        direction_loss(field.directions, gradients[:, :, :3] @ c, field.weights)
    )


# terms that add nothing


@pytest.mark.parametrize("factor", [1.0, -2.5, 1e-6])
def test_a_multiple_of_a_term_adds_no_direction(factor):
    field, values, gradients = random_problem(0, K=4)
    values[:, 3], gradients[:, :, 3] = factor * values[:, 1], factor * gradients[:, :, 1]
    objective = DirectionObjective(field, values, gradients)
    assert objective.pairs()[1, 3] == objective.pairs()[3, 1] == 1.0
    np.testing.assert_array_equal(np.diag(objective.pairs()), 1.0)
    assert objective.extensions([1])[3] == 1.0
    np.testing.assert_array_equal(objective.extensions([0, 1])[[0, 1, 3]], 1.0)
    assert objective.solve([0, 1, 3])[0] == pytest.approx(objective.solve([0, 1])[0], rel=1e-3)


@pytest.mark.parametrize("boundary", [False, True])
def test_a_term_without_any_gradient_is_no_answer(boundary):
    """A constant lies on every level set, but points nowhere."""
    field, values, gradients = random_problem(0, K=4, on_boundary=boundary)
    values[:, 2], gradients[:, :, 2] = 7.0, 0.0
    objective = DirectionObjective(field, values, gradients)
    without = DirectionObjective(
        field, np.delete(values, 2, axis=1), np.delete(gradients, 2, axis=2)
    )
    assert objective.singles()[2] >= 1.0
    np.testing.assert_allclose(np.delete(objective.singles(), 2), without.singles())
    alone = np.minimum(objective.singles()[[0, 1, 3]], 1.0)
    assert (objective.pairs()[2, [0, 1, 3]] >= alone - 1e-9).all()
    assert objective.extensions([0, 1])[2] >= min(1.0, objective.pairs()[0, 1]) - 1e-9
    loss, coefficients = objective.solve([0, 2, 3])
    assert loss == pytest.approx(without.solve([0, 2])[0], rel=1e-6)
    assert np.isfinite(coefficients).all()
    loss, coefficients = objective.solve([2])
    assert loss == 1.0
    assert np.isfinite(coefficients).all()


def test_a_term_that_is_flat_at_most_points_is_solved_all_the_same():
    """Such as max(x0, 0), or x0**2 where most x0 are zero."""
    points = np.random.RandomState(0).uniform(-2, 1, size=(300, 2))
    ramp = np.maximum(points[:, 0], 0.0)
    step = (points[:, 0] > 0).astype(float)
    field = make_field(points, np.column_stack([3 * step, np.ones(300)]))
    values = np.column_stack([ramp, points[:, 1]])
    gradients = np.zeros((300, 2, 2))
    gradients[:, 0, 0], gradients[:, 1, 1] = step, 1.0
    objective = DirectionObjective(field, values, gradients)
    loss, coefficients = objective.solve([0, 1])
    assert loss < 1e-12
    assert coefficients[0] / coefficients[1] == pytest.approx(3.0)
    expected = direction_loss(field.directions, gradients[:, :, 0], field.weights)
    assert objective.solve([0])[0] == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 12), K=st.integers(1, 6))
def test_few_points_and_many_terms_are_solved(seed, n, K):
    """With more terms than equations the forms are singular."""
    field, values, gradients = random_problem(seed, n=n, d=2, K=K, on_boundary=True)
    objective = DirectionObjective(field, values, gradients)
    loss, coefficients = objective.solve(range(K))
    assert 0.0 <= loss <= 1.0
    assert np.isfinite(coefficients).all()
    for quotient in (objective.singles(), objective.pairs(), objective.extensions([0])):
        assert np.isfinite(quotient).all()
        assert (quotient >= 0).all()


def test_the_loss_of_a_sum_uses_the_coefficients_as_given():
    points, field = exact_field(ellipse)
    objective = DirectionObjective(field, *monomials(points))
    assert objective.loss(np.array([0, 0, 1, 2, 0, 0])) == pytest.approx(0.0, abs=1e-14)
    assert objective.loss([0, 0, -1, -2, 0, 0]) == pytest.approx(0.0, abs=1e-14)
    expected = direction_loss(unit(ellipse(points)), points * 2)
    assert objective.loss([0, 0, 5, 5, 0, 0]) == pytest.approx(expected)
