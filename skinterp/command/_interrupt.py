"""One Ctrl-C ends a call, whatever it is doing, and nothing is left half-written."""

import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path

from skinterp.command._commands import Interrupted


def _interrupt(number, frame):
    raise Interrupted


@contextmanager
def one_interrupt():
    """Let one Ctrl-C end what is done within, where Python would raise KeyboardInterrupt."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def write_whole(path, text):
    """Write a text file at once: whole, or not at all.

    Parameters
    ----------
    path : str
        The file.
    text : str
        What to write.
    """
    part = Path(f"{path}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
