"""Pruned networks: lossless first, zeros that stay zero, a path that is kept."""

import pickle
import warnings
from itertools import pairwise

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from random_networks import networks, random_network, uniform
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import TreeSurrogateClassifier, as_network
from skinterp.pruning import PrunedMLPClassifier, PrunedMLPRegressor, _descent, remove_lossless
from skinterp.pruning._backpropagation import forward
from skinterp.pruning._fine_tuning import fine_tune
from skinterp.pruning._loss import loss_and_signal
from skinterp.pruning._path import count_weights
from skinterp.pruning._saliency import drop, kept_weights, saliencies


@pytest.fixture(scope="module")
def switch():
    """A binary network of six inputs, of which two decide."""
    X = uniform(600, 6, seed=4)
    y = (X[:, 0] * X[:, 1] > 0.2).astype(int)
    return MLPClassifier((20, 10), solver="lbfgs", max_iter=500, random_state=0).fit(X, y), X, y


@settings(max_examples=40, deadline=None)
@given(networks(outputs=(1, 2)))
def test_lossless_removal_changes_nothing(network):
    small = remove_lossless(network)
    X = uniform(500, network.n_features_in, reach=5)
    raw = network.raw_values(X)
    assert np.abs(small.raw_values(X) - raw).max() <= 1e-9 * (1 + np.abs(raw).max())
    assert sum(small.hidden_layer_sizes) <= sum(network.hidden_layer_sizes)


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", ("leaky_relu", 0.1)])
def test_dead_and_doubled_units_are_removed(activation):
    network = random_network([3, 6, 5, 1], 0, activation, damage=("dead", "doubled"))
    coefs = [layer.weights.copy() for layer in network.layers]
    biases = [layer.bias for layer in network.layers]
    coefs[0][:, 2] = 0.0  # constant
    coefs[1][3] = 0.0  # a unit that nothing reads
    names = [activation, activation, "identity"]
    damaged = as_network((coefs, biases, names))
    small = remove_lossless(damaged)
    X = uniform(200, 3)
    np.testing.assert_allclose(small.raw_values(X), damaged.raw_values(X), atol=1e-12)
    assert small.hidden_layer_sizes[0] <= 3 and small.hidden_layer_sizes[1] <= 4


@pytest.mark.parametrize(
    "hidden, first",
    [("tanh", [[1e9, 0, 0], [0, 1e-6, 3e-6]]), ("relu", [[1e9, 1e9, 0], [1e-6, 3e-6, 1e-6]])],
)
def test_lossless_removal_is_lossless_in_any_units(hidden, first):
    weights = [first, [[1.0], [2.0], [-1.0]]]
    network = as_network((weights, [[0.0] * 3, [0.0]], [hidden, "identity"]))
    X = uniform(200, 2) * [1e-9, 1e6]
    np.testing.assert_allclose(
        remove_lossless(network).raw_values(X), network.raw_values(X), atol=1e-9
    )


def test_second_order_saliencies_are_half_the_curvature_of_the_loss():
    network = random_network([3, 4, 3, 2], 1, "tanh")
    X = uniform(200, 3)
    target = network.raw_values(X)
    scores = saliencies(network, X, "second_order")
    for layer in range(3):
        for i, j in np.ndindex(scores[layer].shape):
            inputs = forward(network.layers, X)[layer][0]

            def loss(step, layer=layer, i=i, j=j, inputs=inputs):
                coefs = [w.weights.copy() for w in network.layers]
                biases = [w.bias.copy() for w in network.layers]
                coefs[layer][i, j] += step
                biases[layer][j] -= step * inputs[:, i].mean()
                moved = as_network((coefs, biases, ["tanh", "tanh", "identity"]))
                return loss_and_signal(moved.raw_values(X), target, "regression")[0]

            h = 1e-4
            second = (loss(h) - 2 * loss(0.0) + loss(-h)) / h**2
            expected = 0.5 * network.layers[layer].weights[i, j] ** 2 * second
            assert scores[layer][i, j] == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_activation_saliencies_are_weights_times_inputs():
    network = random_network([3, 4, 2], 1)
    X = uniform(100, 3)
    first, last = saliencies(network, X, "activation")
    expected = np.abs(X).mean(axis=0)[:, np.newaxis] * np.abs(network.layers[0].weights)
    np.testing.assert_allclose(first, expected)
    hidden = np.maximum(X @ network.layers[0].weights + network.layers[0].bias, 0)
    expected = hidden.mean(axis=0)[:, np.newaxis] * np.abs(network.layers[1].weights)
    np.testing.assert_allclose(last, expected)


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_gradients_of_the_loss_are_those_of_differences(task):
    rng = np.random.RandomState(0)
    n_outputs = 1 if task == "binary" else 3
    raw, target = rng.standard_normal((2, 6, n_outputs))
    _, signal = loss_and_signal(raw, target, task)
    for place in np.ndindex(raw.shape):
        step = np.zeros_like(raw)
        step[place] = 1e-6
        high, low = (loss_and_signal(raw + s * step, target, task)[0] for s in (1, -1))
        assert signal[place] == pytest.approx((high - low) / 2e-6, abs=1e-7)


def test_removed_weights_stay_removed_and_tuning_lowers_the_loss():
    network = random_network([4, 8, 6, 1], 0)
    X = uniform(300, 4)
    target = network.raw_values(X)
    masks = [layer.weights != 0 for layer in network.layers]
    scores = saliencies(network, X, "second_order")
    masks = kept_weights(scores, masks, 30, "weights")
    cut = drop(network, X, masks)
    tuned = fine_tune(cut, X, target, 50)
    assert count_weights(cut) == count_weights(tuned) == 30
    for layer, mask in zip(tuned.layers, masks, strict=True):
        assert (layer.weights[~mask] == 0).all()
    losses = [loss_and_signal(n.raw_values(X), target, "regression")[0] for n in (cut, tuned)]
    assert losses[1] < 0.5 * losses[0]


def test_units_are_removed_as_a_whole():
    network = random_network([4, 8, 6, 1], 0)
    masks = [layer.weights != 0 for layer in network.layers]
    scores = saliencies(network, uniform(100, 4), "activation")
    kept = kept_weights(scores, masks, 40, "units")
    for mask, after in pairwise(kept):
        gone = ~mask.any(axis=0)
        assert not after[gone].any()
    assert kept[0].any(axis=0).sum() < 8


def test_the_path_leads_from_the_network_to_a_small_faithful_one(switch):
    model, X, y = switch
    pruned = PrunedMLPClassifier(model, random_state=0).fit(X[:400], y[:400])
    path = pruned.path_
    whole = as_network(model)
    assert path[0].n_weights == count_weights(whole) and path[0].fidelity == 1.0
    np.testing.assert_allclose(path[1].network.raw_values(X), whole.raw_values(X), atol=1e-9)
    sizes = [step.n_weights for step in path]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] == 1
    chosen = path[pruned.selected_]
    assert chosen.fidelity >= 0.98 and chosen.n_weights == pruned.n_weights_
    assert pruned.n_weights_ < 0.5 * sizes[0]
    assert np.mean(pruned.predict(X[400:]) == model.predict(X[400:])) >= 0.95
    held = [step.accuracy for step in path]
    assert np.isfinite(held).all()
    assert len(path.to_frame()) == len(path)


def test_the_pruned_network_is_a_network_for_every_other_tool(switch):
    model, X, _ = switch
    pruned = PrunedMLPClassifier(model, random_state=0).fit(X)
    tree = TreeSurrogateClassifier(pruned.pruned_network_, random_state=0).fit(X)
    assert tree.score(X, pruned.predict(X)) > 0.9
    np.testing.assert_allclose(pruned.predict_proba(X), pruned.pruned_network_.predict_proba(X))
    np.testing.assert_array_equal(
        pruned.classes_[(pruned.decision_function(X) > 0).astype(int)], pruned.predict(X)
    )


@pytest.mark.parametrize("criterion", ["second_order", "activation", "magnitude"])
@pytest.mark.parametrize("structure", ["weights", "units"])
def test_a_number_of_weights_is_reached(switch, criterion, structure):
    model, X, _ = switch
    options = {"criterion": criterion, "structure": structure, "n_tuning_steps": 20}
    pruned = PrunedMLPClassifier(model, n_weights=40, random_state=0, **options).fit(X)
    assert 0 < pruned.n_weights_ <= 40
    assert count_weights(pruned.pruned_network_) == pruned.n_weights_ == pruned.complexity_


def test_the_same_seed_gives_the_same_network(switch):
    model, X, _ = switch
    one, two = (
        PrunedMLPClassifier(model, n_weights=30, n_tuning_steps=10, random_state=3).fit(X)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.decision_function(X), two.decision_function(X))
    again = pickle.loads(pickle.dumps(one))
    np.testing.assert_array_equal(one.predict(X), again.predict(X))
    assert clone(one).network is model


def test_the_network_itself_is_never_changed(switch):
    model, X, _ = switch
    before = [w.copy() for w in model.coefs_]
    PrunedMLPClassifier(model, n_weights=30, n_tuning_steps=5, random_state=0).fit(X)
    assert all((a == b).all() for a, b in zip(before, model.coefs_, strict=True))


@pytest.mark.parametrize("load, classes", [(load_breast_cancer, 2), (load_wine, 3)])
def test_few_weights_are_enough_on_real_data(load, classes):
    X, y = load(return_X_y=True)
    train, test, y_train, _ = train_test_split(X, y, random_state=0)
    mlp = MLPClassifier((30, 30), max_iter=500, random_state=0)
    model = make_pipeline(StandardScaler(), mlp).fit(train, y_train)
    pruned = PrunedMLPClassifier(model, random_state=0).fit(train)
    assert pruned.n_weights_ <= 0.2 * pruned.path_[0].n_weights
    whole = as_network(model)
    np.testing.assert_allclose(
        pruned.path_[1].network.raw_values(X), whole.raw_values(X), atol=1e-9
    )
    assert np.mean(pruned.predict(test) == model.predict(test)) >= 0.95
    assert 0 < len(pruned.used_features_) <= X.shape[1]


def test_regressions_and_views_of_units_are_pruned():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    mlp = MLPRegressor(hidden_layer_sizes=(20,), solver="lbfgs", max_iter=300, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = make_pipeline(StandardScaler(), mlp).fit(X, y)
    pruned = PrunedMLPRegressor(model, target_fidelity=0.9, random_state=0).fit(X, y)
    assert pruned.path_[pruned.selected_].fidelity >= 0.9
    assert set(pruned.used_features_) <= set(X.columns)
    assert pruned.score(X, y) > 0.3
    unit = as_network(model).unit(0, 3, before_activation=True)
    of_unit = PrunedMLPRegressor(unit, target_fidelity=0.95, random_state=0).fit(X)
    assert of_unit.n_weights_ <= 10


def test_a_pruned_network_gives_its_formula_in_the_names_of_the_inputs():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(uniform(200, 3), columns=["a", "b", "c"])
    weights = [[[1.0, 1e-6], [1e-6, 1e-6], [0.0, 0.0]], [[2.0], [1e-6]]]
    network = (weights, [[0.0, 0.0], [0.0]], ["relu", "identity"])
    pruned = PrunedMLPRegressor(network, random_state=0).fit(X)
    formula = pruned.to_sympy()
    assert {str(symbol) for symbol in formula.free_symbols} == {"a"}
    values = sympy.lambdify("a", formula, "numpy")(X["a"].to_numpy())
    np.testing.assert_allclose(values, pruned.predict(X), atol=1e-9)


def test_an_interruption_keeps_the_path(switch, monkeypatch):
    model, X, _ = switch
    calls = []

    def tune(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return fine_tune(*args)

    monkeypatch.setattr(_descent, "fine_tune", tune)
    with pytest.warns(UserWarning, match="Pruning was interrupted at .* weights"):
        pruned = PrunedMLPClassifier(model, random_state=0).fit(X)
    assert len(pruned.path_) == 4
    (note,) = pruned.unfinished_
    assert note in pruned.export_text() and "was interrupted" in note
    assert pruned.predict(X).shape == (len(X),)


def test_constant_networks_and_single_units_are_pruned_to_nothing_or_one():
    constant = as_network(([[[0.0]], [[1.0]]], [[1.0], [2.0]], ["relu", "identity"]))
    X = uniform(50, 1)
    pruned = PrunedMLPRegressor(constant, random_state=0).fit(X)
    np.testing.assert_allclose(pruned.predict(X), 3.0)
    single = as_network(([[[1.0]], [[2.0]]], [[0.1], [0.0]], ["relu", "identity"]))
    pruned = PrunedMLPRegressor(single, random_state=0).fit(X)
    assert pruned.n_weights_ == 2


@pytest.mark.parametrize(
    "options, wording",
    [
        ({"target_fidelity": 1.5}, "'target_fidelity' parameter"),
        ({"n_weights": 0}, "'n_weights' parameter"),
        ({"criterion": "size"}, "'criterion' parameter"),
        ({"structure": "layers"}, "'structure' parameter"),
        ({"keep_ratio": 1.0}, "'keep_ratio' parameter"),
    ],
)
def test_bad_settings_are_refused(switch, options, wording):
    model, X, _ = switch
    with pytest.raises(ValueError, match=wording):
        PrunedMLPClassifier(model, **options).fit(X)


def test_networks_without_layers_are_refused():
    network = as_network(lambda X: X[:, 0], n_features_in=2)
    with pytest.raises(ValueError, match="PrunedMLPRegressor needs a network with layers"):
        PrunedMLPRegressor(network).fit(uniform(20, 2))
