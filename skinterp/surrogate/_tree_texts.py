"""What a fitted tree writes and draws: rules, code, a picture."""

from sklearn.utils.validation import check_is_fitted

from skinterp.display import ObliqueTreeDisplay
from skinterp.surrogate._rule_table import sum_rules, tree_rules
from skinterp.surrogate._rules import rules_of
from skinterp.surrogate._text import gaps_text
from skinterp.surrogate._tree_bodies import SavedNodes, TreesBody
from skinterp.utils import one_line


class TreeTexts:
    """Texts of a tree `tree_` that splits on `_splits`; its kind says what leaves answer."""

    _sum = None  # of several trees

    @property
    def rules_(self):
        """If-then rules, of one tree or of a sum, the shortest first."""
        check_is_fitted(self)
        if self._sum is not None:
            return sum_rules(self._sum)
        tree, answers = self.tree_.tree_, [self._answer(n, 4) for n in range(len(self._rooms))]
        labels = self._leaf_answers() if tree.value.shape[1] == 1 else None
        return tree_rules(tree, self._rule_tree, answers, labels, hasattr(self, "classes_"))

    @property
    def _rule_tree(self):
        """The tree as tests on the user's columns."""
        return rules_of(self.tree_.tree_, self._splits, self._rooms)

    def _form_body(self):
        if self._sum is not None:
            nodes = [SavedNodes.of(tree, tree.value) for tree in self._sum.trees]
            return TreesBody.of(self._sum.splits, nodes)
        value, answers = self._leaf_raw()
        return TreesBody.of(self._splits, [SavedNodes.of(self.tree_.tree_, value)], answers)

    def export_text(self, digits=4):
        """Write the tree as rules, in the user's names and units.

        Parameters
        ----------
        digits : int, default=4
            Significant digits, at least: thresholds get more where one rounded would pass a point
            that the tree was grown on (those half-way between integers are written in full).

        Returns
        -------
        str
            One line per branch; on tables with missing values a line that says what these count
            as.
        """
        check_is_fitted(self)
        if self._sum is not None:
            gaps = gaps_text(self._sum.columns, digits, self._scales)
            return "\n".join([self._sum.text(digits), *gaps])
        rules = self._rule_tree
        text = rules.text(lambda node: self._answer(node, digits), digits)
        return "\n".join([text, *gaps_text(rules.columns, digits, self._scales)])

    def to_sql(self):
        """Write the tree as a SQL expression over the user's columns.

        Returns
        -------
        str
            The expression, of the class label or the value that `predict` gives; NULL where the
            model refuses a cell.
        """
        check_is_fitted(self)
        if self._sum is not None:
            return self._sum.to_sql()
        return self._rule_tree.to_sql(self._leaf_answers())

    def to_python(self):
        """Write the tree as a stand-alone Python module that needs NumPy only.

        Returns
        -------
        str
            Source of ``predict(X)``, of a data frame or an array with the columns of `fit`.
        """
        check_is_fitted(self)
        if self._sum is not None:
            return self._sum.to_python()
        return self._rule_tree.to_python(self._leaf_answers())

    def to_c(self):
        """Write the tree as a C99 function of one row.

        Returns
        -------
        str
            Source of ``predict(const double *x)``: an ``int``, the index in ``classes_`` (-1 where
            the model refuses a cell), or a ``double`` (NAN there). A category is the index of its
            level, as a comment says, and NAN is a missing cell.
        """
        check_is_fitted(self)
        if self._sum is not None:
            return self._sum.to_c()
        classes = getattr(self, "classes_", None)
        if classes is None:
            return self._rule_tree.to_c(self._leaf_answers(), "double", "NAN")
        known = classes.tolist()
        indices = [known.index(label) for label in self._leaf_answers()]
        return self._rule_tree.to_c(indices, "int", "-1")

    def row_steps(self, X):
        """Tell which path one row takes through the tree.

        Parameters
        ----------
        X : array-like or data frame of shape (1, n_features)
            The row.

        Returns
        -------
        list of tuple of str
            The conditions that the row meets, from the root to its leaf, whose answer is last;
            none of a sum of trees.
        """
        check_is_fitted(self)
        if self._sum is not None:
            return []
        rules, node, steps = self._rule_tree, int(self.apply(X)[0]), []
        steps.append(("answer of the leaf", self._answer(node, 4)))
        parents = {
            int(child): (above, right)
            for right, children in enumerate((rules.children_left, rules.children_right))
            for above, child in enumerate(children)
            if child >= 0
        }
        while node in parents:
            node, right = parents[node]
            steps.append((one_line(rules.condition(node, bool(right))), "met"))
        return steps[::-1]

    def displays(self):
        """Return the display of the tree.

        Returns
        -------
        tuple of ObliqueTreeDisplay
            The tree, not drawn yet: down to depth 3, if it has more than 16 leaves.
        """
        check_is_fitted(self)
        if self._sum is not None:
            return self._sum.displays()
        rules, (values, groups) = self._rule_tree, self._leaf_raw()
        texts = [
            self._answer(node, 4) if test is None else rules.condition(node, True)
            for node, test in enumerate(rules.tests)
        ]
        children = rules.children_left, rules.children_right
        below = [self._answer(node, 3) for node in range(len(texts))]
        classes = getattr(self, "classes_", None)
        shares = None if classes is None else values
        drawn = {"groups": groups, "shares": shares, "classes": classes, "below": below}
        return (ObliqueTreeDisplay(*children, texts, **drawn),)
