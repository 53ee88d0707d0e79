"""Clusters of similar local models, and the affine function that fits each cluster's rows."""

from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans

_RIDGE = 1e-6  # of a group's row count: keeps directions without data at the mean local model
_MAX_ROUNDS = 20


def refit(Z, residuals):
    """Return the affine functions that fit residuals best, pulled to 0 where nothing says more.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, d)
        Standardised rows.
    residuals : ndarray of shape (n_samples, n_outputs)
        Values to fit.

    Returns
    -------
    coef : ndarray of shape (n_outputs, d)
        Slopes.
    intercept : ndarray of shape (n_outputs,)
        Values at 0.
    """
    design = np.column_stack([Z, np.ones(len(Z))])
    gram = design.T @ design + _RIDGE * len(Z) * np.eye(design.shape[1])
    solution = np.linalg.solve(gram, design.T @ residuals)
    return solution[:-1].T, solution[-1]


@dataclass(frozen=True, eq=False)
class StandardisedModels:
    """Local models in standardised inputs, and the rows they were seen on.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, d)
        Standardised rows.
    raw : ndarray of shape (n_samples, n_outputs)
        Raw values of the network.
    index : ndarray of int of shape (n_samples,)
        Region of each row.
    counts : ndarray of int of shape (n_regions,)
        Rows in each region.
    coef : ndarray of shape (n_regions, n_outputs, d)
        Slopes per standard deviation.
    intercept : ndarray of shape (n_regions, n_outputs)
        Values at the mean.
    points : ndarray of shape (n_regions, n_outputs * (d + 1))
        The same as points.
    """

    Z: np.ndarray
    raw: np.ndarray
    index: np.ndarray
    counts: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray
    points: np.ndarray

    @classmethod
    def of(cls, models, raw):
        """Return local models in standardised inputs; raw values (n, n_outputs) are given."""
        coef, intercept = models.standardised(models.coef, models.intercept)
        points = models.points(models.coef, models.intercept)
        Z = (models.X - models.mean) / models.scale
        return cls(Z, raw, models.index, models.counts, coef, intercept, points)

    def fit_group(self, regions):
        """Return the affine function of a group of regions."""
        rows = np.isin(self.index, regions)
        share = self.counts[regions] / self.counts[regions].sum()
        coef = np.einsum("r,rkj->kj", share, self.coef[regions])
        intercept = share @ self.intercept[regions]
        more, constant = refit(self.Z[rows], self.raw[rows] - self.Z[rows] @ coef.T - intercept)
        return coef + more, intercept + constant

    def errors(self, coef, intercept):
        """Return the squared error of each function on the rows of each region."""
        errors = np.zeros((len(self.counts), len(coef)))
        for g in range(len(coef)):
            off = self.raw - self.Z @ coef[g].T - intercept[g]
            errors[:, g] = np.bincount(self.index, (off**2).sum(axis=1), len(self.counts))
        return errors


def cluster(models, n_groups):
    """Return the group of each region, and the affine function of each group.

    Parameters
    ----------
    models : StandardisedModels
        Local models.
    n_groups : int
        How many.

    Returns
    -------
    labels : ndarray of int of shape (n_regions,)
        Groups.
    coef : ndarray of shape (n_groups, n_outputs, d)
        Slopes in standardised inputs.
    intercept : ndarray of shape (n_groups, n_outputs)
        Values at the mean of the inputs.
    """
    start = KMeans(n_groups, n_init=4, random_state=0)
    labels = start.fit(models.points, sample_weight=models.counts).labels_
    best = None
    for _ in range(_MAX_ROUNDS):
        groups, labels = np.unique(labels, return_inverse=True)
        fits = [models.fit_group(np.flatnonzero(labels == g)) for g in range(len(groups))]
        coef, intercept = (np.array(part) for part in zip(*fits))
        errors = models.errors(coef, intercept)
        loss = errors[np.arange(len(labels)), labels].sum()
        if best is not None and loss >= best[0] * (1 - 1e-9):
            break
        best, labels = (loss, labels, coef, intercept), errors.argmin(axis=1)
    return best[1:]
