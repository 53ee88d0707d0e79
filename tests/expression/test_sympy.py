"""Conversion to and from sympy keeps values and names."""

import subprocess
import sys

import numpy as np
import pytest
import sympy
from formula_strategies import ROWS, exact_rows, expressions
from hypothesis import given

from skinterp.expression import (
    Constant,
    Variable,
    absolute,
    cos,
    exp,
    from_sympy,
    log,
    parse,
    sin,
    sqrt,
    tan,
    tanh,
    to_sympy,
)

x0, x1, x2 = (Variable(index) for index in range(3))
NAMES = ["a b", "x^2", "lambda"]


def lambdified(formula, rows):
    symbols = [sympy.Symbol(name, real=True) for name in NAMES]
    function = sympy.lambdify(symbols, formula, modules="numpy")
    with np.errstate(all="ignore"):
        return np.broadcast_to(function(*rows.T), len(rows))


@given(expressions(max_leaves=6))
def test_sympy_computes_the_same_values(expression):
    known = [(index, value) for index, value in exact_rows(expression) if np.isfinite(value)]
    if not known:
        return
    indices, expected = map(list, zip(*known))
    found = lambdified(to_sympy(expression, NAMES), ROWS[indices])
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


@given(expressions(max_leaves=6))
def test_round_trip_keeps_values_where_they_are_defined(expression):
    known = [(index, value) for index, value in exact_rows(expression) if np.isfinite(value)]
    if not known:
        return
    again = from_sympy(to_sympy(expression, NAMES), NAMES)
    indices, expected = map(list, zip(*known))
    np.testing.assert_allclose(again.evaluate(ROWS[indices]), expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    "expression",
    [
        x0 * x1 / x2**2,
        x0 - 3 * x1,
        2.5 * x0 + 1,
        x0 / 2,
        1 / x0,
        x0 / (x1 * x2**1.5),
        x0**3 - x1**-1.5,
        sqrt(x0) + log(x1),
        exp(x0 / 2) * sin(x1),
        cos(x0) + tan(x1) * tanh(x2),
        absolute(x0),
        -x0,
        -x0 - x1,
        Constant(0.1),
    ],
    ids=str,
)
def test_plain_formulas_come_back_as_plain(expression):
    again = from_sympy(to_sympy(expression))
    assert again.complexity <= expression.complexity + 2
    rows = np.abs(ROWS)
    np.testing.assert_allclose(again.evaluate(rows), expression.evaluate(rows), rtol=1e-12)


def test_symbols_are_real_and_carry_any_name():
    formula = to_sympy(x0 + x1 * x2, NAMES)
    assert {symbol.name for symbol in formula.free_symbols} == set(NAMES)
    assert all(symbol.is_real for symbol in formula.free_symbols)


def test_integers_are_exact_and_other_numbers_keep_their_digits():
    assert to_sympy(Constant(3)) == sympy.Integer(3)
    assert float(to_sympy(Constant(0.1))) == 0.1
    assert float(to_sympy(Constant(1e300))) == 1e300
    assert to_sympy((2 * x0) ** 1e12 + x1).free_symbols


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (sympy.pi * sympy.Symbol("x0"), np.pi * x0),
        (sympy.sqrt(2) * sympy.Symbol("x1"), np.sqrt(2) * x1),
        (sympy.Symbol("x0") ** sympy.Symbol("x1"), exp(x1 * log(x0))),
        (sympy.Symbol("x0") / 3, x0 / 3),
        (sympy.Rational(2, 3) + sympy.Symbol("x0"), x0 + 2 / 3),
        (sympy.Integer(0), Constant(0)),
    ],
)
def test_reading_what_only_sympy_writes(formula, expected):
    assert from_sympy(formula) == expected


def test_reading_by_name():
    a, b = sympy.symbols("a b")
    assert from_sympy(b / a, ["a", "b"]) == x1 / x0
    assert parse("a - b", ["a", "b"]) == from_sympy(a - b, ["a", "b"])


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (sympy.sinh(sympy.Symbol("x0")), r"made of sums.*Got sinh\(x0\) instead"),
        (sympy.Symbol("y"), r"must use the symbols \[\]\. Got 'y' instead"),
        (sympy.I * sympy.Symbol("x0"), r"must be real and finite\. Got I instead"),
        (sympy.zoo, r"must be real and finite\. Got zoo instead"),
        (sympy.nan, r"must be real and finite\. Got nan instead"),
        (sympy.Symbol("x0") > 1, r"Got x0 > 1 instead"),
    ],
    ids=str,
)
def test_sympy_expressions_that_no_formula_can_be_are_refused(formula, message):
    with pytest.raises(ValueError, match=message):
        from_sympy(formula)


def test_importing_the_package_does_not_import_sympy():
    code = "import sys, skinterp.expression; assert 'sympy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
