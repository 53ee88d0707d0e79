"""Few groups of linear regions, with one affine function each."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import accuracy_score, r2_score

from skinterp.exact._maps import evaluate, find_patterns, output_maps
from skinterp.utils import import_optional

_RIDGE = 1e-6  # of a group's row count: keeps directions without data at the mean local model
_MAX_ROUNDS = 20


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
class LocalModels:
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
    models : LocalModels
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


@dataclass(frozen=True, eq=False, repr=False)
class MergedRegions:
    """Linear regions merged into few groups, each with one affine function.

    Parameters
    ----------
    regions : LinearRegions
        The regions.
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

    regions: Any
    labels: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray
    fidelity_before: float
    fidelity_after: float

    @property
    def n_groups(self):
        """Number of groups."""
        return len(self.coef)

    @property
    def counts(self):
        """Rows of each group."""
        return np.bincount(self.labels, self.regions.counts_, self.n_groups).astype(int)

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
        regions = self.regions
        X = regions._rows(X)
        patterns = regions._pieces.patterns(X)
        places = find_patterns(regions.patterns_, patterns)
        groups = np.where(places >= 0, self.labels[places], -1)
        unseen = np.flatnonzero(groups < 0)
        if unseen.size:
            local = regions._model_points(*output_maps(regions._pieces, patterns[unseen]))
            merged = regions._model_points(self.coef, self.intercept)
            distance = ((local[:, np.newaxis] - merged) ** 2).sum(axis=-1)
            groups[unseen] = distance.argmin(axis=1)
        return groups

    def _raw_values(self, X):
        return evaluate(self.regions._rows(X), self.coef, self.intercept, self.apply(X))

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
        return self.regions.network_.answers(self._raw_values(X))

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
        network = self.regions.network_
        exact = network.raw_values(self.regions._rows(X))
        return agreement(network, exact, self._raw_values(X))

    def to_frame(self):
        """Return one line per group.

        Returns
        -------
        pandas.DataFrame
            Number of regions, row count, intercept and coefficients.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        n_regions = np.bincount(self.labels, minlength=self.n_groups)
        columns = {"regions": n_regions, "count": self.counts}
        columns |= self.regions._model_columns(self.coef, self.intercept)
        return pandas.DataFrame(columns).rename_axis("group")

    def __str__(self):
        return (
            f"{len(self.labels)} regions merged into {self.n_groups}: fidelity "
            f"{self.fidelity_before:.3f} before, {self.fidelity_after:.3f} after"
        )

    __repr__ = __str__


def merge_regions(regions, n_regions):
    """Merge the regions of a fitted `LinearRegions`; see there.

    Parameters
    ----------
    regions : LinearRegions
        Fitted.
    n_regions : int
        How many to leave.

    Returns
    -------
    MergedRegions
        The groups.
    """
    whole = isinstance(n_regions, Integral)
    if not whole or not 1 <= n_regions <= regions.n_regions_:
        raise ValueError(
            f"n_regions must be from 1 to {regions.n_regions_}, the number of regions that the "
            f"data visit. Got {n_regions!r} instead."
        )
    X, index, network = regions._rows_seen, regions._index_seen, regions.network_
    raw = network.raw_values(X)
    mean, scale = regions._mean, regions._scale
    models = LocalModels(
        (X - mean) / scale,
        raw,
        index,
        regions.counts_,
        regions.coef_ * scale,
        regions.intercept_ + regions.coef_ @ mean,
        regions._model_points(regions.coef_, regions.intercept_),
    )
    labels, coef, intercept = cluster(models, n_regions)
    coef = coef / scale
    intercept = intercept - coef @ mean
    exact = evaluate(X, regions.coef_, regions.intercept_, index)
    merged = evaluate(X, coef, intercept, labels[index])
    return MergedRegions(
        regions,
        labels,
        coef,
        intercept,
        agreement(network, raw, exact),
        agreement(network, raw, merged),
    )
