"""Linear models: fitted to the network's answers, reported in raw units."""

import itertools

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import expit
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from surrogate_pool import LABELS, NAMES, fitted, frame, rows

from skinterp import (
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    as_network,
    fidelity_score,
)
from skinterp.expression import affine
from skinterp.matching._linear import fit_logistic, forward_selection, in_raw_units, standardise

KINDS = [
    (LinearSurrogateClassifier, "binary"),
    (LinearSurrogateClassifier, "multiclass"),
    (LinearSurrogateRegressor, "regression"),
    (LinearSurrogateRegressor, "multioutput"),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind[1])
def kind(request):
    return request.param


def even(X):
    """Return equal weights."""
    return np.ones(len(X))


# oracles


def test_the_regressor_is_ridge_on_standardised_columns():
    X, model, new = rows(), fitted("regression"), rows(seed=1)
    scaler = StandardScaler().fit(X)
    oracle = Ridge(alpha=5.0).fit(scaler.transform(X), model.predict(X))
    linear = LinearSurrogateRegressor(model, alpha=5.0 / len(X)).fit(X)
    np.testing.assert_allclose(linear.predict(new), oracle.predict(scaler.transform(new)))
    np.testing.assert_allclose(linear.coef_ * linear.scale_, oracle.coef_, rtol=1e-8)


@pytest.mark.parametrize("task", ["regression", "multioutput"])
def test_without_penalty_it_is_least_squares(task):
    X, model, units = rows(), fitted(task), np.array([1e6, 1.0, 1e-2, 1.0])
    oracle = LinearRegression().fit(X * units, model.predict(X))
    linear = LinearSurrogateRegressor(model, alpha=0.0).fit(X)
    np.testing.assert_allclose(linear.coef_, oracle.coef_ * units, rtol=1e-6)
    np.testing.assert_allclose(linear.intercept_, oracle.intercept_, rtol=1e-6)


def test_the_classifier_minimises_the_cross_entropy_to_the_networks_probabilities():
    X, model = rows(), as_network(fitted("binary"))
    linear = LinearSurrogateClassifier(model, C=2.0 * len(X)).fit(X)
    Z, p = StandardScaler().fit_transform(X), model.predict_proba(X)[:, 1]

    def loss(parameters):
        q = expit(Z @ parameters[1:] + parameters[0])
        entropy = -np.sum(p * np.log(q) + (1 - p) * np.log(1 - q))
        return entropy + parameters[1:] @ parameters[1:] / (2 * 2.0)

    solution = (linear.coef_ * linear.scale_)[0]
    solution = np.append(linear.intercept_ + linear.coef_ @ X.mean(axis=0), solution)
    assert np.abs(approx_fprime(solution, loss, 1e-6)).max() < 0.02
    assert loss(solution) < min(loss(solution + d) for d in 0.1 * np.eye(5))


def test_certain_probabilities_give_scikit_learns_logistic_regression():
    Z = StandardScaler().fit_transform(rows())
    for n_classes in (2, 3):
        y = np.digitize(Z[:, 0] + Z[:, 3], [0.0, 1.0][: n_classes - 1])
        coefficients, intercepts = fit_logistic(Z, np.eye(n_classes)[y], even(Z), float(len(Z)))
        oracle = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(Z, y)
        np.testing.assert_allclose(coefficients, oracle.coef_, atol=2e-3)
        np.testing.assert_allclose(intercepts, oracle.intercept_, atol=2e-3)


def test_selection_finds_the_best_single_column_and_never_loses_to_fewer():
    Z = StandardScaler().fit_transform(np.random.RandomState(0).standard_normal((80, 6)))
    targets = Z @ np.random.RandomState(1).standard_normal((6, 2)) + np.sin(Z[:, :2])

    def error(columns):
        A = Z[:, list(columns)]
        return np.sum((targets - targets.mean(0) - A @ np.linalg.lstsq(A, targets)[0]) ** 2)

    best = min(range(6), key=lambda j: error([j]))
    assert forward_selection(Z, targets, 1, even(Z)).tolist() == [best]
    errors = [error(forward_selection(Z, targets, k, even(Z))) for k in range(1, 7)]
    assert all(b < a for a, b in itertools.pairwise(errors))
    first, second = forward_selection(Z, targets, 2, even(Z))
    pairs = [error([best, j]) for j in range(6) if j != best]
    assert error([first, second]) == pytest.approx(min(pairs))


def test_selection_stops_when_the_targets_are_explained():
    Z = StandardScaler().fit_transform(rows())
    assert forward_selection(Z, Z[:, [2]], 4, even(Z)).tolist() == [2]
    assert forward_selection(Z, np.zeros((200, 1)), 4, even(Z)).tolist() == [0]
    twins = np.column_stack([Z, Z[:, 0]])
    assert len(forward_selection(twins, Z @ np.ones((4, 1)) + Z[:, [0]] ** 2, 5, even(Z))) == 4


# properties


def test_coefficients_in_raw_units_compute_what_standardised_ones_do():
    X = rows()
    weight = np.random.RandomState(3).uniform(0.1, 2.0, len(X))
    Z, mean, scale = standardise(X, weight)
    np.testing.assert_allclose(weight @ Z, 0.0, atol=1e-9)
    np.testing.assert_allclose(weight @ Z**2 / weight.sum(), 1.0)
    solution, intercepts = np.array([[2.0, -1.0], [0.5, 3.0]]), np.array([0.3, -7.0])
    raw, constants = in_raw_units(solution, intercepts, np.array([1, 3]), mean, scale)
    np.testing.assert_allclose(X @ raw.T + constants, Z[:, [1, 3]] @ solution.T + intercepts)
    assert (raw[:, [0, 2]] == 0.0).all()


def test_predictions_are_the_linear_function_of_the_raw_columns(kind):
    surrogate, task = kind
    X, new = frame(), frame(seed=1)
    linear = surrogate(fitted(task, X)).fit(X)
    values = new.to_numpy() @ linear.coef_.T + linear.intercept_
    if surrogate is LinearSurrogateRegressor:
        np.testing.assert_array_equal(linear.predict(new), values)
        return
    decision = linear.decision_function(new)
    np.testing.assert_array_equal(decision, values[:, 0] if task == "binary" else values)
    chosen = (values[:, 0] > 0).astype(int) if task == "binary" else values.argmax(axis=1)
    np.testing.assert_array_equal(linear.predict(new), linear.classes_[chosen])
    probabilities = linear.predict_proba(new)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), chosen)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)


def test_units_do_not_matter(kind):
    surrogate, task = kind
    X, units, model = rows(), np.array([1e9, 1e-3, 1e4, 1.0]), as_network(fitted(task))
    shift = np.array([1.0, -5.0, 0.0, 100.0])
    options = {"n_features_in": 4, "n_outputs": model.n_outputs, "classes": model.classes}
    moved = as_network(lambda Y: model.raw_values((Y - shift) / units), **options)
    plain = surrogate(model, max_features=3).fit(X)
    other = surrogate(moved, max_features=3).fit(X * units + shift)
    np.testing.assert_allclose(other.coef_ * units, plain.coef_, rtol=1e-3, atol=1e-12)
    if surrogate is LinearSurrogateClassifier:
        np.testing.assert_array_equal(other.predict(X * units + shift), plain.predict(X))
    else:
        np.testing.assert_allclose(other.predict(X * units + shift), plain.predict(X), rtol=1e-6)


def test_a_linear_network_is_recovered():
    X, coefficients = rows(), np.array([3e6, 0.0, -0.01, 2.0])
    network = as_network(lambda X: X @ coefficients - 4.0, n_features_in=4)
    linear = LinearSurrogateRegressor(network, alpha=0.0).fit(X)
    np.testing.assert_allclose(linear.coef_, coefficients, rtol=1e-7, atol=1e-9)
    assert linear.intercept_ == pytest.approx(-4.0)
    binary = as_network(lambda X: X @ coefficients - 4.0, n_features_in=4, classes=[0, 1])
    linear = LinearSurrogateClassifier(binary, C=1e6).fit(X)
    np.testing.assert_allclose(linear.coef_[0], coefficients, rtol=0.02, atol=0.02)
    assert fidelity_score(linear, rows(1000, seed=1)) > 0.995


@pytest.mark.parametrize("k", [1, 2, 3, 4, 9])
def test_inputs_are_bounded(kind, k):
    surrogate, task = kind
    linear = surrogate(fitted(task), max_features=k).fit(rows())
    used = np.flatnonzero(np.atleast_2d(linear.coef_).any(axis=0))
    assert len(used) == min(k, 4)
    numbers = np.count_nonzero(linear.coef_) + np.count_nonzero(linear.intercept_)
    assert linear.complexity_ == numbers
    if k >= 4:
        np.testing.assert_allclose(linear.coef_, surrogate(fitted(task)).fit(rows()).coef_)


def test_inputs_that_do_not_matter_are_not_chosen():
    X = np.random.RandomState(0).standard_normal((300, 10))
    network = as_network(lambda X: 3 * X[:, 4] - X[:, 7], n_features_in=10, classes=[0, 1])
    linear = LinearSurrogateClassifier(network, max_features=2).fit(X)
    assert np.flatnonzero(linear.coef_).tolist() == [4, 7]


def test_weights_are_repetitions(kind):
    surrogate, task = kind
    X, network = rows(), as_network(fitted(task))
    counts = np.random.RandomState(1).randint(0, 4, len(X))
    options = {"max_features": 3}
    weighted = surrogate(network, **options).fit(X, sample_weight=counts)
    repeated = surrogate(network, **options).fit(np.repeat(X, counts, axis=0))
    np.testing.assert_allclose(weighted.coef_ * weighted.scale_, repeated.coef_ * repeated.scale_)
    np.testing.assert_allclose(weighted.intercept_, repeated.intercept_)


def test_constant_columns_have_no_coefficient(kind):
    surrogate, task = kind
    X = rows()
    wide = np.column_stack([np.full(len(X), 1e6 + 0.1), X, np.zeros(len(X))])
    model = as_network(fitted(task))
    options = {"n_features_in": 6, "n_outputs": model.n_outputs, "classes": model.classes}
    network = as_network(lambda W: model.raw_values(W[:, 1:5]), **options)
    for k in (None, 6):
        linear = surrogate(network, max_features=k).fit(wide)
        expected = surrogate(model).fit(X)
        assert (np.atleast_2d(linear.coef_)[:, [0, 5]] == 0.0).all()
        assert linear.complexity_ == expected.complexity_
        np.testing.assert_allclose(linear.coef_[..., 1:5], expected.coef_, rtol=1e-6)


def test_all_columns_constant_leaves_the_intercept(kind):
    surrogate, task = kind
    X, model = np.tile(rows()[0], (20, 1)), as_network(fitted(task))
    estimators = [surrogate(model), surrogate(model, max_features=1)]
    for estimator in estimators:
        if surrogate is LinearSurrogateClassifier:
            with pytest.warns(UserWarning, match="one class"):
                estimator.fit(X)
            np.testing.assert_allclose(
                estimator.predict_proba(X), model.predict_proba(X), atol=0.02
            )
        else:
            np.testing.assert_allclose(estimator.fit(X).predict(X), model.predict(X))
        assert estimator.complexity_ == max(1, np.count_nonzero(estimator.intercept_))


def test_probabilities_that_vanish_are_no_trouble():
    X = rows()
    network = as_network(lambda X: 1e5 * X[:, 1], n_features_in=4, classes=["a", "b"])
    linear = LinearSurrogateClassifier(network).fit(X)
    assert fidelity_score(linear, X) > 0.97


def test_one_class_warns_and_predicts_it():
    network = as_network(lambda X: 30.0 + X[:, 1], n_features_in=4, classes=["a", "b"])
    with pytest.warns(UserWarning, match="answers with one class, 'b', at all 200 points"):
        linear = LinearSurrogateClassifier(network).fit(rows())
    assert (linear.predict(rows()) == "b").all()


def test_more_columns_than_rows(kind):
    surrogate, _ = kind
    X = np.random.RandomState(0).standard_normal((8, 30))
    classes = [0, 1] if surrogate is LinearSurrogateClassifier else None
    network = as_network(lambda X: X[:, 3] - X[:, 5], n_features_in=30, classes=classes)
    for k in (None, 3, 30):
        linear = surrogate(network, max_features=k).fit(X)
        assert fidelity_score(linear, X) > 0.9
        assert linear.complexity_ <= (k or 30) + 1


def test_a_network_that_does_not_change():
    for k in (None, 3):
        linear = LinearSurrogateRegressor(lambda X: 2.5 + 0.0 * X[:, 0], max_features=k)
        np.testing.assert_allclose(linear.fit(rows()).predict(rows()), 2.5)
    network = as_network(lambda X: 2.5 + 0.0 * X[:, 0], classes=["a", "b"])
    with pytest.warns(UserWarning, match="one class"):
        linear = LinearSurrogateClassifier(network, max_features=3).fit(rows())
    np.testing.assert_allclose(linear.predict_proba(rows())[:, 1], expit(2.5), rtol=1e-3)


# texts and equations


def test_equations_predict_what_the_surrogate_does(kind):
    surrogate, task = kind
    X = frame()
    linear = surrogate(fitted(task, X), max_features=2).fit(X)
    values = linear.predict(X) if surrogate is LinearSurrogateRegressor else None
    if task == "binary":
        np.testing.assert_array_equal(linear.equation_.predict(X), linear.predict(X))
        np.testing.assert_allclose(linear.equation_.log_odds(X), linear.decision_function(X))
    elif task == "regression":
        np.testing.assert_allclose(linear.equation_.predict(X), values)
    else:
        values = linear.decision_function(X) if values is None else values
        columns = [equation.predict(X) for equation in linear.equations_]
        np.testing.assert_allclose(np.column_stack(columns), values, rtol=1e-9, atol=1e-9)
        with pytest.raises(AttributeError, match=r"There are \d equations; see equations_"):
            _ = linear.equation_
    for equation in linear.equations_:
        assert equation.feature_names == tuple(NAMES)


def test_equations_of_constants():
    X = np.ones((10, 2))
    linear = LinearSurrogateRegressor(lambda X: 2.5 + 0.0 * X[:, 0]).fit(X)
    assert str(linear.equation_) == "2.5"
    network = as_network(lambda X: X[:, 0] + 0.5, classes=["no", "yes"])
    with pytest.warns(UserWarning, match="one class"):
        classifier = LinearSurrogateClassifier(network).fit(X)
    assert (classifier.equation_.predict(X) == "yes").all()


def test_expressions_leave_zeros_out():
    assert str(affine(np.array([0.0, 2.0, -3.0]), 1.0)) == "2*x1 - 3*x2 + 1"
    assert str(affine(np.zeros(2))) == "0"
    assert str(affine(np.array([1.5, 0.0]))) == "1.5*x0"


def test_texts_name_inputs_and_classes(kind):
    surrogate, task = kind
    X = frame()
    linear = surrogate(fitted(task, X)).fit(X)
    text = linear.export_text(digits=17)
    assert all(f"* {name}" in text for name in NAMES)
    if task == "binary":
        assert text.startswith("log-odds of birch =")
    elif task == "multiclass":
        assert all(f"score of {label} =" in text for label in LABELS)
    for coefficient in np.ravel(linear.coef_):
        assert repr(abs(float(coefficient))) in text or f"{abs(coefficient):.17g}" in text


def test_texts_name_the_view_explained():
    view = as_network(fitted("multiclass")).margin(2)
    text = LinearSurrogateRegressor(view, max_features=1).fit(rows()).export_text()
    assert text.startswith("margin of 'cedar' =")
    assert len(text.splitlines()) == 3
