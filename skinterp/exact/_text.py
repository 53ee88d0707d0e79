"""Oblique trees as text, in the user's names."""

import numpy as np

from skinterp.exact._oblique import LEAF
from skinterp.expression import affine, tidy


def condition_text(slopes, offset, names, greater, digits=4, above=">"):
    """Write a half-space.

    Parameters
    ----------
    slopes : ndarray of shape (d,)
        Slopes of the test ``x @ slopes + offset > 0``.
    offset : float
        Its offset.
    names : sequence of str
        Names of the inputs.
    greater : bool
        Whether the side where it holds is meant.
    digits : int, default=4
        Significant digits.
    above : str, default=">"
        How to write that it holds.

    Returns
    -------
    str
        For example ``2*a - b > 0.5``.
    """
    used = np.flatnonzero(slopes)
    if len(used) == 1:  # of one input: as a threshold of it
        greater = greater == (slopes[used[0]] > 0)
        offset, slopes = offset / slopes[used[0]], np.where(slopes != 0, 1.0, 0.0)
    left = tidy(affine(slopes)).format(names, digits=digits)
    return f"{left} {above if greater else '<='} {-offset + 0.0:.{digits}g}"


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
        f"{output} = {tidy(affine(slopes, constant)).format(names, digits=digits)}"
        for output, slopes, constant in zip(outputs, coef, intercept)
    )


def _leaves_below(tree, node):
    """Return the number of leaves under a node."""
    stack, n_leaves = [node], 0
    while stack:
        node = stack.pop()
        if tree.units[node] == LEAF:
            n_leaves += 1
        else:
            stack += [tree.children_left[node], tree.children_right[node]]
    return n_leaves


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
    if tree.units[0] == LEAF:
        return answer(0)
    lines, stack = [], [(0, 0, "")]
    while stack:
        node, depth, condition = stack.pop()
        is_leaf = tree.units[node] == LEAF
        is_cut = not is_leaf and max_depth is not None and depth >= max_depth
        if condition:
            end = f": {answer(tree.leaf_of[node])}" if is_leaf else ""
            end += f": ... ({_leaves_below(tree, node)} leaves)" if is_cut else ""
            lines.append("|   " * (depth - 1) + condition + end)
        if not is_leaf and not is_cut:
            test = tree.slopes[node], tree.offsets[node], names
            right, left = tree.children_right[node], tree.children_left[node]
            stack.append((right, depth + 1, condition_text(*test, True, digits)))
            stack.append((left, depth + 1, condition_text(*test, False, digits)))
    return "\n".join(lines)
