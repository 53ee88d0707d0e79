"""Networks trained on few of the inputs, to see whether these carry the signal."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.metrics import accuracy_score, precision_score, r2_score, recall_score
from sklearn.model_selection import check_cv
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from skinterp.base import checked_training
from skinterp.importance._checks import columns_of
from skinterp.importance._subset_check import ALL, FOREST, RANDOM, RANKED, FeatureSubsetCheck
from skinterp.table import plain
from skinterp.utils import checked_count, draw_seed
from skinterp.utils._forest import forest_for, numpy_kinds
from skinterp.utils._sklearn import take_rows


class Training(NamedTuple):
    """One network to train: the kind of its columns, the place of their number, and the fold."""

    kind: str
    columns: tuple
    size: int
    fold: int


def _metrics(classifies, y, answers):
    if not classifies:
        return {"R2": r2_score(y, answers)}
    options = {"average": "macro", "zero_division": 0.0}
    return {
        "accuracy": accuracy_score(y, answers),
        "precision": precision_score(y, answers, **options),
        "recall": recall_score(y, answers, **options),
    }


def _names_columns(estimator):
    """Tell whether a part of an estimator asks for columns by name or place."""
    parts = estimator.get_params(deep=True).values()
    return any(isinstance(part, ColumnTransformer) for part in parts)


def _others_held(X, columns, train):
    """Return the table with all other columns held at their first known value in training."""
    held = take_rows(X, np.arange(len(X)))
    for j in set(range(X.shape[1])) - set(map(int, columns)):
        cells = np.asarray(take_rows(X, [j], axis=1), dtype=object)[:, 0]
        known = (k for k in train if plain(cells[k]) is not None)
        same = np.full(len(X), next(known, train[0]))
        if hasattr(X, "iloc"):
            held[held.columns[j]] = X.iloc[same, j].set_axis(held.index)
        else:
            held[:, j] = X[same, j]
    return held


def _one_fit(estimator, X, y, columns, split):
    train, test = split
    if _names_columns(estimator):
        part = _others_held(X, columns, train)
    else:
        part = take_rows(X, sorted(map(int, columns)), axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # small networks on few inputs often stop at max_iter
        model = clone(estimator).fit(take_rows(part, train), y[train])
    return _metrics(is_classifier(estimator), y[test], model.predict(take_rows(part, test)))


def _forest_order(estimator, X, y, rows, seed):
    """Rank the inputs by a forest's impurity on training rows, most important first."""
    task = "classification" if is_classifier(estimator) else "regression"
    drawn = numpy_kinds(take_rows(X, rows))
    forest = forest_for(task, seed, drawn).fit(drawn, y[rows])
    trees = forest[-1] if hasattr(forest, "steps") else forest
    return np.argsort(-trees.feature_importances_, kind="stable")


def _checked_sizes(sizes, n):
    if sizes is None:
        return tuple(range(1, n + 1))
    sizes = np.atleast_1d(sizes).tolist()
    whole = all(isinstance(size, int) and not isinstance(size, bool) for size in sizes)
    if not sizes or not whole or min(sizes) < 1 or max(sizes) > n:
        raise ValueError(
            f"sizes must be integers from 1 to {n}, the number of features. Got {sizes} instead."
        )
    return tuple(sorted(set(sizes)))


def refit_on_features(
    estimator, X, y, features, *, sizes=None, cv=5, n_random=3, n_jobs=None, random_state=0
):
    """Train networks on the first few inputs of a ranking, and compare with other choices.

    For each size k, networks are trained on the first k of `features`, on the k inputs that a
    random forest finds most important on the training rows of the fold, and on k random ones;
    beside them networks of all inputs. All see the same folds, so that they are compared in pairs.

    Parameters
    ----------
    estimator : estimator or None
        What to train: a scikit-learn network, alone or at the end of a pipeline; None is
        :func:`skinterp.network.default_network`.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows; texts and gaps are for the steps of the pipeline.
    y : array-like of shape (n_samples,)
        Target.
    features : Importances, ImportanceStability, ImportanceComparison, or sequence of str or int
        The ranking, best first (of several methods the mean over them); or the inputs to check.
    sizes : int, sequence of int or None, default=None
        How many of them; None is 1 to all of them.
    cv : int, splitter or iterable, default=5
        Folds: a number, or anything scikit-learn takes.
    n_random : int, default=3
        Random subsets per size; 0 for none.
    n_jobs : int or None, default=None
        Trainings run at once; the result does not depend on it.
    random_state : int, RandomState instance or None, default=0
        Seeds forests and random subsets. The seeds of the networks are their own.

    Returns
    -------
    FeatureSubsetCheck
        Scores on held-out rows, with paired tests.

    Raises
    ------
    ValueError
        If a feature is unknown, a size is out of range, or the target has one value.

    Notes
    -----
    A ranking that was made on all rows has seen the held-out ones, and so is favoured a little
    over the forest's, which has not. That few inputs are enough does not mean that the others say
    nothing: they may say the same.

    Columns keep the order of `X`, so that a network of all inputs starts as that of `X`. Columns
    that are not among the k are left out. In front of a network with a ColumnTransformer,
    which asks for all of its columns, they are held at one value instead.

    References
    ----------
    C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning 52, 2003,
    for the test.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.importance import refit_on_features
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> network = MLPClassifier((5,), solver="lbfgs", max_iter=300, random_state=0)
    >>> check = refit_on_features(network, X, y, ["petal width (cm)"], cv=3, n_random=0)
    >>> bool(check.scores["ranked"]["accuracy"].mean() > 0.9)
    True
    """
    checked_count(n_random, "n_random", 0)
    estimator, X, y, names = checked_training(estimator, X, y)
    order = columns_of(features.ranking() if hasattr(features, "ranking") else features, names)
    sizes = _checked_sizes(sizes, len(order))
    splits = list(check_cv(cv, y, classifier=is_classifier(estimator)).split(X, y))
    if len(splits) < 2:
        raise ValueError(f"cv must give at least 2 folds. Got {len(splits)} instead.")
    rng = check_random_state(random_state)
    seed = draw_seed(rng)
    by_forest = [_forest_order(estimator, X, y, train, seed) for train, _ in splits]
    drawn = [[rng.permutation(len(names))[:k] for k in sizes] for _ in range(n_random)]
    trainings = _trainings(order, by_forest, drawn, sizes, len(names))
    found = Parallel(n_jobs=n_jobs)(
        delayed(_one_fit)(estimator, X, y, training.columns, splits[training.fold])
        for training in trainings
    )
    tables = _tables(trainings, found)
    for table in tables.get(RANDOM, {}).values():
        table /= n_random
    full = {metric: table[0] for metric, table in tables.pop(ALL).items()}
    test_share = float(np.mean([len(test) for _, test in splits]) / len(X))
    ranked = tuple(names[j] for j in order)
    correlations = _correlations(X, order)
    return FeatureSubsetCheck(sizes, tables, full, ranked, test_share, len(names), correlations)


def _correlations(X, order):
    """Return the correlations of columns of numbers, nan of others."""
    columns = np.full((len(order), len(X)), np.nan)
    for k, j in enumerate(order):
        cells = np.asarray(take_rows(X, [int(j)], axis=1))[:, 0]
        if cells.dtype.kind in "biuf":
            columns[k] = cells
    with np.errstate(invalid="ignore"):
        apart = columns - columns.mean(axis=1, keepdims=True)
        sizes = np.sqrt((apart**2).sum(axis=1))
        return apart @ apart.T / np.outer(sizes, sizes)


def _trainings(order, by_forest, drawn, sizes, n_features):
    """Return all networks to train, fold by fold for every size and kind of subset."""
    trainings = []
    for fold, ranked in enumerate(by_forest):
        for i, k in enumerate(sizes):
            trainings.append(Training(RANKED, order[:k], i, fold))
            trainings.append(Training(FOREST, ranked[:k], i, fold))
            trainings += [Training(RANDOM, columns[i], i, fold) for columns in drawn]
        trainings.append(Training(ALL, range(n_features), 0, fold))
    return trainings


def _tables(trainings, found):
    """Return the scores by kind and metric, of shape (n_sizes, n_folds): sums over draws."""
    shape = np.max([(t.size, t.fold) for t in trainings], axis=0) + 1
    tables = {t.kind: {metric: np.zeros(shape) for metric in found[0]} for t in trainings}
    for t, scores in zip(trainings, found):
        for metric, value in scores.items():
            tables[t.kind][metric][t.size, t.fold] += value
    return tables
