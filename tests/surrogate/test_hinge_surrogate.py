"""Sums of hinges: properties of the formula, recovery of known sums, and size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surrogate_pool import fitted, frame, rows

from skinterp import HingeSurrogateClassifier, HingeSurrogateRegressor, as_network, fidelity_score
from skinterp.surrogate._hinge_search import own_atoms

UNITS = st.sampled_from([1e-12, 1e-3, 1.0, 1e6, 1e12])


def bends(X):
    """Compute a known sum of hinges and one product."""
    first, second = np.maximum(0.0, X[:, 0] - 0.5), np.maximum(0.0, 0.2 - X[:, 1])
    return 3.0 * first - 2.0 * second + 1.5 * first * second + X[:, 2]


@given(st.integers(0, 10**6), UNITS, st.sampled_from([0.0, 1.0, 1e4]))
@settings(max_examples=12, deadline=None)
def test_a_sum_of_degree_one_is_continuous_and_piecewise_linear(seed, unit, offset):
    rng = np.random.RandomState(seed)
    X = (rng.standard_normal((150, 3)) + offset) * unit
    weights = rng.standard_normal((3, 5)) / unit
    network = as_network(lambda X: np.tanh((X - offset * unit) @ weights).sum(axis=1))
    options = {"max_degree": 1, "max_terms": 6, "n_queries": 100, "random_state": 0}
    hinges = HingeSurrogateRegressor(network, **options).fit(X)
    start, end = X[0], X[1]
    knots = [0.0, 1.0]
    for term in hinges.terms_:
        (factor,) = term
        span = end[factor.feature] - start[factor.feature]
        knots.append((factor.knot - start[factor.feature]) / span)
    knots = np.unique(np.clip(knots, 0.0, 1.0))

    def line(t):
        return hinges.predict(start + np.asarray(t)[:, np.newaxis] * (end - start))

    size = np.ptp(hinges.predict(X)) or 1.0
    middle = line((knots[:-1] + knots[1:]) / 2)
    halves = (line(knots[:-1]) + line(knots[1:])) / 2
    np.testing.assert_allclose(middle, halves, atol=1e-7 * size)
    np.testing.assert_allclose(line(knots + 1e-9), line(knots), atol=1e-5 * size)


def test_the_gradient_of_the_equation_is_exact():
    X = rows(300)
    hinges = HingeSurrogateRegressor(fitted("regression"), random_state=0).fit(X)
    values, slopes = hinges.equation_.expression.value_and_gradient(X)
    np.testing.assert_allclose(values, hinges.predict(X), rtol=1e-9, atol=1e-9)
    for j, step in enumerate(X.std(axis=0) * 1e-6):
        moved = X.copy()
        moved[:, j] += step
        back = X.copy()
        back[:, j] -= step
        numeric = (hinges.predict(moved) - hinges.predict(back)) / (2 * step)
        far = np.ones(len(X), dtype=bool)  # from all bends
        for factor in (factor for term in hinges.terms_ for factor in term):
            if factor.feature == j and factor.sign:
                far &= np.abs(X[:, j] - factor.knot) > 2 * step
        scale = np.abs(numeric).max()
        np.testing.assert_allclose(slopes[far, j], numeric[far], atol=1e-5 * scale)


def test_a_known_sum_is_found():
    X = np.random.RandomState(0).uniform(-1, 1, (1000, 6))
    hinges = HingeSurrogateRegressor(bends, max_terms=12, random_state=0).fit(X)
    new = np.random.RandomState(1).uniform(-1, 1, (1000, 6))
    assert fidelity_score(hinges, new) > 0.995
    assert {factor.feature for term in hinges.terms_ for factor in term} <= {0, 1, 2}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("most", [1, 6, 11, 20])
def test_atoms_are_bounded_and_counted(task, most):
    kind = HingeSurrogateRegressor if task == "regression" else HingeSurrogateClassifier
    hinges = kind(fitted(task), max_atoms=most, n_queries=200, random_state=0).fit(rows())
    numbers = np.count_nonzero(hinges.coef_) + np.count_nonzero(hinges.intercept_)
    assert hinges.complexity_ == numbers + sum(map(own_atoms, hinges.terms_))
    assert hinges.complexity_ <= max(most, len(hinges.intercept_))


def test_text_and_equation_answer_as_the_surrogate():
    X = frame()
    hinges = HingeSurrogateClassifier(fitted("binary", X), random_state=0).fit(X)
    assert (hinges.equation_.predict(X) == hinges.predict(X)).all()
    assert hinges.export_text().startswith("log-odds of birch =\n")
    assert "max(0, " in hinges.export_text()
    assert hinges.displays()[0].plot().axes_ is not None
    shares = hinges.input_shares(X)
    assert shares.shape == (4,) and abs(shares.sum() - 1) < 1e-9
    several = HingeSurrogateClassifier(fitted("multiclass"), random_state=0).fit(rows())
    with pytest.raises(AttributeError, match="There are 3 equations; see equations_"):
        getattr(several, "equation_")  # noqa: B009


def test_units_change_nothing():
    X = np.random.RandomState(0).uniform(-1, 1, (200, 4))
    unit = np.array([2.0**40, 2.0**-40, 1.0, 2.0**10])
    plain = HingeSurrogateRegressor(bends, n_queries=0).fit(X)
    moved = HingeSurrogateRegressor(lambda Z: bends(Z / unit), n_queries=0).fit(X * unit)
    np.testing.assert_allclose(moved.predict(X * unit), plain.predict(X), atol=1e-6)
    assert moved.complexity_ == plain.complexity_


@pytest.mark.parametrize("shape", [(3, 2), (2, 1), (6, 30)])
def test_few_rows_and_many_terms(shape):
    X = np.random.RandomState(0).standard_normal(shape)
    X[:, -1] = 1.0
    hinges = HingeSurrogateRegressor(lambda X: X[:, 0], max_terms=50, n_queries=0).fit(X)
    assert np.isfinite(hinges.predict(X)).all()
    assert hinges.complexity_ >= 1


def test_one_class_is_said():
    network = as_network(lambda X: X[:, 0] - 100.0, classes=["no", "yes"])
    with pytest.warns(UserWarning, match="answers with one class, 'no'"):
        hinges = HingeSurrogateClassifier(network, random_state=0).fit(rows()[:, 1:3] * 0.01)
    assert (hinges.predict(rows()[:, 1:3] * 0.01) == "no").all()


def test_thresholds_that_interact_are_followed_better_than_by_a_sum_of_curves():
    from skinterp import AdditiveSurrogateRegressor

    X = np.random.RandomState(0).uniform(-1, 1, (600, 3))

    def corner(X):
        return np.maximum(0, X[:, 0]) * np.maximum(0, X[:, 1])

    hinges = HingeSurrogateRegressor(corner, random_state=0).fit(X[:400])
    curves = AdditiveSurrogateRegressor(corner, random_state=0).fit(X[:400])
    assert fidelity_score(hinges, X[400:]) > fidelity_score(curves, X[400:]) + 0.05
