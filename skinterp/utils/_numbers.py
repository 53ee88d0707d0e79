"""The writing of numbers: the one place that decides how many digits are shown.

The rule: as many as are asked for, and more where what is printed would answer differently. How
much a number may be off, its tolerance, follows from the data: a threshold may move between the
rows next to it, a constant of a formula as far as the values stay, relative to their spread.
"""

import math

DIGITS = 4
MOST_DIGITS = 17  # tell any two numbers apart
PRECISION = 1e-4  # error that one number shown may cause, relative to the spread of the answers


def digits_within(value, tolerance, digits=1):
    """Return the fewest significant digits that keep a number within a tolerance.

    Parameters
    ----------
    value : float
        The number.
    tolerance : float
        How much the number shown may be off.
    digits : int, default=1
        Digits at least.

    Returns
    -------
    int
        The digits, 17 at the most.

    Examples
    --------
    >>> from skinterp.utils import digits_within
    >>> digits_within(1701234567.0, tolerance=500.0), digits_within(0.5, tolerance=1e-9)
    (7, 1)
    """
    if not math.isfinite(value):
        return digits
    enough = range(digits, MOST_DIGITS)
    return next(
        (n for n in enough if abs(round_to_digits(value, n) - value) <= tolerance), MOST_DIGITS
    )


def number_text(value, digits=DIGITS):
    """Write a number of a table or a sentence.

    Parameters
    ----------
    value : float
        The number.
    digits : int, default=4
        Significant digits.

    Returns
    -------
    str
        The text, with a power of ten where it is large or small.

    Examples
    --------
    >>> from skinterp.utils import number_text
    >>> number_text(123456.0)
    '1.235e+05'
    """
    return f"{value:.{digits}g}"


def signed_text(value, digits=DIGITS):
    """Write a number of a sum, with its plus or minus.

    Parameters
    ----------
    value : float
        The number.
    digits : int, default=4
        Significant digits.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> from skinterp.utils import signed_text
    >>> signed_text(0.25)
    '+0.25'
    """
    return f"{value:+.{digits}g}"


def threshold_text(value, digits=DIGITS, tolerance=math.inf):
    """Write a threshold of a rule, a half between two whole numbers exactly.

    Parameters
    ----------
    value : float
        The threshold.
    digits : int, default=4
        Significant digits, at least.
    tolerance : float, default=inf
        How much the threshold shown may be off: less than to the next row on either side. If
        nothing is known, halves are taken to lie between whole numbers.

    Returns
    -------
    str
        The text; thresholds between integers, such as 1987.5, keep their meaning.

    Examples
    --------
    >>> from skinterp.utils import threshold_text
    >>> threshold_text(12345.5), threshold_text(1.23456)
    ('12345.5', '1.235')
    >>> threshold_text(1701234567.0, tolerance=500.0)
    '1701235000'
    """
    value = float(value)
    if math.isinf(tolerance) and abs(value) < 1e15 and value % 1.0 == 0.5:
        return repr(value)
    return needed_text(value, digits, digits_within(value, tolerance))


def needed_text(value, digits, needed):
    """Write a number in as many digits as are asked for, or more where it needs them.

    Parameters
    ----------
    value : float
        The number.
    digits : int
        Significant digits asked for.
    needed : int
        Significant digits that it needs; beyond those asked for they are written out.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> from skinterp.utils import needed_text
    >>> needed_text(1701234567.0, 4, 3), needed_text(1701234567.0, 4, 7)
    ('1.701e+09', '1701235000')
    """
    return number_text(value, digits) if needed <= digits else constant_text(value, needed)


def constant_text(value, digits=DIGITS):
    """Write a constant of a formula, so that it can be parsed back.

    Parameters
    ----------
    value : float
        The constant.
    digits : int or None, default=4
        Significant digits; None writes it in full.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> from skinterp.utils import constant_text
    >>> constant_text(123456.0), constant_text(0.1, digits=None)
    ('123500', '0.1')
    """
    whole = digits is None or digits >= MOST_DIGITS
    rounded = float(value) if whole else round_to_digits(value, digits)
    return repr(rounded).removesuffix(".0")


def round_to_digits(value, digits):
    """Round a number to significant digits.

    Parameters
    ----------
    value : float
        The number.
    digits : int
        Significant digits, from 1.

    Returns
    -------
    float
        The rounded number.

    Examples
    --------
    >>> from skinterp.utils import round_to_digits
    >>> round_to_digits(123.456, 2)
    120.0
    """
    return float(number_text(value, digits))


def count_digits(value):
    """Return the significant digits of a number as written; none for 0, 1 and -1.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    int
        How many.
    """
    if abs(value) in (0.0, 1.0):
        return 0
    mantissa = number_text(abs(value), 12).partition("e")[0]
    return len(mantissa.replace(".", "").strip("0"))


def counted(number, noun, plural=None, *, separator=""):
    """Write how many of something there are: ``1 row``, ``2 rows``.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        The singular.
    plural : str or None, default=None
        The plural; None adds an s.
    separator : str, default=""
        What stands between thousands: a comma, an underscore, or nothing.

    Returns
    -------
    str
        The number and the noun.
    """
    several = f"{noun}s" if plural is None else plural
    return f"{int(number):{separator}} {noun if number == 1 else several}"
