"""When an expansion has to stop, and networks asked about rows until then."""

import time
from typing import NamedTuple

import numpy as np

_FIRST, _MOST = 2**4, 2**14  # rows asked at once
_CHECKING, _LEAST_SECONDS = 0.1, 0.2  # share of the time that checking may take when it is over


class OutOfTime(Exception):
    """The time is over, and what was computed is of no use without the rest."""


class Deadline(NamedTuple):
    """The time at which a computation has to stop; one clock for all processes.

    Parameters
    ----------
    seconds : float or None
        How much time there was; None is any.
    end : float
        When it is over, by `time.monotonic`.
    """

    seconds: float | None = None
    end: float = np.inf

    @classmethod
    def after(cls, seconds):
        """Return the deadline that many seconds from now; None is never."""
        return cls() if seconds is None else cls(seconds, time.monotonic() + seconds)

    @property
    def left(self):
        """Seconds that are left: 0 or less if it is over."""
        return self.end - time.monotonic()

    @property
    def is_over(self):
        """Whether there is no time left."""
        return self.left <= 0.0

    def check(self):
        """Raise OutOfTime if it is over."""
        if self.is_over:
            raise OutOfTime

    def for_checking(self):
        """Return a deadline that leaves some time to measure what was found."""
        if self.seconds is None:
            return self
        least = max(_CHECKING * self.seconds, _LEAST_SECONDS)
        return self._replace(end=max(self.end, time.monotonic() + least))


def ask_until(ask, n_rows, deadline):
    """Ask a network about rows, block after block, as long as there is time.

    The first block is asked in any case. A block is at most as large as all before it, and as is
    likely to be answered in time.

    Parameters
    ----------
    ask : callable
        Takes the first row and the end of a block, returns the values of its rows.
    n_rows : int
        Number of rows.
    deadline : Deadline
        When to stop.

    Returns
    -------
    ndarray of shape (n_asked, ...)
        The values of the first rows; of all of them, if time allowed.
    """
    parts, n_asked, start = [], 0, time.monotonic()
    while n_asked < n_rows and not (parts and deadline.is_over):
        size = min(max(n_asked, _FIRST), _MOST, n_rows - n_asked)
        if parts:
            seconds = (time.monotonic() - start) / n_asked * size
            in_time = deadline.left / max(seconds, 1e-9)
            size = max(1, int(size * min(1.0, in_time)))
        parts.append(ask(n_asked, n_asked + size))
        n_asked += size
    return np.concatenate(parts)
