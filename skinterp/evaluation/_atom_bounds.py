"""Comparisons within a number of atoms, and how much of a network is additive, in words."""

from numbers import Integral

from sklearn.base import clone

from skinterp.base import FORMS
from skinterp.metrics import complexity


def checked_bound(max_atoms):
    """Return a number of atoms, refusing what is none."""
    if not isinstance(max_atoms, Integral) or isinstance(max_atoms, bool) or max_atoms < 1:
        raise ValueError(
            f"max_atoms must be an integer from 1 or None. Got {max_atoms!r} instead."
        )
    return int(max_atoms)


def within(surrogates, max_atoms, n_outputs):
    """Return surrogates that keep within a number of atoms, as far as their forms can.

    Parameters
    ----------
    surrogates : dict of str to estimator
        Unfitted surrogates.
    max_atoms : int
        The bound.
    n_outputs : int
        Raw outputs of the network.

    Returns
    -------
    dict of str to estimator
        Clones with other parameters; those of forms without bounds as they are.
    """
    bounded = {}
    for name, estimator in surrogates.items():
        forms = (form for form in FORMS.values() if type(estimator) in form.estimators)
        bounds = next((form.bounds for form in forms if form.bounds is not None), None)
        if bounds is None:
            bounded[name] = estimator
            continue
        bounded[name] = clone(estimator).set_params(**bounds(estimator, max_atoms, n_outputs))
    return bounded


def leave_out(scores, estimators, max_atoms):
    """Take forms that exceed a number of atoms out of a comparison, in place.

    Parameters
    ----------
    scores : dict of str to dict of str to ndarray
        Scores by form.
    estimators : dict of str to estimator
        The fitted surrogates.
    max_atoms : int or None
        The bound.

    Returns
    -------
    tuple of str
        A note for each form left out.

    Raises
    ------
    ValueError
        If no form is left.
    """
    if max_atoms is None:
        return ()
    notes = []
    for name in list(estimators):
        largest = int(max(*scores[name]["complexity"], complexity(estimators[name])))
        if largest > max_atoms:
            notes.append(f"{name} is left out: it takes {largest} atoms, more than {max_atoms}.")
            del scores[name], estimators[name]
    if not estimators:
        raise ValueError(
            f"max_atoms must leave a form. Got {max_atoms}, and {'; '.join(notes)} Pass more."
        )
    return tuple(notes)


def additive_sentence(alone, paired, pair, task):
    """Say how much of a network is additive, and how much pairs add.

    Parameters
    ----------
    alone, paired : float
        Fidelity of the additive form without and with pairs.
    pair : str
        The pair of the largest share.
    task : {"regression", "binary", "multiclass"}
        What the network does.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> from skinterp.evaluation._atom_bounds import additive_sentence
    >>> additive_sentence(0.94, 0.98, "dose × weight", "regression")
    '94 % of the network is additive (R2 on held-out rows); with pairs it is 98 %, ...'
    """
    first, more = round(100 * alone), round(100 * (paired - alone))
    if task == "regression":
        start = f"{first} % of the network is additive (R2 on held-out rows)"
    else:
        start = f"An additive form agrees with the network on {first} % of held-out rows"
    if first >= 100:
        return f"{start}; pairs have nothing to add."
    if more <= 0:
        return f"{start}; pairs add nothing."
    return f"{start}; with pairs it is {first + more} %, {pair} adding most."
