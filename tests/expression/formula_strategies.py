"""Random formulas, rows, and an independent evaluation of them with 50 digits."""

import mpmath
import numpy as np
from hypothesis import strategies as st

from skinterp.expression import OPERATORS, Constant, Operation, Variable

N_COLUMNS = 3
ROWS = np.array(
    [
        [0.7, 1.3, 2.1],
        [1.9, 0.4, 0.8],
        [-0.6, 1.1, -1.7],
        [2.3, -0.9, 0.35],
        [-1.2, -2.2, -0.45],
        [3.0, 2.0, 1.0],
    ]
)
ZEROS = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, -2.0], [1.5, 0.0, 0.0], [-1.0, 2.0, 0.0]])

numbers = st.one_of(
    st.sampled_from([1.0, -1.0, 2.0, 3.0, 0.5, -0.5, 10.0, 1e-3]),
    st.floats(-20, 20, allow_subnormal=False).map(lambda value: float(f"{value:.6g}")),
)
exponents = st.sampled_from([0.5, -1.0, 2.0, 3.0, -2.0, 4.0, 1.5, -0.5])
leaves = st.one_of(st.integers(0, N_COLUMNS - 1).map(Variable), numbers.map(Constant))
unary_names = sorted(name for name, operator in OPERATORS.items() if operator.arity == 1)


def _grow(inner):
    binary = st.builds(
        lambda name, left, right: Operation(name, (left, right)),
        st.sampled_from(["add", "sub", "mul", "div"]),
        inner,
        inner,
    )
    unary = st.builds(
        lambda name, argument: Operation(name, (argument,)), st.sampled_from(unary_names), inner
    )
    power = st.builds(
        lambda base, exponent: Operation("pow", (base, Constant(exponent))), inner, exponents
    )
    return st.one_of(binary, binary, unary, power)


def expressions(max_leaves=8):
    """Draw formulas of up to three columns with every operator."""
    return st.recursive(leaves, _grow, max_leaves=max_leaves)


class Undefined(Exception):
    """The formula has no value here."""


class TooHard(Exception):
    """An intermediate result is so small or large that rounding decides the outcome."""


def _real_power(base, exponent):
    if base == 0 and exponent < 0:
        raise Undefined
    return mpmath.power(base, exponent)


def _divide(numerator, denominator):
    if denominator == 0:
        raise Undefined
    return numerator / denominator


def _logarithm(argument):
    if argument <= 0:
        raise Undefined
    return mpmath.log(argument)


_EXACT = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _divide,
    "pow": _real_power,
    "neg": lambda a: -a,
    "square": lambda a: a * a,
    "cube": lambda a: a * a * a,
    "abs": abs,
    "sqrt": mpmath.sqrt,
    "exp": mpmath.exp,
    "log": _logarithm,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "tanh": mpmath.tanh,
}


def _check_size(value):
    if not 1e-4 < abs(value) < 1e4:
        raise TooHard


def exact_value(expression, row):
    """Evaluate with 50 digits, token by token; `Undefined` outside the real domain."""
    stack = []
    with mpmath.workdps(50):
        for token in expression.postfix:
            if isinstance(token, str):
                arity = OPERATORS[token].arity
                value = _EXACT[token](*stack[-arity:])
                if isinstance(value, mpmath.mpc):
                    raise Undefined
                _check_size(value)
                stack[-arity:] = [value]
            else:
                stack.append(row[token] if isinstance(token, int) else mpmath.mpf(token))
    return stack[0]


def exact_rows(expression, rows=ROWS):
    """Give (row index, exact value or nan) for the rows where floats can tell."""
    known = []
    for index, row in enumerate(rows):
        try:
            known.append((index, float(exact_value(expression, [mpmath.mpf(x) for x in row]))))
        except Undefined:
            known.append((index, np.nan))
        except TooHard:
            continue
    return known


def exact_gradient(expression, row):
    """Differentiate numerically with 50 digits, which is exact for floats."""
    gradient = []
    with mpmath.workdps(50):
        step = mpmath.mpf("1e-18")
        for column in range(N_COLUMNS):
            ends = []
            for sign in (1, -1):
                moved = [mpmath.mpf(x) for x in row]
                moved[column] += sign * step
                ends.append(exact_value(expression, moved))
            gradient.append(float((ends[0] - ends[1]) / (2 * step)))
    return gradient
