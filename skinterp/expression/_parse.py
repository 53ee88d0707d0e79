"""Reading of formulas as text; no Python code is ever run."""

import math
import operator
import re

from skinterp.expression._nodes import Constant, Operation, Variable
from skinterp.expression._operators import OPERATORS, PLAIN_NAME, call_names

_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<quoted>`(?:[^`]|``)*`)"
    rf"|(?P<name>{PLAIN_NAME})"
    r"|(?P<sign>\*\*|[-+*/(),])"
    r"|(?P<other>\S)"
)


def _split(text):
    """Cut a text into (kind, token, position) triples, ending in an empty one."""
    tokens = [(match.lastgroup, match[0], match.start()) for match in _TOKEN.finditer(text)]
    for kind, token, start in tokens:
        if kind == "other":
            hint = " (write powers as **)" if token == "^" else ""
            raise ValueError(
                f"text must be a formula: unexpected {token!r} at position {start}{hint}."
            )
    return [*tokens, ("end", "", len(text.rstrip()))]


class _Parser:
    """A recursive-descent parser with Python's precedence of operators."""

    def __init__(self, text, names):
        self.tokens = iter(_split(text))
        self.indices = None if names is None else {str(n): i for i, n in enumerate(names)}
        self.advance()

    def advance(self):
        self.kind, self.token, self.position = next(self.tokens)

    def accept(self, *signs):
        """Consume one of the signs if it comes next, and return it."""
        if self.kind != "sign" or self.token not in signs:
            return None
        sign = self.token
        self.advance()
        return sign

    def expect(self, sign):
        if not self.accept(sign):
            self.refuse(f"expected {sign!r}, got {self.token or 'the end'!r}", self.position)

    @staticmethod
    def refuse(complaint, position):
        raise ValueError(f"text must be a formula: {complaint} at position {position}.")

    def formula(self):
        expression = self.sum()
        if self.kind != "end":
            self.refuse(f"unexpected {self.token!r}", self.position)
        return expression

    def sum(self):
        return self.chain(self.product, {"+": operator.add, "-": operator.sub})

    def product(self):
        return self.chain(self.signed, {"*": operator.mul, "/": operator.truediv})

    def chain(self, operand, operators):
        """Combine operands from the left, as long as one of the operators follows."""
        left = operand()
        while sign := self.accept(*operators):
            left = operators[sign](left, operand())
        return left

    def signed(self):
        sign = self.accept("+", "-")
        if sign is None:
            return self.power()
        operand = self.signed()
        return -operand if sign == "-" else operand

    def power(self):
        base = self.atom()
        return base ** self.signed() if self.accept("**") else base

    def atom(self):
        kind, token, position = self.kind, self.token, self.position
        if self.accept("("):
            inside = self.sum()
            self.expect(")")
            return inside
        if kind in ("sign", "end"):
            self.refuse(f"expected a number, a name or '(', got {token or 'the end'!r}", position)
        self.advance()
        if kind == "number":
            return Constant(float(token))
        if kind == "quoted":
            return self.variable(token[1:-1].replace("``", "`"), position)
        return self.function_or_name(token, position)

    def function_or_name(self, name, position):
        if self.accept("("):
            known = call_names()
            if name not in known:
                self.refuse(f"unknown function {name!r}; known are {known},", position)
            arguments = [self.sum()]
            for _ in range(OPERATORS[name].arity - 1):
                self.expect(",")
                arguments.append(self.sum())
            self.expect(")")
            return Operation(name, arguments)
        return self.variable(name, position)

    def variable(self, name, position):
        if self.indices is None:
            if re.fullmatch(r"x\d+", name):
                return Variable(int(name[1:]))
        elif name in self.indices:
            return Variable(self.indices[name])
        if name == "pi":
            return Constant(math.pi)
        known = "x0, x1, ..." if self.indices is None else ", ".join(map(repr, self.indices))
        return self.refuse(f"unknown name {name!r}; known are {known},", position)


def parse(text, names=None):
    """Read a formula as `Expression.format` writes it.

    Parameters
    ----------
    text : str
        Numbers, names, ``+ - * / **``, parentheses, ``pi`` and calls of the operators in
        `OPERATORS`, with Python's precedence. Names that are no plain identifiers stand in
        backticks.
    names : sequence of str, default=None
        Column names, by default x0, x1 and so on.

    Returns
    -------
    Expression
        The formula.

    Raises
    ------
    ValueError
        If the text is no such formula; names the token and its position.

    Examples
    --------
    >>> from skinterp.expression import parse
    >>> print(parse("2*exp(-x1) / x0**2"))
    2*exp(-x1)/x0**2
    >>> parse("`a b` - class", names=["class", "a b"]).variables
    (0, 1)
    """
    try:
        return _Parser(text, names).formula()
    except RecursionError as error:
        raise ValueError("text must be a formula, but is nested too deeply.") from error
