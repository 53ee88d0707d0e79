"""How far classes come apart in a representation: scatter, neighbours, and a linear probe."""

import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

_PROBE = {"max_iter": 1000, "tol": 1e-3}


def separation(H, labels):
    """Return the ratio of the scatter between classes to that within them.

    ``sum_c n_c |mean_c - mean|^2 / sum_c sum_{i in c} |h_i - mean_c|^2``: traces of the scatter
    matrices of discriminant analysis.

    Parameters
    ----------
    H : ndarray of shape (n_samples, n_units)
        The representation.
    labels : ndarray of shape (n_samples,)
        Classes.

    Returns
    -------
    float
        The ratio, from 0; infinite where all rows of each class are the same, nan where all are.
    """
    mean, between, within = H.mean(axis=0), 0.0, 0.0
    for label in np.unique(labels):
        mine = H[labels == label]
        centre = mine.mean(axis=0)
        between += len(mine) * ((centre - mean) ** 2).sum()
        within += ((mine - centre) ** 2).sum()
    rounding = 1e-24 * (H**2).sum()  # of numbers far from 0
    if within <= rounding:
        return np.nan if between <= rounding else np.inf
    return float(between / within)


def purity(H, labels, n_neighbors):
    """Return the share of the nearest neighbours of a row that are of its class.

    Parameters
    ----------
    H : ndarray of shape (n_samples, n_units)
        The representation.
    labels : ndarray of shape (n_samples,)
        Classes.
    n_neighbors : int
        How many neighbours of each row; the row itself is none of them.

    Returns
    -------
    float
        The mean share over the rows.
    """
    n = min(n_neighbors, len(H) - 1)
    search = NearestNeighbors(n_neighbors=n).fit(H)
    neighbours = search.kneighbors(return_distance=False)
    return float((labels[neighbours] == labels[:, np.newaxis]).mean())


def probe_accuracy(H, labels, n_folds, seed):
    """Return how well a linear model reads the class off a representation, on held-out rows.

    Parameters
    ----------
    H : ndarray of shape (n_samples, n_units)
        The representation.
    labels : ndarray of shape (n_samples,)
        Classes.
    n_folds : int
        Folds, in each of which a logistic regression is trained on the other rows.
    seed : int
        Seeds the folds.

    Returns
    -------
    float
        Share of the rows whose class is read, each by the model that has not seen it.
    """
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    read = np.empty(labels.shape, dtype=labels.dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes of fewer rows than folds, and of slow probes
        for train, test in folds.split(H, labels):
            read[test] = _read_by(H[train], labels[train], H[test])
    return float((read == labels).mean())


def _read_by(H, labels, others):
    if len(np.unique(labels)) == 1:
        return labels[0]
    return (
        make_pipeline(StandardScaler(), LogisticRegression(**_PROBE))
        .fit(H, labels)
        .predict(others)
    )
