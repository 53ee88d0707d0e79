"""The writing of numbers: as many digits as asked for, more where the data need them."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skinterp.utils import (
    MOST_DIGITS,
    constant_text,
    count_digits,
    counted,
    digits_within,
    needed_text,
    number_text,
    round_to_digits,
    signed_text,
    threshold_text,
)

numbers = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
tolerances = st.floats(1e-300, 1e300)


@given(value=numbers, tolerance=tolerances, digits=st.integers(1, 16))
def test_digits_are_the_fewest_that_keep_a_number(value, tolerance, digits):
    needed = digits_within(value, tolerance, digits)
    assert digits <= needed <= MOST_DIGITS
    assert abs(round_to_digits(value, needed) - value) <= tolerance or needed == MOST_DIGITS
    if needed > digits:
        assert abs(round_to_digits(value, needed - 1) - value) > tolerance


def test_digits_by_hand():
    assert digits_within(0.125, 0.0) == 3
    assert digits_within(0.1 + 0.2, 0.0) == MOST_DIGITS == 17
    assert digits_within(1234.0, 50.0) == 2  # 1200 is off by 34
    assert digits_within(1250.0, 50.0) == 2  # a tolerance that is met exactly
    assert digits_within(1234.0, 5000.0, 3) == 3
    assert digits_within(math.inf, 1.0) == 1
    assert digits_within(math.nan, 1.0, 3) == 3


@given(value=numbers)
def test_a_constant_in_full_is_read_back_as_it_was(value):
    assert float(constant_text(value, None)) == value
    assert float(constant_text(value, MOST_DIGITS)) == value
    assert float(constant_text(value, MOST_DIGITS + 1)) == value


@given(value=numbers, digits=st.integers(1, 16))
def test_a_text_is_the_rounded_number(value, digits):
    assume(abs(value) < 1e308)  # one digit of more is past the largest number
    rounded = round_to_digits(value, digits)
    assert float(constant_text(value, digits)) == rounded
    assert float(number_text(value, digits)) == rounded
    assert float(signed_text(value, digits)) == rounded
    assert signed_text(value, digits)[0] in "+-"
    assert rounded == 0.0 or abs(rounded - value) <= 0.5001 * 10.0 ** (1 - digits) * abs(value)


def test_constants_are_written_out_and_whole_ones_without_a_point():
    assert constant_text(2.0) == "2"
    assert constant_text(1234567.0) == "1235000"
    assert constant_text(0.1 + 0.2, None) == "0.30000000000000004"
    assert constant_text(2 / 3) == "0.6667"
    assert constant_text(2 / 3, 16) == "0.6666666666666666"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1987.5, "1987.5"), (-0.5, "-0.5"), (123456.5, "123456.5"), (1e15 + 0.5, "1e+15")],
)
def test_halves_keep_their_meaning_if_nothing_is_known(value, text):
    assert threshold_text(value) == text
    assert threshold_text(12345.5, tolerance=10.0) == "1.235e+04"
    assert threshold_text(12345.25) == "1.235e+04"


@given(value=numbers, tolerance=tolerances, digits=st.integers(1, 6))
def test_a_threshold_stays_within_its_tolerance(value, tolerance, digits):
    assert abs(float(threshold_text(value, digits, tolerance)) - value) <= tolerance


def test_what_needs_more_digits_than_asked_for_is_written_out():
    assert needed_text(123456.0, 4, 4) == "1.235e+05"
    assert needed_text(123456.0, 4, 5) == "123460"


@pytest.mark.parametrize(
    ("value", "digits"),
    [(0.0, 0), (1.0, 0), (-1.0, 0), (2.0, 1), (-2.5, 2), (100.0, 1), (0.00123, 3), (1e20, 1)]
    + [(1 / 3, 12), (-1.05e-9, 3), (10.0, 1), (0.1, 1)],
)
def test_digits_of_a_number_are_counted(value, digits):
    assert count_digits(value) == digits


@pytest.mark.parametrize(("number", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_one_thing_is_counted_in_the_singular(number, text):
    assert counted(np.int64(number), "row") == text
