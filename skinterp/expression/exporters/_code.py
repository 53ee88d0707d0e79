"""The grammar that source code in every language shares: zeros, powers and names."""

from keyword import iskeyword

from skinterp.expression._names import resolve_names
from skinterp.expression._printer import PRODUCT, Phrase, Printer

# What the code written, Python's or C's, calls or reserves; Python's own keywords come to these.
_TAKEN = (
    "np X x x0 auto case char const default do double enum extern float goto inline int long "
    "register restrict short signed sizeof static struct switch typedef union unsigned void "
    "volatile main isnan NAN exp log log2 log10 sqrt sin cos tan tanh fabs pow fmin fmax "
    "nonzero larger"
)


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
        if factors and isinstance(base.body, str) and base.text in self.names:
            return Phrase("*".join([base.text] * factors), PRODUCT)
        return self.call(self.power_function, base, exponent)


def local_names(expression, names, function_name):
    """Names x0, x1, ... for a function, and (index, column name) of the variables it uses."""
    is_plain = function_name.isascii() and function_name.isidentifier()
    if not is_plain or iskeyword(function_name) or function_name in _TAKEN.split():
        raise ValueError(
            "function_name must be a plain identifier that means nothing in Python and C, such as "
            f"'formula'. Got {function_name!r} instead."
        )
    columns = resolve_names(expression, names)
    used = [(index, ascii(columns[index])) for index in expression.variables]
    return [f"x{index}" for index in range(len(columns))], used
