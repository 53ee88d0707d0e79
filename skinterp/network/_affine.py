"""Affine preprocessing: scikit-learn's transformers read as matrices, to fold into a layer."""

from functools import reduce
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.feature_selection import SelectorMixin
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted

from skinterp.utils import is_identity
from skinterp.utils._sklearn import column_indices


class Affine(NamedTuple):
    """The map ``x -> (x - center) @ matrix + offset``, with a sparse matrix."""

    center: np.ndarray
    matrix: sparse.csr_array
    offset: np.ndarray

    def fold(self, weights, bias):
        """Return weights and bias of a layer that takes x itself."""
        return self.matrix @ weights, bias + (self.offset - self.center @ self.matrix) @ weights

    def then(self, other):
        """Return this map followed by another one."""
        offset = (self.offset - other.center) @ other.matrix + other.offset
        return Affine(self.center, self.matrix @ other.matrix, offset)

    def undo(self, z):
        """Return points mapped to `z`, exactly if the columns of the matrix are orthogonal."""
        squares = self.matrix.power(2).sum(axis=0)
        scaled = (z - self.offset) / np.where(squares > 0.0, squares, 1.0)
        return self.center + (self.matrix @ scaled.T).T

    @property
    def scale(self):
        """The factors, if every column is only scaled; else None."""
        n, m = self.matrix.shape
        scale = self.matrix.diagonal()
        is_scaling = n == m and self.matrix.nnz == np.count_nonzero(scale) == n
        return scale if is_scaling else None


def _affine(matrix, center=None, offset=None):
    n, m = matrix.shape
    return Affine(
        np.zeros(n) if center is None else np.asarray(center, dtype=np.float64),
        sparse.csr_array(matrix, dtype=np.float64),
        np.zeros(m) if offset is None else np.asarray(offset, dtype=np.float64),
    )


def _diagonal(scale):
    return sparse.dia_array((np.asarray(scale, np.float64)[None], [0]), shape=(len(scale),) * 2)


def _selection(indices, n_features):
    return _affine(_diagonal(np.ones(n_features)).tocsc()[:, indices])


def _scaling(step, is_scaled, center):
    scale = 1.0 / step.scale_ if is_scaled else np.ones(step.n_features_in_)
    return _affine(_diagonal(scale), center)


def _read_standard(step):
    return _scaling(step, step.scale_ is not None, step.mean_ if step.with_mean else None)


def _read_min_max(step):
    return None if step.clip else _affine(_diagonal(step.scale_), offset=step.min_)


def _read_max_abs(step):
    return None if getattr(step, "clip", False) else _affine(_diagonal(1.0 / step.scale_))


def _read_robust(step):
    return _scaling(step, step.with_scaling, step.center_ if step.with_centering else None)


def _read_pca(step):
    matrix = step.components_.T.astype(np.float64)
    if step.whiten:
        deviations = np.sqrt(step.explained_variance_)
        matrix = matrix / np.maximum(deviations, np.finfo(deviations.dtype).eps)
    return _affine(matrix, center=step.mean_)


def _read_svd(step):
    return _affine(step.components_.T)


def _read_selector(step):
    return _selection(step.get_support(indices=True), step.n_features_in_)


def _read_columns(step):
    """Read a ColumnTransformer: its blocks side by side."""
    blocks = []
    for name, block, _ in step.transformers_:
        indices = column_indices(step, name)
        if block == "drop" or not len(indices):
            continue
        weight = (step.transformer_weights or {}).get(name, 1.0)
        selected = _selection(indices, step.n_features_in_)
        chain = reduce(Affine.then, read_chain(block, name), selected)
        offset = chain.offset - chain.center @ chain.matrix
        blocks.append((chain.matrix * weight, offset * weight))
    matrices, offsets = zip(*blocks)
    return _affine(sparse.hstack(matrices), offset=np.concatenate(offsets))


_READERS = {
    StandardScaler: _read_standard,
    MinMaxScaler: _read_min_max,
    MaxAbsScaler: _read_max_abs,
    RobustScaler: _read_robust,
    PCA: _read_pca,
    IncrementalPCA: _read_pca,
    TruncatedSVD: _read_svd,
    SelectorMixin: _read_selector,
    ColumnTransformer: _read_columns,
}
_SUPPORTED = (
    "StandardScaler, MinMaxScaler and MaxAbsScaler (clip=False), RobustScaler, PCA, "
    "IncrementalPCA, TruncatedSVD, feature selectors, FunctionTransformer(func=None), "
    "'passthrough', in front of these SimpleImputer, OneHotEncoder, OrdinalEncoder and "
    "TargetEncoder, and a Pipeline or ColumnTransformer of all these"
)


def _refusal(step, name):
    """Say what is wrong with a step, what would be supported, and the ways out."""
    return (
        f"Step {name!r} is {' '.join(repr(step).split())}, which is not known to be affine and "
        f"cannot be folded into the network. Supported are {_SUPPORTED}. Either pass a callable "
        "on the raw columns, for a classifier its logit, such as "
        "as_network(lambda X: logit(model.predict_proba(X)[:, 1]), classes=model.classes_), "
        "or explain the network on the transformed columns: as_network(model[-1]) and "
        "model[:-1].transform(X)."
    )


def read_chain(step, name):
    """Read a fitted transformer as a list of affine maps, to be applied one after the other.

    Parameters
    ----------
    step : transformer or "passthrough"
        The transformer.
    name : str
        Its name in the pipeline, for the message.

    Returns
    -------
    list of Affine
        The maps.

    Raises
    ------
    TypeError
        If the step is not affine, or not known to be.
    """
    if is_identity(step):
        return []
    if isinstance(step, Pipeline):
        return [affine for n, s in step.steps for affine in read_chain(s, n)]
    reader = next((read for kind, read in _READERS.items() if isinstance(step, kind)), None)
    affine = None
    if reader is not None:
        check_is_fitted(step)
        affine = reader(step)
    if affine is None:
        raise TypeError(_refusal(step, name))
    return [affine]
