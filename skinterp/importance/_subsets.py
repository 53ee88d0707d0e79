"""Networks trained on few of the inputs, to see whether these carry the signal."""

import warnings
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student
from sklearn.base import clone, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.metrics import accuracy_score, precision_score, r2_score, recall_score
from sklearn.model_selection import check_cv
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from skinterp.display import SubsetsDisplay
from skinterp.importance._checks import checked_training, columns_of
from skinterp.table import plain
from skinterp.utils import Result, aligned, checked_count, counted, draw_seed, one_line
from skinterp.utils._forest import forest_for, numpy_kinds
from skinterp.utils._sklearn import take_rows
from skinterp.utils._which_rows import HELD_OUT

RANKED, FOREST, RANDOM, ALL = "ranked", "forest", "random", "all"
SURE, FOLLOWS = 0.05, 0.8


class Training(NamedTuple):
    """One network to train: the kind of its columns, the place of their number, and the fold."""

    kind: str
    columns: tuple
    size: int
    fold: int


def corrected_t_test(differences, test_share):
    """Return the p-value that paired differences over folds have mean zero.

    Folds share training rows, so that the variance of the mean is larger than 1/n of theirs:
    ``t = mean / sqrt((1 / n + test_share / (1 - test_share)) * var)`` (Nadeau and Bengio 2003).

    Parameters
    ----------
    differences : ndarray of shape (n_folds,)
        Differences.
    test_share : float
        Share of the rows that a fold tests on.

    Returns
    -------
    float
        Two-sided p-value; 1 if all differences are 0.
    """
    n, variance = len(differences), differences.var(ddof=1)
    if variance == 0.0:
        return 1.0 if differences.mean() == 0.0 else 0.0
    error = np.sqrt((1.0 / n + test_share / (1.0 - test_share)) * variance)
    return float(2.0 * student.sf(abs(differences.mean()) / error, n - 1))


@dataclass(frozen=True, eq=False, repr=False)
class FeatureSubsetCheck(Result):
    """Scores of networks trained on subsets of the inputs, fold by fold.

    Parameters
    ----------
    sizes : tuple of int
        Numbers of inputs, ascending.
    scores : dict of str to dict of str to ndarray of shape (n_sizes, n_folds)
        By "ranked", "forest" and "random" (mean over subsets), the metrics on held-out rows:
        "accuracy", "precision" and "recall" (mean over classes), or "R2".
    all_scores : dict of str to ndarray of shape (n_folds,)
        The metrics with all inputs.
    features : tuple of str
        The inputs in the order they were added.
    test_share : float
        Share of the rows that a fold tests on.
    n_features : int or None, default=None
        Number of all inputs; None is that of `features`.
    correlations : ndarray of shape (n_ranked, n_ranked) or None, default=None
        Correlations of the inputs in `features`, nan where one is no number; None is unknown.
    """

    sizes: tuple
    scores: dict
    all_scores: dict
    features: tuple
    test_share: float
    n_features: int | None = None
    correlations: np.ndarray | None = None

    @property
    def metric(self):
        """The metric that is tested and drawn: "accuracy" or "R2"."""
        return "accuracy" if "accuracy" in self.all_scores else "R2"

    @property
    def _rivals(self):
        """Subsets that the ranked inputs are tested against: all inputs, and other choices."""
        return (ALL, *(kind for kind in self.scores if kind != RANKED))

    def p_values(self, against=ALL):
        """Return the paired test of the ranked inputs against others, one per size.

        Parameters
        ----------
        against : {"all", "forest", "random"}, default="all"
            Networks trained on all inputs, or on as many chosen by a forest or at random.

        Returns
        -------
        ndarray of shape (n_sizes,)
            Two-sided p-values of the corrected t-test over folds.

        Raises
        ------
        ValueError
            If `against` is none of these.
        """
        if against not in self._rivals:
            raise ValueError(
                f"against must be one of {list(self._rivals)}. Got {against!r} instead."
            )
        ranked = self.scores[RANKED][self.metric]
        other = self.all_scores if against == ALL else self.scores[against]
        differences = ranked - other[self.metric]
        return np.array([corrected_t_test(row, self.test_share) for row in differences])

    @property
    def enough(self):
        """Fewest ranked inputs that lose no more than one standard error against all of them."""
        scores, full = self.scores[RANKED][self.metric], self.all_scores[self.metric]
        error = full.std(ddof=1) / np.sqrt(len(full))
        good = scores.mean(axis=1) >= full.mean() - error
        return self.sizes[int(np.argmax(good))] if good.any() else self.sizes[-1]

    def _columns(self):
        """Return one line per kind of subset and size; p-values for the ranked inputs."""
        lines = []
        for kind, metrics in self.scores.items():
            columns = {"n_features": np.array(self.sizes)}
            for name, table in metrics.items():
                columns |= {f"{name}_mean": table.mean(axis=1), f"{name}_std": table.std(axis=1)}
            if kind == RANKED:
                columns |= {f"p_against_{rival}": self.p_values(rival) for rival in self._rivals}
            lines += [
                {"subset": kind} | dict(zip(columns, values)) for values in zip(*columns.values())
            ]
        return lines

    def display(self):
        """Return the display of scores against the number of inputs.

        Returns
        -------
        SubsetsDisplay
            The display, not drawn yet.
        """
        return SubsetsDisplay(
            self.sizes,
            {kind: metrics[self.metric].mean(axis=1) for kind, metrics in self.scores.items()},
            {kind: metrics[self.metric].std(axis=1) for kind, metrics in self.scores.items()},
            reference=float(self.all_scores[self.metric].mean()),
            name=f"{self.metric}, {HELD_OUT}",
        )

    @property
    def verdict(self):
        """What the scores say of the fewest inputs that are enough, as a sentence."""
        k = self.sizes.index(self.enough)
        few, full = self.scores[RANKED][self.metric][k], self.all_scores[self.metric]
        p = float(self.p_values(ALL)[k])
        n = len(self.features) if self.n_features is None else self.n_features
        figures = (
            f"{counted(self.enough, 'input')} {few.mean():.3f}, all {n} {full.mean():.3f} "
            f"(p = {p:.2g}, {len(full)} folds)"
        )
        if self.enough == n:
            said = "fewer do worse" if len(self.sizes) > 1 else "nothing is left out"
        elif p < SURE and few.mean() != full.mean():
            said = "fewer do better" if few.mean() > full.mean() else "all do better"
        else:
            said = "no difference is seen"
        return f"{figures}: {said}."

    @property
    def followers(self):
        """Inputs beyond those that are enough which only follow one of them.

        A dict of an input's name to the other's and their correlation, of 0.8 or more.
        """
        if self.correlations is None:
            return {}
        found, first = {}, np.abs(self.correlations[:, : self.enough])
        for j, name in enumerate(self.features[self.enough :], start=self.enough):
            known = np.where(np.isfinite(first[j]), first[j], 0.0)
            other = int(known.argmax())
            if known[other] >= FOLLOWS:
                found[name] = (self.features[other], float(self.correlations[j, other]))
        return found

    def __str__(self):
        metrics = list(self.all_scores)
        head = ["inputs", *metrics, *(f"p: {rival}" for rival in self._rivals)]
        rivals = [kind for kind in self.scores if kind != RANKED]
        head += rivals
        rows = []
        for k, size in enumerate(self.sizes):
            cells = [_spread_text(self.scores[RANKED][name][k]) for name in metrics]
            cells += [f"{self.p_values(rival)[k]:.2g}" for rival in self._rivals]
            others = [_spread_text(self.scores[kind][self.metric][k]) for kind in rivals]
            rows.append([str(size), *cells, *others])
        whole = [_spread_text(table) for table in self.all_scores.values()]
        rows.append(["all", *whole, *[""] * (len(head) - 1 - len(whole))])
        n_folds = len(self.all_scores[self.metric])
        follow = [
            f"{one_line(name)} follows {one_line(other)} (r = {r:.2f})."
            for name, (other, r) in self.followers.items()
        ]
        title = f"Means and deviations over {n_folds} folds, {HELD_OUT}"
        title += f"; last {self.metric} of other choices:" if rivals else ":"
        return "\n".join([title, aligned(head, rows), self.verdict, *follow])


def _spread_text(scores):
    return f"{scores.mean():.3f} ±{scores.std():.3f}"


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
