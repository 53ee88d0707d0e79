"""The points at which a network is asked: rows of the data and queries."""

from dataclasses import replace

import numpy as np

from skinterp.sampling import draw_queries


def with_queries(X, weight, n_queries, random_state, table=None):
    """Return the rows and queries to ask a network about, with their weights.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows of data.
    weight : ndarray of shape (n_samples,)
        Weights of the rows.
    n_queries : int
        Number of queries.
    random_state : RandomState instance
        Draws them.
    table : UserTable or None, default=None
        The user's table, if X are its features: numbers that are missing stay filled.

    Returns
    -------
    points : ndarray of shape (n_samples + n_queries, n_features)
        Rows, then queries; of wide tables fewer (`draw_queries`).
    weight : ndarray of shape (n_samples + n_queries,)
        Weights of the rows, then of the queries: the mean of those of the rows.
    """
    queries = draw_queries(X, n_queries, sample_weight=weight, random_state=random_state)
    for k, feature in enumerate(() if table is None else table.features):
        if feature.is_flag:
            number = table.features.index(replace(feature, is_flag=False))
            queries[queries[:, k] == 1.0, number] = feature.column.fill
    return np.concatenate([X, queries]), np.append(weight, np.full(len(queries), weight.mean()))
