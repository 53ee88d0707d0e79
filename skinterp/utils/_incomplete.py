"""Warnings that a computation has not converged, kept for its result."""

import warnings
from contextlib import contextmanager

from sklearn.exceptions import ConvergenceWarning


@contextmanager
def noting_incomplete(notes):
    """Add what ConvergenceWarnings say to notes, and warn all the same.

    Parameters
    ----------
    notes : list of str
        What is added to, each text once.

    Yields
    ------
    None
        Nothing.

    Examples
    --------
    >>> import warnings
    >>> from sklearn.exceptions import ConvergenceWarning
    >>> from skinterp.utils import noting_incomplete
    >>> notes = []
    >>> with warnings.catch_warnings(action="ignore"), noting_incomplete(notes):
    ...     warnings.warn("It did not converge.", ConvergenceWarning)
    >>> notes
    ['It did not converge.']
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        yield
    for warning in caught:
        text = str(warning.message)
        if issubclass(warning.category, ConvergenceWarning) and text not in notes:
            notes.append(text)
        warnings.warn(warning.message, warning.category, stacklevel=5)
