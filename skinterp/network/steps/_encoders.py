"""Encoders, read by asking the fitted step, one category replaced at a time.

Dropped, infrequent and unknown categories, ordinal numbers and target means are so all read alike.
"""

import warnings

import numpy as np
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from skinterp.network._columns import Unencoded
from skinterp.network._steps import Step, register_step
from skinterp.table import CategoryColumn, plain
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
        table = pandas.DataFrame(table, columns=names).infer_objects()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of unknown categories, which are meant
        encoded = step.transform(table)
    encoded = encoded.toarray() if hasattr(encoded, "toarray") else np.asarray(encoded)
    return encoded.astype(np.float64)


def _sentinel(levels):
    """Return a cell that is no level of a column."""
    numbers = [level for level in levels if isinstance(level, int | float)]
    return max(numbers) + 1.0 if numbers and _UNKNOWN not in levels else _UNKNOWN


def _asked(step, levels, unknown):
    """Return what an encoder makes of its first categories, and with each other one in turn.

    Also returns the index of the column of each row; a row of an unknown category is each column's
    last one.
    """
    row = [np.nan if column[0] is None else column[0] for column in levels]
    rows, places = [row], []
    for i, column in enumerate(levels):
        for value in [*column, *([_sentinel(column)] if unknown else [])]:
            rows.append([*row[:i], np.nan if value is None else value, *row[i + 1 :]])
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
    first, others, places = _asked(step, levels, unknown)
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
        kind = CategoryColumn(raw.name, raw.index, column, raw.fill, unknown, raw.gap)
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
