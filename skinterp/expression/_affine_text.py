"""Affine functions and half-spaces as text, in the user's names."""

import numpy as np

from skinterp.expression._functions import affine
from skinterp.expression._rewrite import tidy
from skinterp.utils import number_text


def affine_text(slopes, constant, names, digits=4):
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
        Significant digits.

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
    return tidy(affine(slopes, constant)).format(names, digits=digits)


def condition_text(slopes, offset, names, greater, digits=4, above=">"):
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
        Significant digits.
    above : str, default=">"
        How to write that it holds.

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
    sign = above if greater else "<="
    return f"{affine_text(slopes, 0.0, names, digits)} {sign} {number_text(-offset + 0.0, digits)}"
