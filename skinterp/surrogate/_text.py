"""Levels, missing values and linear functions as text, in the user's names."""

import numpy as np

from skinterp.utils import PRECISION, constant_text, needed_text, one_line, threshold_text


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


def gaps_text(columns, digits=4, scales=None):
    """Write what the missing values of columns count as.

    Parameters
    ----------
    columns : sequence of NumberColumn and CategoryColumn
        The columns that are used.
    digits : int, default=4
        Significant digits, at least.
    scales : dict of NumberColumn to float or None, default=None
        Standard deviations, against which digits are chosen.

    Returns
    -------
    list of str
        One line; none if no column has missing values replaced.
    """
    texts = []
    for column in columns:
        if not hasattr(column, "levels"):
            if column.fill is not None:
                tolerance = PRECISION * (scales or {}).get(column, np.inf)
                texts.append(f"{column.name} as {threshold_text(column.fill, digits, tolerance)}")
        elif column.missing_as is not None:
            texts.append(f"{column.name} as {column.missing_as}")
    return [f"(missing values count: {', '.join(texts)})"] if texts else []


def _distance_text(name, centre):
    """Write the distance of an input from a round number."""
    return f"({name} {'+' if centre < 0 else '-'} {constant_text(abs(centre), None)})"


def linear_text(title, coefficients, intercept, names, scale, digits=4, shown=None):
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
        Significant digits, at least.
    shown : ShownFunction or None, default=None
        What is subtracted from inputs far from 0, and the digits that numbers need.

    Returns
    -------
    str
        The text.
    """
    centres, intercept, needs = shown or (np.zeros(len(coefficients)), intercept, {})

    def number(value):
        return needed_text(value, digits, needs.get(abs(value), 0))

    order = np.argsort(-np.abs(coefficients * scale), kind="stable")
    terms = []
    for j in order[coefficients[order] != 0]:
        sign = "-" if coefficients[j] < 0 else "+"
        name = one_line(names[j])
        name = _distance_text(name, centres[j]) if centres[j] else name
        terms.append(f"    {sign} {number(abs(coefficients[j]))} * {name}")
    return "\n".join([f"{one_line(title)} =", f"    {number(intercept)}", *terms])


def number_scales(table, X):
    """Return the standard deviations of the columns of numbers of a table.

    Parameters
    ----------
    table : UserTable or None
        The table.
    X : ndarray of shape (n_samples, n_features)
        Its features.

    Returns
    -------
    dict of NumberColumn to float
        The deviations above 0.
    """
    if table is None:
        return {}
    pairs = zip(table.features, X.std(axis=0).tolist(), strict=True)
    return {f.column: s for f, s in pairs if f.level is None and not f.is_flag and s > 0}
