"""MathML: well formed, of escaped names, every sign an element, lines that can break."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinterp.expression import Equation, parse, to_mathml

FORMULAS = [
    "x0",
    "-x0",
    "-2.5*x0",
    "x0 - x1",
    "x0 - (x1 - 3)",
    "-(x0 + x1)",
    "x0/(x1 + 1)**2",
    "exp(-(x0**2 + x1**2)/2)",
    "sqrt(abs(x0 - 1)) + sin(3*x1)",
    "1e-9*x0 - 1e12*x1",
    "max(0, x0 - 0.5)**3",
    "(x0 - x1)**2*(x0 + x1)",
    "x0**-1.5",
    "2*(-x0)*x1",
]
LEAVES = {"mi", "mn", "mo", "mtext"}


def trees(markup):
    return list(ElementTree.fromstring(f"<p>{markup}</p>"))


def said(markup):
    """Return the texts of all elements, checking that they stand in leaves only."""
    words = []
    for tree in trees(markup):
        for node in tree.iter():
            assert not (node.tail or "").strip() or node is tree
            if node.tag in LEAVES:
                assert node.text and not len(node)
                words.append(node.text)
            else:
                assert not (node.text or "").strip()
            assert len(node) == 2 or node.tag not in {"mfrac", "msup", "msub"}
    return words


@pytest.mark.parametrize("text", FORMULAS)
def test_every_text_stands_in_an_element_of_its_own(text):
    words = said(to_mathml(parse(text)))
    assert "-" not in words and set(words).isdisjoint({"*", "**", "/"})


def test_terms_are_elements_so_that_lines_break_between_them():
    assert len(trees(to_mathml(parse("x0 - 2*x1 + x2**2")))) == 3
    assert len(trees(to_mathml(parse("(x0 - 2*x1 + x2**2)/x3")))) == 1
    assert said(to_mathml(parse("x0 - 2*x1"))) == ["x", "0", "−", "2", "⋅", "x", "1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x0/x1", "<mfrac>"),
        ("x0**2", "<msup>"),
        ("sqrt(x0)", "<msqrt>"),
        ("exp(x0)", "<mi>e</mi>"),
        ("abs(x0)", "<mo>|</mo>"),
        ("tanh(x0)", "<mi>tanh</mi>"),
        ("2*(x0 + x1)", "<mo>(</mo>"),
    ],
)
def test_operators_have_their_notation(text, expected):
    assert expected in to_mathml(parse(text))


@given(st.text(min_size=1))
def test_any_name_is_text(name):
    words = said(to_mathml(parse("x0 - 1"), [name]))
    assert "script" not in {
        node.tag for tree in trees(to_mathml(parse("x0"), [name])) for node in tree.iter()
    }
    assert words[-2:] == ["−", "1"]


def test_a_classifier_ends_in_its_threshold_and_shows_the_digits_of_its_text():
    equation = Equation(parse("x0/x1"), ("a", "<b>"), threshold=-1.25, greater=False)
    assert said(equation.to_mathml()) == ["a", "<b>", "<", "−", "1.25"]
    assert said(Equation(parse("3.14159*x0"), ("a",)).to_mathml(digits=2))[0] == "3.1"
