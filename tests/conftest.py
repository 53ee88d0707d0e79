"""What every test runs under: no windows, one thread per library, figures closed, no chance."""

import os
import sys
from dataclasses import replace

import pytest
from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

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
