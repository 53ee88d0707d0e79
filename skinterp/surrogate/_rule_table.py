"""The leaves of trees as a table of if-then rules, the shortest first."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from skinterp.expression import CELLS
from skinterp.surrogate._rules import Among, AtMost
from skinterp.utils import TableResult, aligned

SQL = CELLS["sql"]
_LEAF = -1


class Rule(NamedTuple):
    """A conjunction of conditions, and what follows.

    Parameters
    ----------
    conditions : tuple of (test, bool)
        Tests on columns, and whether they hold.
    answer : str
        The class, value or summand, as text.
    label : object
        The same as it is; None where there are several numbers.
    support : float
        Share of the weight of the points that the tree was grown on.
    precision : float
        Of classes the share of these points that the network answers so; of values the standard
        deviation of the network's; NaN in sums.
    tree : int, default=1
        Which tree of a sum.
    """

    conditions: tuple
    answer: str
    label: object
    support: float
    precision: float
    tree: int = 1

    def text(self, digits=4):
        """Write the conditions."""
        parts = [test.text(holds, digits) for test, holds in self.conditions]
        return " and ".join(parts) or "always"

    def to_sql(self):
        """Write the conditions in SQL."""
        codes = [(test.code(SQL), holds) for test, holds in self.conditions]
        return " AND ".join(f"({c})" if holds else f"NOT ({c})" for c, holds in codes) or "1 = 1"


@dataclass(frozen=True, repr=False)
class RuleTable(TableResult):
    """If-then rules: exactly one of each tree applies to a row.

    Parameters
    ----------
    rules : tuple of Rule
        The rules, those of fewer conditions first, of these the ones of more support.
    measure : {"precision", "deviation", None}
        What `Rule.precision` is.
    sql : str or None, default=None
        The code of a sum of trees.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import TreeSurrogateRegressor
    >>> X = np.linspace(0, 1, 100).reshape(-1, 1)
    >>> step = lambda X: np.where(X[:, 0] > 0.705, 2.0, 1.0)
    >>> tree = TreeSurrogateRegressor(step, n_queries=0, random_state=0).fit(X)
    >>> print(tree.rules_)
    if             then  support  deviation
    ---------------------------------------
    x0 <= 0.70202  1     0.700    0
    x0 > 0.70202   2     0.300    0
    """

    rules: tuple
    measure: str | None = "precision"
    sql: str | None = None

    def __len__(self):
        return len(self.rules)

    def __iter__(self):
        return iter(self.rules)

    def __getitem__(self, index):
        return self.rules[index]

    def _columns(self):
        """Return the table, a rule a line."""
        columns = {"if": [rule.text() for rule in self.rules]}
        columns["then"] = [rule.answer for rule in self.rules]
        columns["support"] = [rule.support for rule in self.rules]
        if self.measure is None:
            return {"tree": [rule.tree for rule in self.rules], **columns}
        return {**columns, self.measure: [rule.precision for rule in self.rules]}

    def __str__(self):
        columns = self._columns()
        styles = {"support": ".3f", "precision": ".3f", "deviation": ".3g", "tree": "d"}
        texts = [
            [format(cell, styles.get(name, "")) for cell in cells]
            for name, cells in columns.items()
        ]
        left = tuple(range(len(columns)))
        return aligned(list(columns), [list(row) for row in zip(*texts, strict=True)], left=left)

    def to_sql(self):
        """Write the rules as a SQL expression of the answer.

        Returns
        -------
        str
            A CASE with a branch per rule; of a sum of trees the sum, or the class it decides. NULL
            where the model refuses a cell.

        Raises
        ------
        ValueError
            If the answer of a rule is several numbers.
        """
        if self.sql is not None:
            return self.sql
        if any(rule.label is None for rule in self.rules):
            raise ValueError(
                "Code has one answer. Got rules of several outputs instead: fit a tree on "
                "as_network(model).output(k)."
            )
        cases = [f"WHEN {rule.to_sql()} THEN {SQL.literal(rule.label)}" for rule in self.rules]
        columns = dict.fromkeys(test.column for rule in self.rules for test, _ in rule.conditions)
        return SQL.guarded(f"CASE {' '.join(cases)} END", list(columns))


def _merged(conditions):
    """Return conditions of which none follows from the others, columns in their first order."""
    by_column = {}
    for test, holds in conditions:
        kept = by_column.setdefault(test.column, {})
        kind = type(test), holds
        before = kept.get(kind)
        if before is None:
            kept[kind] = test
        elif isinstance(test, AtMost):
            tighter = test.cut < before.cut if holds else test.cut > before.cut
            kept[kind] = test if tighter else before
        elif isinstance(test, Among):
            if holds:
                levels = tuple(k for k in before.levels if k in test.levels)
            else:
                levels = tuple(sorted({*before.levels, *test.levels}))
            kept[kind] = Among(test.column, levels)
    merged = []
    for kept in by_column.values():
        inside, outside = kept.get((Among, True)), kept.pop((Among, False), None)
        if inside is not None and outside is not None:
            levels = tuple(k for k in inside.levels if k not in outside.levels)
            kept[Among, True] = Among(inside.column, levels)
        elif outside is not None:
            kept[Among, False] = outside
        merged += [(test, holds) for (_, holds), test in kept.items()]
    return tuple(merged)


def _paths(rules):
    """Return the leaves of a tree of rules, and the conditions that lead there."""
    stack, paths = [(0, ())], {}
    while stack:
        node, conditions = stack.pop()
        test = rules.tests[node]
        if test is None:
            paths[node] = _merged(conditions)
            continue
        for child, is_left in (
            (rules.children_left[node], True),
            (rules.children_right[node], False),
        ):
            stack.append((int(child), (*conditions, (test, rules.holds_left[node] == is_left))))
    return paths


def _sorted(rules):
    return tuple(sorted(rules, key=lambda r: (r.tree, len(r.conditions), -r.support)))


def tree_rules(nodes, rule_tree, answers, labels, classifies):
    """Return the rules of one tree.

    Parameters
    ----------
    nodes : sklearn.tree._tree.Tree
        Its nodes.
    rule_tree : RuleTree
        The same as tests on columns.
    answers : list of str of length n_nodes
        Their answers as text.
    labels : list or None
        The same as they are; None for several outputs.
    classifies : bool
        Whether answers are classes.

    Returns
    -------
    RuleTable
        The rules.
    """
    weights = nodes.weighted_n_node_samples
    rules = []
    for node, conditions in _paths(rule_tree).items():
        shares = nodes.value[node, 0]
        sure = shares.max() / shares.sum() if classifies else np.sqrt(max(nodes.impurity[node], 0))
        label = None if labels is None else labels[node]
        answer = str(label) if classifies else answers[node]
        support = float(weights[node] / weights[0])
        rules.append(Rule(conditions, answer, label, support, float(sure)))
    return RuleTable(_sorted(rules), "precision" if classifies else "deviation")


def sum_rules(trees):
    """Return the rules of a sum of trees.

    Parameters
    ----------
    trees : TreeSum
        The sum.

    Returns
    -------
    RuleTable
        The rules, tree by tree.
    """
    rules = []
    for k, (tree, rule_tree) in enumerate(zip(trees.trees, trees.rule_trees, strict=True)):
        answer = trees._answer(k, 4)
        for node, conditions in _paths(rule_tree).items():
            support = float(tree.support[node])
            rules.append(Rule(conditions, answer(node), None, support, np.nan, k + 1))
    one = trees.classes is not None or len(trees.outputs) == 1
    return replace(RuleTable(_sorted(rules), None), sql=trees.to_sql() if one else None)
