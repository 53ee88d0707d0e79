"""Clusters of similar local models, and the affine function that fits each cluster's rows."""

import numpy as np
from sklearn.cluster import KMeans

_RIDGE = 1e-6  # of a group's row count: keeps directions without data at the mean local model
_MAX_ROUNDS = 20


def _fit_group(models, Z, raw, regions):
    """Return the affine function of a group of regions, in standardised inputs.

    It fits the raw values of their rows best, pulled to the mean of their own functions where the
    rows say no more.
    """
    rows = np.isin(models.index, regions)
    share = models.counts[regions] / models.counts[regions].sum()
    coef, intercept = models.standardised(models.coef[regions], models.intercept[regions])
    coef, intercept = np.einsum("r,rkj->kj", share, coef), share @ intercept
    design = np.column_stack([Z[rows], np.ones(rows.sum())])
    gram = design.T @ design + _RIDGE * len(design) * np.eye(design.shape[1])
    residuals = raw[rows] - Z[rows] @ coef.T - intercept
    solution = np.linalg.solve(gram, design.T @ residuals)
    return coef + solution[:-1].T, intercept + solution[-1]


def _errors(models, Z, raw, coef, intercept):
    """Return the squared error of each function on the rows of each region."""
    columns = []
    for slopes, constant in zip(coef, intercept):
        off = raw - Z @ slopes.T - constant
        columns.append(np.bincount(models.index, (off**2).sum(axis=1), len(models.counts)))
    return np.column_stack(columns)


def cluster(models, raw, n_groups):
    """Return the group of each region, and the affine function of each group.

    Parameters
    ----------
    models : LocalModels
        Local models.
    raw : ndarray of shape (n_samples, n_outputs)
        Raw values of the network on their rows.
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
    Z = (models.X - models.mean) / models.scale
    points = models.points(models.coef, models.intercept)
    start = KMeans(n_groups, n_init=4, random_state=0)
    labels = start.fit(points, sample_weight=models.counts).labels_
    best = None
    for _ in range(_MAX_ROUNDS):
        groups, labels = np.unique(labels, return_inverse=True)
        members = [np.flatnonzero(labels == g) for g in range(len(groups))]
        fits = [_fit_group(models, Z, raw, regions) for regions in members]
        coef, intercept = (np.array(part) for part in zip(*fits))
        errors = _errors(models, Z, raw, coef, intercept)
        loss = errors[np.arange(len(labels)), labels].sum()
        if best is not None and loss >= best[0] * (1 - 1e-9):
            break
        best, labels = (loss, labels, coef, intercept), errors.argmin(axis=1)
    return best[1:]
