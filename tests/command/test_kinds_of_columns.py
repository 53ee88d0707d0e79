"""What is made of columns: kinds, numbers as people write them, missing values; never a guess."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skinterp.command import BadCall
from skinterp.command._kinds import ColumnReader
from skinterp.command._numerals import numerals, to_floats
from skinterp.command._selection import MAX_LEVELS, POOLED, settled
from skinterp.command._texts import Settings


def read(cells, name="x", others=None, kind=None, **options):
    """Return a column of texts, read beside other columns."""
    frame = pd.DataFrame({name: cells} | (others or {}))
    reader = ColumnReader(frame, Settings(**options), {} if kind is None else {name: kind})
    return reader.read([name])[0]


def values(cells, **options):
    return read(cells, **options).values.tolist()


# ---- numbers --------------------------------------------------------------------

numbers = st.floats(-1e9, 1e9).map(lambda x: round(x, 4))


def written(number, mark, group):
    """Write a number with a decimal mark and groups of thousands."""
    text = f"{number:,.4f}"
    return text.translate({ord(","): group, ord("."): mark})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(numbers, min_size=1, max_size=6),
    st.sampled_from([(".", ","), (",", "."), (".", ""), (",", ""), (",", " "), (".", "'")]),
)
def test_numbers_written_in_any_way_are_read_exactly(found, marks):
    texts = [written(number, *marks) for number in found]
    assert values(texts, decimal=marks[0]) == [round(n, 4) for n in found]
    try:  # without being told it is the same, or a refusal
        assert values(texts, separator=";") == [round(n, 4) for n in found]
    except BadCall as error:
        assert "--decimal" in str(error)


@pytest.mark.parametrize("cell", ["1", "-1.5", "+2.", ".5", "1e5", "1.5E-3", "007.5", "−3"])
def test_plain_numbers_are_floats(cell):
    assert values([cell, "1.25"]) == [float(cell.replace("−", "-")), 1.25]


@pytest.mark.parametrize(
    "cell", ["²", "½", "0x1", "1_000", "٣", "1,5,2", "1.2.3", "12,34.5", "1e", "--1"]
)
def test_what_is_no_number_is_text(cell):
    assert numerals([cell]).marks == ()
    assert read([cell, "1"]).kind == "categories"


def test_a_number_of_two_meanings_is_refused_unless_another_column_tells():
    with pytest.raises(BadCall, match=r"'1,234' is 1\.234 with a decimal point|1234"):
        read(["1,234", "2,345"])
    assert values(["1,234"], others={"b": ["0,5"]}) == [1.234]
    assert values(["1,234"], others={"b": ["0.5"]}) == [1234]
    assert values(["1,234"], decimal=",") == [1.234]
    assert values(["1,234"], decimal=".") == [1234]
    assert values(["1,234", "1,234.5"]) == [1234, 1234.5]
    assert values(["1,234", "1,5"]) == [1.234, 1.5]


def test_a_point_is_a_decimal_point_unless_the_file_speaks_for_commas():
    assert values(["1.234", "2.345"], separator=",") == [1.234, 2.345]
    assert values(["1.234"], others={"b": ["0,5"]}, separator=";") == [1234]
    assert values(["1.234"], others={"b": ["0.5"]}, separator=";") == [1.234]
    with pytest.raises(BadCall, match=r"'1\.234'.*--decimal"):
        read(["1.234", "2.345"], separator=";")
    with pytest.raises(BadCall, match=r"'1\.234'.*--decimal"):
        read(["1.234"], others={"b": ["0.5"], "c": ["0,5"]})


def test_numbers_written_in_two_ways_are_refused():
    with pytest.raises(BadCall, match=r"two ways: '1\.25' and '1,5'"):
        read(["1.25", "1,5"])


def test_what_was_read_by_a_decimal_comma_is_said():
    assert "decimal comma" in read(["1,5", "2"]).remarks
    assert "'1,234' read as 1234" in read(["1,234"], others={"b": ["0.5"]}).remarks


def test_few_texts_among_many_numbers_are_refused_with_the_way_out():
    cells = [str(k) for k in range(40)]
    with pytest.raises(BadCall, match=r"Got 'n\.d\.' in 1 of 41 rows instead; --missing") as error:
        read([*cells, "n.d."])
    assert "--categories x" in str(error.value)
    assert read([*cells, "n.d."], missing=frozenset({"n.d."})).gaps.sum() == 1
    assert read([*cells, "n.d."], kind="categories").kind == "categories"
    assert read(["1", "2", "unknown"]).kind == "categories"
    with pytest.raises(BadCall, match="Got 'red' in 1 of 2 rows"):
        read(["1", "red"], kind="numbers")


@pytest.mark.parametrize("cell", ["1e999", "-1e999"])
def test_numbers_that_are_not_finite_are_refused(cell):
    with pytest.raises(BadCall, match=f"finite number is needed. Got {cell}"):
        read([cell, "2"])
    with pytest.raises(BadCall, match="finite"):
        read([np.inf, 2.0])


def test_codes_with_zeros_in_front_are_no_numbers_unless_said():
    assert read(["01005", "10115"]).kind == "categories"
    assert values(["01005", "10115"], kind="numbers") == [1005, 10115]
    assert values(["1", "01", "+1"]) == [1, 1, 1]


def test_signs_that_all_numbers_bear_are_a_unit():
    column = read(["12.5%", "-3 %", ""])
    assert column.values[:2].tolist() == [12.5, -3] and column.remarks == ("in %",)
    assert values(["$1,200.50", "$3"]) == [1200.5, 3]
    assert values(["1,5 €", "2 €"]) == [1.5, 2]
    assert read(["1,5 €", "2 €"], decimal=".").kind == "categories"
    with pytest.raises(BadCall, match="--decimal"):
        read(["1,500 €", "2 €"])
    assert read(["5%", "a%"]).kind == read(["5%", "6"]).kind == "categories"


def test_whole_numbers_too_large_for_floats_are_said():
    assert "2^53" in read([str(10**18), "1"]).remarks[0]


def test_floats_are_the_closest_ones():
    texts = ["0.1", "1e-7", "123456789.123456789", "3.141592653589793"]
    assert to_floats(texts, ".").tolist() == [float(text) for text in texts]


# ---- missing values --------------------------------------------------------------------


@pytest.mark.parametrize(
    "gap", ["", " ", "NA", "n/a", "NaN", "null", "?", "None", "-", "#N/A", "."]
)
@pytest.mark.parametrize("cells", [["0", "1.5"], ["yes", "no"], ["2021-01-03", "2022-01-03"]])
def test_markers_beside_numbers_dates_and_yes_no_are_missing(gap, cells):
    column = read([*cells, gap])
    assert column.kind == read(cells).kind != "categories"
    assert column.gaps.tolist() == [False, False, True]


@pytest.mark.parametrize("word", ["NA", "None", "none", "-"])
def test_words_among_texts_are_levels_saying_so(word):
    column = read(["DE", "FR", word])
    assert (
        column.levels[0] == sorted(["DE", "FR", word]) and f"--missing {word}" in column.remarks[0]
    )
    assert read(["DE", "FR", word], missing=frozenset({word})).gaps.tolist() == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("gap", ["", "NaN", "null", "?", "n/a"])
def test_other_markers_among_texts_are_missing_unless_said(gap):
    assert read(["DE", "FR", gap]).gaps.tolist() == [False, False, True]
    kept = read(["DE", "FR", gap], default_missing=False)
    assert kept.gaps.tolist() == [False, False, not gap]


@pytest.mark.parametrize(
    "cells", [["1", "-999", "-999.0"], [1.0, -999.0, -999.0], [1, -999, -999]]
)
def test_numbers_may_mean_missing_values(cells):
    assert read(cells, missing=frozenset({"-999"})).gaps.tolist() == [False, True, True]


def test_markers_alone_are_no_column():
    assert settled(read(["NA", "-", ""])).left_out == "all values are missing"


# ---- kinds --------------------------------------------------------------------


def test_yes_no_keeps_the_users_words():
    assert values(["Yes", "NO", "yes", "No"]) == ["Yes", "NO", "Yes", "NO"]
    assert read([True, False]).kind == "yes/no"
    assert read(["yes", "no", "maybe"]).kind == "categories"


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["2021-01-03", "2021-01-13"], [0, 10]),
        (["2021-01-03 12:00", "2021-01-08 00:00:00"], [0, 4.5]),
        (["2021-01-03T12:00:00Z", "2021-01-08T12:00:00+00:00"], [0, 5]),
        (["3.1.2021", "13.01.2021"], [0, 10]),
        (["03/01/2021", "13/01/2021"], [0, 10]),
        (["01/03/2021", "01/13/2021"], [0, 10]),
        (["3-Jan-2021", "13-Jan-2021"], [0, 10]),
        (["January 3, 2021", "January 13, 2021"], [0, 10]),
    ],
)
def test_dates_are_days_since_the_first_one(cells, days):
    column = read(cells)
    assert column.kind == "dates" and column.values.tolist() == days
    assert "as days since 2021-01-03" in column.read_as


def test_times_within_a_day_are_hours_or_seconds():
    assert (
        "hours since 2021-01-03 06:00:00" in read(["2021-01-03 06:00", "2021-01-03 12:00"]).read_as
    )
    assert values(["2021-01-03 06:00:00", "2021-01-03 06:00:05"]) == [0, 5]


def test_dates_of_two_meanings_are_refused_unless_said():
    with pytest.raises(BadCall, match=r"'03/04/2021'.*%d/%m/%Y or as %m/%d/%Y.*--date-format"):
        read(["03/04/2021", "05/04/2021"])
    assert values(["03/04/2021", "05/04/2021"], date_format="%d/%m/%Y") == [0, 2]
    assert read(["03/04/2021", "05/04/2021"], kind="categories").kind == "categories"


def test_what_looks_like_a_date_but_is_none_is_text():
    assert read(["2021-13-03", "2021-01-03"]).kind == "categories"


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int8", "uint16", "float32", "category"])
def test_numbers_of_any_dtype_are_numbers_unless_declared_categories(dtype):
    column = read(pd.Series([1, 2, 1], dtype=dtype))
    assert column.kind == ("categories" if dtype == "category" else "numbers")
    named = read(pd.Series([1, 2, 1], dtype=dtype), kind="categories")
    assert named.values.tolist() == ["1", "2", "1"]


def test_objects_of_several_types_are_read_as_they_are_written():
    assert values(pd.Series([1, 2.5, None, "3"], dtype=object))[:2] == [1, 2.5]
    assert read(pd.Series([1, "a", None, True], dtype=object)).levels[0] == ["1", "True", "a"]


# ---- what is used --------------------------------------------------------------------


def test_columns_that_say_nothing_are_left_out_saying_why():
    assert "constant, 7" in settled(read(["7", "7.0", "7"])).left_out
    assert "constant, a" in settled(read(["a", "a"])).left_out
    assert "texts differ" in settled(read(["a", "b", "c"])).left_out
    assert "2 values only" in settled(read(["1", "2", "", ""])).left_out
    assert "numbers the rows" in settled(read(["4", "7", "9"], name="")).left_out
    assert "names the rows" in settled(read(["a", "b", "c"], name="")).left_out
    with pytest.raises(BadCall, match="without a name"):
        settled(read(["1.5", "2", "1.5"], name=""))


def test_one_value_and_gaps_is_a_category():
    column = settled(read(["1", "", "1", ""]))
    assert column.kind == "categories" and column.levels[0] == ["1"]
    assert not column.left_out


def test_rare_ones_of_many_levels_are_one_level():
    cells = [*["a"] * 30, *["b"] * 20, *(f"rare {k}" for k in range(MAX_LEVELS)), ""]
    column = settled(read(cells))
    assert column.levels[0] == [POOLED, "a", "b"] and column.gaps.sum() == 1
    assert "30 rare ones" in column.remarks[-1]
    text = settled(read([f"{k // 2}x" for k in range(80)]))
    assert "40 different texts" in text.left_out


@pytest.mark.parametrize("offset", [0.0, -122.42, 101325.0, 1.7e9])
@pytest.mark.parametrize("unit", [1.0, 1e-3, 1e6])
def test_ranges_are_told_within_their_spread(offset, unit):
    found = unit * (offset + np.linspace(-1.0, 1.0, 50))
    column = read([repr(v) for v in found.tolist()])
    low, high = map(float, column.read_as.partition("from ")[2].split(" to "))
    assert abs(low - column.values.min()) <= 2e-3 * unit
    assert abs(high - column.values.max()) <= 2e-3 * unit
