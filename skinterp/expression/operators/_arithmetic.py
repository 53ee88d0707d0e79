"""Sums, products, powers and signs: the operators that have a grammar of their own."""

import operator

import numpy as np

from skinterp.expression._fold import is_operation
from skinterp.expression._nodes import Constant, Operation
from skinterp.expression._operators import Operator, nonzero, register_operator

LARGEST_EXACT_EXPONENT = 100


def _is_number(expression, value):
    return isinstance(expression, Constant) and expression.value == value


def _tidy_add(left, right):
    if _is_number(right, 0):
        return left
    if _is_number(left, 0):
        return right
    if is_operation(right, "neg"):
        return _tidy_sub(left, right.args[0])
    if is_operation(left, "neg"):
        return _tidy_sub(right, left.args[0])
    return 2 * left if left == right else None


def _tidy_sub(left, right):
    if _is_number(right, 0):
        return left
    if _is_number(left, 0):
        return -right
    if is_operation(right, "neg"):
        return left + right.args[0]
    return left - right


def _tidy_mul(left, right):
    if isinstance(right, Constant) and not isinstance(left, Constant):
        left, right = right, left
    if _is_number(left, 1):
        return right
    if _is_number(left, -1):
        return -right
    if left == right:
        return left**2
    for one, other in ((left, right), (right, left)):
        if is_operation(one, "square") and one.args[0] == other:
            return other**3
    if is_operation(left, "exp") and is_operation(right, "exp"):
        return Operation("exp", (left.args[0] + right.args[0],))
    return left * right


def _tidy_div(left, right):
    if _is_number(right, 1):
        return left
    if is_operation(left, "exp") and is_operation(right, "exp"):
        return Operation("exp", (left.args[0] - right.args[0],))
    return None


def _tidy_pow(base, exponent):
    if exponent.value == 1:
        return base
    if exponent.value == 0.5:
        return Operation("sqrt", (base,))
    return 1 / base if exponent.value == -1 else base**exponent


def _tidy_neg(argument):
    if is_operation(argument, "neg"):
        return argument.args[0]
    if is_operation(argument, "sub"):
        return argument.args[1] - argument.args[0]
    if is_operation(argument, "mul", "div") and isinstance(argument.args[0], Constant):
        return Operation(argument.operator_name, (-argument.args[0], argument.args[1]))
    return None


def _sympy_power(base, exponent):
    if abs(exponent) > LARGEST_EXACT_EXPONENT:
        import sympy

        exponent = sympy.Float(exponent)
    return base**exponent


def _register(name, function, pullbacks, method, sympy, **more):
    """Register an operator that a method of the printer writes, at the price of a node."""

    def write(printer, *phrases):
        return getattr(printer, method)(*phrases)

    register_operator(Operator(name, function, pullbacks, 1.0, write, sympy, **more))


def _identity(cotangent, arguments, value):
    return cotangent


def _negative(cotangent, arguments, value):
    return -cotangent


_register("add", np.add, (_identity, _identity), "sum", operator.add, tidy=_tidy_add)
_register("sub", np.subtract, (_identity, _negative), "difference", operator.sub, tidy=_tidy_sub)
_register(
    "mul",
    np.multiply,
    (lambda c, a, v: c * a[1], lambda c, a, v: c * a[0]),
    "product",
    operator.mul,
    tidy=_tidy_mul,
)
_register(
    "div",
    lambda a, b: np.divide(a, nonzero(b)),
    (lambda c, a, v: c / a[1], lambda c, a, v: -c * v / a[1]),
    "quotient",
    operator.truediv,
    domain=lambda left, right: right.min() > 0 or right.max() < 0,
    inner_constants=("shift",),
    tidy=_tidy_div,
)
_register(
    "pow",
    lambda a, b: np.power(nonzero(a) if b < 0 else a, b),
    (lambda c, a, v: c * a[1] * np.power(a[0], a[1] - 1.0), lambda c, a, v: c * v * np.log(a[0])),
    "power",
    _sympy_power,
    domain=lambda base, exponent: base.min() > 0,
    constant_last=True,
    tidy=_tidy_pow,
)
_register("neg", np.negative, (_negative,), "negate", operator.neg, may_strip=True, tidy=_tidy_neg)
