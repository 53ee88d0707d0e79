"""Reading the categories from whatever encodes them in front of a network."""

from copy import copy
from numbers import Integral

import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

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
from skinterp.utils import feature_names_of
from skinterp.utils._sklearn import BaseSearchCV, column_indices

_N_CHECKS = 64


def split_model(model):
    """Separate the encoding of categories from the network behind it.

    Parameters
    ----------
    model : object
        Anything :func:`skinterp.network.as_network` takes, maybe behind encoders in a pipeline.

    Returns
    -------
    encoder : Pipeline or None
        The fitted steps up to the last one, if one of them encodes categories.
    network : object
        The rest.
    """
    if isinstance(model, BaseSearchCV) and hasattr(model, "best_estimator_"):
        return split_model(model.best_estimator_)
    if isinstance(model, FrozenEstimator):
        return split_model(model.estimator)
    if isinstance(model, TransformedTargetRegressor) and hasattr(model, "regressor_"):
        encoder, inner = split_model(model.regressor_)
        shell = copy(model)
        shell.regressor_ = inner
        return encoder, (model if encoder is None else shell)
    if isinstance(model, Pipeline) and any(_encodes(step) for _, step in model.steps[:-1]):
        check_is_fitted(model)
        return model[:-1], _without_names(model[-1])
    return None, model


def _without_names(model):
    """Return a model as it takes plain arrays: its columns are those of the encoder."""
    if not hasattr(model, "feature_names_in_"):
        return model
    model = copy(model)
    del model.feature_names_in_
    return model


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
        return (
            {j: None for j in columns} if encoder is None else _known_categories(encoder, columns)
        )
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
    return {j: None for j in columns}


def _names_of(X, owner):
    names = feature_names_of(X)
    names = getattr(owner, "feature_names_in_", None) if names is None else names
    if names is None:
        names = [f"x{j}" for j in range(X.shape[1])]
    return [str(name) for name in names]


def read_encoder(encoder, X):
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
    names = _names_of(X, encoder)
    for j, found in known.items():
        if found is not None and any(isinstance(v, float) and v % 1 for v in found):
            check_count(found, names[j])
    variables = tuple(
        Variable(names[j], distinct(column(X, j), names[j]) if found is None else found, (j,))
        for j, found in sorted(known.items())
    )
    sizes = [len(v.categories) for v in variables]
    codes = np.zeros((1 + sum(sizes), len(sizes)), dtype=int)
    starts = 1 + np.cumsum([0, *sizes])
    for i, q in enumerate(sizes):
        codes[starts[i] : starts[i + 1], i] = np.arange(q)
    encoded = _transform(encoder, variables, codes, X)
    first, blocks, touched = encoded[0], [], []
    for i in range(len(sizes)):
        change = encoded[starts[i] : starts[i + 1]] - first
        columns = np.flatnonzero(change.any(axis=0))
        touched.append(columns)
        blocks.append(change[:, columns])
    table = CategoricalTable(variables, first, tuple(blocks), tuple(touched))
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
    array = np.empty(len(values), dtype=object)
    array[:] = [np.nan if v is None else v for v in values]
    return array


def read_columns(network, X, groups):
    """Read the categories of a network whose inputs are one-hot groups or columns of numbers.

    Parameters
    ----------
    network : Network
        The network.
    X : data frame or ndarray of shape (n_samples, n_columns)
        Its rows.
    groups : dict of str to sequence, sequence of sequences, or None
        Columns (names or indices) of each one-hot group; a column in none is a variable itself.

    Returns
    -------
    CategoricalTable
        The table.
    """
    names = _names_of(X, network)
    if network.n_features_in not in (None, len(names)):
        raise ValueError(
            f"X has {len(names)} features, but the network expects {network.n_features_in}."
        )
    grouped = _checked_groups(groups, names)
    taken = {j for _, columns in grouped for j in columns}
    single = [
        Variable(names[j], distinct(column(X, j), names[j]), (j,))
        for j in range(len(names))
        if j not in taken
    ]
    for variable in single:
        _check_numbers(variable)
    many = [
        Variable(name, _labels(name, [names[j] for j in columns]), tuple(columns), True)
        for name, columns in grouped
    ]
    for variable in many:
        variable.codes(X)
    return unit_blocks(sorted([*single, *many], key=lambda v: v.columns), len(names))


def _check_numbers(variable):
    if not all(isinstance(value, bool | int | float) for value in variable.categories):
        raise ValueError(
            f"The variable {variable.name!r} must hold numbers, because the network has no "
            f"encoder in front. Got {listed(variable.categories)} instead: pass the pipeline with "
            "its OneHotEncoder as network."
        )


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
    """
    encoder, last = split_model(model)
    if encoder is not None:
        if groups is not None:
            raise ValueError(
                "groups must be None when an encoder in front of the network says which columns "
                f"belong together. Got groups={groups!r} instead."
            )
        return as_network(last), read_encoder(encoder, X)
    network = as_network(last)
    return network, read_columns(network, X, groups)
