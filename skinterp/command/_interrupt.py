"""One Ctrl-C, or a SIGTERM, ends a call, whatever it is doing."""

import signal
import threading
from contextlib import contextmanager

from skinterp.command._commands import Interrupted

_DEFAULTS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


def _interrupt(number, frame):
    raise Interrupted(number=number)


@contextmanager
def one_interrupt():
    """Let one Ctrl-C or SIGTERM end what is done within, where nobody else handles it."""
    is_main = threading.current_thread() is threading.main_thread()
    ours = {n: known for n, known in _DEFAULTS.items() if signal.getsignal(n) is known}
    for number in ours if is_main else ():
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, known in ours.items() if is_main else ():
            signal.signal(number, known)
