"""LaTeX of formulas."""

from skinterp.expression._digits import as_digits
from skinterp.expression._exporters import Exporter, register_exporter
from skinterp.expression._fold import fold
from skinterp.expression._names import escape, latex_names, resolve_names
from skinterp.expression._printer import ATOM, POWER, PRODUCT, Phrase, Printer
from skinterp.utils import constant_text


def _latex_number(value, digits):
    """Write a number, its power of ten as a power."""
    mantissa, _, exponent = constant_text(value, digits).partition("e")
    return f"{mantissa} \\cdot 10^{{{int(exponent)}}}" if exponent else mantissa


class _LatexPrinter(Printer):
    language = "latex"
    associative = True

    def constant(self, value):
        """Write a number; one with a power of ten binds like a product."""
        text = _latex_number(value, self.digits.of(value))
        return Phrase(text, PRODUCT if "cdot" in text else ATOM)

    def call(self, function, *arguments):
        """Write a function call."""
        inside = [piece for argument in arguments for piece in (", ", argument)][1:]
        return Phrase.of(f"{function}\\left(", *inside, "\\right)", binding=POWER)

    def enclose(self, phrase):
        """Put growing parentheses around a phrase."""
        return Phrase.of("\\left(", phrase, "\\right)", binding=ATOM)

    def default_notation(self, name):
        """Write the operator's own name upright."""
        return f"\\operatorname{{{escape(name)}}}"

    def write_product(self, left, right):
        """Write a product, with a dot before a number."""
        left, right = self.within(left, PRODUCT), self.within(right, PRODUCT)
        is_dotted = right.head[:1].isdigit() or right.head.startswith("\\frac")
        return Phrase.of(left, " \\cdot " if is_dotted else " \\, ", right, binding=PRODUCT)

    def write_quotient(self, left, right):
        """Write a fraction."""
        return Phrase.of("\\frac{", left, "}{", right, "}", binding=PRODUCT)

    def write_power(self, base, exponent):
        """Write a power."""
        return Phrase.of(self.within(base, ATOM), "^{", exponent, "}", binding=POWER)


def to_latex(expression, names=None, digits=4):
    """Write LaTeX for use in mathematics mode.

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
        The LaTeX source.

    Examples
    --------
    >>> from skinterp.expression import Variable, to_latex
    >>> print(to_latex(Variable(0) * Variable(1) / Variable(2) ** 2))
    \\frac{x_{0} \\, x_{1}}{x_{2}^{2}}
    """
    names = latex_names(resolve_names(expression, names))
    return fold(expression, _LatexPrinter(names, as_digits(digits))).text


def _write_classifier(equation, digits=4):
    threshold = _latex_number(equation.threshold, equation.threshold_digits(digits))
    text = to_latex(equation.prediction, equation.feature_names, digits)
    unit = (
        f"\\ \\mathrm{{{escape(equation.unit)}}}" if equation.unit and equation.threshold else ""
    )
    return f"{text} {equation.sign} {threshold}{unit}"


register_exporter(Exporter("latex", to_latex, _write_classifier, rounds=True))
