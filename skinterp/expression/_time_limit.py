"""A time limit on pure Python code that holds in every thread and on every platform."""

import ctypes
import threading
from contextlib import suppress

# An exception that hits a destructor or a callback is lost, so it is raised until it gets through.
REPEAT_SECONDS = 0.1


class _TimeLimitReached(BaseException):
    """Raised inside the limited call; no ordinary handler of exceptions catches it."""


class _Interrupter:
    """Raises an exception in the thread that made it, from a time on until it is stopped."""

    def __init__(self, seconds):
        self._thread, self._lock = ctypes.c_ulong(threading.get_ident()), threading.Lock()
        self._stopped = threading.Event()
        threading.Thread(target=self._run, args=(seconds,), daemon=True).start()

    def _raise(self, exception):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, exception)

    def _run(self, seconds):
        while not self._stopped.wait(seconds):
            with self._lock:
                if not self._stopped.is_set():
                    self._raise(ctypes.py_object(_TimeLimitReached))
            seconds = REPEAT_SECONDS

    def stop(self):
        """Stop and take back an exception that is still on its way."""
        while not self._stopped.is_set():
            with suppress(_TimeLimitReached), self._lock:
                self._stopped.set()
                self._raise(None)


def call_within(seconds, function, *arguments):
    """Call a function and stop it when the time is over.

    The exception that stops it is raised by the interpreter between two of its instructions, so a
    single long call into compiled code is not cut short. Signals would do no better, and work in
    the main thread only.

    Parameters
    ----------
    seconds : float
        The limit; nothing is called when it is not positive.
    function : callable
        What to call; it must tolerate being stopped anywhere.
    *arguments : object
        Its arguments.

    Returns
    -------
    bool
        Whether the function returned in time.
    """
    if seconds <= 0:
        return False
    interrupter = _Interrupter(seconds)
    try:
        try:
            function(*arguments)
        finally:
            interrupter.stop()
    except _TimeLimitReached:
        return False
    return True
