"""The random forest that stands beside networks wherever one is compared.

It answers alike in any unit: scikit-learn's trees round inputs to float32 and take answers of a
small variance for equal, so ours are grown on places among the values of each column, and on
answers about their mean, divided by their size.
"""

from itertools import groupby

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from skinterp.utils._columns import has_texts


class _Ranks:
    """Columns as places among the distinct values seen, in between by linear interpolation."""

    def __init__(self, X):
        self.values = [np.unique(column[~np.isnan(column)]) for column in X.T]

    def __call__(self, X):
        places = [
            np.interp(column, values, np.arange(len(values))) if len(values) else column
            for column, values in zip(_numbers(X).T, self.values, strict=True)
        ]
        return np.column_stack(places)


def _numbers(X):
    return np.asarray(X, dtype=np.float64)


class ForestClassifier(RandomForestClassifier):
    """A random forest whose answers do not depend on the units and offsets of inputs."""

    def fit(self, X, y, sample_weight=None):
        """Grow the trees.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,)
            Classes.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows.

        Returns
        -------
        self
            The fitted forest.
        """
        self._ranks = _Ranks(_numbers(X))
        return super().fit(self._ranks(X), y, sample_weight)

    def predict_proba(self, X):
        """Return shares of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The shares.
        """
        return super().predict_proba(self._ranks(X))


class ForestRegressor(RandomForestRegressor):
    """A random forest whose answers do not depend on the units of inputs and target."""

    def fit(self, X, y, sample_weight=None):
        """Grow the trees.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows.

        Returns
        -------
        self
            The fitted forest.
        """
        y, self._ranks = _numbers(y), _Ranks(_numbers(X))
        self._mean = y.mean(axis=0)
        self._size = np.abs(y - self._mean).max() or 1.0
        # rounded, as last digits, which differ between units, choose among equal splits
        scaled = np.round((y - self._mean) / self._size, 12)
        return super().fit(self._ranks(X), scaled, sample_weight)

    def predict(self, X):
        """Predict the target.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Predictions.
        """
        return super().predict(self._ranks(X)) * self._size + self._mean


def forest_for(task, random_state=None, X=None):
    """Return an unfitted random forest for a task.

    Parameters
    ----------
    task : str
        "regression", or the name of any kind of classification.
    random_state : int, RandomState instance or None, default=None
        Seed of the forest.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        The rows it will be fitted on: where they hold texts, an encoder numbers these first.

    Returns
    -------
    estimator
        The forest, or the pipeline of encoder and forest.

    Examples
    --------
    >>> from skinterp.utils._forest import forest_for
    >>> forest_for("regression", random_state=0)
    ForestRegressor(random_state=0)
    """
    kind = ForestRegressor if task == "regression" else ForestClassifier
    forest = kind(random_state=random_state)
    if X is None or not has_texts(X):
        return forest
    numbered = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2
    )
    if not hasattr(X, "dtypes"):
        return make_pipeline(numbered, forest)
    is_number = [getattr(kind, "kind", "O") in "biuf" for kind in X.dtypes]
    blocks = [  # runs of columns of one type, so that their order stays
        (str(k), "passthrough" if number else numbered, [j for j, _ in run])
        for k, (number, run) in enumerate(groupby(enumerate(is_number), lambda pair: pair[1]))
    ]
    return make_pipeline(ColumnTransformer(blocks), forest)


def numbered(forest, X):
    """Return a fitted forest without its encoder, and rows as numbers, column by column.

    Parameters
    ----------
    forest : estimator
        A fitted forest of `forest_for`.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.

    Returns
    -------
    forest : estimator
        The forest itself.
    X : array-like or data frame of shape (n_samples, n_features)
        The rows as it takes them.
    """
    if not hasattr(forest, "steps"):
        return forest, X
    return forest[-1], forest[:-1].transform(X)
