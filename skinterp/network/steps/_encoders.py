"""Encoders, read by asking the fitted step, one category replaced at a time.

Dropped, infrequent and unknown categories, ordinal numbers and target means are so all read alike.
"""

import warnings

import numpy as np
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from skinterp.network._columns import Unencoded
from skinterp.network._steps import Step, register_step
from skinterp.table import CategoryColumn, frame_of, plain
from skinterp.utils import import_optional

_UNKNOWN = "no level of this column"


def _takes_unknown(step):
    return isinstance(step, TargetEncoder) or getattr(step, "handle_unknown", "error") != "error"


def _ask(step, rows):
    """Return what an encoder makes of rows of categories."""
    table = np.array(rows, dtype=object)
    names = getattr(step, "feature_names_in_", None)
    if names is not None:
        pandas = import_optional("pandas", "plot", "Reading a network fitted on a data frame")
        table = frame_of(table, names, pandas)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of unknown categories, which are meant
        encoded = step.transform(table)
    encoded = encoded.toarray() if hasattr(encoded, "toarray") else np.asarray(encoded)
    return encoded.astype(np.float64)


def _cells(categories):
    """Return categories as cells that an encoder knows again; None and NaN differ."""
    cells = ((plain(value), value is None) for value in categories)
    return [np.nan if value is None and not is_none else value for value, is_none in cells]


def _refuse_two_gaps(levels, name):
    if levels.count(None) > 1:
        raise ValueError(
            f"The missing cells of the column {name!r} must be written in one way. The encoder "
            "was fitted on None and NaN, which it tells apart; write NaN for both before fitting, "
            f"for instance X[{name!r}] = X[{name!r}].fillna(np.nan)."
        )


def _sentinel(levels):
    """Return a cell that is no level of a column."""
    numbers = [x for x in levels if isinstance(x, int | float) and x == x]
    return max(numbers) + 1.0 if numbers and _UNKNOWN not in levels else _UNKNOWN


def _asked(step, levels, unknown):
    """Return what an encoder makes of its first categories, and with each other one in turn.

    Also returns the index of the column of each row; a row of an unknown category is each column's
    last one.
    """
    row = [column[0] for column in levels]
    rows, places = [row], []
    for i, column in enumerate(levels):
        for value in [*column, *([_sentinel(column)] if unknown else [])]:
            rows.append([*row[:i], value, *row[i + 1 :]])
            places.append(i)
    first, *others = _ask(step, rows)
    return first, np.array(others), np.array(places)


def _changed(rows, first):
    return (rows != first) & ~(np.isnan(rows) & np.isnan(first))


def _without_code(column, sources, is_nan):
    """Return which levels of a column become NaN; the last row is an unknown one, if there is."""
    levels = list(zip(sources, is_nan))
    return Unencoded(
        column,
        tuple(source for source, nan in levels if not nan),
        tuple(source for source, nan in levels if nan),
        bool(len(is_nan) > len(sources) and is_nan[-1]),
    )


def _read_encoder(step, cells):
    """Ask an encoder at its first categories, with one of them replaced at a time."""
    levels = [tuple(map(plain, values)) for values in step.categories_]
    unknown = _takes_unknown(step)
    for values, raw in zip(levels, cells.columns, strict=True):
        _refuse_two_gaps(values, raw.name)
    first, others, places = _asked(step, list(map(_cells, step.categories_)), unknown)
    constant, weights, gaps = first.copy(), [{} for _ in first], [() for _ in first]
    free = ~_changed(others, first).any(axis=0)  # outputs that never change: of a single category
    for i, (column, raw) in enumerate(zip(levels, cells.columns, strict=True)):
        block = others[places == i]
        touched = _changed(block, first).any(axis=0)
        nan, block = np.isnan(block), np.nan_to_num(block)
        if unknown:  # then it is what stands there when no level is indicated
            base, block = block[-1], block[:-1]
        else:
            touched |= free & (len(column) == 1)
            free &= len(column) > 1
            base = np.zeros(len(first))
        constant[touched] = base[touched]
        is_none = raw.is_none or any(value is None for value in step.categories_[i])
        kind = CategoryColumn(raw.name, raw.index, column, raw.fill, unknown, raw.gap, is_none)
        sources = cells.indicators(kind)
        for source, value in zip(sources, block - base, strict=True):
            for j in np.flatnonzero(touched & (value != 0.0)):
                weights[j][source] = value[j]
        for j in np.flatnonzero(touched & nan.any(axis=0)):
            gaps[j] = (_without_code(kind, sources, nan[:, j]),)
    return [cells.sum(*each) for each in zip(weights, map(float, constant), gaps, strict=True)]


register_step(
    Step(
        "encoder",
        (OneHotEncoder, OrdinalEncoder, TargetEncoder),
        read_cells=_read_encoder,
    )
)
