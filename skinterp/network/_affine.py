"""Affine maps, to be folded into a layer."""

from typing import NamedTuple

import numpy as np
from scipy import sparse


class Affine(NamedTuple):
    """The map ``x -> (x - center) @ matrix + offset``, with a sparse matrix."""

    center: np.ndarray
    matrix: sparse.csr_array
    offset: np.ndarray

    def __call__(self, X):
        """Return the mapped points."""
        return np.asarray((X - self.center) @ self.matrix + self.offset)

    def fold(self, weights, bias):
        """Return weights and bias of a layer that takes x itself."""
        return self.matrix @ weights, bias + (self.offset - self.center @ self.matrix) @ weights

    def undo(self, z):
        """Return points mapped to `z`, exactly if the columns of the matrix are orthogonal."""
        squares = self.matrix.power(2).sum(axis=0)
        scaled = (z - self.offset) / np.where(squares > 0.0, squares, 1.0)
        return self.center + (self.matrix @ scaled.T).T

    def moved(self, places, width):
        """Return the map whose inputs stand at other places of `width`, those without left out."""
        matrix = self.matrix.tocoo()
        rows = np.array([places.get(k, -1) for k in range(self.matrix.shape[0])], dtype=np.intp)
        row, column = matrix.coords
        kept = rows[row] >= 0
        entries = (matrix.data[kept], (rows[row[kept]], column[kept]))
        moved = sparse.csr_array(entries, shape=(width, self.matrix.shape[1]))
        return affine_map(moved, offset=self.offset)

    @property
    def scale(self):
        """The factors, if every column is only scaled; else None."""
        n, m = self.matrix.shape
        scale = self.matrix.diagonal()
        is_scaling = n == m and self.matrix.nnz == np.count_nonzero(scale) == n
        return scale if is_scaling else None


def affine_map(matrix, center=None, offset=None):
    """Make an affine map, of zeros where nothing is said.

    Parameters
    ----------
    matrix : array-like or sparse array of shape (n, m)
        What points are multiplied with.
    center : array-like of shape (n,) or None, default=None
        What is subtracted first.
    offset : array-like of shape (m,) or None, default=None
        What is added last.

    Returns
    -------
    Affine
        The map.
    """
    n, m = matrix.shape
    return Affine(
        np.zeros(n) if center is None else np.asarray(center, dtype=np.float64),
        sparse.csr_array(matrix, dtype=np.float64),
        np.zeros(m) if offset is None else np.asarray(offset, dtype=np.float64),
    )


def scaling(scale, center=None, offset=None):
    """Make the affine map that multiplies each column.

    Parameters
    ----------
    scale : array-like of shape (n,)
        The factors.
    center : array-like of shape (n,) or None, default=None
        What is subtracted first.
    offset : array-like of shape (n,) or None, default=None
        What is added last.

    Returns
    -------
    Affine
        The map.
    """
    scale = np.asarray(scale, np.float64)
    return affine_map(
        sparse.dia_array((scale[None], [0]), shape=(len(scale),) * 2), center, offset
    )
