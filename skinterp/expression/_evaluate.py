"""Values and input gradients of an expression on arrays."""

import numpy as np

from skinterp.expression._fold import fold, postorder, visit
from skinterp.expression._operators import OPERATORS


class _Evaluator:
    """A visitor that computes with the columns of X."""

    def __init__(self, X):
        self.X = X

    def variable(self, index):
        if index >= self.X.shape[1]:
            raise ValueError(
                f"X must have a column {index}, because the expression uses x{index}. "
                f"Got {self.X.shape[1]} columns instead."
            )
        return self.X[:, index]

    def constant(self, value):
        return np.float64(value)

    def operation(self, name, arguments):
        return OPERATORS[name].function(*arguments)


def _check_matrix(X):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2:
        raise ValueError(f"X must be two-dimensional. Got shape {X.shape} instead.")
    return X


def _depends_on_columns(nodes):
    active = set()
    for node in nodes:
        if node.is_variable or any(argument in active for argument in node.args):
            active.add(node)
    return active


def _backward(nodes, values, X):
    """Pull the cotangent 1 of the root back to the columns of X."""
    gradient = np.zeros(X.shape)
    active = _depends_on_columns(nodes)
    cotangents = {nodes[-1]: 1.0}
    for node in reversed(nodes):
        if node not in active:
            continue
        cotangent = cotangents.pop(node)
        if node.is_variable:
            gradient[:, node.token] = cotangent
            continue
        arguments = [values[argument] for argument in node.args]
        for argument, pullback in zip(node.args, OPERATORS[node.token].pullbacks):
            if argument in active:
                part = pullback(cotangent, arguments, values[node])
                known = cotangents.get(argument)
                cotangents[argument] = part if known is None else known + part
    return gradient


def evaluate(expression, X):
    """Compute the values of an expression, nan where it is undefined.

    Parameters
    ----------
    expression : Expression
        The formula.
    X : array-like of shape (n_samples, n_features)
        Column i is the value of ``Variable(i)``.

    Returns
    -------
    ndarray of shape (n_samples,)
        The values; undefined is nan, beyond the range of floats is inf or -inf.
    """
    X = _check_matrix(X)
    with np.errstate(all="ignore"):
        value = fold(expression, _Evaluator(X))
    return np.full(len(X), value, dtype=float)


def constant_changes(expression, X):
    """Prepare to evaluate an expression with one of its constants replaced.

    Parameters
    ----------
    expression : Expression
        The formula.
    X : ndarray of shape (n_samples, n_features)
        Column i is the value of ``Variable(i)``.

    Returns
    -------
    callable
        ``changed(k, number)`` gives the values, of shape (n_samples,), with the number in place of
        constant ``k`` of `Expression.constants`; only what depends on it is computed again.
    """
    evaluator, values, users, constants, stack = _Evaluator(X), [], {}, [], []
    for position, token in enumerate(expression.postfix):
        if isinstance(token, str):
            used = stack[-OPERATORS[token].arity :]
            del stack[-len(used) :]
            users.update(dict.fromkeys(used, (position, token, used)))
            with np.errstate(all="ignore"):
                values.append(evaluator.operation(token, [values[a] for a in used]))
        elif isinstance(token, float):
            constants.append(position)
            values.append(evaluator.constant(token))
        else:
            values.append(evaluator.variable(token))
        stack.append(position)

    def changed(k, number):
        changed_at, value = constants[k], evaluator.constant(number)
        while changed_at in users:
            position, token, used = users[changed_at]
            arguments = [value if a == changed_at else values[a] for a in used]
            with np.errstate(all="ignore"):
                value = evaluator.operation(token, arguments)
            changed_at = position
        return np.full(len(X), value, dtype=float)

    return changed


def value_and_gradient(expression, X):
    """Compute values and exact input gradients in one reverse sweep.

    Parameters
    ----------
    expression : Expression
        The formula.
    X : array-like of shape (n_samples, n_features)
        Column i is the value of ``Variable(i)``.

    Returns
    -------
    value : ndarray of shape (n_samples,)
        The values.
    gradient : ndarray of shape (n_samples, n_features)
        The partial derivatives; nan where the value is nan. The derivative of abs at 0 is 0.
    """
    X = _check_matrix(X)
    nodes = postorder(expression)
    with np.errstate(all="ignore"):
        values = visit(nodes, _Evaluator(X))
        gradient = _backward(nodes, values, X)
    value = np.full(len(X), values[expression], dtype=float)
    gradient[np.isnan(value)] = np.nan
    return value, gradient
