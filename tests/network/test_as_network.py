"""What `as_network` refuses, and the network trained when there is none."""

import numpy as np
import pytest
from network_pool import fitted, mlp_for, random_arrays, random_network, task_data
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skinterp.network import as_network, default_network


def test_a_network_is_returned_as_it_is():
    network = random_network((3, 4, 1))
    assert as_network(network) is network


@pytest.mark.parametrize(
    "model",
    [RandomForestClassifier(n_estimators=2), LogisticRegression(max_iter=1000), SVC()],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("wrap", [lambda m: m, lambda m: make_pipeline(StandardScaler(), m)])
def test_models_without_gradients_are_refused(model, wrap):
    message = f"{type(model).__name__} has no gradients.*MLPClassifier.*decision_function"
    with pytest.raises(TypeError, match=message):
        as_network(wrap(model).fit(*task_data("binary")))


def test_an_ensemble_of_networks_is_refused():
    with pytest.raises(
        TypeError, match=r"BaggingClassifier has no gradients .or none that can be"
    ):
        as_network(BaggingClassifier(MLPClassifier()))


def test_a_pipeline_that_ends_in_a_transformer_is_refused():
    model = make_pipeline(StandardScaler(), "passthrough").fit(*task_data("regression"))
    with pytest.raises(TypeError, match="has no gradients"):
        as_network(model)


def test_a_class_is_refused():
    with pytest.raises(TypeError, match=r"Got the class MLPClassifier.*MLPClassifier\(...\).fit"):
        as_network(MLPClassifier)


@pytest.mark.parametrize("model", [None, "model.joblib", 3, np.ones((3, 2)), (1, 2)])
def test_anything_else_is_refused(model):
    with pytest.raises(TypeError, match=r"A network must be .*a fitted MLPClassifier.*callable"):
        as_network(model)


@pytest.mark.parametrize("library", ["torch", "keras", "onnx", "tensorflow"])
def test_models_of_other_libraries_are_recognised_by_name(library):
    base = type("Module", (), {"__module__": f"{library}.nn", "__call__": lambda self, X: X})
    model = type("MyNet", (base,), {"__module__": "my_package"})()
    with pytest.raises(TypeError, match=f"MyNet is a {library} model.*Pass a callable"):
        as_network(model)


def test_options_that_do_not_apply_are_refused():
    model = fitted(mlp_for("binary"), *task_data("binary"))
    with pytest.raises(ValueError, match="do not apply to a MLPClassifier: gradient, classes"):
        as_network(model, gradient=abs, classes=["a", "b"])
    with pytest.raises(ValueError, match="do not apply to arrays: n_outputs"):
        as_network(random_arrays((2, 1), "tanh"), n_outputs=1)
    with pytest.raises(ValueError, match="do not apply to a Network: feature_names"):
        as_network(random_network((2, 1)), feature_names=["a", "b"])


@pytest.mark.parametrize(
    ("task", "load"), [("multiclass", load_wine), ("regression", load_diabetes)]
)
def test_the_default_network_converges_and_can_be_read(task, load):
    X, y = load(return_X_y=True)
    model = default_network(task, random_state=0)
    network = as_network(model.fit(X, y))  # a convergence warning would be an error
    assert network.task == task
    assert network.hidden_layer_sizes == (60, 60)
    assert model.score(X, y) > 0.5


def test_the_default_network_of_a_seed_is_always_the_same():
    X, y = load_wine(return_X_y=True)
    a, b = (as_network(default_network("multiclass", 3).fit(X, y)) for _ in range(2))
    assert a == b


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match=r"task must be one of regression.*Got 'ranking' instead"):
        default_network("ranking")
