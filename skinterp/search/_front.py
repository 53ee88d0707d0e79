"""The Pareto front of a search, and which of its formulas to take."""

from dataclasses import dataclass, field, replace

import numpy as np

from skinterp.display import ParetoFrontDisplay
from skinterp.expression import Digits, needed_digits
from skinterp.search._ties import Ties, difference
from skinterp.utils import DIGITS, Result, check_X, number_text

# What a formula must gain in log-loss for a unit of cost, and for a step along a bare front.
PRICE, STEP_PRICE = 0.12, 0.25
# Losses below this are the network's noise, not the formula's error; the same for infidelity.
LOSS_FLOOR, INFIDELITY_FLOOR = 2e-3, 2.5e-3
# Formulas whose score is this near the best one's are near-ties.
TIE = 0.25


@dataclass(frozen=True)
class Candidate:
    """A formula on the front.

    Parameters
    ----------
    expression : Expression
        The formula in raw inputs.
    loss : float
        What the search minimised: misalignment of gradients (classification) or the squared
        error of values and gradients (regression).
    cost : float
        Price of its operators and leaves.
    fidelity : float
        Agreement with the network on the rows searched on (share of rows, or R^2).
    tied : bool, default=False
        Whether its score is as good as the selected one's, within a margin.
    selected : bool, default=False
        Whether this is the formula taken.
    needed_digits : tuple of (float, int) pairs, default=()
        Digits that numbers need when the formula is written, by their absolute values.
    threshold : float or None, default=None
        Where a classifier's formula decides; None in regression.
    greater : bool, default=True
        Whether the class lies above the threshold.
    held_fidelity : float or None, default=None
        Agreement with the network on points that the search has not seen; None if there were none.
    """

    expression: object
    loss: float
    cost: float
    fidelity: float
    tied: bool = False
    selected: bool = False
    needed_digits: tuple = ()
    threshold: float | None = None
    greater: bool = True
    held_fidelity: float | None = None

    @property
    def complexity(self):
        """Number of nodes of the expression."""
        return self.expression.complexity

    def formula(self, names, digits=DIGITS):
        """Write the formula.

        Parameters
        ----------
        names : sequence of str
            Names of the inputs.
        digits : int, default=4
            Significant digits, at least; numbers get more where the values need them.

        Returns
        -------
        str
            The text.
        """
        return self.expression.format(names, digits=Digits(digits, dict(self.needed_digits)))

    def shown_on(self, X):
        """Return the candidate with the digits that keep the values of what is written.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows that it was found on.

        Returns
        -------
        Candidate
            The candidate.
        """
        needs = needed_digits(self.expression, X)
        return replace(self, needed_digits=tuple(needs.items()))


def elbow(losses, costs=None, *, price=None, floor=0.0):
    """Return the index of the elbow of a Pareto front.

    Minimises ``log(loss + floor) + price * cost``: a formula is worth its cost as long as each
    unit of it lowers the log-loss by `price`. The smallest loss is hardly ever the right choice.

    Parameters
    ----------
    losses : array-like of shape (n,)
        Losses, simplest formula first.
    costs : array-like of shape (n,) or None, default=None
        Costs of the formulas; None counts the steps along the front.
    price : float or None, default=None
        Log-loss that a unit of cost must bring; None is 0.12 per unit of cost, 0.25 per step.
    floor : float, default=0.0
        Loss that is noise.

    Returns
    -------
    int
        The index.

    Raises
    ------
    ValueError
        If there are no losses, they are negative or not finite, or costs are not one finite
        number for each.
    """
    losses = np.asarray(losses, dtype=float)
    if losses.ndim != 1 or losses.size == 0 or not np.isfinite(losses).all() or (losses < 0).any():
        raise ValueError(
            f"losses must be a non-empty sequence of finite, non-negative numbers. "
            f"Got {losses!r} instead."
        )
    if price is None:
        price = STEP_PRICE if costs is None else PRICE
    costs = np.arange(len(losses)) if costs is None else np.asarray(costs, dtype=float)
    if costs.shape != losses.shape or not np.isfinite(costs).all():
        raise ValueError(
            f"costs must be {len(losses)} finite numbers, one per loss. Got {costs!r} instead."
        )
    return int(np.argmin(np.log(losses + max(floor, 1e-12)) + price * costs))


def scores(candidates, *, floor=LOSS_FLOOR):
    """Return the selection score of each candidate, the smaller the better.

    ``log(loss + floor) + log(1 - fidelity + 0.0025) + price * cost``: gradients, answers, brevity.

    Parameters
    ----------
    candidates : sequence of Candidate
        The front.
    floor : float, default=0.002
        Noise of the network's gradients.

    Returns
    -------
    ndarray of shape (n,)
        Scores.
    """
    loss = np.array([c.loss for c in candidates])
    infidelity = 1.0 - np.array([c.fidelity for c in candidates])
    infidelity = np.maximum(infidelity, 0) + INFIDELITY_FLOOR
    cost = np.array([c.cost for c in candidates])
    return np.log(loss + floor) + np.log(infidelity) + PRICE * cost


def pareto(candidates):
    """Keep the candidates that no cheaper one beats in both loss and fidelity.

    Parameters
    ----------
    candidates : iterable of Candidate
        Any order.

    Returns
    -------
    list of Candidate
        By rising cost.
    """
    kept, loss, fidelity = [], np.inf, -np.inf
    for c in sorted(candidates, key=lambda c: (c.cost, c.loss, -c.fidelity)):
        if c.loss < loss * (1 - 1e-3) - 1e-7 or c.fidelity > fidelity + 1e-3:
            kept.append(c)
        loss, fidelity = min(loss, c.loss), max(fidelity, c.fidelity)
    return kept


@dataclass(frozen=True, repr=False)
class Front(Result):
    """The Pareto front of a search: a sequence of candidates, cheapest first.

    Parameters
    ----------
    candidates : tuple of Candidate
        The front; exactly one is ``selected``.
    feature_names : tuple of str
        Names of the inputs.
    noise_floor : float
        Loss that the network's own roughness accounts for.
    linear_loss : float
        Loss of the best linear formula in all inputs: how far from linear the concept is.
    notes : tuple of str, default=()
        Notes for the user: subsampled rows, an interrupted search.
    by_labels : LabelChoice or None, default=None
        What labels say of the formulas, and which one they choose; None without labels.
    hypotheses : Hypotheses or None, default=None
        The user's own formulas beside the choice; None without any.
    profiles : ConceptProfiles or None, default=None
        How each quantity acts in an additive model of the concept; None where values are matched.
    support : float or None, default=None
        How much of the decision boundary lies among the rows, from 0 to 1; None without one.
    classes : tuple of two labels or None, default=None
        What a classifier's formulas say below and above their thresholds.
    ties_ : Ties or None, default=None
        Where each near-tie differs from the formula selected, and the row that would tell them
        apart best.
    """

    candidates: tuple
    feature_names: tuple
    noise_floor: float
    linear_loss: float
    notes: tuple = field(default=())
    by_labels: object = None
    hypotheses: object = None
    profiles: object = field(default=None, compare=False)
    support: float | None = None
    classes: tuple | None = None
    ties_: object = field(default=None, compare=False)

    def __len__(self):
        """Return the number of candidates."""
        return len(self.candidates)

    def __getitem__(self, index):
        """Return a candidate."""
        return self.candidates[index]

    @property
    def selected(self):
        """The candidate taken."""
        return next(c for c in self.candidates if c.selected)

    def choosing(self, candidate):
        """Return the front with a candidate as the one that is selected, whatever labels chose.

        Parameters
        ----------
        candidate : Candidate
            The candidate; it takes the place of others with the same formula.

        Returns
        -------
        Front
            The front.
        """
        others = [
            replace(c, selected=False, tied=False)
            for c in self
            if c.expression != candidate.expression
        ]
        chosen = [*others, replace(candidate, selected=True)]
        by_cost = tuple(sorted(chosen, key=lambda c: c.cost))
        return replace(self, candidates=by_cost, by_labels=None, ties_=None)

    def _columns(self):
        names = ("loss", "cost", "complexity", "fidelity", "held_fidelity", "tied", "selected")
        formulas = [c.formula(self.feature_names) for c in self.candidates]
        return {"formula": formulas} | {n: [getattr(c, n) for c in self.candidates] for n in names}

    def shown_on(self, X):
        """Return the front with the digits that keep the values of what is written.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows that it was found on.

        Returns
        -------
        Front
            The front.
        """
        return replace(self, candidates=tuple(c.shown_on(X) for c in self.candidates))

    def compare(self, i, j, X):
        """Tell where two formulas of the front answer differently.

        Parameters
        ----------
        i, j : int
            Their places in the front.
        X : array-like of shape (n_samples, n_features)
            Rows, as the formulas take them.

        Returns
        -------
        Difference
            Share of rows, region in words, and the row that would tell them apart best.
        """
        X = check_X(X, len(self.feature_names), self.feature_names, owner="the front")
        return difference(self[i], self[j], X, self.feature_names, self.classes)

    def decided(self, cut, X, classes=None):
        """Return the front with thresholds of its formulas, and what tells near-ties apart.

        Parameters
        ----------
        cut : callable or None
            ``cut(expression)`` gives a threshold and whether the class lies above it; None in
            regression.
        X : ndarray of shape (n_samples, n_features)
            Rows.
        classes : tuple of two labels or None, default=None
            The classes below and above.

        Returns
        -------
        Front
            The front.
        """
        cuts = [(None, True) if cut is None else cut(c.expression) for c in self]
        candidates = tuple(replace(c, threshold=t, greater=g) for c, (t, g) in zip(self, cuts))
        first = next(c for c in candidates if c.selected)
        tied = [c for c in candidates if c.tied]
        found = tuple(difference(first, c, X, self.feature_names, classes) for c in tied)
        return replace(self, candidates=candidates, classes=classes, ties_=Ties(found))

    def display(self):
        """Return the display of loss against complexity, with the selected formula marked.

        Returns
        -------
        ParetoFrontDisplay
            The display, not drawn yet.
        """
        return ParetoFrontDisplay.from_front(self)

    def __str__(self):
        lines = ["   cost     loss  fidelity  formula"]
        for c in self.candidates:
            mark = "*" if c.selected else "~" if c.tied else " "
            text = c.formula(self.feature_names)
            cost, loss = number_text(c.cost, 3), number_text(c.loss, 3)
            lines.append(f"{mark} {cost:>5} {loss:>8} {c.fidelity:9.3f}  {text}")
        ties = [str(self.ties_)] if self.ties_ else []
        return "\n".join([*lines, "* selected, ~ nearly as good", *ties, *self.notes])


def make_front(candidates, feature_names, *, noise_floor, linear_loss, notes=(), selection=None):
    """Sort candidates into a Pareto front, select one and mark near-ties.

    Parameters
    ----------
    candidates : iterable of Candidate
        All formulas found.
    feature_names : tuple of str
        Names of the inputs.
    noise_floor : float
        Loss that the network's own roughness accounts for.
    linear_loss : float
        Loss of the best linear formula in all inputs.
    notes : sequence of str, default=()
        Passed on.
    selection : Selection or None, default=None
        How to choose; None takes the elbow.

    Returns
    -------
    Front
        The front.
    """
    kept = pareto(candidates)
    score = scores(kept, floor=max(LOSS_FLOOR, noise_floor))
    best = elbow_ = int(np.argmin(score))
    able = np.ones(len(kept), dtype=bool)
    if selection is not None:
        kept, best, faithful = selection(kept, elbow_)
        able = able if best == elbow_ else faithful
    tied = able & (score <= score[elbow_] + TIE)
    marked = tuple(
        replace(c, tied=bool(tied[k] and k != best), selected=k == best)
        for k, c in enumerate(kept)
    )
    return Front(
        marked, tuple(feature_names), float(noise_floor), float(linear_loss), tuple(notes)
    )
