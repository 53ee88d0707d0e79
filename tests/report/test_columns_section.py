"""The table of columns: one line each, those with something to say first where there are many."""

from types import SimpleNamespace

import numpy as np

from skinterp.report.sections._columns import SHOWN, columns


def column(name, kind="numbers", read_as="numbers from 0 to 1", remarks=(), left_out="", gaps=0):
    missing = np.arange(9) < gaps
    made = {"read_as": read_as, "remarks": remarks, "left_out": left_out, "gaps": missing}
    return SimpleNamespace(name=name, kind=kind, **made)


def section(*found):
    (made,) = columns(SimpleNamespace(columns=found))
    return made


def test_no_columns_no_section():
    assert columns(SimpleNamespace(columns=())) == []


def test_every_column_has_a_line_with_its_gaps_and_remarks():
    made = section(column("a"), column("b", gaps=3, remarks=("odd",)), column("c", left_out="why"))
    (table,) = made.tables
    assert table.head == ("column", "read as", "missing", "remarks")
    assert list(map(list, table.rows)) == [
        ["a", "numbers from 0 to 1", "", ""],
        ["b", "numbers from 0 to 1", "3", "odd"],
        ["c", "left out: why", "", ""],
    ]
    assert made.data == {
        "columns": {
            "a": "numbers from 0 to 1",
            "b": "numbers from 0 to 1; odd",
            "c": "left out: why",
        }
    }
    assert section(column("a")).tables[0].head == ("column", "read as")


def test_of_many_columns_those_with_something_to_say_are_shown():
    many = [column(f"x{k}") for k in range(2000)]
    special = [
        column("text", kind="categories"),
        column("gap", gaps=1),
        column("id", left_out="x"),
    ]
    made = section(*many, *special)
    names = [row[0] for row in made.tables[0].rows]
    assert len(names) == SHOWN and names[-3:] == ["text", "gap", "id"] and names[0] == "x0"
    assert made.notes[0].text == f"... and {2003 - SHOWN} more columns: {2003 - SHOWN} numbers."
    assert len(made.data["columns"]) == 2003
