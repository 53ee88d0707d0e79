"""Linear bounds of a piecewise-linear network on many boxes at a time."""

from typing import NamedTuple

import numpy as np

_ROUNDING = 1e-9  # of values, by which boxes stay wider


class Relaxation(NamedTuple):
    """Linear functions below the outputs of a network on boxes, and bounds of its units.

    Parameters
    ----------
    slopes : ndarray of shape (n_boxes, n_outputs, d)
        Slopes of the functions below the outputs.
    offsets : ndarray of shape (n_boxes, n_outputs)
        Their offsets.
    lows, highs : tuple of ndarray of shape (n_boxes, n_units_of_layer)
        Bounds of the pre-activations of each hidden layer.
    """

    slopes: np.ndarray
    offsets: np.ndarray
    lows: tuple
    highs: tuple

    def least(self, lower, upper):
        """Return the lower bounds of the outputs on the boxes, (n_boxes, n_outputs)."""
        return _least(self.slopes, self.offsets, lower, upper)

    def cut(self, lower, upper, level):
        """Return the boxes without most of where the function below an output is above a level.

        Each side is moved to where the function reaches the level, the other inputs at the ends
        where it is least.

        Parameters
        ----------
        lower, upper : ndarray of shape (n_boxes, d)
            The boxes.
        level : float
            The level.

        Returns
        -------
        lower, upper : ndarray of shape (n_boxes, d)
            The boxes, some of them empty: lower above upper.
        """
        room = (level - self.least(lower, upper))[..., np.newaxis]
        room = room + _ROUNDING * (1.0 + np.abs(level))
        with np.errstate(divide="ignore", invalid="ignore"):
            step = room / np.abs(self.slopes)
        rising, falling = self.slopes > 0, self.slopes < 0
        most = np.where(rising, lower[:, np.newaxis] + step, np.inf).min(axis=1)
        least = np.where(falling, upper[:, np.newaxis] - step, -np.inf).max(axis=1)
        return np.maximum(lower, least), np.minimum(upper, most)

    @property
    def n_unstable(self):
        """Number of units that may change sign, per box."""
        bounds = zip(self.lows, self.highs)
        counts = [((low < 0) & (high > 0)).sum(axis=1) for low, high in bounds]
        return np.sum(counts, axis=0) if counts else np.zeros(len(self.offsets), dtype=int)

    def of_box(self, k):
        """Return the bounds of the units on one box, a pair of lists."""
        return [low[k] for low in self.lows], [high[k] for high in self.highs]


def _least(slopes, offsets, lower, upper):
    corners = np.where(slopes > 0, lower[:, np.newaxis], upper[:, np.newaxis])
    return offsets + (slopes * corners).sum(axis=-1)


def relaxed(pieces, lower, upper):
    """Return linear functions below the outputs of a network on boxes.

    A unit that may change sign lies between a chord above and, below, its steeper or its flatter
    piece; these are put into each other from the last layer back to the inputs, for every layer,
    so that the bounds of one layer serve the next.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    lower, upper : ndarray of shape (n_boxes, d)
        The boxes.

    Returns
    -------
    Relaxation
        The functions.

    References
    ----------
    H. Zhang et al., "Efficient neural network robustness certification with general activation
    functions", arXiv 1811.00866.
    """
    lows, highs, units = [], [], []
    for layer, slope in enumerate(pieces.slopes):
        W, b = pieces.weights[layer], pieces.biases[layer]
        both = np.concatenate([W, -W], axis=1), np.concatenate([b, -b])
        bounds = _least(*_functions_below(pieces, *both, units, len(lower)), lower, upper)
        low, high = bounds[:, : len(b)], -bounds[:, len(b) :]
        high = np.maximum(low, high)  # rounding
        lows.append(low)
        highs.append(high)
        units.append(_unit_relaxation(low, high, slope))
    last = pieces.weights[-1], pieces.biases[-1]
    below = _functions_below(pieces, *last, units, len(lower))
    return Relaxation(*below, tuple(lows), tuple(highs))


def _unit_relaxation(low, high, slope):
    """Return the slopes below, and slopes and offsets above, of a layer's units."""
    unstable = (low < 0) & (high > 0)
    fixed = np.where(low >= 0, 1.0, slope)
    width = np.where(unstable, high - low, 1.0)
    chord = (high - slope * low) / width
    below = np.where(unstable, np.where(high > -low, 1.0, slope), fixed)
    above = np.where(unstable, chord, fixed)
    return below, above, np.where(unstable, low * (slope - chord), 0.0)


def _functions_below(pieces, W, b, units, n_boxes):
    """Return linear functions of the inputs below ``h @ W + b``, of the units h of a layer."""
    slopes = np.broadcast_to(W.T, (n_boxes, *W.T.shape))
    offsets = np.broadcast_to(b, (n_boxes, len(b)))
    for layer in range(len(units) - 1, -1, -1):
        below, above, offset = (part[:, np.newaxis] for part in units[layer])
        falling = np.minimum(slopes, 0.0)
        offsets = offsets + (falling * offset).sum(axis=-1)
        slopes = np.maximum(slopes, 0.0) * below + falling * above
        offsets = offsets + slopes @ pieces.biases[layer]
        slopes = slopes @ pieces.weights[layer].T
    return slopes, offsets
