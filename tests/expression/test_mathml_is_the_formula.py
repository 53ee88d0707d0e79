"""MathML read back by a reader of its own has the values of the formula, whatever it holds."""

from xml.etree import ElementTree

import numpy as np
import pytest
from formula_strategies import ROWS, expressions
from hypothesis import given, settings

from skinterp.expression import Equation, parse, to_mathml

BINARY = {"+": "+", "−": "-", "⋅": "*", ",": ","}
FUNCTIONS = {name: getattr(np, name) for name in ("sin", "cos", "tan", "exp", "sqrt", "tanh")}
FUNCTIONS |= {
    "number": np.float64,
    "e": np.e,
    "log": np.log,
    "ln": np.log,
    "abs": np.abs,
    "max": np.maximum,
    "min": np.minimum,
}


def relu(values):
    return np.maximum(values, 0.0)


def logistic(values):
    return 1.0 / (1.0 + np.exp(-values))


FUNCTIONS |= {"relu": relu, "logistic": logistic, "sigmoid": logistic}


def code(node):
    """Return Python of an element of presentation MathML."""
    parts = list(node)
    if node.tag == "mn":
        return f"number({node.text.replace('−', '-')})"
    if node.tag == "mi":
        return node.text
    if node.tag == "mo":
        return BINARY.get(node.text, node.text)
    if node.tag == "mtext":
        return ""
    if node.tag == "msub":
        return "".join(part.text for part in parts)
    if node.tag == "mfrac":
        return f"(({code(parts[0])})/({code(parts[1])}))"
    if node.tag == "msup":
        return f"(({code(parts[0])})**({code(parts[1])}))"
    if node.tag == "msqrt":
        return f"sqrt({' '.join(map(code, parts))})"
    assert node.tag in {"mrow", "math"}, node.tag
    return inside_bars(list(map(code, parts)))


def inside_bars(words):
    """Return words as one text, what stands between the outermost bars as absolute values."""
    while "|" in words:
        first, last = words.index("|"), len(words) - 1 - words[::-1].index("|")
        words[first], words[last] = "abs(", ")"
    return " ".join(words)


def read(markup):
    """Return Python of MathML, of all its elements in a row."""
    return " ".join(map(code, ElementTree.fromstring(f"<p>{markup}</p>")))


def values_of(source, rows):
    """Compute source on rows of columns x0, x1, ..."""
    columns = {f"x{j}": column for j, column in enumerate(rows.T)}
    with np.errstate(all="ignore"):
        found = eval(source, {"__builtins__": {}}, {**FUNCTIONS, **columns})
    return np.broadcast_to(np.asarray(found, dtype=float), len(rows))


FORMULAS = [
    "x0 - (x1 - 3)",
    "-(x0 + x1)*x2",
    "x0/(x1 + 1)**2/x2",
    "x0/(x1/x2)",
    "exp(-(x0**2 + x1**2)/2) - 1e-9*x2",
    "sqrt(abs(x0 - 1)) + sin(3*x1)",
    "max(0, x0 - 0.5)**3 - max(0, 0.25 - x1)*x2",
    "(x0 - x1)**2*(x0 + x1)",
    "((x0 - 1700000000)/3)**2",
    "2*(-x0)*x1 - -x2",
    "-x0**2",
    "(-x0)**2",
    "x0*(x1*(x2 - 1) - 2) - 3",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_by_hand(text):
    rows = np.random.default_rng(0).normal(size=(50, 3))
    expression = parse(text)
    with np.errstate(all="ignore"):
        expected = expression.evaluate(rows)
    found = values_of(read(to_mathml(expression, digits=None)), rows)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@settings(max_examples=150)
@given(expressions())
def test_random_formulas(expression):
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(expression.evaluate(ROWS), len(ROWS))
    found = values_of(read(to_mathml(expression, digits=None)), ROWS)
    known = np.isfinite(expected) & np.isfinite(found)
    # what is undefined here and there only may be infinite in one of them
    size = np.abs(expected[known])
    assert np.all(np.abs(found[known] - expected[known]) <= 1e-6 * size + 1e-9)
    if expression.variables:
        assert np.mean(np.isfinite(expected) == np.isfinite(found)) >= 0.5


@pytest.mark.parametrize("greater", [True, False])
@pytest.mark.parametrize("threshold", [0.25, -3e-7, 1.7e9])
def test_comparisons(threshold, greater):
    rows = np.random.default_rng(0).normal(size=(200, 2))
    rows[:, 0] = threshold + abs(threshold) * rows[:, 0]
    equation = Equation(parse("x0 + 0*x1"), ("x0", "x1"), threshold, greater=greater)
    answers = values_of(read(equation.to_mathml()), rows).astype(bool)
    positive = np.asarray(equation.predict(rows)) == equation.classes[1]
    assert np.mean(answers == positive) >= 0.99
