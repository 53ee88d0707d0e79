"""The random forest that stands beside networks wherever one is compared."""

from itertools import groupby

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from skinterp.utils._columns import has_texts


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
    RandomForestRegressor(random_state=0)
    """
    kind = RandomForestRegressor if task == "regression" else RandomForestClassifier
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
