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


def visit(node, visitor, arguments):
    """Call the visitor's method for a kind of node.

    Parameters
    ----------
    node : Expression
        The node.
    visitor : object
        Offers ``variable(index)``, ``constant(value)`` and ``operation(name, arguments)``.
    arguments : list
        What the visitor returned for the arguments of the node.

    Returns
    -------
    object
        What the visitor returns for the node.
    """
    if node.args:
        return visitor.operation(node.token, arguments)
    return visitor.variable(node.token) if node.is_variable else visitor.constant(node.token)


def is_operation(expression, *names):
    """Tell whether an expression is an operation by one of these operators."""
    return bool(expression.args) and expression.token in names


def fold(expression, visitor):
    """Combine a tree from its leaves up, visiting equal subtrees once.

    Parameters
    ----------
    expression : Expression
        The tree.
    visitor : object
        Offers ``variable(index)``, ``constant(value)`` and ``operation(name, arguments)``,
        where the arguments are what the visitor returned for them.

    Returns
    -------
    object
        What the visitor returned for the root.
    """
    results = {}
    for node in postorder(expression):
        results[node] = visit(node, visitor, [results[a] for a in node.args])
    return results[expression]


def has_constant_operation(expression):
    """Tell whether some operation has no variable: after folding, one without a finite value."""
    return any(node.args and not node.variables for node in postorder(expression))
