"""Exact pieces of a network on a line."""

from dataclasses import dataclass

import numpy as np

from skinterp.exact.pieces._affine_maps import output_maps
from skinterp.exact.pieces._piecewise import piecewise_linear
from skinterp.exact.slices._planes import plane_of, regions_on
from skinterp.network import as_network
from skinterp.utils import TableResult, number_text


@dataclass(frozen=True, eq=False, repr=False)
class Segments(TableResult):
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

    def __str__(self):
        first, last = map(number_text, (self.ends[0], self.ends[-1]))
        return f"Segments({len(self)} pieces from {first} to {last})"

    @property
    def breakpoints(self):
        """Where a hidden unit switches, ascending."""
        return self.ends[1:-1]

    def _columns(self):
        columns = {"from": self.ends[:-1], "to": self.ends[1:]}
        for k in range(self.slopes.shape[1]):
            suffix = "" if self.slopes.shape[1] == 1 else f" {k}"
            columns[f"slope{suffix}"] = self.slopes[:, k]
            columns[f"offset{suffix}"] = self.offsets[:, k]
        return columns


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
    directions = None if direction is None else [direction]
    line = plane_of(network, X, (feature,), origin, directions)
    pieces, box, found = regions_on(line, pieces, box)
    starts, patterns = np.array([points.min() for points in found.polytopes]), found.patterns
    order = np.argsort(starts)
    slopes, offsets = output_maps(pieces, patterns[order])
    ends = box.points(np.append(starts[order], 1.0))
    return Segments(ends, slopes[:, :, 0], offsets, patterns[order])
