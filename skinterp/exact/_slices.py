"""Exact pictures: the linear regions and the decision boundary on a plane or a line."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from skinterp.display import RegionsDisplay
from skinterp.exact._maps import evaluate, find_patterns, output_maps
from skinterp.exact._piecewise import PiecewiseLinear, checked_box, piecewise_linear
from skinterp.exact._whole import Scaling, branch, whole
from skinterp.network import Network, as_network
from skinterp.utils import check_X, feature_names_of, import_optional

_SAME = 1e-8  # of the width of the plane: ends of boundary pieces so close are one point


def polygon_area_and_centroid(points):
    """Return the area and the centroid of a convex polygon.

    Parameters
    ----------
    points : ndarray of shape (n_vertices, 2)
        Vertices, counter-clockwise.

    Returns
    -------
    area : float
        The area.
    centroid : ndarray of shape (2,)
        The centroid.
    """
    center = points.mean(axis=0)
    x, y = (points - center).T
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    area = 0.5 * cross.sum()
    if area <= 0.0:
        return 0.0, center
    moments = [((v + np.roll(v, -1)) * cross).sum() / (6.0 * area) for v in (x, y)]
    return float(area), center + np.array(moments)


def counter_clockwise(points):
    """Return the vertices of a convex polygon in order.

    Parameters
    ----------
    points : ndarray of shape (n_vertices, 2)
        Vertices in any order.

    Returns
    -------
    ndarray of shape (n_vertices, 2)
        Counter-clockwise.
    """
    x, y = (points - points.mean(axis=0)).T
    return points[np.argsort(np.arctan2(y, x))]


def zero_segment(polygon, slopes, offset):
    """Return where an affine function is zero inside a convex polygon.

    Parameters
    ----------
    polygon : ndarray of shape (n_vertices, 2)
        Vertices in order.
    slopes : ndarray of shape (2,)
        Slopes of the function.
    offset : float
        Its offset.

    Returns
    -------
    ndarray of shape (2, 2) or None
        The ends of the segment; None if the function has one sign, or is zero everywhere.
    """
    values = polygon @ slopes + offset
    if not (values.min() < 0.0 < values.max()):
        return None
    following = np.roll(values, -1)
    i = np.flatnonzero((values < 0.0) != (following < 0.0))
    share = (values[i] / (values[i] - following[i]))[:, np.newaxis]
    return polygon[i] + share * (np.roll(polygon, -1, axis=0)[i] - polygon[i])


def clip(polygon, slopes, offset):
    """Return the part of a convex polygon where an affine function is not negative.

    Parameters
    ----------
    polygon : ndarray of shape (n_vertices, 2)
        Vertices in order.
    slopes : ndarray of shape (2,)
        Slopes of the function.
    offset : float
        Its offset.

    Returns
    -------
    ndarray of shape (n_vertices, 2)
        Vertices in order; none if there is no part.
    """
    values = polygon @ slopes + offset
    if values.min(initial=0.0) >= 0.0:
        return polygon
    points = []
    for i in range(len(polygon)):
        j = (i + 1) % len(polygon)
        if values[i] >= 0.0:
            points.append(polygon[i])
        if values[i] * values[j] < 0.0:
            share = values[i] / (values[i] - values[j])
            points.append(polygon[i] + share * (polygon[j] - polygon[i]))
    return np.array(points).reshape(-1, 2)


def clipped(segment, slopes, offsets):
    """Return the part of a segment where several affine functions are not negative.

    Parameters
    ----------
    segment : ndarray of shape (2, 2)
        The ends.
    slopes : ndarray of shape (n_functions, 2)
        Slopes.
    offsets : ndarray of shape (n_functions,)
        Offsets.

    Returns
    -------
    ndarray of shape (2, 2) or None
        The part; None if there is none.
    """
    low, high = 0.0, 1.0
    for start, end in (segment @ slopes.T + offsets).T:
        if start < 0.0 and end < 0.0:
            return None
        if start < 0.0:
            low = max(low, start / (start - end))
        elif end < 0.0:
            high = min(high, start / (start - end))
    if low >= high:
        return None
    return segment[0] + np.array([[low], [high]]) * (segment[1] - segment[0])


def join(segments, tolerance):
    """Join segments that share ends into polylines.

    Parameters
    ----------
    segments : list of ndarray of shape (2, 2)
        Segments.
    tolerance : float
        Distance below which two ends are one point.

    Returns
    -------
    list of ndarray of shape (n_points, 2)
        Polylines; closed ones end where they begin.
    """
    segments = [s for s in segments if np.abs(s[1] - s[0]).max() > tolerance]
    if not segments:
        return []
    ends = np.concatenate(segments)
    pairs = KDTree(ends).query_pairs(tolerance, output_type="ndarray")
    shape = (len(ends), len(ends))
    same = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=shape)
    nodes = connected_components(same, directed=False)[1].tolist()
    place = dict(zip(nodes, ends))
    links = {}
    for k in range(len(segments)):
        for end in (2 * k, 2 * k + 1):
            links.setdefault(nodes[end], []).append(k)
    left, lines = set(range(len(segments))), []
    loose = [n for n, members in links.items() if len(members) != 2]
    for node in [*loose, *links]:
        while (k := next((k for k in links[node] if k in left), None)) is not None:
            chain, at = [node], node
            while k is not None:
                left.discard(k)
                at = nodes[2 * k + 1] if nodes[2 * k] == at else nodes[2 * k]
                chain.append(at)
                open_links = [m for m in links[at] if m in left]
                k = open_links[0] if len(links[at]) == 2 and open_links else None
            lines.append(np.array([place[n] for n in chain]))
    return lines


@dataclass(frozen=True, eq=False)
class RegionSlice:
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
        The exact decision boundary, or level set, as polylines.
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

    def __len__(self):
        return len(self.polygons)

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
        return find_patterns(self.patterns, self.pieces.patterns(points))

    @property
    def raw_values(self):
        """Raw values of the network at the centroids, of shape (n_regions, n_outputs)."""
        return evaluate(self.centroids, self.coef, self.intercept, np.arange(len(self)))

    def to_frame(self):
        """Return one line per region.

        Returns
        -------
        pandas.DataFrame
            Area, centroid, number of vertices and of active units, and raw values there.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        columns = {"area": self.areas, "n_vertices": [len(p) for p in self.polygons]}
        columns["n_active"] = self.patterns.sum(axis=1)
        columns |= dict(zip(self.names, self.centroids.T))
        raw = self.raw_values
        columns |= {f"raw value {k}": raw[:, k] for k in range(raw.shape[1])}
        return pandas.DataFrame(columns).rename_axis("region")

    def plot(self, points=None, labels=None, ax=None):
        """Draw the regions and the boundary.

        Parameters
        ----------
        points : array-like of shape (n_points, 2) or None, default=None
            Coordinates of data to draw on top.
        labels : array-like of shape (n_points,) or None, default=None
            Their classes.
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        RegionsDisplay
            The display.
        """
        classifies = self.network.task in ("binary", "multiclass")
        polygons, values = (
            self._class_parts() if classifies else (self.polygons, self.raw_values[:, 0])
        )
        display = RegionsDisplay(
            polygons,
            values,
            self.boundary,
            classes=self.network.classes.tolist() if classifies else None,
            names=self.names,
            points=points,
            labels=labels,
            n_regions=len(self),
        )
        return display.plot(ax)

    def _class_parts(self):
        """Return the polygons, cut where the class changes, and the class of each part."""
        parts, values = [], []
        for polygon, coef, intercept in zip(self.polygons, self.coef, self.intercept):
            if self.network.task == "binary":
                coef, intercept = np.vstack([-coef, coef]), np.append(-intercept, intercept)
            for k in range(len(coef)):
                part = polygon
                for m in range(len(coef)):
                    if m != k:
                        part = clip(part, coef[k] - coef[m], intercept[k] - intercept[m])
                if len(part) > 2:
                    parts.append(part)
                    values.append(k)
        return parts, np.array(values)


def _boundary_segments(network, polygons, coef, intercept, level):
    """Return the pieces of the boundary, one list per pair of classes (or level)."""
    n_outputs = intercept.shape[1]
    if network.task == "multiclass":
        pairs = list(combinations(range(n_outputs), 2))
    else:
        pairs = [(0, None)]
    found = []
    for j, k in pairs:
        segments = []
        for polygon, slopes, offsets in zip(polygons, coef, intercept):
            slope, offset = slopes[j], offsets[j] - level
            if k is not None:
                slope, offset = slopes[j] - slopes[k], offsets[j] - offsets[k]
            segment = zero_segment(polygon, slope, offset)
            others = [m for m in range(n_outputs) if k is not None and m not in (j, k)]
            if segment is not None and others:
                segment = clipped(
                    segment, slopes[j] - slopes[others], offsets[j] - offsets[others]
                )
            if segment is not None:
                segments.append(segment)
        found.append(segments)
    return found


def _regions_in(pieces, scaling, max_regions):
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


def _names_of(network, X):
    """Return names of the inputs, and X as an array."""
    names = network.feature_names or (None if X is None else feature_names_of(X))
    names = names or tuple(f"x{j}" for j in range(network.n_features_in))
    if X is not None:
        X = check_X(X, network.n_features_in, network.feature_names)
    return names, X


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


def _plane(X, names, features, origin, directions):
    """Return origin, directions, names of the coordinates, and the data in coordinates."""
    if origin is not None and np.shape(origin) != (len(names),):
        raise ValueError(
            f"origin must have shape {(len(names),)}, one value per input. "
            f"Got shape {np.shape(origin)} instead."
        )
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
    if np.linalg.matrix_rank(directions) < n_directions:
        raise ValueError("directions must be linearly independent. Got dependent ones instead.")
    if origin is None and X is None:
        raise ValueError("X or origin must be given to place the directions. Got neither.")
    origin = np.median(X, axis=0) if origin is None else np.array(origin, dtype=float)
    axes = tuple(f"direction {k}" for k in range(n_directions))
    coordinates = None if X is None else (X - origin) @ np.linalg.pinv(directions)
    return origin, directions, axes, coordinates


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
):
    """Cut the linear regions of a network by a plane, with the exact decision boundary.

    The plane is cut by one hidden unit after the other, layer by layer: on each part the
    pre-activations of the next layer are affine, and cut it where they change sign. The boundary
    is where, on each polygon, the affine logit is zero (two classes), the two largest logits are
    equal (more), or the value is `level` (regression; of several outputs the first).

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

    Returns
    -------
    RegionSlice
        Polygons, affine functions and boundary.

    Raises
    ------
    ValueError
        If the network is smooth, has one input (see `breakpoints`), the plane or box is not one,
        or there are more than `max_regions` regions.

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
    if len(features) != 2:
        raise ValueError(f"features must be two inputs. Got {features!r} instead.")
    names, X = _names_of(network, X)
    origin, directions, axes, coordinates = _plane(X, names, features, origin, directions)
    lower, upper = _bounded(box, coordinates, axes)
    on_plane = pieces.on_plane(origin, directions)
    scaling = Scaling.of_box(lower, upper, np.ones(2))
    cells, patterns = _regions_in(on_plane, scaling, max_regions)
    polygons = [counter_clockwise(c.points) * scaling.half + scaling.middle for c in cells]
    coef, intercept = output_maps(on_plane, patterns)
    boundary = [
        line * scaling.half + scaling.middle
        for segments in _boundary_segments(network, polygons, coef, intercept, level)
        for line in join([(s - scaling.middle) / scaling.half for s in segments], _SAME)
    ]
    return RegionSlice(
        polygons,
        patterns,
        coef,
        intercept,
        boundary,
        origin,
        directions,
        axes,
        network,
        on_plane,
    )


def _bounded(box, coordinates, axes):
    lower, upper = checked_box(box, coordinates, n_features=len(axes), names=axes)
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        raise ValueError(f"box must be finite. Got {box!r} instead.")
    return lower, upper


@dataclass(frozen=True, eq=False)
class Segments:
    """A network on a line: pieces on which it is affine.

    Parameters
    ----------
    ends : ndarray of shape (n_pieces + 1,)
        Where pieces begin and end; the inner ones are the breakpoints.
    slopes : ndarray of shape (n_pieces, n_outputs)
        Derivatives of the raw values by the coordinate.
    offsets : ndarray of shape (n_pieces, n_outputs)
        Raw values of each piece's function at coordinate 0.
    patterns : ndarray of bool of shape (n_pieces, n_units)
        Activation patterns.
    """

    ends: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    patterns: np.ndarray

    def __len__(self):
        return len(self.slopes)

    @property
    def breakpoints(self):
        """Where a hidden unit switches, ascending."""
        return self.ends[1:-1]

    def to_frame(self):
        """Return one line per piece.

        Returns
        -------
        pandas.DataFrame
            Ends, slopes and offsets.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        columns = {"from": self.ends[:-1], "to": self.ends[1:]}
        for k in range(self.slopes.shape[1]):
            suffix = "" if self.slopes.shape[1] == 1 else f" {k}"
            columns[f"slope{suffix}"] = self.slopes[:, k]
            columns[f"offset{suffix}"] = self.offsets[:, k]
        return pandas.DataFrame(columns)


def breakpoints(network, X=None, *, feature=0, origin=None, direction=None, box=None):
    """Return the pieces of a network of one input, or on a line through its inputs.

    Parameters
    ----------
    network : Network, ScalarView or anything `as_network` takes
        The network: identity, ReLU and leaky ReLU layers only.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Data: their range is the default box, their medians the default origin.
    feature : int or str, default=0
        The input that runs along the line; the others are held at `origin`.
    origin : array-like of shape (n_features,) or None, default=None
        A point of the line, in input units; None is the median of X.
    direction : array-like of shape (n_features,) or None, default=None
        Where the line goes instead of along one input.
    box : None or (lower, upper), default=None
        Where the line begins and ends, in its coordinate; None is the range of X.

    Returns
    -------
    Segments
        Breakpoints, slopes and offsets, ascending.

    Raises
    ------
    ValueError
        If the network is smooth, or the line is not one.

    Examples
    --------
    >>> from skinterp.exact import breakpoints
    >>> network = ([[[1.0, 1.0]], [[1.0], [1.0]]], [[0.0, -1.0], [0.0]], ["relu", "identity"])
    >>> breakpoints(network, box=(-2, 2)).breakpoints
    array([0., 1.])
    """
    network = as_network(network)
    pieces = piecewise_linear(network)
    names, X = _names_of(network, X)
    directions = None if direction is None else [direction]
    origin, directions, axes, coordinates = _plane(X, names, (feature,), origin, directions)
    lower, upper = _bounded(box, coordinates, axes)
    line = pieces.on_plane(origin, directions)
    scaling = Scaling.of_box(lower, upper, np.ones(1))
    cells, patterns = _regions_in(line, scaling, None)
    starts = np.array([cell.points.min() for cell in cells])
    order = np.argsort(starts)
    slopes, offsets = output_maps(line, patterns[order])
    ends = np.append(starts[order], 1.0) * scaling.half + scaling.middle
    return Segments(ends, slopes[:, :, 0], offsets, patterns[order])
