"""The surrogates of a comparison, from the forms of every package that registers any."""

import skinterp.exact
import skinterp.pruning
import skinterp.surrogate
from skinterp.base import FORMS

PACKAGES = (skinterp.exact, skinterp.pruning, skinterp.surrogate)  # for the forms they register


def form_names(task=None, *, default=False):
    """Return the names of the forms there are.

    Parameters
    ----------
    task : {"regression", "binary", "multiclass"} or None, default=None
        Only those with an estimator for this task.
    default : bool, default=False
        Only those that are compared when no forms are asked for.

    Returns
    -------
    list of str
        The names.
    """
    return [
        form.name
        for form in FORMS.values()
        if (form.is_default or not default) and (task is None or form.estimator_for(task))
    ]


def make_surrogates(surrogates, task, random_state=None):
    """Return the surrogates to compare, by name.

    Parameters
    ----------
    surrogates : dict of str to estimator, sequence of str, or None
        Estimators by name, or names of registered forms, such as "symbolic", "tree", "linear"
        and "exact" (the network itself as a tree, for piecewise-linear ones); None is the default
        ones, those that cost little.
    task : {"regression", "binary", "multiclass"}
        What the network does.
    random_state : int or None, default=None
        Seed of those made here.

    Returns
    -------
    dict of str to estimator
        Unfitted surrogates.

    Raises
    ------
    ValueError
        If a name is unknown, or there is none.
    """
    if isinstance(surrogates, dict) and surrogates:
        return {str(name): estimator for name, estimator in surrogates.items()}
    known = form_names(task)
    names = form_names(task, default=True) if surrogates is None else list(surrogates)
    if isinstance(surrogates, str) or not names or not set(names) <= set(known):
        raise ValueError(
            f"surrogates must be names out of {known}, or a non-empty dict of estimators. "
            f"Got {surrogates!r} instead."
        )
    return {name: FORMS[name].make(task, random_state) for name in names}
