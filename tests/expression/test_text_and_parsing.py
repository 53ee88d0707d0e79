"""What is printed is readable, and `parse` reads it back."""

import cProfile
import math
import tracemalloc

import numpy as np
import pytest
from formula_strategies import ROWS, exact_rows, expressions
from hypothesis import given
from hypothesis import strategies as st

from skinterp.expression import Constant, Operation, Variable, absolute, cos, exp, log, parse, sqrt

x0, x1, x2 = (Variable(index) for index in range(3))
ODD_NAMES = ["a b", "x^2", "class", 'quo"te', "back`tick", "sin", "pi", "1st", "é", "A·", "", "x0"]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (x0 * x1 / x2**2, "x0*x1/x2**2"),
        (x0 + -3 * x1, "x0 - 3*x1"),
        (x0 - (-3 * x1), "x0 + 3*x1"),
        (x0 + Constant(-3), "x0 - 3"),
        (x0 - (x1 - x2), "x0 - (x1 - x2)"),
        (x0 + (-x1 + x2), "x0 - x1 + x2"),
        (-(x0 + x1), "-(x0 + x1)"),
        (-(x0 * x1), "-x0*x1"),
        (Operation("neg", (-x0,)), "x0"),
        ((-x0) * (-x1), "x0*x1"),
        (x0 / (x1 * x2), "x0/(x1*x2)"),
        (x0 / (x1 / x2), "x0/(x1/x2)"),
        (x0 * (x1 / x2), "x0*x1/x2"),
        (x0 * (x1 + x2), "x0*(x1 + x2)"),
        ((-x0) ** 2, "(-x0)**2"),
        (-(x0**2), "-x0**2"),
        ((x0**2) ** 3, "(x0**2)**3"),
        (Constant(-2) ** 1.5 + x0, "(-2)**1.5 + x0"),
        (x0**-1.5, "x0**-1.5"),
        (exp(-(x1**2) / 2), "exp(-x1**2/2)"),
        (absolute(x0) + sqrt(x1), "abs(x0) + sqrt(x1)"),
        (2.123456 * x0 + 123456 + 1e-7 * x1, "2.123*x0 + 123500 + 1e-07*x1"),
    ],
)
def test_text_is_what_one_would_write(expression, text):
    assert str(expression) == text


def test_digits_round_what_is_shown():
    expression = math.pi * x0
    assert expression.format(digits=2) == "3.1*x0"
    assert expression.format(digits=None) == "3.141592653589793*x0"


@given(expressions(), st.sampled_from([None, ["a", "b c", "x1"]]))
def test_parse_reads_what_is_printed(expression, names):
    again = parse(expression.format(names, digits=None), names)
    values, read = expression.evaluate(ROWS), again.evaluate(ROWS)
    for index, _ in exact_rows(expression):
        np.testing.assert_allclose(read[index], values[index], rtol=1e-8, atol=1e-8)


@given(st.lists(st.text(), unique=True, min_size=2, max_size=2))
def test_any_text_is_a_name(names):
    expression = x0 * exp(-x1) + 1
    assert parse(expression.format(names), names) == expression


def test_names_that_are_no_identifiers_are_quoted():
    for index, name in enumerate(ODD_NAMES):
        text = Variable(index).format(ODD_NAMES)
        assert (text == name) == (name in ("é", "x0"))
        assert parse(text, ODD_NAMES) == Variable(index)


def test_keywords_need_no_quotes_when_read():
    assert parse("class*lambda", ["lambda", "class"]) == x1 * x0


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("x0 - x1 - x2", (x0 - x1) - x2),
        ("x0/x1*x2", (x0 / x1) * x2),
        ("-x0**2", -(x0**2)),
        ("x0**-2", x0 ** Constant(-2)),
        ("2**3**2", Constant(2) ** Constant(9)),
        ("-3*x0", Constant(-3) * x0),
        ("--x0", Operation("neg", (-x0,))),
        ("+x0", x0),
        ("1.5e-3 + .5 + 2.", Constant(1.5e-3) + 0.5 + 2.0),
        ("x0**x1", exp(x1 * log(x0))),
        (" cos ( pi * x2 ) \n", cos(math.pi * x2)),
        ("x12", Variable(12)),
    ],
)
def test_parse_follows_python(text, expression):
    assert parse(text) == expression


def test_pi_may_be_a_column():
    assert parse("pi", ["pi"]) == x0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x0 +", "expected a number, a name or '\\(', got 'the end' at position 4"),
        ("", "got 'the end' at position 0"),
        ("x0 $ 2", "unexpected '\\$' at position 3"),
        ("x0^2", "unexpected '\\^' at position 2 \\(write powers as \\*\\*\\)"),
        ("(x0 + 1", "expected '\\)', got 'the end' at position 7"),
        ("x0 x1", "unexpected 'x1' at position 3"),
        ("2x0", "unexpected 'x0' at position 1"),
        ("sinh(x0)", "unknown function 'sinh'; known are .*'exp'.* at position 0"),
        ("1 + foo", "unknown name 'foo'; known are x0, x1, ..., at position 4"),
        ("sin + 1", "unknown name 'sin'"),
        ("`a", "unexpected '`' at position 0"),
        ("sin(x0, x1)", "expected '\\)', got ','"),
        ("__import__('os')", 'unexpected "\'" at position 11'),
        ("x0.real", "unexpected '.' at position 2"),
        ("(" * 10000, "got 'the end' at position 10000"),
        ("(" * 20000 + "x0" + ")" * 19999, "expected '\\)', got 'the end'"),
        ("1e999*x0", "'1e999' is too large a number at position 0"),
        ("2**2**9**9", "an exponent that is no finite number at position 10"),
        ("a" * 1_000_000, "unknown name 'a{20}\\.\\.\\.a{20}'; known are x0"),
        ("1" * 1_000_000, "'1{20}\\.\\.\\.1{20}' is too large a number at position 0"),
        ("x1234567", "unknown name 'x1234567'"),
        ("x0 + " * 200_000 + "x0", "of at most 25000 numbers, names and operations. Got more"),
        ("(" * 1_000_000, "of at most 25000 numbers, names and operations. Got more"),
        ("-" * 1_000_000 + "x0", "of at most 25000 numbers, names and operations. Got more"),
        ("sin()", "expected a number, a name or '\\(', got '\\)' at position 4"),
        ("(x0, x1)", "expected '\\)', got ','"),
        ("x0)", "unexpected '\\)' at position 2"),
    ],
)
def test_errors_name_the_token(text, message):
    with pytest.raises(ValueError, match=f"text must be a formula.*{message}"):
        parse(text)


def test_deep_and_long_formulas_are_read_back():
    deep = quotients = x0
    for _ in range(2000):
        deep, quotients = exp(-deep), x1 / quotients
    wide = sum((float(k) * x1 * x0 for k in range(1, 1500)), start=x2)
    for expression in (deep, quotients, wide):
        assert parse(expression.format(digits=None)) == expression
    assert parse("(" * 20000 + "x0" + ")" * 20000) == x0
    assert parse("-" * 5000 + "x0").complexity == 5001


HUGE = {
    "a sum": "+".join(["x0"] * 12_500),
    "a sum of numbers": "+".join(["1"] * 12_500),
    "nested sums": "(x0-" * 12_499 + "x0" + ")" * 12_499,
    "products": "+".join(["x0*x1"] * 6_250),
    "quotients": "/".join(["x0"] * 12_500),
    "powers": "**".join(["x0"] * 6_200),
    "squares": "(" * 12_000 + "x0" + "**2)" * 12_000,
    "calls": "exp(" * 24_000 + "x0" + ")" * 24_000,
    "maxima": "max(" * 12_000 + "x0" + ",x1)" * 12_000,
    "parentheses": "(" * 49_000 + "x0" + ")" * 49_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_the_longest_texts_are_read_written_and_read_again(name):
    expression = parse(HUGE[name])
    assert parse(expression.format(digits=None)) == expression


@pytest.mark.parametrize("language", ["text", "c"])
def test_writing_keeps_no_copies_of_the_text(language):
    expression = parse("+".join(["x0*x1"] * 3_000))
    tracemalloc.start()
    try:
        text = expression.export(language)
        assert tracemalloc.get_traced_memory()[1] < 300 * len(text)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("language", ["text", "latex", "python", "c", "sql"])
def test_the_work_of_writing_grows_as_the_text_does(language):
    def work(n_products):
        expression = parse("+".join(["x0*x1"] * n_products))
        profile = cProfile.Profile()
        copied = profile.runcall(expression.export, language)
        calls = sum(entry.callcount for entry in profile.getstats())
        return calls, len(copied)

    calls, length = work(1_500)
    more_calls, longer = work(3_000)
    assert longer < 2.01 * length
    assert more_calls < 2.1 * calls


def test_nested_maxima_double_no_code_in_c_and_are_refused_in_sql():
    nested = parse("max(x0, " * 60 + "x1" + ")" * 60)
    assert len(nested.export("c")) < 2_000
    assert "CASE" in parse("max(x0, max(x1, x2))").export("sql")
    with pytest.raises(ValueError, match=r"at most 10000000 characters to write\. Got one of"):
        nested.export("sql")


@given(st.text(alphabet="x01.e+-*/(), `^absinmaxpow\n", max_size=200))
def test_any_text_is_a_formula_or_refused_with_a_sentence(text):
    try:
        expression = parse(text)
    except ValueError as error:
        assert str(error).startswith("text must be a formula")
    else:
        written = expression.format(digits=None)
        assert parse(written).format(digits=None) == written


def test_signs_bind_as_in_python():
    values = {"x0": 1.5, "x1": -0.7, "x2": 2.0}
    row = [list(values.values())]
    for text in (
        "-x0**2",
        "2**-x0*x1",
        "x0**-2**2",
        "x2**x2**-x2",
        "x0 - x1 - x2*-x1/x0/x2",
        "+-+x0",
    ):
        assert parse(text).evaluate(row)[0] == pytest.approx(eval(text, values.copy()))


def test_unknown_names_list_the_columns():
    with pytest.raises(ValueError, match="unknown name 'c'; known are 'a', 'b', at position 4"):
        parse("a + c", ["a", "b"])


def test_refusals_of_names():
    with pytest.raises(ValueError, match=r"at least 3 names.*uses x2\. Got 2 instead"):
        x2.format(["a", "b"])
    with pytest.raises(ValueError, match=r"names must be distinct\. Got \['a'\] more than once"):
        x0.format(["a", "a"])


def test_a_factor_that_rounding_makes_one_is_not_written():
    formula = parse("1.00003*x0 + 1.00002*exp(x1) - 1.00001*x0*x1")
    assert formula.format() == "x0 + exp(x1) - x0*x1"
    assert parse(formula.format(digits=None)) == formula
    X = np.random.default_rng(0).normal(size=(50, 2))
    np.testing.assert_allclose(parse(formula.format()).evaluate(X), formula.evaluate(X), rtol=1e-3)
