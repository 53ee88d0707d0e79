"""Planes and lines through the space of inputs, and the linear regions on them."""

from itertools import islice
from typing import NamedTuple

import numpy as np

from skinterp.exact.pieces._arrangement import regions_in_box
from skinterp.exact.pieces._boxes import BoxCoordinates, checked_box
from skinterp.exact.pieces._piecewise import PiecewiseLinear
from skinterp.network import input_names
from skinterp.utils import column_index


class Plane(NamedTuple):
    """A plane, or a line, ``x = origin + t @ directions`` through the space of inputs.

    Parameters
    ----------
    origin : ndarray of shape (n_features,)
        A point of it.
    directions : ndarray of shape (n_directions, n_features)
        What spans it.
    axes : tuple of str
        Names of the coordinates t.
    data : ndarray of shape (n_samples, n_directions) or None
        Rows in these coordinates, if there are rows.
    """

    origin: np.ndarray
    directions: np.ndarray
    axes: tuple
    data: np.ndarray | None


class PlaneRegions(NamedTuple):
    """The linear regions of a network on a plane.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network as a function of the coordinates.
    box : BoxCoordinates
        The part of the plane that is looked at.
    polytopes : tuple of VertexPolytope
        The regions, in coordinates of the box.
    patterns : ndarray of bool of shape (n_regions, n_units)
        Which units are on in each.
    """

    pieces: PiecewiseLinear
    box: BoxCoordinates
    polytopes: tuple
    patterns: np.ndarray


def _feature_plane(X, names, features, origin):
    """Return the plane of some inputs."""
    columns = [column_index(feature, names) for feature in features]
    if len(set(columns)) < len(columns):
        raise ValueError(f"features must be different inputs. Got {features!r} instead.")
    if origin is None and len(names) > len(columns) and X is None:
        raise ValueError(
            "X or origin must be given to say where the other inputs are held. Got neither."
        )
    origin = np.median(X, axis=0) if origin is None and X is not None else origin
    origin = np.zeros(len(names)) if origin is None else np.array(origin, dtype=float)
    origin[columns] = 0.0
    axes, data = tuple(names[j] for j in columns), None if X is None else X[:, columns]
    return Plane(origin, np.eye(len(names))[columns], axes, data)


def _checked_directions(directions, n_directions, n_features):
    """Return directions that span a plane, as an array."""
    directions = np.array(directions, dtype=float)
    if directions.shape != (n_directions, n_features):
        raise ValueError(
            f"directions must have shape {(n_directions, n_features)}. "
            f"Got shape {directions.shape} instead."
        )
    if not np.isfinite(directions).all():
        raise ValueError(f"directions must be finite. Got {directions.tolist()} instead.")
    if np.linalg.matrix_rank(directions) < n_directions:
        raise ValueError("directions must be linearly independent. Got dependent ones instead.")
    return directions


def plane_of(network, X, features, origin, directions):
    """Return the plane that a user asks for.

    Parameters
    ----------
    network : Network
        The network.
    X : array-like or data frame of shape (n_samples, n_features) or None
        Rows.
    features : tuple of int or str
        The inputs that span it, if there are no directions.
    origin : array-like of shape (n_features,) or None
        A point of it; None is the median of X.
    directions : array-like of shape (n_directions, n_features) or None
        What spans it instead.

    Returns
    -------
    Plane
        The plane.
    """
    names = input_names(network, X)
    X = None if X is None else network.check(X)
    if origin is not None and np.shape(origin) != (len(names),):
        raise ValueError(
            f"origin must have shape {(len(names),)}, one value per input. "
            f"Got shape {np.shape(origin)} instead."
        )
    if origin is not None and not np.isfinite(np.asarray(origin, dtype=float)).all():
        raise ValueError(f"origin must be finite. Got {origin!r} instead.")
    if directions is None:
        return _feature_plane(X, names, features, origin)
    directions = _checked_directions(directions, len(features), len(names))
    if origin is None and X is None:
        raise ValueError("X or origin must be given to place the directions. Got neither.")
    origin = np.median(X, axis=0) if origin is None else np.array(origin, dtype=float)
    axes = tuple(f"direction {k}" for k in range(len(directions)))
    data = None if X is None else (X - origin) @ np.linalg.pinv(directions)
    return Plane(origin, directions, axes, data)


def regions_on(plane, pieces, box, max_regions=None):
    """Return the linear regions of a network on a bounded part of a plane.

    Parameters
    ----------
    plane : Plane
        The plane.
    pieces : PiecewiseLinear
        The network.
    box : None or (lower, upper)
        Bounds of the coordinates; None is the range of the rows.
    max_regions : int or None, default=None
        Number of regions beyond which to refuse.

    Returns
    -------
    PlaneRegions
        The regions.
    """
    n_directions = len(plane.axes)
    bounds = checked_box(box, plane.data, n_features=n_directions, names=plane.axes)
    if not bounds.is_finite:
        raise ValueError(f"box must be finite. Got {box!r} instead.")
    coordinates = BoxCoordinates.of_box(bounds, np.ones(n_directions))
    pieces = pieces.on_plane(plane.origin, plane.directions)
    limit = None if max_regions is None else max_regions + 1
    polytopes, patterns = zip(*islice(regions_in_box(pieces, coordinates), limit))
    if max_regions is not None and len(polytopes) > max_regions:
        raise ValueError(
            f"max_regions must be at least the number of regions. Got {max_regions} instead, and "
            f"reached {len(polytopes)} with more to come: pass a larger one, or a smaller box."
        )
    return PlaneRegions(pieces, coordinates, polytopes, np.array(patterns))
