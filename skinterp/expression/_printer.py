"""The shared grammar of every text form: precedence, signs and parentheses."""

from typing import NamedTuple

SUM, PRODUCT, POWER, ATOM = range(4)


class Phrase(NamedTuple):
    """A piece of text and how tightly its outermost operator binds.

    A leading minus is part of the text; it belongs to the first term of a sum and to the whole
    of anything else.
    """

    text: str
    binding: int

    @property
    def is_negative(self):
        """Whether the text starts with a minus."""
        return self.text.startswith("-")

    def within(self, binding):
        """Text with the parentheses that an operator of this binding demands."""
        if self.binding < binding or (self.is_negative and binding > SUM):
            return f"({self.text})"
        return self.text


def negate(phrase):
    """Put a minus before a phrase, or take the one it has away."""
    if phrase.binding == SUM:
        return Phrase(f"-({phrase.text})", PRODUCT)
    return Phrase(phrase.text[1:] if phrase.is_negative else f"-{phrase.text}", phrase.binding)


def _split_sign(phrase):
    if phrase.is_negative and phrase.binding > SUM:
        return True, negate(phrase)
    return False, phrase


class Printer:
    """A visitor that writes infix text; dialects override its small methods.

    Parameters
    ----------
    names : sequence of str
        Text of every variable.

    Attributes
    ----------
    associative : bool
        Whether ``a + (b + c)`` may drop its parentheses, which changes rounding alone.
    """

    associative = False
    functions = {}

    def __init__(self, names):
        self.names = names

    def variable(self, index):
        """Write a variable."""
        return Phrase(self.names[index], ATOM)

    def constant(self, value):
        """Write a number, its sign in front."""
        return Phrase(self.number(value), ATOM)

    def operation(self, name, arguments):
        """Write an operation by the method of its name, or else as a function call."""
        if name in self.functions:
            return self.call(self.functions[name], *arguments)
        return getattr(self, f"write_{name}")(*arguments)

    def number(self, value):
        """Write a number so that it is read back exactly."""
        return repr(value)

    def call(self, function, *arguments):
        """Write a function call."""
        return Phrase(f"{function}({', '.join(a.text for a in arguments)})", ATOM)

    def nonzero(self, phrase):
        """Write what is undefined where it is zero."""
        return phrase

    def write_add(self, left, right):
        """Write a sum."""
        if right.binding == SUM and not self.associative:
            right = Phrase(f"({right.text})", ATOM)
        if right.is_negative:
            return Phrase(f"{left.text} - {right.text[1:]}", SUM)
        return Phrase(f"{left.text} + {right.text}", SUM)

    def write_sub(self, left, right):
        """Write a difference."""
        if right.binding > SUM:
            return self.write_add(left, negate(right))
        return Phrase(f"{left.text} - ({right.text})", SUM)

    def write_mul(self, left, right):
        """Write a product."""
        return self.signed(self.product, left, right)

    def write_div(self, left, right):
        """Write a quotient."""
        return self.signed(self.quotient, left, right)

    def write_neg(self, phrase):
        """Write the negative."""
        return negate(phrase)

    def write_square(self, base):
        """Write a second power."""
        return self.power(base, self.constant(2.0))

    def write_cube(self, base):
        """Write a third power."""
        return self.power(base, self.constant(3.0))

    def write_pow(self, base, exponent):
        """Write a power with a constant exponent."""
        return self.power(self.nonzero(base) if exponent.is_negative else base, exponent)

    def signed(self, write, left, right):
        """Write a product or quotient of absolute phrases, and the sign of both in front."""
        (left_negative, left), (right_negative, right) = _split_sign(left), _split_sign(right)
        phrase = write(left, right)
        return negate(phrase) if left_negative != right_negative else phrase

    def product(self, left, right):
        """Write a product of phrases without a minus."""
        binding = PRODUCT if self.associative else POWER
        return Phrase(f"{left.within(PRODUCT)}*{right.within(binding)}", PRODUCT)

    def quotient(self, left, right):
        """Write a quotient of phrases without a minus."""
        divisor = self.nonzero(right).within(POWER)
        return Phrase(f"{left.within(PRODUCT)}/{divisor}", PRODUCT)

    def power(self, base, exponent):
        """Write a power; the exponent is a number."""
        return Phrase(f"{base.within(ATOM)}**{exponent.text}", POWER)
