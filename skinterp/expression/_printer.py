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

    @property
    def is_number(self):
        """Whether the text is a number without a sign."""
        return self.binding == ATOM and self.text[0].isdigit()


class Printer:
    """A visitor that writes infix text; dialects override its small methods.

    Parameters
    ----------
    names : sequence of str
        Text of every variable.

    Attributes
    ----------
    functions : dict of str to str
        Name of the function that writes an operator, by operator.
    associative : bool
        Whether ``a*(b/c)`` and ``a + (b + c)`` drop their parentheses, which changes nothing but
        rounding.
    """

    functions = {}
    associative = False

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
        if name == "log":
            arguments = [self.nonzero(*arguments)]
        if name in self.functions:
            return self.call(self.functions[name], *arguments)
        return getattr(self, f"write_{name}")(*arguments)

    def number(self, value):
        """Write a number so that it is read back exactly."""
        return repr(value)

    def call(self, function, *arguments):
        """Write a function call."""
        return Phrase(f"{function}({', '.join(a.text for a in arguments)})", ATOM)

    def enclose(self, phrase):
        """Put parentheses around a phrase."""
        return Phrase(f"({phrase.text})", ATOM)

    def within(self, phrase, binding):
        """Text of a phrase with the parentheses that an operator of this binding demands."""
        loose = phrase.binding < binding or (phrase.is_negative and binding > SUM)
        return self.enclose(phrase).text if loose else phrase.text

    def negate(self, phrase):
        """Put a minus before a phrase, or take the one it has away."""
        if phrase.binding == SUM:
            return Phrase(f"-{self.enclose(phrase).text}", PRODUCT)
        return Phrase(phrase.text[1:] if phrase.is_negative else f"-{phrase.text}", phrase.binding)

    def nonzero(self, phrase):
        """Write what is undefined where it is zero."""
        return phrase

    def write_add(self, left, right):
        """Write a sum."""
        if right.binding == SUM and not self.associative:
            right = self.enclose(right)
        if right.is_negative:
            return Phrase(f"{left.text} - {right.text[1:]}", SUM)
        return Phrase(f"{left.text} + {right.text}", SUM)

    def write_sub(self, left, right):
        """Write a difference."""
        if right.binding > SUM:
            return self.write_add(left, self.negate(right))
        return Phrase(f"{left.text} - {self.enclose(right).text}", SUM)

    def write_mul(self, left, right):
        """Write a product."""
        return self.signed(self.product, left, right)

    def write_div(self, left, right):
        """Write a quotient."""
        return self.signed(self.quotient, left, right)

    def write_neg(self, phrase):
        """Write the negative."""
        return self.negate(phrase)

    def write_square(self, base):
        """Write a second power."""
        return self.power(base, Phrase("2", ATOM))

    def write_cube(self, base):
        """Write a third power."""
        return self.power(base, Phrase("3", ATOM))

    def write_pow(self, base, exponent):
        """Write a power with a constant exponent."""
        return self.power(self.nonzero(base) if exponent.is_negative else base, exponent)

    def signed(self, write, left, right):
        """Write a product or quotient of phrases without their signs, and its sign in front."""
        signs = [phrase.is_negative and phrase.binding > SUM for phrase in (left, right)]
        left, right = (
            self.negate(phrase) if sign else phrase for phrase, sign in zip((left, right), signs)
        )
        phrase = write(left, right)
        return self.negate(phrase) if signs[0] != signs[1] else phrase

    def product(self, left, right):
        """Write a product of phrases without a sign."""
        binding = PRODUCT if self.associative else POWER
        return Phrase(f"{self.within(left, PRODUCT)}*{self.within(right, binding)}", PRODUCT)

    def quotient(self, left, right):
        """Write a quotient of phrases without a sign."""
        divisor = self.within(self.nonzero(right), POWER)
        return Phrase(f"{self.within(left, PRODUCT)}/{divisor}", PRODUCT)

    def power(self, base, exponent):
        """Write a power; the exponent is a number."""
        return Phrase(f"{self.within(base, ATOM)}**{exponent.text}", POWER)
