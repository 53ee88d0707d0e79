"""One Ctrl-C ends a call; files are whole or not there."""

import os
import signal
import time

import pytest

from skinterp.command._commands import Interrupted
from skinterp.command._interrupt import one_interrupt, write_whole


def test_one_ctrl_c_passes_what_catches_keyboard_interrupts():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted), one_interrupt():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        except KeyboardInterrupt:
            pytest.fail("a search would go on here")
    assert signal.getsignal(signal.SIGINT) is before


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
