"""Classes of rows are those that the network knows, however they are written."""

import numpy as np
import pandas as pd
import pytest

from skinterp.utils import check_labels


@pytest.mark.parametrize(
    ("y", "classes", "expected"),
    [
        (["b", "a"], ["a", "b"], ["b", "a"]),
        (pd.Series(["b", "a"], dtype="category"), np.array(["a", "b"], object), ["b", "a"]),
        ([1.0, 0.0], [0, 1], [1, 0]),
        ([True, False], [0, 1], [1, 0]),
        ([1, 0], [False, True], [True, False]),
        ([2, 1], ["1", "2"], ["2", "1"]),
        ([[1], [2]], [1, 2], [1, 2]),
        ([], [1, 2], []),
    ],
)
def test_labels_are_written_as_the_network_does(y, classes, expected):
    found = check_labels(y, classes)
    assert found.tolist() == expected and found.dtype == np.asarray(classes).dtype


@pytest.mark.parametrize(
    ("y", "classes", "got"),
    [
        ([0, 1, 0], ["a", "b"], "0, 1 instead"),
        (["A"] * 9, ["a", "b"], "'A' instead"),
        ([True], [0, 1, 2], "True instead"),
        (["a", None, np.nan], ["a", "b"], "None, nan instead"),
        (range(9), ["a", "b"], "4, ... instead"),
        ([0.5], [0, 1], "0.5 instead"),
    ],
)
def test_others_are_refused_beside_those_known(y, classes, got):
    with pytest.raises(ValueError, match="colours must be labels that the network knows") as error:
        check_labels(y, classes, name="colours")
    assert str(list(classes)) in str(error.value) and got in str(error.value)
