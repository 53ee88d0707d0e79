"""One Ctrl-C, or a SIGTERM, ends a call, whatever it is doing."""

import os
import signal
import threading
from contextlib import contextmanager

from skinterp.command._commands import Interrupted

AGAIN = 2.0  # seconds after which an interruption that was lost is raised again
_DEFAULTS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


@contextmanager
def one_interrupt():
    """Let one Ctrl-C or SIGTERM end what is done within, where nobody else handles it.

    What is raised while an object is deleted, or in a callback of a library, is lost: where the
    first one has not ended the call, it is raised again until it does.
    """
    is_main = threading.current_thread() is threading.main_thread()
    ours = {n: known for n, known in _DEFAULTS.items() if signal.getsignal(n) is known}
    again = []

    def interrupt(number, frame):
        timer = threading.Timer(AGAIN, os.kill, [os.getpid(), number])
        timer.daemon = True
        again.append(timer)
        timer.start()
        raise Interrupted(number=number, timer=timer)

    for number in ours if is_main else ():
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for timer in again:
            timer.cancel()
        for number, known in ours.items() if is_main else ():
            signal.signal(number, known)


def interruption_behind(error):
    """Return the interruption that an error is, or during which it was raised.

    What a library does while it is interrupted may fail in its turn, as a pool of processes that
    was just about to start.

    Parameters
    ----------
    error : BaseException
        The error.

    Returns
    -------
    BaseException or None
        The interruption; None if there was none.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt | Interrupted):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None
