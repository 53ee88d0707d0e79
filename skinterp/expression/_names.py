"""Names of columns in formulas."""

import keyword
import re

from skinterp.expression._operators import OPERATORS, PLAIN_NAME


def resolve_names(expression, names=None):
    """Give every variable of an expression a distinct name, x0, x1, ... by default."""
    needed = max(expression.variables, default=-1) + 1
    if names is None:
        return tuple(f"x{index}" for index in range(needed))
    names = tuple(str(name) for name in names)
    if len(names) < needed:
        raise ValueError(
            f"names must hold at least {needed} names, because the expression uses "
            f"x{needed - 1}. Got {len(names)} instead."
        )
    if len(set(names)) < len(names):
        repeated = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"names must be distinct. Got {repeated} more than once instead.")
    return names


def quote_name(name):
    """Put a name that is no plain identifier in backticks, doubling those it holds."""
    is_plain = re.fullmatch(PLAIN_NAME, name) and name.isidentifier()
    is_call = name in OPERATORS and OPERATORS[name].is_call
    if is_plain and not (is_call or keyword.iskeyword(name) or name == "pi"):
        return name
    return "`" + name.replace("`", "``") + "`"


_ESCAPES = {
    "\\": r"\backslash ",
    "^": r"\hat{\ }",
    "~": r"\tilde{\ }",
    " ": r"\ ",
} | {character: "\\" + character for character in "&%$#_{}"}


def escape(name):
    """Escape a name for LaTeX."""
    return "".join(_ESCAPES.get(character, character) for character in name)


def latex_names(names):
    """Write column names for LaTeX, upright where two would look the same: x1 and x_1."""
    short = [latex_name(name) for name in names]
    return [text if short.count(text) == 1 else _upright(name) for name, text in zip(names, short)]


def _upright(name):
    return f"\\mathrm{{{escape(name)}}}"


def latex_name(name):
    """Write a column name: a letter with a number as a subscript, other names upright."""
    match = re.fullmatch(r"([A-Za-z])_?(\d*)", name)
    if match:
        return match[1] + (f"_{{{match[2]}}}" if match[2] else "")
    return _upright(name)
