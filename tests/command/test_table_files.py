"""Tables from files: what is read from each format, and what is refused, with its place."""

import csv
import gzip
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skinterp.command import BadCall
from skinterp.command._files import drawn_rows, find_separator, read_table
from skinterp.command._kinds import ColumnReader
from skinterp.command._texts import Settings

GENE_SWITCH = Path(__file__).parents[2] / "examples" / "data" / "gene_switch.csv"
SEPARATORS = (",", ";", "\t", "|")


@pytest.fixture
def write(tmp_path):
    """Return a function that writes text to a file and returns its path."""

    def write_text(text, encoding="utf-8", name="data.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write_text


def cells_of(path, separator=None):
    frame = read_table(path, separator).frame
    return {name: frame[name].tolist() for name in frame}


# ---- oracle -----------------------------------------------------------------------------------


def test_numbers_are_those_that_numpy_reads():
    raw = read_table(GENE_SWITCH)
    columns = ColumnReader(raw.frame, Settings()).read(list(raw.frame))
    expected = np.loadtxt(GENE_SWITCH, delimiter=",", skiprows=1)
    assert np.array_equal(np.stack([c.values for c in columns], axis=1), expected)
    assert columns[0].name == "activator_nM"


def test_cells_survive_quotes_commas_and_line_ends(tmp_path):
    rows = [["a, b", 'c"d', "y"], ["1.5", "2", "left\nright"], ["3", "4e-3", "é"]]
    path = tmp_path / "quoted.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    assert cells_of(path) == {n: list(c) for n, c in zip(rows[0], zip(*rows[1:]))}


# ---- property ---------------------------------------------------------------------------------

cells = st.text("ab1.-? '", min_size=1, max_size=4).map(str.strip).filter(bool)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SEPARATORS), st.lists(st.tuples(cells, cells, cells), min_size=1))
def test_the_separator_is_found(separator, rows):
    text = "\n".join(separator.join(row) for row in [("x", "y", "z"), *rows])
    assert find_separator(text) == separator


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_line_ends_and_empty_lines_change_nothing(write, encoding, line_end):
    text = line_end.join(["x;ä", "1,5;2", "", "  ", "3;é", ""])
    assert cells_of(write(text, encoding)) == {"x": ["1,5", "3"], "ä": ["2", "é"]}


def test_a_file_that_is_not_in_unicode_is_said_to_be(write):
    assert "Windows-1252" in read_table(write("x,ä\n1,2\n", "cp1252")).notes[0]
    assert read_table(write("x,ä\n1,2\n")).notes == ()


def test_blanks_around_cells_and_names_are_no_part_of_them(write):
    assert cells_of(write('x , "y" \n1, "a, b"\n'), ",")["x"] == ["1"]
    assert list(read_table(write("x , y \n1, 2\n")).frame) == ["x", "y"]


def test_columns_between_blanks_are_read(write):
    assert cells_of(write("x y\n1.5   2\n3 4\n", name="d.txt")) == {
        "x": ["1.5", "3"],
        "y": ["2", "4"],
    }


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_compressed_files_are_read(tmp_path, suffix):
    path = tmp_path / f"t.csv.{suffix}"
    pd.DataFrame({"x": [1.5, 2], "y": ["NA", "b"]}).to_csv(path, index=False)
    assert cells_of(path) == {"x": ["1.5", "2.0"], "y": ["NA", "b"]}


def test_typed_formats_hold_the_same_columns(tmp_path):
    frame = pd.DataFrame(
        {
            "number": [1.5, None, 3.0],
            "text": ["NA", "b", None],
            "flag": [True, False, True],
            "day": pd.to_datetime(["2021-01-03", "2021-01-10", None]),
            "mixed": ["1", "2,5", "3"],
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    frame.to_csv(tmp_path / "t.csv", index=False)
    read = []
    for suffix in ("parquet", "xlsx", "csv"):
        table = read_table(tmp_path / f"t.{suffix}").frame
        read.append(ColumnReader(table, Settings()).read(list(table)))
    for columns in zip(*read, strict=True):
        assert len({column.kind for column in columns}) == 1
        for column in columns[1:]:
            assert pd.Series(column.values).equals(pd.Series(columns[0].values))
    assert [column.kind for column in read[0]] == [
        "numbers",
        "categories",
        "yes/no",
        "dates",
        "numbers",
    ]


def test_names_in_the_index_of_a_parquet_file_are_a_column(tmp_path):
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["a", "b"], name="who"))
    frame.to_parquet(tmp_path / "t.parquet")
    assert list(read_table(tmp_path / "t.parquet").frame) == ["who", "x"]


def test_the_first_sheet_is_read_saying_so(tmp_path):
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        for name in ("one", "two"):
            pd.DataFrame({name: [1]}).to_excel(book, sheet_name=name, index=False)
    table = read_table(tmp_path / "t.xlsx")
    assert list(table.frame) == ["one"] and "one, two" in table.notes[0]


@pytest.fixture
def many(tmp_path):
    """Return a folder of Parquet files of many row groups, and their frame."""
    frame = pd.DataFrame({"i": np.arange(1000), "text": [f"t{i}" for i in range(1000)]})
    folder = tmp_path / "table"
    (folder / "later").mkdir(parents=True)
    frame.iloc[:600].to_parquet(folder / "a.parquet", row_group_size=70)
    frame.iloc[600:].to_parquet(folder / "later" / "b.parquet", row_group_size=90)
    (folder / "README.txt").write_text("no table")
    return folder, frame


def test_a_folder_of_parquet_files_is_one_table(many):
    folder, frame = many
    table = read_table(folder)
    pd.testing.assert_frame_equal(table.frame, frame)
    assert table.notes == ()


@pytest.mark.parametrize("most", [1, 37, 999])
def test_rows_of_a_larger_table_are_drawn_the_same_from_every_format(many, tmp_path, most):
    folder, frame = many
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=50)
    frame.to_csv(tmp_path / "t.csv", index=False)
    tables = [read_table(p, max_rows=most) for p in (folder, tmp_path / "t.parquet")]
    text = read_table(tmp_path / "t.csv", max_rows=most)
    for table in tables:
        assert len(table.frame) == most
        pd.testing.assert_frame_equal(table.frame, tables[0].frame)
        assert table.notes == (f"{most} of 1,000 rows, drawn at random, are used (--max-rows).",)
    assert text.notes == tables[0].notes
    assert text.frame["text"].tolist() == tables[0].frame["text"].tolist()
    drawn = tables[0].frame["i"].to_numpy()
    assert (np.diff(drawn) > 0).all() and tables[0].frame["text"].tolist() == [
        f"t{i}" for i in drawn
    ]


def test_a_table_that_is_small_enough_is_taken_whole(many):
    folder, frame = many
    for most in (1000, 5000, None):
        assert len(read_table(folder, max_rows=most).frame) == len(frame)


def test_every_row_may_be_drawn():
    counts = np.bincount(np.concatenate([drawn_rows(10, 5), drawn_rows(10, 10)]), minlength=10)
    assert counts.min() == 1 and counts.max() == 2


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(BadCall, match="Is a directory without Parquet files"):
        read_table(tmp_path)


# ---- refusal ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("", r"data\.csv is empty: a header line and rows are needed"),
        ("\n\n", "is empty"),
        ("x,y\n", "has a header line but no rows"),
        ("x,y\n1,2\n1,2,3\n", r"line 3: 2 cells are needed, as in the header\. Got 3 instead"),
        ("x,y\n\n1\n", r"line 3: 2 cells are needed, as in the header\. Got 1 instead"),
        ('x,y\n"1\n",2\n1,2,3\n', "line 4: 2 cells"),
        ("x,y,x\n1,2,3\n", r"columns of the same name: \['x'\]\. Rename them"),
        ("x,,y,\n1,2,3,4\n", "2 columns without a name"),
        ("a,b;c,d\n1,5;2,3\n", "separated by ',' or by ';': say which by --separator"),
        ("x,y\n1,\0\n", "is no table of text. Got a binary file"),
        ("x\ty\n1\t2\t\n", r"line 2: 2 cells"),
    ],
)
def test_broken_tables_are_refused(write, text, wording):
    with pytest.raises(BadCall, match=wording):
        read_table(write(text))


def test_two_separators_are_settled_by_the_call(write):
    path = write("a,b;c,d\n1,5;2,3\n")
    assert cells_of(path, ";") == {"a,b": ["1,5"], "c,d": ["2,3"]}
    assert list(cells_of(path, ",")) == ["a", "b;c", "d"]


def test_files_that_cannot_be_read_are_refused(tmp_path, write):
    with pytest.raises(BadCall, match=r"nothing\.csv cannot be read: No such file"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(BadCall, match="cannot be read: Is a directory"):
        read_table(tmp_path)
    for name in ("t.parquet", "t.xlsx"):
        with pytest.raises(BadCall, match="file that can be read"):
            read_table(write("x,y\n1,2\n", name=name))
    with pytest.raises(BadCall, match="Save the table as"):
        read_table(write("x", name="t.xls"))
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"x,y\n1,2\n" * 99)[:-20])
    with pytest.raises(BadCall, match="cannot be read"):
        read_table(tmp_path / "t.csv.gz")


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [
        ("pandas", "t.csv", "plot"),
        ("pyarrow", "t.parquet", "tables"),
        ("openpyxl", "t.xlsx", "tables"),
    ],
)
def test_a_missing_library_is_named_with_its_extra(write, monkeypatch, module, name, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"needs {module}.*skinterp\[{extra}\]"):
        read_table(write("x,y\n1,2\n", name=name))
