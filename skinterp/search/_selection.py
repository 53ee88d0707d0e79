"""Which formula of a front to take, by its fidelity on points that the search has not seen."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from numbers import Integral

import numpy as np

from skinterp.matching import monotone_link

# Fidelity that a shorter formula may give up where the standard error is smaller than this.
MOST_LOST, MOST_LOST_ON_ROWS = 0.005, 0.01
N_KNOTS = 128


@dataclass(frozen=True, eq=False)
class HeldPoints:
    """Points that a search has not seen, and a network's answers there.

    Parameters
    ----------
    points : ndarray of shape (n, p)
        The points.
    target : ndarray of shape (n,)
        The network's answers, as 0 and 1, or its values.
    answer : callable
        ``answer(expression, X)``: what a formula answers, fitted on the rows of the search.
    share : float, default=1.0
        What part of the usual loss a shorter formula may give up.
    rows : HeldPoints or None, default=None
        The rows of the search, and the network's answers there.
    """

    points: np.ndarray
    target: np.ndarray
    answer: Callable
    share: float = 1.0
    rows: "HeldPoints | None" = None
    _known: dict = field(default_factory=dict, repr=False)

    @property
    def spread(self):
        """What squared errors are divided by: 1 for classes, the variance for values."""
        return 1.0 if self.target.dtype == bool else max(float(np.var(self.target)), 1e-300)

    def constant_agreement(self):
        """Return the agreement of the commonest answer, or of the mean.

        Returns
        -------
        ndarray of shape (n,)
            Agreement at each point.
        """
        middle = self.target.mean()
        constant = float(middle > 0.5) if self.target.dtype == bool else middle
        return np.maximum(1.0 - (constant - self.target) ** 2 / self.spread, -1.0)

    def agreement(self, expression):
        """Return how well a formula agrees at each point; the mean is its fidelity.

        Parameters
        ----------
        expression : Expression
            The formula.

        Returns
        -------
        ndarray of shape (n,)
            1 less the squared error, for values in units of their variance (at least -1); 0 where
            the formula is undefined.
        """
        if expression not in self._known:
            with np.errstate(all="ignore"):
                error = self.answer(expression, self.points) - self.target.astype(float)
                agreement = np.maximum(1.0 - error**2 / self.spread, -1.0)
            self._known[expression] = np.where(np.isfinite(agreement), agreement, 0.0)
        return self._known[expression]

    def as_faithful(self, expressions):
        """Tell which formulas are as faithful as the best of them.

        Parameters
        ----------
        expressions : sequence of Expression
            The formulas.

        Returns
        -------
        ndarray of bool of shape (k,)
            Whether each is: on the points within a standard error or 0.005, and on the rows within
            0.01, if one is so on both.
        """
        faithful = as_faithful(self._agreements(expressions), self.share)
        if self.rows is None:
            return faithful
        on_rows = self.rows._agreements(expressions).mean(axis=1)
        both = faithful & (on_rows >= on_rows.max() - self.share * MOST_LOST_ON_ROWS)
        return both if both.any() else faithful

    def _agreements(self, expressions):
        return np.stack([self.agreement(expression) for expression in expressions])

    def beside(self, rows, target):
        """Return the points with the rows of the search.

        Parameters
        ----------
        rows : ndarray of shape (m, p)
            The rows.
        target : ndarray of shape (m,)
            The network's answers there.

        Returns
        -------
        HeldPoints
            The points.
        """
        return replace(self, rows=HeldPoints(rows, target, self.answer))


def held_values(view, rows, points, match):
    """Return points on which formulas are compared by values, or by the ranks of values.

    Parameters
    ----------
    view : ScalarView
        The output.
    rows : ndarray of shape (m, p)
        Rows of the search.
    points : ndarray of shape (n, p)
        The points.
    match : {"values", "directions"}
        Whether formulas follow values, or values up to a monotone function.

    Returns
    -------
    HeldPoints
        The points.
    """
    target, values = view.value(rows), view.value(points)
    if match == "values":
        held = HeldPoints(points, values, lambda formula, X: formula.evaluate(X))
        return held.beside(rows, target)
    order = np.sort(target)
    ranks = [np.searchsorted(order, v) / len(order) for v in (target, values)]
    return held_monotone(*ranks, rows, points)


def held_monotone(row_target, target, rows, points, share=1.0):
    """Return points on which formulas are compared up to a monotone function, fitted on rows.

    Parameters
    ----------
    row_target : ndarray of shape (m,)
        What to follow on the rows of the search, such as probabilities.
    target : ndarray of shape (n,)
        The same at the points.
    rows : ndarray of shape (m, p)
        The rows.
    points : ndarray of shape (n, p)
        The points.
    share : float, default=1.0
        What part of the usual loss a shorter formula may give up.

    Returns
    -------
    HeldPoints
        The points.
    """

    def follow(formula, X):
        link = monotone_link(formula.evaluate(rows), row_target, n_knots=N_KNOTS)
        return link.log_odds(formula.evaluate(X))

    return HeldPoints(points, target, follow, share).beside(rows, row_target)


def is_gain(gains):
    """Tell whether a mean gain is larger than its standard error.

    Parameters
    ----------
    gains : ndarray of shape (n,)
        What agreement gains at each point.

    Returns
    -------
    bool
        Whether it is.
    """
    return bool(gains.mean() > gains.std() / np.sqrt(len(gains)))


def as_faithful(agreement, share=1.0):
    """Tell which formulas are as faithful as the best, within a standard error of the difference.

    Parameters
    ----------
    agreement : ndarray of shape (k, n)
        Agreement of k formulas at n points.
    share : float, default=1.0
        What part of this loss may be given up.

    Returns
    -------
    ndarray of bool of shape (k,)
        Whether the mean is lower than the largest by at most the standard error of the difference,
        or 0.005, times `share`.
    """
    best = agreement[int(agreement.mean(axis=1).argmax())]
    lost = best - agreement
    error = lost.std(axis=1) / np.sqrt(agreement.shape[1])
    return lost.mean(axis=1) <= share * np.maximum(error, MOST_LOST)


def _elbow(elbow, means, faithful):
    return elbow


def _accurate(elbow, means, faithful):
    return int(np.argmax(means))


def _one_se(elbow, means, faithful):
    return int(np.flatnonzero(faithful)[0])


def _auto(elbow, means, faithful):
    return elbow if faithful[elbow] else _one_se(elbow, means, faithful)


SELECTIONS = {"auto": _auto, "elbow": _elbow, "accurate": _accurate, "one_se": _one_se}


@dataclass(frozen=True)
class Selection:
    """How to choose from a front.

    Parameters
    ----------
    select : {"auto", "elbow", "accurate", "one_se"} or callable
        The name of a rule, or ``select(candidates)``, which returns an index.
    held : HeldPoints
        Points on which formulas are compared.
    """

    select: object
    held: HeldPoints

    def __call__(self, candidates, elbow):
        """Choose a candidate.

        Parameters
        ----------
        candidates : sequence of Candidate
            The front, cheapest first.
        elbow : int
            Index of its elbow.

        Returns
        -------
        candidates : list of Candidate
            The same with their fidelity on the points.
        index : int
            Index of the choice.
        faithful : ndarray of bool of shape (k,)
            Which are as faithful as the best.
        """
        expressions = [c.expression for c in candidates]
        means = [float(self.held.agreement(e).mean()) for e in expressions]
        faithful = self.held.as_faithful(expressions)
        candidates = [replace(c, held_fidelity=m) for c, m in zip(candidates, means)]
        if callable(self.select):
            index = _checked(self.select(tuple(candidates)), len(candidates))
        else:
            index = SELECTIONS[self.select](elbow, means, faithful)
        return candidates, index, faithful


def _checked(index, n):
    """Refuse what is not the index of a candidate."""
    if isinstance(index, bool) or not isinstance(index, Integral) or not 0 <= index < n:
        raise ValueError(
            f"select must return the index of a formula, from 0 to {n - 1}. Got {index!r} instead."
        )
    return int(index)
