"""What torch writes as ONNX is read as torch calculates it."""

import io
import warnings

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from skinterp.network import DenseNetwork, as_network

pytestmark = pytest.mark.torch
ACTIVATIONS = [
    nn.ReLU(), nn.LeakyReLU(0.2), nn.PReLU(), nn.PReLU(8), nn.ELU(0.5), nn.CELU(0.7), nn.SELU(),
    nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Mish(), nn.Softplus(), nn.Softplus(2.0),
    nn.Softsign(), nn.Sigmoid(), nn.LogSigmoid(), nn.Tanh(), nn.Hardtanh(-2.0, 0.5), nn.ReLU6(),
    nn.Hardsigmoid(), nn.Hardswish(), nn.LayerNorm(8),
]  # fmt: skip


class Residual(nn.Module):
    """A hidden layer, and one beside a residual connection."""

    def __init__(self, activation):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 3)
        self.activation = activation

    def forward(self, X):
        hidden = self.activation(self.first(X))
        return self.last(hidden + self.activation(self.second(hidden)))


def exported(module):
    """Return a module as an ONNX model, by the exporter that needs no further library."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            module, (torch.zeros(2, 6),), buffer, dynamo=False, opset_version=17,
            input_names=["x"], dynamic_axes={"x": {0: "n"}},
        )  # fmt: skip
    return onnx.load_from_string(buffer.getvalue())


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("kind", ["chain", "residual"])
def test_values_and_slopes_are_those_of_torch(activation, kind):
    torch.manual_seed(0)
    chain = [nn.Linear(6, 8), activation, nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 3)]
    module = nn.Sequential(*chain) if kind == "chain" else Residual(activation)
    network = as_network(exported(module.eval()))
    X = torch.randn(200, 6, requires_grad=True)
    expected = module(X)
    size = expected.detach().abs().max().item()
    found = network.raw_values(X.detach().numpy())
    assert np.abs(found - expected.detach().numpy()).max() <= 2e-6 * size
    jacobian = network.jacobian(X.detach().numpy())
    for k in range(3):
        slopes = torch.autograd.grad(expected[:, k].sum(), X, retain_graph=True)[0].numpy()
        assert np.abs(jacobian[:, k] - slopes).max() <= 1e-5 * np.abs(jacobian).max()
    if kind == "chain" and str(activation) in ("ReLU()", "GELU(approximate='none')", "Mish()"):
        assert isinstance(network, DenseNetwork)
