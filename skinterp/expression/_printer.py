"""The shared grammar of every text form: precedence, signs and parentheses."""

from typing import NamedTuple

from skinterp.expression._operators import find_operator

SUM, PRODUCT, POWER, ATOM = range(4)


class Phrase(NamedTuple):
    """A piece of text and how tightly its outermost operator binds.

    A leading minus is part of the text; it belongs to the first term of a sum and to the whole
    of anything else.

    Parameters
    ----------
    text : str
        The text.
    binding : {SUM, PRODUCT, POWER, ATOM}
        0 to 3, the larger the tighter: an atom needs no parentheses anywhere.
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
    digits : Digits or None, default=None
        Significant digits of numbers, for dialects that round them.

    Attributes
    ----------
    language : str
        Name of the exporter, by which `Operator.notation` says how an operator is written.
    notation : dict of str to (str or callable)
        How this dialect writes operators whose records do not tell, by operator.
    associative : bool
        Whether ``a*(b/c)`` and ``a + (b + c)`` drop their parentheses, which changes nothing but
        rounding.
    """

    language = ""
    notation = {}
    associative = False

    def __init__(self, names, digits=None):
        self.names, self.digits = names, digits

    def variable(self, index):
        """Write a variable.

        Parameters
        ----------
        index : int
            Index of the column.

        Returns
        -------
        Phrase
            The text.
        """
        return Phrase(self.names[index], ATOM)

    def constant(self, value):
        """Write a number, its sign in front.

        Parameters
        ----------
        value : float
            The number.

        Returns
        -------
        Phrase
            The text.
        """
        return Phrase(self.number(value), ATOM)

    def operation(self, name, arguments):
        """Write an operation by the notation of its operator: a function's name or a callable.

        Parameters
        ----------
        name : str
            Name of the operator.
        arguments : list of Phrase
            Its arguments.

        Returns
        -------
        Phrase
            The text.
        """
        notation = find_operator(name).notation
        if not callable(notation):
            notation = self.notation.get(name) or notation.get(self.language)
        notation = notation or self.default_notation(name)
        if callable(notation):
            return notation(self, *arguments)
        return self.call(notation, *arguments)

    def default_notation(self, name):
        """Return the notation of an operator that has none in this language, or refuse it.

        Parameters
        ----------
        name : str
            Name of the operator.

        Returns
        -------
        str
            Name of the function.
        """
        raise ValueError(
            f"Operator {name!r} cannot be written in {self.language!r}: give its record a "
            f"notation={{{self.language!r}: ...}}."
        )

    def number(self, value):
        """Write a number so that it is read back exactly.

        Parameters
        ----------
        value : float
            The number.

        Returns
        -------
        str
            The text.
        """
        return repr(value)

    def call(self, function, *arguments):
        """Write a function call.

        Parameters
        ----------
        function : str
            Name of the function.
        *arguments : Phrase
            Its arguments.

        Returns
        -------
        Phrase
            The text.
        """
        return Phrase(f"{function}({', '.join(a.text for a in arguments)})", ATOM)

    def enclose(self, phrase):
        """Put parentheses around a phrase.

        Parameters
        ----------
        phrase : Phrase
            The text.

        Returns
        -------
        Phrase
            The text.
        """
        return Phrase(f"({phrase.text})", ATOM)

    def within(self, phrase, binding):
        """Return the text of a phrase, in the parentheses that an operator around it demands.

        Parameters
        ----------
        phrase : Phrase
            The text.
        binding : {SUM, PRODUCT, POWER, ATOM}
            How tightly the operator around it binds.

        Returns
        -------
        str
            The text.
        """
        loose = phrase.binding < binding or (phrase.is_negative and binding > SUM)
        return self.enclose(phrase).text if loose else phrase.text

    def nonzero(self, phrase):
        """Write a phrase that is undefined where it is zero.

        Parameters
        ----------
        phrase : Phrase
            The text.

        Returns
        -------
        Phrase
            The text.
        """
        return phrase

    def negate(self, phrase):
        """Put a minus before a phrase, or take the one it has away.

        Parameters
        ----------
        phrase : Phrase
            The text.

        Returns
        -------
        Phrase
            The text.
        """
        if phrase.binding == SUM:
            return Phrase(f"-{self.enclose(phrase).text}", PRODUCT)
        return Phrase(phrase.text[1:] if phrase.is_negative else f"-{phrase.text}", phrase.binding)

    def sum(self, left, right):
        """Write a sum.

        Parameters
        ----------
        left : Phrase
            The first argument.
        right : Phrase
            The second argument.

        Returns
        -------
        Phrase
            The text.
        """
        if right.binding == SUM and not self.associative:
            right = self.enclose(right)
        if right.is_negative:
            return Phrase(f"{left.text} - {right.text[1:]}", SUM)
        return Phrase(f"{left.text} + {right.text}", SUM)

    def difference(self, left, right):
        """Write a difference.

        Parameters
        ----------
        left : Phrase
            The first argument.
        right : Phrase
            The second argument.

        Returns
        -------
        Phrase
            The text.
        """
        if right.binding > SUM:
            return self.sum(left, self.negate(right))
        return Phrase(f"{left.text} - {self.enclose(right).text}", SUM)

    def product(self, left, right):
        """Write a product.

        Parameters
        ----------
        left : Phrase
            The first argument.
        right : Phrase
            The second argument.

        Returns
        -------
        Phrase
            The text.
        """
        return self._signed(self.write_product, left, right)

    def quotient(self, left, right):
        """Write a quotient.

        Parameters
        ----------
        left : Phrase
            The first argument.
        right : Phrase
            The second argument.

        Returns
        -------
        Phrase
            The text.
        """
        return self._signed(self.write_quotient, left, right)

    def power(self, base, exponent):
        """Write a power; the exponent is a number.

        Parameters
        ----------
        base : Phrase
            The base.
        exponent : Phrase
            The exponent, a number.

        Returns
        -------
        Phrase
            The text.
        """
        return self.write_power(self.nonzero(base) if exponent.is_negative else base, exponent)

    def _signed(self, write, left, right):
        """Write a product or quotient of phrases without their signs, and its sign in front."""
        signs = [phrase.is_negative and phrase.binding > SUM for phrase in (left, right)]
        left, right = (
            self.negate(phrase) if sign else phrase for phrase, sign in zip((left, right), signs)
        )
        phrase = write(left, right)
        return self.negate(phrase) if signs[0] != signs[1] else phrase

    def write_product(self, left, right):
        """Write a product of phrases without a sign.

        Parameters
        ----------
        left : Phrase
            The first argument.
        right : Phrase
            The second argument.

        Returns
        -------
        Phrase
            The text.
        """
        binding = PRODUCT if self.associative else POWER
        return Phrase(f"{self.within(left, PRODUCT)}*{self.within(right, binding)}", PRODUCT)

    def write_quotient(self, left, right):
        """Write a quotient of phrases without a sign.

        Parameters
        ----------
        left : Phrase
            The first argument.
        right : Phrase
            The second argument.

        Returns
        -------
        Phrase
            The text.
        """
        divisor = self.within(self.nonzero(right), POWER)
        return Phrase(f"{self.within(left, PRODUCT)}/{divisor}", PRODUCT)

    def write_power(self, base, exponent):
        """Write a power of a base that may be raised to it.

        Parameters
        ----------
        base : Phrase
            The base.
        exponent : Phrase
            The exponent, a number.

        Returns
        -------
        Phrase
            The text.
        """
        return Phrase(f"{self.within(base, ATOM)}**{exponent.text}", POWER)
