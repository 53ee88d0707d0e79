"""The closed form for values and gradients, against least squares with an explicit intercept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_pool import make_field, monomials, random_problem
from scipy.optimize import minimize

from skinterp.matching import ValueObjective

SHARES = [0.0, 0.3, 1.0]


def stated_loss(problem, coefficients, share, intercept=None):
    """Return the loss that `ValueObjective` states, the intercept the best unless given."""
    field, values, gradients = problem
    w, f, g = field.weights, field.values, values @ coefficients
    if intercept is None:
        intercept = w @ (f - g)
    slopes = field.directions * field.lengths[:, None]
    off = w @ (f - intercept - g) ** 2 / (w @ (f - w @ f) ** 2)
    steep = w @ ((slopes - gradients @ coefficients) ** 2).sum(axis=1)
    return (1 - share) * off + share * steep / (w @ (slopes**2).sum(axis=1))


def least_squares(problem, subset, share):
    """Return loss and coefficients by numpy's least squares, the intercept a column of ones."""
    field, values, gradients = problem
    S, (n, d) = list(subset), field.points.shape
    w, f = field.weights, field.values
    slopes = field.directions * field.lengths[:, None]
    root = np.sqrt(w * (1 - share) / (w @ (f - w @ f) ** 2))
    steep = np.sqrt(np.repeat(w, d) * share / (w @ (slopes**2).sum(axis=1)))
    design = np.zeros((n + n * d, len(S) + 1))
    design[:n, 0] = root
    design[:n, 1:] = values[:, S] * root[:, None]
    design[n:, 1:] = gradients[:, :, S].reshape(n * d, -1) * steep[:, None]
    answer = np.concatenate([f * root, slopes.ravel() * steep])
    size = np.maximum(np.linalg.norm(design, axis=0), 1e-300)
    solution = np.linalg.lstsq(design / size, answer, rcond=None)[0]
    return ((design / size @ solution - answer) ** 2).sum(), solution[1:] / size[1:]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("seed", range(3))
class TestAgainstLeastSquares:
    def test_solutions_are_those_of_least_squares(self, seed, share):
        problem = random_problem(seed)
        objective = ValueObjective(*problem, gradient_share=share)
        for subset in ([3], [0, 5], [6, 2, 1], range(7)):
            loss, coefficients = objective.solve(subset)
            expected_loss, expected = least_squares(problem, subset, share)
            assert loss == pytest.approx(expected_loss, rel=1e-6)
            np.testing.assert_allclose(coefficients, expected, rtol=1e-5, atol=1e-12)

    def test_losses_of_terms_and_pairs_are_those_of_least_squares(self, seed, share):
        problem = random_problem(seed)
        objective = ValueObjective(*problem, gradient_share=share)
        singles, pairs = objective.singles(), objective.pairs()
        for i in range(7):
            assert singles[i] == pytest.approx(least_squares(problem, [i], share)[0], rel=1e-6)
            for j in range(i):
                expected = least_squares(problem, [i, j], share)[0]
                assert pairs[i, j] == pytest.approx(expected, rel=1e-6)
                assert pairs[j, i] == pytest.approx(expected, rel=1e-6)

    @pytest.mark.parametrize("subset", [[2], [0, 4], [6, 1, 3]])
    def test_losses_of_extensions_are_those_of_least_squares(self, seed, share, subset):
        problem = random_problem(seed)
        extensions = ValueObjective(*problem, gradient_share=share).extensions(subset)
        for k in set(range(7)) - set(subset):
            expected = least_squares(problem, [*subset, k], share)[0]
            assert extensions[k] == pytest.approx(expected, rel=1e-6)
        np.testing.assert_allclose(
            extensions[subset], least_squares(problem, subset, share)[0], rtol=1e-6
        )

    def test_the_loss_is_the_one_stated(self, seed, share):
        problem = random_problem(seed)
        coefficients = np.random.RandomState(seed).normal(size=7) / np.abs(problem[1]).max(axis=0)
        loss = ValueObjective(*problem, gradient_share=share).loss(coefficients)
        assert loss == pytest.approx(stated_loss(problem, coefficients, share))


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_free_intercept_is_the_best_one(share):
    problem = random_problem(0, K=2)
    coefficients = np.array([0.3, -0.2]) / np.abs(problem[1]).max(axis=0)
    best = minimize(lambda b: stated_loss(problem, coefficients, share, b[0]), [0.0]).fun
    loss = ValueObjective(*problem, gradient_share=share).loss(coefficients)
    assert loss == pytest.approx(best)


# known answers


def polynomial_problem(n=80, noise=0.0):
    """Return the problem of ``f = 3 + 2 x0**2 - x0*x1`` with its gradients."""
    rng = np.random.RandomState(0)
    points = rng.normal(size=(n, 2))
    x, y = points.T
    values = 3 + 2 * x**2 - x * y + noise * rng.normal(size=n)
    field = make_field(points, np.column_stack([4 * x - y, -x]), values=values)
    return field, *monomials(points)


@pytest.mark.parametrize("share", SHARES)
def test_coefficients_of_a_known_function_are_recovered(share):
    objective = ValueObjective(*polynomial_problem(), gradient_share=share)
    for subset in ([2, 4], [0, 1, 2, 3, 4, 5]):
        loss, coefficients = objective.solve(subset)
        assert loss < 1e-9
        found = dict(zip(subset, coefficients, strict=True))
        assert found.pop(2) == pytest.approx(2.0)
        assert found.pop(4) == pytest.approx(-1.0)
        np.testing.assert_allclose(list(found.values()), 0.0, atol=1e-6)
    pairs = objective.pairs()
    assert set(np.unravel_index(np.argmin(pairs), pairs.shape)) == {2, 4}


def test_gradients_find_coefficients_that_noisy_values_hide():
    problem = polynomial_problem(n=30, noise=2.0)
    error = {}
    for share in (0.0, 0.9):
        _, coefficients = ValueObjective(*problem, gradient_share=share).solve([0, 1, 2, 3, 4])
        error[share] = np.abs(coefficients - [0, 0, 2, 0, -1]).max()
    assert error[0.9] < 0.2 * error[0.0]


@pytest.mark.parametrize("share", SHARES)
def test_a_constant_loses_one(share):
    problem = random_problem(0)
    problem[1][:, 3], problem[2][:, :, 3] = 5.0, 0.0
    objective = ValueObjective(*problem, gradient_share=share)
    assert objective.loss(np.zeros(7)) == pytest.approx(1.0)
    assert objective.singles()[3] == pytest.approx(1.0)
    assert objective.solve([3])[0] == pytest.approx(1.0)
    np.testing.assert_allclose(
        np.delete(objective.pairs()[3], 3), np.delete(objective.singles(), 3)
    )
    assert objective.extensions([0, 1])[3] == pytest.approx(objective.pairs()[0, 1])


# invariances


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), exponents=st.lists(st.integers(-60, 60), min_size=4, max_size=4))
def test_scaling_terms_scales_their_coefficients_alone(seed, exponents):
    field, values, gradients = random_problem(seed, K=4)
    factors = 10.0 ** np.array(exponents) * [1, -1, 1, -1]
    loss, coefficients = ValueObjective(field, values, gradients).solve(range(4))
    scaled = ValueObjective(field, values * factors, gradients * factors)
    scaled_loss, scaled_coefficients = scaled.solve(range(4))
    assert scaled_loss == pytest.approx(loss)
    np.testing.assert_allclose(scaled_coefficients * factors, coefficients, rtol=1e-5)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_the_target_does_not_matter(unit):
    field, values, gradients = random_problem(0)
    other = make_field(
        field.points,
        field.directions * field.lengths[:, None] * unit,
        values=field.values * unit + 5 * unit,
        weights=field.weights,
    )
    loss, coefficients = ValueObjective(field, values, gradients).solve([1, 4])
    other_loss, other_coefficients = ValueObjective(other, values, gradients).solve([1, 4])
    assert other_loss == pytest.approx(loss)
    np.testing.assert_allclose(other_coefficients, coefficients * unit)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 12), K=st.integers(1, 6))
def test_losses_lie_between_zero_and_one_and_fall_with_every_term(seed, n, K):
    """With a single point the values say nothing; only its gradient counts then."""
    objective = ValueObjective(*random_problem(seed, n=n, d=2, K=K))
    singles, pairs, extensions = objective.singles(), objective.pairs(), objective.extensions([0])
    for losses in (singles, pairs, extensions):
        assert (losses >= 0).all()
        assert (losses <= 1 + 1e-9).all()
    assert (extensions <= singles[0] + 1e-9).all()
    loss, coefficients = objective.solve(range(K))
    assert loss <= singles.min() + 1e-6
    assert np.isfinite(coefficients).all()


@pytest.mark.parametrize("factor", [1.0, -2.5, 1e-6])
def test_a_multiple_of_a_term_adds_nothing(factor):
    field, values, gradients = random_problem(0, K=4)
    values[:, 3], gradients[:, :, 3] = factor * values[:, 1], factor * gradients[:, :, 1]
    objective = ValueObjective(field, values, gradients)
    assert objective.pairs()[1, 3] == objective.pairs()[3, 1] == pytest.approx(1.0)
    assert objective.extensions([1])[3] == pytest.approx(objective.singles()[1])
    assert objective.solve([0, 1, 3])[0] == pytest.approx(objective.solve([0, 1])[0])


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_refuses_a_share_outside_its_range(share):
    with pytest.raises(ValueError, match=r"gradient_share must be in \[0, 1\]\. Got .* instead"):
        ValueObjective(*random_problem(0), gradient_share=share)
