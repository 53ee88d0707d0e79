"""What looks wrong in a table: sentinels, identifiers, leaked targets, repeated rows."""

from shlex import quote

import numpy as np

from skinterp.command._columns import sequence_advice
from skinterp.command._files import pandas_of
from skinterp.utils import counted

_LEAST_ROWS = 20  # fewer rows agree by chance
_LEAST_SENTINELS = 2


def suspicions(data, target):
    """Return a sentence for each column that looks wrong, the target among them.

    Parameters
    ----------
    data : Data
        Rows and target.
    target : str
        Name of the target.

    Returns
    -------
    list of str
        The sentences; each names the option that settles it.
    """
    y = np.asarray(data.y)
    found = _sentinel(f"Target {target}", y, 3) if y.dtype.kind in "if" else []
    for column in data.columns:
        if column.left_out:
            continue
        values = column.values[~column.gaps]
        if column.kind == "numbers":
            values = values.astype(np.float64)
            found += _sentinel(f"Column {column.name}", values)
            found += _identifier(column.name, values)
        found += _leak(column, data, target)
        advice = sequence_advice(column)
        found += [f"Column {column.name}: {advice}."] if advice else []
    return found


def _is_nines(value):
    """Tell whether a number is written as -999, 9999 or the like."""
    text = f"{abs(value):g}"
    return len(text) >= 2 and set(text) == {"9"}


def _sentinel(name, values, fewest=4):
    """Say that a number lies far from the others, of which there are so many with it."""
    levels, counts = np.unique(values, return_counts=True)
    if len(levels) < fewest:
        return []
    for k, others in ((0, levels[1:]), (-1, levels[:-1])):
        far = abs(levels[k] - others[k]) > np.ptp(others)
        if _is_nines(levels[k]) and far and counts[k] >= _LEAST_SENTINELS:
            return [
                f"{name}: {levels[k]:g} in {counted(counts[k], 'row')} lies far from the others "
                f"({others[0]:g} to {others[-1]:g}); if it means missing, pass "
                f"--missing={levels[k]:g}."
            ]
    return []


def _identifier(name, values):
    if len(values) < _LEAST_ROWS or not np.all(values == np.round(values)):
        return []
    if len(np.unique(values)) < len(values) or np.ptp(values) != len(values) - 1:
        return []
    return [
        f"Column {name} numbers the rows; if it is no measurement, leave it out: "
        f"--drop {quote(name)}."
    ]


def _leak(column, data, target):
    """Say that a column is the target in other words."""
    known = ~column.gaps
    values, y = column.values[known], data.y[known]
    if len(y) < _LEAST_ROWS or not known.all():
        return []
    codes, of_target = (np.unique(each, return_inverse=True)[1] for each in (values, y))
    if data.task == "regression" and column.kind == "numbers":
        if len(np.unique(y)) < _LEAST_ROWS / 2 or len(np.unique(values)) < _LEAST_ROWS / 2:
            return []
        same = np.array_equal(codes, of_target)
        is_copy = same or np.array_equal(codes, of_target.max() - of_target)
    else:
        pairs = len(np.unique(np.stack([codes, of_target]), axis=1).T)
        is_copy = pairs == codes.max() + 1 == of_target.max() + 1
    if not is_copy:
        return []
    return [
        f"Column {column.name} says what {target} is in every row; if it is not known beforehand, "
        f"leave it out: --drop {quote(column.name)}."
    ]


def repeated_rows(X, y, seen, held):
    """Say how many held-out rows also trained the network.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n, d)
        The inputs.
    y : ndarray of shape (n,)
        The target.
    seen, held : ndarray of int
        Rows that trained the network, and the others.

    Returns
    -------
    list of str
        The sentence, if there is anything to say.
    """
    hashes = pandas_of().util.hash_pandas_object(X.assign(**{"": y}), index=False).to_numpy()
    n_twice = int(np.isin(hashes[held], hashes[seen]).sum())
    if n_twice < max(2, 0.01 * len(held)):
        return []
    return [
        f"{n_twice} of {len(held)} held-out rows are, value by value, among those that trained "
        "the network: the scores flatter."
    ]
