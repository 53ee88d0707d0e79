"""Decompositions: a rotation of the columns, or what is left of it."""

import numpy as np
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD

from skinterp.network._affine import affine_map
from skinterp.network._steps import Step, register_step


def _read_pca(step):
    matrix = step.components_.T.astype(np.float64)
    if step.whiten:
        deviations = np.sqrt(step.explained_variance_)
        matrix = matrix / np.maximum(deviations, np.finfo(deviations.dtype).eps)
    return affine_map(matrix, center=step.mean_)


register_step(Step("principal components", (PCA, IncrementalPCA), affine=_read_pca))
register_step(
    Step("singular vectors", (TruncatedSVD,), affine=lambda step: affine_map(step.components_.T))
)
