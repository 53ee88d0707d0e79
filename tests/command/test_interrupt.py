"""One Ctrl-C ends a call; files are whole or not there."""

import errno
import os
import signal
import time
from concurrent.futures import BrokenExecutor
from dataclasses import replace

import pytest

from skinterp.command import COMMANDS, main
from skinterp.command._commands import Interrupted
from skinterp.command._interrupt import interruption_behind, one_interrupt
from skinterp.utils import write_whole


@pytest.fixture(autouse=True)
def _with_a_terminal():
    """Let Ctrl-C interrupt, which shells switch off for what they run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_one_ctrl_c_passes_what_catches_keyboard_interrupts():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted), one_interrupt():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        except KeyboardInterrupt:
            pytest.fail("a search would go on here")
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interruption_that_is_lost_is_raised_again(monkeypatch):
    monkeypatch.setattr("skinterp.command._interrupt.AGAIN", 0.2)
    start = time.monotonic()
    with pytest.raises(Interrupted), one_interrupt():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        except Interrupted:
            pass  # as in a callback of a library
        time.sleep(30)
    assert time.monotonic() - start < 10
    time.sleep(0.4)  # nothing comes after the call has ended


def test_an_error_of_a_library_that_is_interrupted_is_the_interruption(monkeypatch, capsys):
    """From a run: joblib joined a thread that it had not started."""

    def explain(*args):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        finally:
            raise RuntimeError("cannot join thread before it is started")

    monkeypatch.setattr("skinterp.command._explain._explain", explain)
    assert main(["explain", "data.csv", "--target", "y"]) == 130
    assert "interrupted while" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [KeyboardInterrupt, Interrupted, None])
def test_only_errors_behind_which_there_is_one_are_interruptions(kind):
    before, error = (kind() if kind else ValueError("no")), OSError("while it was handled")
    error.__context__ = before
    found = interruption_behind(error)
    assert found is None if kind is None else isinstance(found, kind)


def test_a_handler_of_somebody_else_stays(monkeypatch):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with one_interrupt():
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "report.html"
    write_whole(str(path), "first")
    with pytest.raises(UnicodeEncodeError):
        write_whole(str(path), "\udc80")
    assert path.read_text(encoding="utf-8") == "first"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_full_disk_keeps_the_old_file_and_the_error_names_it(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    write_whole(path, "first")

    def full(number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=rf"{path} could not be written: No space left on device\."):
        write_whole(path, "second")
    assert path.read_text() == "first"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_a_call_with_their_code(number, code, monkeypatch, capsys):
    def run(args):
        os.kill(os.getpid(), number)
        time.sleep(1)

    assert called(run, monkeypatch) == code
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_a_call_before_its_arguments_are_known(number, code, monkeypatch, capsys):
    def add_arguments(parser):  # imports the choices, which takes long
        os.kill(os.getpid(), number)
        time.sleep(1)

    assert called(None, monkeypatch, add_arguments=add_arguments) == code
    assert "interrupted" in capsys.readouterr().err


class Killed(BrokenExecutor):
    """What joblib raises when a worker is killed."""


@pytest.mark.parametrize(
    ("error", "said"),
    [(MemoryError(), "Not enough memory. Take fewer"), (Killed(), "A worker process was killed")],
)
def test_failures_of_the_machine_are_a_sentence(error, said, monkeypatch, capsys):
    def run(args):
        raise error

    assert called(run, monkeypatch) == 1
    assert said in capsys.readouterr().err


def test_exit_codes_are_in_the_help(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert all(f"{code} " in text.split("Exit codes:")[1] for code in (0, 1, 2, 130, 143))


def called(run, monkeypatch, **others):
    """Return the exit code of a call whose command does something else."""
    command = replace(COMMANDS["explain"], run=run, **others)
    monkeypatch.setitem(COMMANDS._records, "explain", command)
    return main(["explain", "t.csv", "--target", "y"])


@pytest.mark.parametrize(
    "options",
    [["--report", "t.csv"], ["--json", "./t.csv"], ["--report", "r", "--json", "../{}/r"]],
)
def test_outputs_that_would_overwrite_are_refused(options, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    table = tmp_path / "t.csv"
    table.write_text("a,y\n" + "1,2\n" * 30)
    options = [option.format(tmp_path.name) for option in options]
    assert main(["explain", "t.csv", "--target", "y", *options]) == 2
    assert "would overwrite" in capsys.readouterr().err
    assert table.read_text().startswith("a,y\n1,2")
    assert [file.name for file in tmp_path.iterdir()] == ["t.csv"]
