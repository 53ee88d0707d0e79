"""A time limit on pure Python code that holds in every thread and on every platform."""

import ctypes
import sys
import threading
from contextlib import suppress

# An exception that hits a destructor or a callback is lost, so it is raised again after a while.
REPEAT_SECONDS = 0.5


class _TimeLimitReached(BaseException):
    """Raised inside the limited call; no ordinary handler of exceptions catches it."""


def _pass_over_lost():
    """Say nothing of such an exception that was lost, in place of "Exception ignored in ..."."""
    told = sys.unraisablehook
    if getattr(told, "passes_over_time_limits", False):
        return

    def hook(lost):
        if lost.exc_type is not _TimeLimitReached:
            told(lost)

    hook.passes_over_time_limits = True  # type: ignore[attr-defined]
    sys.unraisablehook = hook


class _Interrupter:
    """Raises an exception in the thread that made it, from a time on until it is stopped."""

    def __init__(self, seconds):
        self._target, self._seconds = ctypes.c_ulong(threading.get_ident()), seconds
        self._running = threading.Lock()  # released to stop, in one step nothing can interrupt
        self._running.acquire()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._raised = False

    def _raise(self):
        self._raised = True
        exception = ctypes.py_object(_TimeLimitReached)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._target, exception)

    def _run(self):
        seconds = min(self._seconds, threading.TIMEOUT_MAX)
        while not self._running.acquire(timeout=seconds):
            self._raise()
            seconds = REPEAT_SECONDS

    def stop(self):
        """Stop, and await an exception that is still on its way; may be called again."""
        with suppress(RuntimeError):  # released before
            self._running.release()
        self.thread.join()
        # Taking it back would leave the interpreter signalled, so that it hangs under a profiler
        # or debugger (Python 3.11): replace it by one that arrives here.
        if self._raised:
            with suppress(_TimeLimitReached):
                self._raise()
                while True:
                    pass


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
    _pass_over_lost()
    interrupter = _Interrupter(seconds)
    try:
        try:
            interrupter.thread.start()
            function(*arguments)
        finally:
            interrupter.stop()
    except _TimeLimitReached:
        interrupter.stop()  # the first time may have been what was interrupted
        return False
    return True
