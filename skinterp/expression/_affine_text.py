"""Affine functions and half-spaces as text, in the user's names."""

from typing import NamedTuple

import numpy as np

from skinterp.expression._digits import Digits, affine_digits, round_centres
from skinterp.expression._functions import affine
from skinterp.expression._rewrite import tidy
from skinterp.utils import MOST_DIGITS, PRECISION, digits_within, needed_text


class ColumnSpread(NamedTuple):
    """Where the columns of rows lie, and how widely: what digits are chosen against.

    Parameters
    ----------
    mean, scale : ndarray of shape (d,)
        Means and standard deviations.

    Examples
    --------
    >>> from skinterp.expression import ColumnSpread
    >>> ColumnSpread.of([[1.0, 5.0], [3.0, 5.0]])
    ColumnSpread(mean=array([2., 5.]), scale=array([1., 0.]))
    """

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, X):
        """Measure the columns of rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, d)
            Rows.

        Returns
        -------
        ColumnSpread
            The measures.
        """
        X = np.asarray(X, dtype=float)
        return cls(X.mean(axis=0), X.std(axis=0))

    def centred(self, slopes, constant, varies=None):
        """Write ``x @ slopes + constant`` about round numbers in the midst of far columns.

        Parameters
        ----------
        slopes : ndarray of shape (d,)
            The slopes.
        constant : float
            The constant.
        varies : float or None, default=None
            Spread of the values; None takes the columns to be independent.

        Returns
        -------
        centres : ndarray of shape (d,)
            What to subtract from the inputs.
        constant : float
            The value there.
        needs : dict of float to int
            Digits that slopes, constant and centres need, by absolute value.
        """
        centres = round_centres(self.mean, self.scale)
        sizes = np.hypot(self.mean - centres, self.scale)
        there = float(constant + slopes @ centres)
        varies = float(np.linalg.norm(slopes * self.scale)) if varies is None else varies
        needs = affine_digits(slopes, there, sizes, varies)
        return centres, there, {abs(c): MOST_DIGITS for c in centres.tolist() if c} | needs


def affine_text(slopes, constant, names, digits=4, spread=None):
    """Write an affine function.

    Parameters
    ----------
    slopes : ndarray of shape (d,)
        Slopes; inputs of slope 0 are left out.
    constant : float
        The constant.
    names : sequence of str
        Names of the inputs.
    digits : int, default=4
        Significant digits, at least.
    spread : ColumnSpread or None, default=None
        The data, against which digits are chosen; inputs far from 0 are centred.

    Returns
    -------
    str
        The function.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.expression import affine_text
    >>> affine_text(np.array([2.0, 0.0, -1.0]), 0.5, ["a", "b", "c"])
    '2*a - c + 0.5'
    """
    if spread is None:
        return tidy(affine(slopes, constant)).format(names, digits=digits)
    centres, constant, needs = spread.centred(slopes, constant)
    function = tidy(affine(slopes, constant, centres))
    return function.format(names, digits=Digits(digits, needs))


def condition_text(slopes, offset, names, greater, digits=4, above=">", spread=None):
    """Write a half-space.

    Parameters
    ----------
    slopes : ndarray of shape (d,)
        Slopes of the test ``x @ slopes + offset > 0``.
    offset : float
        Its offset.
    names : sequence of str
        Names of the inputs.
    greater : bool
        Whether the side where it holds is meant.
    digits : int, default=4
        Significant digits, at least.
    above : str, default=">"
        How to write that it holds.
    spread : ColumnSpread or None, default=None
        The data, against which digits are chosen; inputs far from 0 are centred.

    Returns
    -------
    str
        The half-space; of one input as a threshold of it.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.expression import condition_text
    >>> condition_text(np.array([2.0, -1.0]), -0.5, ["a", "b"], greater=True)
    '2*a - b > 0.5'
    """
    used = np.flatnonzero(slopes)
    if len(used) == 1:  # of one input: as a threshold of it
        greater = greater == (slopes[used[0]] > 0)
        offset, slopes = offset / slopes[used[0]], np.where(slopes != 0, 1.0, 0.0)
    centres, offset, needs = _shown(slopes, offset, used, spread)
    shown, bound = Digits(digits, needs), -offset + 0.0
    function = tidy(affine(slopes, 0.0, centres)).format(names, digits=shown)
    sign = above if greater else "<="
    return f"{function} {sign} {needed_text(bound, digits, shown.of(bound))}"


def _shown(slopes, offset, used, spread):
    """Return centres, the offset there and needed digits of a half-space."""
    if spread is None:
        return None, offset, {}
    if len(used) == 1:  # a threshold is not centred
        return (
            None,
            offset,
            {abs(offset): digits_within(offset, PRECISION * spread.scale[used[0]])},
        )
    return spread.centred(slopes, offset)
