"""Torch modules that the tests of this folder share, and what torch says of them."""

import numpy as np
import torch
from torch import nn

DENSE = {  # activations that become layers
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "softplus": lambda: nn.Softplus(threshold=40.0),
    "elu of alpha 2": lambda: nn.ELU(2.0),
    "celu": lambda: nn.CELU(1.5),
    "prelu": nn.PReLU,
    "gelu by tanh": lambda: nn.GELU("tanh"),
    "mish": nn.Mish,
    "hardtanh": nn.Hardtanh,
    "relu6": nn.ReLU6,
    "hardsigmoid": nn.Hardsigmoid,
    "hardswish": nn.Hardswish,
    "softsign": nn.Softsign,
    "logsigmoid": nn.LogSigmoid,
}
BY_AUTOGRAD = {  # activations that are asked through autograd
    "softplus of beta 2": lambda: nn.Softplus(beta=2.0),
    "hardtanh from -2 to 2": lambda: nn.Hardtanh(-2.0, 2.0),
    "tanhshrink": nn.Tanhshrink,
    "hardshrink": nn.Hardshrink,
}
ACTIVATIONS = {**DENSE, **BY_AUTOGRAD}
FORMS = ["plain", "batch norm", "dropout", "residual"]


class Residual(nn.Module):
    """Two layers whose input is added to their output."""

    def __init__(self, width, activation):
        super().__init__()
        self.first, self.activation, self.second = (
            nn.Linear(width, width),
            activation(),
            nn.Linear(width, width),
        )

    def forward(self, x):
        return x + self.second(self.activation(self.first(x)))


class Undecided(nn.Module):
    """A module whose control flow depends on its rows, so that it cannot be traced."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x) if x.sum() > -torch.inf else x


def make_module(form, activation, dtype=torch.float32, n_in=5, n_out=3, last=None):
    """Return a module with random weights and running statistics, in evaluation mode."""
    torch.manual_seed(0)
    act = ACTIVATIONS[activation]
    between = {
        "plain": nn.Identity,
        "batch norm": lambda: nn.BatchNorm1d(9),
        "dropout": lambda: nn.Dropout(0.5),
        "residual": lambda: Residual(9, act),
    }[form]
    module = nn.Sequential(
        nn.Sequential(nn.Linear(n_in, 9), between(), act(), between()),
        nn.Linear(9, 7, bias=False),
        act(),
        nn.Linear(7, n_out),
        *([] if last is None else [last]),
    )
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm1d):
            for tensor in (norm.running_mean, norm.running_var, norm.weight.data, norm.bias.data):
                tensor.uniform_(0.2, 1.5)
    return module.to(dtype).eval()


def rows(n=10_000, d=5):
    """Return normal rows that float32 can hold."""
    return np.random.RandomState(1).standard_normal((n, d)).astype(np.float32).astype(np.float64)


def values_of(module, X):
    """Return what the module itself answers."""
    with torch.no_grad():
        values = module(torch.tensor(X, dtype=next(module.parameters()).dtype))
    return values.double().numpy()


def jacobian_of(module, X):
    """Return the module's Jacobian by torch.autograd, one output after the other."""
    x = torch.tensor(X, dtype=next(module.parameters()).dtype, requires_grad=True)
    columns = module(x).reshape(len(X), -1).sum(axis=0)
    gradients = [torch.autograd.grad(column, x, retain_graph=True)[0] for column in columns]
    return torch.stack(gradients, axis=1).double().numpy()


def assert_close(found, expected, relative):
    """Compare arrays, relative to the largest number expected."""
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= relative * max(1.0, np.abs(expected).max())
