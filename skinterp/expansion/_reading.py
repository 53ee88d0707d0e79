"""Reading the categories from whatever encodes them in front of a network."""

from numbers import Integral

import numpy as np
from scipy.linalg import block_diag
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from skinterp.expansion._categories import (
    CategoricalTable,
    Variable,
    check_count,
    column,
    distinct,
    listed,
    plain,
    unit_blocks,
)
from skinterp.network import as_network
from skinterp.table import CategoryColumn
from skinterp.utils import check_columns, unwrap
from skinterp.utils._sklearn import column_indices

_N_CHECKS = 64


def _encodes(step):
    """Tell whether a step of a pipeline encodes categories."""
    if isinstance(step, ColumnTransformer):
        return any(_encodes(inner) for _, inner, _ in getattr(step, "transformers_", ()))
    if isinstance(step, Pipeline):
        return any(_encodes(inner) for _, inner in step.steps)
    return hasattr(step, "categories_")


def _known_categories(step, columns):
    """Return the categories that a fitted step knows, by column of the user's table."""
    if isinstance(step, Pipeline):
        encoder = next((inner for _, inner in step.steps if _encodes(inner)), None)
        return _known_categories(encoder, columns)
    if isinstance(step, ColumnTransformer):
        known = {}
        for name, inner, _ in step.transformers_:
            touched = [columns[j] for j in column_indices(step, name)]
            if not (isinstance(inner, str) and inner == "drop"):
                found = _known_categories(inner, touched)
                known |= {j: known.get(j) if v is None else v for j, v in found.items()}
        return known
    if hasattr(step, "categories_"):
        found = [tuple(plain(value) for value in values) for values in step.categories_]
        return dict(zip(columns, found, strict=True))
    return dict.fromkeys(columns)


def read_encoder(encoder, X, names):
    """Read the categories from the fitted steps in front of a network.

    What each category feeds into the network is found by asking the encoder at one row with one
    category replaced at a time, so that dropped and infrequent categories, ordinal numbers and
    scaling behind the encoder are all read alike.

    Parameters
    ----------
    encoder : Pipeline
        Fitted steps.
    X : data frame or ndarray of shape (n_samples, n_columns)
        The user's table; gives the categories of columns of numbers that are passed through.
    names : sequence of str
        Names of its columns.

    Returns
    -------
    CategoricalTable
        The table.

    Raises
    ------
    TypeError
        If the steps mix several variables in another way than by adding.
    """
    known = _known_categories(encoder, list(range(X.shape[1])))
    for j, found in known.items():
        if found is not None and any(isinstance(v, float) and v % 1 for v in found):
            check_count(found, names[j])
    variables = tuple(
        Variable(names[j], distinct(column(X, j), names[j]) if found is None else found, (j,))
        for j, found in sorted(known.items())
    )
    sizes = [len(v.categories) for v in variables]
    one_changed = block_diag(*(np.arange(q)[:, np.newaxis] for q in sizes))
    codes = np.vstack([np.zeros(len(sizes), dtype=int), one_changed])
    first, *others = _transform(encoder, variables, codes, X)
    changes = np.split(others - first, np.cumsum(sizes)[:-1])
    touched = tuple(np.flatnonzero(change.any(axis=0)) for change in changes)
    blocks = tuple(change[:, columns] for change, columns in zip(changes, touched))
    table = CategoricalTable(variables, first, blocks, touched)
    _check_additive(encoder, table, X)
    return table


def _check_additive(encoder, table, X):
    """Refuse an encoder that does more than add what each category contributes."""
    rng = np.random.RandomState(0)
    codes = np.stack([rng.randint(q, size=_N_CHECKS) for q in table.sizes], axis=1)
    expected = _transform(encoder, table.variables, codes, X)
    if not np.allclose(expected, table.encode(codes), rtol=1e-9, atol=1e-9):
        raise TypeError(
            "The steps in front of the network must encode one column each (OneHotEncoder, "
            f"OrdinalEncoder) or be affine. Got {encoder!r}, whose outputs are no sum over the "
            f"variables {listed(table.names)}."
        )


def _transform(encoder, variables, codes, X):
    """Return what an encoder makes of rows of codes, as a dense array."""
    encoded = encoder.transform(_rows_like(X, variables, codes))
    encoded = encoded.toarray() if hasattr(encoded, "toarray") else np.asarray(encoded)
    return encoded.astype(np.float64)


def _rows_like(X, variables, codes):
    """Return rows of categories in a table of the kind of X."""
    picked = np.zeros(len(codes), dtype=int)
    if hasattr(X, "iloc"):
        rows = X.iloc[picked].reset_index(drop=True)
        for i, variable in enumerate(variables):
            rows[rows.columns[variable.columns[0]]] = _values(variable, codes[:, i])
        return rows
    rows = X[picked]
    rows = rows.astype(object) if rows.dtype.kind not in "biuf" else rows.copy()
    for i, variable in enumerate(variables):
        rows[:, variable.columns[0]] = _values(variable, codes[:, i])
    return rows


def _values(variable, codes):
    """Return the categories of one variable, as numbers if they are, NaN where missing."""
    values = [variable.categories[code] for code in codes]
    if all(isinstance(v, bool | int | float) for v in values):
        return np.array(values)
    return np.array([np.nan if v is None else v for v in values], dtype=object)


def read_user_table(table, X):
    """Read the categories of a network whose inputs are features of the user's table.

    Parameters
    ----------
    table : UserTable
        The user's table.
    X : data frame or ndarray of shape (n_samples, n_columns)
        Its rows, which give the categories of columns of numbers.

    Returns
    -------
    CategoricalTable
        The table.
    """
    touched = {}
    for k, feature in enumerate(table.features):
        touched.setdefault(feature.column, []).append(k)
    variables, blocks = [], []
    for kind in touched:
        if isinstance(kind, CategoryColumn):
            categories, block = kind.levels, np.eye(len(kind.levels))
        else:
            categories = distinct(column(X, kind.index), kind.name)
            block = np.array(categories, dtype=np.float64)[:, np.newaxis]
        variables.append(Variable(kind.name, categories, (kind.index,)))
        blocks.append(block)
    places = tuple(np.array(features) for features in touched.values())
    offset = np.zeros(len(table.features))
    return CategoricalTable(tuple(variables), offset, tuple(blocks), places)


def read_columns(X, groups, names):
    """Read the categories of a network whose inputs are one-hot groups or columns of numbers.

    Parameters
    ----------
    X : data frame or ndarray of shape (n_samples, n_columns)
        Its rows.
    groups : dict of str to sequence, sequence of sequences, or None
        Columns (names or indices) of each one-hot group; a column in none is a variable itself.
    names : sequence of str
        Names of its columns.

    Returns
    -------
    CategoricalTable
        The table.
    """
    grouped = _checked_groups(groups, names)
    taken = {j for _, columns in grouped for j in columns}
    single = [
        Variable(names[j], distinct(column(X, j), names[j]), (j,))
        for j in range(len(names))
        if j not in taken
    ]
    for variable in single:
        if not all(isinstance(value, bool | int | float) for value in variable.categories):
            raise ValueError(
                f"The variable {variable.name!r} must hold numbers, because the network has no "
                f"encoder in front. Got {listed(variable.categories)} instead: pass the pipeline "
                "with its OneHotEncoder as network."
            )
    many = [
        Variable(name, _labels(name, [names[j] for j in columns]), tuple(columns), True)
        for name, columns in grouped
    ]
    for variable in many:
        variable.codes(X)
    return unit_blocks(sorted([*single, *many], key=lambda v: v.columns), len(names))


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


def read_categorical(model, X, groups=None):
    """Read a model over categories as a network and the table of its inputs.

    Parameters
    ----------
    model : object
        Fitted: a pipeline with encoders, or anything :func:`skinterp.network.as_network` takes.
    X : data frame or ndarray of shape (n_samples, n_columns)
        The user's table.
    groups : dict, sequence or None, default=None
        One-hot groups of columns, where there is no encoder.

    Returns
    -------
    network : Network
        The network behind the encoder.
    table : CategoricalTable
        Its categorical inputs.
    names : tuple of str or None
        Names of the columns, None if neither the model nor X has any.
    """
    user_table = getattr(model, "user_table", None)
    if user_table is not None:
        return model, read_user_table(user_table, X), user_table.names
    found = unwrap(model)
    is_encoded = any(_encodes(step) for _, step in found.steps)
    if is_encoded and groups is not None:
        raise ValueError(
            "groups must be None when an encoder in front of the network says which columns "
            f"belong together. Got groups={groups!r} instead."
        )
    network = as_network(found.behind_steps() if is_encoded else model)
    width, known = network.n_features_in, network.feature_names
    if is_encoded:
        width, known = getattr(found.steps[0][1], "n_features_in_", None), found.feature_names
    names = check_columns(X, width, known) or known
    labels = names or [f"x{j}" for j in range(X.shape[1])]
    if is_encoded:
        return network, read_encoder(Pipeline(list(found.steps)), X, labels), names
    return network, read_columns(X, groups, labels), names
