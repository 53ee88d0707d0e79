"""Affine functions and half-spaces are written in the names of the inputs."""

import numpy as np
import pytest

from skinterp.expression import affine_text, condition_text

NAMES = ["a", "b"]


@pytest.mark.parametrize(
    "slopes, constant, text",
    [
        ([2.0, -1.0], 0.5, "2*a - b + 0.5"),
        ([0.0, 1.23456], 0.0, "1.235*b"),
        ([0.0, 0.0], -3.0, "-3"),
    ],
)
def test_affine_functions_leave_zeros_out(slopes, constant, text):
    assert affine_text(np.array(slopes), constant, NAMES) == text


@pytest.mark.parametrize(
    "slopes, offset, greater, text",
    [
        ([2.0, -1.0], -0.5, True, "2*a - b > 0.5"),
        ([2.0, -1.0], -0.5, False, "2*a - b <= 0.5"),
        ([2.0, 0.0], -1.0, True, "a > 0.5"),
        ([-2.0, 0.0], -1.0, True, "a <= -0.5"),
    ],
)
def test_half_spaces_of_one_input_are_thresholds_of_it(slopes, offset, greater, text):
    assert condition_text(np.array(slopes), offset, NAMES, greater) == text
