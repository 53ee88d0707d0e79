"""Values and gradients against an independent evaluation with 50 digits."""

import numpy as np
import pytest
from formula_strategies import (
    ROWS,
    ZEROS,
    TooHard,
    Undefined,
    exact_gradient,
    exact_rows,
    expressions,
)
from hypothesis import given

from skinterp.expression import OPERATORS, Constant, Variable, absolute, exp, log, parse, sqrt

x0, x1, x2 = (Variable(index) for index in range(3))


@given(expressions())
def test_values_are_real_mathematics(expression):
    values = expression.evaluate(ROWS)
    for index, expected in exact_rows(expression):
        np.testing.assert_allclose(values[index], expected, rtol=1e-8, atol=1e-8)


@given(expressions())
def test_gradients_are_exact(expression):
    values, gradients = expression.value_and_gradient(ROWS)
    np.testing.assert_array_equal(values, expression.evaluate(ROWS))
    for row, gradient in zip(ROWS, gradients):
        try:
            expected = exact_gradient(expression, row)
        except (Undefined, TooHard):
            continue
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6)


@given(expressions())
def test_gradient_is_undefined_where_the_value_is(expression):
    rows = np.vstack([ROWS, ZEROS])
    values, gradients = expression.value_and_gradient(rows)
    assert np.isnan(gradients[np.isnan(values)]).all()
    unused = [column for column in range(3) if column not in expression.variables]
    assert (gradients[~np.isnan(values)][:, unused] == 0).all()


@pytest.mark.parametrize("name", OPERATORS)
def test_every_pullback_against_central_differences(name):
    operator = OPERATORS[name]
    arguments = [1.3, 0.6][: operator.arity]
    value = operator.function(*arguments)
    for position, pullback in enumerate(operator.pullbacks):
        ends = []
        for step in (1e-6, -1e-6):
            moved = list(arguments)
            moved[position] += step
            ends.append(operator.function(*moved))
        slope = (ends[0] - ends[1]) / 2e-6
        assert pullback(2.0, arguments, value) == pytest.approx(2 * slope, rel=1e-7)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("1/x0", [0.0]),
        ("1/(1/x0)", [0.0]),
        ("0/x0", [0.0]),
        ("1/(x0 - x0)", [3.0]),
        ("log(x0)", [0.0]),
        ("log(x0)", [-1.0]),
        ("exp(log(x0))", [0.0]),
        ("sqrt(x0)", [-1e-9]),
        ("x0**-1", [0.0]),
        ("x0**0.5", [-1.0]),
        ("1/0 + x0", [1.0]),
        ("log(-2)*x0", [1.0]),
    ],
)
def test_undefined_is_nan(text, row):
    values, gradients = parse(text).value_and_gradient([row])
    assert np.isnan(values).all()
    assert np.isnan(gradients).all()


def test_beyond_the_range_is_infinite():
    assert exp(x0).evaluate([[1e4]]) == np.inf
    assert (-exp(x0)).evaluate([[1e4]]) == -np.inf
    assert (1 / (1 + exp(x0))).evaluate([[1e4]]) == 0
    assert np.isnan((exp(x0) - exp(x0)).evaluate([[1e4]]))


def test_nan_in_the_data_stays_nan_where_it_is_used():
    X = [[np.nan, 1.0], [2.0, np.nan]]
    np.testing.assert_array_equal((x0 + 1).evaluate(X), [np.nan, 3.0])


def test_constants_and_single_columns_fill_all_rows():
    values, gradients = Constant(2).value_and_gradient(ROWS)
    assert values.tolist() == [2.0] * len(ROWS)
    assert not gradients.any()
    values, gradients = x1.value_and_gradient(ROWS)
    np.testing.assert_array_equal(values, ROWS[:, 1])
    np.testing.assert_array_equal(gradients, np.tile([0.0, 1.0, 0.0], (len(ROWS), 1)))


def test_results_share_no_memory_with_the_data():
    X = ROWS.copy()
    x0.evaluate(X)[:] = 7.0
    np.testing.assert_array_equal(X, ROWS)


def test_derivative_of_abs_at_zero_is_zero():
    assert absolute(x0).value_and_gradient([[0.0]])[1] == 0


def test_derivative_of_sqrt_at_zero_is_infinite():
    assert sqrt(x0).value_and_gradient([[0.0]])[1] == np.inf


@pytest.mark.parametrize("X", [ROWS.tolist(), ROWS.astype("float32"), np.asfortranarray(ROWS)])
def test_lists_and_arrays_of_any_layout_give_the_same_values(X):
    expression = x0 * x1 + exp(-x2)
    np.testing.assert_allclose(expression.evaluate(X), expression.evaluate(ROWS), rtol=1e-6)
    assert expression.evaluate(X).dtype == float


def test_integer_data_are_real_numbers():
    assert (x0 / x1).evaluate(np.array([[1, 2]])) == 0.5
    assert (x0**-1).evaluate(np.array([[2]])) == 0.5


def test_no_rows_give_no_values():
    values, gradients = (x0 + log(x1)).value_and_gradient(np.empty((0, 2)))
    assert values.shape == (0,)
    assert gradients.shape == (0, 2)


def test_data_without_the_columns_of_the_formula_are_refused():
    with pytest.raises(ValueError, match=r"X must be two-dimensional\. Got shape \(3,\) instead"):
        x0.evaluate([1.0, 2.0, 3.0])
    for method in (x2.evaluate, x2.value_and_gradient):
        with pytest.raises(ValueError, match=r"must have a column 2.* Got 2 columns instead"):
            method([[1.0, 2.0]])
