"""Which columns of a table are used: as the call says, and where they can say anything."""

import csv
import difflib
from dataclasses import replace

import numpy as np

from skinterp.command._columns import category_text, listed, sequence_advice
from skinterp.command._commands import BadCall
from skinterp.utils import counted

MAX_LEVELS, KEPT_LEVELS, LEVEL_ROWS, POOLED = 30, 20, 10, "(other)"
LEAST_NUMBERS = 5


def names_of(option, text):
    """Return the names that an option lists.

    Parameters
    ----------
    option : str
        The option, for the error.
    text : str or None
        Names separated by commas; one with a comma stands in double quotes.

    Returns
    -------
    list of str
        The names, each once.
    """
    try:
        row = next(csv.reader([text or ""], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise BadCall(f"{option} must be names separated by commas. Got {text!r}.") from error
    return list(dict.fromkeys(name.strip() for name in row if name.strip()))


def check_names(option, names, known, path):
    """Refuse names of columns that there are not.

    Parameters
    ----------
    option : str
        The option, for the error.
    names : sequence of str
        The names.
    known : sequence of str
        The columns.
    path : str or Path
        The file.

    Raises
    ------
    BadCall
        If one is unknown; suggests the closest ones.
    """
    known = [name for name in known if name]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            folded = [n for n in known if n.casefold() == name.casefold()]
            hint = f" Did you mean {' or '.join(map(repr, folded or near))}?" * bool(
                near or folded
            )
            raise BadCall(
                f"{option} must be a column of {path}: {listed(map(repr, known), 20)}. "
                f"Got {name!r} instead.{hint}"
            )


def selected(names, target, columns, drop):
    """Return the columns to read as inputs.

    Parameters
    ----------
    names : sequence of str
        All columns.
    target : str
        The column to predict.
    columns, drop : sequence of str
        Columns to take, in this order, all if there are none, and to leave out.

    Returns
    -------
    list of str
        The columns.
    """
    if target in columns or target in drop:
        option = "--columns" if target in columns else "--drop"
        raise BadCall(f"{option} must not name the target {target!r}.")
    found = [name for name in columns or names if name not in {target, *drop}]
    if not found:
        raise BadCall(f"The table has no column beside the target {target!r} that is to be used.")
    return found


def _is_row_number(column):
    levels = np.unique(column.values)
    return (
        column.read_as.startswith("whole numbers")
        and not column.gaps.any()
        and len(levels) == len(column.values)
    )


def _unnamed(column):
    """Return the first column of a table that has no name, if it only tells the rows apart."""
    if column.gaps.all():
        return replace(column, left_out="it has no name and no values")
    if column.kind == "numbers" and _is_row_number(column):
        return replace(column, left_out="it has no name and numbers the rows")
    if column.kind == "categories" and _all_differ(column):
        return replace(column, left_out="it has no name and names the rows")
    raise BadCall("The table has a column without a name. Name it.")


def _all_differ(column):
    return len(column.levels[0]) == len(column.values) - column.gaps.sum()


def _left_out(column, why):
    """Return a column that is not used, saying why, and how else it could be."""
    return replace(column, left_out="; ".join(filter(None, [why, sequence_advice(column)])))


def _pooled(column):
    """Return a column of many levels with the rare ones as one."""
    levels, counts = column.levels
    kept = [levels[k] for k in np.argsort(-counts, kind="stable")[:KEPT_LEVELS]]
    kept = {level for level, n in zip(levels, counts) if level in kept and n >= LEVEL_ROWS}
    if not kept:
        why = f"it has {len(levels)} different texts, none of them in {LEVEL_ROWS} rows"
        return _left_out(column, why)
    values = column.values.copy()
    rare = ~column.gaps & ~np.isin(values, list(kept))
    values[rare] = POOLED
    remark = (
        f"{len(levels)} levels, of which {len(levels) - len(kept)} rare ones "
        f"({counted(rare.sum(), 'row')}) are taken as {POOLED}"
    )
    read_as = category_text([*kept, POOLED])
    return replace(column, values=values, read_as=read_as).said(remark)


def _written(value):
    return f"{value:g}" if isinstance(value, float) else value


def _categories_of(column):
    """Return a column that holds one number and gaps as a category."""
    level = _written(column.levels[0][0])
    values = np.where(column.gaps, np.nan, column.values).astype(object)
    values[~column.gaps] = level
    read_as = f"{level}, or missing"
    return replace(column, kind="categories", values=values, read_as=read_as, since=None)


def settled(column):
    """Return a column as the default network takes it, or why it is left out.

    Parameters
    ----------
    column : Column
        The column.

    Returns
    -------
    Column
        The column: rare levels as one; left out if it is constant, missing or different in every
        row.
    """
    if not column.name:
        return _unnamed(column)
    n_values = int((~column.gaps).sum())
    if not n_values:
        return replace(column, left_out="all values are missing")
    levels = column.levels[0]
    if len(levels) == 1:
        if n_values == len(column.values):
            return replace(column, left_out=f"it is constant, {_written(levels[0])}")
        return _categories_of(column) if column.kind in ("numbers", "dates") else column
    if column.kind in ("numbers", "dates"):
        if n_values < LEAST_NUMBERS:
            return replace(column, left_out=f"it has {n_values} values only")
        return column
    if _all_differ(column) and column.kind == "categories":
        return _left_out(column, "all its texts differ")
    return _pooled(column) if len(levels) > MAX_LEVELS else column
