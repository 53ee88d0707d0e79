"""Every surrogate against the network, by cross-validation, beside a random forest."""

import time
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import accuracy_score, cohen_kappa_score, r2_score
from sklearn.model_selection import KFold, StratifiedKFold, check_cv
from sklearn.utils.parallel import Parallel, delayed

from skinterp.base import needs_training, train
from skinterp.evaluation._atom_bounds import checked_bound, leave_out, within
from skinterp.evaluation._made_surrogates import make_surrogates
from skinterp.evaluation._surrogate_comparison import METRICS, SurrogateComparison
from skinterp.metrics import complexity
from skinterp.network import network_for
from skinterp.table import as_table
from skinterp.utils import draw_seed, feature_names_of, has_texts
from skinterp.utils._forest import forest_for, numbered, numpy_kinds, permutation_falls
from skinterp.utils._sklearn import take_rows

FOREST, NETWORK, MAJORITY, MEAN = "random forest", "network", "majority", "mean"
N_PERMUTATIONS = 3


def _splits(cv, X, answers, task, random_state):
    """Return the folds, shuffled and stratified by the answers if `cv` is a number."""
    classifies = task != "regression"
    if not isinstance(cv, (int, np.integer)):
        return list(check_cv(cv, answers, classifier=classifies).split(X, answers))
    if cv < 2:
        raise ValueError(f"cv must be at least 2 folds. Got {cv} instead.")
    if classifies:
        labels, counts = np.unique(answers, return_counts=True)
        if counts.min() < cv:
            raise ValueError(
                f"cv={cv} folds need at least {cv} rows of every class. Got {counts.min()} of "
                f"class {labels.tolist()[np.argmin(counts)]!r} instead."
            )
        return list(StratifiedKFold(cv, shuffle=True, random_state=random_state).split(X, answers))
    if len(answers) < 2 * cv:
        raise ValueError(
            f"cv={cv} folds need at least {2 * cv} rows. Got n_samples={len(answers)} instead."
        )
    return list(KFold(cv, shuffle=True, random_state=random_state).split(X))


def _scores(task, answers, y, predictions, size=np.nan, seconds=np.nan):
    """Return every metric of predictions, by the network's answers and the target."""
    score, kappa = r2_score if task == "regression" else accuracy_score, np.nan
    if task != "regression" and len(np.unique(np.concatenate([answers, predictions]))) > 1:
        kappa = cohen_kappa_score(answers, predictions)
    return {
        "fidelity": score(answers, predictions),
        "kappa": kappa,
        "accuracy": np.nan if y is None else score(y, predictions),
        "complexity": size,
        "seconds": seconds,
    }


def _fit(name, estimator, network, X, y, fold):
    """Fit one surrogate on a network's answers; name it and the fold if it fails.

    Forms that choose by labels get them; the others describe the network alone in any case.
    """
    estimator = clone(estimator).set_params(network=network)
    start = time.perf_counter()
    try:
        estimator.fit(X, y if getattr(estimator, "_uses_labels", False) else None)
    except ValueError as error:
        where = "all rows" if fold is None else f"fold {fold}"
        raise ValueError(
            f"The surrogate {name!r} could not be fitted on {where}: {error}"
        ) from error
    return estimator, time.perf_counter() - start


def _network(model, X, y):
    """Return a model, trained if it is not, as a network."""
    return network_for(train(model, X, y) if needs_training(model) else model, X)


def _one_fold(fold, split, model, surrogates, X, y, task):
    """Return scores on one fold: of the forms, and of network and guess; and the answers."""
    seen, held = split
    X_train, X_test = take_rows(X, seen), take_rows(X, held)
    y_train, y_test = (None, None) if y is None else (y[seen], y[held])
    network = _network(model, X_train, y_train)
    answers, answers_seen = network.predict(X_test), network.predict(X_train)
    scores, forms = partial(_scores, task, answers, y_test), {}
    for name, estimator in surrogates.items():
        fitted, seconds = _fit(name, estimator, network, X_train, y_train, fold)
        forms[name] = scores(fitted.predict(X_test), complexity(fitted), seconds)
    dummy = DummyRegressor() if task == "regression" else DummyClassifier()
    guess = dummy.fit(X_train, answers_seen).predict(X_test)
    names = NETWORK, MEAN if task == "regression" else MAJORITY
    return forms, dict(zip(names, map(scores, (answers, guess)), strict=True)), answers


def _on_all_rows(network, surrogates, X, y):
    """Return the surrogates fitted on all rows."""
    return {name: _fit(name, e, network, X, y, None)[0] for name, e in surrogates.items()}


class _ForestFold(NamedTuple):
    """A forest on one fold: predictions of the rows held out, size, seconds, and importances."""

    predictions: np.ndarray
    size: float
    seconds: float
    importances: np.ndarray


def _forest_on_fold(split, X, y, task, seed):
    """Return what a forest trained on the targets says on one fold."""
    (seen, held), X, start = split, numpy_kinds(X), time.perf_counter()
    forest = forest_for(task, seed, X).fit(take_rows(X, seen), y[seen])
    seconds, rows = time.perf_counter() - start, take_rows(X, held)
    falls = permutation_falls(*numbered(forest, rows), y[held], N_PERMUTATIONS, seed)
    return _ForestFold(forest.predict(rows), complexity(forest), seconds, falls)


def _forest_on_all_rows(X, y, task, seed):
    """Return the impurity importances of a forest on all rows."""
    X = numpy_kinds(X)
    forest = forest_for(task, seed, X).fit(X, y)
    return (forest[-1] if has_texts(X) else forest).feature_importances_


def _in_one_pool(model, whole, surrogates, X, y, splits, *, task, seed, n_jobs, step):
    """Return the scores of every fold, the surrogates fitted on all rows, and importances.

    The longest tasks come first; the fits on all rows take as long as a fold.
    """
    tasks = [
        delayed(_one_fold)(k, split, model, surrogates, X, y, task)
        for k, split in enumerate(splits)
    ]
    tasks.append(delayed(_on_all_rows)(whole, surrogates, X, y))
    if y is None:
        *folds, estimators = _each_told(tasks, n_jobs, step)
        return [forms | references for forms, references, _ in folds], estimators, {}
    tasks += [delayed(_forest_on_fold)(split, X, y, task, seed) for split in splits]
    tasks.append(delayed(_forest_on_all_rows)(X, y, task, seed))
    done, n = _each_told(tasks, n_jobs, step), len(splits)
    folds, estimators, forests, impurity = done[:n], done[n], done[n + 1 : -1], done[-1]
    results = []
    for (forms, references, answers), forest, (_, held) in zip(folds, forests, splits):
        of_forest = forest.predictions, forest.size, forest.seconds
        beside = {FOREST: _scores(task, answers, y[held], *of_forest)}
        results.append(forms | beside | references)
    return results, estimators, _importances(impurity, forests)


def compare_surrogates(
    network,
    X,
    y=None,
    surrogates=None,
    *,
    cv=5,
    max_atoms=None,
    n_jobs=None,
    random_state=0,
    step=None,
):
    """Compare surrogates of a network on held-out rows, beside a random forest.

    Every surrogate is fitted on the network's answers at the training rows of each fold and
    compared with the network at the others (symbolic ones of classifiers choose by `y`, too,
    where it is given): fidelity (share of equal classes, or R^2), Cohen's
    kappa (agreement beyond chance, ``(p - e) / (1 - e)``), accuracy against `y`, complexity and
    time. A random forest trained on `y` stands beside them as the model one would otherwise
    trust; "majority" (or "mean") is the least to beat.

    Parameters
    ----------
    network : estimator, Network, tuple or callable
        Anything :func:`skinterp.network.as_network` takes. A fitted one is used on every fold as
        it is; an unfitted one is trained once per fold.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows, with texts and gaps where the network takes them; the forest gets texts as numbers.
    y : array-like of shape (n_samples,) or None, default=None
        Targets; without them there is no accuracy and no forest.
    surrogates : dict of str to estimator, sequence of str, or None, default=None
        Surrogates by name (their `network` is set here), or names of registered forms, such as
        "symbolic", "tree", "linear" and "exact"; None is the default ones, those that cost little.
    cv : int, splitter or iterable, default=5
        Number of shuffled, stratified folds, or anything scikit-learn takes.
    max_atoms : int or None, default=None
        How much there may be to read: each form is taken as faithful as it can be within so many
        atoms (see :func:`skinterp.metrics.complexity`); forms that cannot be so small are left
        out with a note. None takes forms by their own settings.
    n_jobs : int or None, default=None
        Folds run at once, and the fits on all rows; the result does not depend on it.
    random_state : int, RandomState instance or None, default=0
        Seeds folds, forest and the surrogates made here.
    step : callable or None, default=None
        ``step(done, of)`` is called after each fold, after the fits on all rows, and after each
        forest.

    Returns
    -------
    SurrogateComparison
        Scores per fold, and the surrogates fitted on all rows.

    Raises
    ------
    ValueError
        If a class has fewer rows than folds, a surrogate cannot be fitted (which one and on which
        fold is said), or an unfitted network comes without `y`.

    Notes
    -----
    Agreement with a network is not truth: a faithful surrogate of a bad network is as wrong as
    the network. A fitted network's own accuracy is in-sample on rows that trained it.

    References
    ----------
    M. W. Craven, J. W. Shavlik, NIPS 1996, for fidelity; J. Cohen, 1960, for kappa.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinterp import compare_surrogates, default_network
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> result = compare_surrogates(network, X, y, ["tree", "linear"], cv=3)
    >>> list(result.scores)
    ['tree', 'linear', 'random forest', 'network', 'majority']
    >>> bool(result.mean("tree", "fidelity") > 0.9)
    True
    """
    names, fitted = feature_names_of(X), not needs_training(network)
    X = as_table(X)
    y = None if y is None else np.asarray(y)
    if y is not None and len(y) != len(X):
        raise ValueError(f"y must have one entry per row of X, {len(X)}. Got {len(y)} instead.")
    whole = _network(network, X, y)
    if whole.task == "multilabel" or (whole.task == "regression" and whole.n_outputs > 1):
        raise ValueError(
            f"compare_surrogates explains one target. Got a {whole.task} network with "
            f"{whole.n_outputs} outputs instead: pass as_network(model).output(k) or .margin(k)."
        )
    task, seed = whole.task, draw_seed(random_state)
    surrogates = make_surrogates(surrogates, task, seed)
    if max_atoms is not None:
        surrogates = within(surrogates, checked_bound(max_atoms), whole.n_outputs)
    answers = whole.predict(X) if y is None else y
    splits = _splits(cv, X, answers, task, seed)
    model = whole if fitted else network
    options = {"task": task, "seed": seed, "n_jobs": n_jobs, "step": step}
    results, estimators, importances = _in_one_pool(
        model, whole, surrogates, X, y, splits, **options
    )
    for estimator in estimators.values():
        estimator.network = whole  # other processes send a copy back
    scores = {
        form: {metric: np.array([fold[form][metric] for fold in results]) for metric in METRICS}
        for form in results[0]
    }
    notes = (*leave_out(scores, estimators, max_atoms), *_unfinished(estimators))
    names = names or whole.feature_names or tuple(f"x{j}" for j in range(X.shape[1]))
    return SurrogateComparison(
        task=task,
        scores=scores,
        estimators=estimators,
        network=whole,
        importances=importances,
        feature_names=tuple(names),
        network_is_refitted=not fitted,
        notes=notes,
        n_held_out=len(np.unique(np.concatenate([held for _, held in splits]))),
    )


def _each_told(tasks, n_jobs, step):
    """Return the results of tasks in their order, telling after each how many are done."""
    if step is None:
        return Parallel(n_jobs=n_jobs)(tasks)
    results = []
    for result in Parallel(n_jobs=n_jobs, return_as="generator")(tasks):
        results.append(result)
        step(len(results), len(tasks))
    return results


def _unfinished(estimators):
    """Return notes of what was cut short in the surrogates fitted on all rows."""
    return tuple(
        f"{name} is incomplete: {note}"
        for name, estimator in estimators.items()
        for note in getattr(estimator, "unfinished_", ())
    )


def _importances(impurity, forests):
    """Return the forest's importances on all rows, and by permutation on held-out rows."""
    return {
        "forest, impurity": impurity,
        "forest, permutation": np.mean([forest.importances for forest in forests], axis=0),
    }
