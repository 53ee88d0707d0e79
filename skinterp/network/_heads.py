"""Heads: scalar functions of a network's raw values, with their derivatives."""

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp, softmax


class Linear(NamedTuple):
    """The weighted sum of the raw values."""

    weights: tuple

    def value(self, raw):
        """Return the scalar for every row."""
        return raw @ np.asarray(self.weights)

    def gradient(self, raw):
        """Return its derivative by the raw values."""
        return np.broadcast_to(np.asarray(self.weights), raw.shape)


class LogOdds(NamedTuple):
    """The log-odds of one class against all others, from their logits."""

    k: int

    def value(self, raw):
        """Return the scalar for every row."""
        return raw[:, self.k] - logsumexp(np.delete(raw, self.k, axis=1), axis=1)

    def gradient(self, raw):
        """Return its derivative by the raw values."""
        others = -softmax(np.delete(raw, self.k, axis=1), axis=1)
        return np.insert(others, self.k, 1.0, axis=1)
