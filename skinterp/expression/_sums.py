"""A formula as a sum of terms with coefficients, and back."""

import numpy as np

from skinterp.expression._nodes import Constant, Operation


def weighted_sum(parts, coefficients):
    """Return ``sum_k c_k t_k`` as an expression, positive terms first, without factors of 1.

    Parameters
    ----------
    parts : sequence of Expression
        The terms.
    coefficients : sequence of float
        Their coefficients; terms with 0 are left out.

    Returns
    -------
    Expression
        The sum.
    """
    pairs = [(p, float(c)) for p, c in zip(parts, coefficients, strict=True) if c != 0]
    pairs.sort(key=lambda pair: pair[1] < 0)
    total = None
    for part, coefficient in pairs:
        size = abs(coefficient)
        scaled = part if size == 1 else _scaled(size, part)
        if total is None:
            total = scaled if coefficient > 0 else Operation("neg", (scaled,))
        else:
            total = Operation("add" if coefficient > 0 else "sub", (total, scaled))
    return Constant(0.0) if total is None else total


def _scaled(size, part):
    """Return a positive number times a term; over the denominator of one over something."""
    if part.token == "div" and part.args[0] == Constant(1.0):
        return Operation("div", (Constant(size), part.args[1]))
    return Operation("mul", (Constant(size), part))


def drop_neutral(expression):
    """Drop factors of 1, summands of 0 and double signs.

    Parameters
    ----------
    expression : Expression
        The formula.

    Returns
    -------
    Expression
        The same function.
    """
    if not isinstance(expression, Operation):
        return expression
    name, args = expression.operator_name, [drop_neutral(arg) for arg in expression.args]
    if name == "mul" and Constant(1.0) in args:
        return args[1] if args[0] == Constant(1.0) else args[0]
    if name in ("add", "sub") and args[1] == Constant(0.0):
        return args[0]
    if name == "add" and args[0] == Constant(0.0):
        return args[1]
    if name in ("div", "pow") and args[1] == Constant(1.0):
        return args[0]
    if name in ("add", "sub") and isinstance(args[1], Constant) and args[1].value < 0:
        name, args = ("sub" if name == "add" else "add"), [args[0], Constant(-args[1].value)]
    return Operation(name, tuple(args))


def split_factor(node):
    """Take the constant factor out of a product or quotient.

    Parameters
    ----------
    node : Expression
        The term.

    Returns
    -------
    factor : float
        The factor.
    rest : Expression
        The term without it.
    """
    name, args = node.token, node.args
    if isinstance(node, Constant):
        return node.value, Constant(1.0)
    if name == "neg":
        factor, rest = split_factor(args[0])
        return -factor, rest
    if name not in ("mul", "div"):
        return 1.0, node
    (a, left), (b, right) = map(_split_bracket, args)
    if name == "div" and b == 0.0:
        return 1.0, node
    factor = a * b if name == "mul" else a / b
    if (left, right) == tuple(args):
        return 1.0, node
    return factor, drop_neutral(Operation(name, (left, right)))


def _split_bracket(node):
    """Take the factor out of a factor; of a sum if none of its coefficients is one, too."""
    if node.token not in ("add", "sub"):
        return split_factor(node)
    parts, coefficients, constant = as_sum(node)
    sizes = [abs(c) for c in (*coefficients, constant) if c != 0.0]
    if not sizes or any(abs(size - 1.0) < 1e-9 for size in sizes):
        return 1.0, node
    unit = constant or coefficients[0]
    scaled = [Constant(1.0), *parts] if constant else parts
    numbers = [1.0] * bool(constant) + [c / unit for c in coefficients]
    return unit, weighted_sum(scaled, numbers)


def gathered(expression):
    """Gather the constant factors of every product in a formula in one.

    Parameters
    ----------
    expression : Expression
        The formula.

    Returns
    -------
    Expression
        The same function, without redundant constants.
    """
    if not expression.args:
        return expression
    args = tuple(gathered(argument) for argument in expression.args)
    node = Operation(expression.token, args)
    if node.token not in ("mul", "div"):
        return node
    factor, rest = split_factor(node)
    is_plain = factor == 1.0 or rest == Constant(1.0)
    return node if is_plain else drop_neutral(Operation("mul", (Constant(factor), rest)))


def as_sum(expression):
    """Take a formula apart into terms and coefficients.

    Parameters
    ----------
    expression : Expression
        The formula.

    Returns
    -------
    parts : tuple of Expression
        Terms that are no sums themselves and have no factor.
    coefficients : tuple of float
        Their coefficients.
    constant : float
        The summand without inputs.
    """
    parts, constant = {}, 0.0
    pending = [(expression, 1.0)]
    while pending:
        node, factor = pending.pop()
        if not node.variables:
            constant += factor * float(node.evaluate(np.zeros((1, 1)))[0])
            continue
        if node.token in ("add", "sub"):
            first, second = node.args
            pending += [(second, factor if node.token == "add" else -factor), (first, factor)]
            continue
        inner, rest = split_factor(node)
        if rest != node:
            pending.append((rest, factor * inner))
        else:
            parts[node] = parts.get(node, 0.0) + factor
    parts = {part: c for part, c in parts.items() if c != 0.0}
    return tuple(parts), tuple(parts.values()), constant
