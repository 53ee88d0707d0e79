"""Symbolic regressors follow values and slopes of networks, units and differences."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import make_friedman1
from sklearn.metrics import r2_score
from sklearn.model_selection import cross_validate
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from symbolic_pool import operators_in, regressed, rows_between

from skinterp import SymbolicSurrogateRegressor
from skinterp.expression import atoms, parse
from skinterp.metrics import fidelity_score
from skinterp.network import as_network

X = rows_between([0.5] * 3, [2.0] * 3, 400)
FRESH = rows_between([0.5] * 3, [2.0] * 3, 1000, seed=1)
FUNCTIONS = {
    "linear": lambda X: 2 + 3 * X[:, 0] - 0.5 * X[:, 1],
    "quotient": lambda X: 4 * X[:, 0] / X[:, 1] - 7,
    "product and square": lambda X: 100 + X[:, 0] * X[:, 1] - 2 * X[:, 2] ** 2,
}


@pytest.fixture(scope="module", params=FUNCTIONS)
def followed(request):
    """A function, its name and the surrogate."""
    function = FUNCTIONS[request.param]
    return request.param, function, regressed(function, X)


def test_values_and_intercept_are_right(followed):
    _, function, surrogate = followed
    predicted = surrogate.predict(FRESH)
    assert predicted.shape == (len(FRESH),)
    assert r2_score(function(FRESH), predicted) > 0.999
    assert abs(predicted.mean() - function(FRESH).mean()) < 0.01 * function(FRESH).std()


def test_inputs_that_do_not_matter_do_not_appear(followed):
    name, _, surrogate = followed
    expected = (0, 1, 2) if name == "product and square" else (0, 1)
    assert surrogate.equation_.expression.variables == expected


def test_the_equation_alone_predicts_the_same(followed):
    _, _, surrogate = followed
    np.testing.assert_array_equal(surrogate.equation_.predict(FRESH), surrogate.predict(FRESH))
    namespace = {}
    exec(surrogate.equation_.to_python(), namespace)
    np.testing.assert_allclose(namespace["predict"](FRESH), surrogate.predict(FRESH), rtol=1e-12)
    printed = parse(str(surrogate.equation_), surrogate.equation_.feature_names).evaluate(FRESH)
    assert r2_score(surrogate.predict(FRESH), printed) > 0.9999


def test_fitted_attributes(followed):
    _, function, surrogate = followed
    assert surrogate.complexity_ == atoms(surrogate.equation_.expression)
    assert surrogate.n_features_in_ == 3
    assert surrogate.undefined_value_ == pytest.approx(function(X).mean())
    assert not surrogate.equation_.is_classifier
    assert surrogate.front_.selected.fidelity > 0.99
    assert fidelity_score(surrogate, FRESH) == pytest.approx(
        r2_score(function(FRESH), surrogate.predict(FRESH))
    )


@pytest.mark.parametrize(("factor", "offset"), [(1e6, 0.0), (1e-6, 0.0), (-1.0, 1e4)])
def test_the_unit_of_the_values_does_not_matter(factor, offset):
    function = FUNCTIONS["quotient"]
    surrogate = regressed(lambda X: factor * function(X) + offset, X, n_points=100)
    found = (surrogate.predict(FRESH) - offset) / factor
    assert r2_score(function(FRESH), found) > 0.999


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_the_five_inputs_of_friedman_are_found_among_fifteen():
    rows, y = make_friedman1(2500, n_features=15, noise=0.1, random_state=0)
    network = make_pipeline(
        StandardScaler(),
        MLPRegressor(
            hidden_layer_sizes=(40,), solver="lbfgs", alpha=1.0, max_iter=400, random_state=0
        ),
    )
    network.fit(rows[:2000], y[:2000])
    surrogate = SymbolicSurrogateRegressor(network, n_points=400, random_state=0).fit(rows[:2000])
    assert surrogate.equation_.expression.variables == (0, 1, 2, 3, 4)
    assert fidelity_score(surrogate, rows[2000:]) >= 0.97


def test_friedman_itself_is_found_among_fifteen():
    def friedman(X):
        sine = 10 * np.sin(np.pi * X[:, 0] * X[:, 1])
        return sine + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]

    rows = rows_between([0.0] * 15, [1.0] * 15, 1500)
    surrogate = regressed(friedman, rows, n_points=200)
    assert surrogate.equation_.expression.variables == (0, 1, 2, 3, 4)
    fresh = rows_between([0.0] * 15, [1.0] * 15, 1000, seed=1)
    assert r2_score(friedman(fresh), surrogate.predict(fresh)) >= 0.97


@pytest.fixture(scope="module")
def trained():
    """A small network of three classes."""
    rows = rows_between([-1.0] * 3, [1.0] * 3, 600)
    y = np.where(rows[:, 0] > 0.3, "a", np.where(rows[:, 1] > 0, "b", "c"))
    model = MLPClassifier((4,), "tanh", solver="lbfgs", alpha=0.01, max_iter=500, random_state=0)
    return as_network(model.fit(rows, y)), rows


def test_a_hidden_unit_is_explained(trained):
    network, rows = trained
    before = network.unit(0, 1, before_activation=True)
    surrogate = regressed(before, rows, n_points=100)
    assert r2_score(before.value(rows), surrogate.predict(rows)) > 0.999
    assert surrogate.network_ == before
    view = network.unit(0, 1)
    surrogate = regressed(view, rows, n_points=100)
    assert r2_score(view.value(rows), surrogate.predict(rows)) > 0.8


def test_a_difference_of_outputs_is_explained(trained):
    network, rows = trained
    view = network.difference(0, 2)
    surrogate = regressed(view, rows, n_points=150)
    assert fidelity_score(surrogate, rows) > 0.9
    raw = network.raw_values(rows)
    assert r2_score(raw[:, 0] - raw[:, 2], surrogate.predict(rows)) > 0.9


def test_undefined_rows_get_the_mean_and_a_warning():
    surrogate = regressed(lambda X: np.log(X[:, 0]) + X[:, 1], X, operators=["log", "add"])
    assert "log" in operators_in(surrogate.equation_.expression)
    rows = np.array([[-50.0, 1.0, 1.0], [1.0, 1.0, 1.0], [-60.0, 1.0, 1.0]])
    with pytest.warns(UserWarning, match=r"undefined at 2 rows, .* the mean"):
        predicted = surrogate.predict(rows)
    assert predicted[0] == predicted[2] == surrogate.undefined_value_
    assert predicted[1] == pytest.approx(1.0, abs=0.02)


def test_columns_keep_their_names():
    names = ["a b", "x^2", "class"]
    table = pd.DataFrame(X, columns=names)
    surrogate = regressed(lambda X: np.asarray(X)[:, 0] * np.asarray(X)[:, 1], table, n_points=60)
    assert "a b" in str(surrogate.equation_)
    assert "x^2" in str(surrogate.equation_)
    assert surrogate.feature_names_in_.tolist() == names


def test_the_same_seed_gives_the_same_equation_for_any_n_jobs():
    options = {"operators": ["add"], "n_points": 40, "max_complexity": 10}
    found = [
        regressed(lambda X: np.sin(3 * X[:, 0] * X[:, 1]), X, n_jobs=n_jobs, **options)
        for n_jobs in (1, 2)
    ]
    assert found[0].equation_ == found[1].equation_
    assert found[0].front_ == found[1].front_


def test_a_copy_by_pickle_predicts_the_same(trained):
    network, rows = trained
    surrogate = regressed(network.margin(0), rows, n_points=60, operators=["add"])
    written = pickle.dumps(surrogate)
    assert len(written) < 200_000
    np.testing.assert_array_equal(pickle.loads(written).predict(rows), surrogate.predict(rows))


def test_a_clone_shares_the_view(trained):
    view = trained[0].unit(0, 0)
    assert clone(SymbolicSurrogateRegressor(view)).network is view


def test_an_unfitted_network_is_trained_in_each_fold():
    network = MLPRegressor(
        hidden_layer_sizes=(8,), activation="tanh", solver="lbfgs", max_iter=2000, random_state=0
    )
    estimator = SymbolicSurrogateRegressor(
        network, operators=["add", "div"], n_points=60, random_state=0
    )
    result = cross_validate(
        estimator, X, FUNCTIONS["linear"](X), cv=2, return_estimator=True, error_score="raise"
    )
    assert result["test_score"].min() > 0.95
    assert result["estimator"][0].network_ != result["estimator"][1].network_
    assert not hasattr(network, "coefs_")


def test_an_interruption_keeps_the_best_front_and_warns(interrupt_at):
    interrupt_at("tuned constants")
    with pytest.warns(UserWarning, match="interrupted"):
        surrogate = regressed(FUNCTIONS["quotient"], X, n_points=60)
    assert r2_score(FUNCTIONS["quotient"](FRESH), surrogate.predict(FRESH)) > 0.9
    assert any(note.startswith("interrupted") for note in surrogate.front_.notes)
    assert "The search: interrupted" in surrogate.export_text()


def test_many_rows_are_subsampled_and_said_so():
    many = rows_between([0.5] * 3, [2.0] * 3, 100_000)
    surrogate = regressed(FUNCTIONS["linear"], many, n_points=60)
    assert any("of 100000 rows" in note for note in surrogate.front_.notes)
