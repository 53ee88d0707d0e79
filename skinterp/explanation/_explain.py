"""A network on rows: every form compared, inputs ranked, what was left out said."""

import sys
from numbers import Integral, Real

import numpy as np
import sklearn
from sklearn.base import is_classifier
from sklearn.model_selection import check_cv

import skinterp
from skinterp.base import FORMS, needs_training
from skinterp.evaluation import (
    compare_importances,
    compare_surrogates,
    form_names,
    make_surrogates,
)
from skinterp.explanation._explanation import Explanation
from skinterp.network import Network, network_for
from skinterp.table import as_table
from skinterp.utils import counted
from skinterp.utils._interrupts import Interrupted, keep_what_is_done
from skinterp.utils._progress import Progress

N_FOLDS = 5
TITLE = "How the network decides"


def versions():
    """Return the versions that a report names.

    Returns
    -------
    str
        Those of skinterp and scikit-learn.
    """
    return f"skinterp {skinterp.__version__}, scikit-learn {sklearn.__version__}"


def rare_class_notes(y):
    """Return what to say about a class of few rows.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Class labels.

    Returns
    -------
    tuple of str
        A sentence, or none.

    Examples
    --------
    >>> from skinterp.explanation import rare_class_notes
    >>> rare_class_notes(["no"] * 50 + ["yes"] * 3)
    ('Class yes has 3 rows only: no score says much about it.',)
    """
    labels, counts = np.unique(y, return_counts=True)
    label, least = labels.tolist()[np.argmin(counts)], counts.min()
    if least >= 2 * N_FOLDS:
        return ()
    return (f"Class {label} has {counted(int(least), 'row')} only: no score says much about it.",)


def _check(importances, time_budget, title, progress, forms, verbose):
    """Refuse parameters without a meaning, by their names."""
    is_budget = time_budget is None or (isinstance(time_budget, Real) and time_budget > 0)
    is_names = not isinstance(forms, str) and (
        forms is None
        or (len(forms) and (isinstance(forms, dict) or set(forms) <= {*form_names()}))
    )
    known = f"names out of {form_names()}, a non-empty dict of estimators, or None"
    for name, value, is_right, allowed in (
        ("forms", forms, is_names, known),
        ("importances", importances, isinstance(importances, bool | np.bool_), "True or False"),
        ("time_budget", time_budget, is_budget, "a positive number of seconds or None"),
        ("title", title, title is None or isinstance(title, str), "a text or None"),
        ("progress", progress, progress is None or callable(progress), "a callable or None"),
        ("verbose", verbose, isinstance(verbose, Integral | np.bool_), "True or False"),
    ):
        if not is_right:
            raise ValueError(f"{name} must be {allowed}. Got {value!r} instead.")


def _silent(stage, done=None):
    """Show no progress."""


def _read(model, X, y):
    """Return a model, read unless it is to be trained, its task, and targets or its answers."""
    if y is not None and len(y) != len(X):
        raise ValueError(f"y must have one entry per row of X, {len(X)}. Got {len(y)} instead.")
    if model is None:
        raise ValueError(
            "model must be a network, or an estimator to be trained such as "
            "skinterp.default_network('binary'). Got None instead."
        )
    if not needs_training(model):
        network = network_for(model, X)
        return network, network.task, network.predict(X) if y is None else y
    if y is None:
        raise ValueError("y must be given to train an unfitted model. Got None instead.")
    n_classes = len(np.unique(y)) if is_classifier(model) else 0
    return model, {0: "regression", 2: "binary"}.get(n_classes, "multiclass"), y


def _check_forms(names, network):
    """Refuse networks that have no such form, before the long computation."""
    for name in names:
        if FORMS[name].check is not None:
            FORMS[name].check(network)


def _folds(cv, task, X, y):
    """Return how to split, of few rows in a class into fewer folds, and their number."""
    if cv is None:
        least = np.unique(y, return_counts=True)[1].min() if task != "regression" else N_FOLDS
        cv = max(2, min(N_FOLDS, int(least)))
    if isinstance(cv, Integral):
        return cv, cv
    cv = check_cv(cv)  # which keeps the splits of a generator
    return cv, cv.get_n_splits(X, y)


def _share(time_budget, surrogates, n_fits):
    """Let surrogates share a time budget, if there is one."""
    timed = [s for s in surrogates.values() if "time_budget" in s.get_params(deep=False)]
    for surrogate in timed if time_budget is not None else []:
        surrogate.set_params(time_budget=time_budget / n_fits / len(timed))


def _compare(network, X, y, surrogates, options):
    """Return the comparison, and why forms that cannot be fitted are left out of it."""
    notes = []
    while True:
        try:
            return compare_surrogates(network, X, y, surrogates, **options), notes
        except ValueError as error:
            name = next((n for n in surrogates if f"surrogate {n!r} could" in str(error)), None)
            if name is None or len(surrogates) == 1:
                raise
            surrogates.pop(name)
            notes.append(f"{name} is left out. {error}")


def _importances(comparison, X, y, random_state, step):
    """Return the importances of the inputs, and what an interruption left out."""
    options = {"surrogates": comparison.estimators, "random_state": random_state, "step": step}
    try:
        return compare_importances(comparison.network, X, y, **options), ()
    except (KeyboardInterrupt, Interrupted) as error:
        keep_what_is_done(error)
        return None, ("Ranking the inputs was interrupted: importances are missing.",)


def _about(comparison, n_rows, n_columns, has_target):
    """Return sentences on rows and network."""
    shown = f"{counted(n_rows, 'row')}, {counted(n_columns, 'input')} ({comparison.task})."
    if comparison.network_is_refitted:
        how = "trained on each fold's own rows for the scores, on all rows for what is shown"
    else:
        flattered = ": its accuracy is flattering on rows that trained it" if has_target else ""
        how = f"used as it is{flattered}"
    return shown, f"Network {comparison.network!r}, {how}."


def explain(
    model,
    X,
    y=None,
    *,
    forms=None,
    max_atoms=None,
    importances=True,
    cv=None,
    n_jobs=None,
    time_budget=None,
    random_state=0,
    title=None,
    progress=None,
    verbose=False,
):
    """Explain a network: which simple form answers as it does, how faithfully, by which inputs.

    Reads the network and its table, compares every form with it on held-out rows
    (:func:`skinterp.compare_surrogates`) and ranks the inputs by every method
    (:func:`skinterp.compare_importances`). Forms that cannot be fitted are left out with a note.

    Parameters
    ----------
    model : estimator, Network, tuple or callable
        Anything :func:`skinterp.network.as_network` takes. A fitted one is used as it is; an
        unfitted one is trained once per fold, and on all rows for what is shown.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows, with texts and gaps where the network takes them.
    y : array-like of shape (n_samples,) or None, default=None
        Targets; without them there is no accuracy and no forest beside the forms.
    forms : sequence of str, dict of str to estimator, or None, default=None
        Names of registered forms, such as "symbolic", "tree" and "linear", or surrogates by name;
        None is the default ones.
    max_atoms : int or None, default=None
        How much there may be to read of each form; None takes forms by their own settings.
    importances : bool, default=True
        Whether to rank the inputs by every method.
    cv : int, splitter, iterable or None, default=None
        Folds, as :func:`skinterp.compare_surrogates` takes them; None is 5, or as many as the
        rarest class has rows, at least 2.
    n_jobs : int or None, default=None
        Folds run at once.
    time_budget : float or None, default=None
        Seconds for all searches for equations together.
    random_state : int, RandomState instance or None, default=0
        Seeds folds, forest and surrogates.
    title : str or None, default=None
        Heading of the report.
    progress : callable or None, default=None
        ``progress(stage, done)`` is called when a stage begins, with a text of what the one
        before gave, or None; the last stage is empty. If it has a method ``step(done, of)``, this
        is told of each fold and each method of importance.
    verbose : bool, default=False
        Whether to say on the standard error what runs, and about how long, where there is no
        `progress`: a bar on a terminal, a line per stage and step elsewhere.

    Returns
    -------
    Explanation
        What was found: prints itself, writes its report (``report("x.html")``), its content
        (``to_dict()``), and is saved (``save("x.json")``).

    Raises
    ------
    ValueError
        If a parameter has no meaning, a form does not fit the network, or none can be fitted.
    KeyboardInterrupt
        By an interruption before the forms are compared; later ones leave out importances.

    Notes
    -----
    Fidelity is agreement with the network, not truth. The forms shown are fitted on all rows;
    their scores are those of forms fitted in the same way on each fold.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import explain
    >>> X = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    >>> found = explain(lambda X: X[:, 0] + 1, X, forms=["linear"], importances=False)
    >>> found.comparison.mean("linear", "fidelity") > 0.999, found.unfinished
    (True, ())
    """
    _check(importances, time_budget, title, progress, forms, verbose)
    if progress is None:
        progress = Progress(True, sys.stderr) if verbose else _silent
    step = getattr(progress, "step", None)
    progress("reading the network")
    X, y = as_table(X), None if y is None else np.asarray(y)
    network, task, answers = _read(model, X, y)
    surrogates = make_surrogates(forms, task, random_state)
    if not isinstance(forms, dict) and isinstance(network, Network):
        _check_forms(surrogates, network)
    cv, n_folds = _folds(cv, task, X, answers)
    _share(time_budget, surrogates, n_folds + 1)
    progress(f"fitting {', '.join(surrogates)} on {n_folds} folds", "the network is ready")
    options = {
        "cv": cv,
        "max_atoms": max_atoms,
        "n_jobs": n_jobs,
        "random_state": random_state,
        "step": step,
    }
    comparison, left_out = _compare(network, X, y, surrogates, options)
    ranked, unfinished = None, ()
    if importances:
        progress("ranking the inputs", "the surrogates are compared")
        ranked, unfinished = _importances(comparison, X, y, random_state, step)
    progress("")
    rare = rare_class_notes(answers) if task != "regression" else ()
    return Explanation(
        comparison,
        ranked,
        TITLE if title is None else title,
        _about(comparison, *X.shape, y is not None),
        (*rare, *left_out),
        unfinished,
        (f"{versions()}; random state {random_state}.",),
        rows=X,
        targets=y,
    )
