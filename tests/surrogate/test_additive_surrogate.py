"""Sums of curves: an independent fit, recovery, monotone courses, pairs and tables."""

import numpy as np
import pytest
from mixed_tables import mixed_model, mixed_table
from printed_readers import formula_values
from run_exports import run_python
from scipy.interpolate import BSpline
from surrogate_pool import fitted, frame, rows

from skinterp import (
    AdditiveSurrogateClassifier,
    AdditiveSurrogateRegressor,
    TreeSurrogateRegressor,
    as_network,
    fidelity_score,
)

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


def waves(X):
    """Compute a known additive function."""
    return np.sin(3 * X[:, 0]) + X[:, 1] ** 2 - 0.5 * X[:, 2]


def direct_solve(X, y, strength, n_inner):
    """Solve the penalised least squares with a dense design, by an own quadrature of bends."""
    blocks, penalties = [np.ones((len(X), 1))], [np.zeros((1, 1))]
    for column in X.T:
        z = (column - column.min()) / column.std()
        shares = np.linspace(0, 1, n_inner + 2)[1:-1]
        order = np.sort(z)
        inner = order[np.ceil(shares * len(z) - 1e-6).astype(int) - 1]
        knots = np.r_[[0.0] * 4, inner, [z.max()] * 4]
        n = len(knots) - 4
        basis = BSpline(knots, np.eye(n), 3)
        fine = np.linspace(0, z.max(), 200_001)
        second = basis.derivative(2)((fine[1:] + fine[:-1]) / 2)
        blocks.append(basis(np.clip(z, 0, z.max())))
        penalties.append(strength * second.T @ second * (fine[1] - fine[0]))
    B = np.hstack(blocks)
    S = np.zeros((B.shape[1], B.shape[1]))
    start = 0
    for P in penalties:
        S[start : start + len(P), start : start + len(P)] = P
        start += len(P)
    normal = B.T @ B / len(X) + S
    return B @ (np.linalg.pinv(normal, rcond=1e-13, hermitian=True) @ (B.T @ y / len(X)))


@pytest.mark.parametrize("strength", [1e-4, 1e-2, 1.0])
def test_it_is_the_penalised_spline_fit(strength):
    X = np.random.RandomState(0).uniform(-1, 1, (301, 3)) * [1.0, 100.0, 1e-3]

    def f(X):
        return np.sin(3 * X[:, 0]) + X[:, 1] ** 2 / 1e4 + 400 * X[:, 0] * X[:, 2]

    options = {"smoothing": strength, "n_knots": 6, "n_queries": 0}
    additive = AdditiveSurrogateRegressor(f, **options).fit(X)
    expected = direct_solve(X, f(X), strength, 6)
    np.testing.assert_allclose(additive.predict(X), expected, atol=1e-6 * np.ptp(expected))


def test_an_additive_network_is_followed_best_by_curves():
    rng = np.random.RandomState(0)
    X, new = rng.uniform(-1, 1, (500, 5)), rng.uniform(-1, 1, (500, 5))
    additive = AdditiveSurrogateRegressor(waves, random_state=0).fit(X)
    tree = TreeSurrogateRegressor(waves, random_state=0).fit(X)
    assert fidelity_score(additive, new) > 0.999 > fidelity_score(tree, new)
    shares = additive.shares_
    assert shares["x3"] < 1e-4 and shares["x4"] < 1e-4 and abs(sum(shares.values()) - 1) < 1e-9
    values, part, width = additive.profile("x1", [-0.5, 0.0, 0.5])
    assert part[1] < part[0] and part[1] < part[2] and (width >= 0).all()
    assert values.tolist() == [-0.5, 0.0, 0.5]


def test_pairs_are_found_and_hold_what_curves_cannot_say():
    X = np.random.RandomState(0).uniform(-1, 1, (800, 5))

    def network(X):
        return X[:, 0] * X[:, 3] + X[:, 1]

    alone = AdditiveSurrogateRegressor(network, random_state=0).fit(X[:500])
    paired = AdditiveSurrogateRegressor(network, n_pairs=1, random_state=0).fit(X[:500])
    assert paired.pairs_ == (("x0", "x3"),) and alone.pairs_ == ()
    assert fidelity_score(paired, X[500:]) > 0.98 > fidelity_score(alone, X[500:])
    asked = AdditiveSurrogateRegressor(network, pairs=[("x1", "x2")], random_state=0).fit(X)
    assert asked.pairs_ == (("x1", "x2"),)
    assert asked.shares_["x1 × x2"] < 0.05


@pytest.mark.parametrize("sign", [1, -1])
def test_monotone_courses_are_kept(sign):
    X = np.random.RandomState(0).uniform(-1, 1, (300, 2))

    def network(X):
        return sign * (X[:, 0] ** 3 - 0.3 * X[:, 0]) + np.cos(4 * X[:, 1])

    options = {"monotonic_cst": {"x0": sign}, "random_state": 0}
    additive = AdditiveSurrogateRegressor(network, **options).fit(X)
    _, part, _ = additive.profile("x0")
    assert (sign * np.diff(part[:, 0]) >= -1e-9).all()
    free = AdditiveSurrogateRegressor(network, random_state=0).fit(X)
    assert (sign * np.diff(free.profile("x0")[1][:, 0]) < -1e-6).any()
    other = AdditiveSurrogateRegressor(network, monotonic_cst=[sign, 0], random_state=0).fit(X)
    np.testing.assert_array_equal(other.predict(X), additive.predict(X))


@pytest.mark.parametrize("n_pairs", [0, 2])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_equation_answers_as_the_surrogate(task, n_pairs):
    kind = AdditiveSurrogateRegressor if task == "regression" else AdditiveSurrogateClassifier
    X = frame()
    additive = kind(fitted(task, X), n_pairs=n_pairs, n_queries=300, random_state=0).fit(X)
    if task == "regression":
        found = additive.equation_.predict(X)
        np.testing.assert_allclose(found, additive.predict(X), atol=1e-7 * np.ptp(found))
    elif task == "binary":
        assert (additive.equation_.predict(X) == additive.predict(X)).all()
    else:
        raw = np.stack([e.predict(X) for e in additive.equations_], axis=1)
        np.testing.assert_allclose(raw, additive.decision_function(X), rtol=1e-6, atol=1e-6)
    assert additive.export_text().count("of the variance") >= 4
    assert additive.displays()[0].plot().axes_ is not None
    assert abs(additive.input_shares(X).sum() - 1) < 1e-9


@pytest.mark.parametrize("n_pairs", [0, 1])
@pytest.mark.parametrize("offset", [-1e6, 0.0, 1e6])
def test_rows_far_beyond_the_data_are_answered_by_the_equation_as_by_the_splines(offset, n_pairs):
    X = np.random.RandomState(0).normal(size=(200, 3)) + offset
    options = {"n_pairs": n_pairs, "n_queries": 0, "random_state": 0}
    additive = AdditiveSurrogateRegressor(lambda X: waves(X - offset), **options).fit(X)
    far = X[:8] + np.outer([1e6, -1e6, 1e9, -1e9, 1e12, 1e15, -1e15, 100.0], [1.0, -1.0, 0.0])
    expected, code = additive.predict(far), additive.equation_.to_python()
    for found in (additive.equation_.predict(far), run_python(code)["predict"](far)):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * np.ptp(expected))
    values = formula_values(str(additive.equation_), {f"x{j}": far[:, j] for j in range(3)})
    np.testing.assert_allclose(values, expected, rtol=0, atol=5e-3 * np.ptp(expected))


@pytest.mark.parametrize("n_pairs", [0, 1])
@pytest.mark.parametrize("outlier", [1e2, 1e4, -1e6, 1e8])
def test_outliers_among_the_data_keep_the_equation_on_the_splines(outlier, n_pairs):
    X = np.random.RandomState(0).normal(size=(200, 2))
    X[7, 0] = outlier

    def network(X):
        return np.tanh(3 * X[:, 0]) + np.tanh(X[:, 0]) * np.sin(2 * X[:, 1])

    options = {"n_pairs": n_pairs, "n_queries": 0, "random_state": 0}
    additive = AdditiveSurrogateRegressor(network, **options).fit(X)
    rows = np.vstack([X, np.linspace(X.min(axis=0), X.max(axis=0), 1001)])
    expected = additive.predict(rows)
    found = additive.equation_.predict(rows)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-7 * np.ptp(expected))
    columns = {"x0": X[:, 0], "x1": X[:, 1]}
    values = formula_values(str(additive.equation_), columns)
    np.testing.assert_allclose(values, additive.predict(X), atol=5e-3 * np.ptp(expected))


@pytest.mark.parametrize("most", [1, 5, 12, 30])
def test_atoms_are_bounded(most):
    additive = AdditiveSurrogateRegressor(waves, max_atoms=most, random_state=0)
    additive.fit(np.random.RandomState(0).uniform(-1, 1, (200, 6)))
    assert additive.complexity_ <= most


def test_levels_of_categories_and_gaps_are_parts():
    table = mixed_table()
    additive = AdditiveSurrogateClassifier(mixed_model(table), n_pairs=2, random_state=0)
    additive.fit(table)
    assert {"age", "dose", "dose is missing", "si te", "smoker"} <= set(additive.shares_)
    assert fidelity_score(additive, mixed_table(seed=1)) > 0.9
    levels, part, width = additive.profile("si te")
    assert len(levels) == len(part) == len(width) == 4
    assert "if [si te = a]" in additive.export_text()
    additive.displays()[0].plot()
    with pytest.raises(ValueError, match="monotonic_cst must be 0 for categories"):
        AdditiveSurrogateClassifier(mixed_model(table), monotonic_cst={"si te": 1}).fit(table)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"monotonic_cst": [1]}, r"one entry per column, 4. Got shape \(1,\)"),
        ({"monotonic_cst": [2, 0, 0, 0]}, "must hold -1, 0 or 1. Got 2"),
        ({"monotonic_cst": {"y": 1}}, "must name columns out of .* Got 'y'"),
        ({"pairs": [("x0", "x0")]}, "two different columns"),
        ({"pairs": ["x0"]}, "must hold two columns each. Got 'x0'"),
        ({"pairs": [("x0", "x9")]}, "pairs must name columns"),
        ({"pairs": [("x0", "x1")], "monotonic_cst": [1, 0, 0, 0]}, "no column of monotonic_cst"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        AdditiveSurrogateRegressor(fitted("regression"), **options).fit(rows())


def test_several_classes_have_no_monotone_course():
    with pytest.raises(ValueError, match="needs two classes or a regression"):
        AdditiveSurrogateClassifier(fitted("multiclass"), monotonic_cst=[1, 0, 0, 0]).fit(rows())


def test_copied_constant_and_two_valued_columns_are_no_trouble():
    X = np.random.RandomState(0).standard_normal((120, 5))
    X[:, 1], X[:, 2], X[:, 3] = X[:, 0], 7.0, X[:, 3] > 0
    network = as_network(lambda X: X[:, 0] - X[:, 3], classes=[0, 1])
    additive = AdditiveSurrogateClassifier(network, n_pairs=3, random_state=0).fit(X)
    assert additive.score(X, network.predict(X)) > 0.97
    assert "x2" not in additive.shares_


def test_few_rows():
    X = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 5.0]])
    additive = AdditiveSurrogateRegressor(lambda X: X[:, 0], n_queries=0).fit(X)
    assert np.isfinite(additive.predict(X)).all()


def test_weights_are_repetitions():
    X, network = rows(), fitted("binary")
    counts = np.random.RandomState(1).randint(0, 4, len(X))
    options = {"n_queries": 0, "smoothing": 0.01}
    weighted = AdditiveSurrogateClassifier(network, **options).fit(X, sample_weight=counts)
    repeated = AdditiveSurrogateClassifier(network, **options).fit(np.repeat(X, counts, axis=0))
    np.testing.assert_allclose(
        weighted.decision_function(X), repeated.decision_function(X), rtol=1e-6, atol=1e-6
    )


def test_no_sum_is_worse_than_the_commonest_class():
    X = np.random.RandomState(0).uniform(-1, 1, (600, 5))
    raw = lambda X: 8 * X[:, 0] * X[:, 1] * X[:, 2] - 1.5  # noqa: E731
    network = as_network(raw, classes=["often", "rare"])
    share = np.mean(network.predict(X) == "often")
    for most in (1, 3, None):
        additive = AdditiveSurrogateClassifier(network, max_atoms=most, random_state=0).fit(X)
        assert fidelity_score(additive, X) >= share - 0.02


def test_pairs_with_categories_are_drawn_and_levels_named_within_their_column():
    table = mixed_table()
    fitted = AdditiveSurrogateClassifier(mixed_model(table), n_pairs=4, random_state=0).fit(table)
    panels = fitted.displays()[0].panels
    assert len(panels) == len(fitted.shares_)
    levels = [grid for panel in panels for grid in panel.grids if grid.dtype.kind == "U"]
    pairs = [panel.grids for panel in panels if len(panel.names) == 2]
    assert any(grid.dtype.kind == "U" for grids in pairs for grid in grids)
    assert not any(" = " in level for grid in levels for level in grid)
    for panel in panels:
        assert panel.values.shape[-len(panel.grids) :] == tuple(map(len, panel.grids))
