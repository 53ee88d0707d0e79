"""One boundary in several writings."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skinterp.expression._digits import Digits
from skinterp.expression._nodes import Expression
from skinterp.utils import DIGITS, TableResult, count_digits, needed_text

# Operators of products of powers and of their sums.
POWERS = frozenset({"add", "sub", "mul", "div", "neg", "square", "cube", "sqrt", "pow"})
# A long number costs as much as this part of a node for each digit beyond three.
DIGIT_NODES = 0.25


class Writing(NamedTuple):
    """One writing of a boundary.

    Parameters
    ----------
    kind : {"found", "one quantity", "product", "ratio", "sum"}
        How it is written.
    expression : Expression
        The formula.
    threshold : float
        The threshold.
    greater : bool
        Whether yes lies above it.
    needed_digits : tuple of (float, int) pairs, default=()
        Digits that its numbers need.
    """

    kind: str
    expression: Expression
    threshold: float
    greater: bool
    needed_digits: tuple = ()

    def decide(self, X):
        """Tell which rows are of the class.

        Parameters
        ----------
        X : ndarray of shape (n, p)
            Rows.

        Returns
        -------
        ndarray of bool of shape (n,) or None
            Whether each is; None if the formula is undefined on some.
        """
        values = self.expression.evaluate(X)
        if not np.isfinite(values).all():
            return None
        return values > self.threshold if self.greater else values < self.threshold

    @property
    def is_of_powers(self):
        """Whether it is made of products of powers."""
        return {t for t in self.expression.postfix if isinstance(t, str)} <= POWERS

    @property
    def _digits(self):
        return [count_digits(number) for number in (*self.expression.constants, self.threshold)]

    @property
    def n_digits(self):
        """Number of digits of its constants and its threshold."""
        return sum(self._digits)

    @property
    def size(self):
        """Number of nodes; long numbers, thresholds but 0 and 1, and negative ones cost more."""
        long = sum(max(0, min(count, 6) - 3) for count in self._digits)
        constants = self.expression.constants
        minus = "neg" in self.expression.postfix or any(number < 0 for number in constants)
        turned = (self.threshold < 0) + 2 * minus + (not self.greater)
        plain = abs(self.threshold) in (0.0, 1.0)
        return self.expression.complexity + (not plain) + turned + DIGIT_NODES * long


@dataclass(frozen=True, repr=False)
class Writings(TableResult):
    """The writings of one boundary, shortest first.

    Parameters
    ----------
    entries : tuple of Writing
        The writings; all of them decide alike on the rows they were made for.
    feature_names : tuple of str
        Names of the inputs.
    reasons : tuple of (str, str) pairs, default=()
        Why there is none of a kind.
    """

    entries: tuple
    feature_names: tuple
    reasons: tuple = ()

    _index = "writing"

    def __len__(self):
        """Return the number of writings."""
        return len(self.entries)

    def __getitem__(self, index):
        """Return a writing."""
        return self.entries[index]

    def take(self, kind):
        """Return the shortest writing of a kind.

        Parameters
        ----------
        kind : str
            The kind.

        Returns
        -------
        Writing
            The writing.

        Raises
        ------
        ValueError
            If there is none, or no such kind; says why.
        """
        found = next((w for w in self.entries if w.kind == kind), None)
        reasons = dict(self.reasons)
        if found is None and kind not in reasons:
            known = ", ".join(dict.fromkeys([*(w.kind for w in self.entries), *reasons]))
            raise ValueError(f"kind must be one of {known}. Got {kind!r} instead.")
        if found is None:
            raise ValueError(f"the boundary has no writing as a {kind}: {reasons[kind]}")
        return found

    def text(self, k):
        """Write a writing.

        Parameters
        ----------
        k : int
            Its index.

        Returns
        -------
        str
            The condition.
        """
        w, digits = self.entries[k], dict(self.entries[k].needed_digits)
        formula = w.expression.format(self.feature_names, digits=Digits(DIGITS, digits))
        sign, needed = ">" if w.greater else "<", digits.get(abs(w.threshold), 1)
        return f"{formula} {sign} {needed_text(w.threshold, 5, needed)}"

    def _columns(self):
        return {
            "writing": [self.text(k) for k in range(len(self.entries))],
            "kind": [w.kind for w in self.entries],
            "nodes": [w.expression.complexity for w in self.entries],
        }

    def __str__(self):
        rows = [f"{w.kind:>12}  {self.text(k)}" for k, w in enumerate(self.entries)]
        return "\n".join(rows)
