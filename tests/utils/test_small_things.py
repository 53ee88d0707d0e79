"""Small helpers that everything stands on: numbers, names, files, trees, texts, versions."""

import os
import pickle
import unicodedata
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.tree import DecisionTreeClassifier

from skinterp import __version__
from skinterp.utils import (
    aligned,
    as_shares,
    check_columns,
    check_X,
    checked_count,
    checked_index,
    column_index,
    draw_seed,
    has_texts,
    is_mixed,
    n_leaves_below,
    noting_incomplete,
    number_text,
    one_line,
    output_index,
    round_to_digits,
    rules_text,
    signed_text,
    visible,
    write_whole,
)
from skinterp.utils._saved import Saved
from skinterp.utils._splits import held_out_split
from skinterp.utils._validation import finite_array

finite = st.floats(allow_nan=False, allow_infinity=False)


# Numbers as texts


@given(finite, st.integers(1, 17))
def test_rounding_is_that_of_the_text(value, digits):
    assert round_to_digits(value, digits) == float(f"{value:.{digits}g}")
    assert float(number_text(value, digits)) == round_to_digits(value, digits)


@given(finite)
def test_a_signed_number_begins_with_its_sign(value):
    text = signed_text(value)
    assert text[0] == ("-" if np.signbit(value) else "+")
    assert float(text) == round_to_digits(value, 4)


@given(st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=10))
def test_shares_are_proportional_to_what_is_positive(values):
    shares = as_shares(values)
    positive = np.maximum(values, 0.0)
    assert (shares >= 0).all()
    if positive.sum() > 0:
        assert shares.sum() == pytest.approx(1.0)
        np.testing.assert_allclose(shares * positive.sum(), positive, rtol=1e-9, atol=1e-300)
    else:
        assert not shares.any()


# What is counted, chosen and named


@pytest.mark.parametrize("value", [0, 6, -1, 2.0, True, "3", None, np.nan])
def test_counts_out_of_range_are_refused_with_the_range(value):
    with pytest.raises(ValueError, match=r"n_rows must be an integer from 1 to 5\. Got"):
        checked_count(value, "n_rows", 1, 5)


@pytest.mark.parametrize("value", [1, 5, np.int64(3), np.uint8(2)])
def test_counts_are_plain_integers(value):
    assert type(checked_count(value, "n_rows", 1, 5)) is int
    assert checked_count(10**9, "n_rows", 1) == 10**9


@given(st.integers(-6, 6))
def test_indices_from_the_end_are_those_of_lists(k):
    if -3 <= k < 3:
        assert checked_index(k, 3, "layer", lowest=-3) == range(3)[k]
    else:
        with pytest.raises(ValueError, match=rf"layer must be between -3 and 2\. Got {k}"):
            checked_index(k, 3, "layer", lowest=-3)


@pytest.mark.parametrize("value", [1.0, "1", None, [1]])
def test_what_is_no_index_is_refused(value):
    with pytest.raises(TypeError, match=r"layer must be an integer index\. Got"):
        checked_index(value, 3, "layer")


@pytest.mark.parametrize(
    ("output", "index"), [("b", 1), (0, 0), (np.int32(2), 2), ("c", 2), ("a", 0)]
)
def test_outputs_are_found_by_name_or_index(output, index):
    assert output_index(output, ["a", "b", "c"]) == index


@pytest.mark.parametrize("output", [3, -1, "d", None, True, 1.0, ("a",)])
def test_other_outputs_are_refused_with_the_names(output):
    with pytest.raises(ValueError, match=r"one of \[.*\], or an index from 0 to 2\. Got"):
        output_index(output, ["a", "b", "c"])


@pytest.mark.parametrize("feature", [2, -1, True, 1.0, "z", None])
def test_columns_that_are_not_there_are_refused(feature):
    with pytest.raises(ValueError, match=r"features must be among .* Got"):
        column_index(feature, ["a", "b"])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([1.0, 2.0], r"must have shape \(3,\), one per input\. Got shape \(2,\)"),
        ([[1.0, 2.0, 3.0]], r"Got shape \(1, 3\)"),
        (5.0, r"Got shape \(\)"),
        ([1.0, np.nan, 3.0], "must be finite"),
        ([1.0, np.inf, 3.0], "must be finite"),
    ],
)
def test_arrays_of_another_shape_or_not_finite_are_refused(value, said):
    with pytest.raises(ValueError, match=said):
        finite_array(value, (3,), "scale", ", one per input")


def test_a_finite_array_is_a_copy_of_floats():
    given_ = np.array([1, 2, 3])
    found = finite_array(given_, (3,), "scale")
    found[0] = 9.0
    assert found.dtype == np.float64 and given_[0] == 1


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["b", "a"], "another order .* column 0 should be 'a'. Got 'b'"),
        (["a", "c"], "missing from X: 'b'; unexpected in X: 'c'"),
        (["a", "b", "c"], "unexpected in X: 'c'"),
        (["a"], "missing from X: 'b'"),
    ],
)
def test_columns_are_compared_by_name(columns, said):
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(np.zeros((2, len(columns))), columns=columns)
    with pytest.raises(ValueError, match=said):
        check_columns(X, 2, ("a", "b"))


def test_many_missing_columns_are_not_all_listed():
    pandas = pytest.importorskip("pandas")
    names = tuple(f"x{j}" for j in range(20))
    with pytest.raises(ValueError, match="and 14 more"):
        check_columns(pandas.DataFrame({"x0": [1.0]}), 20, names)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_cells_that_are_not_finite_are_named_by_their_column(bad):
    X = np.zeros((3, 4))
    X[1, 2] = bad
    kind = "NaN" if np.isnan(bad) else "infinite values"
    with pytest.raises(ValueError, match=rf"contains {kind} in column\(s\) '2'"):
        check_X(X)


def test_kinds_of_tables():
    pandas = pytest.importorskip("pandas")
    numbers = pandas.DataFrame({"a": [1, 2], "b": [True, False]})
    gaps = numbers.assign(a=[1.0, np.nan])
    texts = numbers.assign(c=["x", "y"])
    assert [has_texts(X) for X in (numbers, gaps, texts)] == [False, False, True]
    assert [is_mixed(X) for X in (numbers, gaps, texts)] == [False, True, True]
    assert not is_mixed(texts.to_numpy())


# Seeds


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_seeds_are_drawn_alike_from_equal_states(seed):
    first, second = draw_seed(seed), draw_seed(np.random.RandomState(seed))
    assert first == second and 0 <= first < 2**31 - 1


def test_one_state_gives_one_seed_after_another():
    state = np.random.RandomState(0)
    assert draw_seed(state) != draw_seed(state)


# Texts of strangers


@given(st.text(max_size=30))
def test_what_is_shown_steers_nothing(text):
    shown = one_line(text)
    controls = {"Cc", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.category(letter) in controls for letter in shown)
    assert "\n" not in shown and one_line(shown) == shown


@given(st.text(alphabet="abc äß漢€", max_size=20))
def test_harmless_texts_stay_as_they_are(text):
    assert visible(text) == text == one_line(text)


@pytest.mark.parametrize(
    ("text", "shown"), [("\u202eabc", r"\u202eabc"), ("a\x1b[0m", r"a\x1b[0m"), ("a\r", r"a\r")]
)
def test_what_turns_a_line_around_is_written_out(text, shown):
    assert visible(text) == shown


cells = st.text(alphabet="ab 1.", min_size=1, max_size=6).filter(lambda x: x.strip() == x)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=5))
def test_numbers_of_a_text_table_end_below_each_other(rows):
    lines = aligned(["name", "x", "y"], rows).splitlines()
    assert len(lines) == len(rows) + 2 and set(lines[1]) == {"-"}
    ends = {len(line) for line in [lines[0], *lines[2:]]}
    assert len(ends) == 1
    for line, row in zip(lines[2:], rows, strict=True):
        assert line.startswith(row[0]) and line.endswith(row[2])


def test_rows_of_another_length_are_refused():
    with pytest.raises((ValueError, IndexError)):
        aligned(["a", "b"], [["only one"]])


# Trees as rules


@pytest.fixture(scope="module")
def tree():
    X = np.random.default_rng(0).normal(size=(200, 3))
    y = (X[:, 0] > 0).astype(int) + (X[:, 1] * X[:, 2] > 0.3)
    return DecisionTreeClassifier(max_depth=5, random_state=0).fit(X, y).tree_


def test_leaves_are_counted_as_scikit_learn_does(tree):
    assert n_leaves_below(tree.children_left, tree.children_right, 0) == tree.n_leaves
    left, right = tree.children_left[0], tree.children_right[0]
    counts = [n_leaves_below(tree.children_left, tree.children_right, k) for k in (left, right)]
    assert sum(counts) == tree.n_leaves


def rules_of(tree, max_depth=None):
    def condition(node, above):
        return f"x{tree.feature[node]} {'>' if above else '<='} {tree.threshold[node]:.3f}"

    def answer(node):
        return f"leaf {node}"

    children = tree.children_left, tree.children_right
    return rules_text(*children, condition, answer, max_depth).splitlines()


def test_every_leaf_is_written_once_and_every_split_twice(tree):
    lines = rules_of(tree)
    assert len(lines) == tree.node_count - 1
    leaves = [line.rpartition("leaf ")[2] for line in lines if "leaf" in line]
    assert sorted(map(int, leaves)) == np.flatnonzero(tree.children_left < 0).tolist()


@pytest.mark.parametrize("max_depth", [1, 2, 3, 9])
def test_a_cut_tree_counts_all_leaves(tree, max_depth):
    lines = rules_of(tree, max_depth)
    cut = [int(line.split("(")[1].split()[0]) for line in lines if "leaves)" in line]
    assert sum(cut) + sum("leaf " in line for line in lines) == tree.n_leaves
    assert max(line.count("|") for line in lines) <= max_depth - 1


# Files


def test_a_file_is_written_whole_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "report.html"
    write_whole(path, "first")
    write_whole(str(path), "zweite ä€")
    assert path.read_text(encoding="utf-8") == "zweite ä€"
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_file_that_cannot_be_written_stays_and_the_error_says_so(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    write_whole(path, "before")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=r"report\.html could not be written: No space left"):
        write_whole(path, "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OSError, match=r"nowhere.* could not be written: No such file"):
        write_whole(tmp_path / "nowhere" / "report.html", "text")


# Warnings kept for a result


def test_only_what_did_not_converge_is_noted_and_all_is_still_warned_of():
    notes = ["before"]
    with pytest.warns() as seen, noting_incomplete(notes):
        for text in ("no end", "no end", "another"):
            warnings.warn(text, ConvergenceWarning, stacklevel=1)
        warnings.warn("of no matter", UserWarning, stacklevel=1)
    assert notes == ["before", "no end", "another"]
    assert [str(warning.message) for warning in seen][-1] == "of no matter"


# Versions of saved objects


class Kept(Saved):
    def __init__(self, value):
        self.value = value


def test_saved_objects_come_back_without_their_versions():
    again = pickle.loads(pickle.dumps(Kept(3)))
    assert vars(again) == {"value": 3}


@pytest.mark.parametrize("version", ["99.0.0", "99.1.dev3"])
def test_objects_of_later_versions_are_refused_by_name(version):
    state = Kept(3).__getstate__()
    state["_saved_by"] = {"skinterp": version}
    with pytest.raises(ValueError, match=rf"Kept was saved by skinterp {version}, and this is"):
        Kept(0).__setstate__(state)


@pytest.mark.parametrize("version", [__version__, "0.0.1", None])
def test_objects_of_earlier_versions_are_read(version):
    state = {"value": 4} if version is None else {"value": 4, "_saved_by": {"skinterp": version}}
    kept = Kept(0)
    kept.__setstate__(state)
    assert kept.value == 4


@pytest.mark.parametrize(
    ("labels", "given", "index"),
    [
        ((1, 2, 3), 1, 0),
        ((1.0, 2.0), 2, 1),
        (np.array([3, 1, 2]), np.int64(1), 1),
        (np.array(["1", "2"]), 2, 1),
        (("1.0", "2.0"), 2, 1),
        ((False, True), True, 1),
        (np.array([False, True]), 1, 1),
        (("b", "a"), "a", 1),
        (("b", "a"), 1, 1),
        (("only",), None, 0),
        (("nan", "inf"), 1, 1),
    ],
)
def test_a_label_comes_before_an_index(labels, given, index):
    assert output_index(given, labels) == index


def test_many_labels_are_not_all_listed():
    with pytest.raises(ValueError, match=r"'c29', '\.\.\.'\], or an index from 0 to 39"):
        output_index("d", [f"c{i}" for i in range(40)])


@pytest.mark.parametrize("labels", [(1, 2, 3), (3.0, 1.0, 2.0), ("1", "2"), np.array([5, 6])])
def test_an_index_is_not_taken_where_labels_are_numbers(labels):
    with pytest.raises(ValueError, match=r"output must be one of \[.*\]\. Got 0 instead"):
        output_index(0, labels)


@given(st.integers(4, 60), st.integers(1, 5), st.integers(0, 3))
def test_rows_are_seen_or_held_out(n, n_classes, seed):
    labels = np.arange(n) % n_classes
    seen, held = held_out_split(n, 0.25, labels, seed)
    assert sorted([*seen, *held]) == list(range(n)) and len(held) == -(-n // 4)
    if len(held) >= n_classes and len(seen) >= n_classes and n // n_classes > 1:
        shares = np.bincount(labels[held], minlength=n_classes) / len(held)
        assert np.abs(shares - np.bincount(labels) / n).max() <= 1.0 / len(held) + 1e-9


def test_a_class_of_one_row_hinders_no_split():
    seen, held = held_out_split(8, 0.25, np.array([0] * 7 + [1]), 0)
    assert len(seen) == 6 and len(held) == 2
