"""The grammar that source code in every language shares: zeros, powers and names."""

from skinterp.expression._names import resolve_names
from skinterp.expression._printer import PRODUCT, Phrase, Printer


class CodePrinter(Printer):
    """A printer that marks phrases which must not be zero."""

    def nonzero(self, phrase):
        """Write a call that is undefined for zero, unless the phrase is another number."""
        if phrase.is_number and phrase.text != "0.0":
            return phrase
        return self.call_nonzero(phrase)

    def call_nonzero(self, phrase):
        """Write the call."""
        return self.call("nonzero", phrase)


class CallingPrinter(CodePrinter):
    """A code printer for languages without an operator for powers."""

    power_function = "pow"

    def write_power(self, base, exponent):
        """Write squares and cubes of variables as products, other powers as calls."""
        factors = {"2": 2, "3": 3}.get(exponent.text)
        if factors and base.text in self.names:
            return Phrase("*".join([base.text] * factors), PRODUCT)
        return self.call(self.power_function, base, exponent)


def local_names(expression, names, function_name):
    """Names x0, x1, ... for a function, and (index, column name) of the variables it uses."""
    if not (function_name.isascii() and function_name.isidentifier()):
        raise ValueError(
            f"function_name must be a plain identifier. Got {function_name!r} instead."
        )
    columns = resolve_names(expression, names)
    used = [(index, ascii(columns[index])) for index in expression.variables]
    return [f"x{index}" for index in range(len(columns))], used
