"""Planes and lines through the space of inputs, and the linear regions on them."""

from typing import NamedTuple

import numpy as np

from skinterp.base import check_numbers, flags_of, typical_row
from skinterp.exact.pieces._boxes import BoxCoordinates, checked_box
from skinterp.exact.pieces._search import search_box
from skinterp.network import checked_row, input_names
from skinterp.utils import column_index
from skinterp.utils._validation import finite_array, refuse_another_order


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
    note : str, default=""
        Where it lies, for titles.
    """

    origin: np.ndarray
    directions: np.ndarray
    axes: tuple
    data: np.ndarray | None
    note: str = ""


def _feature_plane(X, names, features, origin):
    """Return the plane of some inputs."""
    columns = [column_index(feature, names) for feature in features]
    if len(set(columns)) < len(columns):
        raise ValueError(f"features must be different inputs. Got {features!r} instead.")
    if origin is None and len(names) > len(columns):
        raise ValueError(
            "X or origin must be given to say where the other inputs are held. Got neither."
        )
    origin = np.zeros(len(names)) if origin is None else origin
    origin[columns] = 0.0
    axes, data = tuple(names[j] for j in columns), None if X is None else X[:, columns]
    return Plane(origin, np.eye(len(names))[columns], axes, data)


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
        A point of it, or a row of the user's table; None is the median of X, and of categories
        the most frequent level.
    directions : array-like of shape (n_directions, n_features) or None
        What spans it instead.

    Returns
    -------
    Plane
        The plane.
    """
    names = input_names(network, X)
    X = None if X is None else network.check(X)
    place = "the medians" if origin is None else "the given origin"
    if origin is not None and network.user_table is not None:
        origin = checked_row(network, origin, "origin")
    elif origin is not None:
        refuse_another_order(origin, names, "origin")
        origin = finite_array(origin, (len(names),), "origin", ", one value per input")
    elif X is not None:
        origin = typical_row(network, X)
    if directions is None:
        spanning = [column_index(feature, names) for feature in features]
        check_numbers(network, spanning, "The inputs that span a slice")
        plane = _feature_plane(X, names, features, origin)
        for column in spanning:
            plane.origin[flags_of(network, column)] = 0.0
        is_whole = len(names) == len(spanning)
        note = "" if is_whole else f"all other inputs held at {place}"
        return plane._replace(note=note)
    directions = finite_array(directions, (len(features), len(names)), "directions")
    check_numbers(network, np.flatnonzero(directions.any(axis=0)), "Inputs along directions")
    if np.linalg.matrix_rank(directions) < len(directions):
        raise ValueError("directions must be linearly independent. Got dependent ones instead.")
    if origin is None:
        raise ValueError("X or origin must be given to place the directions. Got neither.")
    axes = tuple(f"direction {k}" for k in range(len(directions)))
    data = None if X is None else (X - origin) @ np.linalg.pinv(directions)
    return Plane(origin, directions, axes, data, f"a plane through {place}")


def regions_on(plane, pieces, box, max_regions=None, **options):
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
    **options : dict
        When a search ends early, see `search_box`.

    Returns
    -------
    pieces : PiecewiseLinear
        The network as a function of the coordinates.
    box : BoxCoordinates
        The part of the plane that is looked at.
    found : BoxSearch
        The regions, in coordinates of the box.
    """
    bounds = checked_box(box, plane.data, names=plane.axes)
    if not bounds.is_finite:
        raise ValueError(f"box must be finite. Got {box!r} instead.")
    coordinates = BoxCoordinates.of_box(bounds, np.ones(len(plane.axes)))
    pieces = pieces.on_plane(plane.origin, plane.directions)
    options |= {"max_regions": max_regions, "vertices": True}
    found = search_box(pieces, coordinates, **options)
    if max_regions is not None and found.n_regions > max_regions:
        raise ValueError(
            f"max_regions must be at least the number of regions. Got {max_regions} instead, and "
            f"reached {max_regions + 1} with more to come: pass a larger one, or a smaller box."
        )
    return pieces, coordinates, found
