"""The rows and the class that activate a unit."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu

from skinterp.hidden._unit_condition import is_constant
from skinterp.utils import number_text


@dataclass(frozen=True, eq=False)
class UnitActivity:
    """The activations of a unit on rows, and the rows and the class that excite it most.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        The activations.
    top_rows, bottom_rows : ndarray of int of shape (n_rows,)
        Rows that excite the unit most and least, the most extreme first.
    labels : ndarray of shape (n_samples,) or None
        Class of each row: the target, or else the network's answer; None for a regression.
    selectivity : float
        How far the unit alone discriminates the class that excites it most from all others:
        ``2 AUC - 1``, from 0 to 1; nan without classes, and of a dead unit.
    preferred_class : object
        The class with this selectivity; None without classes, and of a dead unit.
    """

    values: np.ndarray
    top_rows: np.ndarray
    bottom_rows: np.ndarray
    labels: np.ndarray | None
    selectivity: float
    preferred_class: object

    @property
    def is_dead(self):
        """Whether the unit has the same value on all rows, up to rounding."""
        return bool(is_constant(self.values))

    def by_class(self):
        """Return the distribution of the unit for each class.

        Returns
        -------
        dict of object to ndarray of shape (5,)
            Least value, quartiles and largest value; empty without classes.
        """
        if self.labels is None:
            return {}
        return {
            label: np.quantile(self.values[self.labels == label], [0, 0.25, 0.5, 0.75, 1])
            for label in np.unique(self.labels).tolist()
        }

    def __str__(self):
        if self.is_dead:
            return f"{number_text(self.values[0], 3)} on all rows"
        return (
            f"from {number_text(self.values.min(), 3)} (row {self.bottom_rows[0]}) to "
            f"{number_text(self.values.max(), 3)} (row {self.top_rows[0]})"
        )


def _selectivity(activations, labels):
    """Return how far a unit discriminates the class that excites it most, and this class."""
    best, preferred = np.nan, None
    for label in np.unique(labels).tolist():
        mine = labels == label
        if not mine.any() or mine.all():
            continue
        statistic = mannwhitneyu(activations[mine], activations[~mine]).statistic
        value = 2.0 * statistic / (mine.sum() * (~mine).sum()) - 1.0
        if not value <= best:
            best, preferred = float(value), label
    return best, preferred


def activity_of(values, labels, n_rows):
    """Return the activity of a unit: extreme rows, classes and selectivity.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        The activations.
    labels : ndarray of shape (n_samples,) or None
        Class of each row.
    n_rows : int
        How many of the most and least exciting rows to name.

    Returns
    -------
    UnitActivity
        Rows, classes and how selective the unit is.
    """
    order = np.argsort(-values, kind="stable")
    tells = labels is not None and not is_constant(values)
    found = _selectivity(values, labels) if tells else (np.nan, None)
    return UnitActivity(values, order[:n_rows], order[::-1][:n_rows], labels, *found)
