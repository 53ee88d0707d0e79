"""The obvious picture of forms that are equations: where they decide, beside the network."""

from itertools import combinations

import numpy as np

from skinterp.display import BoundaryDisplay, LinkDisplay
from skinterp.utils import import_optional

N_ROWS, MOST_TRIED = 300, 4  # rows that pictures are laid through; inputs of which two span one


def kept_rows(X):
    """Return rows, evenly taken, that a picture is laid through."""
    return X[:: max(1, len(X) // N_ROWS)].copy()


def _raw_rows(estimator, features):
    """Return rows with given features, as `fit` took them."""
    table = estimator.network_.user_table
    names = getattr(estimator, "feature_names_in_", None)
    if table is None and names is None:
        return features
    pandas = import_optional("pandas", "plot", f"{type(estimator).__name__}.plot")
    if table is None:
        return pandas.DataFrame(features, columns=names)
    return table.rows(features, like=pandas if table.names is not None else None)


def _leading(estimator, rows):
    """Return the inputs, or columns of a table, that matter, the leading first."""
    table, shares = estimator.network_.user_table, estimator.input_shares(rows)
    if table is None:
        order = np.argsort(-shares, kind="stable").tolist()
        return [j for j in order if shares[j] > 0.0], order
    folded = table.fold(shares)
    order = sorted(folded, key=lambda name: -folded[name])
    return [name for name in order if folded[name] > 0.0], order


class PlotsEquations:
    """The picture of surrogates with `equations_`, which keep some rows in `fit`."""

    def _picture(self, X):
        """Return answers over the two leading inputs; of one input formula against network."""
        rows = _raw_rows(self, self._kept_rows) if X is None else X
        leading, order = _leading(self, rows)
        pairs = combinations(order[:MOST_TRIED], 2) if len(leading) > 1 else ()
        for pair in pairs:
            try:
                return BoundaryDisplay.from_estimator(self, rows, pair)
            except ValueError:  # two categories, or several outputs, span no picture
                continue
        return LinkDisplay.from_estimator(self, rows, None if len(self.equations_) == 1 else 0)
