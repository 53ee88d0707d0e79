"""Exported Python, C and SQL, executed, gives the same values."""

import numpy as np
import pytest
from formula_strategies import ROWS, ZEROS, exact_rows, expressions
from hypothesis import given, settings
from matplotlib.mathtext import MathTextParser
from run_exports import ODD_NAMES, compile_c, run_c, run_python, run_sql_values

from skinterp.expression import (
    OPERATORS,
    Constant,
    Operation,
    Variable,
    exp,
    log,
    parse,
    sqrt,
    to_c,
    to_latex,
    to_python,
    to_sql,
)

x0, x1, x2 = (Variable(index) for index in range(3))
ALL_ROWS = np.vstack([ROWS, ZEROS])
NAMES = ODD_NAMES[:3]
EACH_OPERATOR = [
    Operation(name, (x0,) if operator.arity == 1 else (x0, Constant(1.7) if name == "pow" else x1))
    for name, operator in OPERATORS.items()
]
PITFALLS = [
    Constant(1) / 2 * x0,
    x0 / x1 / x2,
    x0 / (x1 / x2),
    (-x0) ** 2,
    -(x0**2),
    (x0**2) ** 3,
    2 ** (x0 / 4),
    (Constant(-2) ** 2) ** 1.5 + x0,
    (Constant(-2) ** 0.5) * x0,
    1 / (Constant(1e200) ** 2) + x0,
    Constant(1) / 0 + x0,
    x0**-2,
    x0**-0.5,
    1 / (1 / x0),
    exp(log(x0)),
    sqrt(x0 - 1),
    (x0 + x1) ** 3 - (x0 - x1) ** -3,
    x0 - (x1 - (x2 - (-3 * x0))),
    Constant(3.5),
    Constant(2) / 3,
    1e-7 * x0 + 1e22,
    0.1 + x0 * (0.2 + x1),
    Constant(0.5) ** -1.0 * x0,
]


def assert_same(found, expected):
    """Compare to 1e-12 of each value, undefined and infinite ones included."""
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


def assert_same_where_well_conditioned(found, expression):
    """Compare to 1e-9 where the last bit of a sine or exponential does not decide."""
    rows = [index for index, _ in exact_rows(expression, ALL_ROWS)]
    values = expression.evaluate(ALL_ROWS)
    np.testing.assert_allclose(found[rows], values[rows], rtol=1e-9, atol=1e-11)


@given(expressions())
def test_python_computes_the_same(expression):
    function = run_python(to_python(expression, NAMES))["value"]
    assert_same_where_well_conditioned(function(ALL_ROWS), expression)


@settings(max_examples=25)
@given(expressions())
def test_c_computes_the_same(tmp_path_factory, expression):
    library = compile_c(to_c(expression, NAMES), tmp_path_factory.mktemp("c"))
    assert_same_where_well_conditioned(run_c(library, "value", ALL_ROWS), expression)


@given(expressions())
def test_sql_computes_the_same(expression):
    values = run_sql_values(to_sql(expression, NAMES), NAMES, ALL_ROWS)
    assert_same_where_well_conditioned(values, expression)


@pytest.mark.parametrize("expression", EACH_OPERATOR + PITFALLS, ids=str)
def test_every_operator_computes_the_same_in_every_language(expression, tmp_path):
    expected = expression.evaluate(ALL_ROWS)
    assert_same(run_python(to_python(expression, NAMES))["value"](ALL_ROWS), expected)
    assert_same(run_c(compile_c(to_c(expression), tmp_path), "value", ALL_ROWS), expected)
    assert_same(run_sql_values(to_sql(expression, NAMES), NAMES, ALL_ROWS), expected)


@pytest.mark.parametrize("expression", [x0 / x1, x0**2 / x1, x0 * x1 / 2, (x0 + 1) / 2, x0**-1])
def test_integer_columns_are_divided_as_real_numbers(expression):
    rows = [[1, 2, 3], [-7, 2, 5], [10**10, 3, 1]]
    values = run_sql_values(to_sql(expression, NAMES), NAMES, rows, column_type="INTEGER")
    np.testing.assert_allclose(values, expression.evaluate(rows), rtol=1e-12)
    python = run_python(to_python(expression, NAMES))["value"]
    np.testing.assert_allclose(python(rows), expression.evaluate(rows), rtol=1e-15)


def test_odd_names_reach_every_language(tmp_path):
    expression = sum(
        (Variable(i) * (i + 1) for i in range(len(ODD_NAMES))), start=Constant(0)
    ) / Variable(0)
    rows = np.random.default_rng(0).normal(size=(5, len(ODD_NAMES)))
    expected = expression.evaluate(rows)
    assert_same(run_python(to_python(expression, ODD_NAMES))["value"](rows), expected)
    assert_same(run_c(compile_c(to_c(expression, ODD_NAMES), tmp_path), "value", rows), expected)
    assert_same(run_sql_values(to_sql(expression, ODD_NAMES), ODD_NAMES, rows), expected)


def test_functions_can_be_named(tmp_path):
    assert run_python(to_python(x0, function_name="f"))["f"]([[2.0]]).tolist() == [2.0]
    library = compile_c(to_c(x0, function_name="f"), tmp_path)
    assert run_c(library, "f", [[2.0]]).tolist() == [2.0]


def test_the_source_needs_numpy_only_and_no_helper_without_a_division():
    source = to_python(x0 * x1)
    assert source.count("import") == 1
    assert "nonzero" not in source + to_c(x0 / 2)
    assert "nonzero" in to_python(x0 / x1)
    compile(source, "formula", "exec")


def test_null_columns_give_null():
    assert np.isnan(run_sql_values(to_sql(x0 + 1), ["x0"], [[None]])).all()


@pytest.mark.parametrize("export", [to_python, to_c])
@pytest.mark.parametrize("name", ["", "a b", "1f", "f(x)", "é"])
def test_refusals_of_function_names(export, name):
    with pytest.raises(ValueError, match="function_name must be a plain identifier"):
        export(x0, function_name=name)


@pytest.mark.parametrize("export", [to_python, to_c, to_sql, to_latex])
def test_refusals_of_names(export):
    with pytest.raises(ValueError, match="at least 2 names"):
        export(x1, names=["a"])


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x0*x1/x2**2", r"\frac{x_{0} \, x_{1}}{x_{2}^{2}}"),
        ("-3*x0*2", r"-3 \, x_{0} \cdot 2"),
        ("sqrt(x0) + abs(x1)", r"\sqrt{x_{0}} + \left|x_{1}\right|"),
        ("exp(-x0**2/2)", r"e^{-\frac{x_{0}^{2}}{2}}"),
        ("sin(x0 - x1)", r"\sin\left(x_{0} - x_{1}\right)"),
        ("(x0 + 1)*x1", r"\left(x_{0} + 1\right) \, x_{1}"),
        ("exp(x0)**2", r"\left(e^{x_{0}}\right)^{2}"),
        ("(x0/x1)**1.5", r"\left(\frac{x_{0}}{x_{1}}\right)^{1.5}"),
        ("1e-7*x0", r"1 \cdot 10^{-7} \, x_{0}"),
        ("x0 - (x1 - 2)", r"x_{0} - \left(x_{1} - 2\right)"),
    ],
)
def test_latex_is_what_one_would_write(text, latex):
    assert to_latex(parse(text)) == latex
    assert parse(text)._repr_latex_() == f"${latex}$"


def test_latex_of_names_and_digits():
    names = ["gene_a", "50% x^2", "k"]
    text = to_latex(3.14159 * x0 + x1 + x2, names, digits=3)
    assert text == r"3.14 \, \mathrm{gene\_a} + \mathrm{50\%\ x\hat{\ }2} + k"


@given(expressions())
def test_latex_can_be_drawn(expression):
    parser = MathTextParser("path")
    parser.parse(expression._repr_latex_())
    parser.parse(f"${to_latex(expression, ['a_b', 'c d', '50%'])}$")
