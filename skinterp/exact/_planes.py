"""Planes and lines through the space of inputs, and the linear regions on them."""

import numpy as np

from skinterp.exact._piecewise import checked_box
from skinterp.exact._whole import branch, whole
from skinterp.network import checked_rows, input_names


def regions_in(pieces, scaling, max_regions):
    """Return cells and patterns of all regions in a box."""
    stack, cells, patterns = [whole(pieces, scaling)], [], []
    while stack:
        part, _, children = branch(pieces, stack.pop())
        stack.extend(children)
        if not children:
            cells.append(part.cell)
            patterns.append(np.concatenate([np.empty(0, dtype=bool), *part.pattern]))
            if max_regions is not None and len(cells) > max_regions:
                raise ValueError(
                    f"max_regions must be at least the number of regions. Got {max_regions} "
                    f"instead, and reached {len(cells)} with more to come: pass a larger one, or "
                    "a smaller box."
                )
    return cells, np.array(patterns)


def _column(feature, names):
    """Return the column of a feature given by name or by index."""
    if isinstance(feature, str):
        if feature not in names:
            raise ValueError(f"features must be among {list(names)}. Got {feature!r} instead.")
        return list(names).index(feature)
    if not 0 <= feature < len(names):
        raise ValueError(
            f"features must be indices between 0 and {len(names) - 1}. Got {feature} instead."
        )
    return int(feature)


def names_of(network, X):
    """Return names of the inputs, and X as an array."""
    names = input_names(network, X)
    return names, None if X is None else checked_rows(network, X)


def _feature_plane(X, names, features, origin):
    """Return origin, directions and names of the plane of some inputs."""
    columns = [_column(feature, names) for feature in features]
    if len(set(columns)) < len(columns):
        raise ValueError(f"features must be different inputs. Got {features!r} instead.")
    if origin is None and len(names) > len(columns) and X is None:
        raise ValueError(
            "X or origin must be given to say where the other inputs are held. Got neither."
        )
    origin = np.median(X, axis=0) if origin is None and X is not None else origin
    origin = np.zeros(len(names)) if origin is None else np.array(origin, dtype=float)
    origin[columns] = 0.0
    return origin, np.eye(len(names))[columns], tuple(names[j] for j in columns), columns


def plane(X, names, features, origin, directions):
    """Return origin, directions, names of the coordinates, and the data in coordinates."""
    if origin is not None and np.shape(origin) != (len(names),):
        raise ValueError(
            f"origin must have shape {(len(names),)}, one value per input. "
            f"Got shape {np.shape(origin)} instead."
        )
    if origin is not None and not np.isfinite(np.asarray(origin, dtype=float)).all():
        raise ValueError(f"origin must be finite. Got {origin!r} instead.")
    if directions is None:
        origin, directions, axes, columns = _feature_plane(X, names, features, origin)
        return origin, directions, axes, None if X is None else X[:, columns]
    directions = np.array(directions, dtype=float)
    n_directions = len(features)
    if directions.shape != (n_directions, len(names)):
        raise ValueError(
            f"directions must have shape {(n_directions, len(names))}. "
            f"Got shape {directions.shape} instead."
        )
    if not np.isfinite(directions).all():
        raise ValueError(f"directions must be finite. Got {directions.tolist()} instead.")
    if np.linalg.matrix_rank(directions) < n_directions:
        raise ValueError("directions must be linearly independent. Got dependent ones instead.")
    if origin is None and X is None:
        raise ValueError("X or origin must be given to place the directions. Got neither.")
    origin = np.median(X, axis=0) if origin is None else np.array(origin, dtype=float)
    axes = tuple(f"direction {k}" for k in range(n_directions))
    coordinates = None if X is None else (X - origin) @ np.linalg.pinv(directions)
    return origin, directions, axes, coordinates


def bounded(box, coordinates, axes):
    lower, upper = checked_box(box, coordinates, n_features=len(axes), names=axes)
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        raise ValueError(f"box must be finite. Got {box!r} instead.")
    return lower, upper
