"""What a network answers at the rows of a search, and what formulas answer there."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from skinterp.matching import best_threshold, rounded_threshold
from skinterp.search._selection import HeldPoints, held_monotone


@dataclass(frozen=True, eq=False)
class MarginAnswers:
    """A margin at the rows of a search.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The rows.
    log_odds : ndarray of shape (n,)
        The margin there.
    on_level : ndarray of shape (m, d)
        Points of the decision boundary.
    """

    rows: np.ndarray
    log_odds: np.ndarray
    on_level: np.ndarray

    @property
    def answers(self):
        """Whether the margin is positive at each row."""
        return self.log_odds > 0

    def fidelity(self, values):
        """Return the share of rows that a threshold on the values of a formula answers alike.

        Parameters
        ----------
        values : ndarray of shape (n,)
            The values.

        Returns
        -------
        float
            The share, for the best threshold.
        """
        return best_threshold(values, self.answers)[2]

    def cut(self, formula):
        """Return the threshold of a formula, with few digits, and whether yes lies above it.

        Parameters
        ----------
        formula : Expression
            The formula.

        Returns
        -------
        threshold : float
            The threshold.
        greater : bool
            Whether yes lies above it.
        """
        prior = float(np.median(formula.evaluate(self.on_level))) if len(self.on_level) else None
        return rounded_threshold(formula.evaluate(self.rows), self.answers, prior=prior)

    def decide(self, formula, points):
        """Return what a formula answers.

        Parameters
        ----------
        formula : Expression
            The formula.
        points : ndarray of shape (k, d)
            Points.

        Returns
        -------
        ndarray of shape (k,)
            1 for yes, 0 for no, NaN where the formula is undefined.
        """
        threshold, greater = self.cut(formula)
        values = formula.evaluate(points)
        return np.where(np.isfinite(values), (values > threshold) == greater, np.nan)

    def held(self, view, points, n_classes):
        """Return points on which formulas are compared: by answers, or by probabilities.

        Parameters
        ----------
        view : ScalarView
            The margin.
        points : ndarray of shape (k, d)
            The points.
        n_classes : int
            How many classes there are: the formulas of more than two answer together.

        Returns
        -------
        HeldPoints
            The points.
        """
        values = view.value(points)
        if n_classes == 2:
            held = HeldPoints(points, values > 0, self.decide)
            return held.beside(self.rows, self.answers)
        # the losses of formulas add up; a wrong answer is wrong for two of them
        share = 2.0 / n_classes
        return held_monotone(expit(self.log_odds), expit(values), self.rows, points, share)
