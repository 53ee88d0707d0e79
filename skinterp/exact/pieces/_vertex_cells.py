"""Bounded convex polytopes known by their vertices, cut by hyperplanes many at a time.

Vertices live in coordinates where the box is [-1, 1]^d. The vertices of all cells stand below each
other, and those of one cell together; which constraints are tight at a vertex (the double
description) are bits of whole numbers.
"""

from typing import NamedTuple

import numpy as np

ROUNDING = 1e-12  # of the sum of the absolute terms of an affine function
_WORD = 64
_MANY_PAIRS = 4000  # of vertices of one cell, above which a matrix product counts faster than bits
_BITS_OF_BYTE = np.unpackbits(np.arange(256, dtype=np.uint8)[:, np.newaxis], axis=1).sum(axis=1)


class VertexCells(NamedTuple):
    """Polytopes on each of which some functions are affine.

    Parameters
    ----------
    ids : ndarray of int of shape (n_cells,)
        Their numbers.
    counts : ndarray of int of shape (n_cells,)
        Number of vertices of each.
    slopes : ndarray of shape (n_cells, d, n_functions)
        Slopes of the functions on each.
    offsets : ndarray of shape (n_cells, n_functions)
        Their offsets.
    patterns : ndarray of bool of shape (n_cells, n_units)
        Which units are on, as far as known.
    points : ndarray of shape (n_vertices, d)
        Vertices.
    tight : ndarray of uint64 of shape (n_vertices, n_words)
        Which constraints hold with equality there, a bit each; the sides of the box are
        constraints 0 to 2d - 1, lower ones first.
    values : ndarray of shape (n_vertices, n_functions)
        The functions there.
    side : ndarray of int8 of shape (n_vertices, n_functions)
        Their signs, 0 where rounding leaves them open.
    """

    ids: np.ndarray
    counts: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    patterns: np.ndarray
    points: np.ndarray
    tight: np.ndarray
    values: np.ndarray
    side: np.ndarray

    @classmethod
    def box(cls, slopes, offsets, n_constraints, n_units=0):
        """Return the box [-1, 1]^d as one cell.

        Parameters
        ----------
        slopes : ndarray of shape (d, n_functions)
            Slopes of the functions.
        offsets : ndarray of shape (n_functions,)
            Their offsets.
        n_constraints : int
            How many constraints there will be at most, those of the box left out.
        n_units : int, default=0
            Number of units in a pattern.

        Returns
        -------
        VertexCells
            The cell.
        """
        d = len(slopes)
        corners = np.stack(np.meshgrid(*[[-1.0, 1.0]] * d, indexing="ij"), axis=-1)
        points = corners.reshape(-1, d)
        tight = np.zeros((len(points), -(-(2 * d + n_constraints) // _WORD)), dtype=np.uint64)
        for k, on in enumerate(np.concatenate([points < 0, points > 0], axis=1).T):
            word, bit = _bits(np.array(k))
            tight[on, word] |= bit
        values, functions = points @ slopes + offsets, (slopes[np.newaxis], offsets[np.newaxis])
        side = _signs(values, _noise(*functions))
        one = np.zeros(1, dtype=int), np.array([len(points)])
        return cls(*one, *functions, np.zeros((1, n_units), bool), points, tight, values, side)

    @property
    def owners(self):
        """The cell of each vertex."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @property
    def size(self):
        """How many numbers the vertices take."""
        return self.side.size

    @property
    def polytopes(self):
        """The vertices of each cell, as a list of arrays."""
        return np.split(self.points, np.cumsum(self.counts))[:-1]

    def take(self, cells):
        """Return some of the cells, by a mask."""
        vertices = np.repeat(cells, self.counts)
        return VertexCells(*(of[cells] for of in self[:5]), *(of[vertices] for of in self[5:]))

    @classmethod
    def joined(cls, parts):
        """Return the cells of several."""
        return parts[0] if len(parts) == 1 else cls(*map(np.concatenate, zip(*parts)))

    def without_values(self):
        """Return the cells without the values of functions at vertices, most of their size."""
        none = np.empty((len(self.points), 0))
        return self._replace(values=none, side=none.astype(np.int8))

    @property
    def sides(self):
        """Lowest and highest sign of each function in each cell, (n_cells, n_functions) each."""
        first = _starts(self.counts)
        return tuple(f.reduceat(self.side, first, axis=0) for f in (np.minimum, np.maximum))

    def with_functions(self, slopes, offsets, values):
        """Return the same cells with other functions, whose values at vertices are given."""
        noise = np.repeat(_noise(slopes, offsets), self.counts, axis=0)
        functions = {"slopes": slopes, "offsets": offsets, "values": values}
        return self._replace(**functions, side=_signs(values, noise))

    def halves(self, chosen, constraints, ids, keep=(-1, 1)):
        """Cut each cell by one of its functions, which changes sign in it.

        Parameters
        ----------
        chosen : ndarray of int of shape (n_cells,)
            The function.
        constraints : ndarray of int of shape (n_cells,)
            The number that its hyperplane has among the constraints.
        ids : ndarray of int of shape (n_cells, 2)
            Numbers of the halves.
        keep : tuple of int, default=(-1, 1)
            The signs of the function on the halves wanted.

        Returns
        -------
        list of VertexCells
            The halves, in the same order.
        """
        owner, rows = self.owners, np.arange(len(self.side))
        values, side = (of[rows, chosen[owner]] for of in (self.values, self.side))
        low, high, common = _crossed_edges(self, side)
        share = (values[low] / (values[low] - values[high]))[:, np.newaxis]
        points, values = (
            of[low] + share * (of[high] - of[low]) for of in (self.points, self.values)
        )
        on_edge = owner[low]
        new_side = _signs(values, _noise(self.slopes, self.offsets)[on_edge])
        new_side[np.arange(len(low)), chosen[on_edge]] = 0
        (words, bits), tight = _bits(constraints), self.tight.copy()
        common[np.arange(len(low)), words[on_edge]] |= bits[on_edge]
        zero = np.flatnonzero(side == 0)
        tight[zero, words[owner[zero]]] |= bits[owner[zero]]
        old, new = (self.points, tight, self.values, self.side), (points, common, values, new_side)
        found = []
        for sign in keep:
            kept = np.flatnonzero(side * sign >= 0)
            owners = np.concatenate([owner[kept], on_edge])
            order = np.argsort(owners, kind="stable")
            vertices = (np.concatenate([a[kept], b])[order] for a, b in zip(old, new))
            counts = np.bincount(owners, minlength=len(self.counts))
            found.append(VertexCells(ids[:, int(sign > 0)], counts, *self[2:5], *vertices))
        return found

    def facets(self):
        """Return the constraints that bound the only cell, each facet once."""
        on = tight_table(self.tight).T  # constraints by vertices
        candidates = np.flatnonzero(on.sum(axis=1) >= self.points.shape[1])
        sets = on[candidates].astype(np.float32)
        size = sets.sum(axis=1)
        inside = (sets @ sets.T >= size[:, None]) & (size[None, :] > size[:, None])
        maximal = candidates[~inside.any(axis=1)]
        _, first = np.unique(on[maximal], axis=0, return_index=True)
        return np.sort(maximal[first])


def _starts(counts):
    return np.cumsum(counts) - counts


def _bits(constraints):
    """Return the word of each constraint, and its bit in it."""
    return constraints // _WORD, np.uint64(1) << (constraints % _WORD).astype(np.uint64)


def _n_bits(words):
    """Count the bits of each row."""
    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(words).sum(axis=1, dtype=np.int16)
    return _BITS_OF_BYTE[np.ascontiguousarray(words).view(np.uint8)].sum(axis=1)


def tight_table(tight):
    """Return which constraints are tight as a table of bool, one column each.

    Parameters
    ----------
    tight : ndarray of uint64 of shape (n_vertices, n_words)
        The constraints, a bit each.

    Returns
    -------
    ndarray of bool of shape (n_vertices, 64 * n_words)
        The table.
    """
    little_endian = np.ascontiguousarray(tight.astype("<u8")).view(np.uint8)
    return np.unpackbits(little_endian, axis=1, bitorder="little").astype(bool)


def _noise(slopes, offsets):
    """Return what rounding may do to functions at points of the box."""
    return ROUNDING * (np.abs(slopes).sum(axis=1) + np.abs(offsets))


def _signs(values, noise):
    return (values > noise).astype(np.int8) - (values < -noise).astype(np.int8)


def _crossed_edges(cells, side):
    """Return the ends of the edges that a function changes sign on, and what is tight on each.

    Two vertices that share d - 1 independent constraints are the ends of an edge. They are
    independent where one of the two has d tight constraints only; else no third vertex may lie
    on all of them.
    """
    d, owner, tight = cells.points.shape[1], cells.owners, cells.tight
    low, high = _close_pairs(cells, side, d)
    common = tight[low] & tight[high]
    doubtful = np.flatnonzero((_n_bits(tight[low]) > d) & (_n_bits(tight[high]) > d))
    if not doubtful.size:
        return low, high, common
    first, is_edge = _starts(cells.counts), np.ones(len(low), dtype=bool)
    for k in doubtful:
        cell = owner[low[k]]
        others = tight[first[cell] : first[cell] + cells.counts[cell]]
        is_edge[k] = ((others & common[k]) == common[k]).all(axis=1).sum() == 2
    return low[is_edge], high[is_edge], common[is_edge]


def _close_pairs(cells, side, d):
    """Return the pairs of a negative and a positive vertex that share d - 1 tight constraints."""
    owner = cells.owners
    low, high = np.flatnonzero(side < 0), np.flatnonzero(side > 0)
    n_low, n_high = (np.bincount(owner[some], minlength=len(cells.counts)) for some in (low, high))
    many = n_low * n_high > _MANY_PAIRS
    pairs = [_pairs_by_bits(cells.tight, low[~many[owner[low]]], high, owner, n_high, d)]
    first_low, first_high = _starts(n_low), _starts(n_high)
    for cell in np.flatnonzero(many):
        some = low[first_low[cell] : first_low[cell] + n_low[cell]]
        others = high[first_high[cell] : first_high[cell] + n_high[cell]]
        pairs.append(_pairs_by_product(cells.tight, some, others, d))
    return tuple(np.concatenate(ends) for ends in zip(*pairs))


def _pairs_by_bits(tight, low, high, owner, n_high, d):
    repeats = n_high[owner[low]]
    skipped = _starts(n_high)[owner[low]] - _starts(repeats)
    places = np.arange(repeats.sum()) + np.repeat(skipped, repeats)
    low, high = np.repeat(low, repeats), high[places]
    close = _n_bits(tight[low] & tight[high]) >= d - 1
    return low[close], high[close]


def _pairs_by_product(tight, low, high, d):
    of_low, of_high = tight_table(tight[low]), tight_table(tight[high])
    used = of_low.any(axis=0) & of_high.any(axis=0)
    shared = of_low[:, used].astype(np.float32) @ of_high[:, used].astype(np.float32).T
    i, j = np.nonzero(shared >= d - 1)
    return low[i], high[j]
