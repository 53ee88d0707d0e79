"""Oblique trees as text, in the user's names."""

from skinterp.expression import affine_text, condition_text
from skinterp.utils import rules_text


def leaf_text(outputs, coef, intercept, names, digits=4):
    """Write the affine functions of a leaf.

    Parameters
    ----------
    outputs : sequence of str
        Names of the outputs.
    coef : ndarray of shape (n_outputs, d)
        Derivatives by the inputs.
    intercept : ndarray of shape (n_outputs,)
        Values at the origin.
    names : sequence of str
        Names of the inputs.
    digits : int, default=4
        Significant digits.

    Returns
    -------
    str
        One equation per output.
    """
    return "; ".join(
        f"{output} = {affine_text(slopes, constant, names, digits)}"
        for output, slopes, constant in zip(outputs, coef, intercept)
    )


def oblique_text(tree, names, answer, digits=4, max_depth=None):
    """Write a tree as rules, one line per branch.

    Parameters
    ----------
    tree : ObliqueTree
        The tree.
    names : sequence of str
        Names of the inputs.
    answer : callable
        Text of the answer of a leaf, from its number.
    digits : int, default=4
        Significant digits of the tests.
    max_depth : int or None, default=None
        Depth at which to cut.

    Returns
    -------
    str
        The text.
    """

    def condition(node, above):
        return condition_text(tree.slopes[node], tree.offsets[node], names, above, digits)

    children = tree.children_left, tree.children_right
    return rules_text(*children, condition, lambda n: answer(tree.leaf_of[n]), max_depth)
