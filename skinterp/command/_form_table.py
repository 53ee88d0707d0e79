"""A table from a file as a saved form takes it."""

from dataclasses import replace
from shlex import quote

import numpy as np

from skinterp.command._columns import listed
from skinterp.command._commands import BadCall
from skinterp.command._data import settings_of
from skinterp.command._files import pandas_of
from skinterp.command._kinds import ColumnReader
from skinterp.command._network_table import columns_for, complete_rows, fitted, kinds_for
from skinterp.command._selection import POOLED
from skinterp.table import CategoryColumn
from skinterp.utils import counted


def _as_before(column, dates):
    """Return a column of dates in the unit of the table that the form was fitted on."""
    if column.gaps.all():
        return replace(column, kind="numbers", values=np.full(len(column.values), np.nan))
    if column.kind != "dates" or column.name not in dates:
        return column
    zero, unit = dates[column.name]
    return replace(column, kind="numbers", values=(column.days - zero) / unit)


def _pooled(column, expected):
    """Return a column of categories, levels that were rare or not there as the pooled one."""
    if not isinstance(expected, CategoryColumn) or POOLED not in expected.levels:
        return column
    known = np.isin(column.values.astype(str), [str(level) for level in expected.levels])
    values = np.where(known | column.gaps, column.values, POOLED)
    return replace(column, values=values, remarks=())


def _takes(column, values):
    """Return which cells of a category a form takes."""
    if not isinstance(column, CategoryColumn) or column.takes_unknown:
        return np.ones(len(values), dtype=bool)
    cells = values.reshape(-1, 1)
    return replace(column, takes_unknown=True, index=0).read(cells) >= 0


def rows_for(form, dates, args, raw):
    """Return the rows of a file that a form answers, and what was done with the others.

    Parameters
    ----------
    form : SavedForm
        The form.
    dates : dict of str to (float, float)
        Of columns of dates the zero and the unit, in days.
    args : argparse.Namespace
        The call.
    raw : RawTable
        The table.

    Returns
    -------
    frame : pandas.DataFrame
        Rows as the form takes them.
    taken : ndarray of bool of shape (n_rows,)
        Which rows of the file these are.
    notes : list of str
        What to know.

    Raises
    ------
    BadCall
        If columns are missing, or hold something else than the form takes.
    """
    known = [name for name in raw.frame if name]
    owner = f"{args.explanation}, form {args.form}"
    try:
        names = columns_for(form, owner, known, known)
    except BadCall as error:
        raise BadCall(f"{error}{_positions_hint(form, known)}") from error
    table = form.user_table
    expected = {feature.column.index: feature.column for feature in table.features}
    reader = ColumnReader(raw.frame, settings_of(args, raw.separator))
    needed = [k for k in range(len(names)) if k in expected]
    columns = {k: reader.read([names[k]], kinds_for(form, names))[0] for k in needed}
    columns = {
        k: column if isinstance(expected[k], CategoryColumn) else _as_before(column, dates)
        for k, column in columns.items()
    }
    everything = [columns.get(k) or reader.read([name])[0] for k, name in enumerate(names)]
    everything = fitted(form, owner, everything)
    everything = [_pooled(column, expected.get(k)) for k, column in enumerate(everything)]
    taken = complete_rows(form, everything)
    for k, column in enumerate(everything):
        taken &= _takes(expected.get(k), column.values)
    frame = pandas_of().DataFrame({c.name: c.values[taken] for c in everything})
    remarks = [f"{c.name}: {'; '.join(c.remarks)}." for c in everything if c.remarks]
    return frame, taken, [*raw.notes, *_in_order(form, names), *remarks, *_left_out(taken)]


def _positions_hint(form, known):
    """Say how positions that a form takes are read from a column of sequences."""
    missing = set(form.names or ()) - set(known)
    stems = {name.rpartition("_")[0] for name in missing if name.rpartition("_")[2].isdecimal()}
    found = [name for name in known if name in stems]
    return "".join(
        f" If they are positions of {name!r}, pass --sequence {quote(name)}." for name in found
    )


def _in_order(form, names):
    """Say that columns are taken in their order, of a form that does not know their names."""
    if form.names is not None:
        return []
    return [
        "The form does not know the names of its columns: those of the table are taken in their "
        f"order, {listed(names)}."
    ]


def _left_out(taken):
    """Say which rows have no answer."""
    if taken.all():
        return []
    places = listed((np.flatnonzero(~taken) + 1).tolist(), 10)
    many = counted((~taken).sum(), "row")
    return [f"No answer for {many} with gaps or levels that the form does not take: row {places}."]
