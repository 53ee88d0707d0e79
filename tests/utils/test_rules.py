"""Trees are written as rules, and cut at a depth with the number of leaves below."""

from skinterp.utils import n_leaves_below, rules_text

LEFT, RIGHT = [1, -1, 3, -1, -1], [2, -1, 4, -1, -1]


def written(max_depth=None, left=LEFT, right=RIGHT):
    def condition(node, above):
        return f"test {node} {'holds' if above else 'fails'}"

    return rules_text(left, right, condition, lambda node: f"leaf {node}", max_depth).splitlines()


def test_a_tree_is_written_left_before_right_with_its_depth():
    assert written() == [
        "test 0 fails: leaf 1",
        "test 0 holds",
        "|   test 2 fails: leaf 3",
        "|   test 2 holds: leaf 4",
    ]


def test_a_cut_tree_counts_the_leaves_below():
    assert written(1) == ["test 0 fails: leaf 1", "test 0 holds: ... (2 leaves)"]
    assert [n_leaves_below(LEFT, RIGHT, node) for node in range(5)] == [3, 1, 2, 1, 1]


def test_a_single_leaf_is_its_answer():
    assert written(left=[-1], right=[-1]) == ["leaf 0"]
