"""Cells, columns and features: what is written in a table is what the model reads."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinterp.table import BinnedColumn, CategoryColumn, Feature, NumberColumn, UserTable, as_table
from skinterp.table._cells import cells_of, frame_of, numbers_of

DAY = dt.date(2024, 2, 29)
SINCE = (DAY - dt.date(1970, 1, 1)).days


def column_of(*cells):
    """Return a table of one column of objects."""
    table = np.empty((len(cells), 1), dtype=object)
    table[:, 0] = cells
    return table


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([1, 2.5, True], [1.0, 2.5, 1.0]),
        (["3", "1e-3", " 4 "], [3.0, 1e-3, 4.0]),
        ([None, np.nan, pd.NA, 2], [np.nan, np.nan, np.nan, 2.0]),
        ([np.float32(0.5), np.int8(-3)], [0.5, -3.0]),
    ],
)
def test_numbers_are_read_in_whatever_kind_they_are_written(cells, expected):
    np.testing.assert_allclose(numbers_of(column_of(*cells)[:, 0], "dose"), expected)


@pytest.mark.parametrize("cell", ["high", "1,5", (1, 2), [3], {"a": 1}, np.array([1.0, 2.0])])
def test_a_cell_that_is_no_number_is_named_with_its_column(cell):
    cells = np.empty(2, dtype=object)
    cells[:] = 1.0
    cells[1] = cell
    with pytest.raises(ValueError, match=r"The column 'dose' must hold numbers\. Got"):
        numbers_of(cells, "dose")


@pytest.mark.parametrize(
    "cell",
    [DAY, dt.datetime(2024, 2, 29), pd.Timestamp("2024-02-29"), np.datetime64("2024-02-29")],
)
def test_dates_are_days_since_1970_and_no_numbers(cell):
    cells = column_of(cell, None)[:, 0]
    np.testing.assert_allclose(numbers_of(cells, "visit", is_date=True), [SINCE, np.nan])
    with pytest.raises(ValueError, match="visit"):
        numbers_of(cells, "visit")


def test_times_of_a_zone_are_read_in_universal_time():
    zone = dt.timezone(dt.timedelta(hours=6))
    cells = column_of(
        dt.datetime(2024, 2, 29, 6, tzinfo=zone), pd.Timestamp("2024-02-29", tz="UTC")
    )
    np.testing.assert_allclose(numbers_of(cells[:, 0], "visit", is_date=True), [SINCE, SINCE])


@pytest.mark.parametrize(
    "cell", [dt.timedelta(days=1), pd.Timedelta("1h"), np.timedelta64(3, "D")]
)
def test_durations_are_refused(cell):
    with pytest.raises(ValueError, match="stay"):
        numbers_of(column_of(cell)[:, 0], "stay")


def test_what_is_no_date_is_refused_by_its_column():
    with pytest.raises(ValueError, match="'visit' must hold dates"):
        numbers_of(column_of("soon", DAY)[:, 0], "visit", is_date=True)


def test_dates_are_written_back_as_dates():
    column = NumberColumn("visit", 0, is_date=True)
    table = pd.DataFrame({"visit": pd.to_datetime(["2024-02-29 12:00", "1969-12-31 00:00"])})
    values, missing = column.read(table)
    np.testing.assert_allclose(values, [SINCE + 0.5, -1.0])
    assert not missing.any() and column.feature_name == "visit in days since 1970"
    assert (column.cells(values) == table["visit"].to_numpy()).all()


# Columns of numbers


@pytest.mark.parametrize(
    ("column", "cells", "said"),
    [
        (NumberColumn("dose", 0), [1.0, np.nan], "'dose' has missing values in 1 row"),
        (NumberColumn("dose", 0), [np.inf, -np.inf], "'dose' contains infinity in 2 rows"),
        (NumberColumn("dose", 0, 1.0, gap=-9), [np.nan, 1], "Missing numbers are written -9 here"),
    ],
)
def test_cells_that_the_model_does_not_take_are_counted(column, cells, said):
    with pytest.raises(ValueError, match=said):
        column.read(column_of(*cells))


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=12))
def test_gaps_are_filled_and_flagged_and_other_numbers_kept(cells):
    values, missing = NumberColumn("dose", 0, fill=-7.5).read(column_of(*cells))
    for cell, value, gap in zip(cells, values, missing, strict=True):
        assert (gap and value == -7.5) if cell is None else (not gap and value == cell)


# Categories


@given(st.lists(st.sampled_from(["a", "b", None, 3]), min_size=1, max_size=12))
def test_levels_are_read_by_their_place(cells):
    column = CategoryColumn("site", 0, ("b", 3, "a", None))
    codes = column.read(column_of(*cells))
    assert [column.levels[k] for k in codes] == cells


def test_unknown_levels_have_no_place_where_they_are_taken():
    column = CategoryColumn("site", 0, ("a", "b"), takes_unknown=True)
    assert column.read(column_of("b", "z", None, "a")).tolist() == [1, -1, -1, 0]


@pytest.mark.parametrize("cell", ["z", None, 1])
def test_unknown_levels_are_refused_with_the_known_ones(cell):
    column = CategoryColumn("site", 0, tuple("abcdefghijkl"))
    got = "a missing value" if cell is None else repr(cell)
    with pytest.raises(ValueError, match=rf"'a', .* and 4 more, .* Got {got} instead"):
        column.read(column_of("a", cell))


def test_missing_cells_become_the_level_that_fills_them():
    column = CategoryColumn("site", 0, ("a", "b"), missing_as="b")
    assert column.read(column_of("a", None, np.nan)).tolist() == [0, 1, 1]


def test_levels_have_names():
    column = CategoryColumn("site", 0, ("a", 2, None))
    names = [column.level_name(k) for k in range(3)]
    assert names == ["[site = a]", "[site = 2]", "[site is missing]"]


# Bins


edges = st.lists(st.integers(-1000, 1000), min_size=1, max_size=6, unique=True).map(sorted)


@given(edges, st.floats(-2000, 2000), st.booleans())
def test_a_number_lies_in_the_interval_that_is_read(ends, value, is_right):
    ends = tuple(map(float, ends))
    column = BinnedColumn("age", 0, ends, NumberColumn("age", 0), is_right)
    k = int(column.read(column_of(value))[0])
    low, high = [-np.inf, *ends][k], [*ends, np.inf][k]
    assert (low < value <= high) if is_right else (low <= value < high)


@given(edges, st.booleans())
def test_intervals_are_told_apart_and_hold_the_number_inside(ends, is_right):
    column = BinnedColumn("age", 0, tuple(map(float, ends)), NumberColumn("age", 0), is_right)
    assert len(set(column.levels)) == len(ends) + 1
    inside = column_of(*(column.inside(k) for k in range(len(ends) + 1)))
    assert column.read(inside).tolist() == list(range(len(ends) + 1))


# Whole tables


DOSE, BAND = NumberColumn("dose", 0, fill=2.0), NumberColumn("age", 2)
SITE = CategoryColumn("site", 1, ("a", "b", "c"))
AGE = BinnedColumn("age", 2, (20.0, 40.0), BAND)
TABLE = UserTable(
    ("dose", "site", "age"),
    3,
    (
        Feature(DOSE),
        Feature(DOSE, is_flag=True),
        *(Feature(SITE, k) for k in range(3)),
        *(Feature(AGE, k) for k in range(3)),
    ),
)
cells = st.tuples(
    st.one_of(st.none(), st.floats(-100, 100)), st.sampled_from("abc"), st.floats(-50, 100)
)


@given(st.lists(cells, min_size=1, max_size=8))
def test_features_of_rows_say_what_the_rows_say(rows):
    features = TABLE.read(pd.DataFrame(rows, columns=["dose", "site", "age"], dtype=object))
    for (dose, site, age), found in zip(rows, features, strict=True):
        assert found[0] == (2.0 if dose is None else dose) and found[1] == (dose is None)
        assert found[2:5].tolist() == [site == level for level in "abc"]
        assert found[5:].tolist() == [age < 20, 20 <= age < 40, age >= 40]


@given(st.lists(cells, min_size=1, max_size=8))
def test_rows_made_of_features_have_these_features(rows):
    features = TABLE.read(np.array(rows, dtype=object))
    np.testing.assert_array_equal(TABLE.read(TABLE.rows(features, pd)), features)
    np.testing.assert_array_equal(TABLE.read(TABLE.rows(features)), features)


@given(st.lists(st.floats(-5, 5), min_size=8, max_size=8))
def test_folding_keeps_the_total_and_spreading_gives_it_back(values):
    folded = TABLE.fold(np.array(values))
    assert sum(folded.values()) == pytest.approx(sum(values), abs=1e-9)
    assert list(folded) == ["dose", "site", "age"]
    again = TABLE.fold(TABLE.spread(np.array(list(folded.values()))))
    assert list(again.values()) == pytest.approx(list(folded.values()), abs=1e-9)


def test_folding_another_number_of_features_is_refused():
    with pytest.raises(ValueError, match="zip"):
        TABLE.fold(np.zeros(7))


def test_only_numbers_that_are_there_move():
    features = TABLE.read(np.array([[1.0, "a", 30.0], [None, "b", 10.0]], dtype=object))
    np.testing.assert_array_equal(TABLE.moves_at(features), [[1, *[0] * 7], [0] * 8])


def test_gaps_are_made_only_where_the_model_fills_them():
    features = TABLE.example(np.zeros((80, 8)))
    rows = TABLE.rows(features, pd, has_gaps=True)
    assert rows["site"].notna().all() and rows["age"].notna().all()
    assert 0.1 < rows["dose"].isna().mean() < 0.9


@pytest.mark.parametrize(
    ("X", "is_features"),
    [
        (np.zeros((2, 8)), True),
        (np.zeros((2, 3)), False),
        (np.zeros((2, 8), dtype=int), False),
        (np.zeros(8), False),
        ([[0.0] * 8], False),
    ],
)
def test_what_holds_features(X, is_features):
    assert TABLE.takes(X) is is_features


PLAIN = UserTable(None, 2, (Feature(NumberColumn("x0", 0)), Feature(NumberColumn("x1", 1))))


def test_a_table_of_numbers_reads_itself_and_is_not_ambiguous():
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(PLAIN.read(X), X)
    assert not PLAIN.is_ambiguous and not PLAIN.takes(X)
    assert PLAIN.is_number.all() and PLAIN.column_names == ("x0", "x1")


@pytest.mark.parametrize(("levels", "ambiguous"), [((0, 1), True), (("a", "b"), False)])
def test_indicators_of_numbers_may_be_taken_for_rows(levels, ambiguous):
    column = CategoryColumn("grade", 0, levels)
    table = UserTable(None, 2, (Feature(column, 0), Feature(column, 1)))
    assert table.is_ambiguous is ambiguous
    assert table.takes(np.array([[0.0, 1.0]])) and not table.takes(np.array([[1.0, 2.0]]))


@pytest.mark.parametrize(
    ("X", "said"),
    [
        (pd.Series([1.0, 2.0]), "table of two dimensions. Got a Series of 1"),
        (np.zeros((0, 2)), "0 sample"),
        ({"a": [1.0]}, r"Got a dict instead: make a data frame of it, pandas.DataFrame\(X\)"),
        (pd.DataFrame({"a": []}), "0 sample"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "a"),
    ],
)
def test_what_is_no_table_is_refused(X, said):
    with pytest.raises(ValueError, match=said):
        as_table(X)


def test_columns_are_taken_by_place_from_frames_and_arrays():
    frame = pd.DataFrame({"b": [1, 2], "a": ["x", "y"]})
    assert cells_of(frame, 1).tolist() == ["x", "y"]
    assert cells_of(frame.to_numpy(), 0).tolist() == [1, 2]


def test_frames_made_of_cells_have_the_kinds_of_their_cells():
    made = np.array([[1.5, "x", None], [2.5, "y", "z"]], dtype=object)
    frame = frame_of(made, ["a", "b", "c"], pd)
    assert frame["a"].dtype == float and frame["c"][0] is None


class OfAnotherLibrary:
    """A data frame with the methods of polars."""

    columns = ("a", "b")

    def get_column(self, name):
        return {"a": np.array([1.0, 2.0]), "b": ["x", None]}[name]


class WithToPandas:
    """A data frame that makes itself one of pandas."""

    columns = ("a",)

    def to_pandas(self):
        return pd.DataFrame({"a": [1.0]})


def test_frames_of_other_libraries_are_read():
    table = as_table(OfAnotherLibrary())
    assert list(table.columns) == ["a", "b"] and table["b"].isna().tolist() == [False, True]
    assert as_table(WithToPandas()).shape == (1, 1)
