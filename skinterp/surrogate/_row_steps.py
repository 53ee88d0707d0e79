"""How the answer of equations at one row comes about: terms and their values."""

from functools import partial

import numpy as np

from skinterp.expression import Constant, Digits
from skinterp.expression._sums import as_sum, weighted_sum
from skinterp.surrogate._equation_bodies import AnswersByFormulas
from skinterp.utils import DIGITS, digits_within, needed_text, number_text, one_line

_PART = 1e-3  # of the distance of a sum from its threshold, or from 0, to which terms are told


def equation_steps(equations, X, classes=None):
    """Return the terms of equations with their values at one row.

    Parameters
    ----------
    equations : sequence of Equation
        The equations.
    X : ndarray of shape (1, n_features)
        The row, as the equations take it.
    classes : sequence or None, default=None
        Class labels, where there is an equation for the score of each.

    Returns
    -------
    list of tuple of str
        Pairs of a term and its value; after the terms of each equation their sum.
    """
    steps, several = [], len(equations) > 1
    for k, equation in enumerate(equations):
        label = f"{one_line(_label(equation, k, classes))}: " if several else ""
        digits = Digits(DIGITS, dict(equation.needed_digits))
        parts, coefficients, constant = as_sum(equation.prediction)
        value = _value(equation.prediction, X)
        write = partial(_told, near=_PART * abs(value - (equation.threshold or 0.0)))
        terms = [weighted_sum([p], [c]) for p, c in zip(parts, coefficients, strict=True)]
        for term in [*terms, *[Constant(constant)] * bool(constant)]:
            text = term.export("text", names=equation.feature_names, digits=digits)
            steps.append((f"{label}{one_line(text)}", write(_value(term, X))))
        total, limit = write(value), write(equation.threshold) if equation.is_classifier else ""
        about = (
            f", {one_line(str(equation.classes[1]))} if {equation.sign} {limit}" if limit else ""
        )
        steps.append((f"{label}sum{about}", total))
    return steps


def _told(value, near):
    """Write a term so that it is off by no more than a number."""
    if not near or not np.isfinite(value):
        return number_text(value)
    return needed_text(value, DIGITS, digits_within(value, near))


class EquationSteps(AnswersByFormulas):
    """Rows explained by `equations_`, for surrogates that have them."""

    def row_steps(self, X):
        """Tell how the answer at one row comes about.

        Parameters
        ----------
        X : array-like or data frame of shape (1, n_features)
            The row.

        Returns
        -------
        list of tuple of str
            Terms of the equations with their values, and their sums.
        """
        classes = getattr(self, "classes_", None)
        return equation_steps(self.equations_, self._rows(X), classes)


def _label(equation, k, classes):
    if equation.is_classifier:
        return str(equation.classes[1])
    return f"output {k}" if classes is None else str(classes[k])


def _value(term, X):
    return float(term.evaluate(X)[0]) + 0.0  # no negative zero
