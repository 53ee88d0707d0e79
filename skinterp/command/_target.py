"""The target of a table: classes or numbers."""

import numpy as np

from skinterp.command._columns import listed
from skinterp.command._commands import BadCall

MAX_CLASSES, SOME_CLASSES = 20, 5
CLASS_ROWS, RARE = 4, 10  # rows that a class needs; and below which whole numbers are no classes


def _label(value):
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _labels(column):
    """Return classes: whole numbers as such, all else as texts."""
    values = column.values
    if column.kind == "numbers":
        if (values == np.round(values)).all() and np.abs(values).max() < 2**53:
            return values.astype(np.int64)
        values = [_label(value) for value in values]
    return np.array(list(map(str, values)))


def _guess(column, counts):
    """Return the task that a target asks for, and what to say about it."""
    if column.kind in ("yes/no", "categories"):
        return "classification", None
    values, n = column.values, len(counts)
    is_whole = column.kind == "numbers" and (values == np.round(values)).all()
    if not is_whole or n > MAX_CLASSES or np.abs(values).max() >= 2**53:
        return "regression", None
    if n < SOME_CLASSES:
        return "classification", None
    if counts.min() < RARE:
        return "regression", (
            f"{n} whole numbers, some in few rows: read as numbers (--task classification reads "
            "them as classes)"
        )
    return "classification", f"{n} whole numbers: read as classes (--task regression: as numbers)"


def target_of(column, task="auto"):
    """Return the target and what it asks for.

    Parameters
    ----------
    column : Column
        The target, without missing values.
    task : {"auto", "classification", "regression"}, default="auto"
        What to predict. By default texts and few whole numbers are classes, but ratings and counts
        of which some are rare are numbers.

    Returns
    -------
    y : ndarray of shape (n,)
        Labels (whole numbers or texts) or numbers.
    task : {"classification", "regression"}
        The task.
    remark : str or None
        What to say about the choice.

    Raises
    ------
    BadCall
        If there is one value only, or too many classes.
    """
    levels, counts = column.levels
    if not levels:
        raise BadCall(f"The target {column.name!r} has no values: all are missing.")
    if len(levels) < 2:
        raise BadCall(
            f"The target {column.name!r} must have at least two different values. "
            f"Got {_label(levels[0])} in all {len(column.values)} rows instead."
        )
    remark = None
    if task == "auto":
        task, remark = _guess(column, counts)
    if task == "regression":
        return column.values.astype(np.float64), task, remark
    if len(levels) > MAX_CLASSES:
        raise BadCall(
            f"The target {column.name!r} may have at most {MAX_CLASSES} classes. "
            f"Got {len(levels)} instead."
        )
    return _labels(column), task, remark


def rare_classes(y):
    """Return which rows are of classes of too few rows, and what to say about them.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Labels.

    Returns
    -------
    rare : ndarray of bool of shape (n,)
        The rows.
    note : str or None
        What to say.

    Raises
    ------
    BadCall
        If fewer than two classes are left.
    """
    labels, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    few = counts < CLASS_ROWS
    if not few.any():
        return np.zeros(len(y), dtype=bool), None
    said = listed(f"{label} ({n})" for label, n in zip(labels[few].tolist(), counts[few].tolist()))
    if (~few).sum() < 2:
        raise BadCall(
            f"At least two classes need {CLASS_ROWS} rows each. Got fewer of {said} instead."
        )
    return few[codes], f"Classes of fewer than {CLASS_ROWS} rows are left out: {said}."
