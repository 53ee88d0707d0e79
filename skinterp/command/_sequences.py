"""Columns of sequences, such as DNA: texts of one length, read as a column for each position."""

import csv
import io
from collections import Counter
from dataclasses import replace

import numpy as np

from skinterp.command._commands import BadCall
from skinterp.command._data import settings_of
from skinterp.command._files import pandas_of, read_table
from skinterp.command._selection import check_names, names_of
from skinterp.command._texts import Texts
from skinterp.expansion import sequence_table

_EXPANDED = ("columns", "drop", "categories", "numbers")  # options that may name a sequence


def read_with_positions(args, max_rows=None):
    """Read the table of a call, each column of ``--sequence`` as columns of its positions.

    Names of sequences in other options are replaced by those of their positions, and these become
    categories.

    Parameters
    ----------
    args : argparse.Namespace
        The call; its options are changed.
    max_rows : int or None, default=None
        Most rows to take.

    Returns
    -------
    RawTable
        The table.

    Raises
    ------
    BadCall
        If there is no such column, it is the target, its texts differ in length, or the names of
        the positions are taken.
    """
    raw = read_table(args.data, args.separator, max_rows)
    names = names_of("--sequence", args.sequence)
    check_names("--sequence", names, list(raw.frame.columns), args.data)
    positions = {name: _positions(name, raw, args) for name in names}
    if not positions:
        return raw
    parts = [positions.get(name, raw.frame[[name]]) for name in raw.frame]
    frame = pandas_of().concat(parts, axis=1)
    twice = frame.columns[frame.columns.duplicated()].tolist()
    if twice:
        raise BadCall(f"--sequence would make a second column {twice[0]!r}: rename the first.")
    columns = {name: list(table) for name, table in positions.items()}
    for option in _EXPANDED:
        if getattr(args, option, None):
            expanded = _expanded(names_of(f"--{option}", getattr(args, option)), columns)
            setattr(args, option, expanded)
    if hasattr(args, "categories"):
        known = names_of("--categories", args.categories)
        args.categories = _expanded([*known, *names], columns)
    notes = [
        f"Column {name} is read as {len(columns[name])} positions, {columns[name][0]} to "
        f"{columns[name][-1]}."
        for name in names
    ]
    return replace(raw, frame=frame, notes=(*raw.notes, *notes))


def _expanded(names, columns):
    """Return names as an option lists them, sequences as the columns of their positions."""
    found = [column for name in names for column in columns.get(name, [name])]
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(dict.fromkeys(found))
    return text.getvalue()


def _positions(name, raw, args):
    """Return the positions of a sequence as a table; all of them are missing where it is."""
    if name == getattr(args, "target", None):
        raise BadCall(f"--sequence must not name the target {name!r}.")
    texts = Texts(name, raw.frame[name].astype(object), settings_of(args, raw.separator))
    levels = texts.levels
    usual = Counter(map(len, levels)).most_common(1)
    if not usual:
        raise BadCall(f"--sequence {name}: all values are missing.")
    cells = texts.values(dict(zip(levels, levels)))
    gaps = pandas_of().isna(cells)
    cells[gaps] = "?" * usual[0][0]
    try:
        table = sequence_table(cells.tolist(), f"{name}_")
    except ValueError as error:
        raise BadCall(f"--sequence {name}: {error}") from error
    return table.mask(np.broadcast_to(gaps[:, np.newaxis], table.shape))
