"""Encoders, read by asking the fitted step, one category replaced at a time.

Dropped, infrequent and unknown categories, ordinal numbers and target means are so all read alike.
"""

import warnings

import numpy as np
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

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


def _read_encoder(step, cells):
    """Ask an encoder at its first categories, with one of them replaced at a time."""
    levels = [tuple(map(plain, values)) for values in step.categories_]
    base = [column[0] for column in levels]
    row = [np.nan if value is None else value for value in base]
    unknown = _takes_unknown(step)
    rows, places = [row], []
    for i, column in enumerate(levels):
        others = [_sentinel(column)] if unknown else []
        for value in [*column, *others]:
            rows.append([*row[:i], np.nan if value is None else value, *row[i + 1 :]])
            places.append(i)
    encoded = _ask(step, rows)
    changes, places = encoded[1:] - encoded[0], np.array(places)
    constant = encoded[0].copy()
    weights = [{} for _ in constant]
    for i, (column, raw) in enumerate(zip(levels, cells.columns, strict=True)):
        block = changes[places == i]
        if unknown:  # then it is what stands there when no level is indicated
            constant += block[-1]
            block = block[:-1] - block[-1]
        kind = CategoryColumn(raw.name, raw.index, column, raw.fill, unknown, raw.gap)
        for source, changed in zip(cells.indicators(kind), block, strict=True):
            for j in np.flatnonzero(changed):
                weights[j][source] = changed[j]
    return [cells.sum(w, float(c)) for w, c in zip(weights, constant, strict=True)]


register_step(
    Step(
        "encoder",
        (OneHotEncoder, OrdinalEncoder, TargetEncoder),
        read_cells=_read_encoder,
    )
)
