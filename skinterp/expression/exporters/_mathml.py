"""MathML of formulas, for pages; every name in it is escaped text."""

import re
from html import escape

from skinterp.expression._digits import as_digits
from skinterp.expression._exporters import Exporter, register_exporter
from skinterp.expression._fold import fold
from skinterp.expression._names import resolve_names
from skinterp.expression._printer import ATOM, POWER, PRODUCT, Phrase, Printer
from skinterp.utils import constant_text, one_line

# An element with a text of its own, another tag, or a bare sign.
_PIECES = re.compile(r"<(mi|mn|mo|mtext)\b[^>]*>[^<]*</\1>|<[^>]*>|[^<\s]+|\s+")


def mathml_name(name):
    """Write a name: a letter with a number as a subscript, other names upright.

    Parameters
    ----------
    name : str
        The name, any text.

    Returns
    -------
    str
        MathML.
    """
    match = re.fullmatch(r"([A-Za-z])([0-9]+)", name)
    if match:
        return f"<msub><mi>{match[1]}</mi><mn>{match[2]}</mn></msub>"
    return f'<mi mathvariant="normal">{escape(one_line(name))}</mi>'


def _number(value, digits):
    """Write a number, its power of ten as a power, its sign in front."""
    mantissa, _, exponent = constant_text(value, digits).partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    text = f"{sign}<mn>{mantissa.removeprefix('-')}</mn>"
    if not exponent:
        return text
    power = f"<msup><mn>10</mn><mn>{int(exponent)}</mn></msup>".replace("<mn>-", "<mn>−")
    return f"{text}<mo>⋅</mo>{power}"


class _MathMLPrinter(Printer):
    language = "mathml"
    associative = True

    def constant(self, value):
        """Write a number; one with a power of ten binds like a product."""
        text = _number(value, self.digits.of(value))
        return Phrase(text, PRODUCT if "msup" in text else ATOM)

    def call(self, function, *arguments):
        """Write a function call."""
        inside = [piece for argument in arguments for piece in ("<mo>,</mo>", argument)][1:]
        before = f"<mrow><mi>{escape(function)}</mi><mo>(</mo>"
        return Phrase.of(before, *inside, "<mo>)</mo></mrow>", binding=POWER)

    def enclose(self, phrase):
        """Put growing parentheses around a phrase."""
        return Phrase.of("<mrow><mo>(</mo>", phrase, "<mo>)</mo></mrow>", binding=ATOM)

    def default_notation(self, name):
        """Write a call of the operator's own name."""
        return name

    def write_product(self, left, right):
        """Write a product, with a dot: names have several letters."""
        left, right = self.within(left, PRODUCT), self.within(right, PRODUCT)
        return Phrase.of(left, "<mo>⋅</mo>", right, binding=PRODUCT)

    def write_quotient(self, left, right):
        """Write a fraction."""
        pieces = "<mfrac><mrow>", left, "</mrow><mrow>", right, "</mrow></mfrac>"
        return Phrase.of(*pieces, binding=PRODUCT)

    def write_power(self, base, exponent):
        """Write a power."""
        base = self.within(base, ATOM)
        pieces = "<msup><mrow>", base, "</mrow><mrow>", exponent, "</mrow></msup>"
        return Phrase.of(*pieces, binding=POWER)


def _elements(text):
    """Return math elements, one a term of the outermost sum, with every sign in an element."""
    elements, depth = [""], 0
    for match in _PIECES.finditer(text):
        piece = match[0]
        if piece.isspace():
            continue
        if piece.startswith("<") and match[1] is None:
            depth += -1 if piece.startswith("</") else 1
        elif not piece.startswith("<"):
            sign, form = escape(piece).replace("-", "−"), ""
            if depth == 0 and elements[-1]:
                elements.append("")
                form = ' form="infix"'  # spaced as between terms, though it comes first
            piece = f"<mo{form}>{sign}</mo>"
        elements[-1] += piece
    return [f'<math displaystyle="true">{element}</math>' for element in elements]


def _written(expression, names, digits):
    names = [mathml_name(name) for name in resolve_names(expression, names)]
    return fold(expression, _MathMLPrinter(names, as_digits(digits))).text


def to_mathml(expression, names=None, digits=4):
    """Write MathML, an element a term of the outermost sum, so that lines break between terms.

    Parameters
    ----------
    expression : Expression
        The formula.
    names : sequence of str, default=None
        Column names, by default x0, x1 and so on.
    digits : int, Digits or None, default=4
        Significant digits of the constants shown; None shows them in full.

    Returns
    -------
    str
        ``<math>`` elements, separated by spaces.

    Examples
    --------
    >>> from skinterp.expression import Variable, to_mathml
    >>> to_mathml(Variable(0) - 2, ["a<b"])
    '<math ...>a&lt;b</mi></math> <math ...><mo form="infix">−</mo><mn>2</mn></math>'
    """
    return " ".join(_elements(_written(expression, names, digits)))


def _write_classifier(equation, digits=4):
    text = to_mathml(equation.prediction, equation.feature_names, digits)
    number = _number(equation.threshold, equation.threshold_digits(digits))
    unit = ""
    if equation.unit and equation.threshold:
        unit = f"<mtext>&#160;{escape(one_line(equation.unit))}</mtext>"
    sign = f'<mo form="infix">{escape(equation.sign)}</mo>'
    (last,) = _elements(f"{sign}<mrow>{number}{unit}</mrow>")
    return f"{text} {last}"


register_exporter(Exporter("mathml", to_mathml, _write_classifier, rounds=True))
