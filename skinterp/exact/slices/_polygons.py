"""Convex polygons and polylines in the plane."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

_ROUNDING = 1e-13  # of the sum of the absolute terms of an affine function
_STEP = 1e-6  # over an edge, in units of the distance to the middle of the polygon


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


def _rounded(points, slopes, offsets, reach):
    """Return affine functions at points, 0 up to their rounding error within a reach (2,), too."""
    values = points @ slopes.T + offsets
    noise = _ROUNDING * (np.abs(slopes) @ reach + np.abs(offsets))
    return np.where(np.abs(values) <= noise, 0.0, values), noise


def _crossings(polygon, values, vertices):
    """Return where a function, of values at all vertices, is zero on the edges after some."""
    after = (vertices + 1) % len(polygon)
    share = (values[vertices] / (values[vertices] - values[after]))[:, np.newaxis]
    return polygon[vertices] + share * (polygon[after] - polygon[vertices])


def zero_segment(polygon, slopes, offset, beyond, reach):
    """Return where a piecewise affine function stops to be positive, on a convex polygon.

    Parameters
    ----------
    polygon : ndarray of shape (n_vertices, 2)
        Vertices in order.
    slopes : ndarray of shape (2,)
        Slopes of the function.
    offset : float
        Its offset.
    beyond : callable
        Gives the function at a point (2,) outside the polygon.
    reach : ndarray of shape (2,)
        Largest sizes of the two coordinates, which rounding is measured by.

    Returns
    -------
    ndarray of shape (2, 2) or None
        The ends of the segment, inside the polygon, or an edge of it on which the function is
        zero, positive on this side and not on the other; None if there is none.
    """
    values, noise = _rounded(polygon, slopes, offset, reach)
    following = np.roll(values, -1)
    if values.min() >= 0.0 < values.max():
        edges = np.flatnonzero((values == 0.0) & (following == 0.0))
        if not edges.size:
            return None
        edge = polygon[[edges[0], (edges[0] + 1) % len(polygon)]]
        middle = edge.mean(axis=0)
        outside = middle + _STEP * (middle - polygon.mean(axis=0))
        return edge if beyond(outside) <= noise else None
    if not (values.min() < 0.0 < values.max()):
        return None
    return _crossings(polygon, values, np.flatnonzero((values < 0.0) != (following < 0.0)))


def is_zero(polygon, slopes, offset, reach):
    """Return whether an affine function is zero on a whole polygon, up to rounding.

    Parameters
    ----------
    polygon : ndarray of shape (n_vertices, 2)
        Vertices.
    slopes : ndarray of shape (2,)
        Slopes of the function.
    offset : float
        Its offset.
    reach : ndarray of shape (2,)
        Largest sizes of the two coordinates, which rounding is measured by.

    Returns
    -------
    bool
        Whether it is.
    """
    return not _rounded(polygon, slopes, offset, reach)[0].any()


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
    cut = np.flatnonzero(values * np.roll(values, -1) < 0.0)
    points = np.insert(polygon, cut + 1, _crossings(polygon, values, cut), axis=0)
    return points[np.insert(values >= 0.0, cut + 1, True)]


def clipped(segment, slopes, offsets, reach):
    """Return the part of a segment where several affine functions are not negative.

    Parameters
    ----------
    segment : ndarray of shape (2, 2)
        The ends.
    slopes : ndarray of shape (n_functions, 2)
        Slopes.
    offsets : ndarray of shape (n_functions,)
        Offsets.
    reach : ndarray of shape (2,)
        Largest sizes of the two coordinates, which rounding is measured by.

    Returns
    -------
    ndarray of shape (2, 2) or None
        The part; None if there is none.
    """
    low, high = 0.0, 1.0
    values, _ = _rounded(segment, slopes, offsets, reach)
    for start, end in values.T:
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
    for end, node in enumerate(nodes):
        links.setdefault(node, []).append(end // 2)
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
