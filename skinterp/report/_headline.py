"""What a report says first, by rules: which form, how faithful, which inputs."""

import warnings
from dataclasses import asdict, dataclass

import numpy as np

from skinterp.base import explains
from skinterp.metrics import complexity, fidelity_score
from skinterp.utils import counted, one_line
from skinterp.utils._which_rows import HELD_OUT

CLOSE = 0.02  # of the best form's fidelity, within which an equation is named in its place
SHORT = 20  # atoms that are read at a glance
MOST_INPUTS = 3


def percent(share, digits=1):
    """Write a share, never as all of something that it is not.

    Parameters
    ----------
    share : float
        The share.
    digits : int, default=1
        Decimals.

    Returns
    -------
    str
        Such as "97.3%" or "more than 99.9%".

    Examples
    --------
    >>> from skinterp.report._headline import percent
    >>> percent(0.9731), percent(0.99999), percent(1.0, 0)
    ('97.3%', 'more than 99.9%', '100%')
    """
    text = f"{100 * share:.{digits}f}%"
    if share < 1 and float(text[:-1]) >= 100:
        return f"more than {100 - 10.0**-digits:.{digits}f}%"
    return text


def _r2(value):
    text = f"{value:.3f}"
    return "more than 0.999" if value < 1 and float(text) >= 1 else text


def _shown_fidelity(findings, form):
    """Return the agreement of a form, as it is shown, with the network on all rows."""
    network, rows = findings.comparison.network, findings.rows
    if rows is None:
        return np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of rows where a formula is undefined
        return fidelity_score(findings.comparison.estimators[form], rows, network=network)


def is_weak(fidelity, guess):
    """Tell whether less than half is closed of what a guess leaves open.

    Parameters
    ----------
    fidelity : float
        Agreement with the network.
    guess : float
        That of the majority class, or of the mean.

    Returns
    -------
    bool
        Whether it is.
    """
    return fidelity - guess < 0.5 * (1 - guess)


def chosen_form(comparison, fidelity, guess):
    """Return the form that is named first.

    A symbolic equation whose fidelity is within `CLOSE` of the best form's, unless it is weak and
    others are not; else the most faithful form of at most `SHORT` atoms, or of all if none is so
    short or all short ones are weak. Forms that are the network itself are named only where they
    stand alone.

    Parameters
    ----------
    comparison : SurrogateComparison
        The forms.
    fidelity : dict of str to float
        By form.
    guess : float
        The fidelity of the majority class, or of the mean.

    Returns
    -------
    chosen : str
        The form.
    best : str
        The most faithful one.
    """
    forms = [f for f in fidelity if f not in comparison.exact_forms] or list(fidelity)
    best = max(forms, key=fidelity.get)
    strong = [f for f in forms if not is_weak(fidelity[f], guess)]
    useful = strong or [f for f in forms if fidelity[f] > guess] or forms
    equations = [f for f in useful if getattr(comparison.estimators[f], "fronts_", ())]
    close = [f for f in equations if fidelity[f] >= fidelity[best] - CLOSE]
    short = [f for f in strong if complexity(comparison.estimators[f]) <= SHORT]
    return max(close or short or forms, key=fidelity.get), best


@dataclass(frozen=True)
class Headline:
    """What a report says first.

    Parameters
    ----------
    task : {"regression", "binary", "multiclass"}
        What the network does.
    form : str
        The form that is named, by the rule of the report.
    atoms : int
        Its size, as fitted on all rows.
    fidelity : float
        Agreement with the network on held-out rows, the mean over the folds, on each of which
        the form is fitted anew.
    shown_fidelity : float or None
        Agreement of the one that is shown, fitted on all rows, on these rows; None if unknown.
    guess : float
        The fidelity of the majority class, or of the mean.
    best, best_fidelity : str, float
        The most faithful form, and its fidelity.
    accuracy : dict of str to float
        Accuracy, or R2, against the target of "network", "form" and "guess"; empty without one.
    inputs : tuple of (str, float)
        Up to three inputs that matter most, and their shares.
    inputs_of : {"network", "form"}
        What the shares are measured on: the network, by permutation, or the form.
    """

    task: str
    form: str
    atoms: int
    fidelity: float
    shown_fidelity: float | None
    guess: float
    best: str
    best_fidelity: float
    accuracy: dict
    inputs: tuple = ()
    inputs_of: str = "form"

    @property
    def is_stable(self):
        """Whether the one that is shown agrees as well as those of the folds do."""
        return self.shown_fidelity is None or self.shown_fidelity >= self.fidelity - CLOSE

    @property
    def claimed(self):
        """The agreement that is claimed: on held-out rows, or of what is shown if it is less."""
        return self.fidelity if self.is_stable else self.shown_fidelity

    @property
    def says_something(self):
        """Whether the form agrees with the network on more rows than a guess does."""
        return self.claimed > self.guess + 1e-9

    @property
    def is_weak(self):
        """Whether the form closes less than half of what a guess leaves open."""
        return is_weak(self.claimed, self.guess)

    @property
    def is_regression(self):
        """Whether fidelity and accuracy are R2."""
        return self.task == "regression"

    @property
    def _size(self):
        return f"{self.form}, {counted(self.atoms, 'atom')}"

    def _score(self, value):
        return f"R² {_r2(value)}" if self.is_regression else percent(value)

    def claim(self, noun):
        """Return the first sentence, in three pieces of which the middle one is the figure.

        Parameters
        ----------
        noun : str
            What the form is called: "this equation", say.

        Returns
        -------
        tuple of str
            The pieces.
        """
        thing, figure = f"{noun} ({self._size})", self._score(self.claimed)
        rows = HELD_OUT if self.is_stable else "all rows"
        one = not noun.startswith("these")
        if not self.says_something:
            guess = "the mean" if self.is_regression else "the network's commonest class"
            before = f"No form compared describes the network: on {rows} {thing} "
            more = f", no more than always answering {guess} ({self._score(self.guess)})."
            return f"{before}{'agrees' if one else 'agree'} by ", figure, more
        if self.is_regression:
            after = f"{' only,' if self.is_weak else ''} on {rows}."
            return f"{thing} {'follows' if one else 'follow'} the network with ", figure, after
        before = "Only on " if self.is_weak else "On "
        does = "does" if one else "do"
        return before, f"{figure} of {rows}", f" the network answers as {thing} {does}."

    @property
    def context(self):
        """Sentences that put the figure beside others."""
        said = []
        if not self.is_stable:
            said.append(
                f"Others of its kind, fitted on each fold, have {self._score(self.fidelity)} on "
                f"{HELD_OUT}: what is found depends on the rows."
            )
        if self.says_something and not self.is_regression:
            guess = percent(self.guess)
            said.append(f"Always answering the network's commonest class agrees on {guess}.")
        if self.best != self.form and self.best_fidelity > self.fidelity:
            best = self._score(self.best_fidelity)
            verb = "reaches" if self.is_regression else "agrees on"
            said.append(f"The most faithful form compared, {self.best}, {verb} {best}.")
        if self.accuracy:
            network, form, guess = (self._score(v) for v in self.accuracy.values())
            if self.is_regression:
                said.append(f"Against the target the network has {network}, {self.form} {form}.")
            else:
                said.append(
                    f"The network is right on {network} of the rows held out from the forms, "
                    f"{self.form} on {form}, the network's commonest class on {guess}."
                )
        return tuple(said)

    @property
    def inputs_sentence(self):
        """The sentence on the inputs; empty where none matters, or is known to."""
        if not self.inputs:
            return ""
        listed = ", ".join(f"{one_line(name)} {percent(share, 0)}" for name, share in self.inputs)
        if self.inputs_of == "network":
            return f"What the network needs most, by permuting each input: {listed}."
        return f"What matters most within {self.form}: {listed}."

    def __str__(self):
        pieces = [*self.context, self.inputs_sentence]
        claim = "".join(self.claim("the form"))
        claim = claim[0].upper() + claim[1:]
        return " ".join(filter(None, (claim, *pieces)))

    def to_dict(self):
        """Return the figures and the sentences, for JSON.

        Returns
        -------
        dict
            The parameters, and "text".
        """
        return {**asdict(self), "inputs": dict(self.inputs), "text": str(self)}


def _form_shares(findings, form):
    """Return the shares of the user's columns within a form; none without rows."""
    comparison = findings.comparison
    if findings.rows is None:
        return {}
    surrogate, table = comparison.estimators[form], comparison.network.user_table
    shares = explains(surrogate).input_shares(surrogate, findings.rows)
    if table is not None:
        return table.fold(shares)
    return dict(zip(comparison.feature_names, shares, strict=True))


def ranked_inputs(findings, form):
    """Return the shares of the inputs, the largest first, and what they are measured on.

    Parameters
    ----------
    findings : Findings
        What was found.
    form : str
        The form that is named.

    Returns
    -------
    shares : dict of str to float
        By input; those of no weight are left out.
    measured_on : {"network", "form"}
        The network where importances by permutation are known, else the form.
    """
    found, measured_on = findings.importances, "form"
    shares = {}
    if found is not None and np.any(found.shares.get("permutation", 0)):
        shares = dict(zip(found.feature_names, found.shares["permutation"], strict=True))
        measured_on = "network"
    shares = shares or _form_shares(findings, form)
    known = {str(name): float(share) for name, share in shares.items() if share >= 0.005}
    return dict(sorted(known.items(), key=lambda pair: -pair[1])), measured_on


def headline(findings):
    """Return what a report says first.

    Parameters
    ----------
    findings : Findings
        What was found.

    Returns
    -------
    Headline
        The form that is named, its fidelity beside others, the inputs that matter.
    """
    comparison = findings.comparison
    folds = {form: comparison.mean(form, "fidelity") for form in comparison.estimators}
    shown = {form: _shown_fidelity(findings, form) for form in folds}
    least = {form: float(np.fmin(folds[form], shown[form])) for form in folds}
    guess = "mean" if comparison.task == "regression" else "majority"
    form, best = chosen_form(comparison, least, comparison.mean(guess, "fidelity"))
    ranked, measured_on = ranked_inputs(findings, form)
    accuracy = {
        name: comparison.mean(key, "accuracy")
        for name, key in (("network", "network"), ("form", form), ("guess", guess))
    }
    return Headline(
        task=comparison.task,
        form=form,
        atoms=int(complexity(comparison.estimators[form])),
        fidelity=folds[form],
        shown_fidelity=None if np.isnan(shown[form]) else shown[form],
        guess=comparison.mean(guess, "fidelity"),
        best=best,
        best_fidelity=folds[best],
        accuracy={} if np.isnan([*accuracy.values()]).any() else accuracy,
        inputs=tuple(ranked.items())[:MOST_INPUTS],
        inputs_of=measured_on,
    )
