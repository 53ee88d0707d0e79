"""Torch networks from files, as the command line loads them."""

import pickle

import numpy as np
import pytest
import torch

from skinterp.command import BadCall
from skinterp.command._network_files import load_model
from skinterp.command._networks import FileNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")


@pytest.fixture
def module():
    torch.manual_seed(0)
    layers = torch.nn.Linear(3, 5), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(5, 1)
    return torch.nn.Sequential(*layers)  # as training leaves it


def same(network, module):
    X = np.random.default_rng(0).normal(size=(20, 3))
    expected = module.eval()(torch.tensor(X, dtype=torch.float32)).detach().numpy()
    return np.allclose(network.raw_values(X), expected, rtol=1e-5, atol=1e-6)


def test_scripts_are_loaded_without_trust(module, tmp_path):
    for name in ("net.pt", "net.pth"):
        torch.jit.script(module).save(str(tmp_path / name))
        assert same(FileNetwork(str(tmp_path / name), False, 3).network, module)


def test_pickled_modules_need_trust(module, tmp_path):
    torch.save(module, tmp_path / "net.pt")
    with pytest.raises(BadCall, match=r"holds a pickled module, or is damaged.*--trust"):
        load_model(tmp_path / "net.pt")
    assert same(FileNetwork(str(tmp_path / "net.pt"), True, 3).network, module)


def test_exported_programs_need_trust(module, tmp_path):
    rows = {0: torch.export.Dim("rows")}
    program = torch.export.export(module.eval(), (torch.zeros(4, 3),), dynamic_shapes=(rows,))
    torch.export.save(program, tmp_path / "net.pt2")
    with pytest.raises(BadCall, match="which torch unpickles, can run code"):
        load_model(tmp_path / "net.pt2")
    assert same(FileNetwork(str(tmp_path / "net.pt2"), True, 3).network, module)


@pytest.mark.parametrize("trust", [True, False])
def test_weights_alone_are_refused_with_the_way_out(module, tmp_path, trust):
    torch.save(module.state_dict(), tmp_path / "net.pth")
    with pytest.raises(BadCall, match=r"weights without the layers.*torch\.jit\.script"):
        load_model(tmp_path / "net.pth", trust)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pt2"])
@pytest.mark.parametrize("content", [b"", b"no network", pickle.dumps([1])])
def test_damaged_files_are_refused(tmp_path, suffix, content):
    (tmp_path / f"net{suffix}").write_bytes(content)
    with pytest.raises(BadCall, match="--network"):
        FileNetwork(str(tmp_path / f"net{suffix}"), True, 3)
