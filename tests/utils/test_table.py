"""Tables from CSV files: what is read, what is guessed, and what is refused, with its place."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from skinterp.utils._table import MAX_CLASSES, features_of, read_table, target_of

GENE_SWITCH = Path(__file__).parents[2] / "examples" / "data" / "gene_switch.csv"


@pytest.fixture
def write(tmp_path):
    """Return a function that writes text to a file and returns its path."""

    def write_text(text, encoding="utf-8"):
        path = tmp_path / "data.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write_text


def columns(*cells, name="y"):
    """Return the text of a table with a feature and a target."""
    return f"x,{name}\n" + "".join(f"{k},{cell}\n" for k, cell in enumerate(cells))


# ---- oracle: numpy reads the same numbers ---------------------------------------------------


def test_numbers_are_those_that_numpy_reads():
    table = read_table(GENE_SWITCH)
    expected = np.loadtxt(GENE_SWITCH, delimiter=",", skiprows=1)
    names, X = features_of(table, "active")
    y, task = target_of(table, "active")
    assert len(table) == len(expected) == 5000
    assert np.array_equal(X, expected[:, :-1])
    assert np.array_equal(y, expected[:, -1])
    assert task == "classification"
    assert names[0] == "activator_nM"


def test_cells_survive_quotes_commas_and_line_ends(tmp_path):
    rows = [["a, b", 'c"d', "y"], ["1.5", "2", "left\nright"], ["3", "4e-3", "é"]]
    path = tmp_path / "quoted.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    table = read_table(path)
    assert [table.columns[name] for name in rows[0]] == [list(c) for c in zip(*rows[1:])]


# ---- property -------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_byte_order_marks_line_ends_and_empty_lines_change_nothing(write, encoding, line_end):
    text = line_end.join(["x,y", "1,2", "", "3,4", ""])
    assert read_table(write(text, encoding)).columns == {"x": ["1", "3"], "y": ["2", "4"]}


@pytest.mark.parametrize("target", ["a b", "x^2", "class", "<b>"])
def test_the_target_may_be_any_column_and_the_others_keep_their_order(write, target):
    names = ["a b", "x^2", "class", "<b>"]
    table = read_table(write(",".join(names) + "\n1,2,3,4\n5,6,7,8\n"))
    others, X = features_of(table, target)
    assert list(others) == [name for name in names if name != target]
    assert X.tolist() == [[v + 1 for v in range(r, r + 4) if v != k] for r, k in rows_of(target)]


def rows_of(target):
    """Return the first value of each row, and the value in the target's column less one."""
    k = ["a b", "x^2", "class", "<b>"].index(target)
    return [(0, k), (4, 4 + k)]


# ---- contract: which task the target asks for --------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "task", "kind"),
    [
        (["0", "1", "1"], "classification", "i"),
        (["-1", "+1", "1"], "classification", "i"),
        (["yes", "no", "yes"], "classification", "U"),
        (["1", "2", "two"], "classification", "U"),
        (["0.5", "1.5", "1"], "regression", "f"),
        (["0.0", "1.0", "1.00"], "classification", "i"),
        (["0.000e+00", "1.000e+00", "1"], "classification", "i"),
        (["1e30", "0", "0"], "regression", "f"),
        ([str(k) for k in range(MAX_CLASSES)], "classification", "i"),
        ([str(k) for k in range(MAX_CLASSES + 1)], "regression", "f"),
    ],
)
def test_the_task_is_guessed(write, cells, task, kind):
    y, guess = target_of(read_table(write(columns(*cells))), "y")
    assert (guess, y.dtype.kind) == (task, kind)


def test_signs_and_blanks_do_not_make_other_classes(write):
    y, _ = target_of(read_table(write(columns(" 1", "+1", "0 "))), "y")
    assert y.tolist() == [1, 1, 0]


def test_the_task_can_be_set(write):
    table = read_table(write(columns("0", "1", "2.5")))
    assert target_of(table, "y", "classification")[0].tolist() == ["0", "1", "2.5"]
    table = read_table(write(columns("0", "1", "2")))
    y, task = target_of(table, "y", "regression")
    assert (y.tolist(), y.dtype.kind, task) == ([0.0, 1.0, 2.0], "f", "regression")


# ---- refusal ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("", r"data\.csv is empty: a header line and rows are needed"),
        ("\n\n", "is empty"),
        ("x,y\n", "has a header line but no rows"),
        ("x,y\n1,2\n1,2,3\n", r"line 3: 2 cells are needed\. Got 3 instead"),
        ("x,y\n\n1\n", r"line 3: 2 cells are needed\. Got 1 instead"),
        ("x,y,x\n1,2,3\n", r"columns of the same name: \['x'\]\. Rename them"),
        ("x,,y\n1,2,3\n", "a column without a name"),
        ("x, ,y\n1,2,3\n", "a column without a name"),
    ],
)
def test_broken_tables_are_refused(write, text, wording):
    with pytest.raises(ValueError, match=wording):
        read_table(write(text))


def test_lines_are_counted_as_an_editor_does(write):
    with pytest.raises(ValueError, match="line 4: 2 cells"):
        read_table(write('x,y\n"1\n",2\n1,2,3\n'))


def test_files_that_cannot_be_read_are_refused(tmp_path, write):
    with pytest.raises(ValueError, match=r"nothing\.csv cannot be read: No such file"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(ValueError, match="cannot be read: Is a directory"):
        read_table(tmp_path)
    with pytest.raises(ValueError, match="is not a CSV file in UTF-8"):
        read_table(write("x,é\n1,2\n", "latin-1"))


@pytest.mark.parametrize(
    ("cell", "wording"),
    [
        ("", r"column 'x', row 2: the value is missing\. Got '' instead; fill it in"),
        ("  ", "row 2: the value is missing"),
        ("NA", "row 2: the value is missing. Got 'NA' instead"),
        ("nan", "row 2: the value is missing. Got 'nan' instead"),
        ("high", r"row 2: a number is needed\. Got 'high' instead; encode text as numbers"),
        ("inf", r"row 2: a finite number is needed\. Got 'inf' instead"),
        ("1e999", "row 2: a finite number is needed"),
    ],
)
def test_features_must_be_finite_numbers(write, cell, wording):
    with pytest.raises(ValueError, match=wording):
        features_of(read_table(write(f"x,y\n1,0\n{cell},1\n")), "y")


def test_a_missing_target_is_hinted_at(write):
    table = read_table(write("activator,active\n1,0\n2,1\n"))
    wording = r"--target must be a column of .*\['activator', 'active'\].*Got 'activ' instead\."
    with pytest.raises(ValueError, match=rf"{wording} Did you mean 'active' or 'activator'\?"):
        features_of(table, "activ")
    with pytest.raises(ValueError, match=r"Got 'zzz' instead\.$"):
        features_of(table, "zzz")


def test_a_target_alone_is_refused(write):
    with pytest.raises(ValueError, match="has no column beside the target 'y'"):
        features_of(read_table(write("y\n1\n2\n")), "y")


def test_targets_without_a_meaning_are_refused(write):
    with pytest.raises(ValueError, match="column 'y', row 2: the value is missing"):
        target_of(read_table(write(columns("0", "", "1"))), "y")
    with pytest.raises(ValueError, match=r"two different values\. Got '7' in all 3 rows instead"):
        target_of(read_table(write(columns("7", "7", "7"))), "y")
    words = [f"word{k}" for k in range(MAX_CLASSES + 1)]
    with pytest.raises(ValueError, match=r"at most 20 classes\. Got 21 instead"):
        target_of(read_table(write(columns(*words))), "y")
    with pytest.raises(ValueError, match=r"a number is needed\. Got 'word0' instead"):
        target_of(read_table(write(columns(*words))), "y", "regression")
    with pytest.raises(ValueError, match=r"a finite number is needed\. Got 'inf'"):
        target_of(read_table(write(columns("0.5", "inf", "1"))), "y")


def test_one_class_written_in_two_ways_is_one_class(write):
    with pytest.raises(ValueError, match="two different values"):
        target_of(read_table(write(columns("1", "+1", "01", "1.0"))), "y")


@pytest.mark.parametrize("cell", ["²", "½", "0x1", "1,5"])
def test_odd_digits_are_text(write, cell):
    y, task = target_of(read_table(write(columns("0", "1", f'"{cell}"'))), "y")
    assert (y.tolist(), task) == (["0", "1", cell], "classification")


@pytest.mark.parametrize("gap", ["NA", "n/a", "NaN", "null", "?"])
@pytest.mark.parametrize("classes", [("0", "1"), ("yes", "no")])
def test_gaps_in_the_target_are_not_a_class_of_their_own(write, gap, classes):
    wording = rf"column 'y', row 3: the value is missing\. Got {re.escape(repr(gap))} instead"
    with pytest.raises(ValueError, match=wording):
        target_of(read_table(write(columns(*classes, gap))), "y")


def test_none_is_a_class(write):
    y, _ = target_of(read_table(write(columns("none", "mild", "none"))), "y")
    assert y.tolist() == ["none", "mild", "none"]
