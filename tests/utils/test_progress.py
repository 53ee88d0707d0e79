"""Progress: what runs, how far, about how long; a bar on terminals, lines elsewhere."""

import io

import pytest

from skinterp.utils._progress import Progress, duration_text


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def shown(stream):
    """Return what a terminal shows at last."""
    return stream.getvalue().rpartition("\r\033[K")[2]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 s"), (1.2, "2 s"), (90, "2 min"), (3000, "50 min"), (5400, "1.5 h"), (36000, "10 h")],
)
def test_durations_are_rounded_up(seconds, said):
    assert duration_text(seconds) == said


def test_time_left_is_that_of_the_steps_done():
    stream, clock = Terminal(), Clock()
    progress = Progress(True, stream, clock)
    clock.now = 100.0
    progress("fitting tree on 5 folds")
    assert shown(stream) == "fitting tree on 5 folds ..."
    for done in range(1, 6):
        clock.now += 10.0
        progress.step(done, 6)
        assert f": {done} of 6 done, about {10 * (6 - done)} s left" in shown(stream)
        assert shown(stream).count("#") == round(20 * done / 6)
    progress.step(6, 6)
    assert "left" not in shown(stream)
    with progress:
        pass
    assert shown(stream) == "" and "\n" not in stream.getvalue()


def test_long_lines_are_cut_to_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    stream = Terminal()
    Progress(True, stream)("fitting " + "x" * 300)
    assert len(shown(stream)) == 49 and shown(stream).endswith("...")


@pytest.mark.parametrize("columns", [50, 60, 80, 200])
def test_how_long_it_takes_is_never_cut(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    stream, clock = Terminal(), Clock()
    progress = Progress(True, stream, clock)
    progress("fitting symbolic, tree, linear, hinges, additive, pairs, tree sum on 5 folds")
    clock.now = 12.0
    progress.step(1, 6)
    assert shown(stream).endswith(": 1 of 6 done, about 60 s left")
    assert len(shown(stream)) < columns and shown(stream).startswith("[###...")


def test_elsewhere_there_is_a_line_per_stage_and_step():
    stream = io.StringIO()
    progress = Progress(True, stream)
    progress("reading")
    progress("fitting", "9 rows")
    progress.step(1, 2)
    progress.step(2, 2)
    progress("")
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["[skinterp] reading", "[skinterp] 9 rows; fitting"]
    assert lines[2].startswith("[skinterp] fitting: 1 of 2 done, about ") and len(lines) == 3


def test_nothing_is_shown_unless_it_is_asked_for_but_what_was_done_is_known():
    for stream in (Terminal(), io.StringIO()):
        progress = Progress(False, stream)
        assert progress.told == "interrupted while starting; done: nothing to show yet"
        progress("fitting", "9 rows")
        progress.step(1, 2)
        assert stream.getvalue() == ""
        assert progress.told == "interrupted while fitting; done: 9 rows"
