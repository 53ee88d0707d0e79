"""Trees as rules on the user's columns: text, SQL, Python and C of one meaning."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skinterp.expression import CELLS
from skinterp.surrogate._splits import Order
from skinterp.surrogate._text import level_text
from skinterp.utils import rules_text, threshold_text

SQL, PYTHON, C = CELLS["sql"], CELLS["python"], CELLS["c"]
_LEAF = -1
_DEEPEST_CODE = 90  # Python takes a hundred indentations


class AtMost(NamedTuple):
    """Whether a number is at most a bound.

    Parameters
    ----------
    column : NumberColumn
        The column.
    cut : float
        The bound.
    room : float, default=inf
        How much the bound shown may be off.
    """

    column: object
    cut: float
    room: float = np.inf

    def text(self, holds, digits):
        """Write that the test holds, or does not."""
        cut = threshold_text(self.cut, digits, self.room)
        return f"{self.column.name} {'<=' if holds else '>'} {cut}"

    def code(self, cells):
        """Write the test in a language."""
        return cells.at_most(self.column, self.cut)


class IsMissing(NamedTuple):
    """Whether a number is missing.

    Parameters
    ----------
    column : NumberColumn
        The column.
    """

    column: object

    def text(self, holds, digits):
        """Write that the test holds, or does not."""
        return f"{self.column.name} is {'' if holds else 'not '}missing"

    def code(self, cells):
        """Write the test in a language."""
        return cells.gap(self.column)


class Among(NamedTuple):
    """Whether a category is one of some levels.

    Parameters
    ----------
    column : CategoryColumn
        The column.
    levels : tuple of int
        Indices of the levels.
    """

    column: object
    levels: tuple

    def text(self, holds, digits):
        """Write that the test holds, or does not."""
        levels = ", ".join(level_text(self.column.levels[k]) for k in self.levels)
        return f"{self.column.name} {'' if holds else 'not '}in {{{levels}}}"

    def code(self, cells):
        """Write the test in a language."""
        return cells.among(self.column, self.levels)


@dataclass(frozen=True, eq=False)
class RuleTree:
    """A binary tree of tests on the columns of a table.

    Parameters
    ----------
    children_left, children_right : sequence of int of length n_nodes
        Children of each node, -1 for leaves; node 0 is the root.
    tests : sequence of AtMost, IsMissing, Among or None, of length n_nodes
        The test of each node, None for leaves.
    holds_left : sequence of bool of length n_nodes
        Whether the left child is where the test holds.
    """

    children_left: object
    children_right: object
    tests: list
    holds_left: list

    def condition(self, node, right, digits=4):
        """Write the condition that leads to the left, or the right."""
        return self.tests[node].text(self.holds_left[node] != right, digits)

    def text(self, answer, digits):
        """Write the tree as rules, one line per branch."""
        children = self.children_left, self.children_right
        return rules_text(*children, lambda n, right: self.condition(n, right, digits), answer)

    @property
    def columns(self):
        """The columns tested, each once."""
        return list(dict.fromkeys(test.column for test in self.tests if test is not None))

    def _check_depth(self):
        depths = [0] * len(self.tests)
        for node, test in enumerate(self.tests):  # children come after their parents
            if test is not None:
                for side in self._sides(node):
                    depths[side] = depths[node] + 1
        if max(depths) > _DEEPEST_CODE:
            raise ValueError(
                f"Code is written of trees at most {_DEEPEST_CODE} deep. Got one of depth "
                f"{max(depths)} instead; set max_depth or max_leaf_nodes."
            )

    def _sides(self, node):
        """Return the children where the test holds and where it does not."""
        sides = int(self.children_left[node]), int(self.children_right[node])
        return sides if self.holds_left[node] else sides[::-1]

    def to_sql(self, answers):
        """Write a SQL expression of the answers of the leaves."""
        return SQL.guarded(self.sql_case(answers), self.columns)

    def sql_case(self, answers):
        """Write the answers of the leaves in SQL, of cells that the model takes."""
        self._check_depth()

        def write(node):
            if self.tests[node] is None:
                return SQL.literal(answers[node])
            yes, no = map(write, self._sides(node))
            return f"CASE WHEN {self.tests[node].code(SQL)} THEN {yes} ELSE {no} END"

        return write(0)

    def code_lines(self, cells, answer):
        """Write nested conditions in Python or C, a leaf by ``answer(node)``."""
        self._check_depth()
        return "\n".join(self._nested(0, cells, answer))

    def _nested(self, node, cells, answer, depth=1):
        """Return lines of nested conditions, a leaf by its answer."""
        indent = "    " * depth
        if self.tests[node] is None:
            return [f"{indent}{answer(node)}"]
        yes, no = (self._nested(side, cells, answer, depth + 1) for side in self._sides(node))
        opening = cells.opening.format(self.tests[node].code(cells))
        lines = [opening, *yes, cells.otherwise, *no, *cells.closing]
        own = {0, len(yes) + 1, *range(len(yes) + len(no) + 2, len(lines))}
        return [indent + line if k in own else line for k, line in enumerate(lines)]

    def to_python(self, answers):
        """Write a Python module of the answers of the leaves."""
        body = self.code_lines(PYTHON, lambda node: f"return {answers[node]!r}")
        guard = PYTHON.guard(self.columns)
        helpers = PYTHON.helpers(body + guard)
        return (
            f"import numpy as np\n{helpers}\n\ndef answer(row):\n{body}\n\n\ndef predict(X):\n"
            f"    X = np.asarray(X, dtype=object)\n{guard}"
            "    return np.array([answer(row) for row in X])\n"
        )

    def to_c(self, answers, result, refused):
        """Write a C function of the answers of the leaves."""
        body = self.code_lines(C, lambda node: f"return {answers[node]!r};")
        unused = "" if self.columns else "    (void)x;\n"
        guard = C.guard(self.columns, refused)
        return (
            f"#include <math.h>\n{C.legend(self.columns)}\n{result} predict(const double *x)\n"
            f"{{\n{unused}{guard}{body}\n}}\n"
        )


def rules_of(tree, splits, rooms=None):
    """Return a scikit-learn tree as rules.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        Its nodes.
    splits : sequence of Plain and Order
        What its columns are.
    rooms : ndarray of shape (n_nodes,) or None, default=None
        How much each threshold shown may be off; None is no bound.

    Returns
    -------
    RuleTree
        The rules; sets hold those levels only that can reach their node.
    """
    n_nodes = tree.node_count
    tests, holds_left, stack = [None] * n_nodes, [True] * n_nodes, [(0, {})]
    while stack:
        node, known = stack.pop()
        if tree.children_left[node] == _LEAF:
            continue
        split, cut = splits[tree.feature[node]], float(tree.threshold[node])
        below = above = known
        if isinstance(split, Order):
            reaching = known.get(split.column, range(len(split.codes)))
            left = tuple(k for k in reaching if split.codes[k] <= cut)
            right = tuple(k for k in reaching if split.codes[k] > cut)
            below, above = known | {split.column: left}, known | {split.column: right}
            tests[node], holds_left[node] = _among(split.column, left, right)
        elif split.is_flag:
            tests[node], holds_left[node] = IsMissing(split.column), False
        else:
            room = np.inf if rooms is None else float(rooms[node])
            tests[node] = AtMost(split.column, cut, room)
        stack += [(tree.children_left[node], below), (tree.children_right[node], above)]
    return RuleTree(tree.children_left, tree.children_right, tests, holds_left)


def _among(column, left, right):
    """Return the test of a set, and whether it holds on the left.

    The set is the side without unknown levels; if the model refuses these, the smaller one.
    """
    unknown = len(column.levels)
    if column.takes_unknown:
        on_left = unknown not in left if unknown in left + right else len(left) <= len(right)
    else:
        left, right = (tuple(k for k in side if k != unknown) for side in (left, right))
        on_left = len(left) <= len(right) if left and right else bool(left)
    return Among(column, left if on_left else right), on_left
