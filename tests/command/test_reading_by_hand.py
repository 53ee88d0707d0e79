"""Numbers, names, separators, targets and suspicions of a table, by the smallest of examples."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinterp.command._columns import Column, category_text, listed
from skinterp.command._commands import BadCall
from skinterp.command._files import find_separator
from skinterp.command._networks import as_classes, held_out_splits
from skinterp.command._numerals import are_codes, choose_mark, is_number, numerals, to_floats
from skinterp.command._selection import check_names, names_of, selected, settled
from skinterp.command._suspicions import repeated_rows, suspicions
from skinterp.command._target import rare_classes, target_of

whole = st.integers(-(10**12), 10**12)


# Numbers


@given(st.floats(-1e9, 1e9).map(lambda x: round(x, 4)))
def test_a_number_is_read_under_its_own_mark_as_python_reads_it(value):
    point = f"{value:.4f}"
    assert is_number(point, ".") and to_floats([point], ".")[0] == float(point)
    comma = point.replace(".", ",")
    assert is_number(comma, ",") and to_floats([comma], ",")[0] == float(point)


@given(whole, st.sampled_from([" ", "\u00a0", "\u202f", "'", "’"]))
def test_groups_of_thousands_are_no_part_of_a_number(value, gap):
    text = f"{value:,}".replace(",", gap)
    for mark in ".,":
        assert is_number(text, mark) and to_floats([text], mark)[0] == value


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("1.5", "."),
        ("1,5", ","),
        ("1,234", ".,"),
        ("1.234,5", ","),
        ("1,234.5", "."),
        ("12,34", ","),
        ("0,123", ","),
        ("1 234,5", ","),
        ("1e3", ".,"),
        ("−3", ".,"),
        ("1,23,456", ""),
        ("1.2.3", ""),
        ("", ""),
        ("12a", ""),
        ("--1", ""),
    ],
)
def test_marks_under_which_a_text_is_a_number(text, marks):
    assert "".join(mark for mark in ".," if is_number(text, mark)) == marks
    assert is_number(text) is bool(marks)


def test_the_texts_of_a_column_settle_its_mark_together():
    assert numerals(["1,234", "1,5"]).certain == ","
    assert numerals(["1,234", "2.5"]).certain == "."
    assert numerals(["1", "2"]).example is None
    both = numerals(["1,234", "5,678"])
    assert both.certain is None and both.example in ("1,234", "5,678")
    assert numerals(["1,5", "2.5x"]).marks == () and numerals([]).marks == ()


@pytest.mark.parametrize(
    ("texts", "others", "separator", "mark"),
    [
        (["1.234"], set(), ",", "."),
        (["1.234"], set(), ";", None),
        (["1,234"], set(), ",", None),
        (["1,234"], {","}, ";", ","),
        (["1.234"], {","}, ",", ","),
        (["1.234"], {",", "."}, ",", None),
        (["7", "8"], set(), ";", "."),
        (["1,5"], {"."}, ",", ","),
    ],
)
def test_the_mark_of_a_column_is_known_or_asked_for(texts, others, separator, mark):
    assert choose_mark(numerals(texts), others, separator) == mark


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        (["01234", "98765"], True),
        (["1234", "9876"], False),
        (["0123", "98765"], False),
        (["00", "0x"], False),
    ],
)
def test_digits_of_one_length_led_by_zeros_are_codes(texts, codes):
    assert are_codes(texts) is codes


# Names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, []),
        ("a, b ,a", ["a", "b"]),
        ('"a, b", c', ["a, b", "c"]),
        (" , ", []),
        ("ä ö", ["ä ö"]),
    ],
)
def test_names_are_separated_by_commas(text, names):
    assert names_of("--drop", text) == names


@pytest.mark.parametrize(
    ("name", "hint"), [("DOSE", "Did you mean 'Dose'"), ("Doze", "'Dose'"), ("zzz", "instead.$")]
)
def test_unknown_names_are_refused_with_the_closest(name, hint):
    with pytest.raises(BadCall, match=rf"--drop must be a column of t\.csv: .*{hint}"):
        check_names("--drop", [name], ["Dose", "age", ""], "t.csv")
    check_names("--drop", ["Dose"], ["Dose", "age"], "t.csv")


def test_columns_are_taken_in_the_order_of_the_call():
    names = ["a", "b", "y", "c"]
    assert selected(names, "y", [], ["b"]) == ["a", "c"]
    assert selected(names, "y", ["c", "a"], []) == ["c", "a"]
    for columns, drop in ((["y"], []), ([], ["y"])):
        with pytest.raises(BadCall, match="must not name the target 'y'"):
            selected(names, "y", columns, drop)
    with pytest.raises(BadCall, match="no column beside the target"):
        selected(["y", "a"], "y", [], ["a"])


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (list("ab"), "a, b"), (list("abcdef"), "a, b, c, d and 2 more")]
)
def test_lists_are_cut_and_counted(items, text):
    assert listed(items) == text
    assert category_text(["b"]) == "1 level: b" and category_text("ba") == "2 levels: a, b"


# Separators


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("cell", ["1.5", "one two", '"quoted"'])
def test_the_separator_gives_every_line_as_many_cells(separator, cell):
    rows = [["name", "x", "y"], [cell, "2", "3"], ["b", cell, "4"]]
    assert find_separator("\n".join(separator.join(row) for row in rows)) == separator


def test_two_separators_that_fit_are_asked_for():
    with pytest.raises(BadCall, match="say which by --separator"):
        find_separator("a,b;c\n1,2;3\n4,5;6\n")


# Columns and targets


def column(values, kind, name="c", gaps=()):
    values = np.array(values, dtype=object if kind == "categories" else float)
    values[list(gaps)] = np.nan
    return Column(name, kind, values, read_as="whole numbers")


@pytest.mark.parametrize(
    ("values", "kind", "gaps", "why"),
    [
        ([1.0] * 9, "numbers", (), "it is constant, 1"),
        (["a"] * 9, "categories", (), "it is constant, a"),
        (list(map(str, range(9))), "categories", (), "all its texts differ"),
        ([0.0] * 9, "numbers", range(9), "all values are missing"),
        (np.arange(9.0), "numbers", range(5), "it has 4 values only"),
    ],
)
def test_columns_that_say_nothing_are_left_out(values, kind, gaps, why):
    assert settled(column(values, kind, gaps=list(gaps))).left_out == why


def test_columns_that_say_something_stay():
    assert not settled(column(np.arange(9.0), "numbers")).left_out
    assert not settled(column(["a", "b"] * 5, "categories")).left_out


@pytest.mark.parametrize(
    ("values", "kind", "task"),
    [
        (["a", "b"] * 9, "categories", "classification"),
        ([0, 1] * 9, "numbers", "classification"),
        (np.linspace(0, 1, 18), "numbers", "regression"),
        (np.arange(60), "numbers", "regression"),
        (np.repeat(np.arange(6), 10), "numbers", "classification"),
        (np.repeat(np.arange(6), 3), "numbers", "regression"),
    ],
)
def test_what_a_target_asks_for(values, kind, task):
    y, found, _ = target_of(column(values, kind, "y"))
    assert found == task and len(y) == len(values)
    assert y.dtype.kind == ("f" if task == "regression" else "i" if kind == "numbers" else "U")


def test_targets_of_one_value_or_too_many_classes_are_refused():
    with pytest.raises(BadCall, match=r"two different values\. Got 3 in all 5 rows"):
        target_of(column([3.0] * 5, "numbers", "y"))
    with pytest.raises(BadCall, match=r"at most 20 classes\. Got 30"):
        target_of(column(np.arange(30), "numbers", "y"), "classification")


def test_classes_of_few_rows_are_named_with_their_number():
    y = np.array(["a"] * 9 + ["b"] * 5 + ["c"] * 2)
    rare, note = rare_classes(y)
    assert rare.sum() == 2 and (y[rare] == "c").all() and "c (2)" in note
    assert rare_classes(y[:14])[1] is None
    with pytest.raises(BadCall, match="At least two classes need 4 rows"):
        rare_classes(y[[0] * 9 + [14]])


@pytest.mark.parametrize(
    ("y", "classes", "found"),
    [
        ([1, 0], ["0", "1"], ["1", "0"]),
        (["1", "0"], [0, 1], [1, 0]),
        ([1.0, 0.0], [0, 1], [1, 0]),
        (["No", "Yes"], [False, True], [False, True]),
        (["a", "z"], ["a", "b"], None),
        (["a"], None, None),
    ],
)
def test_labels_that_mean_the_same_are_the_networks(y, classes, found):
    matched = as_classes(np.array(y), None if classes is None else np.array(classes))
    assert (None if matched is None else matched.tolist()) == found


@given(st.integers(0, 100), st.sampled_from(["regression", "classification"]))
def test_folds_test_every_held_out_row_once_and_no_other(seed, task):
    seen, held = np.arange(0, 60, 2), np.arange(1, 60, 2)
    y = np.arange(60) // 2 % 3
    folds = held_out_splits(seen, held, y, task, seed)
    tested = np.concatenate([test for _, test in folds])
    assert sorted(tested) == held.tolist()
    for train, test in folds:
        assert not set(train) & set(test) and set(seen) <= set(train)


# Suspicions


def said(values, y=None, task="classification"):
    y = np.arange(len(values)) % 2 if y is None else np.asarray(y)
    data = SimpleNamespace(columns=[column(values, "numbers", "col")], y=y, task=task)
    return suspicions(data, "y")


def test_sentinels_row_numbers_and_leaks_are_said_and_nothing_else():
    rng = np.random.default_rng(0)
    plain = rng.normal(size=40)
    assert said(plain) == []
    (sentinel,) = said(np.append(plain, [-999, -999]))
    assert "-999 in 2 rows" in sentinel and "--missing=-999" in sentinel
    (numbered,) = said(rng.permutation(40))
    assert "numbers the rows" in numbered and "--drop col" in numbered
    y = np.arange(40) % 2
    (leak,) = said(3 - y, y)
    assert "says what y is in every row" in leak
    assert said(plain, -plain, "regression") and not said(plain, rng.normal(size=40), "regression")


def test_rows_that_trained_the_network_are_counted():
    X = pd.DataFrame({"a": [1.0, 2.0, 1.0, 1.0, 5.0], "b": list("xyxxz")})
    y, seen = np.array([0, 1, 0, 0, 1]), np.array([0, 1])
    (note,) = repeated_rows(X, y, seen, np.array([2, 3, 4]))
    assert note.startswith("2 of 3 held-out rows")
    assert repeated_rows(X, y, seen, np.array([4])) == []
