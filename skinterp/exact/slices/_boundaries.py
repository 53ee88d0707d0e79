"""Boundaries and level sets on the polygons of a plane, piece by piece."""

from itertools import combinations

import numpy as np

from skinterp.exact.pieces._affine_maps import evaluate_unseen
from skinterp.exact.slices._polygons import clipped, zero_segment


def reach_of(polygons):
    """Return the largest sizes of the coordinates of polygons."""
    return np.abs(np.concatenate(polygons)).max(axis=0)


def boundary_segments(task, pieces, polygons, coef, intercept, level):
    """Yield an output and pieces of the boundary, per pair of classes (or level set)."""
    n_outputs, reach = intercept.shape[1], reach_of(polygons)
    level_sets = [(k, None) for k in range(n_outputs)]
    for j, k in combinations(range(n_outputs), 2) if task == "multiclass" else level_sets:
        segments = []

        def beyond(point, j=j, k=k):
            raw = evaluate_unseen(pieces, point[np.newaxis])[0]
            return raw[j] - (level if k is None else raw[k])

        for polygon, slopes, offsets in zip(polygons, coef, intercept):
            slope, offset = slopes[j], offsets[j] - level
            if k is not None:
                slope, offset = slopes[j] - slopes[k], offsets[j] - offsets[k]
            segment = zero_segment(polygon, slope, offset, beyond, reach)
            others = [m for m in range(n_outputs) if k is not None and m not in (j, k)]
            if segment is not None and others:
                segment = clipped(
                    segment, slopes[j] - slopes[others], offsets[j] - offsets[others], reach
                )
            if segment is not None:
                segments.append(segment)
        yield j, segments
