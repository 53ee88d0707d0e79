"""Saliencies against differences of the loss, paths recomputed, and a small gene switch."""

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from random_networks import networks, random_network, uniform
from scipy.special import expit
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.exact import ExactTreeRegressor, LinearRegions
from skinterp.network import as_network
from skinterp.pruning import PrunedMLPClassifier, PrunedMLPRegressor, remove_lossless
from skinterp.pruning._loss import loss_and_signal
from skinterp.pruning._path import count_weights
from skinterp.pruning._saliency import drop, kept_weights, saliencies

NAMES = [f"gene {j}" for j in range(15)]


@pytest.fixture(scope="module")
def gene_switch():
    """A 15-input network that has learnt a switch of which three inputs decide."""
    X = np.abs(uniform(900, 15, seed=3)) * np.linspace(0.5, 20, 15)
    up, down = X[:, 0] / 0.5, X[:, 4] / np.linspace(0.5, 20, 15)[4]
    dose = X[:, 9] / np.linspace(0.5, 20, 15)[9]
    y = (up**2 / (1 + up**2) + 0.3 * dose > 0.4 + down / 2).astype(int)
    mlp = MLPClassifier((30, 20), solver="lbfgs", alpha=1e-2, max_iter=400, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y), X, y


def test_magnitudes_are_absolute_weights():
    network = random_network([3, 5, 2], 0)
    for score, layer in zip(
        saliencies(network, uniform(9, 3), "magnitude"), network.layers, strict=True
    ):
        np.testing.assert_array_equal(score, np.abs(layer.weights))


@pytest.mark.parametrize("hidden", ["relu", "tanh"])
def test_second_order_saliencies_of_a_binary_network_are_its_loss_curvature(hidden):
    network = random_network([3, 4, 1], 2, hidden, task=["a", "b"])
    X = uniform(150, 3)
    target, inputs = network.raw_values(X), X
    for layer, score in enumerate(saliencies(network, X, "second_order")):
        for i, j in np.ndindex(score.shape):

            def loss(step, layer=layer, i=i, j=j, inputs=inputs):
                coefs = [part.weights.copy() for part in network.layers]
                biases = [part.bias.copy() for part in network.layers]
                coefs[layer][i, j] += step
                biases[layer][j] -= step * inputs[:, i].mean()
                moved = as_network((coefs, biases, [hidden, "logistic"]), classes=["a", "b"])
                return loss_and_signal(moved.raw_values(X), target, "binary")[0]

            h = 1e-3
            second = (loss(h) - 2 * loss(0.0) + loss(-h)) / h**2
            expected = 0.5 * network.layers[layer].weights[i, j] ** 2 * second
            # a bend of a ReLU within the step adds a jump
            within = {"rel": 1e-4, "abs": 1e-8} if hidden == "tanh" else {"rel": 0.05, "abs": 1e-4}
            assert score[i, j] == pytest.approx(expected, **within)
        inputs = network.layers[layer].activation.value(
            inputs @ network.layers[layer].weights + network.layers[layer].bias
        )


def test_dropped_weights_leave_the_mean_of_what_they_carried():
    network = random_network([4, 6, 1], 0)
    X = uniform(100, 4) + [3.0, 0.0, -1.0, 5.0]
    masks = [np.ones((4, 6), dtype=bool), np.ones((6, 1), dtype=bool)]
    masks[0][0], masks[0][3, :3] = False, False
    cut = drop(network, X, masks)
    (first, *_), (before, *_) = cut.layers, network.layers
    means = [(X @ layer.weights + layer.bias).mean(axis=0) for layer in (first, before)]
    np.testing.assert_allclose(*means)
    assert (first.weights[~masks[0]] == 0).all()
    np.testing.assert_array_equal(first.weights[masks[0]], before.weights[masks[0]])


def test_losses_of_a_network_against_itself_are_smallest():
    rng = np.random.RandomState(0)
    for task, k in (("regression", 2), ("binary", 1), ("multiclass", 3)):
        target = rng.standard_normal((50, k))
        least, signal = loss_and_signal(target, target, task)
        assert np.abs(signal).max() < 1e-12
        for _ in range(20):
            other = target + 0.1 * rng.standard_normal(target.shape)
            assert loss_and_signal(other, target, task)[0] > least
        if task == "binary":
            p = expit(target)
            entropy = -(p * np.log(p) + (1 - p) * np.log(1 - p)).mean()
            assert least == pytest.approx(entropy)


@settings(max_examples=25, deadline=None)
@given(networks(outputs=(1, 2)))
def test_a_second_lossless_removal_finds_nothing_to_remove(network):
    small = remove_lossless(network)
    again = remove_lossless(small)
    assert again.hidden_layer_sizes == small.hidden_layer_sizes
    assert count_weights(small) <= count_weights(network)
    assert all(size >= 1 for size in small.hidden_layer_sizes)


def test_doubled_units_of_other_sizes_are_merged_where_the_activation_allows():
    first = np.array([[1.0, 3.0, -1.0], [0.5, 1.5, -0.5]])
    layers = [first, [[2.0], [1.0], [4.0]]], [[0.2, 0.6, -0.2], [0.0]]
    X = uniform(200, 2)
    for hidden, size in (("relu", 2), (("leaky_relu", 0.1), 2), ("tanh", 3)):
        network = as_network((*layers, [hidden, "identity"]))
        small = remove_lossless(network)
        assert small.hidden_layer_sizes == (size,)
        np.testing.assert_allclose(small.raw_values(X), network.raw_values(X), atol=1e-12)


@pytest.mark.parametrize("structure", ["weights", "units"])
@pytest.mark.parametrize("n_weights", [1, 7, 20, 10**6])
def test_no_more_weights_are_kept_than_asked_for_and_the_most_salient(structure, n_weights):
    network = random_network([4, 6, 3, 1], 0)
    masks = [layer.weights != 0 for layer in network.layers]
    scores = saliencies(network, uniform(60, 4), "magnitude")
    kept = kept_weights(scores, masks, n_weights, structure)
    n_kept = sum(mask.sum() for mask in kept)
    assert n_kept <= min(n_weights, count_weights(network))
    if structure == "weights":
        assert n_kept == min(n_weights, count_weights(network))
        every, left = (
            np.concatenate([s.ravel() for s in scores]),
            np.concatenate([s[m] for s, m in zip(scores, kept, strict=True)]),
        )
        np.testing.assert_allclose(np.sort(left), np.sort(every)[-n_kept:])


def test_a_small_gene_switch_is_pruned_to_its_deciding_inputs(gene_switch):
    pandas = pytest.importorskip("pandas")
    model, X, y = gene_switch
    table = pandas.DataFrame(X, columns=NAMES)
    model = clone(model).fit(table, y)
    pruned = PrunedMLPClassifier(model, random_state=0).fit(table[:700], y[:700])
    path = pruned.path_
    np.testing.assert_allclose(
        path[1].network.raw_values(X), as_network(model).raw_values(X), rtol=0, atol=1e-9
    )
    chosen = path[pruned.selected_]
    assert chosen.fidelity >= 0.98 and pruned.n_weights_ <= 0.2 * path[0].n_weights
    assert {"gene 0", "gene 4", "gene 9"} <= set(pruned.used_features_)
    assert np.mean(pruned.predict(table[700:]) == model.predict(table[700:])) >= 0.95
    assert pruned.feature_names_in_.tolist() == NAMES
    # nothing smaller on the path is faithful enough on rows and on queries
    for step in path:
        if step.n_weights < pruned.n_weights_:
            assert min(step.fidelity, step.query_fidelity) < 0.98


def test_steps_of_a_path_state_the_numbers_of_their_networks(gene_switch):
    model, X, y = gene_switch
    path = PrunedMLPClassifier(model, n_tuning_steps=5, random_state=0).fit(X, y).path_
    frame = path.to_frame()
    for k, step in enumerate(path):
        layers = step.network.layers
        assert step.n_weights == sum(int((layer.weights != 0).sum()) for layer in layers)
        assert step.n_units == sum(len(layer.bias) for layer in layers[:-1])
        assert 0 <= step.fidelity <= 1 and 0 <= step.query_fidelity <= 1
        assert frame["n_weights"][k] == step.n_weights
        assert frame["hidden_layer_sizes"][k] == step.network.hidden_layer_sizes
    units = [step.n_units for step in path]
    assert units == sorted(units, reverse=True)
    sizes = [step.n_weights for step in path[1:]]
    assert all(after < before for before, after in pairwise(sizes))


def test_zeros_of_a_pruned_network_are_zero_in_the_users_units(gene_switch):
    model, X, _ = gene_switch
    pruned = PrunedMLPClassifier(model, n_weights=25, n_tuning_steps=30, random_state=0).fit(X)
    used = pruned.pruned_network_.layers[0].weights.any(axis=1)
    assert 0 < used.sum() < 15 and pruned.n_weights_ <= 25
    changed = np.where(used, X, 99.0)
    np.testing.assert_array_equal(pruned.decision_function(X), pruned.decision_function(changed))
    assert pruned.used_features_ == tuple(np.array([f"x{j}" for j in range(15)])[used])


def test_other_exact_tools_take_the_pruned_network():
    network = random_network([3, 8, 6, 1], 0)
    X = uniform(300, 3)
    pruned = PrunedMLPRegressor(network, n_weights=12, random_state=0).fit(X)
    small = pruned.pruned_network_
    tree = ExactTreeRegressor(small, mode="whole").fit(X)
    np.testing.assert_allclose(tree.predict(X), pruned.predict(X), atol=1e-9)
    assert LinearRegions(small).fit(X).n_regions_ <= LinearRegions(network).fit(X).n_regions_


def test_a_higher_target_fidelity_is_reached_by_more_weights():
    network = random_network([3, 8, 1], 0)
    X = uniform(400, 3)
    sizes = []
    for target in (0.5, 0.9, 0.999, 1.0):
        pruned = PrunedMLPRegressor(network, target_fidelity=target, random_state=0).fit(X)
        step = pruned.path_[pruned.selected_]
        assert step.fidelity >= target
        sizes.append(pruned.n_weights_)
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]


def test_the_smallest_network_faithful_on_rows_and_on_queries_is_selected():
    network, X = random_network([3, 8, 1], 0), uniform(80, 3)
    options = {"n_tuning_steps": 5, "random_state": 0}
    path = PrunedMLPRegressor(network, **options).fit(X).path_
    targets = [0.5 * (step.fidelity + step.query_fidelity) for step in path]
    assert any(step.fidelity < step.query_fidelity for step in path)
    assert any(step.fidelity > step.query_fidelity for step in path)
    for target in targets:
        if 0 < target < 1:
            pruned = PrunedMLPRegressor(network, target_fidelity=target, **options).fit(X)
            faithful = [s for s in path if min(s.fidelity, s.query_fidelity) >= target]
            assert pruned.n_weights_ == min(step.n_weights for step in faithful)


def test_a_number_of_weights_beyond_the_network_leaves_it_whole():
    network = random_network([3, 4, 1], 0)
    X = uniform(60, 3)
    pruned = PrunedMLPRegressor(network, n_weights=500, random_state=0).fit(X)
    assert pruned.selected_ == 0 and pruned.n_weights_ == count_weights(network)
    np.testing.assert_allclose(pruned.predict(X), network.predict(X))


def test_accuracy_is_known_only_with_a_target():
    network, X = random_network([2, 5, 1], 0), uniform(200, 2)
    without = PrunedMLPRegressor(network, n_weights=4, random_state=0).fit(X)
    assert np.isnan([step.accuracy for step in without.path_]).all()
    given_y = PrunedMLPRegressor(network, n_weights=4, random_state=0).fit(X, network.predict(X))
    for step in given_y.path_:
        assert step.accuracy == pytest.approx(step.fidelity)
    np.testing.assert_array_equal(without.predict(X), given_y.predict(X))


def test_several_outputs_are_pruned_together():
    X = uniform(300, 4)
    Y = np.column_stack([X[:, 0], np.abs(X[:, 1])])
    mlp = MLPRegressor(
        hidden_layer_sizes=(12,), solver="lbfgs", alpha=1e-3, max_iter=2000, random_state=0
    )
    mlp.fit(X, Y)
    pruned = PrunedMLPRegressor(mlp, target_fidelity=0.97, random_state=0).fit(X, Y)
    assert pruned.predict(X).shape == (300, 2) and pruned.score(X, Y) > 0.9
    assert {"x0", "x1"} <= set(pruned.used_features_)
    assert len(pruned.to_sympy(1).free_symbols) >= 1


def test_the_same_random_state_gives_the_same_path_and_pickles_keep_it():
    network, X = random_network([3, 8, 1], 0), uniform(200, 3)
    one, two = (
        PrunedMLPRegressor(network, n_weights=8, random_state=np.random.RandomState(5)).fit(X)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.predict(X), two.predict(X))
    again = pickle.loads(pickle.dumps(one.path_))
    assert [step.n_weights for step in again] == [step.n_weights for step in one.path_]
    np.testing.assert_array_equal(again[-1].network.predict(X), one.path_[-1].network.predict(X))


@pytest.mark.parametrize("n_rows", [3, 12, 19, 20, 21])
def test_networks_are_pruned_on_few_rows(n_rows):
    network, X = random_network([2, 4, 1], 0), uniform(n_rows, 2)
    pruned = PrunedMLPRegressor(network, n_weights=3, n_tuning_steps=3, random_state=0).fit(X)
    assert pruned.n_weights_ <= 3 and np.isfinite(pruned.predict(X)).all()


def test_constant_columns_and_networks_without_hidden_layers_are_pruned():
    X = uniform(80, 3)
    X[:, 1] = 7.0
    flat = ([[[2.0], [1.0], [0.0]]], [[-0.5]], ["identity"])
    pruned = PrunedMLPRegressor(flat, random_state=0).fit(X)
    assert "x0" in pruned.used_features_ and "x1" not in pruned.used_features_
    expected = 2 * X[:, 0] + 7 - 0.5
    np.testing.assert_allclose(pruned.predict(X), expected, atol=1e-3)


def test_margins_and_unfitted_estimators_are_refused():
    network = random_network([2, 4, 3], 0, task=["a", "b", "c"])
    with pytest.raises(ValueError, match="needs a network with layers"):
        PrunedMLPRegressor(network.margin(0)).fit(uniform(40, 2))
    with pytest.raises(ValueError, match="PrunedMLPClassifier"):
        PrunedMLPRegressor(network).fit(uniform(40, 2))
    unfitted = PrunedMLPClassifier(network)
    for call in (
        lambda: unfitted.predict([[0.0, 1.0]]),
        lambda: unfitted.n_weights_,
        lambda: unfitted.used_features_,
        lambda: unfitted.plot_path(),
        lambda: unfitted.to_sympy(),
    ):
        with pytest.raises((NotFittedError, AttributeError)):
            call()
