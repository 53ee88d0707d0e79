"""Torch modules read as networks: values and Jacobians are torch's own."""

import copy
import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch_pool import (
    ACTIVATIONS,
    DENSE,
    FORMS,
    Residual,
    Undecided,
    assert_close,
    jacobian_of,
    make_module,
    rows,
    values_of,
)

from skinterp.network import DenseNetwork, as_network

pytestmark = pytest.mark.torch
PRECISION = {torch.float32: 1e-6, torch.float64: 1e-12}


@pytest.mark.parametrize("dtype", PRECISION, ids=str)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_values_and_jacobian_are_those_of_torch(activation, form, dtype):
    module, X = make_module(form, activation, dtype), rows()
    network = as_network(module)
    is_dense = activation in DENSE and form != "residual"
    assert isinstance(network, DenseNetwork) == is_dense
    assert_close(network.raw_values(X), values_of(module, X), PRECISION[dtype])
    if activation.startswith(("relu", "leaky_relu", "prelu", "hard")):
        X = X[_apart_from_kinks(module, X)]
    is_inexact = activation == "hardsigmoid"  # torch's own slope is a float32's 1/6, always
    relative = max(1e-7, PRECISION[dtype]) if is_inexact else PRECISION[dtype]
    assert_close(network.jacobian(X), jacobian_of(module, X), relative)


def _apart_from_kinks(module, X):
    """Return which rows have the same slopes when moved by less than float32 tells apart."""
    slopes = [jacobian_of(module, X + shift) for shift in (-2e-6, 0.0, 2e-6)]
    apart = [np.abs(slope - slopes[1]).max(axis=(1, 2)) < 1e-3 for slope in slopes]
    return np.logical_and.reduce(apart)


class Functional(nn.Module):
    """Functions and operators instead of modules, with a normalisation of its own."""

    def __init__(self, activation):
        super().__init__()
        self.activation = activation
        self.register_buffer("center", torch.linspace(-1.0, 1.0, 5))
        self.scale = nn.Parameter(torch.linspace(0.5, 2.0, 5))
        self.weight, self.bias = nn.Parameter(torch.randn(7, 5)), nn.Parameter(torch.randn(7))
        self.head = nn.Parameter(torch.randn(7, 1))

    def forward(self, x):
        x = torch.flatten((x - self.center) / self.scale, 1)
        x = self.activation(F.linear(1.0 - x * 2, self.weight, self.bias))
        x = F.dropout(x, 0.5, training=self.training)
        return (-(x @ self.head) + 0.5).squeeze(-1)


FUNCTIONS = {
    "F.relu": F.relu,
    "torch.relu": torch.relu,
    "method relu": lambda x: x.relu(),
    "method relu_": lambda x: x.relu_(),
    "torch.tanh": torch.tanh,
    "F.tanh": F.tanh,
    "torch.sigmoid": torch.sigmoid,
    "F.sigmoid": F.sigmoid,
    "F.leaky_relu": lambda x: F.leaky_relu(x, 0.3),
    "F.leaky_relu by name": lambda x: F.leaky_relu(x, negative_slope=0.3),
    "F.elu": F.elu,
    "F.selu": F.selu,
    "F.silu": F.silu,
    "F.gelu": F.gelu,
    "F.softplus": F.softplus,
    "F.elu of alpha": lambda x: F.elu(x, 0.5),
    "F.gelu by tanh": lambda x: F.gelu(x, approximate="tanh"),
    "F.hardtanh": F.hardtanh,
    "F.relu6": F.relu6,
    "F.hardsigmoid": F.hardsigmoid,
    "F.hardswish": F.hardswish,
    "F.mish": F.mish,
    "F.softsign": F.softsign,
    "F.logsigmoid": F.logsigmoid,
    "F.celu": lambda x: F.celu(x, alpha=2.0),
    "torch.erf": torch.erf,
    "torch.exp": lambda x: torch.exp(x / 10),
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functional_forms_become_layers(function):
    torch.manual_seed(0)
    module, X = Functional(FUNCTIONS[function]).eval(), rows(500)
    network = as_network(module, n_features_in=5)
    assert isinstance(network, DenseNetwork) and network.hidden_layer_sizes == (7,)
    assert_close(network.predict(X), values_of(module, X), 1e-6)
    if "relu" not in function and "hard" not in function:
        assert_close(network.jacobian(X), jacobian_of(module, X), 1e-6)


class Called(nn.Module):
    """A module whose forward calls a function with its layers."""

    def __init__(self, function, n_out=1):
        super().__init__()
        torch.manual_seed(0)
        self.function = function
        self.hidden, self.out = nn.Linear(5, 4), nn.Linear(4, n_out)

    def forward(self, x):
        return self.function(self, x)


def weights_by_name(m, x):
    return F.linear(bias=m.hidden.bias, weight=m.hidden.weight, input=x)


SHAPES = {
    "view by size": lambda m, x: m.out(m.hidden(x.view(x.size(0), -1)).tanh()),
    "reshape by shape": lambda m, x: m.out(m.hidden(x.reshape(x.shape[0], -1)).tanh()),
    "view by width": lambda m, x: m.out(m.hidden(x.view(-1, 5)).tanh()),
    "names": lambda m, x: m.out(torch.tanh(F.linear(x, weight=m.hidden.weight))),
    "squeezed": lambda m, x: m.out(m.hidden(x).tanh()).squeeze(1),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_that_rows_do_not_need_are_left_out(name):
    module, X = Called(SHAPES[name]), rows(100)
    network = as_network(module, n_features_in=5)
    assert isinstance(network, DenseNetwork) and network.hidden_layer_sizes == (4,)
    assert_close(network.predict(X), np.ravel(values_of(module, X)), 1e-6)


OTHERS = {
    "transposed view": lambda m, x: m.out(m.hidden(x.view(x.size(1), -1).reshape(-1, 5))),
    "linear by names": lambda m, x: m.out(weights_by_name(m, x)),
    "rows as weights": lambda m, x: F.linear(m.hidden.weight, x).T,
    "power": lambda m, x: m.out(m.hidden(x) ** 2),
    "used twice": lambda m, x: m.out(m.hidden(x)) + x[:, :1],
    "sum with itself": lambda m, x: m.out(m.hidden(x) + m.hidden(x)),
    "quotient": lambda m, x: m.out(1 / (2 + m.hidden(x).sigmoid())),
    "maximum": lambda m, x: torch.maximum(m.hidden(x), m.hidden.bias),
    "batched product": lambda m, x: (m.hidden(x) @ m.hidden.weight.reshape(5, 4, 1)).mean(0),
}


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_function_of_torch_is_right_too(name):
    module, X = Called(OTHERS[name]), rows(100)
    network = as_network(module, n_features_in=5)
    assert_close(network.raw_values(X), values_of(module, X), 1e-6)
    assert_close(network.jacobian(X), jacobian_of(module, X), 1e-6)


LASTS = {
    "squeezed": lambda m, x: torch.sigmoid(m.out(m.hidden(x))).squeeze(-1),
    "flattened": lambda m, x: torch.sigmoid(m.out(m.hidden(x))).flatten(),
    "viewed": lambda m, x: m.out(m.hidden(x)).sigmoid().view(-1),
    "of a residual sum": lambda m, x: torch.sigmoid(m.out(m.hidden(x)) + x[:, :1]).squeeze(1),
}


@pytest.mark.parametrize("name", LASTS)
def test_probabilities_in_another_shape_are_probabilities(name):
    module, X = Called(LASTS[name]), 1e4 * rows(100)
    network = as_network(module)
    assert network.task == "binary" and np.abs(network.raw_values(X)).max() > 100
    assert_close(network.predict_proba(X)[:, 1], np.ravel(values_of(module, X)), 1e-6)


def test_affine_layers_in_a_row_become_one():
    module = nn.Sequential(nn.BatchNorm1d(5), nn.Linear(5, 4), nn.Linear(4, 3), nn.ReLU()).eval()
    module.append(nn.BatchNorm1d(3).eval()).append(nn.Linear(3, 2))
    network = as_network(module)
    assert network.hidden_layer_sizes == (3,) and len(network.layers) == 2


@pytest.mark.parametrize(
    "other",
    [
        nn.Softplus(),  # linear beyond 20
        nn.Softplus(2.0),
        nn.Hardtanh(-2.0, 2.0),
        nn.PReLU(4),
    ],
    ids=str,
)
def test_options_that_no_layer_has_are_asked_by_autograd_in_double_precision(other):
    module = nn.Sequential(nn.Linear(5, 4), other, nn.Linear(4, 1)).double().eval()
    network, X = as_network(module), 20 * rows(500)
    assert not isinstance(network, DenseNetwork)
    assert_close(network.raw_values(X), values_of(module, X), 1e-12)


class Concatenated(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide, self.deep = nn.Linear(5, 4), nn.Linear(9, 2)
        self.norm = nn.LayerNorm(4)

    def forward(self, x):
        return self.deep(torch.cat([x, self.norm(self.wide(x))], dim=1))


@pytest.mark.parametrize("module", [Concatenated(), Undecided(Concatenated())], ids=repr)
def test_what_is_no_chain_is_asked_by_autograd(module):
    network, X = as_network(module.eval()), rows(1000)
    assert not isinstance(network, DenseNetwork)
    assert_close(network.raw_values(X), values_of(module, X), 1e-6)
    assert_close(network.jacobian(X), jacobian_of(module, X), 1e-6)


TASKS = {  # last layer, number of columns: task, number of raw values
    "binary": (nn.Sigmoid(), 1, 1),
    "multilabel": (nn.Sigmoid(), 3, 3),
    "multiclass": (nn.Softmax(1), 3, 3),
    "multiclass, logarithms": (nn.LogSoftmax(-1), 3, 3),
    "binary, two columns": (nn.Softmax(-1), 2, 1),
    "binary, logarithms": (nn.LogSoftmax(1), 2, 1),
}


@pytest.mark.parametrize("form", ["plain", "residual", "untraceable"])
@pytest.mark.parametrize("name", TASKS)
def test_the_last_layer_says_the_task_and_probabilities_become_logits(name, form):
    last, n_columns, n_raw = TASKS[name]
    kind = "plain" if form == "untraceable" else form
    module = make_module(kind, "tanh", torch.float64, n_out=n_columns, last=last)
    if form == "untraceable":
        module = nn.Sequential(Undecided(module[:-1]), last)
    network, X = as_network(module), rows(500)
    assert network.task == name.partition(",")[0] and network.n_outputs == n_raw
    expected = values_of(module, X)
    expected = np.exp(expected) if "logarithms" in name else expected
    found = network.predict_proba(X)
    assert_close(found[:, 1:] if expected.shape[1] == 1 else found, expected, 1e-12)
    if network.task == "multilabel":
        assert np.array_equal(network.predict(X), expected > 0.5)


@pytest.mark.parametrize("form", ["plain", "residual", "untraceable"])
@pytest.mark.parametrize("last", [nn.Sigmoid(), nn.Softmax(1)], ids=str)
def test_logits_are_exact_where_probabilities_are_saturated(last, form):
    n_out = 1 if isinstance(last, nn.Sigmoid) else 2
    module = make_module("plain" if form == "untraceable" else form, "relu", n_out=n_out)
    module = nn.Sequential(Undecided(module) if form == "untraceable" else module, last)
    X = 1e4 * rows(200)
    logits = values_of(module[:-1], X)
    expected = logits if n_out == 1 else logits[:, 1:] - logits[:, :1]
    assert np.abs(expected).max() > 200
    assert_close(as_network(module).raw_values(X), expected, 1e-6)


@pytest.mark.parametrize("form", ["plain", "residual"])
@pytest.mark.parametrize(("n_out", "labels"), [(1, "ab"), (2, "ab"), (3, "abc")])
def test_classes_say_that_values_are_logits(n_out, labels, form):
    module, X = make_module(form, "tanh", n_out=n_out), rows(300)
    network = as_network(module, classes=list(labels), feature_names=list("uvwxy"))
    logits = values_of(module, X)
    chosen = (logits[:, 0] > 0).astype(int) if n_out == 1 else logits.argmax(axis=1)
    assert np.array_equal(network.predict(X), np.array(list(labels))[chosen])
    assert network.n_outputs == (3 if n_out == 3 else 1)
    assert network.feature_names == tuple("uvwxy")


def test_classes_behind_an_activation_keep_it():
    module, X = make_module("plain", "relu", n_out=2, last=nn.Tanh()), rows(100)
    network = as_network(module, classes=["a", "b"])
    logits = values_of(module, X)
    assert_close(network.raw_values(X), logits[:, 1:] - logits[:, :1], 1e-6)


def test_probabilities_without_a_layer_that_says_so_are_told_by_their_sum():
    module = make_module("plain", "tanh", torch.float64, last=nn.Softmax(1))
    network, X = as_network(Undecided(module), classes=["a", "b", "c"]), rows(300)
    assert_close(network.predict_proba(X), values_of(module, X), 1e-12)
    probabilities = values_of(module, X)
    odds = np.log(probabilities[:, 0] / (1 - probabilities[:, 0]))
    assert_close(network.margin(0).value(X), odds, 1e-10)


@pytest.mark.parametrize("last", [None, nn.Sigmoid(), nn.LogSoftmax(1)], ids=str)
@pytest.mark.filterwarnings("ignore:.*torch.jit.* is deprecated:DeprecationWarning")
def test_scripts_are_asked_by_autograd(last):
    module, X = make_module("batch norm", "relu", last=last), rows(500)
    network = as_network(torch.jit.script(module))
    expected = as_network(module)
    assert network.task == expected.task and not isinstance(network, DenseNetwork)
    assert_close(network.difference(0, 1).value(X), expected.difference(0, 1).value(X), 1e-5)
    assert_close(network.difference(0, 1).gradient(X), expected.difference(0, 1).gradient(X), 1e-5)


@pytest.mark.parametrize("last", [None, nn.Sigmoid(), nn.Softmax(1)], ids=str)
def test_exported_programs_are_asked_by_autograd(last):
    module, X = make_module("batch norm", "tanh", last=last), rows(500)
    dynamic = ({0: torch.export.Dim("n")},)
    program = torch.export.export(module, (torch.randn(4, 5),), dynamic_shapes=dynamic)
    network, expected = as_network(program), as_network(module)
    assert network.task == expected.task
    assert_close(network.raw_values(X), expected.raw_values(X), 1e-6)
    assert_close(network.jacobian(X), expected.jacobian(X), 1e-6)


@pytest.mark.filterwarnings("ignore:.*torch.jit.* is deprecated:DeprecationWarning")
@pytest.mark.parametrize("kind", ["script", "trace", "program"])
def test_files_hold_what_was_saved(kind, tmp_path):
    module, X = make_module("residual", "gelu", last=nn.Sigmoid()), rows(100)
    path, example = tmp_path / "module.pt2", torch.randn(4, 5)
    if kind == "program":
        dynamic = ({0: torch.export.Dim("n")},)
        torch.export.save(torch.export.export(module, (example,), dynamic_shapes=dynamic), path)
        loaded = torch.export.load(path)
    else:
        script = torch.jit.script(module) if kind == "script" else torch.jit.trace(module, example)
        torch.jit.save(script, path)
        loaded = torch.jit.load(path)
    network = as_network(loaded)
    assert network.task == "multilabel"
    assert_close(network.predict_proba(X), values_of(module, X), 1e-6)
    assert_close(network.jacobian(X), as_network(module).jacobian(X), 1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_networks_are_picklable_and_equal_after_it(form):
    network, X = as_network(make_module(form, "silu")), rows(50)
    again = pickle.loads(pickle.dumps(network))
    assert again == network and hash(again) == hash(network)
    assert np.array_equal(again.jacobian(X), network.jacobian(X))
    assert network == as_network(make_module(form, "silu"))
    other = make_module(form, "silu")
    with torch.no_grad():
        other[1].weight[0, 0] += 1e-3
    assert network != as_network(other)


def snapshot(module):
    """Return all of a module that reading or asking could change."""
    flags = [m.training for m in module.modules()] + [p.requires_grad for p in module.parameters()]
    grads = [p.grad for p in module.parameters()]
    return flags, grads, {k: v.clone() for k, v in module.state_dict().items()}


def torch_state():
    """Return the global state of torch."""
    return (
        torch.get_rng_state().tolist(),
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
    )


@pytest.mark.parametrize("form", ["plain", "batch norm", "residual"])
def test_neither_the_users_module_nor_the_state_of_torch_changes(form):
    module = make_module(form, "tanh")
    if form != "batch norm":
        module.train()
    before, state = snapshot(module), torch_state()
    network = as_network(module)
    network.raw_values(rows(20)), network.jacobian(rows(20))
    after = snapshot(module)
    assert after[:2] == before[:2] and torch_state() == state
    assert all(torch.equal(after[2][key], before[2][key]) for key in before[2])
    with torch.no_grad():
        module[1].weight.zero_()
    assert network.jacobian(rows(20)).any()


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode, torch.enable_grad])
@pytest.mark.parametrize("form", ["plain", "residual"])
def test_gradients_do_not_depend_on_the_users_context(form, context):
    module, X = make_module(form, "tanh"), rows(50)
    expected = as_network(module).jacobian(X)
    with context():
        network = as_network(module)
        found = network.jacobian(X)
    assert_close(found, expected, 1e-12)
    assert_close(network.jacobian(X), expected, 1e-12)


def test_results_do_not_depend_on_the_blocks(monkeypatch):
    network, X = as_network(make_module("residual", "gelu", torch.float64)), rows(1000)
    whole = network.raw_values(X), network.jacobian(X)
    monkeypatch.setattr("skinterp.network._torch_network._MOST_ROWS", 7)
    for found, expected in zip((network.raw_values(X), network.jacobian(X)), whole, strict=True):
        assert_close(found, expected, 1e-12)


def test_hooks_and_changes_in_place_are_honoured():
    module = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(5, 3), Residual(3, nn.Tanh)).eval()
    module[1].register_forward_hook(lambda layer, inputs, values: 2.0 * values)
    expected, network, X = copy.deepcopy(module), as_network(module), rows(100)
    assert_close(network.raw_values(X), values_of(expected, X.copy()), 1e-6)
    assert network.jacobian(X).shape == (100, 3, 5)


class Masked(nn.Module):
    """A forward with an argument that may be left out."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(5, 2)

    def forward(self, x, mask=None):
        return self.linear(x) if mask is None else self.linear(x) * mask


def reparametrized():
    layer = nn.utils.parametrizations.weight_norm(nn.Linear(5, 4))
    return nn.Sequential(layer, nn.ELU(), nn.utils.parametrizations.spectral_norm(nn.Linear(4, 2)))


@pytest.mark.parametrize(
    "module",
    [
        Masked(),
        reparametrized(),
        nn.Sequential(nn.LayerNorm(5), nn.Linear(5, 2), nn.Softplus(), nn.Linear(2, 1)),
        nn.Sequential(nn.BatchNorm1d(5, affine=False), nn.Tanh(), nn.Linear(5, 1, bias=False)),
        nn.Linear(5, 2),
        nn.ModuleList([make_module("residual", "gelu")])[0],
    ],
    ids=lambda module: type(module).__name__,
)
def test_less_common_modules_are_read(module):
    X = rows(200)
    module.eval()
    network = as_network(module)
    assert_close(network.raw_values(X), values_of(module, X), 1e-6)
    assert network.jacobian(X).shape == (200, network.n_outputs, 5)
    if "0.parametrizations.weight.original0" not in module.state_dict():  # torch pickles none
        assert pickle.loads(pickle.dumps(network)) == network


def test_a_compiled_module_is_read_as_the_module_it_was_made_of():
    module = make_module("plain", "tanh")
    assert as_network(torch.compile(module, backend="eager")) == as_network(module)


def test_a_module_may_change_its_input_in_place():
    class Doubled(nn.Module):
        def forward(self, x):
            return x.mul_(2.0).pow(2).sum(dim=1)

    network = as_network(Doubled(), n_features_in=2)
    assert network.predict([[1.0, 2.0]]) == pytest.approx([20.0])
    assert network.jacobian([[1.0, 2.0]]).tolist() == [[[8.0, 16.0]]]


def test_a_module_in_half_precision_is_read_as_it_rounds():
    module, X = make_module("residual", "relu", torch.bfloat16), rows(300)
    assert_close(as_network(module).raw_values(X), values_of(module, X), 1e-2)
    dense = as_network(make_module("plain", "relu", torch.bfloat16))
    assert isinstance(dense, DenseNetwork)


def test_a_constant_input_has_a_zero_gradient_where_it_is_not_used():
    class First(nn.Module):
        def forward(self, x):
            return x[:, 0] ** 2

    network = as_network(First(), n_features_in=2)
    assert network.jacobian([[3.0, 1.0]]).tolist() == [[[6.0, 0.0]]]
