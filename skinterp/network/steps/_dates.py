"""Dates as days since 1970, for pipelines: ``FunctionTransformer(dates_as_days)``."""

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from skinterp.network._steps import Step, register_step
from skinterp.table import as_table, cells_of, numbers_of


def dates_as_days(X):
    """Return columns of dates as days since 1970-01-01, missing ones as NaN.

    Parameters
    ----------
    X : data frame or ndarray of shape (n_samples, n_columns)
        Dates; with a time zone they are taken in coordinated universal time.

    Returns
    -------
    ndarray of float of shape (n_samples, n_columns)
        The days.

    Examples
    --------
    >>> import pandas as pd
    >>> from skinterp.network import dates_as_days
    >>> dates_as_days(pd.DataFrame({"admitted": pd.to_datetime(["1970-01-02", "2020-01-01"])}))
    array([[1.0000e+00],
           [1.8262e+04]])
    """
    X = as_table(X)
    names = getattr(X, "columns", range(X.shape[1]))
    return np.stack([numbers_of(cells_of(X, j), n, True) for j, n in enumerate(names)], axis=1)


register_step(
    Step(
        "dates",
        (FunctionTransformer,),
        read_cells=lambda step, cells: [cells.date(k) for k in range(len(cells.columns))],
        applies=lambda step: getattr(step, "func", None) is dates_as_days,
        accepts="FunctionTransformer(skinterp.network.dates_as_days)",
    )
)
