"""Trees and linear functions as text, in the user's names."""

import numpy as np

from skinterp.utils import number_text, rules_text, threshold_text


def tree_text(tree, names, answer, digits=4):
    """Write a tree as rules, one line per branch.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        Arrays of nodes: the ``tree_`` of a scikit-learn tree.
    names : sequence of str
        Names of the inputs.
    answer : callable
        Text of the answer of a leaf, from its index.
    digits : int, default=4
        Significant digits of thresholds.

    Returns
    -------
    str
        The text.
    """

    def condition(node, above):
        cut = threshold_text(tree.threshold[node], digits)
        return f"{names[tree.feature[node]]} {'>' if above else '<='} {cut}"

    return rules_text(tree.children_left, tree.children_right, condition, answer)


def linear_text(title, coefficients, intercept, names, scale, digits=4):
    """Write a linear function, one line per term, the largest effect first.

    Parameters
    ----------
    title : str
        What the function is.
    coefficients : ndarray of shape (n_features,)
        Coefficients in raw units; those at 0 are left out.
    intercept : float
        The constant.
    names : sequence of str
        Names of the inputs.
    scale : ndarray of shape (n_features,)
        Standard deviations of the inputs, which turn coefficients into effects.
    digits : int, default=4
        Significant digits.

    Returns
    -------
    str
        The text.
    """
    order = np.argsort(-np.abs(coefficients * scale), kind="stable")
    terms = []
    for j in order[coefficients[order] != 0]:
        sign = "-" if coefficients[j] < 0 else "+"
        terms.append(f"    {sign} {number_text(abs(coefficients[j]), digits)} * {names[j]}")
    return "\n".join([f"{title} =", f"    {number_text(intercept, digits)}", *terms])
