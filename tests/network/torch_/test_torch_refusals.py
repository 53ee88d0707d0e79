"""What cannot be read of torch is refused in one sentence that names it and the way out."""

import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch_pool import Undecided, make_module

from skinterp.network import as_network

pytestmark = pytest.mark.torch


class Wrapped(nn.Module):
    """A layer between two Linear ones."""

    def __init__(self, layer):
        super().__init__()
        self.first, self.layer, self.last = nn.Linear(4, 8), layer, nn.Linear(8, 1)

    def forward(self, x):
        return self.last(self.layer(self.first(x)))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (nn.Conv1d(1, 1, 1), "Wrapped.layer is Conv1d: convolutional models"),
        (nn.ConvTranspose2d(1, 1, 1), "ConvTranspose2d: convolutional models"),
        (nn.LSTM(8, 8), "Wrapped.layer is LSTM: recurrent models"),
        (nn.GRUCell(8, 8), "GRUCell: recurrent models"),
        (nn.MultiheadAttention(8, 2), "MultiheadAttention: attention models"),
        (nn.TransformerEncoderLayer(8, 2), "TransformerEncoderLayer: attention models"),
        (nn.Embedding(3, 8), "Embedding: embedding models"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_layers_that_take_no_table_are_refused(layer, message):
    with pytest.raises(TypeError, match=f"{message} cannot be read.*callable.*head on extracted"):
        as_network(Wrapped(layer).eval())


@pytest.mark.filterwarnings("ignore:.*torch.jit.* is deprecated:DeprecationWarning")
def test_scripts_are_refused_for_the_same_reasons():
    layers = nn.Sequential(nn.Unflatten(1, (1, 4)), nn.Conv1d(1, 2, 4), nn.Flatten())
    with pytest.raises(TypeError, match=r"1 is Conv1d: convolutional models cannot be read"):
        as_network(torch.jit.script(layers.eval()))
    with pytest.raises(ValueError, match=r"in training mode.*layer \(Dropout\).*\.eval\(\)"):
        as_network(torch.jit.script(Wrapped(nn.Dropout())))
    constant = nn.Sequential(nn.Linear(4, 1))
    nn.init.constant_(constant[0].weight, torch.nan)
    with pytest.raises(ValueError, match=r"Got NaN or infinity in .*0.weight instead"):
        as_network(torch.jit.script(constant))


def test_a_class_of_ones_own_may_be_called_as_such_layers_are():
    class ConventionalNetwork(nn.Linear):
        pass

    assert as_network(ConventionalNetwork(3, 1)).n_features_in == 3


@pytest.mark.parametrize("layer", [nn.Dropout(), nn.BatchNorm1d(8), nn.AlphaDropout()], ids=str)
def test_training_mode_is_refused_where_it_matters(layer):
    message = (
        rf"Got Wrapped in training mode.*Wrapped.layer \({type(layer).__name__}\).*\.eval\(\)"
    )
    with pytest.raises(ValueError, match=message):
        as_network(Wrapped(layer))


def test_training_mode_is_of_no_matter_elsewhere():
    module = Wrapped(nn.Tanh())
    assert as_network(module) == as_network(module.eval())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(value):
    module = Wrapped(nn.Tanh())
    with torch.no_grad():
        module.last.weight[0, 3] = value
    with pytest.raises(ValueError, match=r"Got NaN or infinity in Wrapped.last.weight instead"):
        as_network(module)


@pytest.mark.parametrize("layer", [nn.LazyLinear(8), nn.Linear(8, 8, device="meta")], ids=str)
def test_weights_without_values_are_refused(layer):
    with pytest.raises(ValueError, match=r"Wrapped.layer.weight has no values yet"):
        as_network(Wrapped(layer))


def test_an_unknown_number_of_inputs_is_asked_for():
    class Square(nn.Module):
        def forward(self, x):
            return (x**2).sum(dim=1)

    with pytest.raises(ValueError, match=r"Square does not say how many inputs.*n_features_in"):
        as_network(Square())
    assert as_network(Square(), n_features_in=3).predict([[1.0, 2.0, 3.0]]) == pytest.approx(14.0)


@pytest.mark.parametrize("number", [0, -1, 2.5, "two"])
def test_a_number_of_inputs_that_is_none_is_refused(number):
    with pytest.raises(ValueError, match=f"n_features_in must be.*Got {number!r} instead"):
        as_network(make_module("plain", "relu"), n_features_in=number)


def test_a_module_that_cannot_be_copied_is_refused():
    module = make_module("plain", "relu")
    module.lock = threading.Lock()
    with pytest.raises(TypeError, match=r"Sequential cannot be copied: cannot pickle.*callable"):
        as_network(module)


def test_a_wrong_number_of_inputs_is_named_with_torchs_own_words():
    with pytest.raises(ValueError, match=r"Asked at \(64, 3\), Sequential says: mat1 and mat2"):
        as_network(make_module("plain", "relu"), n_features_in=3)


def test_layers_that_do_not_fit_are_refused():
    module = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(7, 1))
    with pytest.raises(ValueError, match=r"Sequential says: mat1 and mat2 shapes"):
        as_network(module)


class Returns(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.linear, self.function = nn.Linear(4, 6), function

    def forward(self, x):
        return self.function(self.linear(x))


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda y: (y, y), TypeError, "return one tensor of real numbers. Got tuple from Returns"),
        (lambda y: {"y": y}, TypeError, "Got dict from Returns"),
        (lambda y: y.argmax(dim=1), TypeError, "Got dtype torch.int64 from Returns"),
        (lambda y: y.reshape(-1, 2, 3), ValueError, r"Got \(64, 2, 3\) from Returns for 64 rows"),
        (lambda y: y.reshape(-1), ValueError, r"Got \(384,\) from Returns for 64 rows"),
        (lambda y: y.sum(), ValueError, r"Got \(\) from Returns for 64 rows"),
        (
            lambda y: y - y.mean(dim=0),
            ValueError,
            "Returns draws random numbers or uses the other",
        ),
        (lambda y: y + torch.rand_like(y), ValueError, "Returns draws random numbers"),
        (lambda y: y.detach(), ValueError, "Returns has no gradient"),
        (lambda y: nn.functional.dropout(y), ValueError, "Returns draws random numbers"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda module: module, Undecided], ids=["traced", "untraced"])
def test_outputs_that_are_no_differentiable_table_are_refused(function, error, message, wrap):
    message = message.replace("Returns", "Undecided") if wrap is Undecided else message
    with pytest.raises(error, match=message):
        as_network(wrap(Returns(function)))


def test_batch_norm_without_running_statistics_is_refused():
    module = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8, track_running_stats=False)).eval()
    with pytest.raises(ValueError, match=r"each row by itself.*batch norm without running"):
        as_network(module)


def test_two_inputs_are_refused():
    class Two(nn.Module):
        def forward(self, numbers, codes):
            return numbers + codes

    with pytest.raises(TypeError, match=r"Got Two, which takes 2 inputs \(numbers, codes\)"):
        as_network(Two())


@pytest.mark.parametrize(
    ("n_out", "classes"), [(1, ["a"]), (1, ["a", "b", "c"]), (3, ["a", "b"]), (2, ["a", "a"])]
)
def test_classes_that_do_not_fit_are_refused(n_out, classes):
    with pytest.raises(ValueError, match=rf"classes must be . different labels.*{n_out} output"):
        as_network(make_module("plain", "relu", n_out=n_out), classes=classes)


def test_softmax_of_one_column_is_refused():
    module = make_module("plain", "relu", n_out=1, last=nn.Softmax(1))
    with pytest.raises(ValueError, match="softmax needs two outputs or more"):
        as_network(module)


def test_a_program_exported_for_some_rows_is_refused():
    module = make_module("plain", "relu")
    program = torch.export.export(module, (torch.randn(4, 5),))
    with pytest.raises(ValueError, match=r"exported with a dynamic number of rows"):
        as_network(program)


@pytest.mark.parametrize("model", [torch.ones(3), torch.optim.SGD([torch.ones(1)])], ids=type)
def test_what_is_no_module_is_refused(model):
    with pytest.raises(TypeError, match=r"is a torch model, but no nn.Module.*Pass a callable"):
        as_network(model)


def test_options_of_callables_do_not_apply():
    with pytest.raises(ValueError, match="do not apply to a Sequential: gradient, n_outputs"):
        as_network(make_module("plain", "relu"), gradient=np.sin, n_outputs=2)


def test_names_must_fit():
    with pytest.raises(ValueError, match="feature_names must be 5 names"):
        as_network(make_module("residual", "relu"), feature_names=["a", "b"])


def test_hidden_units_of_a_network_without_layers_are_refused():
    with pytest.raises(TypeError, match="TorchNetwork has no layers"):
        as_network(make_module("residual", "relu")).unit(0, 1)
