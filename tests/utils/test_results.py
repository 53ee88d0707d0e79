"""Results make tables, print and draw themselves by what they declare."""

import pytest

from skinterp.utils import Result, TableResult


class Lines(TableResult):
    """Two lines that are only numbered."""

    _line = "line"

    def _columns(self):
        return {"a": [1, 2]}

    def __str__(self):
        return "two lines"


class Named(Lines):
    """Two lines that a column labels."""

    _index, _line = "a", None


class Drawn(Lines, Result):
    """A result with a picture."""

    def display(self, text="nothing"):
        class Display:
            def plot(self, ax=None):
                return text, ax

        return Display()


def test_results_print_their_text():
    assert repr(Lines()) == str(Lines()) == "two lines"


def test_lines_of_a_table_are_named_or_labelled_by_a_column():
    pytest.importorskip("pandas")
    assert Lines().to_frame().index.name == "line" and list(Lines().to_frame()["a"]) == [1, 2]
    assert Named().to_frame().index.tolist() == [1, 2] and Named().to_frame().index.name == "a"


def test_plots_are_those_of_the_display():
    assert Drawn().plot() == ("nothing", None)
    assert Drawn().plot("axes", text="words") == ("words", "axes")
