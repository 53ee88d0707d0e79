"""Readable text of formulas, in the user's column names, which `parse` reads back."""

from skinterp.expression._digits import as_digits
from skinterp.expression._exporters import Exporter, register_exporter
from skinterp.expression._fold import fold
from skinterp.expression._names import quote_name, resolve_names
from skinterp.expression._printer import Printer
from skinterp.utils import constant_text


class _TextPrinter(Printer):
    language = "text"
    associative = True

    def number(self, value):
        """Write a rounded number."""
        return constant_text(value, self.digits.of(value))

    def default_notation(self, name):
        """Write a call of the operator's own name."""
        return name


def _write(expression, names=None, digits=4):
    names = [quote_name(name) for name in resolve_names(expression, names)]
    return fold(expression, _TextPrinter(names, as_digits(digits))).text


def _write_classifier(equation, digits=4):
    threshold = constant_text(equation.threshold, equation.threshold_digits(digits))
    text = _write(equation.prediction, equation.feature_names, digits)
    unit = f" {equation.unit}" if equation.unit and equation.threshold else ""
    return f"{text} {equation.sign} {threshold}{unit}"


register_exporter(Exporter("text", _write, _write_classifier, rounds=True))
