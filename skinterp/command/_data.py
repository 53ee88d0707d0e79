"""From a file and a call to rows, a target, and what was made of each column."""

from dataclasses import dataclass, replace

import numpy as np

from skinterp.command._columns import listed
from skinterp.command._commands import BadCall
from skinterp.command._files import pandas_of
from skinterp.command._kinds import ColumnReader
from skinterp.command._network_table import columns_for, complete_rows, fitted, kinds_for
from skinterp.command._selection import check_names, names_of, selected, settled
from skinterp.command._target import rare_classes, target_of
from skinterp.command._texts import Settings
from skinterp.utils import counted

MIN_ROWS, FEW_ROWS = 12, 30


@dataclass(frozen=True)
class Data:
    """Rows and a target, ready for a network.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n, d)
        The inputs: numbers as floats, categories as objects.
    y : ndarray of shape (n,)
        The target.
    task : {"classification", "regression"}
        What it asks for.
    columns : tuple of Column
        The columns, and what was made of them.
    notes : tuple of str
        What was done with the rows and the target.
    """

    X: object
    y: np.ndarray
    task: str
    columns: tuple
    notes: tuple = ()


def settings_of(args, separator=None):
    """Return how columns are read, as a call says.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    separator : str or None, default=None
        What stands between the cells of the file.

    Returns
    -------
    Settings
        The settings.
    """
    return Settings(
        missing=frozenset(names_of("--missing", args.missing)),
        default_missing=not args.no_default_missing,
        decimal=args.decimal,
        date_format=args.date_format,
        separator=separator,
    )


def _kinds(args, frame):
    """Return what the call says that columns are."""
    options = {"categories": args.categories, "numbers": args.numbers}
    kinds = {}
    for kind, text in options.items():
        names = names_of(f"--{kind}", text)
        check_names(f"--{kind}", names, list(frame.columns), args.data)
        kinds |= dict.fromkeys(names, kind)
    if args.task == "regression":
        kinds.setdefault(args.target, "numbers")
    return kinds


def inputs_of(args, frame):
    """Return the columns that a call takes as inputs.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    frame : pandas.DataFrame
        The table.

    Returns
    -------
    list of str
        The columns.
    """
    known = list(frame.columns)
    check_names("--target", [args.target], known, args.data)
    lists = []
    for option in ("columns", "drop"):
        lists.append(names_of(f"--{option}", getattr(args, option)))
        check_names(f"--{option}", lists[-1], known, args.data)
    return selected(known, args.target, *lists)


def _without_gaps(column):
    """Return where the target is there, and what to say about the other rows."""
    if not column.gaps.any():
        return ~column.gaps, []
    texts = column.texts
    written = (
        [] if texts is None else {texts.texts[k] for k in np.unique(texts.codes[column.gaps])}
    )
    said = f" ({listed(sorted(map(repr, filter(None, written))))})" * any(written)
    return ~column.gaps, [f"Left out: {counted(column.gaps.sum(), 'row')} without a target{said}."]


def _target(args, reader):
    """Return the target, its task, the rows that are used and what to say."""
    (column,) = reader.read([args.target])
    keep, notes = _without_gaps(column)
    made = column.read_as if column.kind == "dates" else ""
    y, task, remark = target_of(column.take(keep), args.task)
    notes += [f"Target {column.name}: {text}." for text in (made, remark, *column.remarks) if text]
    _check_size(y)
    if task == "regression":
        return y, task, np.flatnonzero(keep), notes
    rare, note = rare_classes(y)
    return y[~rare], task, np.flatnonzero(keep)[~rare], notes + [note] * bool(note)


def prepare(args, raw, file_network=None):
    """Return the rows and the target of a call.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    raw : RawTable
        The table of its file.
    file_network : FileNetwork or None, default=None
        The user's network, whose columns are taken.

    Returns
    -------
    Data
        The rows.

    Raises
    ------
    BadCall
        If the table cannot be worked with.
    """
    frame, settings = raw.frame, settings_of(args, raw.separator)
    names, kinds = inputs_of(args, frame), _kinds(args, frame)
    reader = ColumnReader(frame, settings, kinds)
    y, task, rows, notes = _target(args, reader)
    if len(rows) < len(frame):
        reader = ColumnReader(frame.iloc[rows].reset_index(drop=True), settings, kinds)
    notes = [*raw.notes, *notes]
    if file_network is None:
        columns = [settled(column) for column in reader.read(names)]
    else:
        columns, rows, note = _for_network(args, reader, names, file_network.network)
        y, notes = y[rows], [*notes, *note]
    used = [column for column in columns if not column.left_out]
    if not used:
        raise BadCall(f"No column can be used: {_reasons(columns)}.")
    _check_size(y)
    if len(y) < FEW_ROWS:
        notes = [*notes, f"{len(y)} rows only: no score says much; the forms may."]
    X = pandas_of().DataFrame({column.name: column.values for column in used})
    return Data(X, y, task, tuple(columns), tuple(notes))


def _check_size(y):
    if len(y) < MIN_ROWS:
        raise BadCall(f"At least {MIN_ROWS} rows are needed. Got {len(y)} instead.")


def _reasons(columns):
    return listed((f"{column.name or 'unnamed'} ({column.left_out})" for column in columns), 3)


def _for_network(args, reader, names, network):
    """Return columns as the user's network takes them, the rows it takes, and what to say."""
    left_out, notes = [], []
    if "" in names and not args.columns:  # only one that tells the rows apart has no name
        left_out = [settled(column) for column in reader.read([""])]
        names = [name for name in names if name]
    owner = f"--network {args.network}"
    taken = columns_for(network, owner, names, list(reader.frame.columns))
    columns = reader.read(taken, kinds_for(network, taken))
    columns = fitted(network, owner, columns)
    rows = complete_rows(network, columns)
    if not rows.all():
        columns = [column.take(rows) for column in columns]
        notes.append(
            f"Left out: {counted((~rows).sum(), 'row')} with missing numbers, which the network "
            "does not take."
        )
    others = reader.read([name for name in names if name not in taken])
    left_out += [replace(c, left_out="the network does not take it") for c in others]
    return [*columns, *left_out], rows, notes
