"""A sum of trees: its values, and what it writes and draws."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skinterp.display import ObliqueTreeDisplay
from skinterp.expression import CELLS, spread
from skinterp.surrogate._hinge_fits import fitted_coefficients
from skinterp.surrogate._rules import rules_of
from skinterp.surrogate._tree_growth import leaves_of
from skinterp.surrogate._tree_sums import SumTree, grow_sum, leaf_columns
from skinterp.utils import PRECISION, counted, threshold_text

SQL, PYTHON, C = CELLS["sql"], CELLS["python"], CELLS["c"]


@dataclass(frozen=True, eq=False)
class TreeSum:
    """Trees whose leaves' values are added up.

    Parameters
    ----------
    trees : tuple of SumTree
        The trees; the leaves of the first hold the constant, too.
    splits : list of Plain and Order
        What they split on.
    outputs : tuple of str
        What the sums are.
    classes : tuple or None
        Labels: of one output the second one where the sum is above 0, else those of the outputs.
    """

    trees: tuple
    splits: list
    outputs: tuple
    classes: tuple | None = None

    @property
    def n_leaves(self):
        """Leaves of all trees."""
        return sum(len(tree.leaves) for tree in self.trees)

    @property
    def complexity(self):
        """Atoms: conditions, and the numbers of all leaves."""
        numbers = sum(np.count_nonzero(tree.value[tree.leaves]) for tree in self.trees)
        return int(max(1, numbers) + self.n_leaves - len(self.trees))

    @property
    def used(self):
        """Places of the splits in use."""
        return {int(k) for tree in self.trees for k in tree.feature if k >= 0}

    def leaves(self, values):
        """Return the leaf of each row in each tree."""
        return np.stack([leaves_of(tree, values) for tree in self.trees], axis=1)

    def values(self, values):
        """Return the sums on what the trees split on."""
        return sum(tree.value[leaves_of(tree, values)] for tree in self.trees)

    @cached_property
    def rule_trees(self):
        """Each tree as tests on the user's columns."""
        return tuple(rules_of(tree, self.splits, tree.rooms) for tree in self.trees)

    @property
    def columns(self):
        """The columns tested, each once."""
        return list(dict.fromkeys(c for rules in self.rule_trees for c in rules.columns))

    def gains(self):
        """Return pairs of a split and what it makes the sum vary, node by node."""
        pairs = []
        for tree in self.trees:
            mass = tree.support.copy()
            mean = tree.value * mass[:, np.newaxis]
            for node in reversed(range(tree.node_count)):
                left, right = tree.children_left[node], tree.children_right[node]
                if left < 0:
                    continue
                mass[node], mean[node] = mass[left] + mass[right], mean[left] + mean[right]
                apart = mean[left] / (mass[left] or 1.0) - mean[right] / (mass[right] or 1.0)
                gain = mass[left] * mass[right] / (mass[node] or 1.0) * np.sum(apart**2)
                pairs.append((int(tree.feature[node]), float(gain)))
        return pairs

    def _check_one(self):
        if self.classes is None and len(self.outputs) > 1:
            raise ValueError(
                f"Code has one answer. Got a sum of trees of {len(self.outputs)} outputs instead: "
                "fit one on as_network(model).output(k)."
            )

    def _answer(self, k, digits):
        tree = self.trees[k]
        rooms = [PRECISION * spread(column) for column in tree.value[tree.leaves].T]

        def write(node):
            pairs = zip(tree.value[node], rooms, strict=True)
            texts = [threshold_text(value, digits, room) for value, room in pairs]
            return ", ".join("+" * (not text.startswith("-")) + text for text in texts)

        return write

    def text(self, digits):
        """Write all trees as rules."""
        several = len(self.outputs) > 1
        name = f"({', '.join(self.outputs)})" if several else self.outputs[0]
        lines = [f"{name} = the sum of {counted(len(self.trees), 'tree')}"]
        for k, rules in enumerate(self.rule_trees):
            lines += [f"tree {k + 1}", rules.text(self._answer(k, digits), digits)]
        return "\n".join(lines)

    def displays(self):
        """Return a display for each tree."""
        displays = []
        for k, (tree, rules) in enumerate(zip(self.trees, self.rule_trees, strict=True)):
            answer = self._answer(k, 3)
            texts = [
                answer(node) if test is None else rules.condition(node, True)
                for node, test in enumerate(rules.tests)
            ]
            children = tree.children_left, tree.children_right
            title = f"Tree {k + 1} of {len(self.trees)}: what it adds to {', '.join(self.outputs)}"
            displays.append(ObliqueTreeDisplay(*children, texts, title=title))
        return tuple(displays)

    def _leaf_numbers(self, k, output):
        return self.trees[k].value[:, output].tolist()

    def to_sql(self):
        """Write the sum, or the class it decides, as a SQL expression."""
        self._check_one()
        sums = [
            " + ".join(
                rules.sql_case(self._leaf_numbers(k, output))
                for k, rules in enumerate(self.rule_trees)
            )
            for output in range(len(self.outputs))
        ]
        if self.classes is None:
            return SQL.guarded(sums[0], self.columns)
        labels = [SQL.literal(label) for label in self.classes]
        if len(sums) == 1:
            choice = f"CASE WHEN {sums[0]} > 0 THEN {labels[1]} ELSE {labels[0]} END"
            return SQL.guarded(choice, self.columns)
        cases = []
        for k, label in enumerate(labels[:-1]):
            tests = [f"({sums[k]}) >= ({other})" for j, other in enumerate(sums) if j != k]
            cases.append(f"WHEN {' AND '.join(tests)} THEN {label}")
        return SQL.guarded(f"CASE {' '.join(cases)} ELSE {labels[-1]} END", self.columns)

    def to_python(self):
        """Write a Python module of the sum, or of the class it decides."""
        self._check_one()
        parts = []
        for k, rules in enumerate(self.rule_trees):
            value = self.trees[k].value
            body = rules.code_lines(PYTHON, lambda node, v=value: f"return {v[node].tolist()}")
            parts.append(f"def tree{k}(row):\n{body}\n\n\n")
        guard = PYTHON.guard(self.columns)
        helpers = PYTHON.helpers("".join(parts) + guard)
        trees = ", ".join(f"tree{k}" for k in range(len(self.trees)))
        ends = "sums[:, 0]"
        if self.classes is not None:
            chosen = "(sums[:, 0] > 0).astype(int)" if len(self.outputs) == 1 else "sums.argmax(1)"
            ends = f"np.array({list(self.classes)!r})[{chosen}]"
        return (
            f"import numpy as np\n{helpers}\n\n{''.join(parts)}def predict(X):\n"
            f"    X = np.asarray(X, dtype=object)\n{guard}"
            f"    sums = sum(np.array([tree(row) for row in X]) for tree in ({trees},))\n"
            f"    return {ends}\n"
        )

    def to_c(self):
        """Write a C function of the sum, or of the index of the class it decides."""
        self._check_one()
        parts, n_outputs = [], len(self.outputs)
        for k, rules in enumerate(self.rule_trees):
            for output in range(n_outputs):
                numbers = self._leaf_numbers(k, output)
                body = rules.code_lines(C, lambda node, v=numbers: f"return {v[node]!r};")
                head = f"static double tree{k}_{output}(const double *x)"
                parts.append(f"{head}\n{{\n    (void)x;\n{body}\n}}\n")
        indices = range(len(self.trees))
        sums = [" + ".join(f"tree{k}_{o}(x)" for k in indices) for o in range(n_outputs)]
        result, refused = ("double", "NAN") if self.classes is None else ("int", "-1")
        if self.classes is None:
            ends = f"    return {sums[0]};\n"
        elif n_outputs == 1:
            ends = f"    return ({sums[0]}) > 0.0;\n"
        else:
            ends = (
                f"    const double sums[] = {{{', '.join(sums)}}};\n    int best = 0;\n"
                f"    for (int k = 1; k < {n_outputs}; k++)\n"
                "        if (sums[k] > sums[best])\n            best = k;\n    return best;\n"
            )
        guard = C.guard(self.columns, refused)
        return (
            f"#include <math.h>\n{C.legend(self.columns)}\n{chr(10).join(parts)}\n"
            f"{result} predict(const double *x)\n{{\n{guard}{ends}}}\n"
        )


def fit_sum(network, margins, splits, values, outputs, classes, **bounds):
    """Grow a sum of trees and fit the values of its leaves.

    Parameters
    ----------
    network : Network
        The network.
    margins : Margins
        What it answers.
    splits : list of Plain and Order
        What to split on.
    values : ndarray of shape (n_points, n_splits)
        The same at the points.
    outputs : tuple of str
        What the sums are.
    classes : tuple or None
        The labels.
    **bounds : dict
        Bounds of `grow_sum`.

    Returns
    -------
    TreeSum
        The sum.
    """
    trees = grow_sum(values, margins.values, margins.near, **bounds)
    trees = trees or [SumTree(rows=[np.arange(len(values))])]
    columns = leaf_columns(trees, len(values))
    coefficients, intercepts = fitted_coefficients(columns, margins, network)
    start = 0
    for tree in trees:
        own = coefficients.T[start : start + len(tree.leaves)]
        start += len(own)
        # every tree adds about nothing in the mean; the first holds the constant
        weight = margins.weight @ columns[:, start - len(own) : start]
        mean = weight @ own / weight.sum()
        intercepts = intercepts + mean
        value = np.zeros((tree.node_count, len(intercepts)))
        value[tree.leaves] = own - mean
        support = np.zeros(tree.node_count)
        support[tree.leaves] = weight
        tree.finish(value, support)
    trees[0].value[trees[0].leaves] += intercepts
    return TreeSum(tuple(trees), splits, tuple(outputs), classes)
