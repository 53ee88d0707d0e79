"""Exact pictures: the linear regions and the decision boundary on a plane."""

from dataclasses import dataclass

import numpy as np

from skinterp.display import MultiplesDisplay, RegionsDisplay
from skinterp.exact.pieces._activation_patterns import find_patterns
from skinterp.exact.pieces._affine_maps import evaluate, output_maps
from skinterp.exact.pieces._piecewise import PiecewiseLinear, piecewise_linear
from skinterp.exact.slices._boundaries import boundary_segments, reach_of
from skinterp.exact.slices._planes import plane_of, regions_on
from skinterp.exact.slices._polygons import (
    clip,
    counter_clockwise,
    is_zero,
    join,
    polygon_area_and_centroid,
)
from skinterp.network import Network, as_network, output_names, raw_value_names
from skinterp.utils import Result, check_labels, check_X, number_text

_SAME = 1e-8  # of the width of the plane: ends of boundary pieces so close are one point


@dataclass(frozen=True, eq=False, repr=False)
class RegionSlice(Result):
    """The linear regions of a network on a plane ``x = origin + t @ directions``.

    Parameters
    ----------
    polygons : list of ndarray of shape (n_vertices, 2)
        The regions in coordinates t of the plane, counter-clockwise.
    patterns : ndarray of bool of shape (n_regions, n_units)
        The activation pattern of each.
    coef : ndarray of shape (n_regions, n_outputs, 2)
        Derivatives of the raw values by the coordinates.
    intercept : ndarray of shape (n_regions, n_outputs)
        Raw values at t = 0.
    boundary : list of ndarray of shape (n_points, 2)
        The exact decision boundary, or the level sets of all outputs, as polylines.
    origin : ndarray of shape (n_features,)
        A point of the plane, in input units.
    directions : ndarray of shape (2, n_features)
        What spans it.
    names : tuple of str
        Names of the two coordinates.
    network : Network
        The network.
    pieces : PiecewiseLinear
        The network on the plane.
    unfinished : tuple of str
        What says that regions are missing; empty if all are there.
    boundary_outputs : tuple of int, default=()
        Where outputs have level sets: whose each polyline is.
    level : float, default=0.0
        The value, or logit, that the level sets have.
    note : str, default=""
        Where the plane lies.
    """

    polygons: list
    patterns: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray
    boundary: list
    origin: np.ndarray
    directions: np.ndarray
    names: tuple
    network: Network
    pieces: PiecewiseLinear
    unfinished: tuple = ()
    boundary_outputs: tuple = ()
    level: float = 0.0
    note: str = ""

    _line = "region"

    def __len__(self):
        return len(self.polygons)

    def __str__(self):
        axes = " and ".join(self.names)
        end = ", incomplete" if self.unfinished else ""
        parts = f"{len(self)} regions over {axes}, {len(self.boundary)} boundaries"
        return f"RegionSlice({parts}{end})"

    @property
    def areas(self):
        """Areas of the regions, in units of the coordinates."""
        return np.array([polygon_area_and_centroid(p)[0] for p in self.polygons])

    @property
    def centroids(self):
        """Centroids of the regions, of shape (n_regions, 2)."""
        return np.array([polygon_area_and_centroid(p)[1] for p in self.polygons])

    def inputs(self, points):
        """Return points of the plane as inputs of the network.

        Parameters
        ----------
        points : array-like of shape (n_points, 2)
            Coordinates.

        Returns
        -------
        ndarray of shape (n_points, n_features)
            Rows.
        """
        return self.origin + np.asarray(points) @ self.directions

    def locate(self, points):
        """Return the region of each point.

        Parameters
        ----------
        points : array-like of shape (n_points, 2)
            Coordinates.

        Returns
        -------
        ndarray of int of shape (n_points,)
            Indices of regions; -1 outside the slice.
        """
        points = check_X(points, 2, owner="the slice")
        corners = np.concatenate(self.polygons)
        low, high = corners.min(axis=0), corners.max(axis=0)
        reach = _SAME * (high - low)
        inside = ((points >= low - reach) & (points <= high + reach)).all(axis=1)
        return np.where(inside, find_patterns(self.patterns, self.pieces.patterns(points)), -1)

    @property
    def raw_values(self):
        """Raw values of the network at the centroids, of shape (n_regions, n_outputs)."""
        return evaluate(self.centroids, self.coef, self.intercept, np.arange(len(self)))

    def _columns(self):
        columns = {
            "area": self.areas,
            "n_vertices": [len(p) for p in self.polygons],
            "n_active": self.patterns.sum(axis=1),
        }
        columns |= dict(zip(self.names, self.centroids.T))
        raw = self.raw_values
        return columns | {f"raw value {k}": raw[:, k] for k in range(raw.shape[1])}

    def coordinates(self, X):
        """Return the coordinates of rows, projected on the plane.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows, as the network takes them; or, as an array of shape (n_samples, 2), coordinates,
            which are given back.

        Returns
        -------
        ndarray of shape (n_samples, 2)
            Coordinates t: those of the nearest point of the plane, in units of the inputs; of a
            plane spanned by two inputs their values.

        Raises
        ------
        ValueError
            If X is neither.
        """
        if not hasattr(X, "columns"):
            X = np.asarray(X)
            if X.ndim != 2 or X.shape[1] not in (2, self.network.n_features_in):
                raise ValueError(
                    "points must be rows of shape (n_samples, "
                    f"{self.network.n_features_in}) or coordinates of shape (n_points, 2). "
                    f"Got shape {X.shape} instead."
                )
            if X.shape[1] == 2:
                return check_X(X, 2, owner="the slice")
        return (self.network.check(X) - self.origin) @ np.linalg.pinv(self.directions)

    def display(self, points=None, labels=None):
        """Return the display of the regions and the boundary.

        Parameters
        ----------
        points : array-like or data frame of shape (n_samples, n_features) or None, default=None
            Rows to draw on top, projected on the plane, wherever their other inputs are; an array
            of shape (n_points, 2) holds coordinates.
        labels : array-like of shape (n_points,) or None, default=None
            Their classes; of a regression their values, of several outputs a column each.

        Returns
        -------
        RegionsDisplay or MultiplesDisplay
            The display, not drawn yet; of several outputs one below the other.

        Raises
        ------
        ValueError
            If the points are neither rows nor coordinates, or the labels none that the network
            knows, or no numbers in a regression.
        """
        drawn = {
            "names": self.names,
            "points": None if points is None else self.coordinates(points),
            "n_regions": len(self),
            "note": self.note,
        }
        names, level = output_names(self.network), number_text(self.level)
        if self.network.task in ("binary", "multiclass"):
            drawn |= {"classes": self.network.classes.tolist()}
            if self.level and self.boundary_outputs:
                drawn |= {"boundary_name": f"{raw_value_names(self.network)[0]} = {level}"}
            labels = None if labels is None else check_labels(labels, drawn["classes"], "labels")
            return RegionsDisplay(*self._class_parts(), self.boundary, labels=labels, **drawn)
        values = self._values_of_rows(labels)
        displays = [
            RegionsDisplay(
                self.polygons,
                at_centroids,
                self._level_set(k),
                value_name=names[k],
                labels=None if values is None else values[:, k],
                boundary_name=f"{names[k]} = {level}",
                **drawn,
            )
            for k, at_centroids in enumerate(self.raw_values.T)
        ]
        return displays[0] if len(displays) == 1 else MultiplesDisplay(displays, names)

    def _values_of_rows(self, labels):
        """Return values of rows, one column for each output, to be shaded."""
        if labels is None:
            return None
        n_outputs, given = self.network.n_outputs, np.asarray(labels)
        if given.dtype.kind not in "biuf" or given.size != len(given) * n_outputs:
            of = f" for each of {n_outputs} outputs" if n_outputs > 1 else ""
            got = f"shape {given.shape} of {given.dtype}"
            raise ValueError(f"labels must be numbers, one per row{of}. Got {got} instead.")
        return given.reshape(len(given), n_outputs).astype(float)

    def _level_set(self, k):
        """Return the polylines that are the level set of an output."""
        of = self.boundary_outputs or [0] * len(self.boundary)
        return [line for line, output in zip(self.boundary, of, strict=True) if output == k]

    def plot(self, points=None, labels=None, ax=None):
        """Draw the regions and the boundary.

        Parameters
        ----------
        points : array-like or data frame of shape (n_samples, n_features) or None, default=None
            Rows to draw on top, projected on the plane; or coordinates, see `display`.
        labels : array-like of shape (n_points,) or None, default=None
            Their classes; of a regression their values.
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        RegionsDisplay or MultiplesDisplay
            The display.
        """
        return super().plot(ax, points=points, labels=labels)

    def _class_parts(self):
        """Return the polygons, cut where the class changes, and the class of each part."""
        parts, values, reach = [], [], reach_of(self.polygons)
        for polygon, coef, intercept in zip(self.polygons, self.coef, self.intercept):
            if self.network.task == "binary":
                coef, intercept = np.vstack([-coef, coef]), np.append(-intercept, intercept)
            for k in range(len(coef)):
                part = polygon
                for m in np.flatnonzero(np.arange(len(coef)) != k):
                    slopes, offset = coef[k] - coef[m], intercept[k] - intercept[m]
                    if m < k and is_zero(polygon, slopes, offset, reach):
                        part = polygon[:0]  # of equal classes the first is the answer
                        break
                    part = clip(part, slopes, offset)
                if len(part) > 2:
                    parts.append(part)
                    values.append(k)
        return parts, np.array(values)


def slice_regions(
    network,
    X=None,
    *,
    features=(0, 1),
    origin=None,
    directions=None,
    box=None,
    level=0.0,
    max_regions=100_000,
    time_budget=None,
    n_jobs=None,
):
    """Cut the linear regions of a network by a plane, with the exact decision boundary.

    The plane is cut by one hidden unit after the other, layer by layer: on each part the
    pre-activations of the next layer are affine, and cut it where they change sign. The boundary
    is where, on each polygon, the affine logit is zero (two classes), the two largest logits are
    equal (more), or the value is `level` (regression; of several outputs each).

    Parameters
    ----------
    network : Network, ScalarView or anything `as_network` takes
        The network: identity, ReLU and leaky ReLU layers only.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Data: their range is the default box, their medians the default origin.
    features : tuple of two int or str, default=(0, 1)
        The inputs that span the plane; the others are held at `origin`.
    origin : array-like of shape (n_features,) or None, default=None
        A point of the plane, in input units; None is the median of X.
    directions : array-like of shape (2, n_features) or None, default=None
        What spans the plane instead of two inputs.
    box : None or (lower, upper), default=None
        Bounds of the two coordinates, numbers or arrays of shape (2,); None is the range of X.
    level : float, default=0.0
        Value, or logit of two classes, whose level set is the boundary.
    max_regions : int or None, default=100000
        Number of regions beyond which to refuse; None is no bound.
    time_budget : float or None, default=None
        Seconds after which the search ends with the regions it has; so does an interruption.
    n_jobs : int or None, default=None
        Parts searched at once, of the plane; the result does not depend on it.

    Returns
    -------
    RegionSlice
        Polygons, affine functions and boundary.

    Raises
    ------
    ValueError
        If the network is smooth, has one input (see `breakpoints`), the plane or box is not one,
        or there are more than `max_regions` regions.

    Warns
    -----
    UserWarning
        If the search ended early; `unfinished` says how much of the box is missing.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.exact import slice_regions
    >>> network = ([np.eye(2), [[1.0], [1.0]]], [[0.0, 0.0], [-1.0]], ["relu", "identity"])
    >>> regions = slice_regions(network, box=(-2, 2))
    >>> regions.areas
    array([4., 4., 4., 4.])
    >>> len(regions.boundary)
    1
    """
    network = as_network(network)
    pieces = piecewise_linear(network)
    if network.n_features_in < 2:
        raise ValueError("A plane needs two inputs. Got a network of one: use breakpoints.")
    if not np.isfinite(level):
        raise ValueError(f"level must be a finite number. Got {level!r} instead.")
    if np.shape(features) != (2,):
        raise ValueError(f"features must be two inputs. Got {features!r} instead.")
    plane = plane_of(network, X, features, origin, directions)
    early = {"time_budget": time_budget, "keep": True, "n_jobs": n_jobs}
    pieces, box, found = regions_on(plane, pieces, box, max_regions, **early)
    unfinished, patterns = found.unfinished(pieces, box), found.patterns
    polygons = [box.points(counter_clockwise(points)) for points in found.polytopes]
    coef, intercept = output_maps(pieces, patterns)
    of_outputs = boundary_segments(network.task, pieces, polygons, coef, intercept, level)
    boundary = [
        (box.points(line), output)
        for output, segments in of_outputs
        for line in join([(s - box.middle) / box.half for s in segments], _SAME)
    ]
    on_plane = plane.origin, plane.directions, plane.axes
    lines = [line for line, _ in boundary]
    outputs = () if network.task == "multiclass" else tuple(output for _, output in boundary)
    found = polygons, patterns, coef, intercept, lines
    ends = unfinished, outputs, float(level), plane.note
    return RegionSlice(*found, *on_plane, network, pieces, *ends)
