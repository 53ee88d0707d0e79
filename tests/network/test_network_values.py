"""Networks are values: immutable, equal by content, safe to copy and to pickle."""

import copy
import pickle

import joblib
import numpy as np
import pytest
from network_pool import fitted, mlp_for, points, random_arrays, random_network, task_data
from sklearn.base import clone
from sklearn.tree import DecisionTreeRegressor

from skinterp.network import as_network


def module_level_function(X):
    """Return something to explain."""
    return X[:, 0] * X[:, 1]


CLASSES = np.array(["yes", "no", 3], dtype=object)
NETWORKS = {
    "regression": lambda: random_network((3, 5, 2)),
    "named": lambda: random_network((3, 5, 2), feature_names=["a", "b", "c"]),
    "leaky": lambda: random_network((3, 5, 2), ("leaky_relu", 0.2)),
    "classes": lambda: random_network((3, 5, 3), last="softmax", classes=["a", "b", "c"]),
    "mixed classes": lambda: random_network((3, 5, 3), last="softmax", classes=CLASSES),
    "output": lambda: random_network((3, 5, 2)).output(1),
    "unit": lambda: random_network((3, 5, 2)).unit(0, 1),
    "margin": lambda: random_network((3, 5, 3), last="softmax").margin(1),
    "callable": lambda: as_network(module_level_function, n_features_in=3),
}
every_network = pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)


@every_network
def test_equal_content_means_equal_networks(make):
    a, b = make(), make()
    assert a is not b
    assert a == b
    assert hash(a) == hash(b)
    assert len({a, b}) == 1
    assert a != "something else"


def test_different_content_means_different_networks():
    networks = [make() for make in NETWORKS.values()]
    networks += [random_network((3, 5, 2), seed=1), random_network((3, 5, 2), "relu")]
    networks += [random_network((3, 5, 2)).output(0), random_network((3, 5, 2)).unit(0, 0)]
    assert len(set(networks)) == len(networks)


@every_network
def test_a_pickle_is_equal_and_read_only(make):
    network = make()
    again = pickle.loads(pickle.dumps(network))
    assert again == network
    assert repr(again) == repr(network)
    np.testing.assert_array_equal(again.raw_values(points(4, 3)), network.raw_values(points(4, 3)))
    with pytest.raises(AttributeError, match="immutable"):
        again.task = "binary"
    for layer in getattr(again, "layers", ()):
        with pytest.raises(ValueError, match="read-only"):
            layer.weights[0, 0] = 1.0


def test_a_pickle_is_small():
    network = random_network((50, 100, 1))
    network.raw_values(points(1000, 50))
    n_numbers = sum(layer.weights.size + layer.bias.size for layer in network.layers)
    assert len(pickle.dumps(network)) < 8 * n_numbers + 2000


@every_network
def test_copies_and_clones_are_the_network_itself(make):
    network = make()
    assert copy.copy(network) is network
    assert copy.deepcopy(network) is network
    assert clone(network, safe=False) is network


@every_network
def test_attributes_can_be_neither_set_nor_deleted(make):
    network = make()
    for name in ("task", "n_features_in", "something"):
        with pytest.raises(AttributeError, match=f"immutable; '{name}' cannot be set"):
            setattr(network, name, 1)
    with pytest.raises(AttributeError, match="immutable; 'task' cannot be deleted"):
        del network.task


def test_arrays_are_read_only_copies():
    coefs, intercepts, activations = random_arrays((3, 5, 1), "tanh")
    network = as_network((coefs, intercepts, activations))
    X = points(5, 3)
    before = network.raw_values(X)
    coefs[0][:] = 0.0
    np.testing.assert_array_equal(network.raw_values(X), before)
    with pytest.raises(ValueError, match="read-only"):
        network.layers[0].bias[0] = 1.0


def test_training_on_does_not_change_the_network():
    X, y = task_data("regression")
    model = fitted(mlp_for("regression"), X, y)
    network = as_network(model)
    before = network.predict(X)
    model.partial_fit(X, y)
    np.testing.assert_array_equal(network.predict(X), before)
    assert as_network(model) != network


def test_a_unit_shares_the_arrays_of_its_network():
    network = random_network((3, 5, 4, 1))
    assert network.unit(1, 0).network.layers[0].weights is network.layers[0].weights


def test_lambdas_are_compared_by_identity():
    f, g = (lambda X: X[:, 0]), (lambda X: X[:, 0])
    assert as_network(f) == as_network(f)
    assert as_network(f) != as_network(g)


def test_bound_methods_are_compared_by_content():
    X, y = task_data("regression")
    a, b = (DecisionTreeRegressor(random_state=0).fit(X, target) for target in (y, -y))
    assert as_network(a.predict) != as_network(b.predict)
    again = pickle.loads(pickle.dumps(as_network(a.predict)))
    assert again == as_network(a.predict)


def test_networks_survive_joblib(tmp_path):
    network = random_network((3, 5, 1))
    joblib.dump(network, tmp_path / "network.joblib")
    assert joblib.load(tmp_path / "network.joblib") == network
