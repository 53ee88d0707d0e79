"""A plane through the space of inputs: what to ask a model, and what to write beside it."""

from typing import NamedTuple

import numpy as np

from skinterp.display._near_boundary import numbers, row_on_boundary, visible_range
from skinterp.display._seen_table import seen_table
from skinterp.display._table_plane import TablePlane, table_plane
from skinterp.utils import column_index, is_mixed


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


def _with_values(X, values, names):
    """Return rows with values of some columns held."""
    X = X.copy() if hasattr(X, "iloc") else np.array(X, dtype=getattr(X, "dtype", None))
    for name, cell in (values or {}).items():
        j = column_index(name, names)
        if hasattr(X, "iloc"):
            X[X.columns[j]] = cell
        else:
            X[:, j] = cell
    return X


def _on_boundary(asked, X, features, values, names):
    """Return the row that `at="boundary"` means, and what to say of it."""
    drawn = () if isinstance(features, str) else [column_index(f, names) for f in features]
    row, place, is_moved = row_on_boundary(asked, _with_values(X, values, names), drawn)
    return row, f"row {place}, {'moved onto' if is_moved else 'near'} the boundary"


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
    X = X if hasattr(X, "shape") else np.asarray(X, None if asked.table is None else object)
    if asked.table is None and hasattr(X, "iloc") and is_mixed(X):
        asked = asked._replace(table=seen_table(X))
    if np.ndim(X) == 2 and np.shape(X)[1] < 2:
        raise ValueError(
            "A plane needs at least two inputs. Got one instead: LinkDisplay and lek_profile draw "
            "answers over one input."
        )
    names, beside = _names(asked, X), ""
    if isinstance(at, str):
        if at != "boundary":
            raise ValueError(f"at must be a row, 'boundary' or None. Got {at!r} instead.")
        at, beside = _on_boundary(asked, X, features, values, names)
    if asked.table is not None:
        own = _answered(asked, X)
        plane = table_plane(asked.table, X, features, values, at, resolution, own)
        return plane._replace(note=f"{beside}; {plane.note}" if beside else plane.note)
    columns, data = getattr(X, "columns", None), numbers(X)
    if isinstance(features, str) and features == "principal":
        origin, directions, axes, note = _principal_plane(data)
    else:
        origin, directions, axes, note = _feature_plane(data, names, features, values, at)
    points = (data - origin) @ np.linalg.pinv(directions)
    own = _answered(asked, X)
    x, y = (np.linspace(*visible_range(side, own), resolution) for side in points.T)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) @ directions + origin
    grid = grid if columns is None else type(X)(grid, columns=columns)
    note = note.replace("the given row", beside) if beside else note
    return TablePlane(x, y, grid, axes, points, (None, None), note)


def _answered(asked, X):
    """Return the class of each row, all of which a plane shall show; None for numbers."""
    return None if asked.classes is None else np.asarray(asked.model.predict(X))


def _names(asked, X):
    """Return the names of the columns of X."""
    if asked.table is not None:
        return asked.table.names or tuple(f"x{j}" for j in range(asked.table.n_columns))
    columns = getattr(X, "columns", None)
    known = getattr(asked.model, "feature_names", getattr(asked.model, "feature_names_in_", None))
    known = known if columns is None else columns
    return tuple(f"x{j}" for j in range(np.shape(X)[1])) if known is None else tuple(known)
