"""Slopes of levels against a reference level, as formulas of a user's table are matched with.

Of the indicators of one column a row has one only, so that a number may be added to all of their
slopes without changing any difference between two levels. Slopes are taken less that of the most
frequent level, which then has none: formulas need as few indicators as can be.
"""

import numpy as np

from skinterp.network import ScalarView


class ReferencedView(ScalarView):
    """A scalar view of which the slopes of levels are those against a reference level.

    Parameters
    ----------
    network : Network
        The network looked at.
    head : Linear or LogOdds
        The function of its raw values.
    name : str
        What the number is.
    references : tuple of int
        For every input the one whose slope is taken off, -1 for none.
    """

    def __init__(self, network, head, name, references):
        super().__init__(network, head, name)
        self._set(references=tuple(references))

    def linearise(self, X):
        value, pull = super().linearise(X)
        references = np.array(self.references)
        known = references >= 0

        def pulled(cotangent):
            slopes = pull(cotangent)
            slopes[:, known] = slopes[:, known] - slopes[:, references[known]]
            return slopes

        return value, pulled

    def arguments(self):
        return *super().arguments(), self.references


def referenced(view, rows):
    """Return a view whose slopes of levels are those against the most frequent one.

    Parameters
    ----------
    view : ScalarView
        The view.
    rows : ndarray of shape (n_samples, n_features)
        Rows, that say which level is frequent.

    Returns
    -------
    ScalarView
        The view; the same if its network has no table with categories.
    """
    table, references = view.user_table, np.full(rows.shape[1], -1)
    for group in () if table is None else table.groups:
        levels = [k for k in group if table.features[k].level is not None]
        if len(levels) > 1:
            references[levels] = levels[int(rows[:, levels].sum(axis=0).argmax())]
    if not (references >= 0).any():
        return view
    return ReferencedView(view.network, view.head, view.name, references.tolist())
