"""Importance methods as records: the built-in ones, and those that others register."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.__main__ import main
from skinterp.evaluation import compare_importances
from skinterp.importance import (
    METHODS,
    ImportanceMethod,
    importance_shares,
    importance_stability,
    register_importance,
)
from skinterp.network import as_network

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
BUILT_IN = (
    "garson", "garson 1991", "connection weights", "derivatives", "perturbation",
    "Shapley values", "permutation", "forest", "forest, impurity", "forest, permutation",
)  # fmt: skip


def spread_of_slopes(network, X, y, random_state):
    return np.ptp(network.jacobian(X), axis=0).sum(axis=0)


def no_meaning(network, X, y, random_state):
    raise ValueError("the moon is not full.")


@pytest.fixture
def registered():
    yield register_importance
    for name in set(METHODS) - set(BUILT_IN):
        METHODS.unregister(name)


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True, as_frame=True)
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=200, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y), X, y


def test_built_in_methods_are_listed_in_the_order_of_tables():
    assert tuple(METHODS) == BUILT_IN


def test_every_built_in_method_gives_shares_of_all_inputs(iris):
    model, X, y = iris
    network = as_network(model)
    for name in METHODS:
        shares = importance_shares(name, network, X.to_numpy(), y.to_numpy())
        assert shares.shape == (4,) and shares.sum() == pytest.approx(1.0), name


def test_a_registered_method_stands_in_the_comparison_with_default_parameters(registered, iris):
    registered(ImportanceMethod("spread of slopes", spread_of_slopes))
    found = compare_importances(*iris, surrogates=())
    assert found.methods[-1] == "spread of slopes"
    slopes = spread_of_slopes(as_network(iris[0]), iris[1].to_numpy(), None, 0)
    np.testing.assert_allclose(found.shares["spread of slopes"], slopes / slopes.sum())


def test_a_registered_method_is_ranked_over_trainings(registered, iris):
    registered(ImportanceMethod("spread of slopes", spread_of_slopes))
    model, X, y = iris
    alone = importance_stability(model, X, y, methods=["spread of slopes"], n_repeats=2, n_jobs=2)
    assert alone.methods == ("spread of slopes",) and alone.shares.shape == (1, 2, 4)
    assert "spread of slopes" in importance_stability(model, X, y, n_repeats=2).methods


def test_the_command_line_shows_a_registered_method(registered, iris, tmp_path, capsys):
    registered(ImportanceMethod("spread of slopes", spread_of_slopes))
    _, X, y = iris
    data = tmp_path / "iris.csv"
    X.assign(species=y).to_csv(data, index=False)
    call = ["explain", str(data), "--target", "species", "--surrogates", "tree", "--importances"]
    assert main(call) == 0
    assert "spread of slopes" in capsys.readouterr().out


def test_a_method_says_where_it_is_used(registered, iris):
    registered(ImportanceMethod("unseen", spread_of_slopes, in_comparison=False))
    registered(ImportanceMethod("untrained", spread_of_slopes, in_stability=False))
    registered(ImportanceMethod("deep", spread_of_slopes, n_hidden_layers=2))
    model, X, y = iris
    compared = compare_importances(model, X, y, surrogates=()).methods
    trained = importance_stability(model, X, y, n_repeats=2).methods
    assert "unseen" not in compared and "unseen" in trained
    assert "untrained" in compared and "untrained" not in trained
    assert "deep" not in trained


def test_a_method_that_does_not_fit_is_left_out_with_its_reason(registered, iris):
    registered(ImportanceMethod("lunar", no_meaning))
    found = compare_importances(*iris, surrogates=())
    assert "lunar" not in found.methods
    assert found.notes == ("lunar is left out: the moon is not full.",)


@pytest.mark.parametrize(
    "numbers, wording",
    [([1.0], "a number for each of the 4 inputs"), ([np.nan] * 4, "finite numbers")],
)
def test_a_method_must_give_a_number_per_input(registered, iris, numbers, wording):
    record = registered(ImportanceMethod("odd", lambda network, X, y, random_state: numbers))
    with pytest.raises(ValueError, match=wording):
        record.shares(as_network(iris[0]), iris[1].to_numpy())


def test_a_method_that_needs_a_target_says_so(iris):
    with pytest.raises(ValueError, match="permutation needs a target y"):
        importance_shares("permutation", as_network(iris[0]), iris[1].to_numpy(), None)


def test_unknown_and_taken_names_are_refused(iris):
    with pytest.raises(ValueError, match=r"method must be one of .* Got 'olden' instead"):
        importance_shares("olden", as_network(iris[0]), iris[1].to_numpy(), None)
    with pytest.raises(ValueError, match="named 'garson' already"):
        register_importance(ImportanceMethod("garson", spread_of_slopes))


def test_a_taken_name_is_refused_before_any_method_was_asked_for():
    code = (
        "from skinterp.importance import ImportanceMethod, METHODS, register_importance\n"
        "try:\n"
        "    register_importance(ImportanceMethod('forest', len))\n"
        "except ValueError as error:\n"
        "    print(error)\n"
        "print(len(METHODS))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "named 'forest' already" in done.stdout and done.stdout.endswith("10\n")


def test_shares_over_outputs_add_up_where_one_output_has_no_strength():
    weights = [[[1.0, -1.0, 0.0], [0.0, 0.0, 0.0]]]
    network = as_network((weights, [[0.0, 0.0, 0.0]], ["identity"]), task="regression")
    X = np.random.default_rng(0).normal(size=(20, 2))
    assert importance_shares("derivatives", network, X, None).tolist() == [1.0, 0.0]


def test_shares_are_those_of_a_model_and_a_data_frame_too():
    X, y = load_iris(return_X_y=True, as_frame=True)
    model = make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=2000, random_state=0))
    model.fit(X, y)
    for method in ("permutation", "derivatives", "connection weights"):
        found = importance_shares(method, model, X, y)
        network = as_network(model)
        assert np.array_equal(found, importance_shares(method, network, network.check(X), y))
