"""The columns of a table as the user's network takes them."""

from dataclasses import replace

import numpy as np

from skinterp.command._columns import category_text, listed
from skinterp.command._commands import BadCall
from skinterp.command._kinds import WORDS
from skinterp.command._numerals import is_number, to_floats
from skinterp.table import CategoryColumn

_FLAGS = {word: bool(k) for pair in WORDS for k, word in enumerate(pair)} | {"0": False, "1": True}


def columns_for(network, owner, names, all_names):
    """Return the columns that a network takes, in its order.

    Parameters
    ----------
    network : Network
        The network.
    owner : str
        How the call names it, such as ``--network FILE``.
    names : sequence of str
        Columns of the table that may be used, in their order.
    all_names : sequence of str
        All columns of the table.

    Returns
    -------
    list of str
        The columns.

    Raises
    ------
    BadCall
        If there are others than the network takes.
    """
    table = network.user_table
    expected = network.feature_names if table is None else table.names
    if expected is not None:
        missing = [name for name in expected if name not in names]
        if missing:
            left_out = " (they are left out by the call)" * (set(missing) <= set(all_names))
            raise BadCall(
                f"{owner} needs columns that the data lack{left_out}: "
                f"{listed(map(repr, missing), 10)}. The data have {listed(map(repr, names), 10)}."
            )
        return list(expected)
    n_columns = network.n_features_in if table is None else table.n_columns
    if n_columns not in (None, len(names)):
        raise BadCall(
            f"{owner} expects {n_columns} features. The data have {len(names)} columns: "
            f"{listed(map(repr, names), 10)}. Say which by --columns, in the "
            "network's order, or leave some out by --drop."
        )
    return list(names)


def _known_levels(levels, texts):
    """Return the levels that texts of a table mean."""
    known = {str(level): level for level in levels if level is not None}
    are_flags = all(level is None or level in (0, 1) for level in levels)
    numbers = {n: n for n in levels if isinstance(n, int | float)}
    found = {}
    for text in texts:
        if text in known:
            found[text] = known[text]
        elif are_flags and text.casefold() in _FLAGS:
            found[text] = numbers.get(_FLAGS[text.casefold()])  # 1.0 is True, of nullable columns
        elif is_number(text, "."):
            found[text] = numbers.get(float(to_floats([text], ".")[0]))
    return {text: level for text, level in found.items() if level is not None}


def _as_levels(column, expected):
    """Return a column of categories in the network's own levels."""
    texts = column.texts
    known = _known_levels(expected.levels, texts.texts)
    unknown = [text for text in texts.present if text not in known]
    values = texts.values({text: text for text in unknown} | known)
    read_as = category_text([*known, *unknown])
    column = replace(column, kind="categories", values=values, read_as=read_as, remarks=())
    if unknown:
        column = column.said(f"levels that the network does not know: {listed(unknown)}")
    return column


def _as_numbers(column, owner, expected):
    """Return a column as the numbers, or days, that a network expects."""
    if column.kind == "numbers":
        return column
    if column.gaps.all() and getattr(expected, "fill", None) is not None:
        values = np.full(len(column.values), np.nan)
        return replace(column, kind="numbers", values=values, read_as="numbers, all missing")
    if column.kind == "dates" and getattr(expected, "is_date", False):
        read_as = "dates, as days since 1970-01-01"
        return replace(column, kind="numbers", values=column.days, read_as=read_as, since=None)
    if column.kind == "yes/no":
        values = [
            np.nan if gap else float(_FLAGS[value.casefold()])
            for value, gap in zip(column.values, column.gaps)
        ]
        return replace(column, kind="numbers", values=np.array(values)).said("as 0 and 1")
    found = "dates" if column.kind == "dates" else f"texts ({column.read_as})"
    found = "missing values only" if column.gaps.all() else found
    raise BadCall(
        f"{owner} takes numbers in the column {column.name!r}. Got {found} instead; give "
        "the numbers it was trained on, or leave the column out by --drop if it takes others."
    )


def kinds_for(network, names):
    """Return what columns must be read as for a network.

    Parameters
    ----------
    network : Network
        The network.
    names : sequence of str
        The columns it takes.

    Returns
    -------
    dict of str to str
        The columns of categories.
    """
    expected = _expected(network)
    return {
        name: "categories"
        for k, name in enumerate(names)
        if isinstance(expected.get(k), CategoryColumn)
    }


def _expected(network):
    """Return the columns of a network's table by their place."""
    features = () if network.user_table is None else network.user_table.features
    return {feature.column.index: feature.column for feature in features}


def fitted(network, owner, columns):
    """Return columns as a network takes them.

    Parameters
    ----------
    network : Network
        The network.
    owner : str
        How the call names it, such as ``--network FILE``.
    columns : sequence of Column
        The columns, in its order.

    Returns
    -------
    list of Column
        Numbers, and categories in the network's own levels; columns that it does not look at stay
        as they are.
    """
    expected, found = _expected(network), []
    for k, column in enumerate(columns):
        if isinstance(expected.get(k), CategoryColumn):
            column = _as_levels(column, expected[k])
        elif network.user_table is None or k in expected:
            column = _as_numbers(column, owner, expected.get(k))
        found.append(column)
    return found


def complete_rows(network, columns):
    """Return which rows have all numbers that a network needs.

    Parameters
    ----------
    network : Network
        The network.
    columns : sequence of Column
        The columns, in its order.

    Returns
    -------
    ndarray of bool of shape (n_rows,)
        The rows.
    """
    expected, rows = _expected(network), np.ones(len(columns[0].values), dtype=bool)
    for k, column in enumerate(columns):
        takes_gaps = getattr(expected.get(k), "fill", None) is not None
        if column.kind == "numbers" and not takes_gaps and (k in expected or not expected):
            rows &= ~column.gaps
    return rows
