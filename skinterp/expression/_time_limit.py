"""A time limit on pure Python code that holds in every thread and on every platform."""

import ctypes
import threading


class _TimeLimitReached(BaseException):
    """Raised inside the limited call; no ordinary handler of exceptions catches it."""


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
    thread, lock, running = threading.get_ident(), threading.Lock(), [True]

    def interrupt():
        with lock:
            if running:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(_TimeLimitReached)
                )

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    try:
        timer.start()
        try:
            function(*arguments)
        finally:
            with lock:
                running.clear()
            timer.cancel()
    except _TimeLimitReached:
        return False
    return True
