"""Expressions are immutable values that can be hashed, copied, pickled and measured."""

import copy
import functools
import pickle
import subprocess
import sys

import numpy as np
import pytest
from formula_strategies import ROWS, expressions
from hypothesis import given

from skinterp import expression as expression_package
from skinterp.expression import (
    OPERATORS,
    Constant,
    Expression,
    Operation,
    Variable,
    absolute,
    cos,
    exp,
    from_postfix,
    log,
    sin,
    sqrt,
    tan,
    tanh,
)
from skinterp.expression._nodes import as_expression

x0, x1, x2 = (Variable(index) for index in range(3))


@given(expressions())
def test_repr_pickle_and_copy_give_an_equal_expression(expression):
    again = eval(repr(expression), vars(expression_package).copy())
    for other in (again, pickle.loads(pickle.dumps(expression)), copy.deepcopy(expression)):
        assert other == expression
        assert hash(other) == hash(expression)


@given(expressions(), expressions())
def test_equality_is_equality_of_trees(one, other):
    assert (one == other) == (repr(one) == repr(other))


def test_variable_and_constant_of_the_same_number_differ():
    assert Variable(1) != Constant(1)
    assert x0 + x1 != x0 + 1
    assert x0 != 0
    assert len({Variable(0), Variable(0), Constant(0)}) == 2


def test_negative_zero_is_zero():
    assert repr(Constant(-0.0)) == "Constant(0.0)"


def test_hash_survives_a_pickle_read_by_another_process():
    code = (
        "import pickle, sys; e = pickle.loads(sys.stdin.buffer.read());"
        "from skinterp.expression import parse;"
        "assert e in {parse('x0*x1 + sin(x2)')}"
    )
    data = pickle.dumps(x0 * x1 + sin(x2))
    subprocess.run([sys.executable, "-c", code], input=data, check=True)


@pytest.mark.parametrize("node", [x0, Constant(2.0), x0 * x1], ids=str)
def test_nodes_cannot_change(node):
    with pytest.raises(AttributeError, match="is immutable: token cannot change"):
        node.token = 1
    with pytest.raises(AttributeError, match="is immutable: args cannot change"):
        del node.args
    with pytest.raises(AttributeError):
        node.anything = 1


@given(expressions())
def test_postfix_round_trip(expression):
    assert from_postfix(expression.postfix) == expression
    assert len(expression.postfix) == expression.complexity


def test_operators_build_the_obvious_trees():
    assert 2 * x0 == Operation("mul", (Constant(2), x0))
    assert x0 / 2 == Operation("div", (x0, Constant(2)))
    assert 1 - x0 == Operation("sub", (Constant(1), x0))
    assert 3 / x0 == Operation("div", (Constant(3), x0))
    assert 1 + x0 == Operation("add", (Constant(1), x0))
    assert -x0 == Operation("neg", (x0,))
    assert +x0 == x0
    assert -Constant(2) == Constant(-2)
    assert np.float64(2) * x0 == 2 * x0
    assert np.int64(2) + x0 == 2 + x0


def test_powers_take_their_simplest_form():
    assert x0**2 == Operation("square", (x0,))
    assert x0**3 == Operation("cube", (x0,))
    assert x0**1.5 == Operation("pow", (x0, Constant(1.5)))
    assert x0 ** (Constant(1) / 2) == Operation("pow", (x0, Constant(0.5)))
    assert x0**x1 == exp(x1 * log(x0))
    assert 2**x0 == exp(x0 * log(2))


@pytest.mark.parametrize(
    ("function", "name"),
    [(exp, "exp"), (log, "log"), (sqrt, "sqrt"), (sin, "sin"), (cos, "cos"), (tan, "tan")]
    + [(tanh, "tanh"), (absolute, "abs")],
)
def test_functions_build_operations(function, name):
    assert function(x1) == Operation(name, (x1,))
    assert function(2) == Operation(name, (Constant(2),))


def test_complexity_counts_nodes():
    assert Constant(-3).complexity == 1
    assert (x0 * x1).complexity == 3
    assert (x0**2).complexity == 2
    assert (x0**2.5).complexity == 3
    assert (x0 * x1 / x2**2).complexity == 6
    assert ((x0 + x1) * (x0 + x1)).complexity == 7


@given(expressions())
def test_cost_with_unit_prices_is_complexity(expression):
    assert expression.cost(dict.fromkeys(OPERATORS, 1.0)) == expression.complexity


def test_cost_adds_prices():
    assert (x0 + sin(x1)).cost() == 1 + 1 + 3 + 1
    assert (x0 + sin(x1)).cost({"sin": 0.5}) == 1 + 1 + 0.5 + 1


def test_a_formula_knows_its_variables_and_constants():
    expression = 3 * x2 - sin(2 * x0 + 3) ** 1.5
    assert expression.variables == (0, 2)
    assert expression.constants == (3.0, 2.0, 3.0, 1.5)
    assert Constant(1).variables == ()


@given(expressions())
def test_constants_are_replaced_in_their_order(expression):
    assert expression.with_constants(expression.constants) == expression
    moved = expression.with_constants([value + 1 for value in expression.constants])
    assert np.allclose(moved.constants, np.array(expression.constants) + 1)
    assert moved.complexity == expression.complexity


def test_very_deep_formulas_work():
    total = functools.reduce(lambda left, right: left + right, map(Variable, range(3000)))
    again = pickle.loads(pickle.dumps(total))
    assert again == total
    assert total.evaluate(np.ones((2, 3000))).tolist() == [3000.0, 3000.0]
    assert str(total).endswith("x2998 + x2999")


def test_expression_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Expression()


@pytest.mark.parametrize("value", [np.nan, np.inf, "2", None, 1j])
def test_constants_are_finite_numbers(value):
    with pytest.raises(ValueError, match=r"value must be a finite number\. Got"):
        Constant(value)


@pytest.mark.parametrize("index", [-1, 0.0, "x0"])
def test_indices_count_from_zero(index):
    with pytest.raises(ValueError, match=r"index must be an integer from 0\. Got"):
        Variable(index)


def test_operations_without_an_operator_or_its_arguments_are_refused():
    with pytest.raises(ValueError, match=r"operator must be one of \['abs', .*Got 'sinh' instead"):
        Operation("sinh", (x0,))
    with pytest.raises(ValueError, match=r"args of 'add' must be 2 Expression\. Got"):
        Operation("add", (x0,))
    with pytest.raises(ValueError, match=r"args of 'exp' must be 1 Expression\. Got"):
        Operation("exp", (2.0,))
    with pytest.raises(ValueError, match="exponent of 'pow' must be a Constant"):
        Operation("pow", (x0, x1))


def test_operands_that_are_no_numbers_are_refused():
    for bad in ("a", None, [1.0], 1j):
        with pytest.raises(TypeError):
            x0 + bad
        with pytest.raises(TypeError):
            bad**x0
        with pytest.raises(TypeError, match=r"an operand must be an Expression or a number\. Got"):
            as_expression(bad)
    with pytest.raises(TypeError):
        ROWS * x0


def test_other_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match=r"values must hold 1 numbers\. Got 2 instead"):
        (x0 + 1).with_constants([1.0, 2.0])
    with pytest.raises(ValueError, match=r"prices must be keyed .* Got \['sinh'\] instead"):
        x0.cost({"sinh": 2.0})
    with pytest.raises(ValueError, match="must give 'mul' 2 arguments before it"):
        from_postfix([0, "mul"])
    with pytest.raises(ValueError, match=r"must make one expression\. Got 2 instead"):
        from_postfix([0, 1])
