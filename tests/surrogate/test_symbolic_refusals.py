"""Bad input to symbolic surrogates: a clear error or a documented behaviour."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from symbolic_pool import CONCEPTS, explained, regressed, rows_between

from skinterp import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor
from skinterp.metrics import fidelity_score
from skinterp.network import as_network

CONCEPT = CONCEPTS["product"]
X = CONCEPT.rows()
CHEAP = {"n_points": 50, "max_complexity": 10, "random_state": 0}


def classifier(function, n_features_in=3, **options):
    network = as_network(function, n_features_in=n_features_in, classes=[0, 1])
    return SymbolicSurrogateClassifier(network, **{**CHEAP, **options})


def regressor(function, **options):
    return SymbolicSurrogateRegressor(function, **{**CHEAP, **options})


BOTH = pytest.mark.parametrize(
    "surrogate",
    [classifier(CONCEPT.logit), regressor(as_network(CONCEPT.logit, n_features_in=3))],
    ids=["classifier", "regressor"],
)


@BOTH
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"operators": []}, r"operators must be a non-empty collection of names out of \['abs'"),
        ({"operators": {}}, r"operators must be a non-empty collection"),
        ({"operators": ["add", "plus"]}, r"operators must be names .*\['plus'\]"),
        ({"operators": {"add": 0}}, r"prices of operators must be positive numbers\. Got"),
        ({"operators": {"add": "2"}}, r"prices of operators must be positive numbers\. Got"),
        ({"operators": "add"}, r"'operators' parameter .* Got 'add' instead"),
        ({"max_complexity": 0}, r"'max_complexity' parameter .* Got 0 instead"),
        ({"max_complexity": 2.5}, r"'max_complexity' parameter .* Got 2.5 instead"),
        ({"n_points": 9}, r"'n_points' parameter .* Got 9 instead"),
        ({"time_budget": 0}, r"'time_budget' parameter .* Got 0 instead"),
        ({"time_budget": -1.0}, r"'time_budget' parameter .* Got -1.0 instead"),
        ({"n_jobs": 1.5}, r"'n_jobs' parameter .* Got 1.5 instead"),
        ({"random_state": "x"}, r"'random_state' parameter .* Got 'x' instead"),
        ({"verbose": -1}, r"'verbose' parameter .* Got -1 instead"),
    ],
)
def test_parameters_out_of_range_are_refused(surrogate, parameters, message):
    surrogate = type(surrogate)(surrogate.network, **{**CHEAP, **parameters})
    with pytest.raises(ValueError, match=message):
        surrogate.fit(X)


def with_value(value):
    rows = X.astype(object if isinstance(value, str) else float)
    rows[3, 1] = value
    return rows


@BOTH
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:2], r"needs at least 10 rows to search on\. Got n_samples=2 instead"),
        (X[:1], r"1 sample"),
        (X[:0], r"0 sample|at least one row|empty|no rows"),
        (X[:, :2], r"X has 2 features.* 3"),
        (X[0], r"2D|two-dimensional|1D|1 dimension"),
        (np.ones_like(X), r"at least one column that varies.* constant columns only"),
        (with_value(np.nan), r"NaN"),
        (with_value(np.inf), r"infin"),
        (with_value("red"), r"(?i)numbers only.*red|could not convert string"),
    ],
)
def test_rows_that_cannot_be_searched_on_are_refused(surrogate, rows, message):
    with pytest.raises(ValueError, match=message):
        surrogate.fit(rows)


@BOTH
@pytest.mark.parametrize(
    ("rows", "message"), [(X[:, :2], r"2 features"), (with_value(np.nan), r"NaN")]
)
def test_rows_that_cannot_be_predicted_are_refused(surrogate, rows, message):
    surrogate.fit(X[:100])
    with pytest.raises(ValueError, match=message):
        surrogate.predict(rows)


@pytest.mark.parametrize(
    ("surrogate", "mlp", "forest"),
    [
        (SymbolicSurrogateClassifier, MLPClassifier, RandomForestClassifier),
        (SymbolicSurrogateRegressor, MLPRegressor, RandomForestRegressor),
    ],
)
def test_networks_that_cannot_be_explained_are_refused(surrogate, mlp, forest):
    with pytest.raises(ValueError, match=r"requires y .* not fitted"):
        surrogate(mlp()).fit(X)
    with pytest.raises(ValueError, match=r"requires y .* not fitted"):
        surrogate().fit(X)
    trees = forest(n_estimators=2).fit(X, X[:, 0] > 0)
    with pytest.raises(TypeError, match=r"RandomForest\w+ has no gradients.* Pass a fitted MLP"):
        surrogate(trees).fit(X)


def test_networks_for_the_other_task_are_refused():
    logit = as_network(CONCEPT.logit, classes=[0, 1])
    with pytest.raises(ValueError, match=r"Got a binary network .* use SymbolicSurrogateClass"):
        regressor(logit).fit(X)
    with pytest.raises(ValueError, match=r"Got a regression network .* classes= to as_network"):
        SymbolicSurrogateClassifier(CONCEPT.logit).fit(X)
    two = as_network(lambda X: X[:, :2], n_outputs=2)
    with pytest.raises(ValueError, match=r"2 outputs .*output\(k\)"):
        regressor(two).fit(X)


def test_one_class_to_train_on_is_refused():
    network = MLPClassifier((3,), solver="lbfgs")
    with pytest.raises(ValueError, match=r"at least two classes .* one class"):
        SymbolicSurrogateClassifier(network).fit(X, np.zeros(len(X), dtype=int))


@pytest.mark.parametrize(
    ("logit", "message"),
    [
        (lambda X: X[:, 0] + 5, r"No decision boundary .* positive at all 600"),
        (lambda X: X[:, 0] - 5, r"No decision boundary .* negative or zero at all 600"),
        (lambda X: np.full(len(X), 0.3), r"No decision boundary"),
        (lambda X: np.sign(X[:, 0] - X[:, 1]), r"values jump"),
        (lambda X: 30 * np.tanh(1e5 * X[:, 0] * X[:, 1]), r"gradient .* vanishes|values jump"),
    ],
)
def test_classifiers_without_a_usable_boundary_are_refused(logit, message):
    with pytest.raises(ValueError, match=message):
        classifier(logit).fit(X)


def test_a_regression_network_that_does_not_depend_on_its_inputs_is_refused():
    with pytest.raises(ValueError, match=r"gradient of .* vanishes at all .* does not depend"):
        regressor(lambda X: np.full(len(X), 0.3)).fit(X)


def test_a_saturated_network_is_explained_by_what_is_left_of_its_gradients():
    surrogate = classifier(lambda X: 50 * np.tanh(40 * (X[:, 0] * X[:, 1] - 0.1))).fit(X)
    assert surrogate.equation_.expression.variables == (0, 1)
    assert fidelity_score(surrogate, X) > 0.95


def test_a_jump_far_from_the_boundary_does_no_harm():
    surrogate = classifier(lambda X: X[:, 0] * X[:, 1] - 0.1 + 3 * (X[:, 0] > 0.95)).fit(X)
    assert fidelity_score(surrogate, X) > 0.9


def test_no_logarithm_of_negative_data():
    negative = rows_between([-3] * 3, [-1] * 3)
    surrogate = explained(CONCEPTS["quotient"], negative, operators=["log", "sqrt", "div"])
    assert fidelity_score(surrogate, negative) > 0.99
    surrogate = regressed(
        lambda X: -X[:, 0] + X[:, 1] / X[:, 2], negative, operators=["log", "div"]
    )
    for candidate in surrogate.front_:
        assert np.isfinite(candidate.expression.evaluate(negative)).all()


def test_constant_columns_are_left_alone():
    rows = X.copy()
    rows[:, 2] = 7.0
    surrogate = explained(CONCEPT, rows, n_points=100)
    assert surrogate.equation_.expression.variables == (0, 1)
    surrogate = regressed(lambda X: X[:, 0] * X[:, 1] + X[:, 2], rows, n_points=100)
    assert surrogate.equation_.expression.variables == (0, 1)
    np.testing.assert_allclose(surrogate.predict(rows), rows[:, 0] * rows[:, 1] + 7, atol=0.01)


@pytest.mark.parametrize("factor", [1.0, -1000.0])
def test_duplicated_and_perfectly_correlated_columns(factor):
    # an input twice, the second in other units: either may stand in the formula
    rows = np.column_stack([X[:, 0], X[:, 1], factor * X[:, 0]])
    surrogate = explained(CONCEPT, rows, n_points=100)
    assert fidelity_score(surrogate, rows) > 0.99
    both = classifier(lambda X: (X[:, 0] + X[:, 2] / factor) * X[:, 1] - 0.2, n_points=100)
    assert fidelity_score(both.fit(rows), rows) > 0.98


def test_ten_rows_are_enough():
    rows = CONCEPT.rows(10)
    surrogate = explained(CONCEPT, rows, n_points=10)
    assert np.mean(surrogate.predict(rows) == CONCEPT.network().predict(rows)) == 1.0


def test_a_single_input():
    rows = X[:, :1]
    surrogate = classifier(lambda X: X[:, 0] - 0.25, n_features_in=1).fit(rows)
    assert str(surrogate.equation_) == "x0 > 0.25"
    surrogate = regressor(lambda X: 2 * X[:, 0] - 0.25).fit(rows)
    np.testing.assert_allclose(surrogate.predict(rows), 2 * rows[:, 0] - 0.25, atol=1e-2)


def test_rows_of_small_integers():
    rows = np.random.RandomState(0).randint(0, 3, size=(300, 3))
    surrogate = classifier(lambda X: X[:, 0] + X[:, 1] - 2.5).fit(rows)
    assert fidelity_score(surrogate, rows) == 1.0


def test_a_network_that_is_undefined_at_some_rows():
    def function(X):
        with np.errstate(invalid="ignore"):
            return np.log(X[:, 0] + 0.9) - X[:, 1]

    rows = rows_between([-1, -1, -1], [1, 1, 1])
    try:
        surrogate = classifier(function).fit(rows)
    except ValueError as error:
        assert "NaN" in str(error)
    else:
        defined = rows[rows[:, 0] > -0.9]
        assert fidelity_score(surrogate, defined) > 0.8
