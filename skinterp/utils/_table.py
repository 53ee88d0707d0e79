"""Tables of numbers from CSV files, with errors that name the line and the column."""

import csv
import difflib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MAX_CLASSES = 20
GAPS = ("", "na", "n/a", "nan", "null", "?")  # how a missing value is written


@dataclass(frozen=True)
class Table:
    """The text of a CSV file by columns.

    Parameters
    ----------
    path : Path
        The file.
    columns : dict of str to list of str
        Cells by column name, in the file's order.
    """

    path: Path
    columns: dict

    def __len__(self):
        """Return the number of rows."""
        return len(next(iter(self.columns.values())))


def read_table(path):
    """Read a CSV file with a header line.

    Parameters
    ----------
    path : str or Path
        The file, in UTF-8, separated by commas.

    Returns
    -------
    Table
        Its text.

    Raises
    ------
    ValueError
        If the file cannot be read, is empty, has no rows, repeats or leaves out a column name, or
        has a line of another length.
    """
    path = Path(path)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            lines = [(reader.line_num, line) for line in reader if line]
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV file in UTF-8: {error}.") from error
    if not lines:
        raise ValueError(f"{path} is empty: a header line and rows are needed.")
    header, rows = lines[0][1], lines[1:]
    _check_header(path, header)
    if not rows:
        raise ValueError(f"{path} has a header line but no rows.")
    for n, row in rows:
        if len(row) != len(header):
            raise ValueError(
                f"{path}, line {n}: {len(header)} cells are needed. Got {len(row)} instead."
            )
    cells = zip(*(row for _, row in rows), strict=True)
    return Table(path, {name: list(column) for name, column in zip(header, cells, strict=True)})


def _check_header(path, header):
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        raise ValueError(f"{path} has columns of the same name: {repeated}. Rename them.")
    if "" in [name.strip() for name in header]:
        raise ValueError(f"{path} has a column without a name. Name it.")


def _check_complete(table, name):
    """Refuse a column with gaps."""
    for k, cell in enumerate(table.columns[name]):
        if cell.strip().lower() in GAPS:
            raise ValueError(
                f"{table.path}, column {name!r}, row {k + 1}: the value is missing. "
                f"Got {cell!r} instead; fill it in or leave the row out."
            )


def _numbers(table, name):
    """Return a column as floats, or say where it holds none."""
    _check_complete(table, name)
    values = np.empty(len(table))
    for k, cell in enumerate(table.columns[name]):
        where, number = f"{table.path}, column {name!r}, row {k + 1}", _number(cell)
        if number is None:
            raise ValueError(
                f"{where}: a number is needed. Got {cell!r} instead; encode text as numbers."
            )
        if not np.isfinite(number):
            raise ValueError(f"{where}: a finite number is needed. Got {cell!r} instead.")
        values[k] = number
    return values


def _number(cell):
    """Return a cell as a float, None if it is text."""
    try:
        return float(cell)
    except ValueError:
        return None


def features_of(table, target):
    """Return the names and the matrix of all columns but the target.

    Parameters
    ----------
    table : Table
        The table.
    target : str
        Name of the target column.

    Returns
    -------
    names : tuple of str
        Names of the features.
    X : ndarray of shape (n, d)
        Their numbers.

    Raises
    ------
    ValueError
        If the target does not exist, is the only column, or a feature is not a number.
    """
    if target not in table.columns:
        near = difflib.get_close_matches(target, table.columns, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise ValueError(
            f"--target must be a column of {table.path}: {list(table.columns)}. "
            f"Got {target!r} instead.{hint}"
        )
    names = tuple(name for name in table.columns if name != target)
    if not names:
        raise ValueError(f"{table.path} has no column beside the target {target!r}.")
    return names, np.stack([_numbers(table, name) for name in names], axis=1)


def target_of(table, target, task="auto"):
    """Return the target and what it asks for.

    Parameters
    ----------
    table : Table
        The table.
    target : str
        Name of the target column.
    task : {"auto", "classification", "regression"}, default="auto"
        What to predict. By default text and up to 20 whole numbers are classes.

    Returns
    -------
    y : ndarray of shape (n,)
        Labels (whole numbers or text) or numbers.
    task : {"classification", "regression"}
        The task.

    Raises
    ------
    ValueError
        If a value is missing, there is one class only, or text has too many values.
    """
    _check_complete(table, target)
    cells = [cell.strip() for cell in table.columns[target]]
    numbers = [_number(cell) for cell in cells]
    whole = all(n is not None and n.is_integer() and abs(n) < 2**53 for n in numbers)
    labels = [int(number) for number in numbers] if whole else cells
    kinds = len(set(labels))
    if kinds == 1:
        raise ValueError(
            f"The target {target!r} must have at least two different values. "
            f"Got {cells[0]!r} in all {len(cells)} rows instead."
        )
    if task == "auto":
        are_classes = None in numbers or (whole and kinds <= MAX_CLASSES)
        task = "classification" if are_classes else "regression"
    if task == "regression":
        return _numbers(table, target), task
    if kinds > MAX_CLASSES:
        raise ValueError(
            f"The target {target!r} may have at most {MAX_CLASSES} classes. Got {kinds} instead."
        )
    return np.array(labels), task
