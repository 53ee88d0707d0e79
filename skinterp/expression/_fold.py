"""Walks over expression trees that need no recursion, so that depth has no limit."""


def postorder(expression):
    """List the distinct nodes of a tree, arguments before the operations that use them."""
    order, seen, stack = [], set(), [(expression, False)]
    while stack:
        node, arguments_done = stack.pop()
        if node in seen:
            continue
        if arguments_done or not node.args:
            seen.add(node)
            order.append(node)
        else:
            stack.append((node, True))
            stack.extend((argument, False) for argument in reversed(node.args))
    return order


def visit(nodes, visitor):
    """Call the visitor's method for the kind of each node, arguments before operations.

    Parameters
    ----------
    nodes : list of Expression
        The nodes in postorder.
    visitor : object
        Offers ``variable(index)``, ``constant(value)`` and ``operation(name, arguments)``.

    Returns
    -------
    dict of Expression to object
        The results of the visitor.
    """
    results = {}
    for node in nodes:
        results[node] = _visited(node, visitor, results)
    return results


def _visited(node, visitor, results):
    """Return the visitor's result for a node, given those of its arguments."""
    if node.args:
        return visitor.operation(node.token, [results[a] for a in node.args])
    return (visitor.variable if node.is_variable else visitor.constant)(node.token)


def is_operation(expression, *names):
    """Tell whether an expression is an operation by one of these operators."""
    return bool(expression.args) and expression.token in names


def fold(expression, visitor):
    """Combine a tree from its leaves up, visiting equal subtrees once.

    Results are kept no longer than they are needed.

    Parameters
    ----------
    expression : Expression
        The tree.
    visitor : object
        Offers ``variable(index)``, ``constant(value)`` and ``operation(name, arguments)``,
        where the arguments are the visitor's own results.

    Returns
    -------
    object
        The visitor's result for the root.
    """
    nodes = postorder(expression)
    last_uses = {argument: node for node in nodes for argument in node.args}
    results = {}
    for node in nodes:
        results[node] = _visited(node, visitor, results)
        for argument in node.args:
            if last_uses[argument] is node:
                results.pop(argument, None)
    return results[expression]


def has_constant_operation(expression):
    """Tell whether some operation has no variable: after folding, one without a finite value."""
    return any(node.args and not node.varies for node in postorder(expression))
