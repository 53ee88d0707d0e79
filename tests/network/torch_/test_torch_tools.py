"""The tools of the package on torch networks."""

import numpy as np
import pytest
import torch
from torch import nn
from torch_pool import Residual, make_module, rows

from skinterp import (
    LinearSurrogateClassifier,
    TreeSurrogateRegressor,
    compare_surrogates,
    fidelity_score,
)
from skinterp.network import as_network

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("form", ["plain", "residual"])
def test_surrogates_take_modules_as_they_are(form):
    X = rows(400)
    module = make_module(form, "tanh", n_out=2)
    with torch.no_grad():  # both classes occur
        module[-1].bias -= module(torch.tensor(X).float()).median(axis=0).values
    linear = LinearSurrogateClassifier(network=as_network(module, classes=["low", "high"])).fit(X)
    assert set(linear.predict(X)) <= {"low", "high"} and fidelity_score(linear, X) > 0.8
    tree = TreeSurrogateRegressor(network=make_module(form, "relu", n_out=1), random_state=0)
    assert fidelity_score(tree.fit(X), X) > 0.5


@pytest.mark.parametrize("layer", [nn.Tanh(), Residual(6, nn.Mish)], ids=["dense", "autograd"])
def test_forms_are_compared_on_a_trained_module(layer):
    X = rows(300, 3)
    y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(3, 6), layer, nn.Linear(6, 1), nn.Sigmoid())
    optimizer = torch.optim.Adam(module.parameters(), 0.05)
    inputs, targets = torch.tensor(X).float(), torch.tensor(y).float()[:, None]
    for _ in range(150):
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy(module(inputs), targets).backward()
        optimizer.step()
    assert np.mean(as_network(module.eval()).predict(X) == y) > 0.95
    result = compare_surrogates(module, X, y, surrogates=["tree", "linear"], random_state=0)
    assert result.mean("tree", "fidelity") > 0.8 and result.mean("network", "accuracy") > 0.95
