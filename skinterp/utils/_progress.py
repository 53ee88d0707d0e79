"""What is being done, and about how long it takes: a bar on a terminal, lines elsewhere."""

import shutil
import time

BAR, LEAST_WIDTH = 20, 40


def duration_text(seconds):
    """Write about how long something takes.

    Parameters
    ----------
    seconds : float
        How long.

    Returns
    -------
    str
        Rounded up, in seconds, minutes or hours.

    Examples
    --------
    >>> from skinterp.utils._progress import duration_text
    >>> duration_text(0.2), duration_text(75), duration_text(7300)
    ('1 s', '75 s', '2.1 h')
    """
    if seconds < 90:
        return f"{max(1, -int(-seconds // 1))} s"
    return f"{-int(-seconds // 60)} min" if seconds < 5400 else f"{-(-seconds // 360) / 10:g} h"


class Progress:
    """Stages of a computation, shown on a stream, and what they gave.

    On a terminal one line is overwritten, with a bar where a stage has steps, and cleared at the
    end; on any other stream each stage is a line.

    Parameters
    ----------
    is_shown : bool
        Whether to show anything.
    stream : text file
        Where.
    clock : callable, default=time.monotonic
        Gives seconds.

    Examples
    --------
    >>> import io
    >>> from skinterp.utils._progress import Progress
    >>> stream = io.StringIO()
    >>> progress = Progress(True, stream)
    >>> progress("reading the table")
    >>> progress("fitting", "400 rows are read")
    >>> stream.getvalue().splitlines()
    ['[skinterp] reading the table', '[skinterp] 400 rows are read; fitting']
    """

    def __init__(self, is_shown, stream, clock=time.monotonic):
        self.is_shown, self.stream, self.clock = is_shown, stream, clock
        self.stage, self.done, self.start = "starting", [], clock()
        self.is_terminal = stream.isatty()

    def __call__(self, stage, done=None):
        """Begin a stage; the one before gave `done`."""
        self.stage, self.start = stage, self.clock()
        self.done += [done] * (done is not None)
        if self.is_terminal:
            self._line(f"{stage} ..." if stage else "")
        elif stage:
            self._write(f"[skinterp] {f'{done}; ' if done else ''}{stage}\n")

    def step(self, done, of):
        """Say that so many steps of a stage are done.

        Parameters
        ----------
        done, of : int
            Steps done, and how many there are.
        """
        left = (self.clock() - self.start) / max(done, 1) * (of - done)
        said = f": {done} of {of} done"
        said += f", about {duration_text(left)} left" if done < of else ""
        if self.is_terminal:
            full = round(BAR * done / of)
            self._line(f"[{'#' * full}{'.' * (BAR - full)}] {self.stage}", said)
        elif done < of:
            self._write(f"[skinterp] {self.stage}{said}\n")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.is_terminal:
            self._line("")

    @property
    def told(self):
        """What to say when it is interrupted."""
        done = "; ".join(self.done) or "nothing to show yet"
        return f"interrupted while {self.stage or 'writing'}; done: {done}"

    def _line(self, text, end=""):
        """Show a line, of which the end is never cut."""
        width = max(LEAST_WIDTH, shutil.get_terminal_size().columns) - 1
        room = width - len(end)
        text = text if len(text) <= room else f"{text[: room - 3]}..."
        self._write(f"\r\033[K{text}{end}")

    def _write(self, text):
        if self.is_shown:
            self.stream.write(text)
            self.stream.flush()
