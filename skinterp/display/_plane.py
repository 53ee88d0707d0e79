"""A plane through the space of inputs: what to ask a model, and what to write beside it."""

from typing import NamedTuple

import numpy as np

from skinterp.display._table_plane import TablePlane, table_plane
from skinterp.utils import column_index

VISIBLE = (0.01, 0.99)  # quantiles of the data the plane spans
_NEAR = 0.02  # share of the rows, the least certain, that are near the boundary


def _feature_plane(X, names, features, values, at):
    """Return origin, two directions, axis names and a sentence for two of the inputs."""
    if len(features) != 2:
        raise ValueError(f"features must be two inputs or 'principal'. Got {features!r} instead.")
    i, j = (column_index(feature, names) for feature in features)
    origin = np.median(X, axis=0) if at is None else np.array(at, dtype=float).ravel()
    if len(origin) != X.shape[1]:
        raise ValueError(f"at must be one row of {X.shape[1]} inputs. Got {at!r} instead.")
    for feature, value in (values or {}).items():
        origin[column_index(feature, names)] = value
    origin[[i, j]] = 0.0
    directions = np.eye(X.shape[1])[[i, j]]
    held = "their medians" if at is None else "the given row"
    held = f"the given values or {held}" if values else held
    note = f"all other inputs held at {held}" if X.shape[1] > 2 else ""
    return origin, directions, (names[i], names[j]), note


def _principal_plane(X):
    """Return origin, two directions, axis names and a sentence for the principal plane."""
    if X.shape[1] < 2:
        raise ValueError("features='principal' needs at least two inputs. Got one instead.")
    origin, scale = X.mean(axis=0), X.std(axis=0)
    scale[scale == 0] = 1.0
    _, _, components = np.linalg.svd((X - origin) / scale, full_matrices=False)
    directions = components[:2] * scale
    names = ("First principal direction", "Second principal direction")
    return origin, directions, names, "the plane of the two directions of most variation"


class Asked(NamedTuple):
    """A model, and what it may be asked of it."""

    model: object
    classes: object
    table: object  # columns of a table with texts and gaps, or None


def asked_model(model):
    """Return a model with its classes and columns, by the attributes that it has.

    Parameters
    ----------
    model : object
        Has `predict`; `classes_`, or `classes`, if it is a classifier.

    Returns
    -------
    Asked
        The model.
    """
    if not hasattr(model, "predict"):
        raise TypeError(
            "estimator must be a fitted surrogate or network with `predict`; pass "
            f"as_network(model) for any other model. Got {type(model).__name__} instead."
        )
    classes = getattr(model, "classes_", getattr(model, "classes", None))
    return Asked(model, classes, getattr(model, "user_table", None))


def _numbers(X):
    try:
        return np.array(X, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            "X must be numbers for a model that does not say what it makes of its columns. Got "
            "texts instead: pass as_network(model), which reads the steps in front of a network."
        ) from None


def row_at_boundary(asked, X):
    """Return the position of a row near the decision boundary of a classifier.

    Among the two hundredths of the rows whose two largest probabilities are closest it is the one
    nearest to the medians, in deviations.

    Parameters
    ----------
    asked : Asked
        The classifier.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.

    Returns
    -------
    int
        The position.
    """
    if asked.classes is None or not hasattr(asked.model, "predict_proba"):
        raise ValueError(
            "at='boundary' needs a classifier with predict_proba. Got "
            f"{type(asked.model).__name__} instead."
        )
    probabilities = np.sort(np.asarray(asked.model.predict_proba(X)), axis=1)
    near = np.argsort(probabilities[:, -1] - probabilities[:, -2], kind="stable")
    near = near[: max(1, min(10, len(near)), round(_NEAR * len(near)))]
    rows = np.asarray(asked.model.check(X)) if hasattr(asked.model, "check") else _numbers(X)
    scale = rows.std(axis=0)
    scale[scale == 0] = 1.0
    return int(near[(((rows[near] - np.median(rows, axis=0)) / scale) ** 2).sum(axis=1).argmin()])


def plane_through(asked, X, features, values, at, resolution):
    """Return a grid on a plane through the data, all that is not on it held.

    Parameters
    ----------
    asked : Asked
        What will be asked.
    X : array-like or data frame of shape (n_samples, n_features)
        Data.
    features : tuple of two int or str, or "principal"
        The inputs that vary.
    values : dict or None
        Values at which to hold others.
    at : row, "boundary" or None
        The row at which others are held.
    resolution : int
        Number of points along each side.

    Returns
    -------
    TablePlane
        The grid.
    """
    beside = ""
    if isinstance(at, str):
        if at != "boundary":
            raise ValueError(f"at must be a row, 'boundary' or None. Got {at!r} instead.")
        place = row_at_boundary(asked, X)
        at = X.iloc[[place]] if hasattr(X, "iloc") else np.asarray(X)[place]
        beside = f" {place}, near the boundary"
    if asked.table is not None:
        plane = table_plane(asked.table, X, features, values, at, resolution)
        return plane._replace(note=f"row{beside}; {plane.note}" if beside else plane.note)
    columns, data = getattr(X, "columns", None), _numbers(X)
    known = getattr(asked.model, "feature_names", getattr(asked.model, "feature_names_in_", None))
    names = known if columns is None else tuple(columns)
    names = tuple(f"x{j}" for j in range(data.shape[1])) if names is None else tuple(names)
    if isinstance(features, str) and features == "principal":
        origin, directions, axes, note = _principal_plane(data)
    else:
        origin, directions, axes, note = _feature_plane(data, names, features, values, at)
    points = (data - origin) @ np.linalg.pinv(directions)
    x, y = np.linspace(*np.quantile(points, VISIBLE, axis=0), resolution).T
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) @ directions + origin
    grid = grid if columns is None else type(X)(grid, columns=columns)
    note = note.replace("the given row", f"row{beside}") if beside else note
    return TablePlane(x, y, grid, axes, points, (None, None), note)
