"""Digits of formulas: as many as keep values and decisions on rows, and no more than that."""

import numpy as np
import pytest

from skinterp.expression import Equation, needed_digits, parse, round_centres
from skinterp.expression._digits import Digits, affine_digits, as_digits, more_until, spread
from skinterp.utils import PRECISION, round_to_digits

X = np.random.default_rng(0).normal(size=(400, 2))


def rounded_off(expression, needs, rows):
    """Return the root mean square error of a formula in these digits, in spreads."""
    numbers = [round_to_digits(c, needs[abs(c)]) for c in expression.constants]
    exact = expression.evaluate(rows)
    error = expression.with_constants(numbers).evaluate(rows) - exact
    return np.sqrt((error**2).mean()) / spread(exact)


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize("text", ["1.23456789*(x0 - {m})*x1 + 0.5", "(x0 - {m})**2 - 7.654321"])
def test_a_formula_gets_the_digits_that_its_values_need(text, offset):
    expression, rows = parse(text.format(m=f"({offset + 0.1234567})")), X + [offset, 0.0]
    needs = needed_digits(expression, rows)
    assert rounded_off(expression, needs, rows) <= 10.0 * PRECISION
    fewer = {value: max(1, digits - 2) for value, digits in needs.items()}
    assert rounded_off(expression, fewer, rows) > PRECISION


def test_one_number_shown_is_off_by_a_ten_thousandth_of_the_spread_at_most():
    assert needed_digits(parse("1.2345678*x0"), X)[1.2345678] == 5
    assert needed_digits(parse("x0 + 0.12345678"), X)[0.12345678] == 4
    assert needed_digits(parse("x0 + 0.12314"), X)[0.12314] == 4
    steps = np.linspace(-1.0, 1.0, 401).reshape(-1, 1)
    for off in (0.8, 1.2):  # in ten thousandths
        constant = 0.1 + off * 1e-4 * spread(steps[:, 0])
        assert (needed_digits(parse(f"x0 + {constant!r}"), steps)[constant] == 1) == (off < 1)


def test_a_constant_that_hardly_matters_gets_a_digit():
    needs = needed_digits(parse("x0 + 1.2345e-9*x1"), X)
    assert needs[1.2345e-9] == 1


def test_a_constant_that_occurs_twice_gets_what_the_more_sensitive_place_needs():
    needs = needed_digits(parse("0.123456789*x0*1000 + 0.123456789*x1*1e-9"), X)
    alone = needed_digits(parse("0.123456789*x0*1000"), X)
    assert needs[0.123456789] >= alone[0.123456789] > 1


def test_a_threshold_decides_every_row_as_it_did():
    rows = np.array([[0.123456], [0.123466], [-1.0], [2.0]])
    expression, threshold = parse("1.0*x0"), 0.123461
    needs = needed_digits(expression, rows, threshold)
    shown = round_to_digits(threshold, needs[threshold])
    assert ((rows[:, 0] > shown) == (rows[:, 0] > threshold)).all()
    assert needs[threshold] == 5


def test_a_threshold_of_zero_and_rows_without_values_are_no_trouble():
    assert needed_digits(parse("x0 - 0.5"), X, 0.0)[0.0] == 1
    assert needed_digits(parse("log(x0 - 100)*0.25"), X)[0.25] == 1
    assert needed_digits(parse("x0*1.234567"), X[:0])[1.234567] == 1


def test_undefined_rows_are_left_out():
    rows = np.abs(X) + 0.1
    needs = needed_digits(parse("log(x0)*1.234567"), np.vstack([rows, -rows]))
    assert needs == needed_digits(parse("log(x0)*1.234567"), rows)


def test_a_formula_that_is_defined_nowhere_gets_no_digits_for_it():
    assert needed_digits(parse("0.123456*log(x0)"), -np.ones((20, 1))) == {0.123456: 1}


def test_many_rows_are_thinned():
    rows = np.random.default_rng(1).normal(size=(5000, 1))
    needs = needed_digits(parse("1.2345678*x0"), rows)
    assert needs == needed_digits(parse("1.2345678*x0"), rows[::5])


def test_digits_asked_for_are_the_least_and_none_is_all():
    digits = Digits(3, {0.5: 1, 2.0: 8})
    assert (digits.of(0.5), digits.of(-2.0), digits.of(9.0)) == (3, 8, 3)
    assert Digits(None, {2.0: 8}).of(2.0) is None
    assert as_digits(digits) is digits
    assert as_digits(5).of(1.23) == 5


def test_the_spread_is_the_smaller_one_and_never_zero():
    assert spread(np.array([])) == 1.0
    assert spread(np.zeros(5)) == 1.0
    assert spread(np.full(5, -7.0)) == 7.0
    values = np.array([0.0, 1.0, 2.0, 3.0, 1e6])
    assert spread(values) == 1.5
    assert spread(np.array([0.0, 0.0, 0.0, 4.0])) == np.std([0.0, 0.0, 0.0, 4.0])
    assert spread(np.array([-1e300, 0.0, 1e300])) == 1.5e300


def test_all_numbers_get_further_digits_until_it_is_enough():
    needs = {1.5: 2, 2.5: 16, 3.5: 17}
    assert more_until(needs, lambda digits: True) == needs
    assert more_until(needs, lambda digits: digits[1.5] >= 4) == {1.5: 4, 2.5: 17, 3.5: 17}
    assert more_until(needs, lambda digits: False) == {1.5: 17, 2.5: 17, 3.5: 17}
    assert more_until({}, lambda digits: False) == {}


@pytest.mark.parametrize("offset", [1.0, 1e4, 1e8])
def test_an_affine_function_in_its_digits_keeps_its_values(offset):
    rows = X + [offset, 0.0]
    slopes, sizes = np.array([1.23456789, -0.0]), np.sqrt((rows**2).mean(axis=0))
    constant = -1.23456789 * offset
    needs = affine_digits(slopes, constant, sizes, 1.2)
    assert set(needs) == {1.23456789, abs(constant)}
    shown = [round_to_digits(v, needs[abs(v)]) for v in (slopes[0], constant)]
    error = rows[:, 0] * shown[0] + shown[1] - rows[:, 0] * slopes[0] - constant
    assert np.sqrt((error**2).mean()) <= 2e-4 * 1.2
    fewer = [round_to_digits(v, max(1, needs[abs(v)] - 1)) for v in (slopes[0], constant)]
    each = np.abs([fewer[0] - slopes[0], fewer[1] - constant]) * [sizes[0], 1.0]
    assert each.max() > 1e-4 * 1.2 / np.sqrt(2.0)


def test_an_affine_function_of_no_spread_is_measured_by_its_constant():
    assert affine_digits(np.zeros(2), 1234.5678, np.ones(2), 0.0) == {1234.5678: 5}
    assert affine_digits(np.array([0.123456]), 0.0, np.zeros(1), 1.0)[0.123456] == 1


def test_far_columns_are_written_from_a_round_number():
    mean, scale = np.array([0.5, 1.7e9 + 4321.0, 5e4, 7e12]), np.array([1.0, 40.0, 5.0, 0.0])
    centres = round_centres(mean, scale)
    assert centres[[0, 2, 3]].tolist() == [0.0, 0.0, 0.0]  # 10,000 spreads are not far yet
    assert 0 < abs(centres[1] - mean[1]) <= 40.0
    assert centres[1] == round_to_digits(mean[1], 8)
    assert round_centres(np.array([-5.0001e4]), np.array([5.0]))[0] == -50000.0


def test_an_equation_shown_on_rows_decides_alike():
    equation = Equation(parse("1.23456789*x0 + x1"), ["x0", "x1"], 0.1).shown_on(X)
    rounded = parse(str(equation).split(" > ")[0])
    threshold = float(str(equation).split(" > ")[1])
    assert ((rounded.evaluate(X) > threshold) == equation.predict(X)).all()
