"""The obvious picture of forms that are equations: where they decide, beside the network."""

from itertools import combinations

import numpy as np

from skinterp.display import BoundaryDisplay, LinkDisplay

MOST_TRIED = 4  # inputs of which two span a picture


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
    """The picture of surrogates with `equations_`, which keep no rows."""

    def _picture(self, X):
        """Return answers over the two leading inputs; of one input formula against network."""
        if X is None and not self.displays():
            raise ValueError(
                f"X must be rows to draw a {type(self).__name__} on, which keeps none. Got None "
                "instead."
            )
        if X is None:
            return super()._picture(X)
        leading, order = _leading(self, X)
        pairs = combinations(order[:MOST_TRIED], 2) if len(leading) > 1 else ()
        for pair in pairs:
            try:
                return BoundaryDisplay.from_estimator(self, X, pair)
            except ValueError:  # two categories, or several outputs, span no picture
                continue
        return LinkDisplay.from_estimator(self, X, None if len(self.equations_) == 1 else 0)
