"""What labels say about the formulas of a search: a table, and the constants of the choice."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from skinterp.search._evidence import LEAST_AGREEMENT, choose, rival_of
from skinterp.search._formulas import simplified
from skinterp.search._sums import free_constants
from skinterp.utils import TableResult, number_text

CONFIDENCE = 0.9
# Constants whose estimates are correlated beyond this are said to move together.
CORRELATED = 0.9
N_SHOWN = 8


@dataclass(frozen=True, repr=False)
class Constants(TableResult):
    """The constants of a formula with their intervals, from the likelihood of labels.

    Parameters
    ----------
    places : tuple of str
        What each constant belongs to: a term, or the threshold.
    values : ndarray of shape (k,)
        The constants as printed.
    estimates : ndarray of shape (k,)
        The most likely ones.
    low, high : ndarray of shape (k,)
        The ends of the intervals, of 90 % unless said otherwise.
    notes : tuple of str, default=()
        Constants that move together.

    Notes
    -----
    Intervals are ``estimate +- 1.64 s`` with the curvature of the likelihood (the observed
    information). They hold if the form is right and the noise acts on a monotone function of it;
    a constant of a wrong form has no true value.
    """

    places: tuple
    values: np.ndarray
    estimates: np.ndarray
    low: np.ndarray
    high: np.ndarray
    notes: tuple = ()

    _index = "constant of"

    def _columns(self):
        return {
            "constant of": list(self.places),
            "printed": self.values,
            "estimate": self.estimates,
            "low": self.low,
            "high": self.high,
        }

    def __str__(self):
        width = max(map(len, self.places), default=0)
        lines = []
        for place, *numbers in zip(self.places, self.values, self.low, self.high):
            value, low, high = (number_text(number) for number in numbers)
            lines.append(f"{place:>{width}}: {value} ({low} to {high})")
        return "\n".join([*lines, *self.notes])


def constants_of(found, names):
    """Return the constants of a refitted formula with their intervals.

    Parameters
    ----------
    found : Refit
        The formula.
    names : tuple of str
        Names of the inputs.

    Returns
    -------
    Constants
        Inner constants and coefficients in the order of the formula, the threshold last.
    """
    writing, places = found.writing, []
    for part in writing.parts:
        places += [f"in {part.format(names)}"] * sum(free_constants(part))
    outer = [part.format(names) for part in writing.parts] + ["threshold"]
    places += outer[: writing.unit] + outer[writing.unit + 1 :]
    spread = np.sqrt(np.maximum(np.diag(found.covariance), 0.0))
    reach = norm.ppf(0.5 + CONFIDENCE / 2.0) * spread
    safe = np.where(spread > 0, spread, 1.0)
    with np.errstate(all="ignore"):
        correlation = found.covariance / np.outer(safe, safe)
    notes = [
        f"the constants of {places[i]} and {places[j]} move together "
        f"(correlation {correlation[i, j]:.2f})"
        for i in range(len(places))
        for j in range(i)
        if abs(correlation[i, j]) > CORRELATED
    ]
    low, high = found.parameters - reach, found.parameters + reach
    return Constants(tuple(places), found.rounded, found.parameters, low, high, tuple(notes))


@dataclass(frozen=True, repr=False)
class LabelChoice(TableResult):
    """Formulas refitted to labels: how likely they make them, and what the network says.

    Parameters
    ----------
    formulas : tuple of str
        The formulas with their thresholds, the chosen one first.
    deviance : ndarray of shape (k,)
        -2 log L of the labels, the smaller the better.
    accuracy : ndarray of shape (k,)
        Share of the labels on the right side.
    fidelity : ndarray of shape (k,)
        Share of the network's answers on the right side.
    cost : ndarray of shape (k,)
        Prices of the formulas.
    network_formula : str
        The choice without labels.
    constants : Constants
        Constants of the choice, with intervals.
    agreement : float
        Share of the labels that the network answers right.
    decision : tuple of (Expression, float, bool)
        The choice, its threshold, and whether the class lies above it.
    """

    formulas: tuple
    deviance: np.ndarray
    accuracy: np.ndarray
    fidelity: np.ndarray
    cost: np.ndarray
    network_formula: str
    constants: Constants
    agreement: float
    decision: tuple

    _index = "formula"

    def _columns(self):
        return {
            "formula": list(self.formulas),
            "deviance": self.deviance,
            "accuracy": self.accuracy,
            "fidelity": self.fidelity,
            "cost": self.cost,
        }

    def __str__(self):
        lines = [f"{'-2 log L':>9} {'accuracy':>9} {'fidelity':>9}  formula"]
        rows = zip(self.deviance, self.accuracy, self.fidelity, self.formulas)
        lines += [f"{d:9.1f} {a:9.4f} {f:9.4f}  {text}" for d, a, f, text in rows]
        return "\n".join(
            [
                *lines,
                "the first describes the data and the network; constants refitted to the labels",
                f"by the network alone: {self.network_formula}",
                f"the network answers {self.agreement:.4f} of the labels right",
            ]
        )


def _table(rivals, front, labels):
    shown, names = rivals[:N_SHOWN], front.feature_names
    refits = [r.refit for r in shown]
    first = refits[0]
    return LabelChoice(
        tuple(f"{r.expression.format(names)} > {number_text(r.threshold, 6)}" for r in refits),
        np.array([r.deviance for r in refits]),
        np.array([labels.accuracy(r.expression, r.threshold) for r in refits]),
        np.array([r.candidate.fidelity for r in shown]),
        np.array([r.candidate.cost for r in shown]),
        front.selected.expression.format(names),
        constants_of(first, names),
        labels.agreement,
        (first.expression, first.threshold, True),
    )


def choose_by_labels(search, front, labels):
    """Choose a formula by labels, where there is evidence in them.

    Parameters
    ----------
    search : Search
        What was found.
    front : Front
        Its front, with the choice without labels.
    labels : Labels or None
        The labels; None if they are all the same.

    Returns
    -------
    Front
        The front, with the choice by labels or a note on why there is none.
    """
    if labels is None:
        return _noted(front, "y has one class only")
    if labels.agreement < LEAST_AGREEMENT:
        return _noted(front, f"the network answers {labels.agreement:.0%} of them right")
    problem = search.problem
    with np.errstate(all="ignore"):
        rivals = choose(search, front.selected, labels)
    if not rivals:
        return _noted(front, "constants that fit them leave the network's answers")
    first = rivals[0]
    shorter = simplified(first.refit.expression, problem.X, problem.settings.prices)
    if shorter != first.refit.expression:
        with np.errstate(all="ignore"):
            again = rival_of(problem, labels, shorter)
        if again is not None and again.description <= first.description:
            rivals[0] = again
    return replace(front, by_labels=_table(rivals, front, labels))


def _noted(front, reason):
    return replace(front, notes=(*front.notes, f"labels were not used: {reason}"))
