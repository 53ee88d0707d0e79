"""Units, offsets, places and names of columns, weights and dtypes change no surrogate.

Exceptions, with their reasons: a column narrower than a few rounding errors of its offset is
constant; `TreeSurrogate*` chooses at random between splits of exactly equal gain, of which the
order of classes is one; a repeated column may share the coefficient of the linear forms, whose
ridge penalty is then a little smaller, and shares its course in the additive forms; products of
hinge forms are written about round numbers, which are others in other units that are no powers of
ten (their sizes are the same).
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_regressor

from skinterp import (
    AdditiveSurrogateClassifier,
    AdditiveSurrogateRegressor,
    ExactTreeClassifier,
    ExactTreeRegressor,
    HingeSurrogateClassifier,
    HingeSurrogateRegressor,
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
    as_network,
)
from skinterp.utils._forest import forest_for

N = 4
CLASSES = np.array(["ash", "birch", "cedar"])
SURROGATES = [
    TreeSurrogateClassifier(random_state=0, n_queries=500),
    TreeSurrogateRegressor(random_state=0, n_queries=500),
    LinearSurrogateClassifier(),
    LinearSurrogateClassifier(max_features=2),
    LinearSurrogateRegressor(),
    LinearSurrogateRegressor(max_features=2),
    ExactTreeClassifier(),
    ExactTreeRegressor(),
    HingeSurrogateClassifier(random_state=0, n_queries=500, max_degree=1),
    HingeSurrogateRegressor(random_state=0, n_queries=500, max_degree=1),
    AdditiveSurrogateClassifier(random_state=0, n_queries=500, n_knots=6),
    AdditiveSurrogateRegressor(random_state=0, n_queries=500, n_knots=6, n_pairs=1),
    TreeSurrogateClassifier(random_state=0, n_queries=500, n_trees=3),
    TreeSurrogateRegressor(random_state=0, n_queries=500, n_trees=3),
]
PLACES = [  # unit of each column, offset in units
    ([1e-12] * N, 0.0),
    ([1e12] * N, 0.0),
    ([1e-9, 1.0, 1e3, 1e9], 0.0),
    ([1.0] * N, 1e4),
    ([1e3, 1.0, 1e-3, 7.0], -1e8),
    ([2.54] * N, 32.0),
]


def drawn(n=300, seed=0):
    """Return rows: two columns of numbers, one on a grid, a binary one."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, N))
    X[:, 2], X[:, 3] = rng.integers(0, 50, n) / 20.0, rng.integers(0, 2, n)
    return X


def network(surrogate, unit=1.0, offset=0.0, order=range(N), n_more=0, out=1.0, classes=CLASSES):
    """Return one ReLU network on columns that are placed so, with others beside them."""
    rng = np.random.default_rng(3)
    W, V = rng.normal(size=(N, 5)), rng.normal(size=(5, len(CLASSES)))
    V = V[:, :1] if is_regressor(surrogate) else V
    unit, offset = np.broadcast_to(unit, N), np.broadcast_to(offset, N)
    A = np.zeros((N + n_more, 5))
    A[:N] = (W / unit[:, np.newaxis])[list(order)]
    arrays = ([A, out * V], [-offset @ W, np.zeros(V.shape[1])], ["relu", "identity"])
    return as_network(arrays, **({} if is_regressor(surrogate) else {"classes": classes}))


def fit(surrogate, X, options=None, **moved):
    return clone(surrogate).set_params(network=network(surrogate, **moved)).fit(X, **options or {})


def assert_same_answers(surrogate, answers, others):
    """Assert the same classes, or the same values to a few digits."""
    if is_regressor(surrogate):
        np.testing.assert_allclose(others, answers, rtol=1e-4, atol=1e-4 * np.std(answers))
    else:
        assert np.mean(others == answers) >= 0.998


@pytest.fixture(params=SURROGATES, ids=repr)
def surrogate(request):
    return request.param


@pytest.fixture
def plain(surrogate):
    return fit(surrogate, drawn())


@pytest.mark.parametrize("unit, offset", PLACES)
def test_units_and_offsets_of_inputs(surrogate, plain, unit, offset):
    X, new = drawn(), drawn(seed=1)
    moved = fit(surrogate, (X + offset) * unit, unit=unit, offset=offset)
    assert moved.complexity_ == plain.complexity_
    for rows in (X, new):
        others = moved.predict((rows + offset) * unit)
        assert_same_answers(surrogate, plain.predict(rows), others)


@pytest.mark.parametrize("unit, offset", PLACES)
def test_units_and_offsets_leave_the_size_of_products_of_hinges(unit, offset):
    for surrogate in (
        HingeSurrogateRegressor(random_state=0, n_queries=500),
        HingeSurrogateClassifier(random_state=0, n_queries=500),
    ):
        plain = fit(surrogate, drawn())
        moved = fit(surrogate, (drawn() + offset) * unit, unit=unit, offset=offset)
        assert moved.complexity_ == plain.complexity_
        assert [len(t) for t in moved.terms_] == [len(t) for t in plain.terms_]


@pytest.mark.parametrize("unit", [1e-12, 1e-6, 1e9])
def test_units_of_the_target(unit):
    X, new = drawn(), drawn(seed=1)
    for surrogate in filter(is_regressor, SURROGATES):
        plain, moved = fit(surrogate, X), fit(surrogate, X, out=unit)
        assert moved.complexity_ == plain.complexity_
        others, answers = moved.predict(new) / unit, plain.predict(new)
        np.testing.assert_allclose(others, answers, rtol=1e-5, atol=1e-5 * np.std(answers))


def test_the_order_of_columns(surrogate, plain):
    order, new = [2, 0, 3, 1], drawn(seed=1)
    moved = fit(surrogate, drawn()[:, order], order=order)
    assert moved.complexity_ == plain.complexity_
    assert_same_answers(surrogate, plain.predict(new), moved.predict(new[:, order]))


def test_a_constant_and_a_repeated_column(surrogate, plain):
    def beside(X):
        return np.column_stack([X, np.full(len(X), 3.7), X[:, 0]])

    new, moved = drawn(seed=1), fit(surrogate, beside(drawn()), n_more=2)
    is_full = surrogate.get_params().get("max_features", 1) is None  # both copies may be used
    if not hasattr(surrogate, "n_pairs"):
        assert moved.complexity_ == plain.complexity_ + (is_full * (plain.complexity_ // N))
    assert_same_answers(surrogate, plain.predict(new), moved.predict(beside(new)))


def test_names_of_classes():
    new = drawn(seed=1)
    for surrogate in SURROGATES:
        if not is_regressor(surrogate):
            plain, moved = fit(surrogate, drawn()), fit(surrogate, drawn(), classes=[5, 6, 7])
            assert moved.complexity_ == plain.complexity_
            known = dict(zip([5, 6, 7], CLASSES))
            others = np.array([known[label] for label in moved.predict(new).tolist()])
            assert_same_answers(surrogate, plain.predict(new), others)


def test_scale_of_weights_and_rows_given_twice(surrogate, plain):
    X, new = drawn(), drawn(seed=1)
    weight = np.random.default_rng(5).uniform(0.5, 2.0, len(X))
    one, other = (fit(surrogate, X, {"sample_weight": w}) for w in (weight, 1e-6 * weight))
    assert one.complexity_ == other.complexity_
    assert_same_answers(surrogate, one.predict(new), other.predict(new))
    if not hasattr(surrogate, "n_queries"):
        twice = fit(surrogate, np.concatenate([X, X]))
        assert_same_answers(surrogate, plain.predict(new), twice.predict(new))


def test_memory_dtype_and_index(surrogate):
    X = np.round(drawn(), 2).astype(np.float32).astype(np.float64)
    plain, new = fit(surrogate, X), X[::3]
    frame = pd.DataFrame(X, index=np.arange(len(X))[::-1] * 7)
    for rows in (np.asfortranarray(X), X.astype(np.float32), X[::-1][::-1], frame, X.tolist()):
        np.testing.assert_array_equal(fit(surrogate, rows).predict(new), plain.predict(new))


@pytest.mark.parametrize("task", ["regression", "binary"])
@pytest.mark.parametrize("unit, offset", PLACES)
def test_the_forest_beside_them(task, unit, offset):
    X, new = drawn(), drawn(seed=1)
    score = X[:, 0] - 0.8 * X[:, 1] * X[:, 2]
    y, scale = (score > 0, 1.0) if task == "binary" else (score, 1e-9)
    plain = forest_for(task, 0).set_params(n_estimators=10).fit(X, y)
    moved = forest_for(task, 0).set_params(n_estimators=10)
    moved.fit((X + offset) * unit, y if task == "binary" else scale * y)
    others = moved.predict((new + offset) * unit) / scale
    if task == "binary":
        assert np.mean(others == plain.predict(new)) >= 0.99
    else:
        assert np.mean(np.isclose(others, plain.predict(new), rtol=1e-6)) >= 0.99


def test_large_numbers_do_not_overflow():
    X = 1e300 * drawn()
    for surrogate in SURROGATES[:6]:
        plain, moved = fit(surrogate, drawn()), fit(surrogate, X, unit=1e300)
        assert moved.complexity_ == plain.complexity_
        assert_same_answers(surrogate, plain.predict(drawn()), moved.predict(X))
