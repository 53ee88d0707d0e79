"""Checks of the user's data, and imports of optional libraries."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import sparse

from skinterp.utils import check_X, feature_names_of, import_optional

FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0], "c": [5.0, 6.0]})


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2), elements={"allow_nan": False}))
def test_finite_float64_arrays_pass_without_a_copy(X):
    if np.isfinite(X).all():
        assert np.shares_memory(check_X(X), X)
    else:
        with pytest.raises(ValueError, match="X must be finite, but contains infinite values"):
            check_X(X)


def test_a_float64_frame_of_one_block_is_not_copied():
    values = np.ones((4, 2))
    frame = pd.DataFrame(values, columns=["a", "b"], copy=False)
    assert np.shares_memory(check_X(frame), values)


def test_huge_finite_values_pass():
    X = np.full((3, 2), 1e308)
    assert check_X(X) is X


@pytest.mark.parametrize(
    "X",
    [
        [[1, 2], [3, 4]],
        np.array([[1, 2], [3, 4]], dtype=np.float32),
        np.array([[1, 2], [3, 4]], dtype=object),
        pd.DataFrame({"a": [1, 3], "b": [2, 4]}, dtype="Int64"),
        pd.DataFrame({"a": [1, 3], "b": pd.Categorical([2, 4])}),
    ],
)
def test_numbers_of_any_kind_become_float64(X):
    checked = check_X(X)
    assert checked.dtype == np.float64
    assert checked.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_booleans_become_numbers():
    assert check_X(pd.DataFrame({"a": [True, False]})).tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0, np.nan]], r"contains NaN in column\(s\) '1'"),
        (FRAME.assign(b=[1.0, np.nan]), "contains NaN in column.* 'b'. Remove or impute"),
        (FRAME.assign(b=-np.inf, c=np.inf), "contains infinite values in column.* 'b', 'c'"),
        (np.full((1, 9), np.nan), "'0', '1', '2', '3', '4' and 4 more"),
        (FRAME.assign(b=["red", "blue"]), "numbers only.* in the columns 'b' .*Encode them"),
        ([["red", "blue"]], "numbers only.*could not convert.*Encode them"),
        ([1.0, 2.0], "Expected 2D array, got 1D array"),
        (np.empty((0, 3)), r"0 sample\(s\)"),
        (np.empty((3, 0)), r"0 feature\(s\)"),
    ],
)
def test_what_is_not_a_table_of_finite_numbers_is_refused(X, message):
    with pytest.raises(ValueError, match=message):
        check_X(X)


def test_sparse_matrices_are_refused():
    with pytest.raises(TypeError, match="Sparse data was passed"):
        check_X(sparse.eye_array(3).tocsr())


def test_a_wrong_number_of_features_is_refused():
    with pytest.raises(ValueError, match="X has 3 features, but the forest expects 2"):
        check_X(FRAME.to_numpy(), n_features=2, owner="the forest")


def test_the_right_names_pass_and_arrays_need_none():
    names = ("a", "b", "c")
    assert check_X(FRAME, 3, names).shape == check_X(FRAME.to_numpy(), 3, names).shape == (2, 3)
    assert check_X(FRAME, 3, None).shape == (2, 3)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (FRAME[["a", "b"]], "those the tree was fitted on; missing from X: 'c'"),
        (FRAME.assign(d=0.0), "fitted on; unexpected in X: 'd'"),
        (FRAME.rename(columns={"b": "B"}), "missing from X: 'b'; unexpected in X: 'B'"),
        (FRAME[["a", "c", "b"]], "another order.*column 1 should be 'b'. Got 'c' instead"),
    ],
)
def test_other_names_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        check_X(X, 3, ("a", "b", "c"), owner="the tree")


def test_names_of_tables():
    assert feature_names_of(FRAME) == ("a", "b", "c")
    assert feature_names_of(FRAME.rename(columns={"a": "a b", "b": "x^2"})) == ("a b", "x^2", "c")
    assert feature_names_of(FRAME.to_numpy()) is None
    assert feature_names_of(pd.DataFrame(np.ones((2, 2)))) is None


def test_names_of_mixed_kinds_are_refused_as_in_scikit_learn():
    with pytest.raises(TypeError, match="only supported if all input features have string names"):
        feature_names_of(pd.DataFrame(np.ones((2, 2)), columns=["a", 1]))


def test_repeated_names_are_refused():
    frame = pd.DataFrame(np.ones((2, 5)), columns=list("abcab"))
    with pytest.raises(ValueError, match=r"duplicate column names: 'a', 'b'. Give every column"):
        feature_names_of(frame)
    with pytest.raises(ValueError, match="duplicate column names"):
        check_X(frame)


def test_a_missing_library_is_named_with_its_installation():
    with pytest.raises(ImportError, match=r"Drawing needs no_such_library.*'skinterp\[plot\]'"):
        import_optional("no_such_library.pyplot", "plot", "Drawing")


def test_an_installed_library_is_returned():
    assert import_optional("json", "plot", "Reading").loads("[1]") == [1]


def test_a_missing_part_of_an_installed_library_is_not_hidden(tmp_path, monkeypatch):
    (tmp_path / "optional_library.py").write_text("import broken_library_dependency")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'broken_library_dependency'"):
        import_optional("optional_library", "plot", "Reading")
