"""Levels, missing values and linear functions as text, in the user's names."""

import numpy as np

from skinterp.utils import number_text


def level_text(level):
    """Write a level of a category in a set: as it is, or quoted where this could be misread.

    Parameters
    ----------
    level : object
        The level; None is a missing value.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> from skinterp.surrogate._text import level_text
    >>> level_text("a"), level_text(None), level_text("missing"), level_text("a, b")
    ('a', 'missing', "'missing'", "'a, b'")
    """
    text = "missing" if level is None else str(level)
    is_plain = text == text.strip() and text and not set(text) & set(",{}'\n\"")
    return text if is_plain and (level is None or text != "missing") else repr(text)


def gaps_text(columns, digits=4):
    """Write what the missing values of columns count as.

    Parameters
    ----------
    columns : sequence of NumberColumn and CategoryColumn
        The columns that are used.
    digits : int, default=4
        Significant digits.

    Returns
    -------
    list of str
        One line; none if no column has missing values replaced.
    """
    texts = []
    for column in columns:
        if not hasattr(column, "levels"):
            if column.fill is not None:
                texts.append(f"{column.name} as {number_text(column.fill, digits)}")
        elif column.missing_as is not None:
            texts.append(f"{column.name} as {column.missing_as}")
    return [f"(missing values count: {', '.join(texts)})"] if texts else []


def linear_text(title, coefficients, intercept, names, scale, digits=4):
    """Write a linear function, one line per term, the largest effect first.

    Parameters
    ----------
    title : str
        What the function is.
    coefficients : ndarray of shape (n_features,)
        Coefficients in raw units; those at 0 are left out.
    intercept : float
        The constant.
    names : sequence of str
        Names of the inputs.
    scale : ndarray of shape (n_features,)
        Standard deviations of the inputs, which turn coefficients into effects.
    digits : int, default=4
        Significant digits.

    Returns
    -------
    str
        The text.
    """
    order = np.argsort(-np.abs(coefficients * scale), kind="stable")
    terms = []
    for j in order[coefficients[order] != 0]:
        sign = "-" if coefficients[j] < 0 else "+"
        terms.append(f"    {sign} {number_text(abs(coefficients[j]), digits)} * {names[j]}")
    return "\n".join([f"{title} =", f"    {number_text(intercept, digits)}", *terms])
