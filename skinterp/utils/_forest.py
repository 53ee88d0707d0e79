"""The random forest that stands beside networks wherever one is compared.

It answers alike in any unit: scikit-learn's trees round inputs to float32 and take answers of a
small variance for equal, so ours are grown on places among the values of each column, and on
answers about their mean, divided by their size.
"""

import warnings
from itertools import groupby

import numpy as np
from sklearn.base import is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import accuracy_score, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from skinterp.utils._columns import has_texts

_EPOCH = np.datetime64("1970-01-01", "ns")
_BLOCK_CELLS = 2**21  # cells of permuted rows held at a time


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


def numpy_kinds(X):
    """Return a table as forests and encoders take it: nullable columns with NaN, dates as days.

    Parameters
    ----------
    X : ndarray or data frame of shape (n_samples, n_features)
        Rows.

    Returns
    -------
    ndarray or data frame of shape (n_samples, n_features)
        The same rows.
    """
    if not hasattr(X, "dtypes"):
        return X
    taken = X.copy(deep=False)
    for name, kind in X.dtypes.items():
        cells = _numpy_cells(X[name], getattr(kind, "kind", "O"), kind)
        taken[name] = X[name] if cells is None else cells
    return taken


def _numpy_cells(column, letter, kind):
    """Return the cells of a nullable column or of dates; None of one that may stay as it is."""
    if letter == "M":
        return (column.to_numpy(dtype="datetime64[ns]") - _EPOCH) / np.timedelta64(1, "D")
    if type(getattr(kind, "na_value", None)).__name__ != "NAType":
        return None
    if letter in "biuf":
        return column.astype("float64")
    return column.astype(object).where(column.notna(), np.nan)


def permutation_falls(forest, X, y, n_repeats, seed):
    """Return scikit-learn's permutation importances of a forest, many columns in one call.

    Columns that no tree splits on are 0 without being asked about.

    Parameters
    ----------
    forest : RandomForestClassifier or RandomForestRegressor
        A fitted forest.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows, as numbers.
    y : array-like of shape (n_samples,)
        Target.
    n_repeats : int
        Permutations of each column.
    seed : int
        Seed, as that of :func:`sklearn.inspection.permutation_importance`.

    Returns
    -------
    ndarray of shape (n_features,)
        The mean fall of accuracy, or of R2.
    """
    X, score = (
        np.asarray(X, dtype=np.float64),
        accuracy_score if is_classifier(forest) else r2_score,
    )
    falls, whole = np.zeros(X.shape[1]), score(y, _answers(forest, X))
    orders = _orders(len(X), n_repeats, seed)
    split_on = np.unique(np.concatenate([tree.tree_.feature for tree in forest.estimators_]))
    size = max(1, _BLOCK_CELLS // (n_repeats * X.size))
    asked = split_on[split_on >= 0]
    for start in range(0, len(asked), size):
        block = asked[start : start + size]
        rows = np.tile(X, (len(block), n_repeats, 1, 1))
        for k, column in enumerate(block):
            rows[k, :, :, column] = X[orders, column]
        answers = _answers(forest, rows.reshape(-1, X.shape[1]))
        for column, found in zip(block, answers.reshape(len(block), n_repeats, len(X))):
            falls[column] = np.mean([whole - score(y, each) for each in found])
    return falls


def _orders(n_rows, n_repeats, seed):
    """Return the orders of rows that scikit-learn would draw for each column."""
    state = np.random.RandomState(seed)
    state = np.random.RandomState(state.randint(np.iinfo(np.int32).max + 1))
    shuffled, order, orders = np.arange(n_rows), np.arange(n_rows), []
    for _ in range(n_repeats):
        state.shuffle(shuffled)
        order = order[shuffled]
        orders.append(order)
    return np.array(orders)


def _answers(forest, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of rows without names
        return forest.predict(rows)
