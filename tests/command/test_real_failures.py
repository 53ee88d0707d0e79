"""What really happens to calls: killed workers, signals from outside, files that do not fit."""

import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier

from skinterp import (
    SymbolicSurrogateClassifier,
    TreeSurrogateClassifier,
    as_network,
    compare_surrogates,
    fidelity_score,
)

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="reads processes from /proc")


class KillsItsWorker(TreeSurrogateClassifier):
    """A surrogate whose worker the system kills, as it does when memory runs out."""

    def fit(self, X, y=None):
        if str(os.getpid()) != os.environ["STAYS_ALIVE"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(X, y)


@pytest.fixture
def table(tmp_path):
    X = np.random.default_rng(0).normal(size=(400, 4)).round(3)
    path = tmp_path / "t.csv"
    lines = [",".join([*map(str, row), "yes" if row[0] * row[1] > row[2] else "no"]) for row in X]
    path.write_text("a,b,c,d,y\n" + "\n".join(lines) + "\n")
    return path


def command(table, *options, **more):
    """Start the command line in a session of its own."""
    call = [sys.executable, "-m", "skinterp", "explain", str(table), "--target", "y", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(call, start_new_session=True, **pipes, **more)


def with_a_terminal():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def members(session):
    """Return the processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def busy(process):
    """Wait until two workers of a call are at work, and return these."""
    for _ in range(600):
        workers = [member for member in members(process.pid) if is_worker(member)]
        if len(workers) >= 2:
            return workers
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("no worker was started")


def is_worker(number):
    try:
        return b"loky.backend.popen_loky" in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False


def all_gone(session):
    """Tell whether no process of a session runs on for two seconds."""
    for _ in range(40):
        if not members(session):
            return True
        time.sleep(0.05)
    return False


def test_a_killed_worker_is_an_error_and_the_next_call_works(monkeypatch):
    monkeypatch.setenv("STAYS_ALIVE", str(os.getpid()))
    X = np.random.default_rng(0).normal(size=(120, 2))
    network = MLPClassifier((3,), solver="lbfgs", max_iter=500, random_state=0)
    network.fit(X, X[:, 0] > 0)
    kills = {"tree": KillsItsWorker(random_state=0)}
    with pytest.raises(BrokenExecutor, match="SIGKILL"):
        compare_surrogates(network, X, surrogates=kills, cv=2, n_jobs=2)
    found = compare_surrogates(network, X, surrogates=["tree"], cv=2, n_jobs=2)
    assert found.mean("tree", "fidelity") > 0.9


def test_a_killed_worker_of_a_symbolic_fit_is_an_error_and_the_next_fit_works():
    home, X = os.getpid(), np.random.default_rng(0).normal(size=(120, 3))

    def logits(X, kills):
        if kills and os.getpid() != home:
            os.kill(os.getpid(), signal.SIGKILL)
        return X**2

    def surrogate(kills):
        network = as_network(partial(logits, kills=kills), classes=["a", "b", "c"])
        options = {"operators": ["add", "square"], "n_points": 30, "multiclass": "ovr"}
        return SymbolicSurrogateClassifier(network, n_jobs=2, random_state=0, **options)

    killed = surrogate(True)
    with pytest.raises(BrokenExecutor, match="SIGKILL"):
        killed.fit(X)
    with pytest.raises(NotFittedError):
        killed.predict(X)
    assert fidelity_score(surrogate(False).fit(X), X) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "victim", "code", "said"),
    [
        (signal.SIGINT, "call", 130, "interrupted while fitting symbolic"),
        (signal.SIGTERM, "call", 143, "interrupted while fitting symbolic"),
        (signal.SIGKILL, "worker", 1, "A worker process was killed"),
    ],
)
def test_a_call_that_is_ended_leaves_no_process_and_no_part_of_a_file(
    number, victim, code, said, table
):
    report = table.with_name("r.html")
    report.write_text("the old report")
    options = ["--surrogates", "symbolic", "--jobs", "2", "--report", str(report)]
    process = command(table, *options, preexec_fn=with_a_terminal)
    workers = busy(process)
    os.kill(process.pid if victim == "call" else workers[0], number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == code and said in error, error
    assert "Traceback" not in error
    assert all_gone(process.pid)
    assert {file.name for file in table.parent.iterdir()} == {"t.csv", "r.html"}
    assert report.read_text() == "the old report"


def test_ctrl_c_while_the_inputs_are_ranked_keeps_what_is_done(table):
    """On a terminal of its own: the stages are seen, the signal comes in the second one."""
    report, saved = table.with_name("r.html"), table.with_name("e.json")
    outer, inner = pty.openpty()
    options = ["--surrogates", "tree,linear", "--importances", "--report", str(report)]
    call = [*options, "--save", str(saved)]
    code = "import time, skinterp.evaluation._compare_importances as m\nold = m._counting\n" + (
        "def slow(step, of):\n    step = old(step, of)\n"
        "    return lambda: (step(), time.sleep(0.5))\nm._counting = slow\n"
        "import sys\nfrom skinterp.command import main\nsys.exit(main(sys.argv[1:]))"
    )
    arguments = ["explain", str(table), "--target", "y", *call]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=inner,
        start_new_session=True,
        preexec_fn=with_a_terminal,
    )
    os.close(inner)
    start, seen, first = time.monotonic(), "", None
    while "ranking the inputs: 1 of" not in seen:
        seen += os.read(outer, 1000).decode()
        first = first or time.monotonic() - start
        assert time.monotonic() - start < 60, seen
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    seen += os.read(outer, 10_000).decode()
    assert process.returncode == 130 and "Traceback" not in seen
    assert first < 5.0 and "reading the table" in seen and "training the network" in seen
    assert "fitting tree, linear on" in seen and "done, about" in seen
    missing = "Ranking the inputs was interrupted: importances are missing."
    assert missing in seen and missing in out.decode() and missing in report.read_text()
    content = json.loads(saved.read_text())["content"]
    assert content["unfinished"] == [missing] and "importances" not in content
    assert set(content["surrogates"]) == {"tree", "linear"} and all_gone(process.pid)


@pytest.mark.parametrize("option", ["--report", "--json"])
def test_a_file_that_does_not_fit_is_a_sentence_and_the_old_one_survives(option, table):
    path = table.with_name("kept")
    path.write_text("the old file")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    options = ["--surrogates", "linear", "-q", option, str(path)]
    process = command(table, *options, preexec_fn=limit)
    _, error = process.communicate(timeout=60)
    assert process.returncode not in (0, None)
    assert re.fullmatch(
        rf"skinterp: .*{path} could not be written: File too large\.", error.strip()
    )
    assert path.read_text() == "the old file"
    assert {file.name for file in table.parent.iterdir()} == {"t.csv", "kept"}
