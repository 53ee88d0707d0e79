"""The writing of numbers: the one place that decides how many digits are shown."""

DIGITS = 4


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


def threshold_text(value, digits=DIGITS):
    """Write a threshold of a rule: rounded, but a half between two whole numbers exactly.

    Parameters
    ----------
    value : float
        The threshold.
    digits : int, default=4
        Significant digits.

    Returns
    -------
    str
        The text; thresholds between integers, such as 1987.5, keep their meaning.

    Examples
    --------
    >>> from skinterp.utils import threshold_text
    >>> threshold_text(12345.5), threshold_text(1.23456)
    ('12345.5', '1.235')
    """
    value = float(value)
    is_half = abs(value) < 1e15 and value % 1.0 == 0.5
    return repr(value) if is_half else number_text(value, digits)


def constant_text(value, digits=DIGITS):
    """Write a constant of a formula, so that it can be parsed back.

    Parameters
    ----------
    value : float
        The constant.
    digits : int or None, default=4
        Significant digits at most; None writes it in full.

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
    rounded = value if digits is None else round_to_digits(value, digits)
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
