"""Skorch's nets, alone and in scikit-learn's pipelines and searches."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler
from skorch import NeuralNetBinaryClassifier, NeuralNetClassifier, NeuralNetRegressor
from torch import nn
from torch_pool import Residual, Undecided, assert_close, rows

from skinterp import LinearSurrogateClassifier, fidelity_score
from skinterp.network import DenseNetwork, as_network

pytestmark = pytest.mark.torch
X = rows(200, 4).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64) + (X[:, 1] > 0)
CROSS_ENTROPY = {"criterion": nn.CrossEntropyLoss}


class Body(nn.Module):
    """Layers of which a grid search sets the width."""

    def __init__(self, n_out=3, width=8, last=None, between=None):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(4, width), nn.BatchNorm1d(width), nn.ELU(), nn.Dropout(0.2)
        )
        self.between, self.out = between or nn.Identity(), nn.Linear(width, n_out)
        self.last = last or nn.Identity()

    def forward(self, x):
        return self.last(self.out(self.between(self.layers(x))))


def make(kind, module, **options):
    torch.manual_seed(0)
    return kind(module, max_epochs=2, verbose=0, **options)


CLASSIFIERS = {
    "probabilities": (NeuralNetClassifier, Body(last=nn.Softmax(1)), {}),
    "untraceable probabilities": (NeuralNetClassifier, Undecided(Body(last=nn.Softmax(1))), {}),
    "logits": (NeuralNetClassifier, Body(), CROSS_ENTROPY),
    "logits of a residual net": (
        NeuralNetClassifier,
        Body(between=Residual(8, nn.Mish)),
        CROSS_ENTROPY,
    ),
    "log-probabilities": (NeuralNetClassifier, Body(last=nn.LogSoftmax(1)), CROSS_ENTROPY),
    "two classes": (NeuralNetClassifier, Body(2, last=nn.Softmax(1)), {}),
    "binary": (NeuralNetBinaryClassifier, Body(1), {}),
    "binary, one dimension": (NeuralNetBinaryClassifier, Body(1, last=nn.Flatten(0)), {}),
    "binary, probabilities": (
        NeuralNetBinaryClassifier,
        Body(1, last=nn.Sigmoid()),
        {"criterion": nn.BCELoss},
    ),
}


def is_pair(name):
    return "binary" in name or "two" in name


@pytest.mark.parametrize("split", [True, False], ids=["validated", "not validated"])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_are_read_with_their_classes(name, split):
    kind, module, options = CLASSIFIERS[name]
    y = (Y > 0).astype(np.int64) if is_pair(name) else Y
    y = y.astype(np.float32) if "binary" in name else y
    net = make(kind, module, **options, **({} if split else {"train_split": None})).fit(X, y)
    network = as_network(net, feature_names=list("abcd"))
    assert network.task == ("binary" if is_pair(name) else "multiclass")
    assert_close(network.predict_proba(X), net.predict_proba(X).astype(float), 1e-6)
    assert np.array_equal(network.predict(X), net.predict(X))
    assert network.feature_names == ("a", "b", "c", "d")


@pytest.mark.parametrize("last", [None, nn.Sigmoid(), nn.Tanh()], ids=str)
def test_regressors_are_read(last):
    net = make(NeuralNetRegressor, Body(1, last=last)).fit(X, X[:, :1])
    network = as_network(net)
    assert network.task == "regression" and network.hidden_layer_sizes == (8,)
    assert_close(network.predict(X), net.predict(X)[:, 0].astype(float), 1e-6)


def test_a_net_in_double_precision_is_read():
    net = make(NeuralNetRegressor, Body(2).double()).fit(X.astype(float), X[:, :2].astype(float))
    assert_close(as_network(net).predict(X.astype(float)), net.predict(X.astype(float)), 1e-12)


def test_a_pipeline_is_folded():
    raw = X * np.float32([1, 10, 0.1, 3]) + np.float32([0, 5, 1, 2])
    model = make_pipeline(
        StandardScaler(), MinMaxScaler(), make(NeuralNetClassifier, Body(), **CROSS_ENTROPY)
    ).fit(raw, Y)
    network = as_network(model)
    assert isinstance(network, DenseNetwork) and network.hidden_layer_sizes == (8,)
    assert_close(network.predict_proba(raw), model.predict_proba(raw).astype(float), 1e-5)
    assert np.mean(network.predict(raw) == model.predict(raw)) == 1.0
    assert fidelity_score(LinearSurrogateClassifier(network=model).fit(raw), raw) > 0.4


def test_a_pipeline_on_a_data_frame_keeps_its_names():
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    scale = ColumnTransformer(
        [("s", StandardScaler(), ["d", "c"]), ("r", "passthrough", ["a", "b"])]
    )
    model = make_pipeline(scale, make(NeuralNetClassifier, Body(), **CROSS_ENTROPY)).fit(table, Y)
    network = as_network(model)
    assert network.feature_names == ("a", "b", "c", "d")
    assert_close(network.predict_proba(table), model.predict_proba(table).astype(float), 1e-5)


def test_a_table_of_texts_and_gaps_is_read_as_features():
    table = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "site": np.where(X[:, 2] > 0, "x", "y")})
    table.loc[::7, "a"] = np.nan
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    texts = OneHotEncoder(sparse_output=False, dtype=np.float32)
    columns = ColumnTransformer([("n", numbers, ["a", "b"]), ("t", texts, ["site"])])
    model = make_pipeline(columns, make(NeuralNetClassifier, Body(), **CROSS_ENTROPY))
    network = as_network(model.fit(table, Y))
    assert network.feature_names == ("a", "b", "[site = x]", "[site = y]")
    assert_close(network.predict_proba(table), model.predict_proba(table).astype(float), 1e-5)


@pytest.mark.parametrize("between", [None, Residual(8, nn.Mish)], ids=["dense", "autograd"])
def test_surrogates_take_a_fitted_net_as_it_is(between):
    net = make(NeuralNetClassifier, Body(between=between), **CROSS_ENTROPY).fit(X, Y)
    before = net.module_.out.weight.detach().clone()
    surrogate = LinearSurrogateClassifier(network=net).fit(X)
    assert fidelity_score(surrogate, X) > 0.4
    assert fidelity_score(clone(surrogate).fit(X), X) > 0.4
    assert torch.equal(before, net.module_.out.weight)


def test_a_search_is_read():
    net = make(NeuralNetClassifier, Body, **CROSS_ENTROPY)
    search = GridSearchCV(net, {"module__width": [5, 6]}, cv=2).fit(X, Y)
    network = as_network(search)
    assert network.hidden_layer_sizes == (search.best_params_["module__width"],)
    assert_close(network.predict_proba(X), search.predict_proba(X).astype(float), 1e-6)


def test_the_scaling_of_the_target_is_undone():
    net = make(NeuralNetRegressor, Body(1))
    model = TransformedTargetRegressor(net, transformer=StandardScaler(), check_inverse=False)
    model.fit(X, 100 * X[:, :1] + 50)
    network = as_network(model)
    assert_close(network.predict(X), np.ravel(model.predict(X)).astype(float), 1e-5)


def test_the_net_is_left_as_it_is():
    net = make(NeuralNetClassifier, Body(), train_split=None, **CROSS_ENTROPY).fit(X, Y)
    net.module_.train()
    as_network(net)
    assert net.module_.layers[0].weight.requires_grad


def test_what_is_no_chain_of_layers_is_read_behind_steps_too():
    net = make(NeuralNetClassifier, Body(between=Residual(8, nn.Tanh)), **CROSS_ENTROPY)
    steps = [StandardScaler(), FunctionTransformer(np.arcsinh), FunctionTransformer(as_float)]
    model = make_pipeline(*steps, net).fit(X, Y)
    with pytest.raises(TypeError, match="'functiontransformer-2' is FunctionTransformer"):
        as_network(model)
    network = as_network(model, unknown_steps="differences")
    assert "TorchNetwork" in repr(network) and "by differences" in repr(network)
    assert_close(network.predict_proba(X), model.predict_proba(X), 1e-5)
    step = 1e-2 * np.eye(4)[1]
    slopes = (network.raw_values(X + step) - network.raw_values(X - step)) / 2e-2
    assert np.abs(network.jacobian(X)[:, :, 1] - slopes).max() < 1e-2 * np.abs(slopes).max()


def as_float(X):
    return X.astype(np.float32)


def test_refusals():
    net = make(NeuralNetClassifier, Body(between=Residual(8, nn.Tanh)), **CROSS_ENTROPY)
    with pytest.raises(NotFittedError):
        as_network(net)
    with pytest.raises(ValueError, match="do not apply to a NeuralNetClassifier: classes"):
        as_network(net.fit(X, Y), classes=["a", "b", "c"])
    low = make(NeuralNetBinaryClassifier, Body(1), threshold=0.3).fit(
        X, (Y > 0).astype(np.float32)
    )
    with pytest.raises(ValueError, match=r"threshold=0.5\). Got threshold=0.3 instead"):
        as_network(low)
    twice = make(NeuralNetClassifier, Body(last=nn.Softmax(1)), **CROSS_ENTROPY).fit(X, Y)
    with pytest.raises(RuntimeError, match="differs from the model's own outputs"):
        as_network(twice)
    shares = make(NeuralNetRegressor, Body(2, last=nn.Softmax(1))).fit(X, X[:, :2])
    with pytest.raises(TypeError, match="is a regressor, but its module ends in probabilities"):
        as_network(shares)
    convolution = make(
        NeuralNetRegressor, nn.Sequential(nn.Unflatten(1, (1, 4)), nn.Conv1d(1, 1, 4))
    )
    with pytest.raises(TypeError, match="Conv1d: convolutional models cannot be read"):
        as_network(convolution.initialize())
