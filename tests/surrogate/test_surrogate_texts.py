"""Trees and linear functions as text."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

from skinterp.surrogate._rules import rules_of
from skinterp.surrogate._splits import Plain
from skinterp.surrogate._text import linear_text
from skinterp.table import NumberColumn
from skinterp.utils import threshold_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1987.5, "1987.5"),
        (123456.5, "123456.5"),
        (0.5, "0.5"),
        (1.23456e-9, "1.235e-09"),
        (-0.123456, "-0.1235"),
        (1234567.0, "1.235e+06"),
        (np.float64(2.0), "2"),
        (0.0, "0"),
    ],
)
def test_numbers_are_short_and_halves_exact(value, text):
    assert threshold_text(value) == text


def test_numbers_with_17_digits_are_exact():
    for value in np.random.RandomState(0).standard_normal(50) * 1e-7:
        assert float(threshold_text(value, 17)) == value


def rules(tree, names):
    return rules_of(tree.tree_, [Plain(NumberColumn(n, j), j) for j, n in enumerate(names)])


def test_a_tree_as_rules():
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    tree = DecisionTreeRegressor(random_state=0).fit(X, [1.0, 1.0, 5.0, 9.0])
    answer = lambda node: f"{tree.tree_.value[node, 0, 0]:g}"  # noqa: E731
    text = rules(tree, ["on", "a: b"]).text(answer, 4)
    assert text.splitlines() == [
        "on <= 0.5: 1",
        "on > 0.5",
        "|   a: b <= 0.5: 5",
        "|   a: b > 0.5: 9",
    ]


def test_deep_trees_do_not_recurse():
    tree = DecisionTreeRegressor(random_state=0).fit(
        np.arange(800.0)[:, None], 1.5 ** np.arange(800)
    )
    text = rules(tree, ["x"]).text(str, 4)
    assert tree.get_depth() > 200
    with pytest.raises(ValueError, match=r"at most 90 deep. Got one of depth \d+ instead"):
        rules(tree, ["x"]).to_python([0.0] * tree.tree_.node_count)
    assert len(text.splitlines()) == 2 * (tree.get_n_leaves() - 1)


def test_a_linear_function_as_terms_by_effect():
    text = linear_text(
        "score", np.array([1.0, 0.0, -20.0, 3e-7]), -1.5, list("abcd"), np.array([1, 1, 2, 1e9])
    )
    assert text.splitlines() == [
        "score =", "    -1.5", "    + 3e-07 * d", "    - 20 * c", "    + 1 * a"
    ]  # fmt: skip


def test_a_constant_as_text():
    assert linear_text("f", np.zeros(2), 2.5, ["a", "b"], np.ones(2)) == "f =\n    2.5"
