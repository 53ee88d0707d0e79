"""Languages of strangers: registered by one call, formulas and equations write them."""

import pytest
from softplus import SOFTPLUS, exported, registered

from skinterp.expression import (
    EXPORTERS,
    Equation,
    Exporter,
    Phrase,
    Printer,
    parse,
    register_exporter,
)
from skinterp.expression._fold import fold


class JuliaPrinter(Printer):
    language = "julia"
    notation = {name: name for name in ("exp", "log", "sqrt")}

    def write_power(self, base, exponent):
        return Phrase(f"{base.text}^{exponent}", super().write_power(base, exponent).binding)


def write(expression, names=None):
    width = max(expression.variables, default=-1) + 1
    return fold(expression, JuliaPrinter(names or [f"x{j}" for j in range(width)])).text


def write_classifier(equation):
    return equation.condition(write(equation.expression, equation.feature_names), "!")


@pytest.fixture(autouse=True)
def _with_julia():
    with exported("julia", write, write_classifier):
        yield


def test_formulas_write_a_strangers_language():
    assert parse("x0**2*exp(-x1)").export("julia") == "x0^2*exp(-x1)"


def test_equations_write_a_strangers_language():
    equation = Equation(parse("a - b", ("a", "b")), ("a", "b"))
    assert equation.export("julia") == "a - b"
    classifier = Equation(parse("a - b", ("a", "b")), ("a", "b"), threshold=1.5)
    assert classifier.export("julia") == "a - b > 1.5"


def test_operators_may_tell_how_a_strangers_language_writes_them():
    with pytest.raises(ValueError, match="'sin' cannot be written in 'julia'"):
        parse("sin(x0)").export("julia")
    with registered(SOFTPLUS):
        SOFTPLUS.notation["julia"] = "log1pexp"
        try:
            assert parse("softplus(x0)").export("julia") == "log1pexp(x0)"
        finally:
            del SOFTPLUS.notation["julia"]


@pytest.mark.parametrize("language", ["text", "latex", "sympy", "python", "c", "sql"])
def test_every_builtin_language_writes_formulas_and_both_kinds_of_equations(language):
    formula = parse("x0*exp(-x1)/2")
    names = ("a", "b")
    assert "exp" in str(formula.export(language, names)).replace("e^", "exp")
    assert "exp" in str(Equation(formula, names).export(language)).replace("e^", "exp")
    assert "1" in str(Equation(formula, names, threshold=1.0).export(language))


def test_an_unknown_language_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"language must be one of \[.*'sql'.*Got 'cobol' inst"):
        parse("x0").export("cobol")


def test_only_exporters_are_registered_and_only_once():
    with pytest.raises(TypeError, match="registered as Exporter"):
        register_exporter("julia")
    with pytest.raises(ValueError, match="named 'julia' already"):
        register_exporter(Exporter("julia", write, write_classifier))
    assert set(EXPORTERS) >= {"julia", "text"}
