"""Keras models on the torch backend: values are Keras's, Jacobians are autograd's."""

import keras
import numpy as np
import pytest
import torch
from keras import layers, ops

from skinterp import SymbolicSurrogateClassifier
from skinterp.network import DenseNetwork, as_network
from skinterp.network._keras_layers import ACTIVATIONS

pytestmark = [
    pytest.mark.torch,  # Keras's torch backend hands tensors to NumPy
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

FORMS = ["plain", "batch norm", "dropout", "residual", "layer norm", "concatenated"]
CHAINS = ("relu", "tanh", "elu", "gelu", "selu", "silu", "mish", "sigmoid", "softsign")
ELEMENTWISE = [name for name in ACTIVATIONS if "softmax" not in name]


def shuffled(model, rng):
    """Return the model with random weights; variances stay positive."""
    for weight in model.weights:
        if weight.path.endswith(("seed_generator_state", "count")):
            continue
        draw = rng.normal(0.0, 0.5, weight.shape)
        weight.assign(np.exp(draw) if "variance" in weight.path else draw)
    return model


def make(activation, form, dtype, rng):
    inputs = keras.Input((5,), dtype=dtype)
    scaled = layers.Normalization(mean=[1.0, -2.0, 3.0, 0.0, 9.0], variance=[4.0] * 5, dtype=dtype)
    hidden = layers.Dense(8, dtype=dtype)(scaled(inputs))
    if form == "batch norm":
        hidden = layers.BatchNormalization(dtype=dtype)(hidden)
    found = layers.Activation(activation, dtype=dtype)(hidden)
    if form == "dropout":
        found = layers.Dropout(0.3, dtype=dtype)(found)
    if form == "residual":
        found = layers.Add(dtype=dtype)([found, hidden])
    if form == "layer norm":
        found = layers.LayerNormalization(dtype=dtype)(found)
    if form == "concatenated":
        found = layers.Concatenate(dtype=dtype)([found, inputs])
    return shuffled(keras.Model(inputs, layers.Dense(3, dtype=dtype)(found)), rng)


def answers(model, X):
    return model(X).detach().numpy().astype(np.float64)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("activation", ELEMENTWISE)
def test_values_and_jacobian_are_those_of_keras(activation, form, dtype):
    rng = np.random.default_rng(0)
    model = make(activation, form, dtype, rng)
    X = rng.normal(1.0, 3.0, (10_000 if form == "plain" else 500, 5)).astype(dtype)
    network, expected = as_network(model), answers(model, X)
    largest = np.abs(expected).max()
    np.testing.assert_allclose(network.predict(X), expected, rtol=0, atol=3e-6 * largest)
    x = torch.tensor(X[:40], requires_grad=True)
    values = model(x)
    slopes = [torch.autograd.grad(values[:, k].sum(), x, retain_graph=True)[0] for k in range(3)]
    expected = torch.stack(slopes, dim=1).numpy()
    np.testing.assert_allclose(
        network.jacobian(X[:40]), expected, rtol=0, atol=3e-6 * np.abs(expected).max()
    )
    if form in ("plain", "batch norm", "dropout") and activation in CHAINS:
        assert isinstance(network, DenseNetwork)


def sequential(*parts, width=4):
    return keras.Sequential([keras.Input((width,)), *parts])


class Branching(keras.Model):
    """A model written as a class."""

    def __init__(self):
        super().__init__()
        self.first, self.last = layers.Dense(4, activation="tanh"), layers.Dense(1)

    def call(self, x):
        return self.last(self.first(x) + x * 2.0 - ops.relu(x)[:, :4])


class Halved(layers.Layer):
    """A layer written as a class."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 3), name="kernel")

    def call(self, x):
        return ops.tanh(ops.matmul(x, self.kernel)) / 2.0 + ops.mean(x, axis=-1, keepdims=True)


def nested():
    inner = sequential(layers.Dense(4, activation="relu"))
    x = keras.Input((4,))
    hidden = inner(inner(x)) + x
    joined = layers.Maximum()([hidden, x, layers.Minimum()([x, hidden])])
    return keras.Model(
        x, layers.Dense(1)(layers.Average()([joined, layers.Subtract()([x, hidden])]))
    )


MODELS = {
    "model as a class": lambda: Branching(),
    "layer as a class": lambda: sequential(Halved(), layers.Dense(2)),
    "shared model inside": nested,
    "lambda": lambda: sequential(layers.Lambda(lambda x: x * 2.0 + 1.0), layers.Dense(1)),
    "own activation": lambda: sequential(layers.Dense(3, activation=lambda x: ops.tanh(x) * 0.5)),
    "moving numbers": lambda: sequential(
        layers.Reshape((2, 2)), layers.Permute((2, 1)), layers.Flatten(), layers.PReLU(),
        layers.ReLU(max_value=1.5, negative_slope=0.1), layers.LeakyReLU(), layers.ELU(0.5),
        layers.Rescaling(0.5, 1.0), layers.Dense(1),
    ),
    "noise": lambda: sequential(
        layers.GaussianNoise(1.0), layers.Dense(3), layers.AlphaDropout(0.5), layers.Dense(1)
    ),
    "operations": lambda: sequential(
        layers.Lambda(lambda x: ops.concatenate([x**2, -x, abs(x), ops.clip(x, -0.5, 0.5)], 1)),
        layers.Dense(1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_models_of_every_style_are_read(name):
    model, X = MODELS[name](), np.random.default_rng(1).normal(size=(50, 4)).astype("float32")
    expected = answers(model, X)
    found = as_network(model).predict(X).reshape(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("ending", "task", "n_raw"),
    [
        ([layers.Dense(1, activation="sigmoid")], "binary", 1),
        ([layers.Dense(2, activation="softmax")], "binary", 1),
        ([layers.Dense(3), layers.Softmax()], "multiclass", 3),
        ([layers.Dense(3, activation="log_softmax")], "multiclass", 3),
        ([layers.Dense(3, activation="sigmoid")], "multilabel", 3),
        ([layers.Dense(2)], "regression", 2),
    ],
)
def test_the_end_says_the_task_and_probabilities_become_logits(ending, task, n_raw):
    model = sequential(layers.Dense(6, activation="gelu"), *ending)
    X = np.random.default_rng(2).normal(size=(20, 4)).astype("float32")
    network, expected = as_network(model), answers(model, X)
    assert (network.task, network.n_outputs) == (task, n_raw)
    if task == "regression":
        return
    if "log" in str(getattr(ending[-1], "activation", "")):
        expected = np.exp(expected)
    found = network.predict_proba(X)
    np.testing.assert_allclose(found[:, -expected.shape[1] :], expected, atol=1e-6)


def test_the_loss_says_the_task_where_the_end_does_not():
    model = sequential(layers.Dense(1))
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    assert as_network(model).task == "binary"
    model.compile(loss="mse")
    assert as_network(model).task == "regression"
    assert list(as_network(model, classes=["no", "yes"]).classes) == ["no", "yes"]
    model.compile(loss="binary_crossentropy")
    with pytest.raises(ValueError, match=r"ends without sigmoid.*classes=\[\.\.\.\]"):
        as_network(model)
    model = sequential(layers.Dense(3))
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    assert as_network(model).task == "multilabel"


def test_a_file_is_read_and_explained(tmp_path):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(400, 2)).astype("float32")
    y = (X[:, 0] > X[:, 1]).astype(int)
    model = sequential(
        layers.Dense(8, activation="tanh"), layers.Dense(1, activation="sigmoid"), width=2
    )
    model.compile(keras.optimizers.Adam(0.05), loss="binary_crossentropy")
    model.fit(X, y, epochs=8, verbose=0)
    model.save(tmp_path / "model.keras")
    network = as_network(tmp_path / "model.keras")
    assert np.array_equal(network.predict_proba(X), as_network(model).predict_proba(X))
    surrogate = SymbolicSurrogateClassifier(model, random_state=0).fit(X)
    assert np.mean(surrogate.predict(X) == (answers(model, X)[:, 0] > 0.5)) > 0.95


@keras.saving.register_keras_serializable("mine")
class Registered(layers.Layer):
    """A layer that a file can name."""

    def call(self, x):
        return x


@pytest.mark.parametrize("part", [Registered, lambda: layers.Lambda(lambda x: 2.0 * x)])
def test_a_file_with_foreign_code_is_refused_before_it_is_loaded(part, tmp_path):
    sequential(part(), layers.Dense(1)).save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"not Keras's own \(.*(Registered|Lambda)"):
        as_network(tmp_path / "model.keras")


def test_missing_and_damaged_files_are_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no file .*a\.keras"):
        as_network(tmp_path / "a.keras")
    (tmp_path / "a.keras").write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"a\.keras' is no valid \.keras file"):
        as_network(tmp_path / "a.keras")


def two_inputs():
    a, b = keras.Input((2,)), keras.Input((2,))
    return keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([a, b])))


def two_outputs():
    x = keras.Input((4,))
    return keras.Model(x, [layers.Dense(1)(x), layers.Dense(2)(x)])


def not_finite():
    model = sequential(layers.Dense(1))
    model.layers[0].kernel.assign(np.full((4, 1), np.nan))
    return model


def flat(*parts):
    """Return a model of layers that see a sequence of four numbers."""
    return sequential(layers.Reshape((4, 1)), *parts, layers.Flatten(), layers.Dense(1))


def of_unknown_width():
    return keras.Sequential(
        [keras.Input((None,)), layers.Lambda(lambda x: x[:, :1]), layers.Dense(1)]
    )


REFUSED = {
    "Conv1D": (lambda: flat(layers.Conv1D(3, 2)), r"\(Conv1D\).*convolutional.*head on extracted"),
    "LSTM": (lambda: flat(layers.LSTM(3)), "recurrent models"),
    "Embedding": (
        lambda: sequential(layers.Embedding(3, 2), layers.Flatten()),
        "embedding models",
    ),
    "glu": (lambda: sequential(layers.Dense(4, activation="glu")), r"\(Glu\).*cannot be read"),
    "softmax inside": (
        lambda: sequential(layers.Dense(4, activation="softmax"), layers.Dense(1)),
        "must be the end of the model",
    ),
    "unit norm": (lambda: sequential(layers.UnitNormalization()), "has no weights"),
    "two inputs": (two_inputs, "must have one input.*2 inputs"),
    "two outputs": (two_outputs, "has 2 outputs"),
    "NaN": (not_finite, "not all finite"),
    "not built": (lambda: keras.Sequential([layers.Dense(1)]), "has no weights yet"),
    "no width": (of_unknown_width, "number of features stated"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_a_sentence(name):
    build, message = REFUSED[name]
    with pytest.raises((TypeError, ValueError), match=message):
        as_network(build())
