"""Attributions of many rows: Shapley values, expected gradients, and what they have in common."""

from itertools import combinations
from math import factorial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from mixed_tables import mixed_table
from sklearn.neural_network import MLPClassifier, MLPRegressor

from skinterp import default_network
from skinterp.importance import (
    Attributions,
    expected_gradients,
    importance_shares,
    integrated_gradients,
    shapley_values,
)
from skinterp.importance._shapley import subset_weights
from skinterp.network import as_network

RNG = np.random.RandomState(0)
X6 = RNG.normal(size=(40, 6))


def trained(activation, n_classes=2, X=X6):
    score = X[:, 0] * X[:, 1] + X[:, 2] * X[:, 3] * X[:, -1]
    y = np.digitize(score, np.quantile(score, np.linspace(0, 1, n_classes + 1)[1:-1]))
    options = {"max_iter": 2000, "random_state": 0, "solver": "lbfgs", "alpha": 0.1}
    return MLPClassifier((7, 5), activation=activation, **options).fit(X, y)


def brute_force(f, row, base, players):
    """Return Shapley values by their definition: a sum over subsets of players."""
    n, value = len(players), {}
    for size in range(n + 1):
        for some in combinations(range(n), size):
            mixed = base.copy()
            inputs = [i for j in some for i in players[j]]
            mixed[:, inputs] = row[inputs]
            value[some] = f(mixed).mean(axis=0)
    found = []
    for j in range(n):
        total = 0.0
        for some in value:
            if j not in some:
                share = factorial(len(some)) * factorial(n - len(some) - 1) / factorial(n)
                total = total + share * (value[tuple(sorted((*some, j)))] - value[some])
        found.append(total)
    return np.stack(found)


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_exact_values_are_those_of_the_definition(activation, n_classes):
    network = as_network(trained(activation, n_classes))
    found = shapley_values(network, X6[:3], X6[10:17], method="exact")
    players = [[j] for j in range(6)]
    for row, values in zip(X6[:3], found.values, strict=True):
        expected = brute_force(network.raw_values, row, X6[10:17], players)
        np.testing.assert_allclose(values, expected, atol=1e-10, rtol=0)
    assert found.errors is None and found.gap < 1e-10


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_weights_of_subsets_add_up(n):
    weights = subset_weights(n)
    total = weights.sum(axis=0)
    assert total[0] == pytest.approx(-1.0) and total[-1] == pytest.approx(1.0)
    np.testing.assert_allclose(total[1:-1], 0.0, atol=1e-12)
    np.testing.assert_allclose(weights.sum(axis=1), 0.0, atol=1e-12)


def pairwise(X):
    return np.sin(X[:, 0]) + X[:, 1] * X[:, 2] - np.abs(X[:, 3] - X[:, 4]) + X[:, 5]


def test_sampling_is_exact_without_interactions_of_three():
    exact = shapley_values(pairwise, X6, X6[:9], method="exact")
    sampled = shapley_values(pairwise, X6, X6[:9], method="sampling", n_orders=1)
    np.testing.assert_allclose(sampled.values, exact.values, atol=1e-10)
    assert sampled.errors.max() < 1e-10


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n_background", [1, 8])
def test_sampled_values_lie_within_their_errors(seed, n_background):
    network = trained(["relu", "tanh"][seed % 2], X=X6 + seed)
    base = X6[:n_background] + seed
    exact = shapley_values(network, X6 + seed, base, method="exact")
    options = {"method": "sampling", "n_orders": 40, "random_state": seed}
    sampled = shapley_values(network, X6 + seed, base, **options)
    within = np.abs(sampled.values - exact.values) <= sampled.errors + 1e-12
    assert within.mean() >= 0.9
    assert sampled.errors.mean() < 0.5 * np.abs(exact.values).mean()
    assert sampled.gap < 1e-10


def test_many_columns_are_sampled_and_said():
    X = RNG.normal(size=(5, 20))
    found = shapley_values(lambda X: X.prod(axis=1), X, X[:2], n_orders=4)
    assert "sampled" in found.method and found.errors.shape == (5, 20, 1)
    with pytest.raises(ValueError, match=r"takes up to 12 columns. Got 20 instead; pass"):
        shapley_values(lambda X: X[:, 0], X, method="exact")
    assert shapley_values(lambda X: X[:, 0], X, method="sampling").errors.max() < 1e-12


def test_a_column_that_is_not_used_gets_nothing_and_twins_the_same():
    found = shapley_values(lambda X: X[:, 0] * X[:, 1], X6[:, [0, 0, 2]], method="exact")
    np.testing.assert_allclose(found.values[:, 2], 0.0, atol=1e-12)
    np.testing.assert_allclose(found.values[:, 0], found.values[:, 1], atol=1e-12)


@pytest.mark.parametrize("unit", [1e-12, 1e9])
def test_units_of_columns_change_nothing(unit):
    scale = np.array([1.0, unit, 1.0, 1 / unit, 1.0, 1.0])
    plain = shapley_values(pairwise, X6, X6[:5])
    scaled = shapley_values(lambda X: pairwise(X / scale), X6 * scale, X6[:5] * scale)
    np.testing.assert_allclose(scaled.values, plain.values, rtol=1e-6, atol=1e-9)


def test_columns_of_a_table_are_players():
    table = mixed_table(60)
    used = table[["age", "si te", "smoker"]]
    y = (table["dose"] > 1).to_numpy()
    model = (
        default_network("binary", X=used).set_params(mlpclassifier__random_state=0).fit(used, y)
    )
    network = as_network(model)
    found = shapley_values(model, used.iloc[:4], used.iloc[10:16], method="exact")
    assert found.feature_names == network.user_table.column_names
    rows, base = network.check(used.iloc[:4]), network.check(used.iloc[10:16])
    for row, values in zip(rows, found.values, strict=True):
        players = [list(group) for group in network.groups]
        expected = brute_force(network.raw_values, row, base, players)
        np.testing.assert_allclose(values, expected, atol=1e-9)
    sampled = shapley_values(model, used.iloc[:4], used.iloc[10:16], method="sampling")
    np.testing.assert_allclose(sampled.values, found.values, atol=0.2)


def test_expected_gradients_are_means_of_integrated_ones():
    network = trained("relu", 3)
    found = expected_gradients(network, X6[:3], X6[5:8])
    for row, values in zip(X6[:3], found.values, strict=True):
        expected = [integrated_gradients(network, row, other).values for other in X6[5:8]]
        np.testing.assert_allclose(values, np.mean(expected, axis=0), atol=1e-12)
    assert found.gap < 1e-8 and found.notes == ()


def test_expected_gradients_add_up_far_from_the_background():
    network = trained("tanh")
    found = expected_gradients(network, 30 * X6[:5], X6[:2])
    assert found.gap < 1e-6 * np.abs(found.outputs).max()


def test_expected_gradients_of_a_table_add_up():
    table = mixed_table(60)
    used = table[["age", "si te"]]
    y = (table["dose"] > 1).to_numpy()
    model = (
        default_network("binary", X=used).set_params(mlpclassifier__random_state=0).fit(used, y)
    )
    found = expected_gradients(model, used.iloc[:4], used.iloc[10:14])
    assert set(found.feature_names) == {"age", "si te"} and found.gap < 1e-8


@pytest.fixture
def found():
    frame = pd.DataFrame(X6, columns=[f"c{j}" for j in range(6)])
    return shapley_values(trained("relu", 3, frame.to_numpy()), frame, n_orders=2)


def test_importances_are_mean_sizes_of_centred_logits(found):
    centred = found.values - found.values.mean(axis=2, keepdims=True)
    np.testing.assert_allclose(found.importances().values, np.abs(centred).mean(axis=0))
    assert found.importances().ranking()[0] in found.feature_names


def test_a_number_added_to_all_logits_changes_no_importance(found):
    other = Attributions(
        found.values + RNG.normal(size=(40, 6, 1)),
        found.base_values,
        found.outputs,
        found.feature_names,
        found.output_names,
        found.method,
        are_logits=True,
    )
    np.testing.assert_allclose(other.importances().values, found.importances().values)


def test_rows_and_tables_say_the_same(found):
    frame = found.to_frame()
    assert len(frame) == 40 * 6 * 3
    one = frame[(frame["row"] == 7) & (frame["output"] == found.output_names[1])]
    assert one["feature"].tolist() == list(found.feature_names)
    np.testing.assert_allclose(one["value"], found.row(7).values[:, 1])
    with pytest.raises(ValueError, match="i must be"):
        found.row(40)


def test_it_prints_and_draws(found):
    text = str(found)
    assert "Shapley values, exact, 40 background rows: 40 rows, 6 columns" in text
    assert found.plot().ax_.get_xlabel() or found.plot().ax_.get_title(loc="left")
    assert found.plot(row=0).figure_ is not None


def test_shap_objects_are_taken():
    explained = SimpleNamespace(
        values=np.array([[1.0, -2.0], [0.5, 0.0]]),
        base_values=np.array([3.0, 3.0]),
        data=np.eye(2),
        feature_names=["a", "b"],
    )
    found = Attributions.from_shap(explained)
    assert found.values.shape == (2, 2, 1) and found.base_values.tolist() == [3.0]
    assert found.outputs.ravel().tolist() == [2.0, 3.5] and found.gap == 0.0
    several = SimpleNamespace(values=np.zeros((4, 3, 2)), base_values=np.array([1.0, 2.0]))
    assert Attributions.from_shap(several).outputs.shape == (4, 2)
    with pytest.raises(ValueError, match=r"explanation.values must have the shape"):
        Attributions.from_shap(SimpleNamespace(values=np.zeros(3), base_values=0.0))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "kernel"}, "method must be 'auto', 'exact' or 'sampling'. Got 'kernel'"),
        ({"n_orders": 0}, "n_orders must be"),
        ({"background": np.empty((0, 6))}, "background|minimum of 1|0 sample"),
        ({"background": X6[:, :5]}, "features|columns"),
    ],
)
def test_wrong_options_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        shapley_values(trained("relu"), X6, **options)


def test_it_is_a_method_of_importance():
    shares = importance_shares("Shapley values", lambda X: 3 * X[:, 0] + X[:, 2], X6, None)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] > shares[2] > 0 and shares[[1, 3, 4, 5]].max() < 1e-9


def test_regressions_and_several_outputs():
    y = np.stack([X6[:, 0], X6[:, 1] * X6[:, 2]], axis=1)
    model = MLPRegressor(
        hidden_layer_sizes=(6,), max_iter=2000, random_state=0, solver="lbfgs"
    ).fit(X6, y)
    found = shapley_values(model, X6[:5])
    np.testing.assert_allclose(
        found.values.sum(axis=1) + found.base_values, model.predict(X6[:5]), atol=1e-9
    )
