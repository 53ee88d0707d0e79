"""The user's table: read as features, folded back to columns, made from features."""

import numpy as np
import pandas as pd
import pytest

from skinterp.table import (
    BinnedColumn,
    CategoryColumn,
    Feature,
    NumberColumn,
    UserTable,
    as_table,
    plain,
)

DOSE = NumberColumn("dose", 0, fill=2.0)
SITE = CategoryColumn("site", 2, ("a", "b", None))
TABLE = UserTable(
    ("dose", "junk", "site"),
    3,
    (
        Feature(DOSE),
        Feature(DOSE, is_flag=True),
        Feature(SITE, 0),
        Feature(SITE, 1),
        Feature(SITE, 2),
    ),
)
RAW = pd.DataFrame({"dose": [1.0, np.nan, 3.0], "junk": ["x"] * 3, "site": ["b", None, "a"]})
FEATURES = np.array([[1.0, 0, 0, 1, 0], [2, 1, 0, 0, 1], [3, 0, 1, 0, 0]])


def test_features_are_named_by_column_and_level():
    assert TABLE.feature_names == (
        "dose",
        "[dose is missing]",
        "[site = a]",
        "[site = b]",
        "[site is missing]",
    )
    assert TABLE.column_names == ("dose", "site")
    assert TABLE.is_number.tolist() == [True, False, False, False, False]


def test_raw_rows_are_read_as_features_and_back():
    np.testing.assert_array_equal(TABLE.read(RAW), FEATURES)
    np.testing.assert_array_equal(TABLE.read(RAW.to_numpy()), FEATURES)
    np.testing.assert_array_equal(TABLE.read(RAW.to_numpy().tolist()), FEATURES)
    np.testing.assert_array_equal(TABLE.read(TABLE.rows(FEATURES, pd)), FEATURES)


def test_numbers_of_features_are_folded_to_columns_and_spread_again():
    folded = TABLE.fold(np.array([0.1, 0.2, 0.3, 0.1, 0.3]))
    assert folded == pytest.approx({"dose": 0.3, "site": 0.7})
    spread = TABLE.spread(np.array([0.4, 9.0, 0.6]))
    np.testing.assert_allclose(spread, [0.2, 0.2, 0.2, 0.2, 0.2])
    assert [group.tolist() for group in TABLE.groups] == [[0, 1], [2, 3, 4]]


def test_examples_hold_one_level_of_each_column():
    examples = TABLE.example(np.random.default_rng(0).normal(size=(30, 5)))
    assert (examples[:, 2:].sum(axis=1) == 1).all() and set(examples[:, 1]) == {0.0, 1.0}
    assert (examples[:, 2:].any(axis=0)).all()
    assert (examples[examples[:, 1] == 1, 0] == DOSE.fill).all()
    np.testing.assert_allclose(TABLE.read(TABLE.rows(examples, pd)), examples)


def test_only_arrays_of_floats_with_a_column_per_feature_are_features():
    assert TABLE.takes(FEATURES)
    assert not TABLE.takes(RAW) and not TABLE.takes(FEATURES[:, :3])
    assert not TABLE.takes(FEATURES.astype(object))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, float("nan")])
def test_missing_cells_are_all_the_same(missing):
    assert plain(missing) is None


def test_other_columns_are_refused():
    with pytest.raises(ValueError, match="in another order"):
        TABLE.read(RAW[["junk", "dose", "site"]])
    with pytest.raises(ValueError, match="'site' must hold one of 'a', 'b', None"):
        TABLE.read(RAW.assign(site="c"))


AGE = NumberColumn("age", 0, fill=30.0)


@pytest.mark.parametrize(
    ("edges", "is_right", "levels"),
    [
        ((20.0, 35.0), False, ("(-inf, 20)", "[20, 35)", "[35, inf)")),
        ((20.0,), True, ("(-inf, 20]", "(20, inf)")),
        ((1701e6, 1701e6 + 5), False, None),
        ((), False, ("(-inf, inf)",)),
        ((0.1 + 0.2, 1 / 3), False, ("(-inf, 0.3)", "[0.3, 0.3333)", "[0.3333, inf)")),
    ],
)
def test_bins_are_intervals_that_hold_their_numbers(edges, is_right, levels):
    column = BinnedColumn("age", 0, edges, AGE, is_right)
    if levels is None:
        levels = ("(-inf, 1701000000)", "[1701000000, 1701000005)", "[1701000005, inf)")
    assert column.levels == levels
    assert column.level_name(0) == f"[age in {levels[0]}]"
    inside = np.array([[column.inside(k)] for k in range(len(levels))])
    np.testing.assert_array_equal(column.read(inside), range(len(levels)))
    at_edges = np.array(edges)[:, np.newaxis]
    expected = np.arange(len(edges)) + (0 if is_right else 1)
    np.testing.assert_array_equal(column.read(at_edges), expected)
    assert column.read(np.array([[np.nan]])) == column.read(np.array([[30.0]]))


def test_gaps_written_as_texts_are_missing():
    column = NumberColumn("dose", 0, fill=2.0, gap="?")
    values, missing = column.read(np.array([["1.5"], ["?"]], dtype=object))
    assert values.tolist() == [1.5, 2.0] and missing.tolist() == [False, True]
    site = CategoryColumn("site", 0, ("a", "b"), missing_as="b", gap="-")
    assert site.read(np.array([["-"], ["a"]], dtype=object)).tolist() == [1, 0]


@pytest.mark.parametrize(
    "X",
    [[["a", 1.0]], [["a", None]], np.array([["a", 1.0]], dtype=object), pd.DataFrame([[1, 2]])],
)
def test_tables_keep_their_own_types(X):
    assert as_table(X).shape == (1, 2)


def test_masked_cells_are_missing():
    masked = np.ma.masked_array([[1, 2], [3, 4]], mask=[[True, False], [False, False]])
    np.testing.assert_array_equal(as_table(masked), [[np.nan, 2.0], [3.0, 4.0]])
