"""Proofs that are interrupted keep what is known, prove no more than that, and end at once."""

import os
import signal
import time
from threading import Event, Timer

import numpy as np
import pytest
from random_networks import random_network

from skinterp.exact import extreme_output, nearest_counterfactual, reach_class
from skinterp.exact.optima import _mixed_integer

NETWORK = random_network([10, 12, 8, 3], 1, task="abc")
X = np.zeros(10)
BOX = (-3, 3)
CALLS = {
    "largest value": lambda: extreme_output(NETWORK, BOX, output="a", time_budget=None),
    "class": lambda: reach_class(NETWORK, (-0.1, 0.1), "b", time_budget=None),
    "counterfactual": lambda: nearest_counterfactual(NETWORK, X, box=BOX, time_budget=None),
}


@pytest.fixture
def slow_programs(monkeypatch):
    """Programs that end with the test, and Ctrl-C that comes before."""
    solve, end = _mixed_integer.milp, Event()

    def slow(*args, **options):
        end.wait(30.0)
        return solve(*args, **options)

    # workers of pytest-xdist ignore Ctrl-C
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with monkeypatch.context() as patch:
        patch.setattr(_mixed_integer, "milp", slow)
        press = Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
        press.start()
        yield
        end.set()
        press.join()
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("name", CALLS)
def test_an_interrupted_proof_claims_no_more_than_it_knows(name, slow_programs):
    start = time.monotonic()
    found = CALLS[name]()
    assert time.monotonic() - start < 20.0
    assert "was interrupted" in found.unfinished[0]
    if name == "counterfactual":
        assert not found.is_proven and found.bound < found.distance
    elif name == "class":
        assert found.is_reached is None
    else:
        assert not found.is_proven and found.bound > found.value


def test_a_program_without_a_limit_is_asked_for_ever_longer(monkeypatch):
    limits, solve = [], _mixed_integer.milp

    def out_of_time_twice(*args, options, **program):
        limits.append(options["time_limit"])
        found = solve(*args, options=options, **program)
        found.status = 1 if len(limits) < 3 else found.status
        return found

    monkeypatch.setattr(_mixed_integer, "milp", out_of_time_twice)
    small = random_network([2, 5, 3, 1], 3)
    found = extreme_output(small, (-2, 2), time_budget=None)
    assert found.is_proven and limits[:3] == [60.0, 120.0, 240.0]
    with monkeypatch.context() as patch:
        patch.setattr(_mixed_integer, "milp", lambda *args, **program: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            extreme_output(small, (-2, 2))
