"""The shared grammar of every text form: precedence, signs and parentheses."""

from skinterp.expression._operators import find_operator

SUM, PRODUCT, POWER, ATOM = range(4)
MAX_TEXT = 10_000_000


class Phrase:
    """A piece of text and how tightly its outermost operator binds.

    A leading minus belongs to the first term of a sum and to the whole of anything else. Phrases
    are joined without copying their texts, so that writing a formula takes time in proportion to
    its length.

    Parameters
    ----------
    text : str
        The text.
    binding : {SUM, PRODUCT, POWER, ATOM}
        0 to 3, the larger the tighter: an atom needs no parentheses anywhere.

    Attributes
    ----------
    is_negative : bool
        Whether the text starts with a minus.
    head : str
        What comes first after the sign.
    length : int
        Number of characters.
    """

    __slots__ = ("binding", "body", "head", "is_negative", "length")

    def __init__(self, text, binding):
        self.is_negative = text.startswith("-")
        self.body = self.head = text[1:] if self.is_negative else text
        self.binding, self.length = binding, len(text)

    @classmethod
    def of(cls, *pieces, binding, is_negative=False):
        """Join texts and phrases.

        Parameters
        ----------
        *pieces : str or Phrase
            The pieces from left to right; the sign of a phrase that comes first stays in front.
        binding : {SUM, PRODUCT, POWER, ATOM}
            How tightly the operator between them binds.
        is_negative : bool, default=False
            Whether to put a minus in front.

        Returns
        -------
        Phrase
            The text.
        """
        first = pieces[0]
        joined = cls("", binding)
        joined.is_negative = is_negative or (isinstance(first, Phrase) and first.is_negative)
        joined.head = first if isinstance(first, str) else first.head
        joined.length = is_negative + sum(
            len(piece) if isinstance(piece, str) else piece.length for piece in pieces
        )
        joined.body = tuple(_bodies(pieces))
        return joined

    def signed(self, is_negative):
        """Return the phrase with this sign in place of its own.

        Parameters
        ----------
        is_negative : bool
            Whether a minus stands in front.

        Returns
        -------
        Phrase
            The text.
        """
        phrase = Phrase("", self.binding)
        phrase.is_negative, phrase.body, phrase.head = is_negative, self.body, self.head
        phrase.length = self.length - self.is_negative + is_negative
        return phrase

    @property
    def text(self):
        """The text."""
        if self.length > MAX_TEXT:
            raise ValueError(
                f"The formula must be one that takes at most {MAX_TEXT} characters to write. "
                f"Got one of {self.length} instead."
            )
        self.body = _joined(self.body)
        return f"-{self.body}" if self.is_negative else self.body

    def __str__(self):
        return self.text

    @property
    def is_number(self):
        """Whether the text is a number without a sign."""
        return self.binding == ATOM and not self.is_negative and self.head[:1].isdigit()


def _bodies(pieces):
    """Yield the texts of pieces, signs apart; the sign of the first is the whole's."""
    for position, piece in enumerate(pieces):
        if isinstance(piece, str):
            yield piece
        else:
            if piece.is_negative and position > 0:
                yield "-"
            yield piece.body


def _joined(body):
    """Join nested texts without recursion."""
    texts, stack = [], [body]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            texts.append(piece)
        else:
            stack.extend(reversed(piece))
    return "".join(texts)


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
    notation: dict = {}
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
        inside = [piece for argument in arguments for piece in (", ", argument)][1:]
        return Phrase.of(f"{function}(", *inside, ")", binding=ATOM)

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
        return Phrase.of("(", phrase, ")", binding=ATOM)

    def within(self, phrase, binding):
        """Put a phrase in the parentheses that an operator around it demands.

        Parameters
        ----------
        phrase : Phrase
            The text.
        binding : {SUM, PRODUCT, POWER, ATOM}
            How tightly the operator around it binds.

        Returns
        -------
        Phrase
            The text.
        """
        loose = phrase.binding < binding or (phrase.is_negative and binding > SUM)
        return self.enclose(phrase) if loose else phrase

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
            return Phrase.of(self.enclose(phrase), binding=PRODUCT, is_negative=True)
        return phrase.signed(not phrase.is_negative)

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
        sign = " - " if right.is_negative else " + "
        return Phrase.of(left, sign, right.signed(False), binding=SUM)

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
        return Phrase.of(left, " - ", self.enclose(right), binding=SUM)

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
        if left.text == "1" and self.digits is not None and self.digits.asked is not None:
            return right  # of a factor that rounding makes 1
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
        left, right = self.within(left, PRODUCT), self.within(right, binding)
        return Phrase.of(left, "*", right, binding=PRODUCT)

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
        return Phrase.of(self.within(left, PRODUCT), "/", divisor, binding=PRODUCT)

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
        return Phrase.of(self.within(base, ATOM), "**", exponent, binding=POWER)
