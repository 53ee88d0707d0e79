"""Reading of formulas as text; no Python code is ever run."""

import math
import operator
import re
from collections.abc import Callable
from typing import NamedTuple

from skinterp.expression._nodes import Constant, Operation, Variable
from skinterp.expression._operators import OPERATORS, PLAIN_NAME, call_names

MAX_COMPLEXITY = 25_000
_MAX_TOKENS = 4 * MAX_COMPLEXITY  # two parentheses, a sign or a name, and a comma for a node
_MAX_SHOWN = 40
_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<quoted>`(?:[^`]|``)*`)"
    rf"|(?P<name>{PLAIN_NAME})"
    r"|(?P<sign>\*\*|[-+*/(),])"
    r"|(?P<other>\S)"
)


def _shown(token):
    """Quote a token, the middle of a long one left out."""
    half = _MAX_SHOWN // 2
    return repr(token if len(token) <= _MAX_SHOWN else f"{token[:half]}...{token[-half:]}")


def _split(text):
    """Yield (kind, token, position) triples of a text, ending in an empty one."""
    for count, match in enumerate(_TOKEN.finditer(text)):
        kind, token, start = match.lastgroup, match[0], match.start()
        if kind == "other":
            hint = " (write powers as **)" if token == "^" else ""
            raise ValueError(
                f"text must be a formula: unexpected {token!r} at position {start}{hint}."
            )
        if count >= _MAX_TOKENS:
            _refuse_length(start)
        yield kind, token, start
    yield "end", "", len(text.rstrip())


def _refuse_length(position):
    raise ValueError(
        f"text must be a formula of at most {MAX_COMPLEXITY} numbers, names and operations. "
        f"Got more before position {position} of it."
    )


class _Sign(NamedTuple):
    """An operator that waits for its right argument; prefixes bind what comes after them."""

    binding: int
    apply: Callable
    is_prefix: bool = False
    from_right: bool = False


class _Open(NamedTuple):
    """An open parenthesis: that of a group, or of a call and how many arguments are to come."""

    name: str | None = None
    to_come: int = 1


_SIGNS = {
    "+": _Sign(1, operator.add),
    "-": _Sign(1, operator.sub),
    "*": _Sign(2, operator.mul),
    "/": _Sign(2, operator.truediv),
    "**": _Sign(4, operator.pow, from_right=True),
}
_PREFIXES = {
    "+": _Sign(3, operator.pos, is_prefix=True),
    "-": _Sign(3, operator.neg, is_prefix=True),
}


class _Parser:
    """An operator-precedence parser with Python's precedence, without recursion."""

    def __init__(self, text, names):
        self.tokens, self.complexity, self.leaves = _split(text), 0, {}
        self.indices = None if names is None else {str(n): i for i, n in enumerate(names)}
        self.waiting, self.operands = [], []
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

    def counted(self, node, *operands):
        """Return what was made of operands, unless the formula has become too large."""
        self.complexity += max(1, node.complexity - sum(made.complexity for made in operands))
        if self.complexity > MAX_COMPLEXITY:
            _refuse_length(self.position)
        return node

    @staticmethod
    def refuse(complaint, position):
        raise ValueError(f"text must be a formula: {complaint} at position {position}.")

    def formula(self):
        """Read operands and the signs between them, until the text ends."""
        while True:
            self.read_operand()
            while self.close():
                pass
            if self.kind == "end" and not self.waiting:
                return self.operands.pop()
            self.read_sign()

    def read_operand(self):
        """Read signs and parentheses in front of a number or a name, and this."""
        while True:
            kind, token, position = self.kind, self.token, self.position
            if sign := self.accept("+", "-"):
                self.waiting.append(_PREFIXES[sign])
            elif self.accept("("):
                self.waiting.append(_Open())
            elif kind in ("sign", "end"):
                got = token or "the end"
                self.refuse(f"expected a number, a name or '(', got {_shown(got)}", position)
            else:
                self.advance()
                if kind != "name" or not self.accept("("):
                    return self.operands.append(self.counted(self.leaf(kind, token, position)))
                self.waiting.append(self.call(token, position))

    def leaf(self, kind, token, position):
        """Return a number or a variable, the same for the same text."""
        if token not in self.leaves:
            name = token[1:-1].replace("``", "`") if kind == "quoted" else token
            read = self.number if kind == "number" else self.variable
            self.leaves[token] = read(name, position)
        return self.leaves[token]

    def number(self, token, position):
        value = float(token)
        if math.isinf(value):
            self.refuse(f"{_shown(token)} is too large a number", position)
        return Constant(value)

    def call(self, name, position):
        """Return the open parenthesis of a call."""
        known = call_names()
        if name not in known:
            self.refuse(f"unknown function {_shown(name)}; known are {known},", position)
        return _Open(name, OPERATORS[name].arity)

    def apply_waiting(self, binding=0, from_right=False):
        """Apply the operators that bind tighter than one that follows, back to a parenthesis."""
        while self.waiting and isinstance(self.waiting[-1], _Sign):
            bound = self.waiting[-1].binding
            if bound < binding or (bound == binding and from_right):
                return
            sign, right = self.waiting.pop(), self.operands.pop()
            left = () if sign.is_prefix else (self.operands.pop(),)
            self.operands.append(self.applied(sign, *left, right))

    def applied(self, sign, *operands):
        """Apply an operator."""
        try:
            node = sign.apply(*operands)
        except ValueError:
            return self.refuse("an exponent that is no finite number", self.position)
        return self.counted(node, *operands)

    def close(self):
        """Close a parenthesis that ends here, and tell whether one did."""
        if self.kind != "end" and not (self.kind == "sign" and self.token == ")"):
            return False
        self.apply_waiting()
        if not self.waiting:
            return False
        if self.kind == "end" or self.waiting[-1].to_come > 1:
            self.expect_more()
        self.advance()
        opened = self.waiting.pop()
        if opened.name is not None:
            arity = OPERATORS[opened.name].arity
            arguments = self.operands[-arity:]
            self.operands[-arity:] = [self.counted(Operation(opened.name, arguments), *arguments)]
        return True

    def read_sign(self):
        """Read a sign between two operands, or the comma between two arguments."""
        if sign := self.accept(*_SIGNS):
            follows = _SIGNS[sign]
            self.apply_waiting(follows.binding, follows.from_right)
            self.waiting.append(follows)
            return
        self.apply_waiting()
        if not self.waiting:
            self.refuse(f"unexpected {_shown(self.token)}", self.position)
        opened = self.waiting[-1]
        if opened.to_come < 2 or not self.accept(","):
            self.expect_more()
        self.waiting[-1] = opened._replace(to_come=opened.to_come - 1)

    def expect_more(self):
        """Refuse what stands in place of the comma or parenthesis that is needed."""
        expected = "," if self.waiting[-1].to_come > 1 else ")"
        got = _shown(self.token or "the end")
        self.refuse(f"expected {expected!r}, got {got}", self.position)

    def variable(self, name, position):
        if self.indices is None:
            if re.fullmatch(r"x[0-9]{1,6}", name):
                return Variable(int(name[1:]))
        elif name in self.indices:
            return Variable(self.indices[name])
        if name == "pi":
            return Constant(math.pi)
        known = "x0, x1, ..." if self.indices is None else ", ".join(map(repr, self.indices))
        return self.refuse(f"unknown name {_shown(name)}; known are {known},", position)


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
        If the text is no such formula; names the token and its position. What has more than
        25,000 numbers, names and operations is no formula that one reads.

    Examples
    --------
    >>> from skinterp.expression import parse
    >>> print(parse("2*exp(-x1) / x0**2"))
    2*exp(-x1)/x0**2
    >>> parse("`a b` - class", names=["class", "a b"]).variables
    (0, 1)
    """
    return _Parser(text, names).formula()
