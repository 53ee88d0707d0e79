"""Numbers as people write them: decimal points and commas, groups of thousands, never guessed."""

import re
from dataclasses import dataclass

import numpy as np

MARKS = (".", ",")
_SPACES = " \u00a0\u202f'’"
_SIGNS = "+\\-−"
_PLAIN = frozenset("0123456789+-.eE")
_CODE = re.compile("0[0-9]+")


def _pattern(mark):
    other = MARKS[mark == "."]
    group = rf"[1-9][0-9]{{0,2}}(?P<g>[{other}{_SPACES}])[0-9]{{3}}(?:(?P=g)[0-9]{{3}})*"
    whole = rf"(?:[0-9]+|{group})(?:[{mark}][0-9]*)?"
    return re.compile(rf"[{_SIGNS}]?(?:{whole}|[{mark}][0-9]+)(?:[eE][+-]?[0-9]+)?")


_PATTERNS = {mark: _pattern(mark) for mark in MARKS}


@dataclass(frozen=True)
class Numerals:
    """How the texts of a column may be read as numbers.

    Parameters
    ----------
    marks : tuple of str
        Decimal marks under which every text is a number.
    example : str or None
        A text that is a number under both marks, but not the same one.
    """

    marks: tuple
    example: str | None = None

    @property
    def certain(self):
        """The only mark that fits, None if both or none do."""
        return self.marks[0] if len(self.marks) == 1 else None


def is_number(text, mark=None):
    """Tell whether a text is a number.

    Parameters
    ----------
    text : str
        The text.
    mark : str or None, default=None
        The decimal mark; None allows both.

    Returns
    -------
    bool
        Whether it is one.
    """
    return any(_PATTERNS[m].fullmatch(text) for m in ((mark,) if mark else MARKS))


def _floats(texts):
    """Return plain texts as floats at once; None if one of them is no number."""
    if not set("".join(texts)) <= _PLAIN:
        return None
    try:
        return np.array(texts, dtype=object).astype(np.float64)
    except ValueError:
        return None


def numerals(texts):
    """Find out how texts may be read as numbers.

    Parameters
    ----------
    texts : sequence of str
        Different texts, none of them missing.

    Returns
    -------
    Numerals
        The decimal marks that fit.
    """
    if not len(texts):
        return Numerals(())
    is_plain = _floats(texts) is not None
    if is_plain and "." not in "".join(texts):
        return Numerals(MARKS)
    points = is_plain or all(map(_PATTERNS["."].fullmatch, texts))
    commas = all(map(_PATTERNS[","].fullmatch, texts))
    marks = tuple(mark for mark, fits in zip(MARKS, (points, commas)) if fits)
    if len(marks) < 2:
        return Numerals(marks)
    marked = [text for text in texts if "." in text or "," in text]
    return Numerals(marks, min(marked, key=lambda text: "," not in text, default=None))


def to_floats(texts, mark):
    """Return texts that are numbers as floats.

    Parameters
    ----------
    texts : sequence of str
        The texts.
    mark : {".", ","}
        The decimal mark.

    Returns
    -------
    ndarray of shape (n_texts,)
        The numbers, exactly those nearest to the texts.
    """
    found = _floats(texts) if mark == "." else None
    if found is not None:
        return found
    dropped = dict.fromkeys(map(ord, _SPACES + MARKS[mark == "."]))
    table = dropped | {ord(mark): ".", ord("−"): "-"}
    return np.array([float(text.translate(table)) for text in texts])


def are_codes(texts):
    """Tell whether texts are digits of one length, some led by zeros: postcodes, not numbers.

    Parameters
    ----------
    texts : sequence of str
        The texts.

    Returns
    -------
    bool
        Whether they are.
    """
    same = len({len(text) for text in texts}) == 1
    return same and all(map(str.isdecimal, texts)) and any(map(_CODE.fullmatch, texts))


def choose_mark(found, others, separator):
    """Return the decimal mark of a column.

    Parameters
    ----------
    found : Numerals
        How its texts may be read.
    others : set of str
        The marks that other columns of the table certainly have.
    separator : str or None
        What stands between cells: beside semicolons the comma is as likely as the point.

    Returns
    -------
    str or None
        The mark; None if it cannot be known.
    """
    if found.certain or found.example is None:
        return found.certain or "."
    if len(others) == 1:
        return next(iter(others))
    is_usual = "." in found.example and separator != ";" and not others
    return "." if is_usual else None
