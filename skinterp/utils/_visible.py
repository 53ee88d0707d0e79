"""Texts of strangers, shown so that they cannot steer a terminal or turn a line around."""

import re

# Control characters, line and paragraph separators, marks of writing direction, halves of pairs.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def _written(match):
    return match[0].encode("unicode_escape").decode("ascii")


def visible(text):
    r"""Write out characters that steer what shows a text, except new lines and tabs.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        The text with such characters as escapes.

    Examples
    --------
    >>> from skinterp.utils import visible
    >>> print(visible("red \x1b[31m"))
    red \x1b[31m
    """
    return _STEERING.sub(_written, text)


def one_line(text):
    r"""Write a name or label on one line, without characters that steer what shows it.

    Parameters
    ----------
    text : str
        The name.

    Returns
    -------
    str
        The name with such characters, new lines and tabs as escapes.

    Examples
    --------
    >>> from skinterp.utils import one_line
    >>> print(one_line("dose\n(mg)"))
    dose\n(mg)
    """
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")
