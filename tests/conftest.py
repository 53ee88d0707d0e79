"""What every test runs under: no windows, one thread per library, figures closed, no chance."""

import os
import sys
from dataclasses import replace
from importlib.util import find_spec

import pytest
from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("KERAS_BACKEND", "torch")

# tests of libraries that a step of .ci/run installs, and demands by SKINTERP_TORCH
NEEDS = {
    "network/torch_/*.py": ("torch", "skorch"),
    "network/torch_/*keras*.py": ("keras",),
    "importance/shap_/*.py": ("shap",),
}
collect_ignore_glob = [
    pattern
    for pattern, libraries in NEEDS.items()
    if "SKINTERP_TORCH" not in os.environ and not all(map(find_spec, libraries))
]

# random examples are the same in every run, and time never decides a test
settings.register_profile("tests", deadline=None, derandomize=True)
settings.load_profile("tests")


@pytest.fixture(autouse=True)
def close_figures():
    """Close the figures a test has drawn."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def interrupt_at(monkeypatch):
    """Return a function that makes a stage of every search, given by name, end as by Ctrl-C."""

    from skinterp.search import STAGES  # after the threads are set

    def interrupt(search):
        raise KeyboardInterrupt

    def patch(name):
        stages = tuple(replace(s, run=interrupt) if s.name == name else s for s in STAGES)
        assert stages != STAGES
        monkeypatch.setattr("skinterp.search._search.STAGES", stages)

    return patch
