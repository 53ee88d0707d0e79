"""Binary trees as text, one line per branch."""

from skinterp.utils._visible import one_line

LEAF = -1


def n_leaves_below(children_left, children_right, node):
    """Return the number of leaves under a node.

    Parameters
    ----------
    children_left, children_right : sequence of int of length n_nodes
        Children of each node, -1 for leaves.
    node : int
        The node.

    Returns
    -------
    int
        The number.
    """
    stack, n_leaves = [node], 0
    while stack:
        node = stack.pop()
        if children_left[node] == LEAF:
            n_leaves += 1
        else:
            stack += [children_left[node], children_right[node]]
    return n_leaves


def rules_text(children_left, children_right, condition, answer, max_depth=None, below=None):
    """Write a tree as rules, one line per branch, the left side of a test before the right one.

    Parameters
    ----------
    children_left, children_right : sequence of int of length n_nodes
        Children of each node, -1 for leaves; node 0 is the root.
    condition : callable
        Text of a test, from the node and whether it holds, which leads to the right.
    answer : callable
        Text of the answer of a leaf, from the node.
    max_depth : int or None, default=None
        Depth at which to cut, counting the leaves below.
    below : callable or None, default=None
        Text of what is under a node, from the node, written where the tree is cut.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> from skinterp.utils import rules_text
    >>> print(rules_text(
    ...     [1, -1, -1], [2, -1, -1],
    ...     lambda node, above: "a > 1" if above else "a <= 1",
    ...     lambda node: "no" if node == 1 else "yes",
    ... ))
    a <= 1: no
    a > 1: yes
    """
    if children_left[0] == LEAF:
        return one_line(answer(0))
    lines, stack = [], [(0, 0, "")]
    while stack:
        node, depth, text = stack.pop()
        is_leaf = children_left[node] == LEAF
        is_cut = not is_leaf and max_depth is not None and depth >= max_depth
        if text:
            end = f": {answer(node)}" if is_leaf else ""
            if is_cut:
                said = "" if below is None else f": {below(node)}"
                end = f": ... ({n_leaves_below(children_left, children_right, node)} leaves{said})"
            lines.append("|   " * (depth - 1) + one_line(text + end))
        if not is_leaf and not is_cut:
            stack.append((children_right[node], depth + 1, condition(node, True)))
            stack.append((children_left[node], depth + 1, condition(node, False)))
    return "\n".join(lines)
