"""The linear regions that rows visit, with the affine function of each, as one value."""

from dataclasses import dataclass

import numpy as np

from skinterp.exact.pieces._activation_patterns import find_patterns, unique_patterns
from skinterp.exact.pieces._affine_maps import evaluate, output_maps
from skinterp.exact.pieces._piecewise import PiecewiseLinear, piecewise_linear
from skinterp.network import Network
from skinterp.sampling import feature_scale
from skinterp.utils import check_X


@dataclass(frozen=True, eq=False)
class LocalModels:
    """Local models of a network: the affine function of every linear region that rows visit.

    Parameters
    ----------
    network : Network
        The network.
    pieces : PiecewiseLinear
        Its layers.
    feature_names : tuple of str or None
        Names of the inputs, if they have any.
    X : ndarray of shape (n_samples, d)
        Rows.
    index : ndarray of int of shape (n_samples,)
        Region of each row.
    patterns : ndarray of bool of shape (n_regions, n_units)
        Activation pattern of each region.
    counts : ndarray of int of shape (n_regions,)
        Rows in each region.
    coef : ndarray of shape (n_regions, n_outputs, d)
        Derivatives of the raw values by the inputs.
    intercept : ndarray of shape (n_regions, n_outputs)
        Raw values at the origin.
    mean, scale : ndarray of shape (d,)
        Means and standard deviations of the rows; 1 for a constant input.
    """

    network: Network
    pieces: PiecewiseLinear
    feature_names: tuple | None
    X: np.ndarray
    index: np.ndarray
    patterns: np.ndarray
    counts: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of_rows(cls, network, X, feature_names=None):
        """Return the local models on rows.

        Parameters
        ----------
        network : Network
            A piecewise-linear network.
        X : ndarray of shape (n_samples, d)
            Rows.
        feature_names : tuple of str or None, default=None
            Names of the inputs.

        Returns
        -------
        LocalModels
            The local models, the region of most rows first.
        """
        pieces = piecewise_linear(network)
        patterns, index, counts = unique_patterns(pieces.patterns(X))
        functions = output_maps(pieces, patterns)
        moments = X.mean(axis=0), feature_scale(X, constant=1.0)
        regions = index, patterns, counts
        return cls(network, pieces, feature_names, X, *regions, *functions, *moments)

    @property
    def raw_values(self):
        """Raw values of the rows (n_samples, n_outputs), by the functions of their regions."""
        return evaluate(self.X, self.coef, self.intercept, self.index)

    def checked(self, X):
        """Return rows (n, d) as an array, refusing other columns than those of the models."""
        return check_X(X, len(self.mean), self.feature_names, owner="the linear regions")

    def locate(self, X):
        """Return the region of each row (n, d), -1 where no row of the models is."""
        return find_patterns(self.patterns, self.pieces.patterns(X))

    def means(self, values):
        """Return the means by region (n_regions, k) of values of the rows (n_samples, k)."""
        sums = np.zeros((len(self.counts), values.shape[1]))
        np.add.at(sums, self.index, values)
        return sums / self.counts[:, np.newaxis]

    def standardised(self, coef, intercept):
        """Return slopes per standard deviation, and values at the mean, of affine functions."""
        return coef * self.scale, intercept + coef @ self.mean

    def points(self, coef, intercept):
        """Return affine functions as points: slopes per standard deviation, values at the mean."""
        coef, intercept = self.standardised(coef, intercept)
        return np.column_stack([coef.reshape(len(coef), -1), intercept])

    def columns(self, coef, intercept):
        """Return the columns of a table of affine functions, by name."""
        names = self.feature_names or tuple(f"x{j}" for j in range(len(self.mean)))
        columns = {}
        for k in range(intercept.shape[1]):
            suffix = self.suffix(k)
            columns[f"intercept{suffix}"] = intercept[:, k]
            columns |= {f"{name}{suffix}": coef[:, k, j] for j, name in enumerate(names)}
        return columns

    def suffix(self, k):
        """Return the end of the name of an output's column, empty if there is one output."""
        return "" if self.intercept.shape[1] == 1 else f" [{k}]"
