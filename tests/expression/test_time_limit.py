"""The time limit holds in every thread and leaves no trace."""

import subprocess
import sys
import threading
import time

import pytest

from skinterp.expression._time_limit import call_within


def spin():
    while True:
        pass


def test_a_quick_call_returns():
    seen = []
    assert call_within(10.0, seen.append, 1)
    assert seen == [1]


def test_an_endless_call_is_stopped():
    assert not call_within(0.05, spin)


def test_it_holds_in_a_worker_thread():
    results = []
    worker = threading.Thread(target=lambda: results.append(call_within(0.05, spin)))
    worker.start()
    worker.join(timeout=30)
    assert results == [False]


def test_no_ordinary_handler_swallows_it():
    def stubborn():
        while True:
            try:
                spin()
            except (ArithmeticError, RuntimeError, ValueError):
                continue

    assert not call_within(0.05, stubborn)


def test_nothing_is_called_without_time():
    assert not call_within(0.0, spin)


def test_limits_that_nearly_coincide_with_the_end_leave_nothing_behind():
    for step in range(200):
        call_within(1e-5 * (step % 20 + 1), time.sleep, 1e-4)
    for _ in range(1000):
        time.sleep(0)


def test_exceptions_pass_through():
    def fail():
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        call_within(10.0, fail)


def test_an_exception_lost_in_a_destructor_is_raised_again_and_not_told(monkeypatch):
    told, ended = [], []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: told.append(args.exc_type))

    class Slow:
        def __del__(self):
            end = time.perf_counter() + 0.3
            while time.perf_counter() < end:
                pass
            ended.append(True)

    class Failing:
        def __del__(self):
            raise KeyError

    def work():
        Failing()
        Slow()
        spin()

    assert not call_within(0.05, work)
    assert not ended and told == [KeyError]  # the slow one was cut short, and nothing said of it


@pytest.mark.parametrize("seconds", [0.05, 10.0])
def test_it_holds_under_a_profiler_and_leaves_it_working(seconds):
    code = (
        "import cProfile, faulthandler\n"
        "from skinterp.expression._time_limit import call_within\n"
        "faulthandler.dump_traceback_later(60, exit=True)\n"
        "def spin():\n"
        "    while True: pass\n"
        "profile = cProfile.Profile()\n"
        "profile.enable()\n"
        f"assert not call_within(0.05, spin) if {seconds} < 1 else call_within({seconds}, int)\n"
        "(lambda: 0)()\n"
        "profile.disable()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
