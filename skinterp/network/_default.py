"""The network that is trained when the user brings none."""

import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skinterp.network.steps._dates import dates_as_days
from skinterp.network.steps._objects import cells_as_objects
from skinterp.table import as_table, cells_of, plain
from skinterp.utils import is_mixed, other_kind

TASKS = ("regression", "binary", "multiclass", "multilabel")


def default_network(task, random_state=None, X=None):
    """Make the unfitted network that is trained when the user brings none.

    Two hidden layers of 60 ReLU units behind a `StandardScaler`; for regression the target is
    standardised too. The penalty `alpha` is larger than scikit-learn's: on tables of 150 to 5000
    rows it raised held-out scores (diabetes: R2 -0.06 to 0.28, gene switch: 0.968 to 0.976) and
    made the training converge.

    Parameters
    ----------
    task : {"regression", "binary", "multiclass", "multilabel"}
        What the network will be trained for.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights and the order of the rows.
    X : data frame of shape (n_samples, n_columns) or None, default=None
        Rows of the table it will be trained on: columns of texts or yes/no get indicators, dates
        become days, and missing numbers are replaced by the mean.

    Returns
    -------
    Pipeline
        The unfitted network.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from skinterp.network import as_network, default_network
    >>> X, y = load_wine(return_X_y=True)
    >>> as_network(default_network("multiclass", random_state=0).fit(X, y))
    DenseNetwork(13-60-60-3, relu, multiclass)
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}. Got {task!r} instead.")
    options = {"hidden_layer_sizes": (60, 60), "max_iter": 2000, "random_state": random_state}
    if task == "regression":
        mlp = TransformedTargetRegressor(
            MLPRegressor(alpha=2.0, **options), transformer=StandardScaler()
        )
    else:
        mlp = MLPClassifier(alpha=1.0, **options)
    return make_pipeline(_front(X), mlp)


def _front(X):
    """Return what stands between the table and the network."""
    X = as_table(X) if hasattr(X, "columns") else X
    if X is None or not is_mixed(X):
        return StandardScaler()
    kinds = np.array([getattr(kind, "kind", "O") for kind in X.dtypes])
    is_number, is_date = np.isin(kinds, list("iuf")), kinds == "M"
    for name, kind in zip(X.columns, kinds):
        if kind == "m":
            raise ValueError(other_kind(kind, name))
    filled = SimpleImputer(keep_empty_features=True)  # a fold may hold no value of a column
    numbers = make_pipeline(filled, StandardScaler())
    days = FunctionTransformer(dates_as_days)
    dates = make_pipeline(days, filled, StandardScaler())
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    categories = make_pipeline(FunctionTransformer(cells_as_objects), encoder)
    is_category = ~(is_number | is_date)
    for j in np.flatnonzero(is_category):
        _check_categories(cells_of(X, j), X.columns[j])
    blocks = [
        ("numbers", numbers, np.flatnonzero(is_number)),
        ("dates", dates, np.flatnonzero(is_date)),
        ("categories", categories, np.flatnonzero(is_category)),
    ]
    return ColumnTransformer([block for block in blocks if len(block[2])])


def _check_categories(cells, name):
    """Refuse a column in which texts and numbers stand side by side, or lists."""
    kinds = {str: "texts", list: "lists", dict: "dicts"}
    found = {type(cell) for cell in map(plain, cells)} - {type(None)}
    if (str in found and len(found) > 1) or found & {list, dict}:
        names = sorted(kinds.get(kind, kind.__name__) for kind in found)
        raise ValueError(
            f"The column {name!r} must hold texts, or numbers. Got {' and '.join(names)} instead: "
            f"X[{name!r}] = X[{name!r}].astype('string') makes texts of all."
        )
