"""The result of a comparison: scores per fold, fitted surrogates, the forest's importances."""

from dataclasses import dataclass

import numpy as np

from skinterp.base import FORMS
from skinterp.display import FidelityComplexityDisplay, ImportancesDisplay
from skinterp.evaluation._atom_bounds import additive_sentence
from skinterp.evaluation._cautions import cautions
from skinterp.utils import Result, aligned, counted, spread_text
from skinterp.utils._which_rows import HELD_OUT

METRICS = ("fidelity", "kappa", "accuracy", "complexity", "seconds")


def _cell(values, digits):
    values = np.asarray(values, dtype=float)
    known = values[~np.isnan(values)]
    if not len(known):
        return "-"
    if digits == 0:
        return f"{known.mean():.0f}"
    some = f" ({len(known)} of {len(values)} folds)" if len(known) < len(values) else ""
    return f"{spread_text(known, digits)}{some}"


@dataclass(frozen=True, repr=False)
class SurrogateComparison(Result):
    """Scores of surrogates against their network on held-out rows.

    Parameters
    ----------
    task : {"regression", "binary", "multiclass"}
        What the network does.
    scores : dict of str to dict of str to ndarray of shape (n_folds,)
        Per form and metric ("fidelity", "kappa", "accuracy", "complexity", "seconds") the value on
        each fold; NaN where it has no meaning. Forms are the surrogates, then "random forest"
        (if there was a target), "network" and "majority" (or "mean").
    estimators : dict of str to estimator
        The surrogates, fitted on all rows.
    network : Network
        The network explained (one trained on all rows, if it was not fitted).
    importances : dict of str to ndarray of shape (n_features,)
        The forest's impurity and permutation importances (the latter on held-out rows of the
        folds); empty without a target.
    feature_names : tuple of str
        Names of the inputs.
    network_is_refitted : bool
        Whether the network was trained on each fold's own rows. If not, its accuracy is
        in-sample where these rows trained it.
    notes : tuple of str, default=()
        Forms that were left out, and why; searches that were cut short.
    n_held_out : int or None, default=None
        How many rows the scores are measured on, over all folds; None if unknown.
    """

    task: str
    scores: dict
    estimators: dict
    network: object
    importances: dict
    feature_names: tuple
    network_is_refitted: bool
    notes: tuple = ()
    n_held_out: int | None = None

    @property
    def diagnosis(self):
        """How much of the network is additive, and how much pairs add, in a sentence.

        Empty without an additive form, with and without pairs, in the comparison.
        """
        forms = {}
        for name, estimator in self.estimators.items():
            if hasattr(estimator, "pairs_"):
                forms.setdefault(bool(estimator.pairs_), name)
        if False not in forms or True not in forms:
            return ""
        alone, paired = (max(0.0, self.mean(forms[key], "fidelity")) for key in (False, True))
        shares = self.estimators[forms[True]].shares_
        pairs = {name: share for name, share in shares.items() if " × " in name}
        return additive_sentence(alone, paired, max(pairs, key=pairs.get), self.task)

    @property
    def n_folds(self):
        """Number of folds."""
        return len(next(iter(self.scores.values()))["fidelity"])

    @property
    def exact_forms(self):
        """Names of the surrogates that are the network itself in another form."""
        exact = tuple(k for form in FORMS.values() if form.is_exact for k in form.estimators)
        return tuple(name for name, e in self.estimators.items() if isinstance(e, exact))

    @property
    def accuracy_name(self):
        """What "accuracy" is: the share of right rows, or R2 for regression."""
        return "R2" if self.task == "regression" else "accuracy"

    def mean(self, form, metric):
        """Return the mean over the folds.

        Parameters
        ----------
        form : str
            A key of `scores`.
        metric : str
            "fidelity", "kappa", "accuracy", "complexity" or "seconds".

        Returns
        -------
        float
            The mean; NaN where the metric has no meaning.
        """
        return float(np.mean(self.scores[form][metric]))

    _index = "form"

    def _columns(self):
        """Return means and deviations over the folds, a row per form."""
        columns = {"form": list(self.scores)}
        for metric in METRICS:
            for name, function in (("mean", np.mean), ("std", np.std)):
                values = [float(function(folds[metric])) for folds in self.scores.values()]
                columns[f"{metric}_{name}"] = values
        return columns

    def to_dict(self):
        """Return the scores as plain numbers, for JSON; what has no meaning is None.

        Returns
        -------
        dict
            Per form and metric the value on each fold.
        """
        return {
            form: {
                metric: [None if np.isnan(v) else float(v) for v in folds[metric]]
                for metric in METRICS
            }
            for form, folds in self.scores.items()
        }

    def table(self):
        """Return means and deviations over the folds as texts.

        Returns
        -------
        head : list of str
            Titles of the columns.
        rows : list of list of str
            A row per form; "-" where a metric has no meaning.
        """
        shown = [m for m in METRICS if m != "kappa" or self.task != "regression"]
        titles = {"accuracy": self.accuracy_name, "complexity": "atoms", "seconds": "time/s"}
        head = ["form", *(titles.get(m, m) for m in shown)]
        digits = {"complexity": 0, "seconds": 1}
        rows = [
            [form, *(_cell(folds[m], digits.get(m, 3)) for m in shown)]
            for form, folds in self.scores.items()
        ]
        return head, rows

    @property
    def cautions(self):
        """Sentences on a network that predicts worse than a guess, or than the forest."""
        return cautions(self)

    def __str__(self):
        """Return what to beware of, a table of means and deviations, and what it says."""
        said = [self.diagnosis] if self.diagnosis else []
        head = [*self.cautions, f"{self.title}:", aligned(*self.table())]
        return "\n".join([*head, *said, *self.notes])

    @property
    def title(self):
        """What the scores are: means and deviations, and on which rows."""
        return f"Means and deviations over {counted(self.n_folds, 'fold')}, {HELD_OUT}"

    def display(self):
        """Return the display of fidelity against complexity, the forest and the majority as lines.

        Returns
        -------
        FidelityComplexityDisplay
            The display, not drawn yet.
        """
        names = list(self.estimators)
        references = {
            form: self.mean(form, "fidelity")
            for form in self.scores
            if form not in self.estimators and form != "network"
        }
        name = "R2 to the network" if self.task == "regression" else "Agreement with the network"
        return FidelityComplexityDisplay(
            names,
            [self.mean(form, "complexity") for form in names],
            [self.mean(form, "fidelity") for form in names],
            complexity_std=[float(np.std(self.scores[form]["complexity"])) for form in names],
            fidelity_std=[float(np.std(self.scores[form]["fidelity"])) for form in names],
            references=references,
            fidelity_name=f"{name}, {HELD_OUT}",
        )

    def importances_display(self):
        """Return the display of the forest's importances.

        Returns
        -------
        ImportancesDisplay
            The display, not drawn yet.
        """
        return ImportancesDisplay(self.importances, self.feature_names)
