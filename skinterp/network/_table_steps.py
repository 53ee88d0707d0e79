"""Steps between the user's table and a network, read as one affine map of readable features.

Encoders and imputers are read by asking the fitted step, one category replaced at a time, so that
dropped, infrequent and unknown categories, ordinal numbers and target means are all read alike.
"""

import warnings
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import TargetEncoder

from skinterp.network._affine import Affine, read_chain
from skinterp.table import CategoryColumn, Feature, NumberColumn, UserTable, plain
from skinterp.utils import import_optional, is_identity
from skinterp.utils._sklearn import column_indices

_UNKNOWN = "no level of this column"


@dataclass(frozen=True)
class _Raw:
    """A column of the user's table as it is, with what stands in for its missing cells."""

    index: int
    fill: object = None


@dataclass(frozen=True)
class _Sum:
    """A weighted sum of features plus a constant."""

    weights: dict
    constant: float = 0.0

    def scaled(self, factor):
        weights = {feature: factor * weight for feature, weight in self.weights.items()}
        return _Sum(weights, factor * self.constant)


@dataclass
class _Reading:
    """Features met so far, while steps are followed from the table to the network."""

    names: tuple
    features: dict = field(default_factory=dict)

    def feature(self, column, **options):
        """Return the index of a feature, a new one if it was not met before."""
        return self.features.setdefault(Feature(column, **options), len(self.features))

    def number(self, output):
        """Return an output as a sum of features; a raw column is a number of the user's."""
        if isinstance(output, _Sum):
            return output
        column = NumberColumn(self.names[output.index], output.index, output.fill)
        return _Sum({self.feature(column): 1.0})


def _read_columns(reading, step, outputs):
    found = []
    for name, block, _ in step.transformers_:
        if isinstance(block, str) and block == "drop":
            continue
        weight = (step.transformer_weights or {}).get(name, 1.0)
        taken = _read(reading, block, name, [outputs[j] for j in column_indices(step, name)])
        found += [reading.number(o).scaled(weight) for o in taken] if weight != 1.0 else taken
    return found


def _read_imputer(reading, step, outputs):
    filled = []
    for output, statistic in zip(outputs, step.statistics_, strict=True):
        fill = plain(statistic)
        if fill is None and not step.keep_empty_features:
            continue  # a column without any value is dropped
        filled.append(replace(output, fill=0.0 if fill is None else fill))
    if step.indicator_ is not None:
        for j in step.indicator_.features_:
            raw = next(o for o in filled if o.index == outputs[j].index)
            column = NumberColumn(reading.names[raw.index], raw.index, raw.fill)
            filled.append(_Sum({reading.feature(column, is_flag=True): 1.0}))
    return filled


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


def _read_encoder(reading, step, outputs):
    """Ask an encoder at its first categories, with one of them replaced at a time."""
    levels = [tuple(map(plain, values)) for values in step.categories_]
    base = [column[0] for column in levels]
    cells = [np.nan if value is None else value for value in base]
    unknown = _takes_unknown(step)
    rows, places = [cells], []
    for i, column in enumerate(levels):
        others = [_sentinel(column)] if unknown else []
        for value in [*column, *others]:
            rows.append([*cells[:i], np.nan if value is None else value, *cells[i + 1 :]])
            places.append(i)
    encoded = _ask(step, rows)
    changes, places = encoded[1:] - encoded[0], np.array(places)
    constant = encoded[0].copy()
    weights = [{} for _ in constant]
    for i, (column, output) in enumerate(zip(levels, outputs, strict=True)):
        block = changes[places == i]
        if unknown:  # then it is what stands there when no level is indicated
            constant += block[-1]
            block = block[:-1] - block[-1]
        kind = CategoryColumn(
            reading.names[output.index], output.index, column, output.fill, unknown
        )
        for level, row in enumerate(block):
            index = reading.feature(kind, level=level)
            for j in np.flatnonzero(row):
                weights[j][index] = row[j]
    return [_Sum(w, float(c)) for w, c in zip(weights, constant, strict=True)]


def _sentinel(levels):
    """Return a cell that is no level of a column."""
    numbers = [level for level in levels if isinstance(level, int | float)]
    return max(numbers) + 1.0 if numbers and _UNKNOWN not in levels else _UNKNOWN


def _read_affine(reading, step, name, outputs):
    chain = read_chain(step, name)  # refuses what is not affine, naming the step
    sums = [reading.number(output) for output in outputs]
    for affine in chain:
        matrix = affine.matrix.tocsc()
        start = np.array([s.constant for s in sums]) - affine.center
        constants = start @ affine.matrix + affine.offset
        sums = [
            _combined(sums, matrix[:, [j]].tocoo(), float(constants[j]))
            for j in range(matrix.shape[1])
        ]
    return sums


def _combined(sums, column, constant):
    weights = {}
    for i, factor in zip(column.coords[0], column.data, strict=True):
        for feature, weight in sums[i].weights.items():
            weights[feature] = weights.get(feature, 0.0) + factor * weight
    return _Sum(weights, constant)


def _read(reading, step, name, outputs):
    """Return the outputs of a step as raw columns and sums of features."""
    if is_identity(step):
        return outputs
    if isinstance(step, Pipeline):
        for inner_name, inner in step.steps:
            outputs = _read(reading, inner, inner_name, outputs)
        return outputs
    is_raw = all(isinstance(output, _Raw) for output in outputs)
    if isinstance(step, ColumnTransformer):
        return _read_columns(reading, step, outputs)
    if isinstance(step, SimpleImputer) and is_raw:
        return _read_imputer(reading, step, outputs)
    if hasattr(step, "categories_") and is_raw:
        return _read_encoder(reading, step, outputs)
    return _read_affine(reading, step, name, outputs)


def read_table_steps(steps, names, n_columns):
    """Read the fitted steps in front of a network of a mixed table.

    Parameters
    ----------
    steps : sequence of (str, transformer)
        The steps, the first one first.
    names : tuple of str or None
        Names of the user's columns.
    n_columns : int
        Their number.

    Returns
    -------
    table : UserTable
        The user's table, read as features.
    affine : Affine
        The map from features to what the network takes.

    Raises
    ------
    TypeError
        If a step is neither an imputer, an encoder, nor affine, or raw rows without names could
        be taken for features.
    """
    reading = _Reading(names or tuple(f"x{j}" for j in range(n_columns)))
    outputs = [_Raw(j) for j in range(n_columns)]
    for name, step in steps:
        outputs = _read(reading, step, name, outputs)
    sums = list(map(reading.number, outputs))
    features = sorted(reading.features, key=lambda feature: feature.column.index)
    places = {reading.features[feature]: k for k, feature in enumerate(features)}
    n_features = len(features)
    matrix = sparse.lil_array((n_features, len(sums)))
    for j, one in enumerate(sums):
        for feature, weight in one.weights.items():
            matrix[places[feature], j] = weight
    offset = np.array([one.constant for one in sums])
    affine = Affine(np.zeros(n_features), sparse.csr_array(matrix), offset)
    table = UserTable(names, n_columns, tuple(features))
    if names is None and table.is_ambiguous:
        raise TypeError(
            "Rows of this table cannot be told from its features, because categories are numbers "
            f"and there are {n_columns} of both. Fit the pipeline on a data frame with names."
        )
    return table, affine


def holds_categories_or_gaps(step):
    """Tell whether a step, or one inside it, encodes categories or fills gaps in.

    Parameters
    ----------
    step : transformer or str
        A fitted step.

    Returns
    -------
    bool
        Whether the step must be read with the user's table.
    """
    inner = [s for _, s, *_ in getattr(step, "transformers_", getattr(step, "steps", ()))]
    return (
        isinstance(step, SimpleImputer)
        or hasattr(step, "categories_")
        or any(map(holds_categories_or_gaps, inner))
    )
