"""The categorical inputs of a network, read off the user's table."""

from numbers import Integral

import numpy as np

from skinterp.expansion._categories import (
    CategoricalTable,
    Variable,
    check_count,
    distinct,
    listed,
)
from skinterp.network import Network, as_network
from skinterp.table import (
    BinnedColumn,
    CategoryColumn,
    Feature,
    NumberColumn,
    UserTable,
    cells_of,
    read_features,
)
from skinterp.utils import check_columns, unwrap

HELD = ("median",)


def _of_numbers(names):
    """Return the table of a network whose inputs are the user's columns, all numbers."""
    columns = [Feature(NumberColumn(name, j)) for j, name in enumerate(names)]
    return UserTable(tuple(names), len(names), tuple(columns))


def _block(features, index, cells, n_columns):
    """Return what the features of a column are where it holds each of some cells."""
    rows = np.zeros((len(cells), n_columns), dtype=object)
    rows[:, index] = [np.nan if cell is None else cell for cell in cells]
    return read_features(features, rows)


def _levels(kinds, name):
    """Return the categories that a model knows of a column."""
    found = tuple(dict.fromkeys(level for kind in kinds for level in kind.levels))
    if any(isinstance(level, float) and level % 1 for level in found):
        check_count(found, name)
    return found


def _number_variable(number, X, numbers):
    """Return a variable of a column of numbers and a cell for each category; None if held."""
    values = cells_of(X, number.index)
    if isinstance(numbers, Integral):
        return _binned(number, X, int(numbers))
    if not (isinstance(numbers, str) and numbers == "values"):
        return None
    categories = distinct(values, number.name, number.fill is not None)
    if not all(isinstance(value, bool | int | float | None) for value in categories):
        raise ValueError(
            f"The variable {number.name!r} must hold numbers, because the network has no encoder "
            f"in front. Got {listed(categories)} instead: pass the pipeline with its "
            "OneHotEncoder as network."
        )
    return Variable(number.name, categories, (number.index,)), categories


def _binned(number, X, n_bins):
    """Return the variable of the bins of a number, and the median of the numbers in each."""
    values, _ = number.read(X)
    edges = np.unique(np.quantile(values, np.linspace(0.0, 1.0, n_bins + 1)[1:-1]))
    edges = edges[edges > values.min()]
    bins = BinnedColumn(number.name, number.index, tuple(edges.tolist()), number)
    codes = bins.read(X)
    cells = [float(np.median(values[codes == k])) for k in range(len(bins.levels))]
    return Variable(number.name, bins.levels, (number.index,), bins=bins), cells


def _held(number, X, numbers):
    """Return the number at which a column is held: its median, or that of a given row."""
    if isinstance(numbers, str):
        values, missing = number.read(X)
        return float(np.median(values[~missing])) if not missing.all() else None
    if number.name not in numbers:
        raise ValueError(
            f"numbers must hold every column of numbers. Got none for {number.name!r}: "
            f"{listed(tuple(numbers))} instead."
        )
    return numbers[number.name]


def _variable(kinds, X, numbers):
    """Return the variable of a column and a cell for each category; None if it is held."""
    number = next((kind for kind in kinds if isinstance(kind, NumberColumn)), None)
    known = [kind for kind in kinds if isinstance(kind, CategoryColumn)]
    if known:
        kind, categories = known[0], _levels(known, known[0].name)
        return Variable(kind.name, categories, (kind.index,)), categories
    if number is not None:
        return _number_variable(number, X, numbers)
    bins = kinds[0]
    cells = [bins.inside(k) for k in range(len(bins.levels))]
    return Variable(bins.name, bins.levels, (bins.index,), bins=bins), cells


def read_user_table(table, X, groups=(), numbers="values"):
    """Read the categories of a network whose inputs are features of the user's table.

    Parameters
    ----------
    table : UserTable
        The user's table.
    X : data frame or ndarray of shape (n_samples, n_columns)
        Its rows, which give the categories, medians or bins of columns of numbers.
    groups : sequence of (str, sequence of int), default=()
        Name and columns of each one-hot group.
    numbers : str, int or dict, default="values"
        What becomes of the columns of numbers.

    Returns
    -------
    CategoricalTable
        The table.
    """
    offset, found, held = np.zeros(len(table.features)), [], {}
    grouped = {j for _, columns in groups for j in columns}
    for index in sorted({f.column.index for f in table.features} - grouped):
        places = [k for k, f in enumerate(table.features) if f.column.index == index]
        features = [table.features[k] for k in places]
        kinds = list(dict.fromkeys(feature.column for feature in features))
        made = _variable(kinds, X, numbers)
        if made is None:
            number = next(kind for kind in kinds if isinstance(kind, NumberColumn))
            cell = held[number.name] = _held(number, X, numbers)
            offset[places] = _block(features, index, [cell], table.n_columns)[0]
            continue
        variable, cells = made
        found.append((variable, _block(features, index, cells, table.n_columns), places))
    for name, columns in groups:
        labels = _labels(name, [table.names[j] for j in columns])
        variable = Variable(name, labels, tuple(columns), True)
        variable.codes(X)
        found.append((variable, np.eye(len(columns)), columns))
    if not found:
        raise ValueError(
            f"The network must have a column of categories to be expanded. Got numbers only, "
            f"which numbers={numbers!r} holds: pass numbers=5, or another number of bins."
        )
    found.sort(key=lambda item: item[0].columns)
    variables, blocks, places = zip(*found)
    return CategoricalTable(variables, offset, blocks, tuple(map(np.array, places)), held)


def _checked_groups(groups, names):
    """Return pairs of name and column indices, refusing unknown and repeated columns."""
    if groups is None:
        return []
    items = groups.items() if isinstance(groups, dict) else enumerate(groups)
    index = {name: j for j, name in enumerate(names)}
    result, seen = [], set()
    for name, columns in items:
        columns = [columns] if isinstance(columns, str | Integral) else list(columns)
        found = [index.get(c, -1) if isinstance(c, str) else c for c in columns]
        wrong = [
            c
            for c, j in zip(columns, found)
            if not isinstance(j, Integral) or isinstance(j, bool) or not 0 <= j < len(names)
        ]
        if wrong or not found:
            raise ValueError(
                f"groups must hold columns of X, {listed(names)} or their indices. Got "
                f"{listed(wrong) or 'an empty group'} in group {name!r} instead."
            )
        if seen & set(found) or len(set(found)) < len(found):
            raise ValueError(
                f"groups must not share columns. Got a column of group {name!r} twice."
            )
        seen |= set(found)
        result.append((name if isinstance(groups, dict) else f"v{name}", found))
    return result


def _labels(name, columns):
    """Return what tells the columns of a group apart: their names without the group's own."""
    prefixes = (f"{name}_", f"{name}=", f"{name}.", str(name))
    for prefix in prefixes:
        if all(c.startswith(prefix) and len(c) > len(prefix) for c in columns):
            return tuple(c[len(prefix) :] for c in columns)
    return tuple(columns)


def _checked_numbers(numbers, names):
    """Return what becomes of the numbers, a row of them as a dict by name."""
    is_count = isinstance(numbers, Integral) and not isinstance(numbers, bool)
    if (isinstance(numbers, str) and numbers in ("values", *HELD)) or (is_count and numbers > 1):
        return numbers
    row = numbers
    if hasattr(row, "iloc") and getattr(row, "ndim", 0) == 2 and len(row) == 1:
        row = row.iloc[0]
    if hasattr(row, "to_dict"):
        row = row.to_dict()
    is_row = isinstance(row, list | tuple | np.ndarray) and np.ndim(row) == 1
    if is_row and len(row) == len(names):
        row = dict(zip(names, row))
    if not isinstance(row, dict):
        raise ValueError(
            'numbers must be "values", "median", a number of bins of at least 2, or one row of '
            f"{len(names)} columns. Got {numbers!r} instead."
        )
    return {str(name): value for name, value in row.items()}


def read_categorical(model, X, groups=None, numbers="values"):
    """Read a model over categories as a network and the table of its inputs.

    Parameters
    ----------
    model : object
        Fitted: anything :func:`skinterp.network.as_network` takes.
    X : data frame or ndarray of shape (n_samples, n_columns)
        The user's table.
    groups : dict, sequence or None, default=None
        One-hot groups of columns, where there is no encoder.
    numbers : str, int or row, default="values"
        What becomes of columns of numbers.

    Returns
    -------
    network : Network
        The network of the features.
    table : CategoricalTable
        Its categorical inputs.
    names : tuple of str or None
        Names of the columns, None if neither the model nor X has any.
    """
    network = model
    if not isinstance(model, Network):
        options = {"unknown_steps": "differences"} if unwrap(model).steps else {}
        network = as_network(model, **options)
    table = network.user_table
    if table is not None and groups is not None:
        raise ValueError(
            "groups must be None when an encoder in front of the network says which columns "
            f"belong together. Got groups={groups!r} instead."
        )
    known = network.feature_names if table is None else table.names
    width = network.n_features_in if table is None else table.n_columns
    names = check_columns(X, width, known) or known
    labels = names or [f"x{j}" for j in range(X.shape[1])]
    table = _of_numbers(labels) if table is None else table
    numbers = _checked_numbers(numbers, labels)
    return network, read_user_table(table, X, _checked_groups(groups, labels), numbers), names
