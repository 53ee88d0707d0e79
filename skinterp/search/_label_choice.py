"""What labels say about the formulas of a search: a table, and the constants of the choice."""

from dataclasses import dataclass, replace

import numpy as np

from skinterp.expression import Equation
from skinterp.expression._digits import spread
from skinterp.search._constants import Constants, constants_of
from skinterp.search._evidence import LEAST_AGREEMENT, choose, rival_of
from skinterp.search._formulas import simplified
from skinterp.utils import TableResult, digits_within, round_to_digits

N_SHOWN = 8
NOTHING = 1e-12  # of the spread of values


def _of_positive(inverse):
    """Return the inverse of a function whose values are positive, NaN elsewhere."""
    return lambda level: inverse(level) if level > 0 else np.nan


# Rising functions that change no decision when they are taken off, by the inverse.
INVERSES = {"log": np.exp, "exp": _of_positive(np.log), "sqrt": _of_positive(np.square)}


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


def _uncovered(expression, threshold, constants):
    """Take monotone functions off a formula; threshold and its interval go through their inverses.

    The likelihood may prefer a logarithm, along which the labels' noise is even; as a decision it
    is the same without. The threshold gets the digits that its interval supports.
    """
    ends = ("values", "estimates", "low", "high")
    while expression.token in INVERSES and not constants.units:
        inverse, (argument,) = INVERSES[expression.token], expression.args
        columns = {name: getattr(constants, name) for name in ends}
        levels = {name: inverse(column[-1]) for name, column in columns.items()}
        if not np.isfinite(list(levels.values())).all():
            break
        step = (levels["high"] - levels["low"]) / 20.0
        threshold = round_to_digits(levels["values"], digits_within(levels["values"], step))
        levels["values"] = threshold
        columns = {name: np.append(c[:-1], levels[name]) for name, c in columns.items()}
        covered = expression.token + "("
        texts = {
            name: tuple(text.replace(f"in {covered}", "in (") for text in getattr(constants, name))
            for name in ("places", "notes")
        }
        constants = replace(constants, **columns, **texts)
        expression = argument
    return expression, threshold, constants


def _level(expression, threshold, X):
    """Return a threshold, 0 where it is what a program leaves of it."""
    return 0.0 if abs(threshold) < NOTHING * spread(expression.evaluate(X)) else threshold


def _table(rivals, front, labels, units):
    shown, names = rivals[:N_SHOWN], front.feature_names
    refits = [r.refit for r in shown]
    first = refits[0]
    expression, threshold, constants = _uncovered(
        first.expression, first.threshold, constants_of(first, names, units)
    )
    others = [(r.expression, _level(r.expression, r.threshold, labels.X)) for r in refits[1:]]
    decisions = [(expression, threshold), *others]
    texts = [Equation(e, names, t).shown_on(labels.X).format() for e, t in decisions]
    own = sorted({text: k for k, text in reversed([*enumerate(texts)])}.values())  # each once
    return LabelChoice(
        tuple(texts[k] for k in own),
        np.array([refits[k].deviance for k in own]),
        np.array([labels.accuracy(*decisions[k]) for k in own]),
        np.array([labels.fidelity(*decisions[k]) for k in own]),
        np.array([shown[k].candidate.cost for k in own]),
        Equation(front.selected.expression, names).shown_on(labels.X).format(),
        constants,
        labels.agreement,
        (expression, threshold, True),
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
    dimensions = problem.settings.dimensions
    units = None if dimensions is None else dimensions.units
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
    return replace(front, by_labels=_table(rivals, front, labels, units))


def _noted(front, reason):
    return replace(front, notes=(*front.notes, f"labels were not used: {reason}"))
