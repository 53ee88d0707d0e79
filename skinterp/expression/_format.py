"""Readable text of an expression, in the user's column names."""

import keyword
import re

from skinterp.expression._fold import fold
from skinterp.expression._operators import FUNCTION_NAMES
from skinterp.expression._printer import Printer
from skinterp.utils import constant_text

PLAIN_NAME = r"[^\W\d]\w*"
RESERVED_NAMES = (*FUNCTION_NAMES, "pi")


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


def is_plain_name(name):
    """Tell whether a column name may stand in a formula without quotes."""
    return bool(
        re.fullmatch(PLAIN_NAME, name)
        and name.isidentifier()
        and not keyword.iskeyword(name)
        and name not in RESERVED_NAMES
    )


def quote_name(name):
    """Put a name that is no plain identifier in backticks, doubling those it holds."""
    return name if is_plain_name(name) else "`" + name.replace("`", "``") + "`"


class _Formatter(Printer):
    associative = True
    functions = {name: name for name in FUNCTION_NAMES}

    def __init__(self, names, digits):
        super().__init__(names)
        self.digits = digits

    def number(self, value):
        """Write a rounded number."""
        return constant_text(value, self.digits)


def format_expression(expression, names=None, digits=4):
    """Write an expression as readable text; see `Expression.format`."""
    names = [quote_name(name) for name in resolve_names(expression, names)]
    return fold(expression, _Formatter(names, digits)).text
