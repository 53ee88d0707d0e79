"""Few groups of linear regions, with one affine function each."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.metrics import accuracy_score, r2_score

from skinterp.exact.pieces._affine_maps import evaluate, output_maps
from skinterp.exact.regions._clusters import cluster
from skinterp.exact.regions._local_models import LocalModels
from skinterp.utils import TableResult


def agreement(network, raw, merged):
    """Return how well merged raw values give the network's answers: share of rows, or R2.

    Parameters
    ----------
    network : Network
        The network.
    raw, merged : ndarray of shape (n_samples, n_outputs)
        Raw values, exact and merged.

    Returns
    -------
    float
        Fidelity.
    """
    score = r2_score if network.task == "regression" else accuracy_score
    return float(score(network.answers(raw), network.answers(merged)))


@dataclass(frozen=True, eq=False, repr=False)
class MergedRegions(TableResult):
    """Linear regions merged into few groups, each with one affine function.

    Parameters
    ----------
    models : LocalModels
        The regions and their own functions.
    labels : ndarray of int of shape (n_regions,)
        The group of each region.
    coef : ndarray of shape (n_groups, n_outputs, n_features)
        Derivatives of the raw values by the inputs.
    intercept : ndarray of shape (n_groups, n_outputs)
        Raw values at the origin.
    fidelity_before : float
        Agreement of the exact local models with the network on the rows of `fit`: share of equal
        classes, or R2.
    fidelity_after : float
        That of the merged ones on the same rows; for other rows see `fidelity`.
    """

    models: LocalModels
    labels: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray
    fidelity_before: float
    fidelity_after: float

    _line = "group"

    @property
    def n_groups(self):
        """Number of groups."""
        return len(self.coef)

    @property
    def counts(self):
        """Rows of each group."""
        return np.bincount(self.labels, self.models.counts, self.n_groups).astype(int)

    def apply(self, X):
        """Return the group of each row.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows; for those in regions not visited in `fit`, the group with the most similar local
            model.

        Returns
        -------
        ndarray of int of shape (n_samples,)
            Groups.
        """
        return self._groups(self.models.checked(X))

    def _groups(self, X):
        models, index = self.models, self.models.locate(X)
        groups = np.where(index >= 0, self.labels[index], -1)
        unseen = np.flatnonzero(groups < 0)
        if unseen.size:
            maps = output_maps(models.pieces, models.pieces.patterns(X[unseen]))
            local, merged = models.points(*maps), models.points(self.coef, self.intercept)
            distance = ((local[:, np.newaxis] - merged) ** 2).sum(axis=-1)
            groups[unseen] = distance.argmin(axis=1)
        return groups

    def _raw_values(self, X):
        return evaluate(X, self.coef, self.intercept, self._groups(X))

    def predict(self, X):
        """Predict by the function of each row's group.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or values.
        """
        return self.models.network.answers(self._raw_values(self.models.checked(X)))

    def fidelity(self, X):
        """Return the agreement with the network on rows: share of equal classes, or R2.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows, best such as `fit` has not seen.

        Returns
        -------
        float
            Fidelity.
        """
        X, network = self.models.checked(X), self.models.network
        return agreement(network, network.raw_values(X), self._raw_values(X))

    def _columns(self):
        n_regions = np.bincount(self.labels, minlength=self.n_groups)
        functions = self.models.columns(self.coef, self.intercept)
        return {"regions": n_regions, "count": self.counts, **functions}

    def __str__(self):
        return (
            f"{len(self.labels)} regions merged into {self.n_groups}: fidelity "
            f"{self.fidelity_before:.3f} before, {self.fidelity_after:.3f} after"
        )


def merge_regions(models, n_regions):
    """Merge linear regions with similar local models; see `LinearRegions.merge`.

    Parameters
    ----------
    models : LocalModels
        The regions and their functions.
    n_regions : int
        How many to leave.

    Returns
    -------
    MergedRegions
        The groups.
    """
    most = len(models.counts)
    if not isinstance(n_regions, Integral) or not 1 <= n_regions <= most:
        raise ValueError(
            f"n_regions must be from 1 to {most}, the number of regions that the "
            f"data visit. Got {n_regions!r} instead."
        )
    network, X = models.network, models.X
    raw = network.raw_values(X)
    labels, coef, intercept = cluster(models, raw, n_regions)
    coef = coef / models.scale
    intercept = intercept - coef @ models.mean
    merged = evaluate(X, coef, intercept, labels[models.index])
    before, after = agreement(network, raw, models.raw_values), agreement(network, raw, merged)
    return MergedRegions(models, labels, coef, intercept, before, after)
