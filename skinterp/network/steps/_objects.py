"""Cells as plain objects, for pipelines: ``FunctionTransformer(cells_as_objects)``."""

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from skinterp.network._steps import Step, register_step
from skinterp.table import as_table, cells_of, plain


def cells_as_objects(X):
    """Return cells as Python objects, every missing one as NaN, as encoders take them.

    Parameters
    ----------
    X : data frame or ndarray of shape (n_samples, n_columns)
        Categories, missing ones as NaN, None or NA.

    Returns
    -------
    ndarray of object of shape (n_samples, n_columns)
        The cells.

    Examples
    --------
    >>> import pandas as pd
    >>> from skinterp.network import cells_as_objects
    >>> cells_as_objects(pd.DataFrame({"site": pd.array(["a", None], dtype="string")}))
    array([['a'],
           [nan]], dtype=object)
    """
    X = as_table(X)
    objects = np.empty(X.shape, dtype=object)
    for j in range(X.shape[1]):
        cells = map(plain, cells_of(X, j))
        objects[:, j] = [np.nan if cell is None else cell for cell in cells]
    return objects


register_step(
    Step(
        "objects",
        (FunctionTransformer,),
        read_cells=lambda step, cells: list(cells.columns),
        applies=lambda step: getattr(step, "func", None) is cells_as_objects,
        accepts="FunctionTransformer(skinterp.network.cells_as_objects)",
    )
)
